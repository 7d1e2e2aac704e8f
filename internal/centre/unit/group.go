// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// GroupID names an addressee group. The zero value names none.
type GroupID string

// Group is a set of units that papers address by one name. Who is in it is
// asked at a date: units of the rule that existed then, named members or those
// that stood in their place then, without the exceptions.
type Group struct {
	ID      GroupID
	Owner   ID     // the unit whose group it is; who sees that unit sees the group
	Name    string // as papers write it: "các sở, ban, ngành"
	Note    string
	Kinds   []string // rule: any of these kinds; empty with Tag empty: no rule
	Parent  ID       // rule: only units under this one; empty: all
	Tag     string   // rule: only units with this tag
	Members []ID     // in it whatever the rule says
	Outside []ID     // not in it whatever the rule says
	Retired bool     // kept for papers that named it, offered no more
	Version int64
}

// Why says how a unit came into a group.
type Why string

// The reasons.
const (
	WhyNamed     Why = "named"     // a named member
	WhyRule      Why = "rule"      // the rule takes it
	WhySuccessor Why = "successor" // it stands for a named member that had ended by then
	WhyBefore    Why = "before"    // it stands for a named member that did not exist yet
)

// Member is one unit in a group at a date.
type Member struct {
	Unit Unit // as it was called then
	Why  Why
	For  ID // the named member it stands for
}

type groupRow struct {
	bun.BaseModel `bun:"table:unit_group,alias:g"`

	ID        GroupID `bun:"id,pk"`
	OwnerUnit ID      `bun:"owner_unit"`
	Name      string  `bun:"name"`
	NameKey   string  `bun:"name_key"`
	Note      string  `bun:"note"`
	Kinds     string  `bun:"kinds"`
	ParentID  ID      `bun:"parent_id"`
	Tag       string  `bun:"tag"`
	Retired   bool    `bun:"retired"`
	Version   int64   `bun:"version"`
	UpdatedAt db.Time `bun:"updated_at"`
}

type memberRow struct {
	bun.BaseModel `bun:"table:unit_group_member"`

	GroupID GroupID `bun:"group_id,pk"`
	UnitID  ID      `bun:"unit_id,pk"`
	Outside bool    `bun:"outside"`
}

type tagRow struct {
	bun.BaseModel `bun:"table:unit_tag"`

	UnitID ID     `bun:"unit_id,pk"`
	Tag    string `bun:"tag"`
	Key    string `bun:"key,pk"`
}

func (g *Group) clean() {
	g.Name, g.Note, g.Tag = i18n.NFC(g.Name), i18n.NFC(g.Note), i18n.NFC(g.Tag)
	sorted := func(list []ID) []ID { return slices.Compact(slices.Sorted(slices.Values(list))) }
	g.Members, g.Outside = sorted(g.Members), sorted(g.Outside)
	g.Kinds = slices.Compact(slices.Sorted(slices.Values(g.Kinds)))
}

func (s *Service) checkGroup(op string, g Group) error {
	bad := map[string]string{}
	if g.Name == "" {
		bad["name"] = "unit.err.required"
	}
	if utf8.RuneCountInString(g.Name) > 200 {
		bad["name"] = "unit.err.too_long"
	}
	if utf8.RuneCountInString(g.Note) > 1000 {
		bad["note"] = "unit.err.too_long"
	}
	if utf8.RuneCountInString(g.Tag) > 100 {
		bad["tag"] = "unit.err.too_long"
	}
	for _, k := range g.Kinds {
		if _, ok := s.kinds.find(k); !ok {
			bad["kinds"] = "unit.err.kind"
		}
	}
	if len(g.Kinds) == 0 && g.Tag == "" && len(g.Members) == 0 {
		bad["kinds"] = "unit.err.group_empty"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// SaveGroup writes a group, new when g.ID is empty: then it belongs to the
// topmost unit in which the actor may write. Units it names must lie in the
// actor's scope. fault.Invalid names "name", "kinds", "tag", "note", "members",
// "outside", "parent"; fault.Conflict when it changed meanwhile.
func (s *Service) SaveGroup(ctx context.Context, g Group) (Group, error) {
	const op = "unit.SaveGroup"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Group{}, err
	}
	g.clean()
	if err := s.checkGroup(op, g); err != nil {
		return Group{}, err
	}
	action := "unit.group.update"
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for field, list := range map[string][]ID{"members": g.Members, "outside": g.Outside, "parent": {g.Parent}} {
			for _, id := range list {
				in, err := scope.Holds(ctx, tx, string(id))
				if err != nil || !in && id != "" {
					return orElse(err, fault.Bad(op, field, "unit.err.reform_unit"))
				}
			}
		}
		if g.ID == "" {
			g.ID, g.Owner, g.Version, action = GroupID(db.NewID()), ID(scope.Roots()[0]), 0, "unit.group.create"
		} else {
			old, err := getGroup(ctx, tx, scope, g.ID)
			if err != nil {
				return err
			}
			if old.Version != g.Version {
				return &fault.Error{Kind: fault.Conflict, Op: op}
			}
			g.Owner = old.Owner
		}
		g.Version++
		if err := putGroup(ctx, tx, g, s.now()); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "unit_group", Object: string(g.ID), Unit: string(g.Owner),
			Detail: map[string]any{"name": g.Name, "kinds": g.Kinds, "tag": g.Tag, "parent": g.Parent, "members": g.Members, "outside": g.Outside, "retired": g.Retired}})
	})
	return g, db.Error(op, err)
}

