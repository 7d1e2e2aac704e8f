-- +goose Up
-- Why:    MISP feeds are folders of events: what of them is in hand, and what came of each run; files pruned from the drop folders.
-- Cost:   one new table, a column on feed_run (at most 300 rows a feed) and three on feed.
-- Before: release N-1 ignores them and fetches such a feed as one file. Undo: drop them in a later file.
ALTER TABLE feed ADD COLUMN shape TEXT NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN pruned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN pruned_at BIGINT;
ALTER TABLE feed_run ADD COLUMN events TEXT NOT NULL DEFAULT '';
CREATE TABLE feed_event (
    feed_id  TEXT NOT NULL REFERENCES feed (id),
    uuid     TEXT NOT NULL,
    info     TEXT NOT NULL DEFAULT '',
    named    BIGINT NOT NULL DEFAULT 0,
    held     BIGINT NOT NULL DEFAULT 0,
    etag     TEXT NOT NULL DEFAULT '',
    sha256   TEXT NOT NULL DEFAULT '',
    size     BIGINT NOT NULL DEFAULT 0,
    listed   TEXT NOT NULL DEFAULT '',
    state    TEXT NOT NULL,
    why      TEXT NOT NULL DEFAULT '',
    why_args TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (feed_id, uuid)
);
