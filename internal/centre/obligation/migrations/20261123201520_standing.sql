-- +goose Up
-- Why:    a scoreboard reads where nine thousand duties of one directive stand; out of an index alone that takes half the
--         time of looking each row up, and those of one unit are read without passing over the others.
-- Cost:   one pass over the rows; some 200 bytes each. Before: the previous release ignores it. Undo: drop in a later file.
CREATE INDEX obligation_standing ON obligation (subject_kind, subject_id, unit_id, state, due_at, soon_at, met_at, clock_id, id);
