// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

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
	list, err := s.boards(ctx, []Directive{f.Directive}, f.Items)
	if err != nil {
		return Board{Directive: f.Directive}, err
	}
	return list[0], nil
}

// InForce are the directives in the actor's sight that were issued and have not
// ended, each as Board gives it, the newest first. However many there are, each of
// their tables is asked once.
func (s *Service) InForce(ctx context.Context) ([]Board, error) {
	const op = "directive.InForce"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	q := s.Records.Read()
	var rows []row
	if err := visible(q.NewSelect().Model(&rows), scope).Where("d.state = ?", string(Issued)).Order("d.id DESC").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, db.Error(op, err)
	}
	list, ids := make([]Directive, len(rows)), make([]ID, len(rows))
	for n, r := range rows {
		if list[n], err = r.directive(); err != nil {
			return nil, err
		}
		ids[n] = list[n].ID
	}
	all, err := items(ctx, q, ids...)
	if err != nil {
		return nil, err
	}
	return s.boards(ctx, list, all)
}

// boards are some directives in the actor's sight, with the items of all of them.
func (s *Service) boards(ctx context.Context, list []Directive, all []Item) ([]Board, error) {
	const op = "directive.boards"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	ids, at := make([]ID, len(list)), make(map[ID]int, len(list))
	out := make([]Board, len(list))
	for n, d := range list {
		ids[n], at[d.ID], out[n].Directive = d.ID, n, d
	}
	var sent []struct {
		Directive ID     `bun:"directive_id"`
		Unit      string `bun:"unit_id"`
	}
	sel := s.Records.Read().NewSelect().TableExpr("directive_addressee AS a").Column("a.directive_id", "a.unit_id").Where("a.directive_id IN (?)", bun.List(ids)).
		Where("a.withdrawn_at IS NULL").Order("a.directive_id", "a.unit_id")
	if err := scope.Filter(sel, "a.unit_id").Scan(ctx, &sent); err != nil {
		return nil, db.Error(op, err)
	}
	for _, r := range sent {
		b := &out[at[r.Directive]]
		b.Units = append(b.Units, r.Unit)
	}
	owe, gone, err := s.owing(ctx, scope, out)
	if err != nil {
		return nil, err
	}
	for _, it := range all {
		if n, of := at[it.Directive]; of && it.Leaf && it.State == Agreed {
			out[n].Items = append(out[n].Items, out[n].item(it, owe[it.ID], gone[it.ID]))
		}
	}
	return out, nil
}

// item is a requirement of the board.
func (b Board) item(it Item, units, moved []string) BoardItem {
	x := BoardItem{ID: it.ID, Path: it.Path, Label: it.Label, Short: it.Short, Text: it.Text, Due: it.Due, Last: it.Due.Last, Thresholds: it.Thresholds, Owed: it.Owed,
		Bindings: it.Bindings, Evidence: it.Evidence, Actors: it.Actors, Units: units, Moved: moved}
	switch {
	case it.Due.Sort == "" && it.Owed:
		x.Last = b.CommonLast
	case it.Due.Again(): // its day is where it stops, and each turn has its own
		x.Last = calendar.Date{}
	}
	for _, bound := range it.Bindings {
		x.Measures = append(x.Measures, bound.Measures...)
		if x.Kind == "" {
			x.Kind = bound.Kind
		}
	}
	return x
}

// owing are which addressees in the actor's sight have a task on each item of some
// boards, and which of them have one that was carried over. A large board has
// thousands: they are read unit by unit, each unit's id is kept once.
func (s *Service) owing(ctx context.Context, scope auth.Scope, boards []Board) (out, moved map[ItemID][]string, err error) {
	const op = "directive.owing"
	type place struct {
		directive ID
		unit      string
	}
	ids, known := make([]ID, len(boards)), map[place]string{}
	for n, b := range boards {
		ids[n] = b.ID
		for _, u := range b.Units {
			known[place{b.ID, u}] = u
		}
	}
	var rows []struct {
		Directive ID     `bun:"directive_id"`
		Unit      string `bun:"unit_id"`
		State     string `bun:"state"`
		Items     string `bun:"items"` // an id cannot hold a blank
	}
	sel := s.Records.Read().NewSelect().TableExpr("directive_task AS t").ColumnExpr("t.directive_id, t.unit_id, t.state, string_agg(t.item_id, ' ') AS items").
		Where("t.directive_id IN (?)", bun.List(ids)).Where("t.state <> ?", string(Withdrawn))
	if err := scope.Filter(sel, "t.unit_id").GroupExpr("t.directive_id, t.unit_id, t.state").OrderExpr("t.directive_id, t.unit_id").Scan(ctx, &rows); err != nil {
		return nil, nil, db.Error(op, err)
	}
	out, moved = map[ItemID][]string{}, map[ItemID][]string{}
	add := func(to map[ItemID][]string, item ItemID, unit string) {
		if list := to[item]; len(list) == 0 || list[len(list)-1] != unit { // what comes again is there more than once
			to[item] = append(list, unit)
		}
	}
	for _, r := range rows {
		unit, ok := known[place{r.Directive, r.Unit}]
		if !ok {
			continue
		}
		for item := range strings.SplitSeq(r.Items, " ") {
			add(out, ItemID(item), unit)
			if TaskState(r.State) == Moved {
				add(moved, ItemID(item), unit)
			}
		}
	}
	return out, moved, nil
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
