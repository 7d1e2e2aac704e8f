-- +goose Up
-- Why:    the outbox: one row a letter, from the moment it is owed to the answer of the mail server.
-- Cost:   new table. Undo: letters still waiting are lost.
CREATE TABLE notify_letter (
    id          TEXT PRIMARY KEY,
    recipient   TEXT NOT NULL,              -- whom it is for, as the room names people
    state       TEXT NOT NULL,              -- waiting, sending, sent, failed, dropped
    attempt     TEXT NOT NULL DEFAULT '',   -- of the dialogue in hand: the fence
    attempts    BIGINT NOT NULL DEFAULT 0,
    unsure      BIGINT NOT NULL DEFAULT 0,  -- dialogues that may have ended in acceptance; the letter grows no more
    lease_until BIGINT,
    next_at     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    ended_at    BIGINT,
    code        BIGINT NOT NULL DEFAULT 0,  -- of the server's last answer
    answer      TEXT NOT NULL DEFAULT '',   -- the server's last answer, or why there was none
    reason      TEXT NOT NULL DEFAULT ''    -- catalogue key, or what a person wrote, why it ended unsent
);
CREATE INDEX notify_letter_due ON notify_letter (state, next_at, id);
CREATE INDEX notify_letter_recipient ON notify_letter (recipient, state);
