-- +goose Up
-- Why:    who wishes may sign in the product instead of outside: the key of a person or of a body, as the PKCS#12 file it
--         came in, written anew under its own password and sealed once more with the key of the data folder. The password is
--         asked each time unless its person has it kept, sealed too.
-- Key:    account_id is whose it is; empty for a body's, which is its clerk's to use. A certificate once for each holder.
-- Cost:   one new table, of no use while the setting is off, as it is by default. Undo: drop it.
CREATE TABLE esign_key (
    id          TEXT PRIMARY KEY,
    owner_unit  TEXT NOT NULL,
    account_id  TEXT NOT NULL,
    kind        TEXT NOT NULL,
    holder      TEXT NOT NULL,
    serial      TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    chain       TEXT NOT NULL,
    sealed      TEXT NOT NULL,
    password    TEXT NOT NULL,
    image       TEXT NOT NULL,
    image_width BIGINT NOT NULL,
    wrong       BIGINT NOT NULL,
    wrong_at    BIGINT,
    added_name  TEXT NOT NULL,
    added_at    BIGINT NOT NULL,
    UNIQUE (owner_unit, account_id, fingerprint)
);
