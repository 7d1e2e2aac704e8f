-- +goose Up
-- Why:    units merge, split, change name and place by decision, on a day that may lie ahead. A reform is such a
--         change with its basis: drafted, shown with its effect, planned, carried out, undone. done holds what it
--         wrote, so that it can be taken back while nothing has built on it.
-- Days:   as in unit: starts is the first millisecond of the first day.
-- Cost:   new tables. Undo: none.
CREATE TABLE unit_reform (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'rename', 'move', 'end')),
    state        TEXT NOT NULL CHECK (state IN ('draft', 'planned', 'applied', 'failed', 'withdrawn', 'undone')),
    starts       BIGINT NOT NULL,
    basis        TEXT NOT NULL,
    basis_day    TEXT NOT NULL DEFAULT '',
    note         TEXT NOT NULL DEFAULT '',
    spec         TEXT NOT NULL,
    done         TEXT NOT NULL DEFAULT '',
    problem      TEXT NOT NULL DEFAULT '',
    title        TEXT NOT NULL,
    search       TEXT NOT NULL,
    created_id   TEXT NOT NULL,
    created_name TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    settled_id   TEXT NOT NULL DEFAULT '',
    settled_name TEXT NOT NULL DEFAULT '',
    settled_at   BIGINT,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX unit_reform_state ON unit_reform (state, starts);

-- The units a reform names; whoever does not see them all does not see the reform.
CREATE TABLE unit_reform_unit (
    reform_id TEXT NOT NULL REFERENCES unit_reform (id),
    unit_id   TEXT NOT NULL,
    PRIMARY KEY (reform_id, unit_id)
);
CREATE INDEX unit_reform_unit_back ON unit_reform_unit (unit_id, reform_id);

-- What a unit was called, and under whom it stood, until a day. field is name, short_name or parent_id. The
-- present value stands in unit.
CREATE TABLE unit_past (
    id          TEXT PRIMARY KEY,
    unit_id     TEXT NOT NULL REFERENCES unit (id),
    field       TEXT NOT NULL,
    value       TEXT NOT NULL,
    valid_until BIGINT NOT NULL,
    reform_id   TEXT NOT NULL
);
CREATE INDEX unit_past_unit ON unit_past (unit_id, field, valid_until);
