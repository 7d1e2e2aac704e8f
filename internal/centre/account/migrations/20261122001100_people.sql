-- +goose Up
-- Why:    roles with a term, roles lent for a leave, second factors, break-glass with its second person, people from a list.
-- Times:  milliseconds UTC; a role without from_at or until_at has no bound on that side; from is within, until is not.
-- Cost:   constant defaults, no rewrite; new tables.
-- Before: the previous release ignores terms, lent roles and second factors. Undo: drop them in a later file.
ALTER TABLE account ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN personal_data BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account ADD COLUMN break_glass BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account ADD COLUMN break_glass_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN second_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN second_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN second_at BIGINT;
ALTER TABLE account ADD COLUMN enrol_by BIGINT;
CREATE INDEX account_folded ON account (folded, id);
ALTER TABLE account_role ADD COLUMN from_at BIGINT;
ALTER TABLE account_role ADD COLUMN until_at BIGINT;
ALTER TABLE account_role ADD COLUMN given_by TEXT NOT NULL DEFAULT '';
ALTER TABLE account_role ADD COLUMN given_at BIGINT;
CREATE INDEX account_role_unit ON account_role (unit_id, role);
-- code is the digest of the short code that can be typed instead of the link.
ALTER TABLE account_link ADD COLUMN code TEXT NOT NULL DEFAULT '';

CREATE TABLE account_delegation (
    id           TEXT PRIMARY KEY,
    giver_id     TEXT NOT NULL REFERENCES account (id),
    giver_name   TEXT NOT NULL,
    account_id   TEXT NOT NULL REFERENCES account (id),
    account_name TEXT NOT NULL,
    role         TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    from_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL CHECK (until_at > from_at),
    reason       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    ended_by     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX account_delegation_account ON account_delegation (account_id, until_at);
CREATE INDEX account_delegation_giver ON account_delegation (giver_id, until_at);

CREATE TABLE account_recovery (
    account_id TEXT NOT NULL REFERENCES account (id),
    code       TEXT NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (account_id, code)
);

CREATE TABLE account_elevation (
    id           TEXT PRIMARY KEY,
    account_id   TEXT NOT NULL REFERENCES account (id),
    account_name TEXT NOT NULL,
    role         TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    reason       TEXT NOT NULL,
    from_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL CHECK (until_at > from_at),
    witness_id   TEXT NOT NULL REFERENCES account (id),
    witness_name TEXT NOT NULL,
    seen_at      BIGINT,
    ended_at     BIGINT,
    ended_by     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX account_elevation_account ON account_elevation (account_id, until_at);
CREATE INDEX account_elevation_witness ON account_elevation (witness_id, seen_at);
CREATE INDEX account_elevation_unit ON account_elevation (unit_id, id);

-- An uploaded list of people between its dry run and its confirmation.
CREATE TABLE account_import (
    id       TEXT PRIMARY KEY,
    actor_id TEXT NOT NULL,
    name     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    body     BYTEA NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX account_import_at ON account_import (at);
