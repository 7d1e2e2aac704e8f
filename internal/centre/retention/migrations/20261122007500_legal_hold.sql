-- +goose Up
-- Why:    lines whose days are over are removed; what an investigation or a court needs is held by a named person, with a
--         reason and a paper, until a second person agrees that it may go.
-- Key:    source_id and unit_id say whose lines; one of them may be empty. Days are YYYY-MM-DD in Vietnam, both included.
--         What is held lies in files (internal/intake/lake, held.go), not in the records.
-- Cost:   one new table. Undo: none.
CREATE TABLE legal_hold (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    source_id    TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    day_from     TEXT NOT NULL,
    day_to       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    reference    TEXT NOT NULL,
    state        TEXT NOT NULL,
    placed_by    TEXT NOT NULL,
    placed_name  TEXT NOT NULL,
    placed_at    BIGINT NOT NULL,
    asked_by     TEXT NOT NULL,
    asked_name   TEXT NOT NULL,
    asked_reason TEXT NOT NULL,
    asked_at     BIGINT,
    lifted_by    TEXT NOT NULL,
    lifted_name  TEXT NOT NULL,
    lifted_at    BIGINT,
    folded       TEXT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX legal_hold_state ON legal_hold (state, id);
