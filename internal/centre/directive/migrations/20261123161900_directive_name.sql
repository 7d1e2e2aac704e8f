-- +goose Up
-- Why:    whom a name of the text means is asked of a person once, and remembered by the body that asked; a file may prove an answer.
-- Key:    directive_name is read where a text comes in for unit_id. directive_file belongs to a task of its unit.
-- Cost:   new tables. Undo: drop them; the names are asked again, the files are no longer shown.
CREATE TABLE directive_name (
    unit_id TEXT NOT NULL,
    folded  TEXT NOT NULL,
    name    TEXT NOT NULL,
    target  TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (unit_id, folded)
);
CREATE TABLE directive_file (
    id           TEXT PRIMARY KEY,
    directive_id TEXT NOT NULL REFERENCES directive (id),
    task_id      TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    name         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    size         BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX directive_file_of ON directive_file (task_id);
