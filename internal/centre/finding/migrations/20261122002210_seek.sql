-- +goose Up
-- Why:    a list of one unit or one threat sorted some thousand whole rows to show fifty. These indexes hold all that such
--         a list asks for and is ordered by, so that only the rows shown are read.
-- Cost:   two indexes made anew. Undo: none.
DROP INDEX finding_scope;
DROP INDEX finding_of_threat;
CREATE INDEX finding_scope ON finding (scope_unit, state, created_at, id, unit_id, first_seen, last_seen, queries);
CREATE INDEX finding_of_threat ON finding (threat, scope_unit, state, created_at, id, unit_id, first_seen, last_seen, queries);
