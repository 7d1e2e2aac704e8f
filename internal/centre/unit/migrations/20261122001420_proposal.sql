-- +goose Up
-- Why:    a unit knows best who its head is and which addresses it has, and may not write that itself: it proposes,
--         the centre decides, field by field. before is what stood when it was proposed, so that a change meanwhile
--         is seen.
-- Cost:   new tables. Undo: none.
CREATE TABLE unit_proposal (
    id             TEXT PRIMARY KEY,
    unit_id        TEXT NOT NULL REFERENCES unit (id),
    state          TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'partly', 'refused', 'withdrawn')),
    note           TEXT NOT NULL DEFAULT '',
    proposer_id    TEXT NOT NULL,
    proposer_name  TEXT NOT NULL,
    proposed_at    BIGINT NOT NULL,
    decider_name   TEXT NOT NULL DEFAULT '',
    decided_at     BIGINT,
    reason         TEXT NOT NULL DEFAULT '',
    version        BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX unit_proposal_state ON unit_proposal (state, proposed_at, id);
CREATE INDEX unit_proposal_unit ON unit_proposal (unit_id, state);

CREATE TABLE unit_proposal_item (
    proposal_id TEXT NOT NULL REFERENCES unit_proposal (id),
    field       TEXT NOT NULL,
    was         TEXT NOT NULL,
    wanted      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused')),
    PRIMARY KEY (proposal_id, field)
);
