-- +goose Up
-- Why:    terms on breached personal data run from when the breach was known, by the law of that day, and no term may
--         gain time by a later version of a moment: first_detected_at and first_breach_at hold the first.
-- Null:   breach_known_at is null when it was known with the incident; first_detected_at is null in rows of the release
--         before, whose first version is detected_at.
-- Answers: '' is a question nobody has answered, which is not no.
-- Cost:   constant defaults, no rewrite. Before: release N-1 ignores the columns. Undo: drop them in a later file.
ALTER TABLE incident ADD COLUMN breach_known_at BIGINT;
ALTER TABLE incident ADD COLUMN may_harm TEXT NOT NULL DEFAULT '' CHECK (may_harm IN ('', 'yes', 'no'));
ALTER TABLE incident ADD COLUMN location_biometric TEXT NOT NULL DEFAULT '' CHECK (location_biometric IN ('', 'yes', 'no'));
ALTER TABLE incident ADD COLUMN processor TEXT NOT NULL DEFAULT '' CHECK (processor IN ('', 'yes', 'no'));
ALTER TABLE incident ADD COLUMN breach_pack TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN breach_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN first_detected_at BIGINT;
ALTER TABLE incident ADD COLUMN detected_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN first_breach_at BIGINT;
ALTER TABLE incident ADD COLUMN breach_reason TEXT NOT NULL DEFAULT '';
