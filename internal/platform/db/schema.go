// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// Kind is what the values of a column are, the same word on both engines.
type Kind string

// The kinds the house uses.
const (
	Text    Kind = "text"
	Integer Kind = "integer" // 64 bits
	Boolean Kind = "boolean"
	Bytes   Kind = "bytes"
)

// kinds are the declared types of both engines.
var kinds = map[string]Kind{
	"text": Text, "character varying": Text, "bigint": Integer, "integer": Integer, "boolean": Boolean, "bytea": Bytes, "blob": Bytes,
}

// Column is one column of the live schema.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Table is one table of the live schema, with its columns in the order of
// their names and its primary key in the key's order, which may be empty.
type Table struct {
	Name    string
	Columns []Column
	Key     []string
}

// versions is where goose notes what it applied.
const versions = "goose_db_version"

// Tables lists the tables that migrations made, by name; the notes of the
// migrations themselves are left out. A column of a type the house does not
// use is an error.
func (d *DB) Tables(ctx context.Context, q bun.IDB) ([]Table, error) {
	query := `SELECT m.name AS table_name, c.name AS column_name, c.type AS type_name, c.pk AS key_place FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND m.name <> ? ORDER BY m.name, c.name`
	if d.engine == Postgres {
		query = `SELECT c.table_name, c.column_name, c.data_type AS type_name, COALESCE((
				SELECT k.ordinal_position FROM information_schema.table_constraints t
				JOIN information_schema.key_column_usage k ON k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name
				WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = c.table_schema AND t.table_name = c.table_name
				AND k.column_name = c.column_name), 0) AS key_place
			FROM information_schema.columns c JOIN information_schema.tables b USING (table_schema, table_name)
			WHERE c.table_schema = current_schema() AND b.table_type = 'BASE TABLE' AND c.table_name <> ?
			ORDER BY c.table_name COLLATE "C", c.column_name COLLATE "C"`
	}
	var rows []schemaRow
	if err := q.NewRaw(query, versions).Scan(ctx, &rows); err != nil {
		return nil, Error("db.Tables", err)
	}
	return gatherTables(rows)
}

type schemaRow struct {
	Table  string `bun:"table_name"`
	Column string `bun:"column_name"`
	Type   string `bun:"type_name"`
	Key    int64  `bun:"key_place"` // place in the primary key from 1; 0: not in it
}

func gatherTables(rows []schemaRow) ([]Table, error) {
	var list []Table
	keys := map[string][]schemaRow{}
	for _, r := range rows {
		kind, ok := kinds[strings.ToLower(r.Type)]
		if !ok {
			return nil, fmt.Errorf("column %s.%s has the type %q, which the house does not use", r.Table, r.Column, r.Type)
		}
		if len(list) == 0 || list[len(list)-1].Name != r.Table {
			list = append(list, Table{Name: r.Table})
		}
		t := &list[len(list)-1]
		t.Columns = append(t.Columns, Column{r.Column, kind})
		if r.Key > 0 {
			keys[r.Table] = append(keys[r.Table], r)
		}
	}
	for i := range list {
		key := keys[list[i].Name]
		slices.SortFunc(key, func(a, b schemaRow) int { return int(a.Key - b.Key) })
		for _, k := range key {
			list[i].Key = append(list[i].Key, k.Column)
		}
	}
	return list, nil
}

// Rows reads all rows of t in the order of its key, or of all columns where it
// has none; the order is that of bytes, the same on both engines. The values
// are string, int64, bool, []byte or nil, in the order of t.Columns; fn must
// not keep the slice.
func (d *DB) Rows(ctx context.Context, q bun.IDB, t Table, fn func(values []any) error) error {
	columns, order := make([]string, len(t.Columns)), slices.Clone(t.Key)
	for i, c := range t.Columns {
		columns[i] = quote(c.Name)
		if len(t.Key) == 0 {
			order = append(order, c.Name)
		}
	}
	for i, name := range order {
		order[i] = quote(name)
		if at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name }); d.engine == Postgres && t.Columns[at].Kind == Text {
			order[i] += ` COLLATE "C"`
		}
	}
	rows, err := q.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+quote(t.Name)+" ORDER BY "+strings.Join(order, ", "))
	if err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, err)
	}
	values, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		err := rows.Scan(into...)
		for i, c := range t.Columns {
			if err == nil {
				values[i], err = plain(c, values[i])
			}
		}
		if err == nil {
			err = fn(values)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("read table %s: %w", t.Name, err), rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// plain gives a driver's value the one Go type of its column's kind.
func plain(c Column, v any) (any, error) {
	switch got := v.(type) {
	case nil:
		return nil, nil
	case string:
		if c.Kind == Text {
			return got, nil
		}
	case []byte:
		switch c.Kind {
		case Bytes:
			return got, nil
		case Text:
			return string(got), nil
		}
	case int64:
		switch c.Kind {
		case Integer:
			return got, nil
		case Boolean:
			return got != 0, nil
		}
	case bool:
		if c.Kind == Boolean {
			return got, nil
		}
	}
	return nil, fmt.Errorf("column %s: a %T stands where %s belongs", c.Name, v, c.Kind)
}

// Snapshot runs fn on the records as they stand at one moment; writers go on
// beside it. fn only reads.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, q bun.IDB) error) error {
	opt := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		opt.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, opt)
	if err != nil {
		return Error("db.Snapshot", err)
	}
	// The first statement fixes the moment: both engines begin lazily.
	_, err = tx.ExecContext(ctx, "SELECT 1 FROM "+quote(versions)+" LIMIT 1")
	if err == nil {
		err = fn(ctx, tx)
	}
	return errors.Join(Error("db.Snapshot", err), tx.Rollback())
}

