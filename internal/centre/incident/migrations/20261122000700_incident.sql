-- +goose Up
-- Why:    the case record with its timeline, observables, machines, evidence and links to what it grew from.
-- JSON:   types, detection, notified, signs, system and args are JSON text; no query looks inside.
-- Answers: '' is a question nobody has answered, which is not no.
-- Series: one row a year; the number is taken in the transaction that opens the case, so a rolled-back case may leave
--         no gap and two never share a code.
-- Cost:   new tables. Undo: none.
CREATE TABLE incident_series (
    year BIGINT PRIMARY KEY,
    used BIGINT NOT NULL
);

CREATE TABLE incident (
    id                  TEXT PRIMARY KEY,
    code                TEXT NOT NULL,
    title               TEXT NOT NULL,
    unit_id             TEXT NOT NULL,
    owner_unit          TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    phase               TEXT NOT NULL,
    tlp                 TEXT NOT NULL,
    detected_at         BIGINT NOT NULL,
    occurred_at         BIGINT,
    types               TEXT NOT NULL,
    detection           TEXT NOT NULL,
    description         TEXT NOT NULL,
    harm_security       TEXT NOT NULL CHECK (harm_security IN ('', 'yes', 'no')),
    harm_security_text  TEXT NOT NULL,
    interruption        TEXT NOT NULL CHECK (interruption IN ('', 'yes', 'no')),
    interruption_text   TEXT NOT NULL,
    personal_data       TEXT NOT NULL CHECK (personal_data IN ('', 'yes', 'no')),
    data_subjects       BIGINT NOT NULL,
    signs               TEXT NOT NULL,
    measures_taken      TEXT NOT NULL,
    support_asked       TEXT NOT NULL,
    notified            TEXT NOT NULL,
    confidential        BOOLEAN NOT NULL,
    system              TEXT NOT NULL,
    severity            TEXT NOT NULL,
    severity_reason     TEXT NOT NULL,
    severity_by_id      TEXT NOT NULL,
    severity_by         TEXT NOT NULL,
    severity_at         BIGINT,
    pack_id             TEXT NOT NULL,
    pack_hash           TEXT NOT NULL,
    cause               TEXT NOT NULL,
    closed_at           BIGINT,
    closed_by           TEXT NOT NULL,
    close_note          TEXT NOT NULL,
    opened_at           BIGINT NOT NULL,
    opened_by           TEXT NOT NULL,
    version             BIGINT NOT NULL,
    search              TEXT NOT NULL,
    CHECK ((severity = '') = (severity_at IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX incident_code ON incident (code);
CREATE INDEX incident_unit ON incident (unit_id, detected_at);
CREATE INDEX incident_owner ON incident (owner_unit, detected_at);
CREATE INDEX incident_detected ON incident (detected_at, id);

CREATE TABLE incident_entry (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incident (id),
    at          BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('note', 'auto', 'decision')),
    text        TEXT NOT NULL,
    key         TEXT NOT NULL,
    args        TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE INDEX incident_entry_at ON incident_entry (incident_id, at, id);

CREATE TABLE incident_observable (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incident (id),
    type        TEXT NOT NULL,
    value       TEXT NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('unknown', 'bad', 'good')),
    source      TEXT NOT NULL,
    added_at    BIGINT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE UNIQUE INDEX incident_observable_value ON incident_observable (incident_id, type, value);
CREATE INDEX incident_observable_back ON incident_observable (type, value);

CREATE TABLE incident_machine (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incident (id),
    machine_id  TEXT NOT NULL,
    name        TEXT NOT NULL,
    addr        TEXT NOT NULL,
    addr_key    TEXT NOT NULL,
    addr_kind   TEXT NOT NULL CHECK (addr_kind IN ('', 'machine', 'nat', 'resolver', 'proxy')),
    note        TEXT NOT NULL,
    added_at    BIGINT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE UNIQUE INDEX incident_machine_one ON incident_machine (incident_id, name, addr_key);

CREATE TABLE incident_evidence (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incident (id),
    name        TEXT NOT NULL,
    size        BIGINT NOT NULL CHECK (size >= 0),
    sha256      TEXT NOT NULL,
    note        TEXT NOT NULL,
    added_at    BIGINT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE UNIQUE INDEX incident_evidence_one ON incident_evidence (incident_id, sha256);

CREATE TABLE incident_link (
    incident_id TEXT NOT NULL REFERENCES incident (id),
    kind        TEXT NOT NULL,
    ref_id      TEXT NOT NULL,
    PRIMARY KEY (incident_id, kind, ref_id)
);
CREATE INDEX incident_link_back ON incident_link (kind, ref_id);
