-- +goose Up
-- Why:    work that must outlive the process that was asked for it: imports, ingestion, printing.
--         (kind, key) makes asking twice the same as asking once; lease_owner is new with every lease and fences off a runner that lost its lease.
-- Cost:   new table. Undo: rows of work still queued would be lost.
CREATE TABLE job (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL,
    key            TEXT NOT NULL,
    payload        TEXT NOT NULL DEFAULT '{}',
    state          TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    attempts       BIGINT NOT NULL DEFAULT 0,
    max_attempts   BIGINT NOT NULL,
    run_after      BIGINT NOT NULL,
    lease_owner    TEXT NOT NULL DEFAULT '',
    lease_until    BIGINT,
    progress_done  BIGINT NOT NULL DEFAULT 0,
    progress_total BIGINT NOT NULL DEFAULT 0,
    note           TEXT NOT NULL DEFAULT '',
    error          TEXT NOT NULL DEFAULT '',
    owner_unit     TEXT NOT NULL DEFAULT '',
    created_by     TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    started_at     BIGINT,
    ended_at       BIGINT,
    UNIQUE (kind, key)
);
CREATE INDEX job_due ON job (state, run_after);
CREATE INDEX job_unit ON job (owner_unit, id);
