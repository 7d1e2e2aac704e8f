-- +goose Up
-- Why:    as for findings: whose the address is and who may see the row stand in the row (unit.Stamp).
-- Cost:   two writes of the table; indexes. Undo: none.
ALTER TABLE infection ADD COLUMN unit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE infection ADD COLUMN address_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE infection ADD COLUMN scope_unit TEXT NOT NULL DEFAULT '';
CREATE INDEX infection_scope ON infection (scope_unit, state, last_seen, id);
CREATE INDEX infection_last ON infection (last_seen, id);
CREATE INDEX infection_first ON infection (first_seen, id);
CREATE INDEX infection_queries ON infection (queries, id);
CREATE INDEX infection_count ON infection (state, scope_unit, address_kind, machine_id);
CREATE INDEX infection_addr ON infection (addr_key);
