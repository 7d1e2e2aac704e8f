-- +goose Up
-- Why:    who confirmed that they have a directive, and who was reminded to.
-- Cost:   constant defaults, no rewrite. Before: release N-1 ignores the columns. Undo: drop them; the confirmations are lost.
ALTER TABLE directive_addressee ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE directive_addressee ADD COLUMN confirmed_at BIGINT;
ALTER TABLE directive_addressee ADD COLUMN reminded_at BIGINT;
