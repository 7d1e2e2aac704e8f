-- +goose Up
-- Why:    people see where they are signed in and end what is not theirs; a session unused for hours ends.
-- Cost:   sessions begun before cannot be told whose they are, so they go: everybody signs in again once.
-- Before: the previous release signs in beside it. Undo: drop the columns in a later file.
DELETE FROM web_session;
ALTER TABLE web_session ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN account_id TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN begun_at BIGINT;
ALTER TABLE web_session ADD COLUMN seen_at BIGINT;
ALTER TABLE web_session ADD COLUMN ended_at BIGINT;
ALTER TABLE web_session ADD COLUMN ended_why TEXT NOT NULL DEFAULT '';
CREATE INDEX web_session_account ON web_session (account_id, begun_at);
