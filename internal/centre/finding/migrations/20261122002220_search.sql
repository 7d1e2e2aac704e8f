-- +goose Up
-- Why:    a word was looked for in the text of every finding and of every name, which took seconds at a million findings.
--         Threats, lists and names come again and again: looked for in what was ever written, each once, a word is found
--         in a moment, and indexes lead from there to the findings.
-- Rows:   finding_text and finding_known only grow; they say nothing of who may see what, and are never shown.
-- Cost:   one read of finding and of finding_name, one index. Undo: none.
CREATE TABLE finding_text (
    threat TEXT NOT NULL,
    lists  TEXT NOT NULL,
    search TEXT NOT NULL,
    PRIMARY KEY (threat, lists)
);
INSERT INTO finding_text (threat, lists, search)
SELECT threat, lists, MIN(CASE WHEN addr = '' THEN search ELSE substr(search, length(addr) + 2) END) FROM finding GROUP BY threat, lists;
CREATE TABLE finding_known (
    name TEXT PRIMARY KEY
);
INSERT INTO finding_known (name) SELECT DISTINCT name FROM finding_name;
CREATE INDEX finding_of_name ON finding_name (name, finding_id);
