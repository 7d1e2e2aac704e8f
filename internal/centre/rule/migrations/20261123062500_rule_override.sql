-- +goose Up
-- Why:    an authorised person puts a value of their own in place of one that a rule pack writes (a limit that the province
--         shortened, a text whose status was found out), with a reason and a source, from a day on.
-- Key:    target names the value: clocks/hs-tham-dinh-3, periods/audit/3. value and was are JSON of rulepack.Value: the new one and
--         the one that stood there. Days are YYYY-MM-DD in Vietnam, both included; day_to '' is while the pack lasts. A row is
--         withdrawn, never removed: records keep the version of the pack they were judged under.
-- Cost:   one new table. Undo: none.
CREATE TABLE rule_override (
    id               TEXT PRIMARY KEY,
    pack             TEXT NOT NULL,
    target           TEXT NOT NULL,
    value            TEXT NOT NULL,
    was              TEXT NOT NULL,
    day_from         TEXT NOT NULL,
    day_to           TEXT NOT NULL,
    reason           TEXT NOT NULL,
    source_key       TEXT NOT NULL,
    source_mark      TEXT NOT NULL,
    source_note      TEXT NOT NULL,
    entered_by       TEXT NOT NULL,
    entered_name     TEXT NOT NULL,
    entered_at       BIGINT NOT NULL,
    withdrawn_by     TEXT NOT NULL,
    withdrawn_name   TEXT NOT NULL,
    withdrawn_at     BIGINT,
    withdrawn_reason TEXT NOT NULL,
    folded           TEXT NOT NULL,
    version          BIGINT NOT NULL
);
CREATE INDEX rule_override_target ON rule_override (pack, target, id);
