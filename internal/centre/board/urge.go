// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Debtor is a unit with what it owes of a directive.
type Debtor struct {
	Unit  UnitRow
	Owed  []Owed // the latest first
	Last  time.Time
	Worst State
}

// Owed is one requirement a unit owes.
type Owed struct {
	Column Column
	Cell   Cell
}

// Urging is that one unit was urged.
type Urging struct {
	ID        string
	Sheet     Sheet
	Debtor    Debtor
	At        time.Time
	Overdue   int
	Requested int // how many requirements
}

// Debtors are the units of a table that owe something now: not those whose time
// runs and is not near its end, and none that ended, where nobody is left to urge.
// A column narrows to one requirement.
func Debtors(t Table, column string) []Debtor {
	var out []Debtor
	for _, r := range t.Rows {
		d := Debtor{Unit: r.Unit, Worst: Outside}
		for j, c := range r.Cells {
			if r.Unit.Gone() || !c.urged() || column != "" && column != c.Column {
				continue
			}
			d.Owed = append(d.Owed, Owed{t.Columns[j], c})
			d.Worst = worst(d.Worst, c.State)
		}
		if len(d.Owed) > 0 {
			slices.SortStableFunc(d.Owed, func(a, b Owed) int {
				if a.Cell.Late != b.Cell.Late {
					return map[bool]int{true: -1, false: 1}[a.Cell.Late]
				}
				return int(severity[a.Cell.State]) - int(severity[b.Cell.State])
			})
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b Debtor) int { return b.overdue() - a.overdue() })
	return out
}

// urged reports whether the unit owes something for the cell now.
func (c Cell) urged() bool { return c.Owes() && c.State != Doing }

// elsewhere is t without the actor's own unit, which nobody urges by themselves.
func elsewhere(ctx context.Context, t Table) Table {
	if actor, ok := auth.From(ctx); ok {
		t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool { return r.Unit.ID == actor.Home })
	}
	return t
}

// debtors counts Debtors.
func debtors(t Table, column string) (n int) {
	for _, r := range t.Rows {
		if !r.Unit.Gone() && slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.urged() && (column == "" || column == c.Column) }) {
			n++
		}
	}
	return n
}

func (d Debtor) overdue() int {
	n := 0
	for _, o := range d.Owed {
		if o.Cell.Late {
			n++
		}
	}
	return n
}

// Portion is the part of a board whose debtors are meant: the zero value is all of
// it.
type Portion struct {
	Column string // one requirement alone; empty: all
	Filter Filter // as the board was narrowed
}

// narrow keeps what p means of t, but for the column.
func (p Portion) narrow(t Table, known func(string) (measure.Measure, bool)) Table {
	if p.Filter == (Filter{Sort: p.Filter.Sort}) {
		return t
	}
	return t.Narrow(p.Filter, known)
}

// Owing are the debtors of a directive, or of a portion of its board, beside the actor's own unit for whom the
// actor may act, or decides, with when each was last urged.
func (s *Service) Owing(ctx context.Context, directive string, of Portion) (Table, []Debtor, error) {
	need := write
	if !auth.May(ctx, write) {
		need = decide
	}
	return s.owing(ctx, "board.Owing", need, directive, of)
}

func (s *Service) owing(ctx context.Context, op string, need auth.Permission, directive string, of Portion) (Table, []Debtor, error) {
	_, scope, err := auth.Need(ctx, op, need)
	if err != nil {
		return Table{}, nil, err
	}
	t, err := s.Board(ctx, directive)
	if err != nil {
		return Table{}, nil, err
	}
	if of.Column != "" && !slices.ContainsFunc(t.Columns, func(c Column) bool { return c.ID == of.Column }) {
		return Table{}, nil, fault.Missing(op)
	}
	t = of.narrow(t, s.Measures.Measure)
	var mine []string
	sel := scope.Filter(s.Records.Read().NewSelect().TableExpr("unit_closure AS c").ColumnExpr("DISTINCT c.descendant"), "c.descendant")
	if err := sel.Scan(ctx, &mine); err != nil {
		return Table{}, nil, db.Error(op, err)
	}
	within := make(map[string]bool, len(mine))
	for _, id := range mine {
		within[id] = true
	}
	last, err := lastUrged(ctx, s.Records.Read(), directive)
	if err != nil {
		return Table{}, nil, err
	}
	list := slices.DeleteFunc(Debtors(elsewhere(ctx, t), of.Column), func(d Debtor) bool { return !within[d.Unit.ID] })
	for i := range list {
		list[i].Last = last[list[i].Unit.ID]
	}
	return t, list, nil
}

// Urge urges the named units of a directive, those alone that owe something at
// this moment, and gives how many were. Each is recorded, told and audited in one
// transaction. It fails with fault.Conflict when none of them owes anything.
func (s *Service) Urge(ctx context.Context, directive string, of Portion, units []string) (int, error) {
	const op = "board.Urge"
	t, debtors, err := s.owing(ctx, op, write, directive, of)
	if err != nil {
		return 0, err
	}
	debtors = slices.DeleteFunc(debtors, func(d Debtor) bool { return !slices.Contains(units, d.Unit.ID) })
	if len(debtors) == 0 {
		return 0, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "board.err.nobody"}
	}
	actor, _ := auth.From(ctx)
	now := s.Now()
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, d := range debtors {
			row := urgeRow{ID: db.NewID(), Directive: directive, Unit: d.Unit.ID, Owed: int64(len(d.Owed)), ByID: actor.ID, ByName: actor.Name, At: db.At(now)}
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
			u := Urging{ID: row.ID, Sheet: t.Sheet, Debtor: d, At: now, Overdue: d.overdue(), Requested: len(d.Owed)}
			if s.Tell != nil {
				if err := s.Tell(ctx, tx, u); err != nil {
					return err
				}
			}
			err := audit.Add(ctx, tx, now, audit.Entry{Action: "board.urge", Kind: SubjectKind, Object: directive, Unit: d.Unit.ID,
				Detail: map[string]any{"owed": u.Requested, "overdue": u.Overdue}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return len(debtors), db.Error(op, err)
}

// Request is that somebody who decides asks the centre to urge.
type Request struct {
	ID      string
	Sheet   Sheet
	By      string // name of who asks
	At      time.Time
	Debtors int
	Overdue int
}

// AskToUrge asks those who write for the centre to urge the debtors of a
// directive, and gives how many they are: for who decides and does not write. It
// is told and audited in one transaction. It fails with fault.Conflict when nobody
// owes anything.
func (s *Service) AskToUrge(ctx context.Context, directive string, of Portion) (int, error) {
	const op = "board.AskToUrge"
	t, debtors, err := s.owing(ctx, op, decide, directive, of)
	if err != nil {
		return 0, err
	}
	if len(debtors) == 0 {
		return 0, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "board.err.nobody"}
	}
	actor, _ := auth.From(ctx)
	r := Request{ID: db.NewID(), Sheet: t.Sheet, By: actor.Name, At: s.Now(), Debtors: len(debtors)}
	for _, d := range debtors {
		r.Overdue += d.overdue()
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if s.Asked != nil {
			if err := s.Asked(ctx, tx, r); err != nil {
				return err
			}
		}
		return audit.Add(ctx, tx, r.At, audit.Entry{Action: "board.ask_to_urge", Kind: SubjectKind, Object: directive, Unit: actor.Home,
			Detail: map[string]any{"units": r.Debtors, "overdue": r.Overdue, "column": of.Column}})
	})
	return len(debtors), db.Error(op, err)
}
