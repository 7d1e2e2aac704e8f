// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// SaveReform writes a reform down as a draft, new when r.ID is empty; a draft
// changes no unit. Units, parents and parts must lie in the scope in which the
// actor may write. fault.Invalid names form fields: "from", "basis", "units",
// "parts", "name", "parent"; fault.Conflict when the draft changed meanwhile or
// is none any more.
func (s *Service) SaveReform(ctx context.Context, r Reform) (Reform, error) {
	const op = "unit.SaveReform"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Reform{}, err
	}
	r.clean()
	if err := r.check(op); err != nil {
		return Reform{}, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		labels, err := names(ctx, tx, scope, r.Spec.named())
		if err != nil {
			return err
		}
		for _, id := range r.Spec.named() {
			if labels[id] == "" {
				return fault.Bad(op, "units", "unit.err.reform_unit")
			}
		}
		if r.ID == "" {
			r.ID, r.CreatedBy, r.CreatedAt = ReformID(db.NewID()), actor.Name, s.now()
		} else {
			old, err := getReform(ctx, tx, scope, r.ID)
			if err != nil {
				return err
			}
			if old.Version != r.Version || old.State != Draft {
				return &fault.Error{Kind: fault.Conflict, Op: op}
			}
			r.Kind = old.Kind
		}
		r.State, r.Version, r.Title = Draft, r.Version+1, r.title(labels)
		if err := putReform(ctx, tx, r, actor.ID); err != nil {
			return err
		}
		return s.noteReform(ctx, tx, "unit.reform.draft", r)
	})
	return r, db.Error(op, err)
}

// title names the units of r, for lists: "Xã A, Xã B → Xã C".
func (r Reform) title(labels map[ID]string) string {
	var from, to []string
	for _, id := range r.Spec.Units {
		from = append(from, labels[id])
	}
	for _, p := range r.Spec.Parts {
		if p.Unit != "" {
			to = append(to, labels[p.Unit])
		} else {
			to = append(to, p.Name)
		}
	}
	if r.Kind == Move {
		to = []string{labels[r.Spec.Parent]}
	}
	title := strings.Join(from, ", ")
	if len(to) > 0 {
		title += " → " + strings.Join(to, ", ")
	}
	return title
}

func (s *Service) noteReform(ctx context.Context, tx *db.Tx, action string, r Reform) error {
	unit := ""
	if len(r.Spec.Units) > 0 {
		unit = string(r.Spec.Units[0])
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "unit_reform", Object: string(r.ID), Unit: unit,
		Detail: map[string]any{"kind": r.Kind, "title": r.Title, "from": r.From, "basis": r.Basis, "problem": r.Problem}})
}

// GetReform returns a reform whose every unit lies in the scope in which the
// actor may write; fault.NotFound otherwise.
func (s *Service) GetReform(ctx context.Context, id ReformID) (Reform, error) {
	const op = "unit.GetReform"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Reform{}, err
	}
	r, err := getReform(ctx, s.db.Read(), scope, id)
	return r, db.Error(op, err)
}

// Effect is what a reform does, or would do.
type Effect struct {
	Added   []Unit      // units that come into being
	Changed []unitStep  // units that end, move or change their name
	Ranges  []rangeStep // ranges that end or go over
	Problem string      // catalogue key of why it cannot be carried out; empty when it can
	Args    []any
	Digest  string // of all the above; ApplyReform wants it back
}

var errTried = errors.New("tried, not done")

// Preview carries a reform out and takes it back in one breath, so that what it
// shows is what would happen.
func (s *Service) Preview(ctx context.Context, r Reform) (Effect, error) {
	const op = "unit.Preview"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Effect{}, err
	}
	var e Effect
	err = s.try(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.perform(ctx, tx, scope, &r)
		if err != nil && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)) {
			e = effect(d)
			e.Problem, e.Args = why(err)
		} else if err != nil {
			return err
		} else {
			e = effect(d)
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return e, db.Error(op, err)
}

// why is the first sentence of a refusal.
func why(err error) (key string, args []any) {
	e := fault.Of(err)
	if e.Msg != "" {
		return e.Msg, e.Args
	}
	for _, f := range faultFields(err) {
		return e.Fields[f], e.Args
	}
	return "unit.err.reform_again", nil
}

