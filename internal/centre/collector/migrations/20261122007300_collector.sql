-- +goose Up
-- Why:    collectors at units' sites: who they are, which senders there mean which source, which numbered blocks came.
-- Cost:   new tables. Undo: drop them; collectors keep what they have in their spools.
CREATE TABLE collector (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    note         TEXT NOT NULL DEFAULT '',
    folded       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1,
    code         TEXT NOT NULL DEFAULT '',
    code_until   BIGINT,
    code_used_at BIGINT,
    series       BIGINT NOT NULL DEFAULT 0,
    enrolled_at  BIGINT,
    public_key   TEXT NOT NULL DEFAULT '',
    certificate  TEXT NOT NULL DEFAULT '',
    cert_ends    BIGINT,
    revoked_at   BIGINT,
    reason       TEXT NOT NULL DEFAULT '',
    ways_at      BIGINT NOT NULL DEFAULT 0,
    seen_at      BIGINT,
    skew_ms      BIGINT NOT NULL DEFAULT 0,
    said         TEXT NOT NULL DEFAULT '{}',
    copied       BOOLEAN NOT NULL DEFAULT FALSE,
    full_since   BIGINT,
    progress     BIGINT NOT NULL DEFAULT 0,
    first_number BIGINT NOT NULL DEFAULT 0,
    have         TEXT NOT NULL DEFAULT '',
    sum_of       BIGINT NOT NULL DEFAULT 0,
    sum          TEXT NOT NULL DEFAULT '',
    taken_at     BIGINT,
    blocks       BIGINT NOT NULL DEFAULT 0,
    lines        BIGINT NOT NULL DEFAULT 0,
    bytes        BIGINT NOT NULL DEFAULT 0,
    repeated     BIGINT NOT NULL DEFAULT 0,
    refused      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX collector_unit ON collector (unit_id, id);
CREATE INDEX collector_code ON collector (code);
CREATE TABLE collector_way (
    id             TEXT PRIMARY KEY,
    collector_id   TEXT NOT NULL REFERENCES collector (id),
    source_id      TEXT NOT NULL,
    owner_unit     TEXT NOT NULL,
    kind           TEXT NOT NULL,
    listener       TEXT NOT NULL DEFAULT '',
    network        TEXT NOT NULL DEFAULT '',
    host           TEXT NOT NULL DEFAULT '',
    path           TEXT NOT NULL DEFAULT '',
    token          TEXT NOT NULL DEFAULT '',
    lines_a_second BIGINT NOT NULL DEFAULT 0,
    bytes_a_second BIGINT NOT NULL DEFAULT 0,
    closed         BOOLEAN NOT NULL DEFAULT FALSE,
    note           TEXT NOT NULL DEFAULT '',
    created_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1,
    fits           TEXT NOT NULL UNIQUE
);
CREATE INDEX collector_way_collector ON collector_way (collector_id, id);
CREATE TABLE collector_bundle (
    id           TEXT PRIMARY KEY,
    collector_id TEXT NOT NULL REFERENCES collector (id),
    number       BIGINT NOT NULL,
    sum          TEXT NOT NULL,
    made_at      BIGINT NOT NULL,
    taken_at     BIGINT NOT NULL,
    taken_by     TEXT NOT NULL,
    first_number BIGINT NOT NULL,
    last_number  BIGINT NOT NULL,
    taken        BIGINT NOT NULL,
    repeated     BIGINT NOT NULL,
    refused      BIGINT NOT NULL,
    missing      TEXT NOT NULL,
    receipt      TEXT NOT NULL
);
CREATE INDEX collector_bundle_collector ON collector_bundle (collector_id, id);
