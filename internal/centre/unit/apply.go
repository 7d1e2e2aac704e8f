// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type importRow struct {
	bun.BaseModel `bun:"table:unit_import"`

	ID      string  `bun:"id,pk"`
	ActorID string  `bun:"actor_id"`
	Name    string  `bun:"name"`
	SHA256  string  `bun:"sha256"`
	Body    []byte  `bun:"body"`
	At      db.Time `bun:"at"`
}

// importLife is how long an upload waits for its confirmation.
const importLife = 24 * time.Hour

// PlanImport reads a list of units and keeps it for a day under the returned
// id. It changes no unit: PlannedImport shows what applying it would do, and
// ApplyImport does that. It fails with fault.Invalid (field "file") when the
// file is no list: the reason says what to do.
func (s *Service) PlanImport(ctx context.Context, name string, data []byte) (id string, p Plan, err error) {
	const op = "unit.PlanImport"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return "", Plan{}, err
	}
	sum := sha256.Sum256(data)
	r := importRow{ID: db.NewID(), ActorID: actor.ID, Name: i18n.NFC(name), SHA256: hex.EncodeToString(sum[:]), Body: data, At: db.At(s.now())}
	_, p, err = s.plan(ctx, s.db.Read(), scope, r)
	if err != nil {
		return "", Plan{}, db.Error(op, err)
	}
	err = s.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		old := tx.NewDelete().Model((*importRow)(nil)).Where("at < ?", db.At(s.now().Add(-importLife)))
		if _, err := old.Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		return err
	})
	return r.ID, p, db.Error(op, err)
}

// PlannedImport is the plan of an upload of the same actor, made anew from what
// exists now. fault.NotFound when it was applied, is a day old, or another's.
func (s *Service) PlannedImport(ctx context.Context, id string) (Plan, error) {
	const op = "unit.PlannedImport"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Plan{}, err
	}
	r, err := s.upload(ctx, s.db.Read(), actor, id)
	if err != nil {
		return Plan{}, db.Error(op, err)
	}
	_, p, err := s.plan(ctx, s.db.Read(), scope, r)
	return p, db.Error(op, err)
}

func (s *Service) upload(ctx context.Context, q bun.IDB, actor auth.Actor, id string) (r importRow, err error) {
	err = q.NewSelect().Model(&r).Where("id = ?", id).Where("actor_id = ?", actor.ID).
		Where("at >= ?", db.At(s.now().Add(-importLife))).Scan(ctx)
	return r, err
}

// ApplyImport does what a plan showed, in one transaction: the good rows, each
// unit with its audit entry, and one entry with the counts. digest is the
// plan's: when the units have changed since it was shown, so that the same file
// would now do something else, it fails with fault.Conflict and does nothing.
func (s *Service) ApplyImport(ctx context.Context, id, digest string) (Plan, error) {
	const op = "unit.ApplyImport"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Plan{}, err
	}
	var p Plan
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.upload(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		var m *matcher
		if m, p, err = s.plan(ctx, tx, scope, r); err != nil {
			return err
		}
		if p.Digest != digest {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "unit.err.plan_changed"}
		}
		if err := s.apply(ctx, tx, scope, m, p.File); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*importRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.import", Kind: "unit_import", Object: id, Unit: string(m.under),
			Detail: map[string]any{"file": p.File, "sha256": p.SHA256, "new": p.Count(RowNew), "changed": p.Count(RowChanged),
				"same": p.Count(RowSame), "rejected": p.Count(RowRejected), "skipped": p.Count(RowSkipped), "merged": p.Count(RowMerged)}})
	})
	if err != nil {
		return Plan{}, db.Error(op, err)
	}
	return p, nil
}

