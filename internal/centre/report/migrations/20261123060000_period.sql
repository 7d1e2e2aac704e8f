-- +goose Up
-- Why:    papers about a period of a unit or about a unit, not only about an incident; prints as workbook; lists
--         uploaded to fill a table, until they are confirmed.
-- JSON:   period days are YYYY-MM-DD or empty.
-- Cost:   constant defaults, no rewrite; one new table.
-- Before: release N-1 ignores the columns and shows such papers as of a case that is not there. Undo: none.
ALTER TABLE report_paper ADD COLUMN period_from TEXT NOT NULL DEFAULT '';
ALTER TABLE report_paper ADD COLUMN period_to TEXT NOT NULL DEFAULT '';
ALTER TABLE report_print ADD COLUMN xlsx_sha TEXT NOT NULL DEFAULT '';
CREATE INDEX report_paper_form ON report_paper (form_id, period_to, id);

CREATE TABLE report_upload (
    id        TEXT PRIMARY KEY,
    paper_id  TEXT NOT NULL REFERENCES report_paper (id),
    field_key TEXT NOT NULL,
    name      TEXT NOT NULL,
    sha       TEXT NOT NULL,
    at        BIGINT NOT NULL,
    by_id     TEXT NOT NULL
);
CREATE INDEX report_upload_paper ON report_upload (paper_id, field_key, id);
