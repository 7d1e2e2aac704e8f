-- +goose Up
-- Why:    several processes on one set of records know of each other, and only one of them does a duty at a time.
-- Cost:   new tables of a few rows. Undo: drop them.
CREATE TABLE peer (
    id         TEXT PRIMARY KEY,
    roles      TEXT NOT NULL,
    host       TEXT NOT NULL,
    version    TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    report     TEXT NOT NULL
);
CREATE TABLE peer_lease (
    duty   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
