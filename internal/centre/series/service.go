// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"embed"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Ask is what paper a definition wants for a period.
type Ask struct {
	Form, Pack, Unit string // an empty pack is the one in force on the period's last day
	Kind             string // month, quarter, half, year, span
	Year, Part       int
	From, To         calendar.Date
	Due              calendar.Date // last day of the term
	Recipients       []string      // instead of those of the form; none: the form's
	Directive        string        // id of the directive that it answers; may be empty
	Writer           string        // name of who writes it
}

// Paper is how a paper stands.
type Paper struct {
	ID     string
	State  string // draft, printed, sent, withdrawn
	Label  string // as other papers cite it
	Href   string
	Prints int
	SentAt time.Time // the first sending; zero before
}

// Number is one number that a paper was printed with.
type Number struct {
	Key, Label string
	Value      float64
	Percent    bool
}

// Papers is the room of papers as this one asks it. Its methods act as the actor
// of ctx and are safe for concurrent use.
type Papers interface {
	// Draft returns the paper of form, unit and period that stands already, as it
	// is, or begins one. Errors: fault.Invalid by field (form, unit, kind, part,
	// from), fault.Forbidden.
	Draft(ctx context.Context, a Ask) (Paper, error)
	// Look says how papers stand, by id; those the actor may not see are absent.
	Look(ctx context.Context, ids []string) (map[string]Paper, error)
	// Printed lists the numbers of the latest print as it was frozen, in the order
	// of the form, with the days it is about. fault.NotFound when nothing was
	// printed or the actor may not see it.
	Printed(ctx context.Context, id string) ([]Number, error)
}

// Person is somebody who may write papers of a unit.
type Person struct{ ID, Name string }

// Directive is a directive that reports answer.
type Directive struct{ ID, Label, Href string }

// Body is a unit as offers need it.
type Body struct {
	ID, Name, Kind string
	Ended          bool
	Heirs          []Heir // of an ended one: the units that stand in its place, by name
}

// Heir is a unit that stands in the place of one that ended.
type Heir struct{ ID, Name string }

// Told is what somebody is to be told of.
type Told struct {
	Kind   string // drafted, failed, missed, followed
	Series Series
	Period Period
	Reason string // of a failure: last part of a catalogue key
	From   string // of a definition that followed a reform: name of the unit it was of
	Unit   string // and of the one it is of now
	To     string // account id; empty: those who write papers of the unit
	Href   string // where to go on
	Key    string // names what happened: told once
}

// Deps are what the room works with. All are required.
type Deps struct {
	Records     *db.DB
	Now         func() time.Time
	Laws        *rulepack.Set
	Obligations *obligation.Service
	Papers      Papers
	// Campaigns are the windows of raised watch around now, with ids that begin
	// with that of an occasion.
	Campaigns func(ctx context.Context) ([]rulepack.Campaign, error)
	// Occasions are the windows that come again, by id.
	Occasions func() []rulepack.Campaign
	// Writers are the people who may write papers of the unit, as far as the actor
	// sees people.
	Writers func(ctx context.Context, unit string) ([]Person, error)
	// As is a context in which the program acts with the rights of an account, for
	// papers of a unit. fault.NotFound when the person is gone or has none.
	As func(ctx context.Context, account, unit string) (context.Context, error)
	// Body is a unit, whoever asks; fault.NotFound when there is none.
	Body func(ctx context.Context, unit string) (Body, error)
	// Directives are those in force in the actor's sight; Directive is one of them.
	Directives func(ctx context.Context) ([]Directive, error)
	Directive  func(ctx context.Context, id string) (Directive, error)
	// Tell tells people inside the transaction of what happened.
	Tell func(ctx context.Context, tx *db.Tx, t Told) error
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var (
	mayRead  = auth.Permission{Area: auth.Documents, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Documents, Act: auth.Write}
)

// List lists the definitions in the actor's scope that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	const op = "series.List"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Page{}, err
	}
	return list(ctx, s.Records.Read(), op, scope, f)
}

