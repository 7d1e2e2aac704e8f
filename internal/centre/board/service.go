// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"embed"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. All but Tell, Asked, Draft, House and
// Official are required.
type Deps struct {
	Records    *db.DB
	Now        func() time.Time
	Directives Directives
	Measures   Measures
	Duties     Duties
	// Unit is a unit of the actor's scope, else fault.NotFound.
	Unit func(ctx context.Context, id string) (UnitRow, error)
	// Tell tells a unit that it was urged, in the transaction that records it;
	// nil tells nobody.
	Tell func(ctx context.Context, tx *db.Tx, u Urging) error
	// Asked tells those who urge that somebody asks them to, in the transaction
	// that records it; nil tells nobody.
	Asked func(ctx context.Context, tx *db.Tx, r Request) error
	// Draft opens a letter as a draft in the register of papers and gives the
	// address of its page; nil has none: the letter is then only a file.
	Draft func(ctx context.Context, subject string, p officedoc.Paper) (href string, err error)
	// House gives the head, place and signature of a letter of the centre, the
	// rest empty; nil leaves them blank.
	House func(ctx context.Context) (officedoc.Paper, error)
	// Official is ctx in the language of official papers; nil takes ctx as it is.
	Official func(ctx context.Context) context.Context
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	formula Formula
}

// New makes the room.
func New(d Deps) *Service { return &Service{Deps: d, formula: standard()} }

var (
	read   = auth.Permission{Area: auth.Directives, Act: auth.Read}
	write  = auth.Permission{Area: auth.Directives, Act: auth.Write}
	decide = auth.Permission{Area: auth.Directives, Act: auth.Decide}
)

// Formula is how scores are made.
func (s *Service) Formula() Formula { return s.formula }

// Board is one directive with what is true of the units of the actor's scope;
// fault.NotFound for one they do not see.
func (s *Service) Board(ctx context.Context, id string) (Table, error) {
	if _, _, err := auth.Need(ctx, "board.Board", read); err != nil {
		return Table{}, err
	}
	owed := s.owed(ctx, []string{id})
	sh, err := s.Directives.Board(ctx, id)
	if err != nil {
		_, unowed := owed()
		return Table{}, errors.Join(err, unowed)
	}
	tables, err := s.fill(ctx, []Sheet{sh}, owed)
	if err != nil {
		return Table{}, err
	}
	return tables[0], nil
}

// InForce is every directive in force as Board gives one.
func (s *Service) InForce(ctx context.Context) ([]Table, error) {
	if _, _, err := auth.Need(ctx, "board.InForce", read); err != nil {
		return nil, err
	}
	sheets, err := s.Directives.InForce(ctx)
	if err != nil {
		return nil, err
	}
	return s.fill(ctx, sheets, s.owedOf(ctx, sheets))
}

// duties waits for those that are read and gives them.
type duties func() ([]obligation.Standing, error)

// owed begins to read the duties that rest on some directives: they and what is
// measured are the two large reads, made side by side.
func (s *Service) owed(ctx context.Context, ids []string) duties {
	var list []obligation.Standing
	var err error
	var beside sync.WaitGroup
	beside.Go(func() { list, err = s.Duties.Standings(ctx, SubjectKind, ids) })
	return func() ([]obligation.Standing, error) {
		beside.Wait()
		return list, err
	}
}

func (s *Service) owedOf(ctx context.Context, sheets []Sheet) duties {
	ids := make([]string, len(sheets))
	for i, sh := range sheets {
		ids[i] = sh.ID
	}
	return s.owed(ctx, ids)
}

// fill reads what is measured for all sheets at once, and judges their cells.
func (s *Service) fill(ctx context.Context, sheets []Sheet, owed duties) ([]Table, error) {
	var keys, units []string
	for _, sh := range sheets {
		for _, c := range sh.Columns {
			for _, t := range c.Measures {
				keys = append(keys, t.Key)
			}
		}
		for _, u := range sh.Units {
			units = append(units, u.ID)
		}
	}
	keys, units = once(keys), once(units)
	var readings []measure.Reading
	var unread error
	if len(keys) > 0 && len(units) > 0 {
		readings, unread = s.Measures.Readings(ctx, keys, units)
	}
	duties, unowed := owed()
	if unread != nil || unowed != nil {
		return nil, errors.Join(unread, unowed)
	}
	now := s.Now()
	out := make([]Table, len(sheets))
	for i, sh := range sheets {
		out[i] = Fill(sh, readings, s.Measures.Measure, duties, now)
	}
	return out, nil
}

