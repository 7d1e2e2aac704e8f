-- +goose Up
-- Why:    whoever decides lists what was asked for and waits: few rows among many.
-- Cost:   one pass over the rows. Before: the previous release ignores it. Undo: drop in a later file.
CREATE INDEX obligation_asked ON obligation (state, sort_key, due_at, id, unit_id) WHERE claim_seq > 0;