// Get is one definition in the actor's scope; may says whether the actor may
// change it.
func (s *Service) Get(ctx context.Context, id ID) (x Series, may bool, err error) {
	const op = "series.Get"
	actor, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return x, false, err
	}
	q := s.Records.Read()
	if x, err = get(ctx, q, op, scope, id); err != nil {
		return x, false, err
	}
	may, err = auth.ScopeOf(actor, mayWrite).Holds(ctx, q, x.Unit)
	return x, may, db.Error(op, err)
}

// Kept stands in the plan of a change for the writer or the directive that the
// definition has already and that the actor may not see.
const Kept = "kept"

// check asks whether what a plan names is there. It returns the writer's name.
func (s *Service) check(ctx context.Context, op string, p *Plan, was Series) (writer string, err error) {
	if p.Writer == Kept {
		p.Writer = was.Writer
	}
	if p.Directive == Kept {
		p.Directive = was.Directive
	}
	if err := p.clean(op); err != nil {
		return "", err
	}
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return "", err
	}
	inside, err := scope.Holds(ctx, s.Records.Read(), p.Unit)
	switch {
	case err != nil:
		return "", db.Error(op, err)
	case !inside:
		return "", fault.Bad(op, "unit", "series.bad.unit")
	}
	body, err := s.Body(ctx, p.Unit)
	if err != nil {
		return "", err
	}
	if body.Ended {
		return "", fault.Bad(op, "unit", "series.problem.unit")
	}
	if _, known := s.Laws.Get(p.Pack); !known && p.Pack != "" {
		return "", fault.Bad(op, "form", "series.problem.form")
	}
	t, problem := s.terms(*p, nil)
	switch problem {
	case NoForm:
		return "", fault.Bad(op, "form", "series.problem.form")
	case NoDuty:
		return "", fault.Bad(op, "term", "series.bad.term")
	case NoPeriod:
		return "", fault.Bad(op, "every", "series.problem.period")
	}
	if p.Occasion != "" && !slices.ContainsFunc(s.Occasions(), func(c rulepack.Campaign) bool { return c.ID == p.Occasion }) {
		return "", fault.Bad(op, "occasion", "series.bad.occasion")
	}
	if t.form.About == rulepack.OfDirective && p.Directive == "" {
		return "", fault.Bad(op, "directive", "series.bad.answers")
	}
	if p.Directive != "" && p.Directive != was.Directive {
		if _, err := s.Directive(ctx, p.Directive); fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			return "", fault.Bad(op, "directive", "series.bad.directive")
		} else if err != nil {
			return "", err
		}
	}
	if p.Writer == was.Writer { // that the person is still there is asked when a draft is made
		return was.WriterName, nil
	}
	people, err := s.Writers(ctx, p.Unit)
	if err != nil {
		return "", err
	}
	n := slices.IndexFunc(people, func(x Person) bool { return x.ID == p.Writer })
	if n < 0 {
		return "", fault.Bad(op, "writer", "series.bad.writer")
	}
	return people[n].Name, nil
}

// Add makes a definition: its first period is the first whose term does not end
// before today. The actor writes papers of the unit. Errors: fault.Invalid by
// field (title, form, every, occasion, term, due_days, lead, unit, writer, to,
// directive).
func (s *Service) Add(ctx context.Context, p Plan) (Series, error) {
	const op = "series.Add"
	writer, err := s.check(ctx, op, &p, Series{})
	if err != nil {
		return Series{}, err
	}
	actor, _ := auth.From(ctx)
	now := cut(s.Now())
	x := Series{ID: ID(db.NewID()), Plan: p, WriterName: writer, State: Active, Since: calendar.DateOf(now), CreatedAt: now, CreatedBy: actor.Name, UpdatedAt: now,
		UpdatedBy: actor.Name, Version: 1}
	r, err := rowOf(x)
	if err != nil {
		return x, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		return s.note(ctx, tx, "series.add", x, p.detail())
	})
	return x, db.Error(op, err)
}

// detail is a plan in the audit trail.
func (p Plan) detail() map[string]any {
	return map[string]any{"title": p.Title, "form": p.Form, "pack": p.Pack, "duty": p.Duty, "every": p.Every, "occasion": p.Occasion, "due_days": p.DueDays, "lead": p.Lead,
		"writer": p.Writer, "to": p.To, "directive": p.Directive}
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, x Series, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "series", Object: string(x.ID), Unit: x.Unit, Detail: detail})
}

