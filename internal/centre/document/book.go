// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Mode is who gives the numbers of outgoing papers of a body in a year.
type Mode string

// The modes. Decree 30/2020 article 15 and Annex I leave it to the body whether
// all papers have one series or each kind its own.
const (
	Typed    Mode = "typed" // the clerk or another system; the default
	OneBook  Mode = "one"   // one series here
	EachKind Mode = "kind"  // a series for each kind here
)

// Rule is how a body numbers its papers in a year.
type Rule struct {
	Unit     string
	Year     int
	Mode     Mode
	Arrivals bool // numbers of arrival are given here
	Version  int64
}

// Series is a row of numbers of an own book.
type Series struct {
	Name  string // "all", "in", or a kind
	Used  int64  // last number that was given, here or before
	Given int64  // how many were given here
}

const (
	allKinds = "all"
	arrivals = "in"
)

func (r Rule) series(kind string) string {
	if r.Mode == EachKind {
		return kind
	}
	return allKinds
}

// rule is how unit numbers in year; typed without a row.
func (s *Service) rule(ctx context.Context, q bun.IDB, unit string, year int) (Rule, error) {
	var r ruleRow
	err := q.NewSelect().Model(&r).Where("unit_id = ?", unit).Where("year = ?", year).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Rule{Unit: unit, Year: year, Mode: Typed}, nil
	}
	return Rule{Unit: r.Unit, Year: int(r.Year), Mode: Mode(r.Mode), Arrivals: r.Arrivals, Version: r.Version}, db.Error("document.rule", err)
}

// number gives d its number and date inside tx: a number that is taken belongs to
// the transaction, and goes back with it.
func (s *Service) number(ctx context.Context, tx *db.Tx, op string, d *Document, typed string, date calendar.Date) error {
	today := s.today()
	if date.IsZero() {
		date = today
	}
	rule, err := s.rule(ctx, tx, d.Unit, date.Year)
	if err != nil {
		return err
	}
	if rule.Mode == Typed {
		switch {
		case typed == "":
			return fault.Bad(op, "number", "document.bad.number_none")
		case date.Compare(today) > 0:
			return fault.Bad(op, "date", "document.bad.future")
		}
		d.Number, d.Date = typed, date
		return nil
	}
	// A book has no reserved numbers and no day but today: no gap, no double.
	if typed != "" {
		return fault.Bad(op, "number", "document.bad.own_book")
	}
	if date != today {
		return fault.Bad(op, "date", "document.bad.backdated")
	}
	n, err := take(ctx, tx, d.Unit, today.Year, rule.series(d.Kind))
	d.Number, d.Date = strconv.FormatInt(n, 10), today
	return err
}

// arrive gives an incoming paper its number of arrival.
func (s *Service) arrive(ctx context.Context, tx *db.Tx, op string, d *Document) error {
	rule, err := s.rule(ctx, tx, d.Unit, d.ArrivedOn.Year)
	if err != nil || !rule.Arrivals {
		return err
	}
	if d.Arrival != 0 {
		return fault.Bad(op, "arrival", "document.bad.own_book")
	}
	if d.ArrivedOn != s.today() {
		return fault.Bad(op, "arrived_on", "document.bad.backdated")
	}
	d.Arrival, err = take(ctx, tx, d.Unit, d.ArrivedOn.Year, arrivals)
	return err
}

// take is the next number of a series.
func take(ctx context.Context, tx *db.Tx, unit string, year int, series string) (int64, error) {
	var n int64
	err := tx.NewRaw("INSERT INTO document_book (unit_id, year, series, used, given) VALUES (?, ?, ?, 1, 1) "+
		"ON CONFLICT (unit_id, year, series) DO UPDATE SET used = document_book.used + 1, given = document_book.given + 1 RETURNING used",
		unit, year, series).Scan(ctx, &n)
	return n, db.Error("document.take", err)
}

