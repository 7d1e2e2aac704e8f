-- +goose Up
-- Why:    an address that called a machine is not one that the machine called, and a page is not asked for as a name is.
-- Rows:   roles has bit n for role n of engine/event; 0 is what was found before, whose part is not known.
-- Cost:   one column. Undo: none.
ALTER TABLE hunt_seen ADD COLUMN roles BIGINT NOT NULL DEFAULT 0;
