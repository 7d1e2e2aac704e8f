-- +goose Up
-- Why:    who looks at what people did says why. The words stand here for as long as they hold, and in the audit trail
--         for ever; addresses of pages carry the id alone, which is of use to nobody else.
-- Key:    one row a reason given. Rows that no longer hold go when their person gives the next one.
-- Cost:   new table. Undo: drop it; people are asked again.
CREATE TABLE lookup_reason (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    given_at   BIGINT NOT NULL,
    until      BIGINT NOT NULL
);
CREATE INDEX lookup_reason_of ON lookup_reason (account_id, purpose, until);
