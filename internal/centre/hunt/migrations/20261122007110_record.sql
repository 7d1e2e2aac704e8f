-- +goose Up
-- Why:    the record of a threat hunt: what was supposed, where it was looked for and how, and what came of it. That hunts
--         take place is owed from time to time; how often is in the rule pack.
-- Key:    one series of numbers a year. owner_unit is the unit that leads the hunt and rules who sees it.
-- JSON:   techniques, units and sources are lists of ids.
-- Cost:   new tables. Undo: drop them; the records are lost.
CREATE TABLE hunt_series (
    year BIGINT PRIMARY KEY,
    used BIGINT NOT NULL
);
CREATE TABLE hunt_record (
    id             TEXT PRIMARY KEY,
    code           TEXT NOT NULL,
    title          TEXT NOT NULL,
    hypothesis     TEXT NOT NULL,
    techniques     TEXT NOT NULL,
    units          TEXT NOT NULL,
    sources        TEXT NOT NULL,
    day_from       TEXT NOT NULL,
    day_to         TEXT NOT NULL,
    members        TEXT NOT NULL,
    owner_unit     TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'concluded')),
    result         TEXT NOT NULL CHECK (result IN ('', 'nothing', 'finding', 'incident', 'gap')),
    conclusion     TEXT NOT NULL,
    opened_at      BIGINT NOT NULL,
    opened_by      TEXT NOT NULL,
    opened_name    TEXT NOT NULL,
    concluded_at   BIGINT,
    concluded_name TEXT NOT NULL,
    version        BIGINT NOT NULL,
    search         TEXT NOT NULL,
    CHECK ((state = 'concluded') = (concluded_at IS NOT NULL))
);
CREATE UNIQUE INDEX hunt_record_code ON hunt_record (code);
CREATE INDEX hunt_record_owner ON hunt_record (owner_unit, opened_at);
CREATE INDEX hunt_record_concluded ON hunt_record (concluded_at);
CREATE TABLE hunt_query (
    id        TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES hunt_record (id),
    query     TEXT NOT NULL,
    asked     TEXT NOT NULL,
    time_from BIGINT NOT NULL,
    time_to   BIGINT NOT NULL,
    found     BIGINT NOT NULL,
    tabled    BOOLEAN NOT NULL,
    hash      TEXT NOT NULL,
    note      TEXT NOT NULL,
    kept_at   BIGINT NOT NULL,
    by_name   TEXT NOT NULL
);
CREATE INDEX hunt_query_record ON hunt_query (record_id, id);
CREATE TABLE hunt_note (
    id        TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES hunt_record (id),
    text      TEXT NOT NULL,
    noted_at  BIGINT NOT NULL,
    by_name   TEXT NOT NULL
);
CREATE INDEX hunt_note_record ON hunt_note (record_id, id);
CREATE TABLE hunt_link (
    record_id TEXT NOT NULL REFERENCES hunt_record (id),
    kind      TEXT NOT NULL CHECK (kind IN ('finding', 'incident')),
    ref_id    TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    by_name   TEXT NOT NULL,
    PRIMARY KEY (record_id, kind, ref_id)
);
