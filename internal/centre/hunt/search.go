// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Bounds of one hunt by hand: what is beyond them is said to be cut.
const (
	maxNames = 20_000
	maxRows  = 200_000
)

// Search looks for what q names in all that is remembered and keeps who asked
// for it, what was asked, why, and what was found; the reason is in the audit
// trail. Errors: fault.Invalid by field, fault.Unavailable when the memory is
// damaged or closed.
func (s *Service) Search(ctx context.Context, q Question) (Hunt, error) {
	actor, _, err := auth.Need(ctx, "hunt.Search", mayRead)
	if err != nil {
		return Hunt{Question: q}, err
	}
	return s.search(ctx, q, actor)
}

// SearchAsOwner is Search for the owner of the data folder, who acts as the
// system itself.
func (s *Service) SearchAsOwner(ctx context.Context, q Question) (Hunt, []Seen, error) {
	h, err := s.search(ctx, q, auth.Actor{ID: "system", Name: "system"})
	if err != nil {
		return h, nil, err
	}
	var rows []seenRow
	err = s.Records.Read().NewSelect().Model(&rows).Where("hs.hunt_id = ?", string(h.ID)).OrderExpr("hs.last_seen DESC, hs.id DESC").Scan(ctx)
	if err != nil {
		return h, nil, db.Error("hunt.SearchAsOwner", err)
	}
	list, err := allSeen(rows)
	return h, list, err
}

func (s *Service) search(ctx context.Context, q Question, actor auth.Actor) (Hunt, error) {
	h := Hunt{Question: q}
	if err := h.Check(); err != nil {
		return h, err
	}
	h.ID, h.Owner, h.By, h.ByName, h.CreatedAt = ID(db.NewID()), actor.Home, actor.ID, actor.Name, s.Now()
	rows, did, err := s.gather(ctx, h)
	if err != nil {
		return h, err
	}
	h.Cut, h.names, h.rows = did.Cut, int64(did.Names), int64(did.Rows)
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r := toRow(h)
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error("hunt.Search", err)
		}
		if err := insertSeen(ctx, tx, rows); err != nil {
			return err
		}
		return s.note(ctx, tx, "hunt.search", h, map[string]any{"value": h.Value, "below": h.Below, "from": h.From.String(), "to": h.To.String(),
			"reason": h.Reason, "clients": len(rows)})
	})
	return h, err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, h Hunt, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "hunt", Object: string(h.ID), Unit: h.Owner, Detail: detail})
}

// whose tells the rows of a hunt apart.
type whose struct {
	owner, source string
	client        netip.Addr
}

// tally is a row under way.
type tally struct {
	seenRow
	byName map[string]int64
	days   map[sighting.Day]struct{}
}

// gather adds up what the memory holds by source and client, sorted.
func (s *Service) gather(ctx context.Context, h Hunt) ([]seenRow, sighting.Account, error) {
	by := map[whose]*tally{}
	span := h.span()
	span.From = max(span.From, s.horizon())
	did, err := s.Memory.Hunt(ctx, h.asks(), span, sighting.Limits{Names: maxNames, Rows: maxRows}, func(_ int, r sighting.Row) error {
		k := whose{r.Owner, r.Source, r.Client}
		t := by[k]
		if t == nil {
			t = &tally{seenRow: seenRow{ID: db.NewID(), Hunt: string(h.ID), Owner: r.Owner, Source: r.Source, AddrKey: db.AddrKey(r.Client),
				FirstSeen: db.At(r.First), LastSeen: db.At(r.Last), ScopeUnit: r.Owner}, byName: map[string]int64{}, days: map[sighting.Day]struct{}{}}
			if r.Client.IsValid() {
				t.Addr = r.Client.String()
			}
			by[k] = t
		}
		t.add(r)
		return nil
	})
	var out []seenRow
	for _, t := range by {
		out = append(out, t.row())
	}
	slices.SortFunc(out, func(a, b seenRow) int {
		return cmp.Or(a.LastSeen.Compare(b.LastSeen.Time), cmp.Compare(a.AddrKey, b.AddrKey), cmp.Compare(a.Source, b.Source))
	})
	return out, did, err
}

func (t *tally) add(r sighting.Row) {
	t.Queries += r.Count
	t.Roles |= 1 << roleOf(r.Kind)
	if r.Undated {
		t.Undated += r.Count
	}
	if r.First.Before(t.FirstSeen.Time) {
		t.FirstSeen = db.At(r.First)
	}
	if r.Last.After(t.LastSeen.Time) {
		t.LastSeen = db.At(r.Last)
	}
	t.byName[r.Value] += r.Count
	t.days[r.Day] = struct{}{}
}

func (t *tally) row() seenRow {
	r := t.seenRow
	r.Names, r.Days = int64(len(t.byName)), int64(len(t.days))
	for _, name := range slices.Sorted(maps.Keys(t.byName)) {
		if r.Name == "" || t.byName[name] > t.byName[r.Name] {
			r.Name = name
		}
	}
	r.Name = readable(r.Name)
	return r
}

