// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// done is what a reform wrote, in the order it wrote it: what taking it back
// needs to know, and what a preview tells.
type done struct {
	Added  []Unit      `json:"added,omitempty"`  // new units as written
	Units  []unitStep  `json:"units,omitempty"`  // units that were changed
	Ranges []rangeStep `json:"ranges,omitempty"` // ranges that ended or went over
	Links  []handing   `json:"links,omitempty"`
	Past   []string    `json:"past,omitempty"` // ids of unit_past rows
}

type unitStep struct {
	Before  Unit  `json:"before"`
	After   Unit  `json:"after"`
	Version int64 `json:"version"` // of After
}

// rangeStep is one range of a unit that ends or gives it away. Given is the
// range of the successor; its ID is empty when none took it over.
type rangeStep struct {
	Before  Range  `json:"before"`
	Removed bool   `json:"removed,omitempty"` // it had not begun: the row is gone
	Given   Range  `json:"given,omitzero"`
	Why     string `json:"why,omitempty"` // catalogue key, when a successor could not take it
}

type handing struct {
	From ID `json:"from"`
	To   ID `json:"to"`
}

// performer carries out one reform inside one transaction.
type performer struct {
	s     *Service
	tx    *db.Tx
	scope auth.Scope
	r     *Reform
	parts []Unit
	done  done
}

const opPerform = "unit.Perform"

// perform carries r out and returns what it wrote. Every refusal is a
// fault.Invalid or fault.Conflict whose Msg or fields say why.
func (s *Service) perform(ctx context.Context, tx *db.Tx, scope auth.Scope, r *Reform) (done, error) {
	p := &performer{s: s, tx: tx, scope: scope, r: r}
	var err error
	switch r.Kind {
	case Rename, Move:
		err = p.alter(ctx)
	default:
		err = p.succeed(ctx)
	}
	if err == nil {
		err = relink(ctx, tx)
	}
	if errors.Is(err, errCircle) {
		err = p.refuse("unit.err.reform_circle")
	}
	return p.done, err
}

// refuse is a refusal of the reform as a whole.
func (p *performer) refuse(key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Op: opPerform, Msg: key, Args: args}
}

// get loads a unit that the reform names; one that is gone or outside the scope
// refuses the reform.
func (p *performer) get(ctx context.Context, id ID) (Unit, error) {
	u, err := get(ctx, p.tx, p.scope, id)
	if err := db.Error(opPerform, err); fault.Is(err, fault.NotFound) {
		return Unit{}, p.refuse("unit.err.reform_unit")
	} else if err != nil {
		return Unit{}, err
	}
	return u, nil
}

// alter gives the unit its new name or parent from the day on.
func (p *performer) alter(ctx context.Context) error {
	u, err := p.get(ctx, p.r.Spec.Units[0])
	if err != nil {
		return err
	}
	if !u.ValidOn(p.r.From) || u.ValidFrom == p.r.From {
		return p.refuse("unit.err.reform_alive", u.Name)
	}
	next := u
	if p.r.Kind == Rename {
		part := p.r.Spec.Parts[0]
		next.Name, next.ShortName = part.Name, part.ShortName
		next.Aliases = cleanAliases(append(slices.Clone(u.Aliases), u.Name, u.ShortName), next.Name)
		if next.Name == u.Name && next.ShortName == u.ShortName {
			return p.refuse("unit.err.reform_same")
		}
	} else {
		if u.ParentID == "" {
			return p.refuse("unit.err.root")
		}
		if next.ParentID = p.r.Spec.Parent; next.ParentID == u.ParentID {
			return p.refuse("unit.err.reform_same")
		}
	}
	return p.change(ctx, u, next)
}

// change writes next over u, keeps what it was until the day, and audits it.
func (p *performer) change(ctx context.Context, u, next Unit) error {
	next.clean()
	if err := next.check(opPerform, p.s.kinds); err != nil {
		return err
	}
	if next.ParentID != "" {
		if err := p.s.fits(ctx, p.tx, p.scope, opPerform, u, next); fault.Is(err, fault.Invalid) {
			return p.misfit(err, next.Name)
		} else if err != nil {
			return err
		}
	}
	if err := p.keep(ctx, u, next); err != nil {
		return err
	}
	return p.write(ctx, u, next, "unit.update")
}

// write replaces a unit's row and notes the step.
func (p *performer) write(ctx context.Context, u, next Unit, action string) error {
	next.Version = u.Version
	next.stamp(p.s.now())
	if err := replace(ctx, p.tx, next); err != nil {
		return err
	}
	p.done.Units = append(p.done.Units, unitStep{u, next, next.Version})
	d := detail(u.changes(next))
	d["reform"], d["from"] = p.r.ID, p.r.From
	return p.audit(ctx, action, u.ID, d)
}

