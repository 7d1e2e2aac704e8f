-- +goose Up
-- Why:    what people are told: one row a person and matter, written with what happened; how each wants to hear of it.
-- Cost:   new tables. Undo: notices and choices are lost.
CREATE TABLE notice (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    kind       TEXT NOT NULL,
    urgency    BIGINT NOT NULL,
    unit_id    TEXT NOT NULL,
    object     TEXT NOT NULL,
    args       TEXT NOT NULL,              -- JSON
    href       TEXT NOT NULL,
    times      BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    read_at    BIGINT,
    mail       TEXT NOT NULL,              -- none, wait, out, done
    mail_at    BIGINT,
    letter_id  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notice_account ON notice (account_id, updated_at, id);
CREATE INDEX notice_unread ON notice (account_id, read_at);
CREATE INDEX notice_matter ON notice (account_id, kind, object);
CREATE INDEX notice_mail ON notice (mail, mail_at);
CREATE INDEX notice_letter ON notice (letter_id);
CREATE INDEX notice_age ON notice (updated_at);
CREATE TABLE notice_event (
    dedupe     TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);
CREATE INDEX notice_event_age ON notice_event (created_at);
CREATE TABLE notice_preference (
    account_id TEXT PRIMARY KEY,
    value      TEXT NOT NULL,              -- JSON
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
