-- +goose Up
-- Why:    a key may hold several permissions, ends by itself, may be bound to addresses, and its secret can be changed
--         without a gap. A key made before holds its one permission as it did, without end.
-- Cost:   constant defaults; one copy of the few keys there are.
-- Before: the previous release reads role, area and act: of a new key it sees the first permission, and no role, so
--         that it grants nothing. Undo: drop the columns and the table in a later file.
ALTER TABLE account_key ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE account_key ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE account_key ADD COLUMN bound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE account_key ADD COLUMN networks TEXT NOT NULL DEFAULT '';
ALTER TABLE account_key ADD COLUMN expires_at BIGINT;
ALTER TABLE account_key ADD COLUMN old_token TEXT NOT NULL DEFAULT '';
ALTER TABLE account_key ADD COLUMN old_until BIGINT;
ALTER TABLE account_key ADD COLUMN revoked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE account_key ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE account_key ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE account_key ADD COLUMN folded TEXT NOT NULL DEFAULT '';
CREATE INDEX account_key_old_token ON account_key (old_token);
CREATE TABLE account_key_permission (
    key_id TEXT NOT NULL REFERENCES account_key (id),
    area   TEXT NOT NULL,
    act    TEXT NOT NULL,
    PRIMARY KEY (key_id, area, act)
);
INSERT INTO account_key_permission (key_id, area, act) SELECT id, area, act FROM account_key;