// GetGroup returns a group that the actor may see. Of named members, only those
// in the actor's scope are told.
func (s *Service) GetGroup(ctx context.Context, id GroupID) (Group, error) {
	const op = "unit.GetGroup"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Group{}, err
	}
	g, err := getGroup(ctx, s.db.Read(), scope, id)
	return g, db.Error(op, err)
}

// Groups lists the groups the actor may see, by name; retired ones only when
// asked for. There are a few dozen at most, so they come at once.
func (s *Service) Groups(ctx context.Context, text string, retired bool) ([]Group, error) {
	const op = "unit.Groups"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	var rows []groupRow
	sel := scope.Filter(db.Search(q.NewSelect().Model(&rows), "g.name_key", text), "g.owner_unit")
	if !retired {
		sel = sel.Where("g.retired = ?", false)
	}
	if err := sel.Order("g.name_key", "g.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	var out []Group
	for _, r := range rows {
		g, err := r.group(ctx, q, scope)
		if err != nil {
			return nil, db.Error(op, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// Resolve says who is in a group on day at: the members in the actor's scope,
// by name. A paper keeps the answer it was sent with; asked again for the same
// day the answer changes only when the units' own days are corrected.
func (s *Service) Resolve(ctx context.Context, id GroupID, at calendar.Date) ([]Member, error) {
	const op = "unit.Resolve"
	g, err := s.GetGroup(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := s.resolve(ctx, g, at)
	return list, db.Error(op, err)
}

func (s *Service) resolve(ctx context.Context, g Group, at calendar.Date) ([]Member, error) {
	_, scope, err := auth.Need(ctx, "unit.Resolve", mayRead)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	all, err := load(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	ids, byID := make([]ID, len(all)), map[ID]Unit{}
	for i, u := range all {
		ids[i], byID[u.ID] = u.ID, u
	}
	past, err := pastOf(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	tagged := map[ID]bool{}
	if g.Tag != "" {
		var rows []tagRow
		if err := q.NewSelect().Model(&rows).Where("key = ?", i18n.Fold(g.Tag)).Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			tagged[r.UnitID] = true
		}
	}
	then := func(id ID) Unit { return byID[id].on(at, past[id]) }
	out := g.named(byID, at)
	for _, u := range all {
		if u.ValidOn(at) && g.takes(then(u.ID), tagged, then) && !slices.ContainsFunc(out, func(m Member) bool { return m.Unit.ID == u.ID }) {
			out = append(out, Member{Unit: u, Why: WhyRule})
		}
	}
	out = slices.DeleteFunc(out, func(m Member) bool { return slices.Contains(g.Outside, m.Unit.ID) })
	for i := range out {
		out[i].Unit = then(out[i].Unit.ID)
	}
	slices.SortStableFunc(out, func(a, b Member) int { return strings.Compare(i18n.Fold(a.Unit.Name), i18n.Fold(b.Unit.Name)) })
	return out, nil
}

// takes reports whether the rule takes u, which is as it was then.
func (g Group) takes(u Unit, tagged map[ID]bool, then func(ID) Unit) bool {
	if len(g.Kinds) == 0 && g.Tag == "" {
		return false
	}
	if len(g.Kinds) > 0 && !slices.Contains(g.Kinds, u.Kind) || g.Tag != "" && !tagged[u.ID] {
		return false
	}
	if g.Parent == "" {
		return true
	}
	for steps := 0; u.ParentID != "" && steps < 100; steps++ {
		if u.ParentID == g.Parent {
			return true
		}
		u = then(u.ParentID)
	}
	return false
}

// named lists the named members on the day: each itself, or those that stood in
// its place.
func (g Group) named(byID map[ID]Unit, at calendar.Date) []Member {
	var out []Member
	for _, id := range g.Members {
		u, known := byID[id]
		if !known {
			continue
		}
		if u.ValidOn(at) {
			out = append(out, Member{Unit: u, Why: WhyNamed})
			continue
		}
		next, why := func(u Unit) []ID { return u.PredecessorIDs }, WhyBefore
		if !u.ValidTo.IsZero() && u.ValidTo.Compare(at) < 0 {
			next, why = func(u Unit) []ID { return u.SuccessorIDs }, WhySuccessor
		}
		seen, ring := map[ID]bool{}, next(u)
		for len(ring) > 0 {
			v, ok := byID[ring[0]]
			ring = ring[1:]
			if !ok || seen[v.ID] {
				continue
			}
			if seen[v.ID] = true; !v.ValidOn(at) {
				ring = append(ring, next(v)...)
			} else if !slices.ContainsFunc(out, func(m Member) bool { return m.Unit.ID == v.ID }) {
				out = append(out, Member{Unit: v, Why: why, For: id})
			}
		}
	}
	return out
}
