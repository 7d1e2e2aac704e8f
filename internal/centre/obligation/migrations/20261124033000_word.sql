-- +goose Up
-- Why:    a list of directives tells what was met by word alone from what something proves; out of an index alone that
--         does not look up every duty that was met.
-- Cost:   one pass over the rows; holds only those met without a reference. Before: the previous release ignores it.
-- Undo:   drop in a later file.
CREATE INDEX obligation_word ON obligation (subject_kind, subject_id, unit_id, id) WHERE state = 'met' AND met_ref = '';
