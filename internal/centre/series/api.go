// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type apiFields struct {
	Title       string   `json:"title" maxLength:"200"`
	Form        string   `json:"form" maxLength:"20" example:"F4"`
	Pack        string   `json:"pack,omitempty" maxLength:"50" doc:"Rule pack of form and duty; absent: the one in force."`
	Duty        string   `json:"duty,omitempty" maxLength:"100" doc:"Periodic duty of the pack whose term holds." example:"bao-cao-quy-rui-ro"`
	Every       string   `json:"every" enum:"month,quarter,half_year,year,campaign"`
	Occasion    string   `json:"occasion,omitempty" maxLength:"100" doc:"Of campaigns: the one of the calendar; absent: each." example:"peak-tet"`
	DueDays     int      `json:"due_days,omitempty" minimum:"0" maximum:"90" doc:"Days after the period; only without duty."`
	Lead        int      `json:"lead_days" minimum:"1" maximum:"180" doc:"Days before the term that the draft is made."`
	WriterID    string   `json:"writer_id,omitempty" maxLength:"200" doc:"Required for a new one; absent where the caller may not see the person. 'kept' leaves it as it is."`
	Recipients  []string `json:"recipients,omitempty" maxItems:"20" doc:"Instead of those of the form."`
	DirectiveID string   `json:"directive_id,omitempty" maxLength:"200"`
}

type apiSeries struct {
	ID        string    `json:"id"`
	UnitID    string    `json:"unit_id"`
	Writer    string    `json:"writer" doc:"Name of who writes it."`
	State     string    `json:"state" enum:"active,stopped"`
	Since     string    `json:"since" doc:"Terms that end before are not asked for." example:"2026-11-23"`
	Problem   string    `json:"problem,omitempty" enum:"form,duty,period,heir" doc:"Why no period can be told."`
	WasUnitID string    `json:"was_unit_id,omitempty" doc:"Unit that it was of before a reform of units."`
	TakenBy   string    `json:"taken_by,omitempty" doc:"The same report of the unit in its place, for which it was stopped."`
	CreatedAt time.Time `json:"created_at"`
	Version   int64     `json:"version"`
	apiFields
}

