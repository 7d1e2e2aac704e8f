-- +goose Up
-- Why:    papers that answer a directive; who let a contradiction between what units say and what was measured pass, and why.
-- JSON:   acks is a list of {ids, note, by, at}, or empty.
-- Cost:   constant default, no rewrite.
-- Before: release N-1 ignores the column and shows such papers as of a case that is not there. Undo: drop it; the notes
--         stand in the audit trail.
ALTER TABLE report_paper ADD COLUMN acks TEXT NOT NULL DEFAULT '';
