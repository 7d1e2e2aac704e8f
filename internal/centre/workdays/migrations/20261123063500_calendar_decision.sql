-- +goose Up
-- Why:    days off are decided anew each year, exchanged, or ordered by a province; an authorised person adds what the data
--         of the program does not have yet, with a reason and a paper, and may withdraw it.
-- Key:    days are YYYY-MM-DD in Vietnam, both included; day_worked is '' but for an exchange, occasion '' but for a yearly
--         notice ('tet'). state is in_force or withdrawn.
-- Cost:   one new table, a few rows a year. Undo: none.
CREATE TABLE calendar_decision (
    id               TEXT PRIMARY KEY,
    kind             TEXT NOT NULL,
    name             TEXT NOT NULL,
    day_first        TEXT NOT NULL,
    day_last         TEXT NOT NULL,
    day_worked       TEXT NOT NULL,
    occasion         TEXT NOT NULL,
    reason           TEXT NOT NULL,
    reference        TEXT NOT NULL,
    state            TEXT NOT NULL,
    made_by          TEXT NOT NULL,
    made_name        TEXT NOT NULL,
    made_at          BIGINT NOT NULL,
    withdrawn_by     TEXT NOT NULL,
    withdrawn_name   TEXT NOT NULL,
    withdrawn_reason TEXT NOT NULL,
    withdrawn_at     BIGINT,
    folded           TEXT NOT NULL,
    version          BIGINT NOT NULL
);
CREATE INDEX calendar_decision_state ON calendar_decision (state, id);
