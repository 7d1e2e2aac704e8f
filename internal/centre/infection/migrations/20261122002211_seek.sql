-- +goose Up
-- Why:    as for findings: the indexes hold all that a list of one unit or one threat asks for and is ordered by.
-- Cost:   two indexes. Undo: none.
DROP INDEX infection_scope;
CREATE INDEX infection_scope ON infection (scope_unit, state, last_seen, id, unit_id, address_kind, first_seen, queries);
CREATE INDEX infection_threat ON infection (threat, scope_unit, state, last_seen, id, unit_id, first_seen, queries);
