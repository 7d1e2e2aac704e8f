-- +goose Up
-- Why:    sessions survive a restart and are shared by processes; only a digest of the token is kept.
-- Cost:   new table. Undo: drop it, everybody signs in again.
CREATE TABLE web_session (
    token  TEXT PRIMARY KEY,
    data   TEXT NOT NULL,
    expiry BIGINT NOT NULL
);
CREATE INDEX web_session_expiry ON web_session (expiry);
