// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Change is one act on a record that somebody may follow: what happened to
// which record of which unit, and no word of what it says.
type Change struct {
	Seq    int64  // number in the chain of the audit trail, from 1
	ID     string // of the act; stable
	At     time.Time
	Kind   string // noun of the record
	Object string // its id
	Action string // "incident.open"
	Unit   string
}

// needs says which permission shows the changes of a kind of record. What is
// not here is shown to nobody.
var needs = map[string]auth.Permission{
	"unit":        {Area: auth.Units, Act: auth.Read},
	"unit_import": {Area: auth.Units, Act: auth.Read},
	"account":     {Area: auth.Accounts, Act: auth.Read},
	"key":         {Area: auth.Settings, Act: auth.Read},
	"source":      {Area: auth.Settings, Act: auth.Read},
	"file":        {Area: auth.Settings, Act: auth.Read},
	"indicator":   {Area: auth.Indicators, Act: auth.Read},
	"finding":     {Area: auth.Findings, Act: auth.Read},
	"infection":   {Area: auth.Findings, Act: auth.Read},
	"incident":    {Area: auth.Incidents, Act: auth.Read},
	"paper":       {Area: auth.Incidents, Act: auth.Read},
	"obligation":  {Area: auth.Obligations, Act: auth.Read},
}

// Kinds lists the kinds of record whose changes can be followed, sorted.
func Kinds() []string {
	out := make([]string, 0, len(needs))
	for kind := range needs {
		out = append(out, kind)
	}
	slices.Sort(out)
	return out
}

// view is what of the trail an actor may follow: kinds by the scope in which
// each may be read.
type view []struct {
	kinds []string
	scope auth.Scope
}

// viewOf is what a may follow of kinds; of all when kinds is empty. A limit
// that the table sets on the permission (own records, a reason each time) is
// none a feed can keep: such kinds are left out.
func viewOf(a auth.Actor, kinds []string) view {
	var out view
	for _, kind := range Kinds() {
		p := needs[kind]
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			continue
		}
		scope := auth.FreeScopeOf(a, p)
		if len(scope.Roots()) == 0 {
			continue
		}
		out = append(out, struct {
			kinds []string
			scope auth.Scope
		}{[]string{kind}, scope})
	}
	return out
}

// filter narrows a query on the trail to v, in SQL: nothing else leaves the
// database.
func (v view) filter(q *bun.SelectQuery) *bun.SelectQuery {
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		for _, part := range v {
			query, args := part.scope.Where("e.unit_id")
			q = q.WhereOr("(e.kind IN (?) AND "+query+")", append([]any{bun.List(part.kinds)}, args...)...)
		}
		return q
	})
}

// whole reports whether v reaches root, the centre's own unit, with every kind:
// only then may it see numbers of the chain, whose gaps would tell others how
// much they do not see.
func (v view) whole(root string) bool {
	return len(v) > 0 && !slices.ContainsFunc(v, func(part struct {
		kinds []string
		scope auth.Scope
	}) bool {
		return !slices.Contains(part.scope.Roots(), root)
	})
}

// feed reads the changes after a number, in the order of the chain, at most
// limit. next is where to go on: nothing that v shows lies between the last
// change and it.
func feed(ctx context.Context, d *db.DB, v view, after int64, limit int) (list []Change, next int64, err error) {
	head, err := headOf(ctx, d)
	if err != nil {
		return nil, after, err
	}
	if len(v) == 0 || head <= after {
		return nil, max(after, head), nil
	}
	rows, err := audit.Sealed(ctx, d, after, limit, func(q *bun.SelectQuery) *bun.SelectQuery {
		return v.filter(q).Where("s.seq <= ?", head)
	})
	if err != nil {
		return nil, after, err
	}
	for _, r := range rows {
		list = append(list, Change{Seq: r.Seq, ID: r.ID, At: r.At.Time, Kind: r.Kind, Object: r.Object, Action: r.Action, Unit: r.UnitID})
	}
	if len(rows) == limit {
		return list, rows[limit-1].Seq, nil
	}
	return list, head, nil
}

// headOf is the newest number of the chain, 0 while it is empty. The chain only
// grows, and a number appears together with all before it.
func headOf(ctx context.Context, d *db.DB) (int64, error) {
	var n int64
	err := d.Read().NewSelect().Table("audit_seal").ColumnExpr("COALESCE(MAX(seq), 0)").Scan(ctx, &n)
	return n, db.Error("webhook.head", err)
}

// checkKinds fails, field kind, on a kind that cannot be followed.
func checkKinds(op string, kinds []string) error {
	for _, kind := range kinds {
		if _, known := needs[kind]; !known {
			return fault.Bad(op, "kind", "webhook.bad.kind")
		}
	}
	return nil
}
