-- +goose Up
-- Why:    people are told of a collector that fell silent, has no room, lost blocks, has a wrong clock or an ending certificate;
--         one that is carried by hand may be silent for longer.
-- Cost:   constant defaults; a new table. Undo: drop them; everything is noted again within a minute.
ALTER TABLE collector ADD COLUMN rhythm_minutes BIGINT NOT NULL DEFAULT 5;
ALTER TABLE collector ADD COLUMN reached_at BIGINT;
ALTER TABLE collector ADD COLUMN waits BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE collector ADD COLUMN near BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE collector_trouble (
    collector_id TEXT NOT NULL REFERENCES collector (id),
    kind         TEXT NOT NULL,
    since        BIGINT NOT NULL,
    amount       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (collector_id, kind)
);
CREATE INDEX collector_way_source ON collector_way (source_id);