func effect(d done) Effect {
	e := Effect{Added: d.Added, Changed: d.Units, Ranges: d.Ranges}
	h := sha256.New()
	for _, u := range d.Added {
		fmt.Fprintf(h, "+ %q %q %s\n", u.Name, u.Code, u.Kind)
	}
	for _, u := range d.Units {
		fmt.Fprintf(h, "~ %s %d\n", u.Before.ID, u.Version)
	}
	for _, r := range d.Ranges {
		fmt.Fprintf(h, "r %s %s %t %q\n", r.Before.ID, r.Before.Prefix, r.Given.ID != "", r.Why)
	}
	e.Digest = hex.EncodeToString(h.Sum(nil))
	return e
}

// ApplyReform confirms a reform: it is carried out now when its day has come,
// and planned when it lies ahead. digest is the preview's: when the units have
// changed since it was shown it fails with fault.Conflict and does nothing;
// fault.Invalid says why it cannot be carried out.
func (s *Service) ApplyReform(ctx context.Context, id ReformID, version int64, digest string) (Reform, error) {
	const op = "unit.ApplyReform"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Reform{}, err
	}
	seen, err := s.GetReform(ctx, id)
	if err != nil {
		return Reform{}, err
	}
	e, err := s.Preview(ctx, seen)
	switch {
	case err != nil:
		return Reform{}, err
	case e.Problem != "":
		return Reform{}, &fault.Error{Kind: fault.Invalid, Op: op, Msg: e.Problem, Args: e.Args}
	case e.Digest != digest:
		return Reform{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.plan_changed"}
	}
	var r Reform
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r, err = getReform(ctx, tx, scope, id); err != nil {
			return err
		}
		if r.Version != version || r.State != Draft && r.State != Failed {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		r.SettledBy, r.SettledAt, r.Problem = actor.Name, s.now(), ""
		if r.From.Compare(s.today()) > 0 {
			r.State, r.Version = Planned, r.Version+1
			if err := putReform(ctx, tx, r, actor.ID); err != nil {
				return err
			}
			return s.noteReform(ctx, tx, "unit.reform.plan", r)
		}
		return s.carryOut(ctx, tx, scope, &r, actor.ID)
	})
	return r, db.Error(op, err)
}

// carryOut performs r and writes what came of it.
func (s *Service) carryOut(ctx context.Context, tx *db.Tx, scope auth.Scope, r *Reform, by string) error {
	d, err := s.perform(ctx, tx, scope, r)
	if err != nil {
		return err
	}
	r.State, r.Version, r.done = Applied, r.Version+1, d
	var added []ID
	for _, u := range d.Added {
		added = append(added, u.ID)
	}
	if err := putReform(ctx, tx, *r, by, added...); err != nil {
		return err
	}
	return s.noteReform(ctx, tx, "unit.reform.apply", *r)
}

// ReformsDue carries out every planned reform whose day has come; a background
// duty asks it. What can no more be carried out is marked failed with the
// reason and left to a person.
func (s *Service) ReformsDue(ctx context.Context) error {
	const op = "unit.ReformsDue"
	var due []ReformID
	err := s.db.Read().NewSelect().Model((*reformRow)(nil)).Column("id").Where("f.state = ?", Planned).
		Where("f.starts <= ?", s.now().UnixMilli()).Order("f.starts", "f.id").Scan(ctx, &due)
	if err != nil || len(due) == 0 {
		return db.Error(op, err)
	}
	root, err := s.rootScope(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	for _, id := range due {
		if err := s.reformDue(ctx, root, id); err != nil {
			return db.Error(op, err)
		}
	}
	return nil
}

// Root is the body that runs this centre; fault.NotFound before it is founded.
func (s *Service) Root(ctx context.Context) (ID, error) {
	var root ID
	err := s.db.Read().NewSelect().Model((*row)(nil)).Column("id").Where("u.parent_id = ''").Scan(ctx, &root)
	return root, db.Error("unit.Root", err)
}

// rootScope is all units: what the program itself may change on the day.
func (s *Service) rootScope(ctx context.Context) (auth.Scope, error) {
	root, err := s.Root(ctx)
	return auth.ScopeOf(auth.Actor{Grants: []auth.Grant{{Role: auth.Centre, Unit: string(root)}}}, mayWrite), err
}

func (s *Service) reformDue(ctx context.Context, scope auth.Scope, id ReformID) error {
	planned := func(ctx context.Context, tx *db.Tx, do func(*Reform) error) error {
		r, err := getReform(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.State != Planned { // withdrawn, or done by another process
			return errTried
		}
		r.SettledBy, r.SettledAt = actorName(ctx), s.now()
		return do(&r)
	}
	err := s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return planned(ctx, tx, func(r *Reform) error { return s.carryOut(ctx, tx, scope, r, "system") })
	})
	if err := db.Error("unit.ReformsDue", err); fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		reason, _ := why(err)
		err := s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return planned(ctx, tx, func(r *Reform) error {
				r.State, r.Version, r.Problem = Failed, r.Version+1, reason
				if err := putReform(ctx, tx, *r, "system"); err != nil {
					return err
				}
				return s.noteReform(ctx, tx, "unit.reform.fail", *r)
			})
		})
		if errors.Is(err, errTried) {
			return nil
		}
		return err
	}
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// WithdrawReform takes a reform back that was not carried out yet.
// fault.Conflict when it was, or when version is stale.
func (s *Service) WithdrawReform(ctx context.Context, id ReformID, version int64) (Reform, error) {
	const op = "unit.WithdrawReform"
	return s.settle(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, r *Reform) (string, error) {
		if !r.open() {
			return "", &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.reform_settled"}
		}
		r.State = Withdrawn
		return "unit.reform.withdraw", nil
	})
}

