// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
)

// pgAsks is how many asks go into one statement.
const pgAsks = 2000

// huntSQL finds the rows of many asks in one pass: each ask is a range of the
// key, of the value alone or with all below it.
const huntSQL = `SELECT a.n, s.kind, s.value, s.day, s.source, s.owner, s.client, s.undated, s.count, s.first_seen, s.last_seen
	FROM unnest($1::smallint[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS a(kind, lo, hi, n)
	CROSS JOIN LATERAL (SELECT * FROM sighting.seen t WHERE t.kind = a.kind AND t.value >= a.lo AND t.value < a.hi AND t.day BETWEEN $4 AND $5) s
	ORDER BY a.n, s.value, s.day, s.source COLLATE "C", s.owner COLLATE "C", length(s.client), s.client, s.undated`

// Hunt implements Store.
func (s *Postgres) Hunt(ctx context.Context, asks []Ask, span Span, lim Limits, fn func(ask int, r Row) error) (Account, error) {
	const op = "sighting.Hunt"
	span = span.closed()
	var did Account
	for from := 0; from < len(asks) && !did.Cut; from += pgAsks {
		part := asks[from:min(from+pgAsks, len(asks))]
		if err := s.huntPart(ctx, part, from, span, lim, &did, fn); err != nil {
			return did, pgSaid(op, err)
		}
		did.Asked += len(part)
	}
	return did, nil
}

func (s *Postgres) huntPart(ctx context.Context, asks []Ask, base int, span Span, lim Limits, did *Account, fn func(int, Row) error) error {
	var kinds []int64
	var lo, hi [][]byte
	for _, a := range asks {
		v := appendValue(nil, a.Kind, a.Value)
		past := byte(below)
		if a.Below {
			past = escape
		}
		kinds, lo, hi = append(kinds, int64(a.Kind)), append(lo, v), append(hi, append(v[:len(v):len(v)], past))
	}
	rows, err := s.db.QueryContext(ctx, huntSQL, kinds, lo, hi, int64(span.From), int64(span.To))
	if err != nil {
		return err
	}
	defer rows.Close()
	ask, value := -1, ""
	for rows.Next() {
		n, r, err := pgScan(rows)
		if err != nil {
			return err
		}
		if fresh := n != ask || r.Value != value; fresh {
			if lim.Names > 0 && did.Names == lim.Names {
				did.Cut = true
				break
			}
			did.Names++
			ask, value = n, r.Value
		}
		if lim.Rows > 0 && did.Rows == lim.Rows {
			did.Cut = true
			break
		}
		did.Rows++
		if err := fn(base+n, r); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

func pgScan(rows *sql.Rows) (ask int, r Row, err error) {
	var value, client []byte
	var c sum
	if err := rows.Scan(&ask, &r.Kind, &value, &r.Day, &r.Source, &r.Owner, &client, &r.Undated, &c.count, &c.first, &c.last); err != nil {
		return 0, r, err
	}
	if r.Value, _, err = cutValue(r.Kind, append(value, end)); err != nil {
		return 0, r, err
	}
	if len(client) > 0 {
		var ok bool
		if r.Client, ok = netip.AddrFromSlice(client); !ok {
			return 0, r, errBroken
		}
	}
	return ask - 1, c.row(r.Key), nil
}

// Count implements Store.
func (s *Postgres) Count(ctx context.Context, today Day) error {
	_, err := s.db.ExecContext(ctx, `UPDATE sighting.day d SET counted_at = d.written, counted = (SELECT COUNT(*) FROM sighting.seen s WHERE s.day = d.day)
		WHERE d.day < $1 AND d.counted_at <> d.written`, int64(today))
	return pgSaid("sighting.Count", err)
}

// Stats implements Store.
func (s *Postgres) Stats(ctx context.Context) (Stats, error) {
	const op = "sighting.Stats"
	out := Stats{Since: s.since}
	rows, err := s.db.QueryContext(ctx, "SELECT day, queries, CASE WHEN counted_at = written THEN counted ELSE written END, counted_at = written FROM sighting.day ORDER BY day")
	if err != nil {
		return out, pgSaid(op, err)
	}
	defer rows.Close()
	var all int64
	for rows.Next() {
		var d DayStats
		if err := rows.Scan(&d.Day, &d.Queries, &d.Rows, &d.Counted); err != nil {
			return out, pgSaid(op, err)
		}
		all += d.Rows
		out.Days = append(out.Days, d)
	}
	if err := rows.Err(); err != nil {
		return out, pgSaid(op, err)
	}
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'sighting' AND c.relkind = 'r'`).Scan(&out.Bytes)
	for i := range out.Days { // a day has no files of its own: its share by rows
		out.Days[i].Bytes = out.Bytes * out.Days[i].Rows / max(1, all)
	}
	return out, pgSaid(op, err)
}

// Check implements Store. The server checks its own pages as it reads them.
func (s *Postgres) Check(ctx context.Context) error {
	var n int64
	err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM sighting.seen WHERE last_seen < first_seen OR count < 1").Scan(&n)
	if err == nil && n > 0 {
		err = errBroken
	}
	return pgSaid("sighting.Check", err)
}
