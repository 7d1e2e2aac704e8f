-- +goose Up
-- Why:    every page shows how much of the reader's own work still runs.
-- Cost:   one index over the jobs, built once.
-- Undo:   drop it.
CREATE INDEX job_by ON job (created_by, state);
