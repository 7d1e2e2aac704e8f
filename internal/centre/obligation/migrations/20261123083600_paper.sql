-- +goose Up
-- Why:    a piece of evidence may be a paper of the register, and the page of a paper lists the obligations that rest on
--         it or that it proves. Lists are also read by the paper they rest on.
-- Cost:   constant default, no rewrite; two partial indexes, of few rows.
-- Before: the previous release writes neither; its rows name no paper. Undo: drop in a later file.
ALTER TABLE obligation_evidence ADD COLUMN document_id TEXT NOT NULL DEFAULT '';
CREATE INDEX obligation_evidence_document ON obligation_evidence (document_id, obligation_id) WHERE document_id <> '';
CREATE INDEX obligation_basis_document ON obligation (basis_document, state, sort_key, due_at, id) WHERE basis_document <> '';
