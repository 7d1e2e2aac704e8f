-- +goose Up
-- Why:    logs that no built-in format reads are read by a mapping file of their source; every version of it is kept.
-- Cost:   one new table, one column on source_file.
-- Before: release N-1 ignores both; a source that reads by mapping is refused there as of an unknown format. Undo: drop them in a later file.
CREATE TABLE source_mapping (
    source_id    TEXT NOT NULL REFERENCES source (id),
    seq          BIGINT NOT NULL,
    body         TEXT NOT NULL,
    name         TEXT NOT NULL,
    title        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_name TEXT NOT NULL,
    PRIMARY KEY (source_id, seq)
);
ALTER TABLE source_file ADD COLUMN mapping BIGINT NOT NULL DEFAULT 0;
