-- +goose Up
-- Why:    blocks of received lines are taken once, however often the stream hands them out (design: exactly once).
-- Cost:   new table. Before: the release before ignores it. Undo: drop it.
CREATE TABLE source_taken (
    block_id  TEXT PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES source (id),
    taken_at  BIGINT NOT NULL
);
CREATE INDEX source_taken_at ON source_taken (taken_at);
