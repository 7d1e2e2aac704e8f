// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package workdays

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of the room. It leans on that of audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room works with.
type Deps struct {
	Records  *db.DB
	Now      func() time.Time
	Root     func(ctx context.Context) (string, error) // unit of the whole centre
	Calendar *calendar.Calendar                        // every room counts with it; the room amends it
	// Hours are the office hours of a day; ok is false where the law in force has none.
	Hours func(d calendar.Date) (from, to time.Duration, ok bool)
	// Changed is told after the days in force have changed, so that rooms count
	// open terms again. May be nil. What goes wrong there is its own to log: the
	// decision stands.
	Changed func(ctx context.Context)
}

// Service holds the use cases. Anyone who may read rule packs reads the
// calendar; who may write them in the whole centre decides.
type Service struct {
	Deps
	apply sync.Mutex // one reading of the decisions at a time
}

// New makes the room. [Service.Apply] brings what was decided into force.
func New(d Deps) *Service { return &Service{Deps: d} }

var (
	mayRead  = auth.Permission{Area: auth.RulePacks, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.RulePacks, Act: auth.Write}
)

// decides lets through who may write in the whole centre: the days are
// everyone's.
func (s *Service) decides(ctx context.Context, op string) (auth.Actor, string, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return actor, "", err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return actor, "", err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, root, db.Error(op, err)
}

// MayDecide reports whether the actor may add and withdraw decisions.
func (s *Service) MayDecide(ctx context.Context) bool {
	_, _, err := s.decides(ctx, "workdays.MayDecide")
	return err == nil
}

// Year is the calendar of one year.
type Year struct {
	Year    int
	Days    []Day // every day off that is not a weekly rest alone, and rest days worked
	Windows []calendar.Window
	Open    []string // occasions not decided yet
}

// Day is one day that is not as its weekday.
type Day struct {
	Date   calendar.Date
	Worked bool            // a rest day that is worked in exchange; else it is off
	Off    calendar.DayOff // of a day worked in exchange too: the rule, its name and source
	For    calendar.Date   // the day that is off for it; zero for a day off
	Mark   string          // how well the source of the rule is known
}

// Of returns the calendar of a year.
func (s *Service) Of(ctx context.Context, year int) (Year, error) {
	if _, _, err := auth.Need(ctx, "workdays.Of", mayRead); err != nil {
		return Year{}, err
	}
	return yearOf(s.Calendar, year), nil
}

func yearOf(cal *calendar.Calendar, year int) Year {
	weekly, marks := map[string]bool{}, map[string]string{}
	for _, r := range cal.Rules() {
		weekly[r.ID], marks[r.ID] = r.Kind == calendar.Weekly, r.Mark
	}
	y := Year{Year: year, Windows: cal.Windows(year), Open: Open(cal, year)}
	for d := (calendar.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
		if off, is := cal.Off(d); is {
			if !weekly[off.Rule] {
				y.Days = append(y.Days, Day{Date: d, Off: off, Mark: marks[off.Rule]})
			}
		} else if r, instead, is := cal.Exchanged(d); is {
			y.Days = append(y.Days, Day{Date: d, Worked: true, For: instead, Mark: r.Mark,
				Off: calendar.DayOff{Date: d, Rule: r.ID, Name: r.Name, Source: r.Source}})
		}
	}
	return y
}

// List lists decisions, the newest first, and how many there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Decision, int64, error) {
	const op = "workdays.List"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return nil, 0, err
	}
	return list(ctx, s.Records.Read(), op, f)
}

// Get is one decision.
func (s *Service) Get(ctx context.Context, id ID) (Decision, error) {
	const op = "workdays.Get"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Decision{}, err
	}
	return get(ctx, s.Records.Read(), op, id)
}

// Decide adds a decision and brings it into force. It fails with fault.Invalid
// by form field.
func (s *Service) Decide(ctx context.Context, e Entry) (Decision, error) {
	const op = "workdays.Decide"
	actor, root, err := s.decides(ctx, op)
	if err != nil {
		return Decision{}, err
	}
	if err := s.refresh(ctx); err != nil { // what another process decided counts too
		return Decision{}, err
	}
	if err := e.clean(op, s.Calendar); err != nil {
		return Decision{}, err
	}
	d := Decision{ID: ID(db.NewID()), Entry: e, State: InForce, MadeBy: actor.ID, MadeName: actor.Name, MadeAt: s.Now(), Version: 1}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r := rowOf(d)
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "calendar.decide", root, d, d.Reason)
	})
	if err != nil {
		return Decision{}, err
	}
	return d, s.Apply(ctx)
}

// Withdraw ends a decision; the days are then as without it.
func (s *Service) Withdraw(ctx context.Context, id ID, version int64, reason string) (Decision, error) {
	const op = "workdays.Withdraw"
	actor, root, err := s.decides(ctx, op)
	if err != nil {
		return Decision{}, err
	}
	var d Decision
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if d, err = get(ctx, tx, op, id); err != nil {
			return err
		}
		if d.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		if err := d.withdraw(op, actor.ID, actor.Name, reason, s.Now()); err != nil {
			return err
		}
		if err := save(ctx, tx, op, &d, version); err != nil {
			return err
		}
		return s.note(ctx, tx, "calendar.withdraw", root, d, d.WithdrawnReason)
	})
	if err != nil {
		return Decision{}, err
	}
	return d, s.Apply(ctx)
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action, root string, d Decision, reason string) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "calendar_decision", Object: string(d.ID), Unit: root,
		Detail: map[string]any{"kind": d.Kind, "name": d.Name, "first": d.First, "last": d.Last, "worked": d.Worked, "occasion": d.Occasion,
			"reason": reason, "reference": d.Reference}})
}

// mostDecisions is how many decisions in force are read; people make a few a
// year.
const mostDecisions = 5000

// Apply brings the decisions in force into the calendar and, when that changed
// it, tells who asked to be told. The program calls it at start and now and
// then, since another process may have decided.
func (s *Service) Apply(ctx context.Context) error {
	was := s.Calendar.Version()
	if err := s.refresh(ctx); err != nil {
		return err
	}
	if s.Calendar.Version() != was && s.Changed != nil {
		s.Changed(ctx)
	}
	return nil
}

func (s *Service) refresh(ctx context.Context) error {
	s.apply.Lock()
	defer s.apply.Unlock()
	decisions, _, err := list(ctx, s.Records.Read(), "workdays.refresh", Filter{Limit: mostDecisions})
	if err != nil {
		return err
	}
	slices.SortFunc(decisions, func(a, b Decision) int { return cmp.Compare(a.ID, b.ID) })
	sum := sha256.New()
	var rules []calendar.Rule
	var campaigns []calendar.Campaign
	for _, d := range decisions {
		fmt.Fprintf(sum, "%s %d\n", d.ID, d.Version)
		rule, campaign, isRule := d.rule()
		if isRule {
			rules = append(rules, rule)
		} else {
			campaigns = append(campaigns, campaign)
		}
	}
	mark := ""
	if len(decisions) > 0 {
		mark = hex.EncodeToString(sum.Sum(nil)[:4])
	}
	return s.Calendar.Amend(mark, rules, campaigns)
}
