-- +goose Up
-- Why:    what was backed up, checked and restored in a drill, by whom, with what end.
-- Cost:   new table.
-- Before: release N-1 does not know it. Undo: drop it in a later file; the history is lost, the backups are not.
CREATE TABLE backup_run (
    id        TEXT PRIMARY KEY,
    kind      TEXT NOT NULL CHECK (kind IN ('take', 'check', 'drill')),
    reason    TEXT NOT NULL,
    folder    TEXT NOT NULL,
    name      TEXT NOT NULL,
    good      BOOLEAN NOT NULL,
    begun_at  BIGINT NOT NULL,
    ended_at  BIGINT NOT NULL,
    by_id     TEXT NOT NULL,
    by_name   TEXT NOT NULL,
    tables    BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    files     BIGINT NOT NULL,
    bytes     BIGINT NOT NULL,
    problem   TEXT NOT NULL
);
CREATE INDEX backup_run_kind ON backup_run (kind, id);
