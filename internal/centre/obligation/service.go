// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"embed"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. Records and Now are required.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	// Days count the terms of tasks; nil takes tasks with a day alone.
	Days *calendar.Calendar
	// Ladder is the reminders of an urgency under the law of today; nil reminds
	// at half the term and at its end.
	Ladder func(Urgency) []rulepack.ReminderStep
	// Tell tells people; nil tells nobody.
	Tell Tell
	// Rhythm is for duties that come again; the zero value has none.
	Rhythm Rhythm
	// Actor is who an account is now, with what it may do, for calendar feeds;
	// fault.NotFound for one that may not sign in. Nil serves no feed.
	Actor func(ctx context.Context, account string) (auth.Actor, error)
	// Asked is told, in its transaction, when somebody asks for another term, and
	// again when that was answered; nil tells nobody.
	Asked func(ctx context.Context, tx *db.Tx, o Obligation, asked Term, answered bool) error
	// Papers is the register of documents; nil has none: papers are then named
	// in words alone.
	Papers Papers
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	records *db.DB
	now     func() time.Time
	days    *calendar.Calendar
	ladder  func(Urgency) []rulepack.ReminderStep
	tell    Tell
	rhythm  Rhythm
	actor   func(ctx context.Context, account string) (auth.Actor, error)
	papers  Papers
	claims  func(ctx context.Context, tx *db.Tx, o Obligation, asked Term, answered bool) error
}

// New makes the room.
func New(d Deps) *Service {
	return &Service{records: d.Records, now: d.Now, days: d.Days, ladder: d.Ladder, tell: d.Tell, rhythm: d.Rhythm, actor: d.Actor, papers: d.Papers, claims: d.Asked}
}

var (
	read   = auth.Permission{Area: auth.Obligations, Act: auth.Read}
	write  = auth.Permission{Area: auth.Obligations, Act: auth.Write}
	decide = auth.Permission{Area: auth.Obligations, Act: auth.Decide}
)

// maxText bounds reasons and proofs, in runes.
const maxText = 500

// Get returns one obligation in the actor's scope, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (Obligation, error) {
	const op = "obligation.Get"
	_, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return Obligation{}, err
	}
	return get(ctx, s.records.Read(), op, scope, id)
}

// Page is one page of a list.
type Page struct {
	Rows  []Obligation
	Total int64  // rows that match, in scope, up to CountLimit
	Over  bool   // more match
	Next  string // Filter.After of the next page; empty on the last
}

// List returns the obligations of the actor's scope that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	_, scope, err := auth.Need(ctx, "obligation.List", read)
	if err != nil {
		return Page{}, err
	}
	return list(ctx, s.records.Read(), scope, f, s.now())
}

// Counts are the open obligations of a scope, each figure up to CountLimit.
type Counts struct {
	Open int64 // all of them
	Soon int64 // past the first reminder and not late
	Late int64 // past their end
}

// Count counts the open obligations in the actor's scope, each figure up to
// CountLimit.
func (s *Service) Count(ctx context.Context) (Counts, error) {
	_, scope, err := auth.Need(ctx, "obligation.Count", read)
	if err != nil {
		return Counts{}, err
	}
	return count(ctx, s.records.Read(), scope, "", s.now())
}

// CountOwn counts what the actor's own unit still owes, for the navigation:
// nothing where that unit is out of the actor's scope.
func (s *Service) CountOwn(ctx context.Context) (Counts, error) {
	actor, scope, err := auth.Need(ctx, "obligation.CountOwn", read)
	if err != nil || actor.Home == "" {
		return Counts{}, err
	}
	return count(ctx, s.records.Read(), scope, actor.Home, s.now())
}

// Of returns the obligations about one subject that lie in the actor's scope,
// earliest due first.
func (s *Service) Of(ctx context.Context, kind, id string) ([]Obligation, error) {
	_, scope, err := auth.Need(ctx, "obligation.Of", read)
	if err != nil {
		return nil, err
	}
	return ofSubjects(ctx, s.records.Read(), &scope, kind, []string{id}, "")
}

// OfSubject is Of for a room that has checked that the actor may see the
// subject: who may see a case sees its clocks. q is the room's transaction or
// the records' reader.
func (s *Service) OfSubject(ctx context.Context, q bun.IDB, kind, id string) ([]Obligation, error) {
	return ofSubjects(ctx, q, nil, kind, []string{id}, "")
}

// Earliest returns, for each subject that has one, its open obligation with the
// earliest due time. The calling room has checked that the actor may see the
// subjects.
func (s *Service) Earliest(ctx context.Context, kind string, ids []string) (map[string]Obligation, error) {
	rows, err := ofSubjects(ctx, s.records.Read(), nil, kind, ids, Open)
	if err != nil {
		return nil, err
	}
	first := make(map[string]Obligation, len(ids))
	for _, o := range rows {
		if _, seen := first[o.Subject.ID]; !seen {
			first[o.Subject.ID] = o
		}
	}
	return first, nil
}