func (p *performer) audit(ctx context.Context, action string, id ID, d map[string]any) error {
	return p.s.auditUnit(ctx, p.tx, action, id, d)
}

func (s *Service) auditUnit(ctx context.Context, tx *db.Tx, action string, id ID, d map[string]any) error {
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "unit", Object: string(id), Unit: string(id), Detail: d})
}

// keep notes what a unit was called and where it stood until the day. A day
// before the last such change would rewrite history, and is refused.
func (p *performer) keep(ctx context.Context, u, next Unit) error {
	for _, f := range []struct{ field, was, is string }{{pastName, u.Name, next.Name}, {pastShort, u.ShortName, next.ShortName},
		{pastParent, string(u.ParentID), string(next.ParentID)}} {
		if f.was == f.is {
			continue
		}
		last, err := lastPast(ctx, p.tx, u.ID, f.field)
		if err != nil {
			return err
		}
		if last >= fromMillis(p.r.From) {
			return p.refuse("unit.err.reform_later", u.Name)
		}
		row := pastRow{ID: db.NewID(), UnitID: u.ID, Field: f.field, Value: f.was, ValidUntil: fromMillis(p.r.From), ReformID: p.r.ID}
		if _, err := p.tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		p.done.Past = append(p.done.Past, row.ID)
	}
	return nil
}

