-- +goose Up
-- Why:    what a person chose for a demand of a directive is proposed first for the next demand of its kind.
-- Key:    unit_id is the unit whose directive it was, and rules who sees it. fingerprint is the SHA-256 of the demand's
--         words without figures, so that the same demand of another year is the same; topics and bindings are ids, by blanks.
-- Cost:   one new table. Undo: none.
CREATE TABLE binding_choice (
    id          TEXT PRIMARY KEY,
    unit_id     TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    said        TEXT NOT NULL,
    topic       TEXT NOT NULL,
    topics      TEXT NOT NULL,
    bindings    TEXT NOT NULL,
    paper       TEXT NOT NULL,
    uses        BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    by_id       TEXT NOT NULL,
    by_name     TEXT NOT NULL,
    folded      TEXT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE UNIQUE INDEX binding_choice_of ON binding_choice (unit_id, fingerprint);
CREATE INDEX binding_choice_topic ON binding_choice (topic, id);
