-- +goose Up
-- Why:    a report that comes every quarter, every holiday or every year is defined once; the centre makes its draft in time and
--         keeps which period became which paper.
-- Key:    series_run has one row a definition and period: the unique key is what keeps two workers from making two drafts.
--         Days are YYYY-MM-DD in Vietnam. problem is the last part of a catalogue key, empty for none.
-- Cost:   two new tables. Undo: none.
CREATE TABLE series_plan (
    id           TEXT PRIMARY KEY,
    title        TEXT NOT NULL,
    form_id      TEXT NOT NULL,
    pack_id      TEXT NOT NULL,
    duty_id      TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    every        TEXT NOT NULL,
    occasion     TEXT NOT NULL,
    due_days     BIGINT NOT NULL,
    lead_days    BIGINT NOT NULL,
    writer_id    TEXT NOT NULL,
    writer_name  TEXT NOT NULL,
    recipients   TEXT NOT NULL,
    directive_id TEXT NOT NULL,
    state        TEXT NOT NULL,
    since        TEXT NOT NULL,
    problem      TEXT NOT NULL,
    problem_at   BIGINT,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    updated_at   BIGINT NOT NULL,
    updated_by   TEXT NOT NULL,
    version      BIGINT NOT NULL,
    search       TEXT NOT NULL
);
CREATE INDEX series_plan_unit ON series_plan (unit_id, id);
CREATE INDEX series_plan_state ON series_plan (state, id);
CREATE TABLE series_run (
    id            TEXT PRIMARY KEY,
    series_id     TEXT NOT NULL,
    period_key    TEXT NOT NULL,
    label_vi      TEXT NOT NULL,
    label_en      TEXT NOT NULL,
    day_from      TEXT NOT NULL,
    day_to        TEXT NOT NULL,
    begins_on     TEXT NOT NULL,
    due_on        TEXT NOT NULL,
    state         TEXT NOT NULL,
    paper_id      TEXT NOT NULL,
    obligation_id TEXT NOT NULL,
    problem       TEXT NOT NULL,
    tried_at      BIGINT NOT NULL,
    made_by       TEXT NOT NULL,
    version       BIGINT NOT NULL
);
CREATE UNIQUE INDEX series_run_period ON series_run (series_id, period_key);
CREATE INDEX series_run_paper ON series_run (paper_id);
