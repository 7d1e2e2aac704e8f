-- +goose Up
-- Why:    hits of the indicator lists, grouped: one row a source's owner, client address and threat, which is also its
--         row in the duty queue. Whose machine it is stands in no column: it is looked up at read time.
-- Key:    finding_open lets one finding be open at a time; what comes after it was closed is the next episode.
-- Cases:  following marks a finding that an open case has taken over: what comes later counts in it and calls nobody.
-- Times:  first_seen and last_seen are of the log lines; undated counts queries whose lines gave no time and which are
--         therefore placed at the receipt.
-- Cost:   new tables. Undo: none.
CREATE TABLE finding (
    id          TEXT PRIMARY KEY,
    owner_unit  TEXT NOT NULL,
    addr        TEXT NOT NULL,
    addr_key    TEXT NOT NULL,
    threat      TEXT NOT NULL,
    episode     BIGINT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('new', 'acknowledged', 'dismissed', 'handled')),
    assignee_id TEXT NOT NULL,
    assignee    TEXT NOT NULL,
    acked_at    BIGINT,
    acked_by    TEXT NOT NULL,
    closed_at   BIGINT,
    closed_by   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    muted       BOOLEAN NOT NULL,
    following   BOOLEAN NOT NULL,
    incident_id TEXT NOT NULL,
    first_seen  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL CHECK (last_seen >= first_seen),
    queries     BIGINT NOT NULL,
    undated     BIGINT NOT NULL,
    names       BIGINT NOT NULL,
    lists       TEXT NOT NULL,
    tlp         TEXT NOT NULL,
    search      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    UNIQUE (owner_unit, addr_key, threat, episode),
    CHECK ((state IN ('dismissed', 'handled')) = (closed_at IS NOT NULL)),
    CHECK (NOT muted OR state = 'dismissed'),
    CHECK (NOT following OR state = 'handled')
);
CREATE UNIQUE INDEX finding_open ON finding (owner_unit, addr_key, threat) WHERE state IN ('new', 'acknowledged');
CREATE INDEX finding_state ON finding (state, created_at, id);
CREATE INDEX finding_last ON finding (last_seen, id);
CREATE INDEX finding_incident ON finding (incident_id) WHERE incident_id <> '';

-- Each name once a finding: what a dismissal covers, what search finds.
CREATE TABLE finding_name (
    finding_id TEXT NOT NULL REFERENCES finding (id),
    name       TEXT NOT NULL,
    queries    BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    PRIMARY KEY (finding_id, name)
);

-- The evidence: which list named which name in which file on which day (Asia/Ho_Chi_Minh, of the first query of its
-- block). A query that two lists name stands under both.
CREATE TABLE finding_hit (
    finding_id TEXT NOT NULL REFERENCES finding (id),
    indicator  TEXT NOT NULL,
    list       TEXT NOT NULL,
    type       TEXT NOT NULL,
    name       TEXT NOT NULL,
    source_id  TEXT NOT NULL,
    file_id    TEXT NOT NULL,
    day        TEXT NOT NULL,
    undated    BOOLEAN NOT NULL,
    queries    BIGINT NOT NULL,
    lines      BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    PRIMARY KEY (finding_id, name, indicator, list, type, source_id, file_id, day, undated)
);
