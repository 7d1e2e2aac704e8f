-- +goose Up
-- Why:    when this centre itself did not listen, so that nobody is blamed for it.
-- Cost:   new tables. Undo: none.
CREATE TABLE source_listening (
    id       TEXT PRIMARY KEY,
    since_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE TABLE source_deaf (
    from_at BIGINT PRIMARY KEY,
    to_at   BIGINT NOT NULL
);
