-- +goose Up
-- Why:    a relay brings lines of several hosts through one connection; each line is then asked for by its host name.
-- Cost:   constant default, no rewrite. Before: release N-1 ignores the column. Undo: drop it in a later file.
ALTER TABLE source_way ADD COLUMN relay BOOLEAN NOT NULL DEFAULT FALSE;
