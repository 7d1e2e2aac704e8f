-- +goose Up
-- Why:    a finished paper becomes a document of the register, whose steps then govern it; the paper keeps which.
-- Cost:   constant default, no rewrite; one index.
-- Before: release N-1 ignores the column. Undo: drop it; which paper is which document is lost.
ALTER TABLE report_paper ADD COLUMN document_id TEXT NOT NULL DEFAULT '';
CREATE INDEX report_paper_document ON report_paper (document_id);
