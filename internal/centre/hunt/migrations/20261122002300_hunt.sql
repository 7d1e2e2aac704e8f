-- +goose Up
-- Why:    looking back: which version of each list was looked for in the memory of sightings, and what a person looked
--         for, why, and what was found. The memory itself is no table of the records (intake/sighting).
-- Key:    hunt_list says how far the looking back for a list is: seq is the version that was looked for to its end, target
--         the one under way from entry position on. hunt_seen is stamped by the address plan (unit.Stamp).
-- Cost:   new tables. Undo: none.
CREATE TABLE hunt_list (
    list_id  TEXT PRIMARY KEY,
    seq      BIGINT NOT NULL,
    target   BIGINT NOT NULL,
    position BIGINT NOT NULL
);
CREATE TABLE hunt (
    id           TEXT PRIMARY KEY,
    value        TEXT NOT NULL,
    below        BOOLEAN NOT NULL,
    day_from     TEXT NOT NULL,
    day_to       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    names        BIGINT NOT NULL,
    rows_found   BIGINT NOT NULL,
    cut          BOOLEAN NOT NULL,
    owner_unit   TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_name TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX hunt_by ON hunt (created_by, id);
CREATE TABLE hunt_seen (
    id           TEXT PRIMARY KEY,
    hunt_id      TEXT NOT NULL REFERENCES hunt (id),
    owner_unit   TEXT NOT NULL,
    source_id    TEXT NOT NULL,
    addr         TEXT NOT NULL,
    addr_key     TEXT NOT NULL,
    name         TEXT NOT NULL,
    names        BIGINT NOT NULL,
    days         BIGINT NOT NULL,
    queries      BIGINT NOT NULL,
    undated      BIGINT NOT NULL,
    first_seen   BIGINT NOT NULL,
    last_seen    BIGINT NOT NULL,
    unit_id      TEXT NOT NULL,
    address_kind TEXT NOT NULL,
    scope_unit   TEXT NOT NULL
);
CREATE INDEX hunt_seen_hunt ON hunt_seen (hunt_id, last_seen, id);