// succeed ends units, makes the new ones, and hands over what they had.
func (p *performer) succeed(ctx context.Context) error {
	var ended []Unit
	sources := p.r.Spec.ended(p.r.Kind)
	if p.r.Kind == Split && p.r.Spec.Keep {
		sources = p.r.Spec.Units
	}
	for _, id := range sources {
		u, err := p.end(ctx, id)
		if err != nil {
			return err
		}
		ended = append(ended, u)
	}
	for _, part := range p.r.Spec.Parts {
		if err := p.found(ctx, part, ended); err != nil {
			return err
		}
	}
	if err := relink(ctx, p.tx); err != nil { // new parents are in scope from here on
		return err
	}
	for _, u := range ended {
		if err := p.handOver(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// end makes the day before the reform the unit's last, unless it goes on.
func (p *performer) end(ctx context.Context, id ID) (Unit, error) {
	u, err := p.get(ctx, id)
	if err != nil {
		return Unit{}, err
	}
	last := p.r.From.AddDays(-1)
	switch {
	case u.ParentID == "":
		return Unit{}, p.refuse("unit.err.root")
	case !u.ValidTo.IsZero(), untilMillis(last) <= fromMillis(u.ValidFrom):
		return Unit{}, p.refuse("unit.err.reform_alive", u.Name)
	case p.r.Spec.Keep:
		return u, nil
	}
	next := u
	next.ValidTo = last
	return u, p.write(ctx, u, next, "unit.abolish")
}

// found finds the part, or makes it.
func (p *performer) found(ctx context.Context, part Part, ended []Unit) error {
	if part.Unit != "" {
		u, err := p.get(ctx, part.Unit)
		if err != nil {
			return err
		}
		if !u.ValidOn(p.r.From) || u.ParentID == "" && p.r.Kind != End {
			return p.refuse("unit.err.reform_alive", u.Name)
		}
		if next := p.named(u, ended); !slices.Equal(u.Aliases, next.Aliases) {
			if err := p.write(ctx, u, next, "unit.update"); err != nil {
				return err
			}
			u.Version++
		}
		p.parts = append(p.parts, u)
		return nil
	}
	u := Unit{ID: ID(db.NewID()), Name: part.Name, ShortName: part.ShortName, Code: part.Code, Kind: part.Kind, ParentID: part.Parent,
		ValidFrom: p.r.From}
	if u.Kind == "" {
		if kind, ok := p.s.kinds.recognise(u.Name); ok {
			u.Kind = kind.ID
		} else if len(ended) > 0 {
			u.Kind = ended[0].Kind
		}
	}
	if u.ParentID == "" && len(ended) > 0 {
		u.ParentID = ended[0].ParentID
	}
	if p.r.Spec.Facts == len(p.parts)+1 && len(ended) > 0 {
		old := ended[0]
		u.Head, u.SecurityContact, u.Hotline, u.Address = old.Head, old.SecurityContact, old.Hotline, old.Address
	}
	u = p.named(u, ended)
	u.clean()
	if err := u.check(opPerform, p.s.kinds); err != nil {
		return err
	}
	if err := p.s.fits(ctx, p.tx, p.scope, opPerform, Unit{}, u); fault.Is(err, fault.Invalid) {
		return p.misfit(err, u.Name)
	} else if err != nil {
		return err
	}
	if err := p.s.add(ctx, p.tx, opPerform, &u, origin{Kind: FromReform, Reference: p.r.Basis}); err != nil {
		return err
	}
	p.done.Added = append(p.done.Added, u)
	p.parts = append(p.parts, u)
	return nil
}

// named gives what follows merged units their names too, so that whoever looks
// for an old name finds who answers for it now.
func (p *performer) named(u Unit, ended []Unit) Unit {
	if p.r.Kind != Merge {
		return u
	}
	list := slices.Clone(u.Aliases)
	for _, e := range ended {
		list = append(list, e.Name, e.ShortName)
	}
	u.Aliases = cleanAliases(list, u.Name)
	return u
}

// misfit says in one sentence why a unit does not fit where it would stand.
func (p *performer) misfit(err error, name string) error {
	if fault.Of(err).Fields["name"] != "" {
		return p.refuse("unit.err.reform_name", name)
	}
	return p.refuse("unit.err.reform_parent", name)
}

// handOver passes the units below, the addresses and the past of u on.
func (p *performer) handOver(ctx context.Context, u Unit) error {
	if err := p.children(ctx, u); err != nil {
		return err
	}
	if err := p.ranges(ctx, u); err != nil {
		return err
	}
	if p.r.Spec.Keep {
		return nil // it is its own successor: its past stays its own
	}
	for _, v := range p.parts {
		row := successorRow{UnitID: u.ID, SuccessorID: v.ID}
		if _, err := p.tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		p.done.Links = append(p.done.Links, handing{u.ID, v.ID})
		if err := p.audit(ctx, "unit.succeed", v.ID, map[string]any{"predecessor": u.ID, "from": p.r.From, "reform": p.r.ID}); err != nil {
			return err
		}
	}
	return relink(ctx, p.tx)
}

// children puts the units below u that still exist on the day under the part
// told for them.
func (p *performer) children(ctx context.Context, u Unit) error {
	list, err := childrenOn(ctx, p.tx, u.ID, p.r.From)
	if err != nil {
		return err
	}
	for _, id := range list {
		child, err := p.get(ctx, id)
		if err != nil {
			return err
		}
		n := p.r.Spec.part(p.r.Spec.Children[id])
		switch {
		case n == 0 && p.r.Spec.Keep:
			continue
		case n == 0:
			return p.refuse("unit.err.reform_child", child.Name)
		}
		if child.ID == p.parts[n-1].ID { // a part of the unit becomes what follows it
			next := child
			next.ParentID = u.ParentID
			err = p.change(ctx, child, next)
		} else {
			next := child
			next.ParentID = p.parts[n-1].ID
			err = p.change(ctx, child, next)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ranges ends the addresses of u with the day, and gives each to the part told
// for it, unless that part has them already.
func (p *performer) ranges(ctx context.Context, u Unit) error {
	list, err := rangesOf(ctx, p.tx, u.ID)
	if err != nil {
		return err
	}
	last := p.r.From.AddDays(-1)
	for _, r := range list {
		n := p.r.Spec.part(p.r.Spec.Ranges[r.ID])
		if untilMillis(r.ValidTo) <= untilMillis(last) || n == 0 && p.r.Spec.Keep {
			continue
		}
		step, err := p.endRange(ctx, r, last)
		if err != nil {
			return err
		}
		if n > 0 {
			if err := p.give(ctx, &step, p.parts[n-1]); err != nil {
				return err
			}
		}
		p.done.Ranges = append(p.done.Ranges, step)
	}
	return nil
}

func (p *performer) endRange(ctx context.Context, r Range, last calendar.Date) (rangeStep, error) {
	step := rangeStep{Before: r}
	if fromMillis(r.ValidFrom) < untilMillis(last) {
		return step, p.s.endRange(ctx, p.tx, r, last)
	}
	step.Removed = true
	return step, deleteRange(ctx, p.tx, r.ID)
}

// give makes a range the part's own from the day on.
func (p *performer) give(ctx context.Context, step *rangeStep, to Unit) error {
	next := step.Before
	next.ID, next.UnitID = RangeID(db.NewID()), to.ID
	if !step.Removed {
		next.ValidFrom = p.r.From
	}
	reason, err := clashes(ctx, p.tx, next)
	if err != nil {
		return err
	}
	if reason != "" {
		step.Why = reason
		return nil
	}
	step.Given = next
	return p.s.addRange(ctx, p.tx, opPerform, to, next)
}
