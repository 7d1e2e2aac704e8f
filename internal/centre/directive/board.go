// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"database/sql"
	"errors"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Path is where the pages of directives stand.
const Path = "/directives"

func href(id ID) string { return Path + "/" + string(id) }

func unitHref(id ID, unit string) string { return href(id) + "/units/" + unit }

// Board is what a scoreboard needs of a directive: what was agreed to, and by
// whom it is owed. The duties themselves are obligations with SubjectKind and the
// id as subject; ItemOf tells which item one is about.
type Board struct {
	Directive
	Items []BoardItem
	Units []string // addressees, in the actor's sight
}

// BoardItem is one requirement that was agreed to.
type BoardItem struct {
	ID         ItemID
	Path       string
	Label      string
	Short      string
	Text       string
	Due        Term
	Last       calendar.Date // of Due, or the common last day; zero where it comes again or follows an event
	Thresholds []Threshold
	Measures   []Goal
	Owed       bool // its addressees have a task
	Kind       BindingKind
	Bindings   []Bound
	Evidence   string
	Actors     []Addressee
	Units      []string // that have a task on it, in the actor's sight
	Moved      []string // of them, those whose task was carried over to a later directive
}

// Board is a directive as a scoreboard shows it.
func (s *Service) Board(ctx context.Context, id ID) (Board, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return Board{}, err
	}
	b := Board{Directive: f.Directive}
	if b.Units, err = s.Addressees(ctx, id); err != nil {
		return b, err
	}
	owe, gone, err := s.owing(ctx, id, b.Units)
	if err != nil {
		return b, err
	}
	for _, it := range f.Leaves() {
		if it.State != Agreed {
			continue
		}
		x := BoardItem{ID: it.ID, Path: it.Path, Label: it.Label, Short: it.Short, Text: it.Text, Due: it.Due, Last: it.Due.Last, Thresholds: it.Thresholds, Owed: it.Owed,
			Bindings: it.Bindings, Evidence: it.Evidence, Actors: it.Actors, Units: owe[it.ID], Moved: gone[it.ID]}
		switch {
		case it.Due.Sort == "" && it.Owed:
			x.Last = f.CommonLast
		case it.Due.Again(): // its day is where it stops, and each turn has its own
			x.Last = calendar.Date{}
		}
		for _, bound := range it.Bindings {
			x.Measures = append(x.Measures, bound.Measures...)
			if x.Kind == "" {
				x.Kind = bound.Kind
			}
		}
		b.Items = append(b.Items, x)
	}
	return b, nil
}

// owing are which of some units, those in the actor's sight, have a task on each
// item, and which of them have one that was carried over. A large board has
// thousands: they are read column by column, each unit's id is kept once.
func (s *Service) owing(ctx context.Context, id ID, units []string) (out, moved map[ItemID][]string, err error) {
	const op = "directive.owing"
	known := make(map[string]string, len(units))
	for _, u := range units {
		known[u] = u
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, nil, err
	}
	rows, err := scope.Filter(s.Records.Read().NewSelect().TableExpr("directive_task AS t").ColumnExpr("t.unit_id, t.item_id, MAX(CASE WHEN t.state = ? THEN 1 ELSE 0 END)", string(Moved)).
		Where("t.directive_id = ?", string(id)).Where("t.state <> ?", string(Withdrawn)), "t.unit_id").GroupExpr("t.unit_id, t.item_id").OrderExpr("t.unit_id").Rows(ctx)
	if err != nil {
		return nil, nil, db.Error(op, err)
	}
	defer func() { err = errors.Join(err, db.Error(op, rows.Close())) }()
	out, moved = map[ItemID][]string{}, map[ItemID][]string{}
	var unit, item sql.RawBytes
	var carried int
	for rows.Next() {
		if err := rows.Scan(&unit, &item, &carried); err != nil {
			return nil, nil, db.Error(op, err)
		}
		u, ok := known[string(unit)]
		if !ok {
			continue
		}
		out[ItemID(item)] = append(out[ItemID(item)], u)
		if carried > 0 {
			moved[ItemID(item)] = append(moved[ItemID(item)], u)
		}
	}
	return out, moved, db.Error(op, rows.Err())
}

// Roll opens the next turns of what comes again, for those who owed the last one,
// until the day on which it stops. It is run by the program itself, as often as
// one likes; what it was too late for is opened late.
func (s *Service) Roll(ctx context.Context) error {
	const op = "directive.Roll"
	var ids []string
	err := s.Records.Read().NewSelect().TableExpr("directive AS d").Column("d.id").Where("d.state = ?", string(Issued)).
		Where("EXISTS (SELECT 1 FROM directive_task AS t WHERE t.directive_id = d.id AND t.period <> '')").Order("d.id").Scan(ctx, &ids)
	if err != nil {
		return db.Error(op, err)
	}
	for _, id := range ids {
		if err := s.roll(ctx, ID(id)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) roll(ctx context.Context, id ID) error {
	const op = "directive.roll"
	q := s.Records.Read()
	var r row
	if err := q.NewSelect().Model(&r).Where("d.id = ?", string(id)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	d, err := r.directive()
	if err != nil {
		return err
	}
	list, err := items(ctx, q, id)
	if err != nil {
		return err
	}
	tasks, err := tasksOf(ctx, q, id, "")
	if err != nil {
		return err
	}
	still, err := addressees(ctx, q, nil, id)
	if err != nil {
		return err
	}
	type place struct {
		item ItemID
		unit string
	}
	old, latest := map[string]Task{}, map[place]Task{}
	for _, t := range tasks {
		old[clockOf(t.Item, t.Unit, t.Period)] = t
		if at := (place{t.Item, t.Unit}); t.Period > latest[at].Period {
			latest[at] = t
		}
	}
	var due []Planned
	today := s.today()
	for _, it := range list {
		if it.State != Agreed || !it.Due.Again() {
			continue
		}
		turns := map[string]int{} // into due
		for _, u := range still {
			last := latest[place{it.ID, u}]
			if last.ID == "" || last.State == Withdrawn || last.State == Moved {
				continue
			}
			for _, x := range it.Due.since(last.Period, today, d.anchor(today)) {
				n, planned := turns[x.key]
				if !planned {
					n = len(due)
					turns[x.key] = n
					due = append(due, Planned{Item: it, Period: x.key, term: s.turn(ctx, d, it.Due, x)})
				}
				due[n].Units = append(due[n].Units, u)
			}
		}
	}
	if len(due) == 0 {
		return nil
	}
	owed, err := s.owedBefore(ctx, d)
	if err != nil {
		return err
	}
	for _, p := range due { // one at a time: what is there stays where it breaks off
		err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.open(ctx, tx, d, []Planned{p}, owed, old)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// owedBefore is to whom the duties that stand are owed: nobody is signed in who
// could be asked.
func (s *Service) owedBefore(ctx context.Context, d Directive) (obligation.Addressee, error) {
	list, err := s.Obligations.OfSubject(ctx, s.Records.Read(), SubjectKind, string(d.ID))
	if err != nil || len(list) == 0 {
		return obligation.Addressee{}, err
	}
	return list[0].Addressee, nil
}