// plan lays the upload over what exists in the scope.
func (s *Service) plan(ctx context.Context, q bun.IDB, scope auth.Scope, r importRow) (*matcher, Plan, error) {
	list, records, err := readList(r.Body, s.kinds)
	if err != nil {
		return nil, Plan{}, err
	}
	m, err := newMatcher(ctx, q, scope, list)
	if err != nil {
		return nil, Plan{}, err
	}
	var told []*node
	for _, rec := range records {
		if n := m.match(rec); n != nil {
			told = append(told, n)
		} else {
			m.reject(rec.row)
		}
	}
	for _, n := range told {
		m.settle(n)
	}
	slices.SortStableFunc(told, func(a, b *node) int { return cmp.Compare(a.depth(), b.depth()) })
	for _, n := range told {
		if n.state != RowRejected {
			m.compare(n)
		}
		m.lines = append(m.lines, m.line(n))
	}
	slices.SortStableFunc(m.lines, func(a, b PlannedRow) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortStableFunc(m.cells, func(a, b CellError) int { return cmp.Compare(a.Row, b.Row) })
	p := Plan{File: r.Name, SHA256: r.SHA256, Sheet: list.Name, Rows: m.lines, Cells: m.cells}
	p.seal()
	return m, p, nil
}

// depth is how many units stand above n; a circle, which is rejected, counts
// as deep.
func (n *node) depth() int {
	d := 0
	for o := n.parent; o != nil && d < 100; o = o.parent {
		d++
	}
	return d
}

func (m *matcher) line(n *node) PlannedRow {
	l := PlannedRow{Row: n.rec.row + 1, State: n.state, Name: n.next.Name, Kind: n.next.Kind, node: n}
	if n.parent != nil {
		l.Parent = n.parent.next.Name
	}
	if n.old != nil && n.state == RowChanged {
		l.Changes = m.changes(n)
	}
	for _, r := range n.ranges {
		l.Ranges = append(l.Ranges, r.Prefix.String()+" "+string(r.Kind))
	}
	return l
}

// apply writes the good rows, parents before children. The closure is brought
// up to date once a level, since what lies under a new unit is checked by it.
func (s *Service) apply(ctx context.Context, tx *db.Tx, scope auth.Scope, m *matcher, file string) error {
	levels := map[int][]*node{}
	deepest := 0
	for _, l := range m.lines {
		if l.State == RowNew || l.State == RowChanged {
			d := l.node.depth()
			levels[d], deepest = append(levels[d], l.node), max(deepest, d)
		}
	}
	for d := range deepest + 1 {
		if err := s.applyLevel(ctx, tx, scope, m, levels[d], origin{FromImport, file}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) applyLevel(ctx context.Context, tx *db.Tx, scope auth.Scope, m *matcher, level []*node, from origin) error {
	const op = "unit.ApplyImport"
	added := false
	for _, n := range level {
		if n.parent != nil {
			n.next.ParentID = n.parent.next.ID
		}
		if n.state == RowNew {
			n.next.ID, added = ID(db.NewID()), true
			if err := s.add(ctx, tx, op, &n.next, from); err != nil {
				return err
			}
		}
	}
	if added {
		if err := relink(ctx, tx); err != nil {
			return err
		}
	}
	for _, n := range level {
		if n.state == RowChanged && len(n.old.changes(n.next)) > 0 {
			if err := s.change(ctx, tx, scope, op, *n.old, n.next, from); err != nil {
				return err
			}
		}
		if err := s.applyRanges(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) applyRanges(ctx context.Context, tx *db.Tx, n *node) error {
	for _, r := range n.ranges {
		r.ID, r.UnitID = RangeID(db.NewID()), n.next.ID
		if err := s.addRange(ctx, tx, "unit.ApplyImport", n.next, r); err != nil {
			return err
		}
	}
	for _, r := range n.retype {
		if err := s.retype(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// retype writes the kind of a range.
func (s *Service) retype(ctx context.Context, tx *db.Tx, r Range) error {
	rr := toRangeRow(r)
	if _, err := tx.NewUpdate().Model(&rr).Column("kind").WherePK().Exec(ctx); err != nil {
		return err
	}
	if err := replan(ctx, tx, r); err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.range.kind", Kind: "unit", Object: string(r.UnitID), Unit: string(r.UnitID),
		Detail: map[string]any{"prefix": r.Prefix.String(), "range": r.ID, "kind": r.Kind}})
}
