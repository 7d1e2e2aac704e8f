-- +goose Up
-- Why:    papers address groups: "các sở, ban, ngành", "UBND các xã, phường". A group is a rule (kinds, tag, under
--         whom), named members and exceptions, asked at a date: who was in it then follows from the units' own days.
-- Cost:   new tables. Undo: none.
CREATE TABLE unit_tag (
    unit_id TEXT NOT NULL REFERENCES unit (id),
    tag     TEXT NOT NULL,
    key     TEXT NOT NULL,
    PRIMARY KEY (unit_id, key)
);
CREATE INDEX unit_tag_key ON unit_tag (key);

CREATE TABLE unit_group (
    id         TEXT PRIMARY KEY,
    owner_unit TEXT NOT NULL REFERENCES unit (id),
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    note       TEXT NOT NULL DEFAULT '',
    kinds      TEXT NOT NULL DEFAULT '',
    parent_id  TEXT NOT NULL DEFAULT '',
    tag        TEXT NOT NULL DEFAULT '',
    retired    BOOLEAN NOT NULL DEFAULT FALSE,
    version    BIGINT NOT NULL DEFAULT 1,
    updated_at BIGINT NOT NULL
);
CREATE INDEX unit_group_name ON unit_group (name_key, id);

CREATE TABLE unit_group_member (
    group_id TEXT NOT NULL REFERENCES unit_group (id),
    unit_id  TEXT NOT NULL REFERENCES unit (id),
    outside  BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (group_id, unit_id)
);
