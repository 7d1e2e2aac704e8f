-- +goose Up
-- Why:    the bodies a centre watches over, their names, successors and addresses. Access (unit_closure) and the
--         attribution of every finding rest on these rows.
-- Days:   valid_from is the first millisecond of the first day in Asia/Ho_Chi_Minh, valid_until the first one after
--         the last day; open ends are -2^62 and 2^62, so that comparisons meet no NULL.
-- Cost:   new tables. Undo: none.
CREATE TABLE unit (
    id            TEXT PRIMARY KEY,
    code          TEXT NOT NULL DEFAULT '',
    code_key      TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL,
    short_name    TEXT NOT NULL DEFAULT '',
    kind          TEXT NOT NULL,
    parent_id     TEXT NOT NULL,
    valid_from    BIGINT NOT NULL,
    valid_until   BIGINT NOT NULL CHECK (valid_until > valid_from),
    head_name     TEXT NOT NULL DEFAULT '',
    head_title    TEXT NOT NULL DEFAULT '',
    head_phone    TEXT NOT NULL DEFAULT '',
    head_email    TEXT NOT NULL DEFAULT '',
    contact_name  TEXT NOT NULL DEFAULT '',
    contact_title TEXT NOT NULL DEFAULT '',
    contact_phone TEXT NOT NULL DEFAULT '',
    contact_email TEXT NOT NULL DEFAULT '',
    hotline       TEXT NOT NULL DEFAULT '',
    address       TEXT NOT NULL DEFAULT '',
    note          TEXT NOT NULL DEFAULT '',
    search        TEXT NOT NULL DEFAULT '',
    version       BIGINT NOT NULL DEFAULT 1,
    updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX unit_root ON unit (parent_id) WHERE parent_id = '';
CREATE UNIQUE INDEX unit_code ON unit (code_key) WHERE code_key <> '';
CREATE INDEX unit_parent ON unit (parent_id, name_key);
CREATE INDEX unit_name ON unit (name_key, id);

CREATE TABLE unit_alias (
    unit_id TEXT NOT NULL REFERENCES unit (id),
    alias   TEXT NOT NULL,
    key     TEXT NOT NULL,
    PRIMARY KEY (unit_id, key)
);
CREATE INDEX unit_alias_key ON unit_alias (key);

CREATE TABLE unit_successor (
    unit_id      TEXT NOT NULL REFERENCES unit (id),
    successor_id TEXT NOT NULL REFERENCES unit (id),
    PRIMARY KEY (unit_id, successor_id),
    CHECK (unit_id <> successor_id)
);
CREATE INDEX unit_successor_back ON unit_successor (successor_id, unit_id);

CREATE TABLE unit_range (
    id          TEXT PRIMARY KEY,
    unit_id     TEXT NOT NULL REFERENCES unit (id),
    lo          TEXT NOT NULL,
    hi          TEXT NOT NULL,
    bits        BIGINT NOT NULL CHECK (bits BETWEEN 16 AND 128),
    kind        TEXT NOT NULL CHECK (kind IN ('machine', 'nat', 'resolver', 'proxy')),
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL CHECK (valid_until > valid_from),
    note        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX unit_range_unit ON unit_range (unit_id, lo);
CREATE INDEX unit_range_lo ON unit_range (lo, hi);

-- The ranges that each unit's logs may speak of: every range once for each unit above its own, kept in step with
-- unit_range and unit_closure. slot is the owner and the leading bytes that all addresses of the range share,
-- in one column: a look-up asks for the few slots an address can lie in, and no planner can choose another
-- way. As two columns, or as a join of range and closure, PostgreSQL read all ranges of the owner for each address.
CREATE TABLE unit_plan (
    slot        TEXT NOT NULL,
    owner       TEXT NOT NULL,
    range_id    TEXT NOT NULL,
    unit_id     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    lo          TEXT NOT NULL,
    hi          TEXT NOT NULL,
    bits        BIGINT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    PRIMARY KEY (slot, range_id)
);
CREATE INDEX unit_plan_range ON unit_plan (range_id);

-- An uploaded list between its dry run and its confirmation.
CREATE TABLE unit_import (
    id       TEXT PRIMARY KEY,
    actor_id TEXT NOT NULL,
    name     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    body     BYTEA NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX unit_import_at ON unit_import (at);
