// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file makes the drafts. A period is taken by its row first, so that of two
// workers one makes the draft; a worker that dies leaves the row, and another
// goes on after a while with the paper that stands by then.

// RunState is what became of a period.
type RunState string

// The states of periods.
const (
	Making RunState = "making" // somebody is at it
	Made   RunState = "made"
	Failed RunState = "failed" // Problem says why
	Missed RunState = "missed" // its term ended while nobody made the draft; a person still may
)

// Run is a period for which a draft was made, or was not.
type Run struct {
	Period
	State      RunState
	Paper      string // id; empty without
	Obligation string // id of the duty that the paper meets; empty without
	Problem    string
	TriedAt    time.Time
	By         string // name of who asked for it; empty for the program

	stored runRow
}

const (
	takenFor   = 10 * time.Minute // how long a period stays with a worker that says no more
	againAfter = time.Hour        // when what failed is tried again
)

// mostActive bounds how many definitions one turn looks at.
const mostActive = 10_000

// Attend makes the drafts whose time has come, and notes what was missed. It is a
// duty of the system and may run any number of times, in any number of
// processes. What goes wrong with one definition costs only that one.
func (s *Service) Attend(ctx context.Context) error {
	const op = "series.Attend"
	var rows []row
	// One that was stopped for a twin runs again when the reform is taken back.
	err := s.Records.Read().NewSelect().Model(&rows).Where("s.state = ? OR s.taken_by <> ''", string(Active)).OrderExpr("s.id").Limit(mostActive).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return db.Error(op, err)
	}
	windows, err := s.Campaigns(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range rows {
		x, err := r.series()
		if err == nil {
			err = s.attend(ctx, x, windows)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("definition %s: %w", r.ID, err))
		}
	}
	return errors.Join(errs...)
}

// attend looks after one definition.
func (s *Service) attend(ctx context.Context, x Series, windows []rulepack.Campaign) error {
	x, problem, err := s.follow(ctx, x)
	if err != nil || x.State != Active {
		return err
	}
	t, gone := s.terms(x.Plan, windows)
	if problem = cmp.Or(problem, gone); problem != x.Problem {
		if err := s.stand(ctx, x, problem); err != nil {
			return err
		}
	}
	if problem != "" {
		return nil
	}
	done, err := runs(ctx, s.Records.Read(), string(x.ID))
	if err != nil {
		return err
	}
	now, today := s.Now(), calendar.DateOf(s.Now())
	var errs []error
	for _, p := range t.between(x.Since, today.AddDays(mostLead)) {
		if p.Begins.Compare(today) > 0 {
			continue
		}
		n := slices.IndexFunc(done, func(r Run) bool { return r.Key == p.Key })
		switch {
		case n >= 0 && done[n].State == Missed, n >= 0 && done[n].Paper != "":
		case n >= 0 && now.Before(done[n].TriedAt.Add(map[RunState]time.Duration{Making: takenFor, Failed: againAfter}[done[n].State])):
		case n >= 0 && done[n].State == Failed && p.Last.Compare(today) < 0: // over: a person decides
		case n < 0 && p.Last.Compare(today) < 0:
			errs = append(errs, s.miss(ctx, x, p))
		default:
			_, err := s.make(ctx, x, t, p, nil)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// stand notes why no period of a definition can be told, or that one can again.
func (s *Service) stand(ctx context.Context, x Series, problem string) error {
	now := cut(s.Now())
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewUpdate().Model((*row)(nil)).Set("problem = ?", problem).Set("problem_at = ?", db.At(now)).Where("id = ?", string(x.ID)).
			Where("problem = ?", x.Problem).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 { // another worker was quicker
			return errors.Join(err, errNothing)
		}
		if err := s.note(ctx, tx, "series.problem", x, map[string]any{"problem": problem}); err != nil || problem == "" {
			return err
		}
		return s.Tell(ctx, tx, Told{Kind: "failed", Series: x, Reason: problem, Href: href(x.ID), Key: string(x.ID) + "/" + now.Format(time.RFC3339)})
	})
	return nothing(err)
}

// errNothing ends a transaction in which there was nothing to do.
var errNothing = errors.New("series: nothing to do")

func nothing(err error) error {
	if errors.Is(err, errNothing) {
		return nil
	}
	return db.Error("series.Attend", err)
}

// miss notes a period whose term ended without a draft: the program was not
// running in time.
func (s *Service) miss(ctx context.Context, x Series, p Period) error {
	r := runRow{ID: db.NewID(), Series: string(x.ID), State: string(Missed), TriedAt: db.At(cut(s.Now())), Version: 1}
	r.take(p)
	err := s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewInsert().Model(&r).On("CONFLICT (series_id, period_key) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errNothing)
		}
		if err := s.note(ctx, tx, "series.miss", x, map[string]any{"period": p.Key, "due": p.Last}); err != nil {
			return err
		}
		return s.Tell(ctx, tx, Told{Kind: "missed", Series: x, Period: p, Href: href(x.ID), Key: string(x.ID) + "/" + p.Key})
	})
	return nothing(err)
}

