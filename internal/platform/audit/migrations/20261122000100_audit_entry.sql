-- +goose Up
-- Why:    every change leaves who, when, what in the same transaction.
-- Cost:   new table. Undo: none; the trail is never dropped.
CREATE TABLE audit_entry (
    id         TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    object     TEXT NOT NULL,
    unit_id    TEXT NOT NULL DEFAULT '',
    detail     TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entry_object ON audit_entry (kind, object, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, id);
