-- +goose Up
-- Why:    a person keeps a way of looking at a list, alone or with the people of a unit, and may have it open first.
--         A view is a name for a query: it gives no access, every reader sees through it what they may see anyway.
-- Key:    list_first has one row a person and list.
-- Cost:   two new tables. Undo: drop them; saved views are lost, nothing else.
CREATE TABLE list_view (
    id          TEXT PRIMARY KEY,
    owner_id    TEXT NOT NULL,
    owner_name  TEXT NOT NULL,
    path        TEXT NOT NULL,
    query       TEXT NOT NULL,
    name        TEXT NOT NULL,
    shared_unit TEXT NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX list_view_path ON list_view (path, owner_id);
CREATE INDEX list_view_shared ON list_view (path, shared_unit);
CREATE TABLE list_first (
    account_id TEXT NOT NULL,
    path       TEXT NOT NULL,
    view_id    TEXT NOT NULL,
    PRIMARY KEY (account_id, path)
);
