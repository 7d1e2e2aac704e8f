-- +goose Up
-- Why:    a view that others open says what it is for.
-- Cost:   constant default, no rewrite. Undo: drop the column; notes are lost.
ALTER TABLE list_view ADD COLUMN note TEXT NOT NULL DEFAULT '';