// Book is how a unit numbers this year, with its series.
func (s *Service) Book(ctx context.Context, unit string) (Rule, []Series, error) {
	const op = "document.Book"
	_, scope, err := auth.Need(ctx, op, maySend)
	if err != nil {
		return Rule{}, nil, err
	}
	if in, err := scope.Holds(ctx, s.Records.Read(), unit); err != nil || !in {
		return Rule{}, nil, cmpErr(err, fault.Missing(op))
	}
	year := s.today().Year
	rule, err := s.rule(ctx, s.Records.Read(), unit, year)
	if err != nil {
		return rule, nil, err
	}
	list, err := series(ctx, s.Records.Read(), unit, year)
	return rule, list, err
}

func series(ctx context.Context, q bun.IDB, unit string, year int) ([]Series, error) {
	var rows []bookRow
	err := q.NewSelect().Model(&rows).Where("bk.unit_id = ?", unit).Where("bk.year = ?", year).OrderExpr("bk.series").Scan(ctx)
	out := make([]Series, len(rows))
	for i, r := range rows {
		out[i] = Series{r.Series, r.Used, r.Given}
	}
	return out, db.Error("document.series", err)
}

// SetRule says how unit numbers this year, and from which last numbers a book
// goes on: by series, those given before the book came here. Once a number was
// given here the mode stays for the year, and so do last numbers. Errors:
// fault.Invalid (mode, used), fault.Conflict.
func (s *Service) SetRule(ctx context.Context, r Rule, used map[string]int64) (Rule, error) {
	const op = "document.book"
	_, scope, err := auth.Need(ctx, op, maySend)
	if err != nil {
		return r, err
	}
	if r.Mode != Typed && r.Mode != OneBook && r.Mode != EachKind {
		return r, fault.Bad(op, "mode", "document.bad.mode")
	}
	r.Year = s.today().Year
	s.numbering.Lock()
	defer s.numbering.Unlock()
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		in, err := scope.Holds(ctx, tx, r.Unit)
		if err != nil || !in {
			return cmpErr(err, fault.Missing(op))
		}
		was, err := s.rule(ctx, tx, r.Unit, r.Year)
		if err != nil {
			return err
		}
		if was.Version != r.Version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		have, err := series(ctx, tx, r.Unit, r.Year)
		if err != nil {
			return err
		}
		for _, b := range have {
			if b.Given > 0 && (b.Name == arrivals && !r.Arrivals || b.Name != arrivals && r.Mode != was.Mode) {
				return fault.Bad(op, "mode", "document.bad.begun")
			}
		}
		for name, n := range used {
			if err := begin(ctx, tx, op, r, name, n, have); err != nil {
				return err
			}
		}
		row := ruleRow{Unit: r.Unit, Year: int64(r.Year), Mode: string(r.Mode), Arrivals: r.Arrivals, Version: was.Version + 1}
		_, err = tx.NewRaw("INSERT INTO document_rule (unit_id, year, mode, arrivals, version) VALUES (?, ?, ?, ?, ?) "+
			"ON CONFLICT (unit_id, year) DO UPDATE SET mode = EXCLUDED.mode, arrivals = EXCLUDED.arrivals, version = EXCLUDED.version",
			row.Unit, row.Year, row.Mode, row.Arrivals, row.Version).Exec(ctx)
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: op, Kind: "document_book", Object: r.Unit, Unit: r.Unit,
			Detail: map[string]any{"year": r.Year, "mode": string(r.Mode), "arrivals": r.Arrivals}})
	})
	r.Version++
	return r, db.Error(op, err)
}

// begin has a series go on behind n.
func begin(ctx context.Context, tx *db.Tx, op string, r Rule, name string, n int64, have []Series) error {
	for _, b := range have {
		if b.Name == name && b.Used == n {
			return nil
		}
		if b.Name == name && b.Given > 0 {
			return fault.Bad(op, "used", "document.bad.begun")
		}
	}
	if n < 0 || n > 9_999_999 {
		return fault.Bad(op, "used", "document.bad.number")
	}
	_, err := tx.NewRaw("INSERT INTO document_book (unit_id, year, series, used, given) VALUES (?, ?, ?, ?, 0) "+
		"ON CONFLICT (unit_id, year, series) DO UPDATE SET used = EXCLUDED.used", r.Unit, r.Year, name, n).Exec(ctx)
	return db.Error(op, err)
}
