-- +goose Up
-- Why:    what came in over the last day, over all sources, is asked whenever a program reads the metrics.
-- Cost:   one scan of source_file.
-- Before: the release before ignores the index. Undo: drop it.
CREATE INDEX source_file_received_at ON source_file (received_at);
