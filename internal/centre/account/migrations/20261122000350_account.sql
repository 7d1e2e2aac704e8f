-- +goose Up
-- Why:    people, the roles they hold in units, one-time links, keys of programs.
-- Cost:   new tables. Undo: none.
CREATE TABLE account (
    id           TEXT PRIMARY KEY,
    login        TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    title        TEXT NOT NULL DEFAULT '',
    phone        TEXT NOT NULL DEFAULT '',
    email        TEXT NOT NULL DEFAULT '',
    home_unit    TEXT NOT NULL,
    password     TEXT NOT NULL DEFAULT '',
    epoch        BIGINT NOT NULL DEFAULT 1,
    disabled     BOOLEAN NOT NULL DEFAULT FALSE,
    failures     BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT,
    signed_in_at BIGINT,
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1,
    folded       TEXT NOT NULL
);
CREATE INDEX account_home_unit ON account (home_unit, id);
CREATE TABLE account_role (
    account_id TEXT NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL,
    unit_id    TEXT NOT NULL,
    PRIMARY KEY (account_id, role, unit_id)
);
CREATE TABLE account_link (
    token      TEXT PRIMARY KEY,
    account_id TEXT NOT NULL DEFAULT '',
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE TABLE account_key (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    token      TEXT NOT NULL UNIQUE,
    unit_id    TEXT NOT NULL,
    role       TEXT NOT NULL,
    area       TEXT NOT NULL,
    act        TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);
CREATE INDEX account_key_unit ON account_key (unit_id, id);
