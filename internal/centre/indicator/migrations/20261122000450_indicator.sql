-- +goose Up
-- Why:    which lists of indicators there are, every file each was made from, the false positives people reported,
--         and a counter by which processes notice that what is matched has changed.
-- Cost:   new tables. Undo: none.
CREATE TABLE indicator_list (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('block', 'allow')),
    threat     TEXT NOT NULL DEFAULT '',
    tlp        TEXT NOT NULL CHECK (tlp IN ('TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED')),
    scope      TEXT NOT NULL CHECK (scope IN ('subdomains', 'exact')),
    layout     TEXT NOT NULL CHECK (layout IN ('auto', 'plain', 'hosts', 'csv')),
    owner_unit TEXT NOT NULL,
    active     BOOLEAN NOT NULL,
    builtin    BOOLEAN NOT NULL DEFAULT FALSE,
    seq        BIGINT NOT NULL DEFAULT 0,
    note       TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE TABLE indicator_version (
    list_id     TEXT NOT NULL REFERENCES indicator_list (id),
    seq         BIGINT NOT NULL,
    file        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    size        BIGINT NOT NULL,
    note        TEXT NOT NULL DEFAULT '',
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'loaded', 'refused')),
    received_at BIGINT NOT NULL,
    received_by TEXT NOT NULL,
    done_at     BIGINT,
    added       BIGINT NOT NULL DEFAULT 0,
    report      TEXT NOT NULL DEFAULT '{}',
    problem     TEXT NOT NULL DEFAULT '',
    job_id      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (list_id, seq)
);
CREATE TABLE indicator_allow (
    id       TEXT PRIMARY KEY,
    list_id  TEXT NOT NULL REFERENCES indicator_list (id),
    name     TEXT NOT NULL,
    exact    BOOLEAN NOT NULL,
    reason   TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX indicator_allow_name ON indicator_allow (list_id, name);
CREATE TABLE indicator_generation (seq BIGINT NOT NULL);
INSERT INTO indicator_generation (seq) VALUES (0);
