-- +goose Up
-- Why:    duties that come again are data of the rule pack and bind nobody until the centre turns them on, each for a
--         group of units; and people read their terms in the calendar of their phone, by an address that is a secret
--         and can be taken back.
-- Cost:   new tables. Undo: drop them.
CREATE TABLE obligation_duty (
    id      TEXT PRIMARY KEY,
    duty_id TEXT NOT NULL,
    target  TEXT NOT NULL,
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX obligation_duty_once ON obligation_duty (duty_id, target);

CREATE TABLE obligation_feed (
    id         TEXT PRIMARY KEY,
    token      TEXT NOT NULL,
    account_id TEXT NOT NULL,
    unit_id    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    asked_at   BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX obligation_feed_token ON obligation_feed (token);
CREATE INDEX obligation_feed_account ON obligation_feed (account_id, created_at);