// Load fills the tables of a migrated database in one transaction: whatever
// stands in them is replaced by what row gives, called until it reports false,
// one table after the other. References between rows are checked once, at the
// end. It is for a restore: no audit entry is asked for, since the trail itself
// is among the rows.
func (d *DB) Load(ctx context.Context, tables []Table, row func(t Table) (values []any, more bool, err error)) error {
	return d.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		settle, err := d.loosen(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+quote(t.Name)); err != nil {
				return fmt.Errorf("empty table %s: %w", t.Name, err)
			}
		}
		for _, t := range tables {
			if err := d.fill(ctx, tx, t, row); err != nil {
				return fmt.Errorf("load table %s: %w", t.Name, err)
			}
		}
		return settle()
	})
}

// loosen lets rows come before the rows they refer to until settle, which
// checks them all and restores the schema as it was.
func (d *DB) loosen(ctx context.Context, tx bun.Tx) (settle func() error, err error) {
	if d.engine == SQLite { // checked at the commit
		_, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = ON")
		return func() error { return nil }, err
	}
	var list []struct {
		Table string `bun:"table_name"`
		Name  string `bun:"reference"`
	}
	err = tx.NewRaw(`SELECT c.relname AS table_name, k.conname AS reference FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND NOT k.condeferrable AND n.nspname = current_schema()`).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("look for references: %w", err)
	}
	alter := func(how string) error {
		for _, k := range list {
			if _, err := tx.ExecContext(ctx, "ALTER TABLE "+quote(k.Table)+" ALTER CONSTRAINT "+quote(k.Name)+" "+how); err != nil {
				return fmt.Errorf("reference %s of %s: %w", k.Name, k.Table, err)
			}
		}
		return nil
	}
	return func() error {
		if _, err := tx.ExecContext(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
			return fmt.Errorf("a row refers to one that is not there: %w", err)
		}
		return alter("NOT DEFERRABLE")
	}, alter("DEFERRABLE INITIALLY DEFERRED")
}

const loadValues = 2000 // in one statement, well below the limits of both engines

func (d *DB) fill(ctx context.Context, tx bun.Tx, t Table, row func(Table) ([]any, bool, error)) error {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = quote(c.Name)
	}
	head := "INSERT INTO " + quote(t.Name) + " (" + strings.Join(columns, ", ") + ") VALUES "
	batch, args := max(1, loadValues/len(t.Columns)), []any(nil)
	flush := func() error {
		n := len(args) / len(t.Columns)
		if n == 0 {
			return nil
		}
		_, err := tx.Tx.ExecContext(ctx, head+d.places(n, len(t.Columns)), args...)
		args = args[:0]
		return err
	}
	for {
		values, more, err := row(t)
		if err != nil {
			return err
		}
		if !more {
			return flush()
		}
		if args = append(args, values...); len(args) >= batch*len(t.Columns) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// places are the marks of n rows of values for this engine's driver.
func (d *DB) places(n, columns int) string {
	var b strings.Builder
	at := 0
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j := range columns {
			if j > 0 {
				b.WriteString(", ")
			}
			at++
			if d.engine == Postgres {
				b.WriteString("$" + strconv.Itoa(at))
			} else {
				b.WriteByte('?')
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}

// Schema is how a database and the program stand to each other.
type Schema struct {
	Applied []int64 // migrations the database has had, ascending; empty in a new one
	Missing []int64 // migrations of the program the database has not had
	Unknown []int64 // migrations of the database the program does not know
}

// Latest is the newest migration the database has had; 0 in a new one.
func (s Schema) Latest() int64 {
	if len(s.Applied) == 0 {
		return 0
	}
	return s.Applied[len(s.Applied)-1]
}

// Schema compares the database with the migrations of sources. It changes
// nothing.
func (d *DB) Schema(ctx context.Context, sources ...fs.FS) (Schema, error) {
	known, err := numbers(sources)
	if err != nil {
		return Schema{}, err
	}
	s := Schema{}
	if s.Applied, err = d.applied(ctx); err != nil {
		return s, err
	}
	for _, v := range known {
		if !slices.Contains(s.Applied, v) {
			s.Missing = append(s.Missing, v)
		}
	}
	for _, v := range s.Applied {
		if !slices.Contains(known, v) {
			s.Unknown = append(s.Unknown, v)
		}
	}
	return s, nil
}

func (d *DB) applied(ctx context.Context) (list []int64, err error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if d.engine == Postgres {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ?"
	}
	var there int
	if err := d.read.NewRaw(query, versions).Scan(ctx, &there); err != nil || there == 0 {
		return nil, Error("db.Schema", err)
	}
	err = d.read.NewSelect().Table(versions).ColumnExpr("DISTINCT version_id").Where("version_id > 0").OrderExpr("version_id").Scan(ctx, &list)
	return list, Error("db.Schema", err)
}

// numbers are the migrations of sources, ascending.
func numbers(sources []fs.FS) (list []int64, err error) {
	files, err := gather(sources)
	if err != nil {
		return nil, err
	}
	for name := range files {
		n, err := number(name)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return list, nil
}

func number(name string) (int64, error) {
	text, _, _ := strings.Cut(path.Base(name), "_")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("migration %s: its name begins with no number", name)
	}
	return n, nil
}
