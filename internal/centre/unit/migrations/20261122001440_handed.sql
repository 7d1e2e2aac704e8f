-- +goose Up
-- Why:    what a unit hands in before the centre can measure it: how many machines it says it has, and the export of
--         its antivirus console, kept as it came. Both are declared, not measured.
-- Cost:   new tables. Undo: none.
CREATE TABLE unit_declared (
    id          TEXT PRIMARY KEY,
    unit_id     TEXT NOT NULL REFERENCES unit (id),
    machines    BIGINT NOT NULL CHECK (machines >= 0),
    counted_day TEXT NOT NULL,
    source      TEXT NOT NULL,
    by_name     TEXT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX unit_declared_unit ON unit_declared (unit_id, at);

CREATE TABLE unit_file (
    id      TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES unit (id),
    kind    TEXT NOT NULL CHECK (kind IN ('av_export')),
    name    TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    size    BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX unit_file_unit ON unit_file (unit_id, at);
CREATE UNIQUE INDEX unit_file_once ON unit_file (unit_id, kind, sha256);
