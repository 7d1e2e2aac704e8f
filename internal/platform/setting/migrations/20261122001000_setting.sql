-- +goose Up
-- Why:    what people choose in the pages.
-- Cost:   new table. Undo: none.
CREATE TABLE setting (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    version    BIGINT NOT NULL
);