func insertSeen(ctx context.Context, tx *db.Tx, rows []seenRow) error {
	for part := range slices.Chunk(rows, chunk) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return db.Error("hunt.insertSeen", err)
		}
		ids := make([]string, len(part))
		for i, r := range part {
			ids[i] = r.ID
		}
		err := unit.Stamp(ctx, tx, seenTable, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("s.id IN (?)", bun.List(ids)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Filter narrows and pages what a hunt found.
type Filter struct {
	Search string // in address and name
	Sort   string // "last" (default), "first", "queries"
	After  string // id of the last row of the page before
	Limit  int    // 0 is 50
}

// Get is a hunt the actor asked for themselves, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (Hunt, error) {
	const op = "hunt.Get"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Hunt{}, err
	}
	var r row
	err = s.Records.Read().NewSelect().Model(&r).Where("hunt.id = ?", string(id)).Where("hunt.created_by = ?", actor.ID).Scan(ctx)
	if err != nil {
		return Hunt{}, db.Error(op, err)
	}
	return r.hunt()
}

// List gives one page of the actor's own hunts, newest first, and how many
// there are.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Hunt, int64, error) {
	const op = "hunt.List"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, 0, err
	}
	q := func(dest any) *bun.SelectQuery {
		return s.Records.Read().NewSelect().Model(dest).Where("hunt.created_by = ?", actor.ID)
	}
	total, err := q((*row)(nil)).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := q(&rows).OrderExpr("hunt.id DESC").Limit(int64(cmp.Or(limit, 50)))
	if after != "" {
		page = page.Where("hunt.id < ?", after)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Hunt, 0, len(rows))
	for _, r := range rows {
		h, err := r.hunt()
		if err != nil {
			return nil, 0, err
		}
		out = append(out, h)
	}
	return out, int64(total), nil
}

// Found gives one page of what h found in the actor's units, and its sums over
// all of them. h is the actor's own, from Get.
func (s *Service) Found(ctx context.Context, h Hunt, f Filter) ([]Seen, Totals, error) {
	const op = "hunt.Found"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, Totals{}, err
	}
	base := func(dest any) *bun.SelectQuery {
		q := s.Records.Read().NewSelect().Model(dest).Where("hs.hunt_id = ?", string(h.ID))
		return f.narrow(scope.Filter(q, "hs.scope_unit"))
	}
	var t struct {
		Clients int64   `bun:"clients"`
		Units   int64   `bun:"units"`
		Queries int64   `bun:"queries"`
		Undated int64   `bun:"undated"`
		First   db.Time `bun:"first_seen"`
		Last    db.Time `bun:"last_seen"`
	}
	err = base((*seenRow)(nil)).ColumnExpr("COUNT(*) AS clients, COUNT(DISTINCT CASE WHEN hs.unit_id <> '' THEN hs.unit_id END) AS units").
		ColumnExpr("CAST(COALESCE(SUM(hs.queries), 0) AS BIGINT) AS queries, CAST(COALESCE(SUM(hs.undated), 0) AS BIGINT) AS undated").
		ColumnExpr("MIN(hs.first_seen) AS first_seen, MAX(hs.last_seen) AS last_seen").Scan(ctx, &t)
	if err != nil {
		return nil, Totals{}, db.Error(op, err)
	}
	var rows []seenRow
	if err := f.page(s.Records.Read(), base(&rows)).Scan(ctx); err != nil {
		return nil, Totals{}, db.Error(op, err)
	}
	list, err := allSeen(rows)
	return list, Totals{Clients: t.Clients, Units: t.Units, Queries: t.Queries, Undated: t.Undated, First: t.First.Time, Last: t.Last.Time}, err
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Search == "" {
		return q
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		like := "%" + likeEscape.Replace(f.Search) + "%"
		return q.Where("hs.addr LIKE ? ESCAPE '!'", like).WhereOr("hs.name LIKE ? ESCAPE '!'", like)
	})
}

// page orders q and begins after the row named, by the sorting column and id.
func (f Filter) page(read bun.IDB, q *bun.SelectQuery) *bun.SelectQuery {
	column := map[string]string{"first": "first_seen", "queries": "queries"}[f.Sort]
	column = cmp.Or(column, "last_seen")
	q = q.OrderExpr("hs.? DESC, hs.id DESC", bun.Ident(column)).Limit(int64(cmp.Or(f.Limit, 50)))
	if f.After == "" {
		return q
	}
	at := read.NewSelect().TableExpr("hunt_seen AS a").ColumnExpr("a.?, a.id", bun.Ident(column)).Where("a.id = ?", f.After)
	return q.Where("(hs.?, hs.id) < (?)", bun.Ident(column), at)
}

// Exported notes in the trail that what h found is taken out.
func (s *Service) Exported(ctx context.Context, h Hunt) error {
	if _, _, err := auth.Need(ctx, "hunt.Exported", mayRead); err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.note(ctx, tx, "hunt.export", h, map[string]any{"value": h.Value, "reason": h.Reason})
	})
}

func allSeen(rows []seenRow) ([]Seen, error) {
	out := make([]Seen, 0, len(rows))
	for _, r := range rows {
		s, err := r.seen()
		if err != nil {
			return nil, &fault.Error{Op: "hunt.allSeen", Err: err}
		}
		out = append(out, s)
	}
	return out, nil
}
