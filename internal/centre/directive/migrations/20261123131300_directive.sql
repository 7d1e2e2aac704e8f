-- +goose Up
-- Why:    a directive that came is read, confirmed by a person, issued down as duties, and answered.
-- Key:    directive.unit_id is the body that keeps it and rules who sees it; once it is issued, the bodies of
--         directive_addressee see it too. directive_task has one row for each item and body that owes it.
-- JSON:   directive.doubts are the warnings with who looked at them; directive_item.data is what was proposed and what a person
--         decided. The reading itself, with the text letter by letter, is a file: reading_sha; the file that came is file_sha.
-- Days:   given_on and common_last are YYYY-MM-DD in Vietnam, or ''; given_on may be less exact, as written.
-- Cost:   new tables. Undo: drop them.
CREATE TABLE directive_series (
    unit_id TEXT NOT NULL,
    year    BIGINT NOT NULL,
    used    BIGINT NOT NULL,
    PRIMARY KEY (unit_id, year)
);
CREATE TABLE directive (
    id           TEXT PRIMARY KEY,
    code         TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    document_id  TEXT NOT NULL,
    parent_id    TEXT NOT NULL,
    state        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    number       TEXT NOT NULL,
    symbol       TEXT NOT NULL,
    given_on     TEXT NOT NULL,
    date_exact   TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    urgency      TEXT NOT NULL,
    signer       TEXT NOT NULL,
    file_name    TEXT NOT NULL,
    file_sha     TEXT NOT NULL,
    reading_sha  TEXT NOT NULL,
    doubts       TEXT NOT NULL,
    common_last  TEXT NOT NULL,
    draft_id     TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_at BIGINT,
    issued_by    TEXT NOT NULL,
    issued_at    BIGINT,
    ended_by     TEXT NOT NULL,
    ended_at     BIGINT,
    ended_reason TEXT NOT NULL,
    folded       TEXT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE UNIQUE INDEX directive_code ON directive (unit_id, code);
CREATE INDEX directive_unit ON directive (unit_id, id);
CREATE INDEX directive_state ON directive (state, id);
CREATE INDEX directive_parent ON directive (parent_id);
CREATE INDEX directive_document ON directive (document_id);
CREATE TABLE directive_item (
    id           TEXT PRIMARY KEY,
    directive_id TEXT NOT NULL REFERENCES directive (id),
    seq          BIGINT NOT NULL,
    path         TEXT NOT NULL,
    leaf         BOOLEAN NOT NULL,
    state        TEXT NOT NULL,
    data         TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    decided_at   BIGINT,
    version      BIGINT NOT NULL
);
CREATE UNIQUE INDEX directive_item_seq ON directive_item (directive_id, seq);
CREATE TABLE directive_addressee (
    directive_id TEXT NOT NULL REFERENCES directive (id),
    unit_id      TEXT NOT NULL,
    issued_at    BIGINT NOT NULL,
    withdrawn_at BIGINT,
    reason       TEXT NOT NULL,
    PRIMARY KEY (directive_id, unit_id)
);
CREATE INDEX directive_addressee_unit ON directive_addressee (unit_id, directive_id);
CREATE TABLE directive_task (
    id            TEXT PRIMARY KEY,
    directive_id  TEXT NOT NULL REFERENCES directive (id),
    item_id       TEXT NOT NULL,
    unit_id       TEXT NOT NULL,
    obligation_id TEXT NOT NULL,
    period        TEXT NOT NULL,
    state         TEXT NOT NULL,
    text          TEXT NOT NULL,
    sent_by       TEXT NOT NULL,
    sent_at       BIGINT,
    judged_by     TEXT NOT NULL,
    judged_at     BIGINT,
    reason        TEXT NOT NULL,
    version       BIGINT NOT NULL
);
CREATE UNIQUE INDEX directive_task_of ON directive_task (directive_id, unit_id, item_id, period);
CREATE TABLE directive_question (
    id           TEXT PRIMARY KEY,
    directive_id TEXT NOT NULL REFERENCES directive (id),
    unit_id      TEXT NOT NULL,
    text         TEXT NOT NULL,
    by_name      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    answer       TEXT NOT NULL,
    answered_by  TEXT NOT NULL,
    answered_at  BIGINT,
    public       BOOLEAN NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX directive_question_of ON directive_question (directive_id, id);
