-- +goose Up
-- Why:    every scoped query asks "is this unit under that one"; one indexed look-up answers on both engines.
--         The unit room keeps the rows: each unit is its own descendant, a successor has its predecessors.
-- Cost:   new table. Undo: rebuilt from the units at any time.
CREATE TABLE unit_closure (
    ancestor   TEXT NOT NULL,
    descendant TEXT NOT NULL,
    PRIMARY KEY (ancestor, descendant)
);
CREATE INDEX unit_closure_descendant ON unit_closure (descendant, ancestor);
