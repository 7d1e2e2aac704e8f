-- +goose Up
-- Why:    who sends logs, what was received from them, and which blocks of a file are done (design: exactly once).
-- Cost:   new tables. Undo: none.
CREATE TABLE source (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    owner_unit TEXT NOT NULL,
    format     TEXT NOT NULL DEFAULT '',
    zone       TEXT NOT NULL DEFAULT '',
    note       TEXT NOT NULL DEFAULT '',
    closed     BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    folded     TEXT NOT NULL,
    UNIQUE (owner_unit, name)
);
CREATE TABLE source_file (
    id          TEXT PRIMARY KEY,
    source_id   TEXT NOT NULL REFERENCES source (id),
    owner_unit  TEXT NOT NULL,
    name        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    size        BIGINT NOT NULL,
    via         TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    received_by TEXT NOT NULL,
    state       TEXT NOT NULL,
    format      TEXT NOT NULL DEFAULT '',
    lines       BIGINT NOT NULL DEFAULT 0,
    parsed      BIGINT NOT NULL DEFAULT 0,
    queries     BIGINT NOT NULL DEFAULT 0,
    hits        BIGINT NOT NULL DEFAULT 0,
    overruled   BIGINT NOT NULL DEFAULT 0,
    indicators  BIGINT NOT NULL DEFAULT 0,
    skipped     TEXT NOT NULL DEFAULT '{}',
    rejected    TEXT NOT NULL DEFAULT '{}',
    samples     TEXT NOT NULL DEFAULT '[]',
    first_at    BIGINT,
    last_at     BIGINT,
    done_at     BIGINT,
    problem     TEXT NOT NULL DEFAULT '',
    place       BIGINT NOT NULL DEFAULT 0,
    UNIQUE (source_id, sha256)
);
CREATE INDEX source_file_received ON source_file (source_id, id);
CREATE TABLE source_block (
    file_id TEXT NOT NULL REFERENCES source_file (id),
    at_byte BIGINT NOT NULL,
    length  BIGINT NOT NULL,
    lines   BIGINT NOT NULL,
    PRIMARY KEY (file_id, at_byte)
);
