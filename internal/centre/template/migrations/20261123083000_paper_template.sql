-- +goose Up
-- Why:    a body lays its papers out in Word itself; the DOCX of a form is then filled from its template instead of from the
--         program's own layout, and says which one.
-- Key:    paper is the id of a form of the rule packs ("F12") or "vb-" and a kind of CL-document-kind. seq counts the uploads of
--         a paper and unit. verdict is JSON of what the check found at the upload. day_from, YYYY-MM-DD in Vietnam, is '' until
--         somebody puts it in force; a later one of the same paper and unit takes its place, a withdrawn one gives it back.
--         paper_template_use names each file that was made in a template.
-- Cost:   two new tables. Undo: none.
CREATE TABLE paper_template (
    id               TEXT PRIMARY KEY,
    paper            TEXT NOT NULL,
    unit_id          TEXT NOT NULL,
    seq              BIGINT NOT NULL,
    name             TEXT NOT NULL,
    note             TEXT NOT NULL,
    file_name        TEXT NOT NULL,
    sha              TEXT NOT NULL,
    size             BIGINT NOT NULL,
    verdict          TEXT NOT NULL,
    uploaded_by      TEXT NOT NULL,
    uploaded_name    TEXT NOT NULL,
    uploaded_at      BIGINT NOT NULL,
    day_from         TEXT NOT NULL,
    put_by           TEXT NOT NULL,
    put_name         TEXT NOT NULL,
    put_at           BIGINT,
    put_reason       TEXT NOT NULL,
    withdrawn_by     TEXT NOT NULL,
    withdrawn_name   TEXT NOT NULL,
    withdrawn_at     BIGINT,
    withdrawn_reason TEXT NOT NULL,
    folded           TEXT NOT NULL,
    version          BIGINT NOT NULL
);
CREATE UNIQUE INDEX paper_template_seq ON paper_template (paper, unit_id, seq);
CREATE INDEX paper_template_unit ON paper_template (unit_id, id);

CREATE TABLE paper_template_use (
    template_id TEXT NOT NULL REFERENCES paper_template (id),
    kind        TEXT NOT NULL,
    object      TEXT NOT NULL,
    sha         TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (kind, object, sha)
);
CREATE INDEX paper_template_use_of ON paper_template_use (template_id);
