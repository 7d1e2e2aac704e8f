-- +goose Up
-- Why:    papers printed from a case: the draft, its frozen prints and the records that it was sent.
-- JSON:   frame, field_values and hand are JSON text; no query looks inside.
-- Scope:  unit_id and owner_unit follow the case; a paper is seen by whoever sees the case.
-- Cost:   new tables. Undo: none.
CREATE TABLE report_paper (
    id           TEXT PRIMARY KEY,
    form_id      TEXT NOT NULL,
    pack_id      TEXT NOT NULL,
    pack_hash    TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    subject_code TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    owner_unit   TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'printed', 'sent', 'withdrawn')),
    frame        TEXT NOT NULL,
    field_values TEXT NOT NULL,
    hand         TEXT NOT NULL,
    relation     TEXT NOT NULL CHECK (relation IN ('', 'replace', 'correct')),
    of_id        TEXT NOT NULL,
    of_label     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    prints       BIGINT NOT NULL CHECK (prints >= 0),
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    updated_at   BIGINT NOT NULL,
    updated_by   TEXT NOT NULL,
    version      BIGINT NOT NULL,
    search       TEXT NOT NULL,
    CHECK ((relation = '') = (of_id = '')),
    CHECK (state NOT IN ('printed', 'sent') OR prints > 0)
);
CREATE INDEX report_paper_subject ON report_paper (subject_kind, subject_id, id);
CREATE INDEX report_paper_unit ON report_paper (unit_id, id);
CREATE INDEX report_paper_owner ON report_paper (owner_unit, id);

CREATE TABLE report_print (
    id         TEXT PRIMARY KEY,
    paper_id   TEXT NOT NULL REFERENCES report_paper (id),
    seq        BIGINT NOT NULL CHECK (seq > 0),
    inputs_sha TEXT NOT NULL,
    docx_sha   TEXT NOT NULL,
    pdf_sha    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    by_name    TEXT NOT NULL
);
CREATE UNIQUE INDEX report_print_seq ON report_print (paper_id, seq);

CREATE TABLE report_sending (
    id          TEXT PRIMARY KEY,
    paper_id    TEXT NOT NULL REFERENCES report_paper (id),
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    channel     TEXT NOT NULL,
    receipt     TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    file_sha    TEXT NOT NULL,
    file_size   BIGINT NOT NULL,
    met         TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL
);
CREATE INDEX report_sending_paper ON report_sending (paper_id, id);
