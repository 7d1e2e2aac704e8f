-- +goose Up
-- Why:    what is left of an earlier directive is carried over to the one that replaces, follows or repeats it; and the
--         chain of grounds is told: a directive rests on another, or on a paper of the register (basis_id).
-- Key:    directive_earlier has what a person said that a directive is to an earlier one. directive_task.to_task is the task
--         of the later directive that took the place of one; its state is then 'carried'.
-- Cost:   constant defaults, no rewrite; new table. Before: release N-1 reads no column of these; a task that was carried
--         stands there with a state it does not count. Undo: drop them; what was carried then only says so in its reason.
CREATE TABLE directive_earlier (
    directive_id TEXT NOT NULL REFERENCES directive (id),
    earlier_id   TEXT NOT NULL REFERENCES directive (id),
    relation     TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (directive_id, earlier_id)
);
CREATE INDEX directive_earlier_of ON directive_earlier (earlier_id);
ALTER TABLE directive ADD COLUMN basis_id TEXT NOT NULL DEFAULT '';
ALTER TABLE directive_task ADD COLUMN to_task TEXT NOT NULL DEFAULT '';
CREATE INDEX directive_task_to ON directive_task (to_task);
