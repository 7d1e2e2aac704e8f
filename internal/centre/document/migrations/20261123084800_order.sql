-- +goose Up
-- Why:    lists of a province's papers are read along an index in their order, by unit where a reader sees few.
-- Cost:   four indexes; one scan under lock.
-- Before: release N-1 may use them. Undo: drop them.
CREATE INDEX document_order ON document (day, id, unit_id, state);
CREATE INDEX document_unit_order ON document (unit_id, day, id, state);
CREATE INDEX document_state_order ON document (state, day, id, unit_id);
CREATE INDEX document_dir_order ON document (dir, day, id, unit_id, state);