type apiPeriod struct {
	Key      string     `json:"key" example:"2026-Q4"`
	Label    string     `json:"label"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	Begins   string     `json:"begins" doc:"The draft is made from this day on."`
	Due      string     `json:"due" doc:"Last day."`
	Standing string     `json:"standing" enum:"ahead,waiting,making,failed,missed,draft,printed,sent,sent_late,withdrawn,hidden"`
	Late     bool       `json:"late" doc:"The term is over and nothing was sent."`
	PaperID  string     `json:"paper_id,omitempty"`
	SentAt   *time.Time `json:"sent_at,omitempty"`
	Problem  string     `json:"problem,omitempty"`
}

type apiPath struct {
	Series string `path:"series" maxLength:"200"`
}

type apiList struct {
	rest.Paging
	State string `query:"state" enum:"active,stopped"`
	Form  string `query:"form" maxLength:"20"`
	Unit  string `query:"unit" maxLength:"200"`
	Query string `query:"q" maxLength:"200"`
}

type apiAdd struct {
	Body struct {
		UnitID string `json:"unit_id" maxLength:"200"`
		apiFields
	}
}

type apiChange struct {
	apiPath
	rest.Match
	Body apiFields
}

type apiStep struct {
	apiPath
	rest.Match
}

type apiFollow struct {
	apiPath
	rest.Match
	Body struct {
		UnitID string `json:"unit_id" maxLength:"200" doc:"A unit in the place of the one that ended."`
	}
}

type apiMake struct {
	apiPath
	Body struct {
		Period string `json:"period" maxLength:"100" example:"2026-Q4"`
	}
}

// API adds the operations of the room.
func API(a *rest.API, s *Service) {
	const tag, one = "Periodic reports", Path + "/{series}"
	rest.Add(a, rest.Op{ID: "list-periodic-reports", Method: http.MethodGet, Path: Path, Tag: tag, Need: mayRead, Summary: "List definitions of periodic reports"}, s.apiList)
	rest.Add(a, rest.Op{ID: "add-periodic-report", Method: http.MethodPost, Path: Path, Tag: tag, Need: mayWrite, Status: http.StatusCreated, Summary: "Define a periodic report"}, s.apiAdd)
	rest.Add(a, rest.Op{ID: "get-periodic-report", Method: http.MethodGet, Path: one, Tag: tag, Need: mayRead, Summary: "Get a definition"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "change-periodic-report", Method: http.MethodPut, Path: one, Tag: tag, Need: mayWrite, Summary: "Change a definition"}, s.apiChange)
	rest.Add(a, rest.Op{ID: "stop-periodic-report", Method: http.MethodPost, Path: one + "/stop", Tag: tag, Need: mayWrite, Summary: "Stop the drafts of a definition"}, s.apiStep(s.Stop))
	rest.Add(a, rest.Op{ID: "resume-periodic-report", Method: http.MethodPost, Path: one + "/resume", Tag: tag, Need: mayWrite, Summary: "Make its drafts again"}, s.apiStep(s.Resume))
	rest.Add(a, rest.Op{ID: "follow-periodic-report", Method: http.MethodPost, Path: one + "/follow", Tag: tag, Need: mayWrite, Summary: "Give the definition of a unit that was split to one of its parts"}, s.apiFollow)
	rest.Add(a, rest.Op{ID: "list-periods-of-periodic-report", Method: http.MethodGet, Path: one + "/periods", Tag: tag, Need: mayRead, Summary: "List what became of its periods"}, s.apiPeriods)
	rest.Add(a, rest.Op{ID: "make-periodic-report", Method: http.MethodPost, Path: one + "/make", Tag: tag, Need: mayWrite, Status: http.StatusCreated, Summary: "Make the draft of a period now"}, s.apiMake)
}

func apiOf(x Series) apiSeries {
	return apiSeries{ID: string(x.ID), UnitID: x.Unit, Writer: x.WriterName, State: string(x.State), Since: x.Since.String(), Problem: x.Problem, WasUnitID: x.WasUnit, TakenBy: string(x.TakenBy), CreatedAt: x.CreatedAt.UTC(), Version: x.Version,
		apiFields: apiFields{Title: x.Title, Form: x.Form, Pack: x.Pack, Duty: x.Duty, Every: string(x.Every), Occasion: x.Occasion, DueDays: x.DueDays, Lead: x.Lead,
			Recipients: x.To}}
}

// apiOne is apiOf with the ids of person and directive, where the caller sees them.
func (s *Service) apiOne(ctx context.Context, x Series) (apiSeries, error) {
	out := apiOf(x)
	if auth.May(ctx, mayWrite) {
		people, err := s.Writers(ctx, x.Unit)
		if err != nil {
			return out, err
		}
		if slices.ContainsFunc(people, func(p Person) bool { return p.ID == x.Writer }) {
			out.WriterID = x.Writer
		}
	}
	if x.Directive != "" {
		switch d, err := s.Directive(ctx, x.Directive); {
		case err == nil:
			out.DirectiveID = d.ID
		case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
			return out, err
		}
	}
	return out, nil
}

func (b apiFields) plan(unit string) Plan {
	return Plan{Title: b.Title, Form: b.Form, Pack: b.Pack, Duty: b.Duty, Unit: unit, Every: rulepack.Every(b.Every), Occasion: b.Occasion, DueDays: b.DueDays, Lead: b.Lead, Writer: b.WriterID,
		To: b.Recipients, Directive: b.DirectiveID}
}

// named gives fields the names of the body.
func named(err error) error {
	return rest.Rename(err, "unit", "unit_id", "writer", "writer_id", "lead", "lead_days", "term", "duty", "to", "recipients", "directive", "directive_id")
}

func (s *Service) apiList(ctx context.Context, in *apiList) (*rest.Listing[apiSeries], error) {
	page, err := s.List(ctx, Filter{Query: in.Query, State: State(in.State), Form: in.Form, Unit: in.Unit, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(page.Rows, page.Total, page.Next, apiOf), nil
}

func (s *Service) apiAdd(ctx context.Context, in *apiAdd) (*rest.Created[apiSeries], error) {
	x, err := s.Add(ctx, in.Body.plan(in.Body.UnitID))
	if err != nil {
		return nil, named(err)
	}
	out, err := s.apiOne(ctx, x)
	return rest.Made(out, x.Version, href(x.ID)), err
}

func (s *Service) apiGet(ctx context.Context, in *apiPath) (*rest.Record[apiSeries], error) {
	x, _, err := s.Get(ctx, ID(in.Series))
	if err != nil {
		return nil, err
	}
	out, err := s.apiOne(ctx, x)
	return rest.Versioned(out, x.Version), err
}

func (s *Service) apiChange(ctx context.Context, in *apiChange) (*rest.Record[apiSeries], error) {
	was, _, err := s.Get(ctx, ID(in.Series))
	if err != nil {
		return nil, err
	}
	if err := in.Check(was.Version); err != nil {
		return nil, err
	}
	x, err := s.Edit(ctx, was.ID, in.Body.plan(was.Unit), was.Version)
	if err != nil {
		return nil, named(err)
	}
	out, err := s.apiOne(ctx, x)
	return rest.Versioned(out, x.Version), err
}

func (s *Service) apiStep(do func(context.Context, ID, int64) (Series, error)) func(context.Context, *apiStep) (*rest.Record[apiSeries], error) {
	return func(ctx context.Context, in *apiStep) (*rest.Record[apiSeries], error) {
		was, _, err := s.Get(ctx, ID(in.Series))
		if err != nil {
			return nil, err
		}
		if err := in.Check(was.Version); err != nil {
			return nil, err
		}
		x, err := do(ctx, was.ID, was.Version)
		if err != nil {
			return nil, err
		}
		out, err := s.apiOne(ctx, x)
		return rest.Versioned(out, x.Version), err
	}
}

func (s *Service) apiFollow(ctx context.Context, in *apiFollow) (*rest.Record[apiSeries], error) {
	was, _, err := s.Get(ctx, ID(in.Series))
	if err != nil {
		return nil, err
	}
	if err := in.Check(was.Version); err != nil {
		return nil, err
	}
	x, err := s.Follow(ctx, was.ID, in.Body.UnitID, was.Version)
	if err != nil {
		return nil, named(err)
	}
	out, err := s.apiOne(ctx, x)
	return rest.Versioned(out, x.Version), err
}

func (s *Service) apiPeriods(ctx context.Context, in *apiPath) (*rest.Listing[apiPeriod], error) {
	f, err := s.Open(ctx, ID(in.Series))
	if err != nil {
		return nil, err
	}
	return rest.List(f.Entries, int64(len(f.Entries)), "", apiPeriodOf), nil
}

func apiPeriodOf(e Entry) apiPeriod {
	return apiPeriod{Key: e.Key, Label: e.Label.VI, From: e.From.String(), To: e.To.String(), Begins: e.Begins.String(), Due: e.Last.String(), Standing: string(e.Standing), Late: e.Late,
		PaperID: e.Of.ID, SentAt: rest.Time(e.Of.SentAt), Problem: e.Problem}
}

func (s *Service) apiMake(ctx context.Context, in *apiMake) (*rest.Created[apiPeriod], error) {
	id := ID(in.Series)
	run, err := s.Make(ctx, id, in.Body.Period)
	if err != nil {
		return nil, err
	}
	f, err := s.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, e := range f.Entries {
		if e.Key == run.Key {
			return rest.Made(apiPeriodOf(e), 1, href(id)), nil
		}
	}
	return nil, fault.Missing("series.apiMake")
}
