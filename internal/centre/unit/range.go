// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type rangeRow struct {
	bun.BaseModel `bun:"table:unit_range,alias:r"`

	ID         RangeID     `bun:"id,pk"`
	UnitID     ID          `bun:"unit_id"`
	Lo         string      `bun:"lo"`
	Hi         string      `bun:"hi"`
	Bits       int         `bun:"bits"`
	Kind       AddressKind `bun:"kind"`
	ValidFrom  int64       `bun:"valid_from"`
	ValidUntil int64       `bun:"valid_until"`
	Note       string      `bun:"note"`
}

func toRangeRow(r Range) rangeRow {
	lo, hi, bits := keys(r.Prefix)
	return rangeRow{ID: r.ID, UnitID: r.UnitID, Lo: lo, Hi: hi, Bits: bits, Kind: r.Kind,
		ValidFrom: fromMillis(r.ValidFrom), ValidUntil: untilMillis(r.ValidTo), Note: r.Note}
}

func (r rangeRow) addresses() Range {
	return Range{ID: r.ID, UnitID: r.UnitID, Prefix: prefixOf(r.Lo, r.Bits), Kind: r.Kind,
		ValidFrom: fromDay(r.ValidFrom), ValidTo: untilDay(r.ValidUntil), Note: r.Note}
}

// ranges loads the ranges that where picks, in order of addresses and time.
func ranges(ctx context.Context, q bun.IDB, where func(*bun.SelectQuery) *bun.SelectQuery) ([]Range, error) {
	var rows []rangeRow
	if err := where(q.NewSelect().Model(&rows)).Order("r.lo", "r.bits", "r.valid_from", "r.id").Scan(ctx); err != nil {
		return nil, err
	}
	list := make([]Range, len(rows))
	for i, r := range rows {
		list[i] = r.addresses()
	}
	return list, nil
}

func rangesOf(ctx context.Context, q bun.IDB, id ID) ([]Range, error) {
	return ranges(ctx, q, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("r.unit_id = ?", id) })
}

// Ranges lists all address ranges of a unit, ended ones included, in order of
// addresses. fault.NotFound when the unit lies outside the actor's scope.
func (s *Service) Ranges(ctx context.Context, id ID) ([]Range, error) {
	u, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := rangesOf(ctx, s.db.Read(), u.ID)
	return list, db.Error("unit.Ranges", err)
}

// NewRange is what a person types to give a unit addresses.
type NewRange struct {
	Text      string // pieces as ParseRange takes them, parted by ; , or line ends
	Kind      AddressKind
	ValidFrom calendar.Date
	ValidTo   calendar.Date
	Note      string
}

// AddRange gives the unit every prefix of n.Text and returns them. It fails
// with fault.Invalid (fields "range", "range_kind", "range_to") on text that
// is no address, and on a prefix that at the same time is another unit's: a
// public one has one owner, a private one (RFC 1918 and the like) may be used
// by units that do not lie under each other.
func (s *Service) AddRange(ctx context.Context, id ID, n NewRange) ([]Range, error) {
	const op = "unit.AddRange"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return nil, err
	}
	list, err := n.ranges(op, id)
	if err != nil {
		return nil, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := s.addRange(ctx, tx, op, u, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, db.Error(op, err)
	}
	return list, nil
}

// ranges turns what was typed into ranges with new ids.
func (n NewRange) ranges(op string, id ID) ([]Range, error) {
	prefixes, piece, reason := ParseRanges(n.Text)
	switch {
	case reason != "":
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"range": reason}, Args: []any{piece}}
	case len(prefixes) == 0:
		return nil, fault.Bad(op, "range", "unit.err.required")
	case untilMillis(n.ValidTo) <= fromMillis(n.ValidFrom):
		return nil, fault.Bad(op, "range_to", "unit.err.day_order")
	case utf8.RuneCountInString(n.Note) > 500:
		return nil, fault.Bad(op, "range_note", "unit.err.too_long")
	}
	kind, ok := parseAddressKind(string(n.Kind))
	if !ok {
		return nil, fault.Bad(op, "range_kind", "unit.err.address_kind")
	}
	list := make([]Range, len(prefixes))
	for i, p := range prefixes {
		list[i] = Range{ID: RangeID(db.NewID()), UnitID: id, Prefix: p, Kind: kind,
			ValidFrom: n.ValidFrom, ValidTo: n.ValidTo, Note: i18n.NFC(n.Note)}
	}
	return list, nil
}