// settle runs fn on a reform of the actor's scope, and writes what fn makes of it.
func (s *Service) settle(ctx context.Context, op string, id ReformID, version int64,
	fn func(context.Context, *db.Tx, *Reform) (action string, err error)) (Reform, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Reform{}, err
	}
	var r Reform
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r, err = getReform(ctx, tx, scope, id); err != nil {
			return err
		}
		if r.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		action, err := fn(ctx, tx, &r)
		if err != nil {
			return err
		}
		r.Version, r.SettledBy, r.SettledAt = r.Version+1, actor.Name, s.now()
		if err := putReform(ctx, tx, r, actor.ID); err != nil {
			return err
		}
		return s.noteReform(ctx, tx, action, r)
	})
	return r, db.Error(op, err)
}

// ReformFilter narrows and pages a list of reforms.
type ReformFilter struct {
	Text  string // words of units and basis
	State string // a ReformState; "open": not settled yet; empty: all
	Kind  ReformKind
	Unit  ID     // that name this unit
	After string // ReformPage.Next
	Limit int    // 1..MaxPage; 0 is 50
}

// ReformPage is a page of reforms, latest day first. Total counts all that
// match in the actor's scope.
type ReformPage struct {
	Rows  []Reform
	Total int64
	Next  string
}

// Reforms lists the reforms whose every unit lies in the scope in which the
// actor may write.
func (s *Service) Reforms(ctx context.Context, f ReformFilter) (ReformPage, error) {
	const op = "unit.Reforms"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return ReformPage{}, err
	}
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		q = seenReforms(db.Search(q, "f.search", f.Text), scope)
		switch f.State {
		case "":
		case "open":
			q = q.Where("f.state IN (?)", bun.List([]ReformState{Draft, Planned, Failed}))
		default:
			q = q.Where("f.state = ?", f.State)
		}
		if f.Kind != "" {
			q = q.Where("f.kind = ?", f.Kind)
		}
		if f.Unit != "" {
			q = q.Where("f.id IN (SELECT n.reform_id FROM unit_reform_unit n WHERE n.unit_id = ?)", f.Unit)
		}
		return q
	}
	var p ReformPage
	q := s.db.Read()
	if p.Total, err = narrow(q.NewSelect().Model((*reformRow)(nil))).Count(ctx); err != nil {
		return p, db.Error(op, err)
	}
	limit := min(max(f.Limit, 0), MaxPage)
	if limit == 0 {
		limit = 50
	}
	var rows []reformRow
	sel := narrow(q.NewSelect().Model(&rows))
	if f.After != "" {
		at, err := parseCursor(f.After)
		if err != nil {
			return p, &fault.Error{Kind: fault.Invalid, Op: op, Err: err}
		}
		sel = sel.Where("(f.starts, f.id) < (CAST(? AS BIGINT), ?)", at.Value, string(at.ID))
	}
	if err := sel.OrderExpr("f.starts DESC, f.id DESC").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return p, db.Error(op, err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		p.Next = cursor{Value: fmt.Sprint(last.Starts), ID: ID(last.ID)}.String()
	}
	for _, r := range rows {
		f, err := r.reform()
		if err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, f)
	}
	return p, nil
}
