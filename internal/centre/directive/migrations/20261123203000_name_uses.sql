-- +goose Up
-- Why:    what a person said that a name means has a page: how often it helped, who changed it, and what was forgotten can be taken up again.
-- Cost:   constant defaults, no rewrite. Undo: drop the columns; the counts are lost, and what was forgotten holds again.
-- Before: the previous release ignores them; a name it is told anew keeps its count.
ALTER TABLE directive_name ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE directive_name ADD COLUMN used_at BIGINT;
ALTER TABLE directive_name ADD COLUMN forgotten_at BIGINT;
ALTER TABLE directive_name ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
