-- +goose Up
-- Why:    a board of 150 units by 60 measures asks for the newest figure of each and for the one it is compared with: 18,000
--         of 3.3 million rows, and tens of milliseconds to pick them.
-- Key:    measure_now holds for each measure and unit what measure_row holds on measure_state.day (num, den, seen, expected)
--         and on measure_state.before_day (was_*); expected 0: the unit has no row on that day. It changes in the
--         transaction that changes those rows.
-- Cost:   a row a measure and unit; filled here from what stands. Before: release N-1 has no measures. Undo: drop it.
CREATE TABLE measure_now (
    measure      TEXT NOT NULL,
    unit_id      TEXT NOT NULL,
    num          BIGINT NOT NULL,
    den          BIGINT NOT NULL,
    seen         BIGINT NOT NULL,
    expected     BIGINT NOT NULL,
    was_num      BIGINT NOT NULL,
    was_den      BIGINT NOT NULL,
    was_seen     BIGINT NOT NULL,
    was_expected BIGINT NOT NULL,
    PRIMARY KEY (measure, unit_id)
);
INSERT INTO measure_now (measure, unit_id, num, den, seen, expected, was_num, was_den, was_seen, was_expected)
SELECT r.measure, r.unit_id, SUM(CASE WHEN r.day = s.day THEN r.num ELSE 0 END), SUM(CASE WHEN r.day = s.day THEN r.den ELSE 0 END),
    SUM(CASE WHEN r.day = s.day THEN r.seen ELSE 0 END), SUM(CASE WHEN r.day = s.day THEN r.expected ELSE 0 END),
    SUM(CASE WHEN r.day = s.day THEN 0 ELSE r.num END), SUM(CASE WHEN r.day = s.day THEN 0 ELSE r.den END),
    SUM(CASE WHEN r.day = s.day THEN 0 ELSE r.seen END), SUM(CASE WHEN r.day = s.day THEN 0 ELSE r.expected END)
FROM measure_state AS s JOIN measure_row AS r ON r.measure = s.measure AND r.day IN (s.day, s.before_day)
GROUP BY r.measure, r.unit_id;
