// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// StaleSetting is the name of the setting that says after how long a contact
// has to be checked again; its value is a StaleAfter.
const StaleSetting = "contacts"

// StaleAfter is after how many months without check a contact is stale.
type StaleAfter struct {
	Months int `json:"months"`
}

// usualStale is the term until somebody sets one.
var usualStale = StaleAfter{Months: 6}

// Reach is which units of the directory are asked for.
type Reach string

// The kinds of reach; the zero value is all.
const (
	ReachAll     Reach = ""
	ReachMissing Reach = "missing" // something is not told
	ReachStale   Reach = "stale"   // something told was not checked for too long
	ReachFresh   Reach = "fresh"   // all told and checked
)

// missingSQL says of each fact when the unit does not tell it; toldSQL when it
// tells anything of it.
var missingSQL = map[Fact]string{
	FactHead:    "u.head_name = ''",
	FactContact: "(u.contact_name = '' OR (u.contact_phone = '' AND u.contact_email = ''))",
	FactHotline: "u.hotline = ''",
	FactAddress: "u.address = ''",
}

var toldSQL = map[Fact]string{
	FactHead:    "(u.head_name || u.head_title || u.head_phone || u.head_email) <> ''",
	FactContact: "(u.contact_name || u.contact_title || u.contact_phone || u.contact_email) <> ''",
	FactHotline: "u.hotline <> ''",
	FactAddress: "u.address <> ''",
}

func anyMissing() string {
	var parts []string
	for _, f := range Facts() {
		parts = append(parts, missingSQL[f])
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// staleSQL is the condition that f is told and was not checked since a time,
// its one argument.
func staleSQL(f Fact) string {
	return "(" + toldSQL[f] + " AND NOT EXISTS (SELECT 1 FROM unit_fact t WHERE t.unit_id = u.id AND t.fact = '" + string(f) +
		"' AND t.verified_at >= ?))"
}

func anyStale(since time.Time) (string, []any) {
	var parts []string
	var args []any
	for _, f := range Facts() {
		parts, args = append(parts, staleSQL(f)), append(args, since.UnixMilli())
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

// narrow puts the reach on q.
func (r Reach) narrow(q *bun.SelectQuery, since time.Time) *bun.SelectQuery {
	stale, args := anyStale(since)
	switch r {
	case ReachMissing:
		return q.Where(anyMissing())
	case ReachStale:
		return q.Where(stale, args...)
	case ReachFresh:
		return q.Where("NOT "+anyMissing()).Where("NOT "+stale, args...)
	}
	return q
}

// FreshSince is the earliest check that still counts today.
func (s *Service) FreshSince(ctx context.Context) (time.Time, error) {
	after := usualStale
	if _, err := setting.Get(ctx, s.db.Read(), StaleSetting, &after); err != nil {
		return time.Time{}, err
	}
	return s.now().AddDate(0, -max(1, after.Months), 0), nil
}

// Entry is one line of the directory.
type Entry struct {
	Listed
	Told map[Fact]Told
}

// Stale reports whether what the unit tells of f was not checked since a time.
func (e Entry) Stale(f Fact, since time.Time) bool {
	return f.value(e.Unit) != "" && e.Told[f].VerifiedAt.Before(since)
}

// DirectoryPage is a page of the directory.
type DirectoryPage struct {
	Entries    []Entry
	Total      int64
	Next, Prev string
	Since      time.Time // checks before it are stale
}

// Directory lists the contacts of the units in the actor's scope.
func (s *Service) Directory(ctx context.Context, f Filter) (DirectoryPage, error) {
	const op = "unit.Directory"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return DirectoryPage{}, err
	}
	since, err := s.FreshSince(ctx)
	if err != nil {
		return DirectoryPage{}, db.Error(op, err)
	}
	f.Fresh = since
	page, err := s.List(ctx, f)
	if err != nil {
		return DirectoryPage{}, err
	}
	ids := make([]ID, len(page.Units))
	for i, u := range page.Units {
		ids[i] = u.ID
	}
	told, err := toldOf(ctx, s.db.Read(), ids)
	out := DirectoryPage{Total: page.Total, Next: page.Next, Prev: page.Prev, Since: since}
	for _, u := range page.Units {
		out.Entries = append(out.Entries, Entry{u, told[u.ID]})
	}
	return out, db.Error(op, err)
}

// Gap counts, for the units of one kind, those that do not tell each fact and
// those with something stale.
type Gap struct {
	Kind    string
	Units   int64
	Missing map[Fact]int64
	Stale   int64
}

// Gaps counts what the directory lacks by kind of unit, over all units of the
// actor's scope that exist today.
func (s *Service) Gaps(ctx context.Context) ([]Gap, error) {
	const op = "unit.Gaps"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	since, err := s.FreshSince(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	var rows []struct {
		Kind    string `bun:"kind"`
		Units   int64  `bun:"units"`
		Head    int64  `bun:"head"`
		Contact int64  `bun:"contact"`
		Hotline int64  `bun:"hotline"`
		Address int64  `bun:"address"`
		Stale   int64  `bun:"stale"`
	}
	q := Filter{On: s.today()}.narrow(s.db.Read().NewSelect().Model((*row)(nil)), scope)
	q = q.Column("u.kind").ColumnExpr("COUNT(*) AS units")
	for _, f := range Facts() {
		q = q.ColumnExpr("SUM(CASE WHEN " + missingSQL[f] + " THEN 1 ELSE 0 END) AS " + string(f))
	}
	stale, args := anyStale(since)
	err = q.ColumnExpr("SUM(CASE WHEN "+stale+" THEN 1 ELSE 0 END) AS stale", args...).Group("u.kind").Order("u.kind").Scan(ctx, &rows)
	var out []Gap
	for _, r := range rows {
		out = append(out, Gap{r.Kind, r.Units, map[Fact]int64{FactHead: r.Head, FactContact: r.Contact, FactHotline: r.Hotline, FactAddress: r.Address}, r.Stale})
	}
	return out, db.Error(op, err)
}
