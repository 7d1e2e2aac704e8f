-- +goose Up
-- Why:    lists come in more layouts than the first four, and a false positive may be an address, a page or a hash as well.
-- Cost:   one small table is rewritten. Undo: none.
ALTER TABLE indicator_list ADD COLUMN format TEXT NOT NULL DEFAULT 'auto';
UPDATE indicator_list SET format = layout;
ALTER TABLE indicator_list DROP COLUMN layout;
ALTER TABLE indicator_allow ADD COLUMN kind TEXT NOT NULL DEFAULT 'domain';
