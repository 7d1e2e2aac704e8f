-- +goose Up
-- Why:    one record for every deadline grows what the law and its papers ask: urgency, the paper and clause it rests on,
--         what set it off, every term it ever had, extensions, what proves it, reminders one by one, duties that come
--         again, feeds for calendars. sort_key is (day due) * 4 + (3 - urgency): a page in this order puts the most
--         urgent first among what is due on one day, out of an index. claim_seq names the term that somebody proposed by
--         a later start and nobody has decided on.
-- Cost:   constant defaults; one pass over the rows for sort_key and first terms.
-- Before: the previous release writes rows with sort_key 0; the beat of reminders adopts them. Undo: drop in a later file.
ALTER TABLE obligation ADD COLUMN urgency BIGINT NOT NULL DEFAULT 0;
ALTER TABLE obligation ADD COLUMN sort_key BIGINT NOT NULL DEFAULT 0;
ALTER TABLE obligation ADD COLUMN basis_document TEXT NOT NULL DEFAULT '';
ALTER TABLE obligation ADD COLUMN basis_clause TEXT NOT NULL DEFAULT '';
ALTER TABLE obligation ADD COLUMN started_by TEXT NOT NULL DEFAULT '';
ALTER TABLE obligation ADD COLUMN owed_name TEXT NOT NULL DEFAULT '';
ALTER TABLE obligation ADD COLUMN first_t0 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE obligation ADD COLUMN extended_to BIGINT;
ALTER TABLE obligation ADD COLUMN terms BIGINT NOT NULL DEFAULT 1;
ALTER TABLE obligation ADD COLUMN claim_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE obligation ADD COLUMN remind_before TEXT NOT NULL DEFAULT '';
ALTER TABLE obligation ADD COLUMN ladder TEXT NOT NULL DEFAULT '';
ALTER TABLE obligation ADD COLUMN remind_at BIGINT;
UPDATE obligation SET sort_key = ((due_at - 1 + 25200000) / 86400000) * 4 + 3, first_t0 = t0,
    remind_at = CASE WHEN state = 'open' THEN soon_at END;
CREATE INDEX obligation_order ON obligation (state, sort_key, due_at, id, unit_id, soon_at);
CREATE INDEX obligation_unit_order ON obligation (unit_id, state, sort_key, due_at, id, soon_at);
CREATE INDEX obligation_person_order ON obligation (owed_by, state, sort_key, due_at, id);
CREATE INDEX obligation_remind ON obligation (remind_at, id) WHERE remind_at IS NOT NULL;
CREATE INDEX obligation_soon ON obligation (state, soon_at, unit_id);
CREATE INDEX obligation_late ON obligation (state, due_at, unit_id);
DROP INDEX obligation_due;
CREATE INDEX obligation_unit_due ON obligation (unit_id, state, due_at, soon_at, kind);
DROP INDEX obligation_unit;
CREATE INDEX obligation_unit_met ON obligation (unit_id, met_at) WHERE met_at IS NOT NULL;

-- Every term an obligation ever had or was asked to have, in their order.
CREATE TABLE obligation_term (
    obligation_id TEXT NOT NULL REFERENCES obligation (id),
    seq           BIGINT NOT NULL,
    cause         TEXT NOT NULL CHECK (cause IN ('opened', 'reopened', 'recomputed', 'claimed', 'granted', 'refused', 'extended')),
    t0            BIGINT NOT NULL,
    amount        BIGINT NOT NULL,
    amount_unit   TEXT NOT NULL,
    due_at        BIGINT NOT NULL,
    explanation   TEXT NOT NULL,
    reason        TEXT NOT NULL,
    by_id         TEXT NOT NULL,
    by_name       TEXT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (obligation_id, seq)
);
INSERT INTO obligation_term (obligation_id, seq, cause, t0, amount, amount_unit, due_at, explanation, reason, by_id, by_name, at)
    SELECT id, 1, 'opened', t0, amount, amount_unit, due_at, explanation, '', opened_by, '', created_at FROM obligation;

-- One row a reminder: that it was given is written in the transaction that gives it. due_at is the end it counted from,
-- so that a term that moved is reminded of anew.
CREATE TABLE obligation_reminder (
    obligation_id TEXT NOT NULL REFERENCES obligation (id),
    due_at        BIGINT NOT NULL,
    step          TEXT NOT NULL,
    planned_at    BIGINT NOT NULL,
    sent_at       BIGINT NOT NULL,
    reached       TEXT NOT NULL,
    people        BIGINT NOT NULL,
    loud          BOOLEAN NOT NULL,
    by_name       TEXT NOT NULL,
    PRIMARY KEY (obligation_id, due_at, step)
);

CREATE TABLE obligation_evidence (
    id            TEXT PRIMARY KEY,
    obligation_id TEXT NOT NULL REFERENCES obligation (id),
    kind          TEXT NOT NULL CHECK (kind IN ('document', 'receipt', 'measure', 'file')),
    ref           TEXT NOT NULL,
    note          TEXT NOT NULL,
    by_id         TEXT NOT NULL,
    by_name       TEXT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX obligation_evidence_of ON obligation_evidence (obligation_id, at, id);