// make makes the draft of a period. by is who asked for it, nil for the program.
// A draft that could not be made is kept with the reason; only what broke here is
// an error. The paper that stands already is not made again.
func (s *Service) make(ctx context.Context, x Series, t terms, p Period, by *auth.Actor) (Run, error) {
	const op = "series.make"
	r, ok, err := s.take(ctx, x, p, by)
	if err != nil || !ok {
		return Run{}, err
	}
	paper, problem, failure := s.draft(ctx, x, t, p, by)
	r.Problem, r.Paper, r.State = problem, paper.ID, string(Made)
	if problem != "" {
		r.State = string(Failed)
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row := r // this function may run again
		if problem == "" {
			if err := s.owe(ctx, tx, x, t, p, paper, &row); err != nil {
				return err
			}
		}
		mine, err := keep(ctx, tx, &row)
		if err != nil {
			return err
		}
		if !mine { // it took too long, and somebody else went on
			return errNothing
		}
		r.Obligation = row.Obligation
		if problem != "" {
			if err := s.note(ctx, tx, "series.fail", x, map[string]any{"period": p.Key, "problem": problem}); err != nil || by != nil {
				return err
			}
			return s.Tell(ctx, tx, Told{Kind: "failed", Series: x, Period: p, Reason: problem, Href: href(x.ID), Key: string(x.ID) + "/" + p.Key + "/" + problem})
		}
		if err := s.note(ctx, tx, "series.make", x, map[string]any{"period": p.Key, "paper": paper.ID, "obligation": row.Obligation, "writer": x.Writer}); err != nil {
			return err
		}
		if by != nil && by.ID == x.Writer {
			return nil
		}
		return s.Tell(ctx, tx, Told{Kind: "drafted", Series: x, Period: p, To: x.Writer, Href: paper.Href, Key: string(x.ID) + "/" + p.Key + "/" + paper.ID})
	})
	if err := nothing(err); err != nil {
		return Run{}, db.Error(op, errors.Join(err, failure))
	}
	out, err := r.run()
	return out, errors.Join(err, failure)
}

// take gives the period to the caller; false when it has a paper or somebody else
// is at it. A person may take what failed, was missed, or whose paper was
// withdrawn.
func (s *Service) take(ctx context.Context, x Series, p Period, by *auth.Actor) (runRow, bool, error) {
	now := cut(s.Now())
	r := runRow{ID: db.NewID(), Series: string(x.ID), State: string(Making), TriedAt: db.At(now), Version: 1}
	r.take(p)
	if by != nil {
		r.MadeBy = by.Name
	}
	ok := false
	err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		one := r
		res, err := tx.NewInsert().Model(&one).On("CONFLICT (series_id, period_key) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			ok = err == nil
			return err
		}
		var had runRow
		if err := tx.NewSelect().Model(&had).Where("r.series_id = ?", string(x.ID)).Where("r.period_key = ?", p.Key).Scan(ctx); err != nil {
			return err
		}
		wait := map[RunState]time.Duration{Making: takenFor, Failed: againAfter}[RunState(had.State)]
		if by != nil && RunState(had.State) == Failed {
			wait = 0
		}
		if ok = had.Paper == "" && !now.Before(had.TriedAt.Add(wait)); !ok && by != nil && had.Paper != "" {
			papers, err := s.Papers.Look(ctx, []string{had.Paper})
			if err != nil {
				return err
			}
			ok = papers[had.Paper].State == withdrawn
		}
		if !ok {
			return nil
		}
		had.take(p)
		had.State, had.TriedAt, had.MadeBy, had.Problem, had.Paper = r.State, r.TriedAt, r.MadeBy, "", ""
		r = had
		ok, err = keep(ctx, tx, &r)
		return err
	})
	return r, ok, db.Error("series.take", err)
}