// addRange writes r of unit u with its audit entry, unless it clashes.
func (s *Service) addRange(ctx context.Context, tx *db.Tx, op string, u Unit, r Range) error {
	reason, err := clashes(ctx, tx, r)
	if err != nil {
		return err
	}
	if reason != "" {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"range": reason}, Args: []any{r.Prefix}}
	}
	rr := toRangeRow(r)
	if _, err := tx.NewInsert().Model(&rr).Exec(ctx); err != nil {
		return err
	}
	if err := replan(ctx, tx, r); err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.range.add", Kind: "unit", Object: string(u.ID), Unit: string(u.ID),
		Detail: map[string]any{"prefix": r.Prefix.String(), "kind": r.Kind, "valid_from": r.ValidFrom, "valid_to": r.ValidTo, "range": r.ID}})
}

// clashes says why r cannot stand beside what is stored; empty when it can. It
// looks beyond the actor's scope: an address has one owner wherever it stands.
func clashes(ctx context.Context, q bun.IDB, r Range) (string, error) {
	lo, hi, _ := keys(r.Prefix)
	same, err := ranges(ctx, q, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.lo = ?", lo).Where("r.hi = ?", hi)
	})
	if err != nil {
		return "", err
	}
	var failed error
	for _, o := range same {
		reason := r.clash(o, func(a, b ID) bool {
			yes, err := under(ctx, q, a, b)
			failed = err
			return yes
		})
		if reason != "" || failed != nil {
			return reason, failed
		}
	}
	return "", nil
}

// EndRange makes last the last day on which the range is the unit's. It fails
// with fault.NotFound when the unit has no such range in the actor's scope, and
// with fault.Invalid (field "range_to") on a day before its first.
func (s *Service) EndRange(ctx context.Context, id ID, rid RangeID, last calendar.Date) error {
	return s.onRange(ctx, "unit.EndRange", id, rid, func(ctx context.Context, tx *db.Tx, r Range) error {
		return s.endRange(ctx, tx, r, last)
	})
}

func (s *Service) endRange(ctx context.Context, tx *db.Tx, r Range, last calendar.Date) error {
	const op = "unit.EndRange"
	if last.IsZero() || untilMillis(last) <= fromMillis(r.ValidFrom) {
		return fault.Bad(op, "range_to", "unit.err.day_order")
	}
	was := r.ValidTo
	r.ValidTo = last
	if reason, err := clashes(ctx, tx, r); err != nil || reason != "" {
		return orElse(err, fault.Bad(op, "range_to", reason))
	}
	rr := toRangeRow(r)
	if _, err := tx.NewUpdate().Model(&rr).Column("valid_until").WherePK().Exec(ctx); err != nil {
		return err
	}
	if err := replan(ctx, tx, r); err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.range.end", Kind: "unit", Object: string(r.UnitID), Unit: string(r.UnitID),
		Detail: map[string]any{"prefix": r.Prefix.String(), "range": r.ID, "valid_to": [2]string{was.String(), last.String()}}})
}

// RemoveRange takes away a range that was never the unit's: entered in error.
// Findings of all times are attributed anew, as reading them does. What was
// once right is ended with EndRange instead.
func (s *Service) RemoveRange(ctx context.Context, id ID, rid RangeID) error {
	return s.onRange(ctx, "unit.RemoveRange", id, rid, func(ctx context.Context, tx *db.Tx, r Range) error {
		if err := deleteRange(ctx, tx, r.ID); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.range.remove", Kind: "unit", Object: string(id), Unit: string(id),
			Detail: map[string]any{"prefix": r.Prefix.String(), "kind": r.Kind, "valid_from": r.ValidFrom, "valid_to": r.ValidTo, "range": r.ID}})
	})
}

// onRange runs fn on one range of a unit in which the actor may write.
func (s *Service) onRange(ctx context.Context, op string, id ID, rid RangeID, fn func(context.Context, *db.Tx, Range) error) error {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r rangeRow
		q := tx.NewSelect().Model(&r).Where("r.id = ?", rid).Where("r.unit_id = ?", id)
		if err := scope.Filter(q, "r.unit_id").Scan(ctx); err != nil {
			return err
		}
		return fn(ctx, tx, r.addresses())
	})
	return db.Error(op, err)
}
