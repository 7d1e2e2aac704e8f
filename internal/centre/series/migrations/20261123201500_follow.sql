-- +goose Up
-- Why:    the definition of a unit that was merged goes on with the unit in its place; the page says since when and of whom.
-- Key:    taken_by is the definition of the same report that the successor had already; empty for none.
-- Cost:   constant defaults, no rewrite. Before: release N-1 ignores the columns. Undo: drop them; the past is lost.
ALTER TABLE series_plan ADD COLUMN was_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE series_plan ADD COLUMN was_name TEXT NOT NULL DEFAULT '';
ALTER TABLE series_plan ADD COLUMN followed_at BIGINT;
ALTER TABLE series_plan ADD COLUMN taken_by TEXT NOT NULL DEFAULT '';