// draft asks for the paper and says why there is none. An error that is nobody's
// fault is returned besides.
func (s *Service) draft(ctx context.Context, x Series, t terms, p Period, by *auth.Actor) (paper Paper, problem string, failure error) {
	body, err := s.Body(ctx, x.Unit)
	if err == nil && body.Ended || fault.Is(err, fault.NotFound) {
		return paper, NoUnit, nil
	}
	if err != nil {
		return paper, Other, err
	}
	if by == nil {
		if ctx, err = s.As(ctx, x.Writer, x.Unit); fault.Is(err, fault.NotFound) {
			return paper, NoWriter, nil
		} else if err != nil {
			return paper, Other, err
		}
	}
	a := Ask{Form: x.Form, Pack: x.Pack, Unit: x.Unit, Kind: p.kind, Year: p.year, Part: p.part, From: p.From, To: p.To, Due: p.Last, Recipients: x.To, Directive: x.Directive, Writer: x.WriterName}
	paper, err = s.Papers.Draft(ctx, a)
	if err == nil {
		return paper, "", nil
	}
	e := fault.Of(err)
	switch {
	case e.Kind == fault.Invalid && e.Fields["form"] != "":
		return paper, NoForm, nil
	case e.Kind == fault.Invalid && e.Fields["unit"] != "", e.Kind == fault.Forbidden && by == nil:
		return paper, NoWriter, nil
	case e.Kind == fault.Invalid && e.Fields["directive"] != "":
		return paper, NoDirective, nil
	case e.Kind == fault.Invalid && len(e.Fields) > 0:
		return paper, NoPeriod, nil
	}
	return paper, Other, err
}

// owe makes the period a duty of the unit, so that sending the paper meets it:
// that of the pack where the definition follows one, else its own. What was sent
// already, and a term from before the definition, opens none.
func (s *Service) owe(ctx context.Context, tx *db.Tx, x Series, t terms, p Period, paper Paper, r *runRow) error {
	if p.Last.Compare(x.Since) < 0 || !paper.SentAt.IsZero() {
		return nil
	}
	var d obligation.Duty
	if t.duty.ID != "" {
		d = s.Obligations.OfPeriod(t.pack, t.duty, p.of, x.Unit)
	} else {
		basis := t.form.Basis
		d = obligation.Duty{Kind: obligation.PeriodKind, UnitID: x.Unit, Subject: obligation.Subject{Kind: "series", ID: string(x.ID), Label: p.Label.VI}, ClockID: p.Key + "@" + x.Unit,
			Title:  rulepack.Label{VI: x.Title + " (" + p.Label.VI + ")", EN: x.Title + " (" + p.Label.EN + ")"},
			PackID: t.pack.ID, PackHash: t.pack.Version, FormID: x.Form, Basis: basis, Trigger: "period",
			Explanation: obligation.FixedTerm(s.Laws.Calendar(), p.Begins.Start(), p.Last, basis)}
		if len(t.form.Recipients) > 0 {
			role, _ := t.pack.Addressee(t.form.Recipients[0])
			d.Addressee = obligation.Addressee{ID: role.ID, Name: role.Label}
		}
	}
	o, err := s.Obligations.Open(ctx, tx, d)
	r.Obligation = string(o.ID)
	return err
}

// Make makes the draft of one period now, whatever its day, at the asking of the
// actor, who writes papers of the unit. Errors: fault.Invalid, field period, for
// a period the definition does not have and with the reason why no draft could be
// made; fault.Conflict when the period has its paper or somebody is at it.
func (s *Service) Make(ctx context.Context, id ID, key string) (Run, error) {
	const op = "series.Make"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Run{}, err
	}
	x, err := get(ctx, s.Records.Read(), op, scope, id)
	if err != nil {
		return Run{}, err
	}
	windows, err := s.Campaigns(ctx)
	if err != nil {
		return Run{}, err
	}
	t, problem := s.terms(x.Plan, windows)
	if problem != "" {
		return Run{}, fault.Bad(op, "period", "series.problem."+problem)
	}
	all := t.choices(calendar.DateOf(s.Now()))
	n := slices.IndexFunc(all, func(p Period) bool { return p.Key == key })
	if n < 0 {
		return Run{}, fault.Bad(op, "period", "series.bad.period")
	}
	r, err := s.make(ctx, x, t, all[n], &actor)
	switch {
	case err != nil:
		return r, err
	case r.Key == "":
		return r, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "series.bad.made"}
	case r.Problem != "":
		return r, fault.Bad(op, "period", "series.problem."+r.Problem)
	}
	return r, nil
}

// Years that a person may choose a period from: so many back, and what has begun.
const yearsBack = 3

// choices are the periods that a person may have a draft made of: those that
// began by today, the latest first.
func (t terms) choices(today calendar.Date) []Period {
	first := today
	first.Year -= yearsBack
	all := t.between(first, today.AddDays(400))
	all = slices.DeleteFunc(all, func(p Period) bool { return p.From.Compare(today) > 0 })
	slices.Reverse(all)
	return all
}
