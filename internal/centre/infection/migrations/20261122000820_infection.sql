-- +goose Up
-- Why:    one record a machine and threat: seen, confirmed, cleaned, infected again. A machine until its register exists
--         is an address in the logs of one owner, under an opaque id that can later be merged into the register.
-- Times:  first_seen and last_seen as in finding. Whose it is and of what kind the address, is looked up at read time.
-- Cost:   new tables. Undo: none.
CREATE TABLE infection_machine (
    id         TEXT PRIMARY KEY,
    owner_unit TEXT NOT NULL,
    addr       TEXT NOT NULL,
    addr_key   TEXT NOT NULL,
    UNIQUE (owner_unit, addr_key)
);
CREATE TABLE infection (
    id          TEXT PRIMARY KEY,
    machine_id  TEXT NOT NULL REFERENCES infection_machine (id),
    owner_unit  TEXT NOT NULL,
    addr        TEXT NOT NULL,
    addr_key    TEXT NOT NULL,
    threat      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('suspected', 'confirmed', 'cleaning', 'cleaned', 'false_positive')),
    first_seen  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL CHECK (last_seen >= first_seen),
    queries     BIGINT NOT NULL,
    undated     BIGINT NOT NULL,
    names       BIGINT NOT NULL,
    episodes    BIGINT NOT NULL,
    cleaned_at  BIGINT,
    cleaned_by  TEXT NOT NULL,
    cleaned_how TEXT NOT NULL,
    note        TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    search      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    UNIQUE (machine_id, threat),
    CHECK (state <> 'cleaned' OR cleaned_at IS NOT NULL)
);
CREATE INDEX infection_state ON infection (state, last_seen, id);
CREATE INDEX infection_key ON infection (owner_unit, addr_key, threat);
CREATE INDEX infection_incident ON infection (incident_id) WHERE incident_id <> '';
