// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package auth says who acts and what they may reach: the actor in the
// context, the permission table (permissions.csv), and the scope that every
// query carries. It knows no password and no session page; the account room
// does. Start at Need and Scope.
package auth

import (
	"context"
	"embed"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of the scope.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Role is one of the nine roles a person may hold in a unit.
type Role string

// The roles, as the permission table names its columns.
const (
	Administrator Role = "administrator" // quản trị: keeps the machine running, sees no case content
	Centre        Role = "centre"        // cán bộ trung tâm
	Duty          Role = "duty"          // trực ban
	Leader        Role = "leader"        // lãnh đạo
	UnitOfficer   Role = "unit"          // cán bộ đơn vị
	Clerk         Role = "clerk"         // văn thư
	Inspector     Role = "inspector"     // kiểm tra, thanh tra
	Telecom       Role = "telecom"       // doanh nghiệp viễn thông
	Viewer        Role = "viewer"        // xem
)

// Roles lists all roles in the table's order.
func Roles() []Role {
	return []Role{Administrator, Centre, Duty, Leader, UnitOfficer, Clerk, Inspector, Telecom, Viewer}
}

// Grant is one role held in one unit, and so in the units below it and their
// predecessors.
type Grant struct {
	Role Role
	Unit string // unit id
}

// Actor is who acts: a person, or a program with a key.
type Actor struct {
	ID     string // account id, or key id
	Name   string // shown and audited
	Home   string // the unit the person belongs to
	Grants []Grant
	// Mask, when not nil, is all an actor may do of what its grants allow: a
	// program's key is held to the one thing it was made for.
	Mask []Permission
	// Elevated is the break-glass record under which the actor acts now; empty
	// otherwise.
	Elevated string
}

// Has reports whether the actor holds role anywhere.
func (a Actor) Has(role Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == role })
}

type ctxKey struct{}

// With returns a context in which a acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, ctxKey{}, a) }

// From returns the context's actor.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(ctxKey{}).(Actor)
	return a, ok
}

// Permission is an act in an area, such as incidents and decide. The zero
// value is granted to nobody.
type Permission struct {
	Area Area
	Act  Act
}

// Need returns the context's actor and the scope in which they hold p. Without
// actor it fails with fault.SignedOut, without the permission anywhere with
// fault.Forbidden. It is the first line of every use case.
func Need(ctx context.Context, op string, p Permission) (Actor, Scope, error) {
	a, ok := From(ctx)
	if !ok {
		return Actor{}, Scope{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	s := ScopeOf(a, p)
	if len(s.roots) == 0 {
		return a, s, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return a, s, nil
}

// May reports whether the context's actor holds p anywhere; pages use it to
// show or hide what leads to a use case, which asks again.
func May(ctx context.Context, p Permission) bool {
	_, _, err := Need(ctx, "auth.May", p)
	return err == nil
}

// ScopeOf is the set of units in which a holds p.
func ScopeOf(a Actor, p Permission) Scope {
	var s Scope
	if a.Mask != nil && !slices.Contains(a.Mask, p) {
		return s
	}
	for _, g := range a.Grants {
		if table.allows(g.Role, p) && !slices.Contains(s.roots, g.Unit) {
			s.roots = append(s.roots, g.Unit)
		}
	}
	return s
}

// Scope is a set of units: the subtrees under some units, their predecessors
// in history included. The zero value holds none.
type Scope struct{ roots []string }

// Where is the SQL condition that column, a unit id, lies in s, with its
// argument. Every query on rows that belong to units carries it.
func (s Scope) Where(column string) (query string, args []any) {
	if len(s.roots) == 0 {
		return "1 = 0", nil
	}
	return "? IN (SELECT descendant FROM unit_closure WHERE ancestor IN (?))",
		[]any{bun.Ident(column), bun.List(s.roots)}
}

// Filter narrows q to rows whose column lies in s.
func (s Scope) Filter(q *bun.SelectQuery, column string) *bun.SelectQuery {
	query, args := s.Where(column)
	return q.Where(query, args...)
}

// Roots are the units whose subtrees make up s.
func (s Scope) Roots() []string { return slices.Clone(s.roots) }

// Holds reports whether unit lies in s.
func (s Scope) Holds(ctx context.Context, q bun.IDB, unit string) (bool, error) {
	if len(s.roots) == 0 || unit == "" {
		return false, nil
	}
	n, err := q.NewSelect().Table("unit_closure").Where("descendant = ?", unit).
		Where("ancestor IN (?)", bun.List(s.roots)).Count(ctx)
	return n > 0, err
}
