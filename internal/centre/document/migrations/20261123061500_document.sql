-- +goose Up
-- Why:    the register of incoming and outgoing papers: their heads, steps, files, what they rest on, to whom they went.
-- Key:    unit_id is the body whose register it is, and rules who sees it. dup_key holds the same paper off a second time;
--         it is '' while a paper has no number. cite_key is number and symbol, folded, by which links find their paper.
-- Books:  document_rule says, for a body and a year, who gives numbers: people (no row) or the centre; document_book holds the
--         last number of a series. A number is taken in the transaction of its paper.
-- JSON:   cites are citations found in a file; grid of document_import is the table as read, rows marked secret blanked.
-- Cost:   new tables. Undo: drop them; the register is lost.
CREATE TABLE document (
    id           TEXT PRIMARY KEY,
    unit_id      TEXT NOT NULL,
    dir          TEXT NOT NULL CHECK (dir IN ('in', 'out')),
    state        TEXT NOT NULL CHECK (state IN ('received', 'draft', 'submitted', 'signed', 'numbered', 'sealed', 'issued')),
    standing     TEXT NOT NULL CHECK (standing IN ('', 'in_force', 'replaced', 'withdrawn')),
    recorded     BOOLEAN NOT NULL,
    kind         TEXT NOT NULL,
    number       TEXT NOT NULL,
    symbol       TEXT NOT NULL,
    doc_date     TEXT NOT NULL,
    place        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    urgency      TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    signer       TEXT NOT NULL,
    signer_title TEXT NOT NULL,
    recipients   TEXT NOT NULL,
    arrival      BIGINT NOT NULL,
    arrived_on   TEXT NOT NULL,
    reply_by     TEXT NOT NULL,
    note         TEXT NOT NULL,
    round        BIGINT NOT NULL,
    drafter_id   TEXT NOT NULL,
    drafter_name TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    signed_at    BIGINT,
    signed_by    TEXT NOT NULL,
    numbered_at  BIGINT,
    numbered_by  TEXT NOT NULL,
    sealed_at    BIGINT,
    sealed_by    TEXT NOT NULL,
    issued_at    BIGINT,
    issued_by    TEXT NOT NULL,
    day          TEXT NOT NULL,
    dup_key      TEXT NOT NULL,
    cite_key     TEXT NOT NULL,
    search       TEXT NOT NULL,
    version      BIGINT NOT NULL,
    CHECK (dir = 'out' OR state = 'received')
);
CREATE UNIQUE INDEX document_dup ON document (dup_key) WHERE dup_key <> '';
CREATE INDEX document_day ON document (unit_id, dir, day, id);
CREATE INDEX document_cite ON document (cite_key);
CREATE TABLE document_step (
    id          TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    round       BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    signs       BOOLEAN NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'agreed', 'returned')),
    words       TEXT NOT NULL,
    decided_at  BIGINT
);
CREATE INDEX document_step_document ON document_step (document_id, round, seq);
CREATE INDEX document_step_person ON document_step (person_id, state);
CREATE TABLE document_file (
    id          TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    role        TEXT NOT NULL CHECK (role IN ('original', 'signed', 'annex')),
    revision    BIGINT NOT NULL,
    current     BOOLEAN NOT NULL,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    unread      BOOLEAN NOT NULL,
    cites       TEXT NOT NULL,
    added_at    BIGINT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE INDEX document_file_document ON document_file (document_id, id);
CREATE TABLE document_content (
    file_id     TEXT PRIMARY KEY REFERENCES document_file (id),
    document_id TEXT NOT NULL REFERENCES document (id),
    content     TEXT NOT NULL
);
CREATE INDEX document_content_document ON document_content (document_id);
CREATE TABLE document_link (
    id          TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    relation    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    number      TEXT NOT NULL,
    symbol      TEXT NOT NULL,
    doc_date    TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    standing    TEXT NOT NULL CHECK (standing IN ('unknown', 'in_force', 'replaced')),
    target_id   TEXT NOT NULL,
    cite_key    TEXT NOT NULL,
    added_at    BIGINT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE INDEX document_link_document ON document_link (document_id, id);
CREATE INDEX document_link_target ON document_link (target_id);
CREATE INDEX document_link_cite ON document_link (cite_key);
CREATE TABLE document_dispatch (
    id          TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    recipient   TEXT NOT NULL,
    channel     TEXT NOT NULL,
    sent_at     BIGINT NOT NULL,
    sent_by     TEXT NOT NULL,
    received_at BIGINT,
    receipt     TEXT NOT NULL
);
CREATE INDEX document_dispatch_document ON document_dispatch (document_id, id);
CREATE TABLE document_rule (
    unit_id  TEXT NOT NULL,
    year     BIGINT NOT NULL,
    mode     TEXT NOT NULL CHECK (mode IN ('typed', 'one', 'kind')),
    arrivals BOOLEAN NOT NULL,
    version  BIGINT NOT NULL,
    PRIMARY KEY (unit_id, year)
);
CREATE TABLE document_book (
    unit_id TEXT NOT NULL,
    year    BIGINT NOT NULL,
    series  TEXT NOT NULL,
    used    BIGINT NOT NULL,
    given   BIGINT NOT NULL,
    PRIMARY KEY (unit_id, year, series)
);
CREATE TABLE document_import (
    id      TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL,
    dir     TEXT NOT NULL,
    name    TEXT NOT NULL,
    grid    TEXT NOT NULL,
    secret  BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL
);
CREATE TABLE document_refused (
    day  TEXT NOT NULL,
    rule TEXT NOT NULL,
    n    BIGINT NOT NULL,
    PRIMARY KEY (day, rule)
);
