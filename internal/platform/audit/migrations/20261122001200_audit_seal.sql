-- +goose Up
-- Why:    entries are chained, so that a change behind the program's back is found.
-- Cost:   new tables; one row for each entry there is. Undo: none.
ALTER TABLE audit_entry ADD COLUMN elevated TEXT NOT NULL DEFAULT '';
CREATE TABLE audit_seal (
    seq       BIGINT PRIMARY KEY,
    entry_id  TEXT NOT NULL UNIQUE,
    hash      TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    signature TEXT NOT NULL DEFAULT ''
);
CREATE TABLE audit_pending (
    entry_id TEXT PRIMARY KEY
);
INSERT INTO audit_pending (entry_id) SELECT id FROM audit_entry;
CREATE INDEX audit_entry_unit ON audit_entry (unit_id, id);
CREATE INDEX audit_entry_at ON audit_entry (at);
CREATE INDEX audit_entry_action ON audit_entry (action, id);
