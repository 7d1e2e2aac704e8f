-- +goose Up
-- Why:    lists of indicators that are fetched on a schedule or dropped as files.
-- Cost:   two new tables.
-- Before: release N-1 does not look at them. Undo: drop them in a later file.
CREATE TABLE feed (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    folded       TEXT NOT NULL,
    folder       TEXT NOT NULL,
    url          TEXT NOT NULL DEFAULT '',
    unit_id      TEXT NOT NULL,
    list_id      TEXT NOT NULL DEFAULT '',
    list_name    TEXT NOT NULL DEFAULT '',
    list_kind    TEXT NOT NULL DEFAULT '',
    list_tlp     TEXT NOT NULL DEFAULT '',
    list_threat  TEXT NOT NULL DEFAULT '',
    list_scope   TEXT NOT NULL DEFAULT '',
    list_layout  TEXT NOT NULL DEFAULT '',
    making       TEXT NOT NULL DEFAULT '',
    schedule     TEXT NOT NULL,
    auth_kind    TEXT NOT NULL DEFAULT '',
    auth_name    TEXT NOT NULL DEFAULT '',
    auth_secret  TEXT NOT NULL DEFAULT '',
    limit_mib    BIGINT NOT NULL,
    catalogue    TEXT NOT NULL DEFAULT '',
    active       BOOLEAN NOT NULL DEFAULT FALSE,
    active_at    BIGINT,
    reason       TEXT NOT NULL DEFAULT '',
    etag         TEXT NOT NULL DEFAULT '',
    modified     TEXT NOT NULL DEFAULT '',
    sha256       TEXT NOT NULL DEFAULT '',
    next_at      BIGINT,
    tried_at     BIGINT,
    ok_at        BIGINT,
    changed_at   BIGINT,
    failures     BIGINT NOT NULL DEFAULT 0,
    why          TEXT NOT NULL DEFAULT '',
    why_args     TEXT NOT NULL DEFAULT '[]',
    rows_loaded  BIGINT NOT NULL DEFAULT 0,
    run_id       TEXT NOT NULL DEFAULT '',
    created_by   TEXT NOT NULL,
    created_name TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX feed_unit ON feed (unit_id, id);
CREATE INDEX feed_due ON feed (active, next_at);
CREATE TABLE feed_run (
    id         TEXT PRIMARY KEY,
    feed_id    TEXT NOT NULL REFERENCES feed (id),
    how        TEXT NOT NULL,
    state      TEXT NOT NULL,
    by_name    TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    ended_at   BIGINT,
    status     BIGINT NOT NULL DEFAULT 0,
    bytes      BIGINT NOT NULL DEFAULT 0,
    sha256     TEXT NOT NULL DEFAULT '',
    file       TEXT NOT NULL DEFAULT '',
    seq        BIGINT NOT NULL DEFAULT 0,
    rows_loaded BIGINT NOT NULL DEFAULT 0,
    why        TEXT NOT NULL DEFAULT '',
    why_args   TEXT NOT NULL DEFAULT '[]',
    job_id     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX feed_run_feed ON feed_run (feed_id, id);
CREATE INDEX feed_run_open ON feed_run (state, id);
