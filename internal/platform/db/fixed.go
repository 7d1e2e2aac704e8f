// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// Statements that run all the time have values beside their text, so that the
// text stays the same and SQLite, which is slow to read one, keeps it prepared.
// bun writes values into the text; on PostgreSQL, which reads quickly and for
// which each statement is a way there and back, that stays as it is.

// atOnce is how many rows one statement that stays prepared writes; what is left
// goes row by row. More at once was not faster.
const atOnce = 16

// sizes are how many values a list in a statement has: shorter ones are filled
// up with their last, so that few texts stand for all.
var sizes = [...]int{1, 4, 16, 64, 256, 512}

// In is a list for "a IN (?)" of Fetch and Do; not empty.
type In []string

// Put inserts rows, models of bun, into their table. then is what follows the
// values, such as "ON CONFLICT (id) DO UPDATE SET n = t.n + EXCLUDED.n", where t
// is the alias of the table; "" for nothing. It has no arguments. No row may
// stand twice.
func Put[R any](ctx context.Context, tx *Tx, then string, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	if tx.db.engine == Postgres {
		for part := range slices.Chunk(rows, 500) {
			q := tx.NewInsert().Model(&part)
			if on, ok := strings.CutPrefix(then, "ON "); ok {
				q = q.On(on)
			}
			if _, err := q.Returning("NULL").Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	t := tx.Dialect().Tables().Get(reflect.TypeFor[R]())
	head := "INSERT INTO " + string(t.SQLName) + " AS " + string(t.SQLAlias) + " (" + columns(t) + ") VALUES "
	return inParts(ctx, tx, t, head, then, rows)
}

// Amend runs a statement, "UPDATE t SET n = t.n + d.n FROM d WHERE t.id = d.id",
// in which d are rows, models of bun with a type to each column. It has no
// arguments. No row may stand twice.
func Amend[R any](ctx context.Context, tx *Tx, statement string, rows ...R) error {
	if len(rows) == 0 {
		return nil
	}
	t := tx.Dialect().Tables().Get(reflect.TypeFor[R]())
	head := "WITH d (" + columns(t) + ") AS ("
	if tx.db.engine == Postgres {
		for part := range slices.Chunk(rows, 500) {
			if _, err := tx.NewRaw(head+"?) "+statement, tx.NewValues(&part)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	return inParts(ctx, tx, t, head+"VALUES ", ") "+statement, rows)
}

// inParts writes rows, some at once, with the values between head and then.
func inParts[R any](ctx context.Context, tx *Tx, t *schema.Table, head, then string, rows []R) error {
	one := marks(len(t.Fields))
	for len(rows) > 0 {
		n := 1
		if len(rows) >= atOnce {
			n = atOnce
		}
		args := make([]any, 0, n*len(t.Fields))
		for i := range rows[:n] {
			row := reflect.ValueOf(&rows[i]).Elem()
			for _, f := range t.Fields {
				args = append(args, plainArg(f.Value(row)))
			}
		}
		if _, err := tx.Tx.Tx.ExecContext(ctx, head+strings.Repeat(one+", ", n-1)+one+" "+then, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// plainArg is a field as a driver takes it; what is of no such kind, as Time,
// database/sql converts.
func plainArg(v reflect.Value) any {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int64:
		return v.Int()
	case reflect.Bool:
		return v.Bool()
	}
	return v.Interface()
}

func columns(t *schema.Table) string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = string(f.SQLName)
	}
	return strings.Join(names, ", ")
}

// marks are the places of n values.
func marks(n int) string { return "(" + strings.Repeat("?, ", n-1) + "?)" }

// Fetcher is a Tx, or a DB for what changes nothing.
type Fetcher interface {
	Fetch(ctx context.Context, dest any, text string, args ...any) error
	Dialect() schema.Dialect
}

// Dialect is that of bun for this engine.
func (d *DB) Dialect() schema.Dialect { return d.read.Dialect() }

// Select reads rows of a model of bun; rest is what follows the table, with
// arguments as of Fetch.
func Select[R any](ctx context.Context, q Fetcher, rest string, args ...any) (rows []R, err error) {
	t := q.Dialect().Tables().Get(reflect.TypeFor[R]())
	err = q.Fetch(ctx, &rows, "SELECT "+columns(t)+" FROM "+string(t.SQLName)+" AS "+string(t.SQLAlias)+" "+rest, args...)
	return rows, err
}

// Fetch reads into dest, as bun scans, what text asks with arguments in the
// place of each "?": texts, numbers, In and Tuples.
func (t *Tx) Fetch(ctx context.Context, dest any, text string, args ...any) error {
	if t.db.engine == Postgres {
		list, err := bunArgs(text, args)
		if err != nil {
			return err
		}
		return t.NewRaw(text, list...).Scan(ctx, dest)
	}
	return t.db.scan(ctx, t.Tx.Tx, dest, text, args)
}

// Fetch is Tx.Fetch beside all transactions, for what changes nothing.
func (d *DB) Fetch(ctx context.Context, dest any, text string, args ...any) error {
	if d.engine == Postgres {
		list, err := bunArgs(text, args)
		if err != nil {
			return err
		}
		return d.read.NewRaw(text, list...).Scan(ctx, dest)
	}
	return d.scan(ctx, d.read.DB, dest, text, args)
}

// Do runs text, with arguments as of Fetch, and says how many rows it changed.
func (t *Tx) Do(ctx context.Context, text string, args ...any) (int64, error) {
	var res sql.Result
	var list []any
	var err error
	if t.db.engine == Postgres {
		if list, err = bunArgs(text, args); err == nil {
			res, err = t.NewRaw(text, list...).Exec(ctx)
		}
	} else if text, list, err = flatten(text, args); err == nil {
		res, err = t.Tx.Tx.ExecContext(ctx, text, list...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (d *DB) scan(ctx context.Context, q interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, dest any, text string, args []any) error {
	text, values, err := flatten(text, args)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, text, values...)
	if err != nil {
		return err
	}
	return d.write.ScanRows(ctx, rows, dest)
}

func bunArgs(text string, args []any) ([]any, error) {
	out := slices.Clone(args)
	for i, a := range out {
		list, ok := a.(In)
		if ok && len(list) == 0 {
			return nil, fmt.Errorf("an empty list: %s", text)
		} else if ok {
			out[i] = bun.List([]string(list))
		}
	}
	return out, nil
}

// flatten puts the values of lists beside the others, with a mark for each.
func flatten(text string, args []any) (string, []any, error) {
	var b strings.Builder
	var values []any
	for _, a := range args {
		before, after, found := strings.Cut(text, "?")
		if !found {
			return "", nil, fmt.Errorf("more arguments than places: %s", text)
		}
		b.WriteString(before)
		text = after
		switch a := a.(type) {
		case In:
			if len(a) == 0 {
				return "", nil, fmt.Errorf("an empty list: %s", text)
			}
			n := size(len(a))
			b.WriteString(strings.Repeat("?, ", n-1) + "?")
			for i := range n {
				values = append(values, a[min(i, len(a)-1)])
			}
		case Tuples:
			if len(a) == 0 {
				return "", nil, fmt.Errorf("an empty list: %s", text)
			}
			n, one := size(len(a)), marks(len(a[0]))
			b.WriteString("VALUES " + strings.Repeat(one+", ", n-1) + one)
			for i := range n {
				for _, v := range a[min(i, len(a)-1)] {
					values = append(values, v)
				}
			}
		default:
			b.WriteByte('?')
			values = append(values, a)
		}
	}
	return b.String() + text, values, nil
}

// size is how many values a list of n has in its statement.
func size(n int) int {
	for _, s := range sizes {
		if n <= s {
			return s
		}
	}
	return n
}
