-- +goose Up
-- Why:    papers and their status go over the document axis as edXML messages (QCVN 102:2016/BTTTT). What came in and what was
--         made to be sent is kept as the history of a paper; a status says what became of it at one recipient.
-- Key:    status is '' for the paper itself, else the code of the axis. organ_id is the other body, '' where a message goes to
--         several; own_id is ours. once holds the same message off a second time; it is '' for what we made.
-- JSON:   receivers is the list of bodies of a message that we made.
-- Open:   document_dispatch_open finds what has no receipt yet, the oldest first.
-- Before: release N-1 ignores the table and the columns. Undo: drop them; the history is lost.
CREATE TABLE document_message (
    id          TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id),
    way         TEXT NOT NULL CHECK (way IN ('in', 'out')),
    status      TEXT NOT NULL,
    organ_id    TEXT NOT NULL,
    organ_name  TEXT NOT NULL,
    own_id      TEXT NOT NULL,
    own_name    TEXT NOT NULL,
    receivers   TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    words       TEXT NOT NULL,
    at          BIGINT NOT NULL,
    added_at    BIGINT NOT NULL,
    by_name     TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    once        TEXT NOT NULL
);
CREATE UNIQUE INDEX document_message_once ON document_message (once) WHERE once <> '';
CREATE INDEX document_message_document ON document_message (document_id, at, id);
CREATE INDEX document_message_name ON document_message (message_id);
ALTER TABLE document_dispatch ADD COLUMN organ_id TEXT NOT NULL DEFAULT '';
ALTER TABLE document_dispatch ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE document_dispatch ADD COLUMN status_at BIGINT;
ALTER TABLE document_dispatch ADD COLUMN status_words TEXT NOT NULL DEFAULT '';
CREATE INDEX document_dispatch_open ON document_dispatch (sent_at, document_id) WHERE received_at IS NULL;
