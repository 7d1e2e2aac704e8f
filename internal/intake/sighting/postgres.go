// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Postgres is the Store in the schema "sighting" of a PostgreSQL database (15
// or newer), which any number of processes may share.
type Postgres struct {
	db    *sql.DB
	since time.Time
}

// schema is made when absent. Values are in their ordered form, so that a
// value and all below it are one range of the key. Partitions come by month as
// rows do.
const schema = `
CREATE SCHEMA IF NOT EXISTS sighting;
CREATE TABLE IF NOT EXISTS sighting.seen (
	kind SMALLINT NOT NULL, value BYTEA NOT NULL, day INTEGER NOT NULL, source TEXT NOT NULL, owner TEXT NOT NULL, client BYTEA NOT NULL,
	undated BOOLEAN NOT NULL, count BIGINT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
	PRIMARY KEY (kind, value, day, source, owner, client, undated)) PARTITION BY RANGE (day);
CREATE TABLE IF NOT EXISTS sighting.block (id TEXT PRIMARY KEY, day INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sighting.day (day INTEGER PRIMARY KEY, queries BIGINT NOT NULL, written BIGINT NOT NULL,
	counted BIGINT NOT NULL, counted_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS sighting.meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL);`

// schemaLock keeps two processes from making the same table at once.
const schemaLock = "SELECT pg_advisory_xact_lock(7231994)"

// OpenPostgres opens the store in the database at address, "postgres://…",
// made at now when absent.
func OpenPostgres(ctx context.Context, address string, now time.Time) (*Postgres, error) {
	const op = "sighting.Open"
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return nil, errors.New(op + ": the address is not usable (not shown: it may hold a password)")
	}
	pool.SetMaxOpenConns(8)
	s := &Postgres{db: pool}
	err = s.locked(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sighting.meta VALUES ('since', $1) ON CONFLICT DO NOTHING", now.UnixMilli())
		return err
	})
	if err == nil {
		var ms int64
		err = pool.QueryRowContext(ctx, "SELECT value FROM sighting.meta WHERE name = 'since'").Scan(&ms)
		s.since = time.UnixMilli(ms).UTC()
	}
	if err != nil {
		return nil, errors.Join(pgSaid(op, err), pool.Close())
	}
	return s, nil
}

// Close implements Store.
func (s *Postgres) Close() error { return s.db.Close() }

// pgSaid gives an error of the server its kind. The classes are of PostgreSQL's
// appendix A: 53100 disk_full, XX001 data_corrupted, XX002 index_corrupted.
func pgSaid(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "53100":
			return fault.Full(op, err)
		case "XX001", "XX002":
			return ruined(op, err)
		}
	}
	if errors.Is(err, errBroken) {
		return ruined(op, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

func (s *Postgres) locked(ctx context.Context, fn func(*sql.Tx) error) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, schemaLock); err != nil {
			return err
		}
		return fn(tx)
	})
}

const pgTries = 5

// tx runs fn in a transaction, again after a deadlock with another writer.
func (s *Postgres) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	var err error
	for range pgTries {
		var tx *sql.Tx
		if tx, err = s.db.BeginTx(ctx, nil); err != nil {
			return err
		}
		if err = fn(tx); err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, tx.Rollback())
		}
		e, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || e.Code != "40P01" && e.Code != "40001" {
			return err
		}
	}
	return err
}

// partition is the month in which d lies.
func (d Day) partition() (name string, from, to Day) {
	t := d.Date()
	first := time.Date(t.Year, t.Month, 1, 0, 0, 0, 0, time.UTC)
	days := func(t time.Time) Day { return Day(max(0, t.Unix()/(24*60*60))) }
	return first.Format("seen_200601"), days(first), days(first.AddDate(0, 1, 0))
}

// Put implements Store.
func (s *Postgres) Put(ctx context.Context, b Block) (Taken, error) {
	const op = "sighting.Put"
	if b.ID == "" {
		return Taken{}, errors.New(op + ": a block without id")
	}
	rows, left := folded(b.Rows)
	if err := s.makePartitions(ctx, rows); err != nil {
		return Taken{}, pgSaid(op, err)
	}
	taken := Taken{Left: left}
	err := s.tx(ctx, func(tx *sql.Tx) error {
		latest := Day(1)
		for _, r := range rows {
			latest = max(latest, r.Day)
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO sighting.block VALUES ($1, $2) ON CONFLICT DO NOTHING", b.ID, int64(latest))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if taken.Known = n == 0; taken.Known || err != nil {
			taken.Left = 0
			return err
		}
		return writeRows(ctx, tx, rows)
	})
	return taken, pgSaid(op, err)
}

// pgRow is a row with its value in ordered form.
type pgRow struct {
	Key
	value []byte
	sum   sum
}

