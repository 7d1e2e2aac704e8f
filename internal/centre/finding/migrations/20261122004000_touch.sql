-- +goose Up
-- Why:    an address, a page and a file are not asked for as a name is, and an address that called a machine is not one the
--         machine called: the evidence says which part a value had. And the page of one indicator shows its findings.
-- Rows:   roles has bit n for role n of engine/event; 0 is evidence written before, whose part is not known.
-- Cost:   one column, one index. Undo: none.
ALTER TABLE finding_hit ADD COLUMN roles BIGINT NOT NULL DEFAULT 0;
CREATE INDEX finding_of_indicator ON finding_hit (indicator, finding_id);
