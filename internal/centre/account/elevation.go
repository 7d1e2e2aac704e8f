// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Elevation is one use of break-glass: an extra role for hours, with a written
// reason and a second person who is told at once and confirms having seen it.
type Elevation struct {
	ID     string
	By     ID
	ByName string
	auth.Grant
	Term
	Reason      string
	Witness     ID
	WitnessName string
	SeenAt      time.Time // zero until the second person confirmed
	EndedAt     time.Time // zero while nobody ended it
	EndedBy     string
}

// InForce reports whether e gives its role at now.
func (e *Elevation) InForce(now time.Time) bool { return e.EndedAt.IsZero() && e.Holds(now) }

type elevationRow struct {
	bun.BaseModel `bun:"table:account_elevation,alias:e"`

	ID          string  `bun:"id,pk"`
	Account     string  `bun:"account_id"`
	Name        string  `bun:"account_name"`
	Role        string  `bun:"role"`
	Unit        string  `bun:"unit_id"`
	Reason      string  `bun:"reason"`
	From        db.Time `bun:"from_at"`
	Until       db.Time `bun:"until_at"`
	Witness     string  `bun:"witness_id"`
	WitnessName string  `bun:"witness_name"`
	Seen        db.Time `bun:"seen_at"`
	Ended       db.Time `bun:"ended_at"`
	EndedBy     string  `bun:"ended_by"`
}

func (r elevationRow) elevation() Elevation {
	return Elevation{ID: r.ID, By: ID(r.Account), ByName: r.Name, Grant: auth.Grant{Role: auth.Role(r.Role), Unit: r.Unit},
		Term: Term{r.From.Time, r.Until.Time}, Reason: r.Reason, Witness: ID(r.Witness), WitnessName: r.WitnessName,
		SeenAt: r.Seen.Time, EndedAt: r.Ended.Time, EndedBy: r.EndedBy}
}

func elevations(ctx context.Context, q *bun.SelectQuery) ([]Elevation, error) {
	var rows []elevationRow
	err := q.Model(&rows).OrderExpr("e.id DESC").Scan(ctx)
	out := make([]Elevation, len(rows))
	for i, r := range rows {
		out[i] = r.elevation()
	}
	return out, db.Error("account.elevations", err)
}

// elevatedNow is the break-glass record an account acts under at now.
func elevatedNow(ctx context.Context, q bun.IDB, id ID, now time.Time) (string, time.Time, error) {
	list, err := elevations(ctx, q.NewSelect().Where("e.account_id = ?", string(id)).Where("e.ended_at IS NULL").
		Where("e.from_at <= ?", db.At(now)).Where("e.until_at > ?", db.At(now)).Limit(1))
	if err != nil || len(list) == 0 {
		return "", time.Time{}, err
	}
	return list[0].ID, list[0].Until, nil
}

// endElevations ends what an account took, when it loses the right to.
func endElevations(ctx context.Context, tx *db.Tx, id ID, by string, now time.Time) error {
	_, err := tx.NewUpdate().Model((*elevationRow)(nil)).Set("ended_at = ?", db.At(now)).Set("ended_by = ?", by).
		Where("account_id = ?", string(id)).Where("ended_at IS NULL").Where("until_at > ?", db.At(now)).Exec(ctx)
	return db.Error("account.elevations", err)
}

// Glass is what the actor may take: the roles, the longest term, the unit in
// whose subtree, and who can be the second person.
type Glass struct {
	GlassPolicy
	Unit      string
	Witnesses []Person
}

// Glass fails with fault.Forbidden for who may not break glass.
func (s *Service) Glass(ctx context.Context) (Glass, error) {
	const op = "account.Glass"
	me, err := s.me(ctx, op)
	if err != nil {
		return Glass{}, err
	}
	if !me.BreakGlass {
		return Glass{}, &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "account.bad.glass"}
	}
	g := Glass{Unit: me.glassUnit()}
	if g.GlassPolicy, err = s.glass(ctx, s.Records.Read()); err != nil {
		return Glass{}, err
	}
	g.Witnesses, err = s.witnesses(ctx, s.Records.Read(), me.ID, g.Unit)
	return g, err
}