// folded adds up rows of one key and sorts them: writers that lock rows in one
// order do not wait for each other in a circle.
func folded(in iter.Seq[Row]) (out []*pgRow, left int64) {
	by := map[Key]*pgRow{}
	for r := range in {
		if r.Value == "" || len(r.Value) > MaxValue || r.Day == 0 || r.Kind == 0 {
			left++
			continue
		}
		r.Client = r.Client.Unmap().WithZone("")
		if have := by[r.Key]; have != nil {
			have.sum.add(sumOf(&r))
			continue
		}
		by[r.Key] = &pgRow{r.Key, appendValue(nil, r.Kind, r.Value), sumOf(&r)}
		out = append(out, by[r.Key])
	}
	slices.SortFunc(out, func(a, b *pgRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), slices.Compare(a.value, b.value), compareKeys(&a.Key, &b.Key))
	})
	return out, left
}

func (s *Postgres) makePartitions(ctx context.Context, rows []*pgRow) error {
	need := map[string]Day{}
	for _, r := range rows {
		name, _, _ := r.Day.partition()
		need[name] = r.Day
	}
	for name, d := range need {
		var have bool
		if err := s.db.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", "sighting."+name).Scan(&have); err != nil || have {
			if err != nil {
				return err
			}
			continue
		}
		_, from, to := d.partition()
		err := s.locked(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("CREATE TABLE IF NOT EXISTS sighting.%s PARTITION OF sighting.seen FOR VALUES FROM (%d) TO (%d)", name, from, to))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const pgChunk = 5000

func writeRows(ctx context.Context, tx *sql.Tx, rows []*pgRow) error {
	days := map[Day]*totals{}
	for part := range slices.Chunk(rows, pgChunk) {
		var kind, day, count, first, last []int64
		var value, client [][]byte
		var source, owner []string
		var undated []bool
		for _, r := range part {
			kind, day, value, client = append(kind, int64(r.Kind)), append(day, int64(r.Day)), append(value, r.value), append(client, clientBytes(&r.Key))
			source, owner, undated = append(source, r.Source), append(owner, r.Owner), append(undated, r.Undated)
			count, first, last = append(count, r.sum.count), append(first, r.sum.first), append(last, r.sum.last)
			if days[r.Day] == nil {
				days[r.Day] = &totals{}
			}
			days[r.Day].queries += r.sum.count
			days[r.Day].written++
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sighting.seen AS s (kind, value, day, source, owner, client, undated, count, first_seen, last_seen)
			SELECT * FROM unnest($1::smallint[], $2::bytea[], $3::integer[], $4::text[], $5::text[], $6::bytea[], $7::boolean[], $8::bigint[], $9::bigint[], $10::bigint[])
			ON CONFLICT (kind, value, day, source, owner, client, undated) DO UPDATE SET count = s.count + EXCLUDED.count,
			first_seen = LEAST(s.first_seen, EXCLUDED.first_seen), last_seen = GREATEST(s.last_seen, EXCLUDED.last_seen)`,
			kind, value, day, source, owner, client, undated, count, first, last)
		if err != nil {
			return err
		}
	}
	for _, d := range slices.Sorted(maps.Keys(days)) {
		_, err := tx.ExecContext(ctx, `INSERT INTO sighting.day AS d VALUES ($1, $2, $3, 0, -1)
			ON CONFLICT (day) DO UPDATE SET queries = d.queries + EXCLUDED.queries, written = d.written + EXCLUDED.written`,
			int64(d), days[d].queries, days[d].written)
		if err != nil {
			return err
		}
	}
	return nil
}

func clientBytes(k *Key) []byte {
	if !k.Client.IsValid() {
		return []byte{}
	}
	return k.Client.AsSlice()
}

// Drop implements Store: whole months are dropped as tables.
func (s *Postgres) Drop(ctx context.Context, before Day) error {
	const op = "sighting.Drop"
	if before <= 1 {
		return nil
	}
	first, _, _ := before.partition()
	rows, err := s.db.QueryContext(ctx, "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'sighting.seen'::regclass")
	if err != nil {
		return pgSaid(op, err)
	}
	var gone []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return errors.Join(pgSaid(op, err), rows.Close())
		}
		if strings.HasPrefix(name, "seen_") && name < first {
			gone = append(gone, name)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return pgSaid(op, err)
	}
	err = s.locked(ctx, func(tx *sql.Tx) error {
		for _, name := range gone {
			if _, err := tx.ExecContext(ctx, "DROP TABLE IF EXISTS sighting."+name); err != nil {
				return err
			}
		}
		for _, table := range []string{"seen", "block", "day"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM sighting."+table+" WHERE day < $1", int64(before)); err != nil {
				return err
			}
		}
		return nil
	})
	return pgSaid(op, err)
}
