-- +goose Up
-- Why:    a link that comes and goes makes every source behind its collector silent again and again; that is no flapping of the sources.
-- Cost:   constant default. Undo: drop it; such sources are called flapping.
ALTER TABLE source_silence ADD COLUMN explained BOOLEAN NOT NULL DEFAULT FALSE;
