-- +goose Up
-- Why:    whose the address is and who may see the row stand in the row, and are written again when the address plan
--         changes (unit.Stamp): looked up for each row at reading, a list of 100,000 took seconds.
-- Rows:   '' in scope_unit is a row that was not stamped yet; the program stamps those when it opens the records.
-- Lists:  one index for each order, read along where many rows match; others by unit and by state, for few and for counts.
-- Cost:   two writes of the table; indexes. Undo: none.
ALTER TABLE finding ADD COLUMN unit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN address_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN scope_unit TEXT NOT NULL DEFAULT '';
CREATE INDEX finding_scope ON finding (scope_unit, state, created_at, id);
CREATE INDEX finding_order ON finding ((created_at + CASE state WHEN 'new' THEN 0 ELSE 1000000000000000 END), id);
CREATE INDEX finding_first ON finding (first_seen, id);
CREATE INDEX finding_queries ON finding (queries, id);
CREATE INDEX finding_count ON finding (state, scope_unit, address_kind);
CREATE INDEX finding_threat ON finding (scope_unit, threat);
CREATE INDEX finding_of_threat ON finding (threat, scope_unit);
CREATE INDEX finding_addr ON finding (addr_key);
