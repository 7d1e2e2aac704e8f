// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db

import (
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{time.UnixMilli(v).UTC()}
	default:
		return fmt.Errorf("scan time: %T is no whole number", src)
	}
	return nil
}

// NewID makes an identifier for a new row: a version 7 UUID (RFC 9562 §5.7),
// so that later rows sort later.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// IDFrom is the least identifier that [NewID] can make at t or later: what
// bounds a range of rows by when they were made along their key. Before 1970 it
// is the least of all.
func IDFrom(t time.Time) string {
	ms := max(0, t.UnixMilli())
	return fmt.Sprintf("%08x-%04x-7000-8000-000000000000", ms>>16, ms&0xffff)
}

// AddrKey is an IP address as 32 hexadecimal digits (IPv4 mapped into IPv6), so
// that both engines compare addresses as text. The zero Addr gives "".
func AddrKey(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	b := a.As16()
	return hex.EncodeToString(b[:])
}

// Error turns an error of the driver into a kind: no row is NotFound, a
// duplicate key Conflict, a busy database Unavailable. A fault.Error inside
// err keeps its kind; nil stays nil.
func Error(op string, err error) error {
	var f *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return &fault.Error{Kind: fault.NotFound, Op: op, Err: err}
	case duplicate(err):
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	case again(err):
		return &fault.Error{Kind: fault.Unavailable, Op: op, Err: err}
	}
	return fmt.Errorf("%s: %w", op, err)
}

// IsDuplicate reports whether err is a unique or primary key violation.
func IsDuplicate(err error) bool {
	return err != nil && (duplicate(err) || fault.Is(err, fault.Conflict))
}

func duplicate(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == lib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == lib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23505" // unique_violation
}

func again(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		code := e.Code() & 0xff
		return code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01") // serialization_failure, deadlock_detected
}

// full reports that the disk of the records has no room left.
func full(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == lib.SQLITE_FULL
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "53100" // disk_full
}

// Greatest is the larger of two values, as a function name for this engine.
func (d *DB) Greatest() bun.Safe { return greatest(d.engine) }

// Least is the smaller of two values, as a function name for this engine.
func (d *DB) Least() bun.Safe { return least(d.engine) }

// Greatest is the larger of two values, as a function name for this engine.
func (t *Tx) Greatest() bun.Safe { return greatest(t.db.engine) }

// Least is the smaller of two values, as a function name for this engine.
func (t *Tx) Least() bun.Safe { return least(t.db.engine) }

func greatest(e Engine) bun.Safe {
	if e == Postgres {
		return "GREATEST"
	}
	return "MAX"
}

func least(e Engine) bun.Safe {
	if e == Postgres {
		return "LEAST"
	}
	return "MIN"
}

// Place is where one text first stands in another, 1 or more, or 0, as a function
// name for this engine: first the text looked through, then the one looked for.
func (d *DB) Place() bun.Safe {
	if d.engine == Postgres {
		return "STRPOS"
	}
	return "INSTR"
}

// maxWords bounds the words looked for at once: SQLite takes a thousand
// conditions, and a pattern of 50,000 bytes.
const maxWords = 64

// Search narrows q to rows whose column, which must hold text folded by
// i18n.Fold, contains every word of what a person typed, in any order. Nothing
// typed narrows nothing; more than 64 different words, more than 16 KiB, or a NUL,
// are found nowhere.
func Search(q *bun.SelectQuery, column, typed string) *bun.SelectQuery {
	words := slices.Compact(slices.Sorted(strings.FieldsSeq(i18n.Fold(typed))))
	if len(words) > maxWords || len(typed) > 16<<10 || strings.Contains(typed, "\x00") { // no text that is kept holds a NUL
		return q.Where("1 = 0")
	}
	for _, word := range words {
		word = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(word)
		q = q.Where("? LIKE ? ESCAPE '!'", bun.Ident(column), "%"+word+"%")
	}
	return q
}

// Tuples are rows for "(a, b) IN (?)": the form both engines understand. An
// empty list is an error of the query.
type Tuples [][]string

// AppendQuery implements schema.QueryAppender.
func (t Tuples) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	if len(t) == 0 {
		return nil, errors.New("no tuples to look for")
	}
	b = append(b, "VALUES "...)
	for i, tuple := range t {
		if i > 0 {
			b = append(b, ", "...)
		}
		var err error
		if b, err = bun.Tuple(tuple).AppendQuery(gen, b); err != nil {
			return nil, err
		}
	}
	return b, nil
}
