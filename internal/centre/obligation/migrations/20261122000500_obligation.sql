-- +goose Up
-- Why:    one record for every deadline: who owes what to whom, by when, on what basis, proved by what. Lateness is no
--         column: it is derived from due_at, met_at and the present moment.
-- Key:    one row a subject, clock and addressee, so that opening twice opens once.
-- Cost:   new table. Undo: none.
CREATE TABLE obligation (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL,
    title_vi       TEXT NOT NULL,
    title_en       TEXT NOT NULL,
    unit_id        TEXT NOT NULL,
    owed_by        TEXT NOT NULL,
    opened_by      TEXT NOT NULL,
    addressee_id   TEXT NOT NULL,
    addressee_vi   TEXT NOT NULL,
    addressee_en   TEXT NOT NULL,
    subject_kind   TEXT NOT NULL,
    subject_id     TEXT NOT NULL,
    subject_label  TEXT NOT NULL,
    pack_id        TEXT NOT NULL,
    pack_hash      TEXT NOT NULL,
    clock_id       TEXT NOT NULL,
    form_id        TEXT NOT NULL,
    basis          TEXT NOT NULL,
    t0             BIGINT NOT NULL,
    amount         BIGINT NOT NULL,
    amount_unit    TEXT NOT NULL,
    due_at         BIGINT NOT NULL CHECK (due_at >= t0),
    soon_at        BIGINT NOT NULL,
    explanation    TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'met', 'cancelled', 'waived')),
    met_at         BIGINT,
    met_how        TEXT NOT NULL,
    met_ref        TEXT NOT NULL,
    recorded_at    BIGINT,
    recorded_by    TEXT NOT NULL,
    ended_reason   TEXT NOT NULL,
    ended_by_id    TEXT NOT NULL,
    ended_by       TEXT NOT NULL,
    ended_at       BIGINT,
    ended_by_rule  BOOLEAN NOT NULL,
    created_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    search         TEXT NOT NULL,
    CHECK ((state = 'met') = (met_at IS NOT NULL)),
    CHECK ((state IN ('cancelled', 'waived')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX obligation_subject ON obligation (subject_kind, subject_id, clock_id, addressee_id);
CREATE INDEX obligation_due ON obligation (state, due_at, id);
CREATE INDEX obligation_unit ON obligation (unit_id, state, due_at);
