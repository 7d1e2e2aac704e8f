-- +goose Up
-- Why:    a source whose collector is not heard of is silent like any other, but people are told of the collector, not of each source.
-- Cost:   constant default. Undo: drop it; what was held back is then never told.
ALTER TABLE source_state ADD COLUMN withheld BOOLEAN NOT NULL DEFAULT FALSE;
