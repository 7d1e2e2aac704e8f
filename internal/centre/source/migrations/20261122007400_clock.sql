-- +goose Up
-- Why:    how the clocks of senders differ from ours: lines by how long before their receipt they are dated.
-- Cost:   a new table. Undo: drop it.
CREATE TABLE source_clock (
    source_id TEXT NOT NULL REFERENCES source (id),
    hour      BIGINT NOT NULL,
    lag       BIGINT NOT NULL,
    lines     BIGINT NOT NULL,
    PRIMARY KEY (source_id, hour, lag)
);
CREATE INDEX source_clock_hour ON source_clock (hour);
