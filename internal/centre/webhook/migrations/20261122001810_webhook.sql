-- +goose Up
-- Why:    programs are told of changes, in order, at least once, through restarts.
-- Cost:   new tables. Undo: drop them; receivers read the change feed instead.
CREATE TABLE webhook (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    unit_id       TEXT NOT NULL,
    kinds         TEXT NOT NULL,
    secret        TEXT NOT NULL,
    old_secret    TEXT NOT NULL DEFAULT '',
    old_until     BIGINT,
    state         TEXT NOT NULL,
    reason        TEXT NOT NULL DEFAULT '',
    feed_at       BIGINT NOT NULL,
    sent_seq      BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    next_at       BIGINT,
    created_by    TEXT NOT NULL,
    created_name  TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1,
    folded        TEXT NOT NULL
);
CREATE INDEX webhook_unit ON webhook (unit_id, id);
CREATE INDEX webhook_state ON webhook (state, id);
CREATE TABLE webhook_delivery (
    id          TEXT PRIMARY KEY,
    webhook_id  TEXT NOT NULL REFERENCES webhook (id),
    seq         BIGINT NOT NULL,
    body        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    state       TEXT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    last_at     BIGINT,
    last_status BIGINT NOT NULL DEFAULT 0,
    last_ms     BIGINT NOT NULL DEFAULT 0,
    last_text   TEXT NOT NULL DEFAULT '',
    last_error  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook_id, state, id);
