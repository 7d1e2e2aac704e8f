-- +goose Up
-- Why:    a long result leaves as a file that a job writes; its row says who asked for it, why, and what became of it.
-- Key:    asked is JSON: the question, and the units in which who asked could look then. Files lie in a store of their
--         own for seven days.
-- Cost:   new table. Undo: drop it; files not yet fetched are lost.
CREATE TABLE lookup_takeout (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    form         TEXT NOT NULL,
    asked        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    time_from    BIGINT NOT NULL,
    time_to      BIGINT NOT NULL,
    found        BIGINT NOT NULL,
    rows_written BIGINT NOT NULL,
    size         BIGINT NOT NULL,
    sha256       TEXT NOT NULL,
    asked_at     BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX lookup_takeout_of ON lookup_takeout (account_id, id);
