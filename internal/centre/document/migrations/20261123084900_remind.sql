-- +goose Up
-- Why:    who sent a paper is told when a recipient has not confirmed it, once for each step. told is how many steps were
--         told, remind_at when the next is due; NULL when none is, or the recipient answered.
-- Cost:   constant defaults; sendings that wait are to be told of two days after they went.
-- Before: release N-1 leaves remind_at NULL: nobody is told of what it records. Undo: drop the columns.
ALTER TABLE document_dispatch ADD COLUMN sent_by_id TEXT NOT NULL DEFAULT '';
ALTER TABLE document_dispatch ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
ALTER TABLE document_dispatch ADD COLUMN remind_at BIGINT;
UPDATE document_dispatch SET remind_at = sent_at + 172800000 WHERE received_at IS NULL;
CREATE INDEX document_dispatch_remind ON document_dispatch (remind_at, document_id) WHERE remind_at IS NOT NULL;
