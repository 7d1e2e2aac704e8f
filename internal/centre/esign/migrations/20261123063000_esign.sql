-- +goose Up
-- Why:    who holds a certificate for digital signatures and does not use it, which authorities are trusted when a file is
--         checked, and which share of a unit's electronic papers is signed (Chỉ thị 14/CT-TTg 2018 as carried out by
--         provinces: those who were given a certificate shall use it).
-- Key:    a certificate is known by issuer and serial within a unit; a paper by its code and day within a unit. Days are
--         YYYY-MM-DD in Vietnam, both ends included. Certificates are public: no key lies here.
-- Cost:   five new tables. Undo: none.
CREATE TABLE esign_authority (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    pem         TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    added_name  TEXT NOT NULL,
    added_at    BIGINT NOT NULL
);
CREATE TABLE esign_certificate (
    id            TEXT PRIMARY KEY,
    owner_unit    TEXT NOT NULL,
    holder        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    serial        TEXT NOT NULL,
    issuer        TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    valid_from    BIGINT,
    valid_until   BIGINT,
    origin        TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    last_used     BIGINT,
    uses          BIGINT NOT NULL,
    folded        TEXT NOT NULL,
    UNIQUE (owner_unit, issuer, serial)
);
CREATE INDEX esign_certificate_until ON esign_certificate (valid_until, id);
CREATE INDEX esign_certificate_serial ON esign_certificate (serial);
CREATE TABLE esign_use (
    certificate_id TEXT NOT NULL,
    digest         TEXT NOT NULL,
    used_at        BIGINT NOT NULL,
    origin         TEXT NOT NULL,
    PRIMARY KEY (certificate_id, digest)
);
CREATE TABLE esign_paper (
    id         TEXT PRIMARY KEY,
    owner_unit TEXT NOT NULL,
    code       TEXT NOT NULL,
    day        TEXT NOT NULL,
    subject    TEXT NOT NULL,
    signed     BIGINT NOT NULL,
    origin     TEXT NOT NULL,
    UNIQUE (owner_unit, code, day)
);
CREATE INDEX esign_paper_day ON esign_paper (owner_unit, day);
CREATE TABLE esign_cover (
    id         TEXT PRIMARY KEY,
    owner_unit TEXT NOT NULL,
    day_from   TEXT NOT NULL,
    day_to     TEXT NOT NULL,
    added_name TEXT NOT NULL,
    added_at   BIGINT NOT NULL
);
CREATE INDEX esign_cover_unit ON esign_cover (owner_unit, day_from);
