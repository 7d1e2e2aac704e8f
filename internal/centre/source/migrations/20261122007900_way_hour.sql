-- +goose Up
-- Why:    the hours in which lines came by a way: the uptime of a connection.
-- Cost:   a new table, one row for each way and hour. Undo: drop it.
CREATE TABLE source_way_hour (
    source_id TEXT NOT NULL REFERENCES source (id),
    way_id    TEXT NOT NULL,
    hour      BIGINT NOT NULL,
    PRIMARY KEY (source_id, way_id, hour)
);
CREATE INDEX source_way_hour_hour ON source_way_hour (hour);
