-- +goose Up
-- Why:    a telephone list is worth what its last check is worth: who said so, when, and when somebody last made
--         sure. One row a unit and fact (head, contact, hotline, address). Facts written before this have none: they
--         are of unknown source and were never checked.
-- Cost:   new table. Undo: none.
CREATE TABLE unit_fact (
    unit_id     TEXT NOT NULL REFERENCES unit (id),
    fact        TEXT NOT NULL CHECK (fact IN ('head', 'contact', 'hotline', 'address')),
    source      TEXT NOT NULL,
    reference   TEXT NOT NULL DEFAULT '',
    told_at     BIGINT NOT NULL,
    told_by     TEXT NOT NULL,
    verified_at BIGINT NOT NULL,
    verified_by TEXT NOT NULL,
    PRIMARY KEY (unit_id, fact)
);
CREATE INDEX unit_fact_verified ON unit_fact (fact, verified_at);
