-- +goose Up
-- Why:    what is true of each unit is counted from data and kept a row a day, so that trends, boards and papers read and
--         never count; where a number comes from stays known.
-- Key:    a row is one measure of one unit on one day (YYYY-MM-DD in Vietnam), of its own records without those of units
--         below. measure_day says when and by which run the day was counted: a unit without row on a counted day is outside
--         the measure. measure_state is the newest counted day of a measure. measure_past is what rows were before a day was
--         counted anew. measure_claim is what units say of themselves, every version; one is current.
-- Cost:   new tables; 150 units, 60 measures and a year are 3.3 million rows. Undo: none.
CREATE TABLE measure_run (
    id         TEXT PRIMARY KEY,
    cause      TEXT NOT NULL CHECK (cause IN ('duty', 'recount')),
    started_at BIGINT NOT NULL,
    millis     BIGINT NOT NULL,
    pack_id    TEXT NOT NULL,
    pack_hash  TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    measures   BIGINT NOT NULL,
    failed     BIGINT NOT NULL,
    problem    TEXT NOT NULL
);
CREATE INDEX measure_run_started ON measure_run (started_at);
CREATE TABLE measure_day (
    measure    TEXT NOT NULL,
    day        TEXT NOT NULL,
    run_id     TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    to_at      BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (measure, day)
);
CREATE INDEX measure_day_run ON measure_day (run_id);
CREATE TABLE measure_row (
    measure  TEXT NOT NULL,
    day      TEXT NOT NULL,
    unit_id  TEXT NOT NULL,
    num      BIGINT NOT NULL,
    den      BIGINT NOT NULL,
    seen     BIGINT NOT NULL,
    expected BIGINT NOT NULL CHECK (expected > 0 AND seen >= 0 AND seen <= expected),
    PRIMARY KEY (measure, day, unit_id)
);
CREATE TABLE measure_state (
    measure    TEXT PRIMARY KEY,
    day        TEXT NOT NULL,
    before_day TEXT NOT NULL,
    run_id     TEXT NOT NULL,
    counted_at BIGINT,
    millis     BIGINT NOT NULL,
    problem    TEXT NOT NULL,
    failed_at  BIGINT
);
CREATE TABLE measure_past (
    id          TEXT PRIMARY KEY,
    measure     TEXT NOT NULL,
    day         TEXT NOT NULL,
    unit_id     TEXT NOT NULL,
    num         BIGINT NOT NULL,
    den         BIGINT NOT NULL,
    seen        BIGINT NOT NULL,
    expected    BIGINT NOT NULL,
    run_id      TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    replaced_by TEXT NOT NULL
);
CREATE INDEX measure_past_of ON measure_past (measure, day, unit_id, replaced_at);
CREATE TABLE measure_claim (
    id      TEXT PRIMARY KEY,
    measure TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    num     BIGINT NOT NULL CHECK (num >= 0),
    den     BIGINT NOT NULL CHECK (den >= 0),
    note    TEXT NOT NULL,
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    version BIGINT NOT NULL,
    current BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX measure_claim_version ON measure_claim (measure, unit_id, version);
CREATE UNIQUE INDEX measure_claim_current ON measure_claim (unit_id, measure) WHERE current;
