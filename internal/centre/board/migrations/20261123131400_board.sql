-- +goose Up
-- Why:    the scoreboard keeps no figure; it keeps whom somebody urged, so that nobody is urged twice unawares, and which
--         head accepted the duties of a directive: who, when, on which paper. A new head accepts anew, so the head's name
--         is part of the key.
-- Cost:   new tables. Undo: drop them.
CREATE TABLE board_urge (
    id           TEXT PRIMARY KEY,
    directive_id TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    owed         BIGINT NOT NULL,
    by_id        TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX board_urge_last ON board_urge (directive_id, unit_id, at);

CREATE TABLE board_acceptance (
    id           TEXT PRIMARY KEY,
    directive_id TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    head         TEXT NOT NULL,
    head_title   TEXT NOT NULL,
    reference    TEXT NOT NULL,
    by_id        TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE UNIQUE INDEX board_acceptance_once ON board_acceptance (directive_id, unit_id, head);
CREATE INDEX board_acceptance_unit ON board_acceptance (unit_id);