// only is ctx with the actor looking at one unit, whom they see, and what lies
// below it: of a directive of hundreds of units its rows alone are read.
func only(ctx context.Context, unit string) context.Context {
	actor, _ := auth.From(ctx)
	actor.Within = unit
	return auth.With(ctx, actor)
}

func once(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// OfUnit is what is asked of one unit over all directives in force: of each that
// addresses it the table of that unit, in the first row, with those in whose place
// it stands.
func (s *Service) OfUnit(ctx context.Context, id string) (UnitRow, []Table, error) {
	if _, _, err := auth.Need(ctx, "board.OfUnit", read); err != nil {
		return UnitRow{}, nil, err
	}
	u, err := s.Unit(ctx, id)
	if err != nil {
		return UnitRow{}, nil, err
	}
	ctx = only(ctx, id)
	sheets, err := s.Directives.InForce(ctx)
	if err != nil {
		return UnitRow{}, nil, err
	}
	var own []Sheet
	for _, sh := range sheets {
		if sh = sh.with(id); len(sh.Units) > 0 {
			own = append(own, sh)
		}
	}
	tables, err := s.fill(ctx, own, s.owedOf(ctx, own))
	return u, tables, err
}

// Scores ranks the units of some tables.
func (s *Service) Scores(tables []Table) []Standing {
	tallies, units := s.formula.tallies(tables)
	return s.formula.Rank(tallies, units)
}

// Detail is one cell with all that is behind it.
type Detail struct {
	Table    Table
	Text     string // the words of the paper; Column.Text stands in it where it was read from it
	Row      Row
	Column   Column
	Cell     Cell
	Readings []measure.Reading            // one for each measure of the column
	Trend    map[string][]measure.Reading // by key of measure, oldest first
}

// trendDays is how far the trend of a cell looks back.
const trendDays = 90

// Cell is the origin of one cell of the actor's scope, else fault.NotFound.
func (s *Service) Cell(ctx context.Context, directive, unit, column string) (Detail, error) {
	const op = "board.Cell"
	if _, _, err := auth.Need(ctx, op, read); err != nil {
		return Detail{}, err
	}
	if _, err := s.Unit(ctx, unit); err != nil {
		return Detail{}, err
	}
	ctx = only(ctx, unit)
	sh, err := s.Directives.Board(ctx, directive)
	if err != nil {
		return Detail{}, err
	}
	if sh = sh.with(unit); len(sh.Units) == 0 {
		return Detail{}, fault.Missing(op)
	}
	tables, err := s.fill(ctx, []Sheet{sh}, s.owed(ctx, []string{directive}))
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Table: tables[0], Trend: map[string][]measure.Reading{}}
	var found bool
	if d.Row, d.Column, d.Cell, found = d.Table.Find(unit, column); !found {
		return Detail{}, fault.Missing(op)
	}
	if d.Text, err = s.Directives.Text(ctx, directive); err != nil {
		return Detail{}, err
	}
	if len(d.Column.Measures) == 0 {
		return d, nil
	}
	var keys []string
	for _, t := range d.Column.Measures {
		keys = append(keys, t.Key)
	}
	read, err := s.Measures.Readings(ctx, keys, []string{unit})
	if err != nil {
		return Detail{}, err
	}
	read = sh.Fresh(read)
	for _, t := range d.Column.Measures {
		r := measure.Reading{Key: t.Key, Unit: unit, Grade: measure.Unseen}
		if i := slices.IndexFunc(read, func(r measure.Reading) bool { return r.Key == t.Key && r.Unit == unit }); i >= 0 {
			r = read[i]
		}
		d.Readings = append(d.Readings, r)
		if d.Trend[t.Key], err = s.Measures.Trend(ctx, t.Key, unit, d.Table.At.AddDate(0, 0, -trendDays), d.Table.At); err != nil {
			return Detail{}, err
		}
	}
	return d, nil
}