// Meet records that an obligation in the actor's scope was met. Proof.At may be
// earlier than now, since things are written down after they are done, but
// never before T0 or after now; both moments are kept. Errors: fault.Invalid by
// field (met_at, how), fault.Conflict when it is not open or version is stale.
func (s *Service) Meet(ctx context.Context, id ID, p Proof, version int64) (Obligation, error) {
	const op = "obligation.Meet"
	actor, scope, err := auth.Need(ctx, op, write)
	if err != nil {
		return Obligation{}, err
	}
	return s.change(ctx, op, scope, id, version, func(ctx context.Context, tx *db.Tx, o *Obligation) error {
		return s.meet(ctx, tx, o, p, actor.Name)
	})
}

// Cancel records that the duty fell away: it should not have been opened, or
// its ground is gone. It needs the right to decide, a reason, and another
// person than the one who owes or opened it. Errors as Meet, field reason, and
// fault.Forbidden for the same person.
func (s *Service) Cancel(ctx context.Context, id ID, reason string, version int64) (Obligation, error) {
	return s.end(ctx, "obligation.Cancel", id, Cancelled, reason, version)
}

// Waive releases the unit from a duty that stands. Conditions and errors are
// those of Cancel.
func (s *Service) Waive(ctx context.Context, id ID, reason string, version int64) (Obligation, error) {
	return s.end(ctx, "obligation.Waive", id, Waived, reason, version)
}

func (s *Service) end(ctx context.Context, op string, id ID, to State, reason string, version int64) (Obligation, error) {
	actor, scope, err := auth.Need(ctx, op, decide)
	if err != nil {
		return Obligation{}, err
	}
	reason = i18n.NFC(reason)
	if err := checkText(op, "reason", reason); err != nil {
		return Obligation{}, err
	}
	return s.change(ctx, op, scope, id, version, func(ctx context.Context, tx *db.Tx, o *Obligation) error {
		if actor.ID == o.OwedBy || actor.ID == o.OpenedBy {
			return &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "obligation.err.four_eyes"}
		}
		return s.finish(ctx, tx, o, to, reason, false)
	})
}

// change loads an obligation of the scope, lets fn change it, and commits.
func (s *Service) change(ctx context.Context, op string, scope auth.Scope, id ID, version int64,
	fn func(context.Context, *db.Tx, *Obligation) error) (Obligation, error) {
	var o Obligation
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		visible, err := get(ctx, tx, op, s.readable(ctx), id)
		if err != nil {
			return err
		}
		inside, err := scope.Holds(ctx, tx, visible.UnitID)
		if err != nil {
			return err
		}
		if !inside {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
		if visible.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		o = visible
		return fn(ctx, tx, &o)
	})
	return o, db.Error(op, err)
}

// readable is the scope in which the actor reads, so that what they cannot see
// is absent and what they only see is forbidden.
func (s *Service) readable(ctx context.Context) auth.Scope {
	actor, _ := auth.From(ctx)
	return auth.ScopeOf(actor, read)
}

func (s *Service) meet(ctx context.Context, tx *db.Tx, o *Obligation, p Proof, by string) error {
	const op = "obligation.Meet"
	now := cut(s.now())
	p.At, p.How, p.Ref = cut(p.At), i18n.NFC(p.How), i18n.NFC(p.Ref)
	if o.State != Open {
		return notOpen(op)
	}
	if err := checkText(op, "how", p.How); err != nil {
		return err
	}
	if p.At.After(now) || p.At.Before(o.T0.Truncate(time.Minute)) { // people tell the minute
		return fault.Bad(op, "met_at", "obligation.err.met_at")
	}
	o.State, o.Proof, o.RecordedAt, o.RecordedBy = Met, p, now, by
	o.RemindAt, o.Claim = time.Time{}, 0
	return s.save(ctx, tx, o, "obligation.meet", map[string]any{
		"met_at": p.At, "due_at": o.DueAt, "late": p.At.After(o.DueAt), "how": p.How, "ref": p.Ref})
}

func (s *Service) finish(ctx context.Context, tx *db.Tx, o *Obligation, to State, reason string, byRule bool) error {
	if o.State != Open {
		return notOpen("obligation.end")
	}
	actor, _ := auth.From(ctx)
	o.State, o.RemindAt, o.Claim = to, time.Time{}, 0
	o.Ending = Ending{Reason: reason, ByID: actor.ID, By: actor.Name, At: cut(s.now()), ByRule: byRule}
	action := "obligation.cancel"
	if to == Waived {
		action = "obligation.waive"
	}
	return s.save(ctx, tx, o, action, map[string]any{"reason": reason, "due_at": o.DueAt, "by_rule": byRule})
}

// save writes a changed obligation and its audit entry.
func (s *Service) save(ctx context.Context, tx *db.Tx, o *Obligation, action string, detail map[string]any) error {
	o.Version++
	if err := update(ctx, tx, *o); err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.now(), audit.Entry{Action: action, Kind: "obligation", Object: string(o.ID),
		Unit: o.UnitID, Detail: detail})
}

func notOpen(op string) error {
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "obligation.err.not_open"}
}

func checkText(op, field, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return fault.Bad(op, field, "obligation.err.required")
	case n > maxText:
		return fault.Bad(op, field, "obligation.err.too_long")
	}
	return nil
}
