// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

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

// Fact is one thing a telephone list says of a unit.
type Fact string

// The facts.
const (
	FactHead    Fact = "head"
	FactContact Fact = "contact"
	FactHotline Fact = "hotline"
	FactAddress Fact = "address"
)

// Facts lists the facts in the order they are shown.
func Facts() []Fact { return []Fact{FactHead, FactContact, FactHotline, FactAddress} }

// value is what u says of the fact, on one line; empty when it says nothing.
func (f Fact) value(u Unit) string {
	switch f {
	case FactHead:
		return person(u.Head)
	case FactContact:
		return person(u.SecurityContact)
	case FactHotline:
		return u.Hotline
	}
	return u.Address
}

// Origin says how a fact came here.
type Origin string

// The origins; the zero value is by hand.
const (
	FromHand     Origin = ""
	FromImport   Origin = "import"
	FromProposal Origin = "proposal"
	FromReform   Origin = "reform"
	FromDispatch Origin = "dispatch"
)

// origin is where facts that are being written come from. Reference is a file's
// name, a paper's number, or who proposed it.
type origin struct {
	Kind      Origin
	Reference string
}

// Told is where a fact came from and when somebody last made sure.
type Told struct {
	Source     Origin
	Reference  string
	At         time.Time
	By         string // name of a person
	VerifiedAt time.Time
	VerifiedBy string
}

type factRow struct {
	bun.BaseModel `bun:"table:unit_fact"`

	UnitID     ID      `bun:"unit_id,pk"`
	Fact       Fact    `bun:"fact,pk"`
	Source     Origin  `bun:"source"`
	Reference  string  `bun:"reference"`
	ToldAt     db.Time `bun:"told_at"`
	ToldBy     string  `bun:"told_by"`
	VerifiedAt db.Time `bun:"verified_at"`
	VerifiedBy string  `bun:"verified_by"`
}

// told notes where the facts come from that u has otherwise than old. What is
// told anew counts as checked then; what is no more said is forgotten.
func (s *Service) told(ctx context.Context, tx *db.Tx, old, u Unit, from origin) error {
	by := actorName(ctx)
	for _, f := range Facts() {
		if f.value(old) == f.value(u) {
			continue
		}
		if _, err := tx.NewDelete().Model((*factRow)(nil)).Where("unit_id = ?", u.ID).Where("fact = ?", f).Exec(ctx); err != nil {
			return err
		}
		if f.value(u) == "" {
			continue
		}
		row := factRow{UnitID: u.ID, Fact: f, Source: from.Kind, Reference: from.Reference, ToldAt: db.At(s.now()), ToldBy: by,
			VerifiedAt: db.At(s.now()), VerifiedBy: by}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// actorName is who acts; "system" when nobody is signed in, as in the trail.
func actorName(ctx context.Context) string {
	if a, ok := auth.From(ctx); ok {
		return a.Name
	}
	return "system"
}

// toldOf loads where the facts of units come from.
func toldOf(ctx context.Context, q bun.IDB, ids []ID) (map[ID]map[Fact]Told, error) {
	out := map[ID]map[Fact]Told{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []factRow
	err := q.NewSelect().Model(&rows).Where("unit_id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		if out[r.UnitID] == nil {
			out[r.UnitID] = map[Fact]Told{}
		}
		out[r.UnitID][r.Fact] = Told{r.Source, r.Reference, r.ToldAt.Time, r.ToldBy, r.VerifiedAt.Time, r.VerifiedBy}
	}
	return out, err
}

// Verify notes that the actor made sure today of those facts that the unit
// tells; none named means all. reference is the paper or call it rests on and
// may be empty. Whoever may write or propose for the unit may do so;
// fault.NotFound for any other unit, fault.Invalid when it tells none of them.
func (s *Service) Verify(ctx context.Context, id ID, reference string, facts ...Fact) error {
	const op = "unit.Verify"
	if err := s.own(ctx, op, id); err != nil {
		return err
	}
	if len(facts) == 0 {
		facts = Facts()
	}
	return db.Error(op, s.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, scope, err := auth.Need(ctx, op, mayRead)
		if err != nil {
			return err
		}
		u, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		known, err := toldOf(ctx, tx, []ID{id})
		if err != nil {
			return err
		}
		var done []Fact
		for _, f := range Facts() {
			if !slices.Contains(facts, f) || f.value(u) == "" {
				continue
			}
			if err := s.verify(ctx, tx, id, f, known[id], reference); err != nil {
				return err
			}
			done = append(done, f)
		}
		if len(done) == 0 {
			return &fault.Error{Kind: fault.Invalid, Op: op, Msg: "unit.err.verify_nothing"}
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "unit.verify", Kind: "unit", Object: string(id), Unit: string(id),
			Detail: map[string]any{"facts": done, "reference": reference}})
	}))
}

func (s *Service) verify(ctx context.Context, tx *db.Tx, id ID, f Fact, known map[Fact]Told, reference string) error {
	row := factRow{UnitID: id, Fact: f, ToldAt: db.At(s.now()), ToldBy: actorName(ctx), VerifiedAt: db.At(s.now()), VerifiedBy: actorName(ctx)}
	if t, ok := known[f]; ok {
		row.Source, row.Reference, row.ToldAt, row.ToldBy = t.Source, t.Reference, db.At(t.At), t.By
		if reference != "" {
			row.Source, row.Reference = FromDispatch, reference
		}
		_, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
		return err
	}
	if reference != "" {
		row.Source, row.Reference = FromDispatch, reference
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// own checks that the actor may write for the unit, or propose for it.
// Whoever may neither anywhere is refused; for a unit outside it is not there.
func (s *Service) own(ctx context.Context, op string, id ID) error {
	_, write, errWrite := auth.Need(ctx, op, mayWrite)
	_, propose, errPropose := auth.Need(ctx, op, mayPropose)
	if errWrite != nil && errPropose != nil {
		return errPropose
	}
	for _, scope := range []auth.Scope{write, propose} {
		in, err := scope.Holds(ctx, s.db.Read(), string(id))
		if err != nil {
			return db.Error(op, err)
		}
		if in {
			return nil
		}
	}
	return &fault.Error{Kind: fault.NotFound, Op: op}
}