// Edit gives a definition a new plan; what was made stays. The unit stays: a
// report of another unit is another definition. Errors are those of Add, and
// fault.Conflict when version is stale.
func (s *Service) Edit(ctx context.Context, id ID, p Plan, version int64) (Series, error) {
	const op = "series.Edit"
	was, _, err := s.Get(ctx, id)
	if err != nil {
		return Series{}, err
	}
	p.Unit = was.Unit
	writer, err := s.check(ctx, op, &p, was)
	if err != nil {
		return Series{}, err
	}
	return s.change(ctx, op, "series.edit", id, version, func(x *Series) (map[string]any, error) {
		x.Plan, x.WriterName, x.Problem, x.ProblemAt = p, writer, "", time.Time{}
		return p.detail(), nil
	})
}

// Stop ends the making of drafts until Resume.
func (s *Service) Stop(ctx context.Context, id ID, version int64) (Series, error) {
	const op = "series.Stop"
	return s.change(ctx, op, "series.stop", id, version, func(x *Series) (map[string]any, error) {
		if x.State == Stopped {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "series.bad.stopped"}
		}
		x.State = Stopped
		return nil, nil
	})
}

// Resume makes drafts again, of terms that do not end before today.
func (s *Service) Resume(ctx context.Context, id ID, version int64) (Series, error) {
	const op = "series.Resume"
	return s.change(ctx, op, "series.resume", id, version, func(x *Series) (map[string]any, error) {
		if x.State == Active {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "series.bad.active"}
		}
		x.State, x.Since, x.TakenBy = Active, calendar.DateOf(s.Now()), ""
		return map[string]any{"since": x.Since}, nil
	})
}

func (s *Service) change(ctx context.Context, op, action string, id ID, version int64, fn func(x *Series) (map[string]any, error)) (Series, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Series{}, err
	}
	var out Series
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := get(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if x.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		detail, err := fn(&x)
		if err != nil {
			return err
		}
		x.Version++
		x.UpdatedAt, x.UpdatedBy = cut(s.Now()), actor.Name
		if err := save(ctx, tx, op, x); err != nil {
			return err
		}
		out = x
		return s.note(ctx, tx, action, x, detail)
	})
	return out, db.Error(op, err)
}

// Delete removes a definition that made no paper, or whose papers were all
// withdrawn; one that did is stopped instead (fault.Conflict).
func (s *Service) Delete(ctx context.Context, id ID, version int64) error {
	const op = "series.Delete"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	made, err := runs(ctx, s.Records.Read(), string(id))
	if err != nil {
		return err
	}
	used, err := s.used(ctx, made)
	if err != nil {
		return err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := get(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		now, err := runs(ctx, tx, string(id))
		switch {
		case err != nil:
			return err
		case x.Version != version:
			return &fault.Error{Kind: fault.Conflict, Op: op}
		case used || len(now) != len(made) || slices.ContainsFunc(now, func(r Run) bool { return r.State == Making }):
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "series.bad.used"}
		}
		for _, model := range []any{(*runRow)(nil), (*row)(nil)} {
			column := "series_id"
			if model == any((*row)(nil)) {
				column = "id"
			}
			if _, err := tx.NewDelete().Model(model).Where(column+" = ?", string(id)).Exec(ctx); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, "series.delete", x, map[string]any{"title": x.Title, "form": x.Form})
	})
	return db.Error(op, err)
}

// used reports whether a paper that was not withdrawn came of the definition.
func (s *Service) used(ctx context.Context, made []Run) (bool, error) {
	var ids []string
	for _, r := range made {
		if r.Paper != "" {
			ids = append(ids, r.Paper)
		}
	}
	papers, err := s.Papers.Look(ctx, ids)
	for _, id := range ids {
		if p, seen := papers[id]; !seen || p.State != withdrawn {
			return true, err
		}
	}
	return false, err
}

// withdrawn is the state of a paper that was taken back.
const withdrawn = "withdrawn"