func (a *Account) glassUnit() string {
	if a.GlassUnit != "" {
		return a.GlassUnit
	}
	return a.Home
}

// witnesses are the administrators and leaders over unit who can sign in, but
// for who.
func (s *Service) witnesses(ctx context.Context, q bun.IDB, who ID, unit string) ([]Person, error) {
	return people(ctx, q.NewSelect().Where("id <> ?", string(who)).Where("password <> ''").
		Where("EXISTS (SELECT 1 FROM account_role r JOIN unit_closure c ON c.ancestor = r.unit_id WHERE r.account_id = account.id "+
			"AND c.descendant = ?0 AND r.role IN (?1, ?2) AND (r.from_at IS NULL OR r.from_at <= ?3) AND (r.until_at IS NULL OR r.until_at > ?3))",
			unit, string(auth.Administrator), string(auth.Leader), db.At(s.Now())))
}

// Break is what a person asks for when they break glass.
type Break struct {
	auth.Grant
	Hours   int
	Reason  string
	Witness ID
}

// BreakGlass takes an extra role for hours at once. The second person is told
// in the same transaction. Who may not break glass gets fault.Forbidden; one
// use at a time.
func (s *Service) BreakGlass(ctx context.Context, in Break) (Elevation, error) {
	const op = "account.BreakGlass"
	g, err := s.Glass(ctx)
	if err != nil {
		return Elevation{}, err
	}
	actor, _ := auth.From(ctx)
	now := s.Now()
	in.Reason = i18n.NFC(in.Reason)
	bad := map[string]string{}
	if !slices.Contains(g.Roles, in.Role) {
		bad["role"] = "account.bad.glass_role"
	}
	if in.Hours < 1 || in.Hours > g.Hours {
		bad["hours"] = "account.bad.glass_hours"
	}
	if badReason(in.Reason) {
		bad["reason"] = "account.bad.reason"
	}
	var e Elevation
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.NewSelect().Table("unit_closure").Where("ancestor = ?", g.Unit).Where("descendant = ?", in.Unit).Count(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n == 0 {
			bad["unit"] = "account.bad.unit"
		}
		able, err := s.witnesses(ctx, tx, ID(actor.ID), g.Unit)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(able, func(p Person) bool { return p.ID == in.Witness })
		if at < 0 {
			bad["witness"] = "account.bad.witness"
		}
		if len(bad) > 0 {
			return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
		}
		if id, _, err := elevatedNow(ctx, tx, ID(actor.ID), now); err != nil || id != "" {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.glass_twice", Err: err}
		}
		e = Elevation{ID: db.NewID(), By: ID(actor.ID), ByName: actor.Name, Grant: in.Grant, Term: Term{now, now.Add(time.Duration(in.Hours) * time.Hour)},
			Reason: in.Reason, Witness: able[at].ID, WitnessName: able[at].Name}
		r := elevationRow{ID: e.ID, Account: actor.ID, Name: e.ByName, Role: string(e.Role), Unit: e.Unit, Reason: e.Reason, From: db.At(e.From),
			Until: db.At(e.Until), Witness: string(e.Witness), WitnessName: e.WitnessName}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.tell(ctx, tx, e.notice("break_glass", e.ByName, e.Until), e.Witness); err != nil {
			return err
		}
		return s.noteGlass(ctx, tx, "account.break_glass", e)
	})
	return e, err
}

func (e *Elevation) notice(kind, who string, until time.Time) Notice {
	return Notice{Kind: kind, Object: e.ID, Path: "/break-glass/" + e.ID, Who: who, Unit: e.Unit, Reason: e.Reason, Until: until}
}

// noteGlass writes what happened to a use of break-glass into its own history
// and into that of the person.
func (s *Service) noteGlass(ctx context.Context, tx *db.Tx, action string, e Elevation) error {
	detail := termDetail(e.Grant, e.Term)
	detail["reason"], detail["second_person"], detail["break_glass"] = e.Reason, e.WitnessName, e.ID
	for kind, id := range map[string]string{"elevation": e.ID, "account": string(e.By)} {
		if err := audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: kind, Object: id, Unit: e.Unit, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}
