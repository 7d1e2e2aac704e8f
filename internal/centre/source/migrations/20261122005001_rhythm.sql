-- +goose Up
-- Why:    how often a source is expected to speak, when it was watched, when it was silent.
-- Cost:   new tables. Undo: none.
CREATE TABLE source_rhythm (
    source_id TEXT PRIMARY KEY REFERENCES source (id),
    minutes   BIGINT NOT NULL,
    office    BOOLEAN NOT NULL,
    below     BOOLEAN NOT NULL,
    version   BIGINT NOT NULL
);
CREATE TABLE source_span (
    source_id  TEXT NOT NULL REFERENCES source (id),
    from_at    BIGINT NOT NULL,
    to_at      BIGINT,
    since      BIGINT NOT NULL,
    owner_unit TEXT NOT NULL,
    minutes    BIGINT NOT NULL,
    office     BOOLEAN NOT NULL,
    below      BOOLEAN NOT NULL,
    PRIMARY KEY (source_id, from_at)
);
CREATE INDEX source_span_owner ON source_span (owner_unit);
CREATE TABLE source_state (
    source_id TEXT PRIMARY KEY REFERENCES source (id),
    state     TEXT NOT NULL,
    since     BIGINT NOT NULL,
    rate      TEXT NOT NULL DEFAULT ''
);
CREATE TABLE source_silence (
    source_id TEXT NOT NULL REFERENCES source (id),
    from_at   BIGINT NOT NULL,
    noted_at  BIGINT NOT NULL,
    to_at     BIGINT,
    ended_at  BIGINT,
    PRIMARY KEY (source_id, from_at)
);
CREATE INDEX source_silence_noted ON source_silence (noted_at);
CREATE INDEX source_hour_hour ON source_hour (hour);
