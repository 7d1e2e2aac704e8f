-- +goose Up
-- Why:    who may send as which source, and what was heard of it: by the hour its lines are about, by the minute they came.
-- Cost:   new tables. Undo: none.
CREATE TABLE source_way (
    id             TEXT PRIMARY KEY,
    source_id      TEXT NOT NULL REFERENCES source (id),
    owner_unit     TEXT NOT NULL,
    kind           TEXT NOT NULL,
    listener       TEXT NOT NULL DEFAULT '',
    network        TEXT NOT NULL DEFAULT '',
    host           TEXT NOT NULL DEFAULT '',
    certificate    TEXT NOT NULL DEFAULT '',
    token          TEXT NOT NULL DEFAULT '',
    token_at       BIGINT,
    path           TEXT NOT NULL DEFAULT '',
    lines_a_second BIGINT NOT NULL DEFAULT 0,
    bytes_a_second BIGINT NOT NULL DEFAULT 0,
    closed         BOOLEAN NOT NULL DEFAULT FALSE,
    note           TEXT NOT NULL DEFAULT '',
    created_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1,
    fits           TEXT NOT NULL UNIQUE
);
CREATE INDEX source_way_source ON source_way (source_id);
CREATE TABLE source_hour (
    source_id     TEXT NOT NULL REFERENCES source (id),
    hour          BIGINT NOT NULL,
    owner_unit    TEXT NOT NULL,
    lines         BIGINT NOT NULL,
    parsed        BIGINT NOT NULL,
    skipped       BIGINT NOT NULL,
    rejected      BIGINT NOT NULL,
    hits          BIGINT NOT NULL,
    bytes         BIGINT NOT NULL,
    received_last BIGINT NOT NULL,
    PRIMARY KEY (source_id, hour)
);
CREATE TABLE source_beat (
    source_id TEXT NOT NULL REFERENCES source (id),
    way_id    TEXT NOT NULL,
    minute    BIGINT NOT NULL,
    lines     BIGINT NOT NULL,
    bytes     BIGINT NOT NULL,
    PRIMARY KEY (source_id, minute, way_id)
);
CREATE INDEX source_beat_minute ON source_beat (minute);
CREATE TABLE source_day (
    source_id TEXT NOT NULL REFERENCES source (id),
    day       BIGINT NOT NULL,
    longest   BIGINT NOT NULL,
    PRIMARY KEY (source_id, day)
);
CREATE TABLE source_loss (
    source_id TEXT NOT NULL REFERENCES source (id),
    day       BIGINT NOT NULL,
    what      TEXT NOT NULL,
    reason    TEXT NOT NULL,
    n         BIGINT NOT NULL,
    PRIMARY KEY (source_id, day, what, reason)
);
CREATE TABLE source_pulse (
    source_id  TEXT PRIMARY KEY REFERENCES source (id),
    last_at    BIGINT NOT NULL,
    last_event BIGINT,
    samples    TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE source_figure (
    way_id      TEXT PRIMARY KEY REFERENCES source_way (id),
    source_id   TEXT NOT NULL,
    lines       BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    refused     BIGINT NOT NULL,
    dropped     BIGINT NOT NULL,
    open        BIGINT NOT NULL,
    last_at     BIGINT,
    samples     TEXT NOT NULL DEFAULT '[]',
    kept_at     BIGINT NOT NULL
);
CREATE INDEX source_figure_source ON source_figure (source_id);
