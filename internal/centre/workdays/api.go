// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package workdays

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiYear struct {
	Year int `path:"year" minimum:"2000" maximum:"2150"`
}

type apiName struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

type apiDay struct {
	Date        string   `json:"date" format:"date"`
	Worked      bool     `json:"worked" doc:"A weekly rest day that is worked in exchange; else the day is off."`
	For         string   `json:"worked_for,omitempty" format:"date" doc:"The day that is off for one that is worked in exchange."`
	Name        *apiName `json:"name,omitempty" doc:"Why it is off, or worked."`
	Source      string   `json:"source,omitempty" doc:"The text or paper that says so."`
	Mark        string   `json:"mark,omitempty" doc:"How well the source is known: verified, secondary, inference, memory, unsure."`
	Provisional bool     `json:"provisional,omitempty" doc:"The yearly decision is not known yet."`
}

type apiWindow struct {
	Campaign    string  `json:"campaign"`
	Name        apiName `json:"name"`
	First       string  `json:"first" format:"date"`
	Last        string  `json:"last" format:"date"`
	Provisional bool    `json:"provisional,omitempty"`
	Source      string  `json:"source,omitempty"`
}

type apiYearBody struct {
	Year     int         `json:"year"`
	Calendar string      `json:"calendar" doc:"Version of the days; explanations of deadlines carry it."`
	Days     []apiDay    `json:"days" doc:"Days that are not as their weekday, by date."`
	Windows  []apiWindow `json:"windows" doc:"Times of raised duty, by first day."`
	Open     []string    `json:"open" doc:"Occasions whose days are not decided yet."`
}

// apiEntry are the parts of a decision that a caller may write.
type apiEntry struct {
	Kind      string `json:"kind" enum:"off,swap,window"`
	Name      string `json:"name" minLength:"1" maxLength:"200"`
	First     string `json:"first" format:"date" doc:"First day; of a swap the working day taken off." example:"2027-02-04"`
	Last      string `json:"last,omitempty" format:"date" doc:"Last day; absent: the first."`
	Worked    string `json:"worked,omitempty" format:"date" doc:"The rest day worked, of a swap."`
	Occasion  string `json:"occasion,omitempty" maxLength:"100" doc:"The yearly notice this is, such as tet; only of days off."`
	Reason    string `json:"reason" minLength:"1" maxLength:"1000"`
	Reference string `json:"reference" minLength:"1" maxLength:"200" doc:"The paper that says so."`
}

type apiDecision struct {
	ID string `json:"id"`
	apiEntry
	State           string     `json:"state" enum:"in_force,withdrawn"`
	MadeBy          string     `json:"made_by"`
	MadeAt          time.Time  `json:"made_at"`
	WithdrawnBy     string     `json:"withdrawn_by,omitempty"`
	WithdrawnAt     *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnReason string     `json:"withdrawn_reason,omitempty"`
	Version         int64      `json:"version"`
}

type apiDecisions struct {
	rest.Paging
	State string `query:"state" enum:"in_force,withdrawn,all" doc:"Absent: in force."`
	Kind  string `query:"kind" enum:"off,swap,window"`
	Year  int    `query:"year" minimum:"2000" maximum:"2150" doc:"Of the first day."`
	Query string `query:"q" maxLength:"200"`
}

type apiDecide struct{ Body apiEntry }

type apiPath struct {
	Decision string `path:"decision" maxLength:"200"`
}

// API adds the operations of the room. A decision is withdrawn on the pages.
func API(a *rest.API, s *Service) {
	const tag = "Calendar"
	rest.Add(a, rest.Op{ID: "get-calendar", Method: http.MethodGet, Path: Path + "/{year}", Tag: tag, Need: mayRead, Summary: "Get the calendar of a year",
		Description: "Days off and why, rest days worked in exchange, and times of raised duty."}, s.apiYear)
	rest.Add(a, rest.Op{ID: "list-calendar-decisions", Method: http.MethodGet, Path: decisionsPath, Tag: tag, Need: mayRead, Summary: "List decisions on the calendar"}, s.apiList)
	rest.Add(a, rest.Op{ID: "decide-calendar", Method: http.MethodPost, Path: decisionsPath, Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Add a decision on the calendar", Description: "For keys whose owner may write in the whole centre. It holds at once."}, s.apiDecide)
	rest.Add(a, rest.Op{ID: "get-calendar-decision", Method: http.MethodGet, Path: decisionsPath + "/{decision}", Tag: tag, Need: mayRead, Summary: "Get a decision on the calendar"}, s.apiGet)
}

func (s *Service) apiYear(ctx context.Context, in *apiYear) (*rest.Record[apiYearBody], error) {
	y, err := s.Of(ctx, in.Year)
	if err != nil {
		return nil, err
	}
	out := apiYearBody{Year: y.Year, Calendar: s.Calendar.Version(), Days: []apiDay{}, Windows: []apiWindow{}, Open: append([]string{}, y.Open...)}
	for _, d := range y.Days {
		day := apiDay{Date: d.Date.String(), Worked: d.Worked, Source: d.Off.Source, Mark: d.Mark, Provisional: d.Off.Provisional,
			Name: &apiName{d.Off.Name.VI, d.Off.Name.EN}}
		if d.Worked {
			day.For = d.For.String()
		}
		out.Days = append(out.Days, day)
	}
	for _, w := range y.Windows {
		out.Windows = append(out.Windows, apiWindow{w.Campaign, apiName(w.Name), w.First.String(), w.Last.String(), w.Provisional, w.Source})
	}
	return &rest.Record[apiYearBody]{Body: out}, nil
}

func apiDecisionOf(d Decision) apiDecision {
	return apiDecision{ID: string(d.ID), State: string(d.State), MadeBy: d.MadeName, MadeAt: d.MadeAt.UTC(), WithdrawnBy: d.WithdrawnName,
		WithdrawnAt: rest.Time(d.WithdrawnAt), WithdrawnReason: d.WithdrawnReason, Version: d.Version, apiEntry: apiEntry{Kind: string(d.Kind), Name: d.Name,
			First: d.First.String(), Last: d.Last.String(), Worked: d.Worked.String(), Occasion: d.Occasion, Reason: d.Reason, Reference: d.Reference}}
}

func (s *Service) apiList(ctx context.Context, in *apiDecisions) (*rest.Listing[apiDecision], error) {
	list, total, err := s.List(ctx, Filter{Search: in.Query, State: State(in.State), Kind: Kind(in.Kind), Year: in.Year, After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, apiDecisionOf), nil
}

func (s *Service) apiDecide(ctx context.Context, in *apiDecide) (*rest.Created[apiDecision], error) {
	b := in.Body
	e := Entry{Kind: Kind(b.Kind), Name: b.Name, Occasion: b.Occasion, Reason: b.Reason, Reference: b.Reference}
	for _, d := range []struct {
		field, text string
		into        *calendar.Date
	}{{"first", b.First, &e.First}, {"last", b.Last, &e.Last}, {"worked", b.Worked, &e.Worked}} {
		if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
			return nil, fault.Bad("workdays.apiDecide", d.field, "workdays.bad.day")
		}
	}
	d, err := s.Decide(ctx, e)
	if err != nil {
		return nil, err
	}
	return rest.Made(apiDecisionOf(d), d.Version, decisionsPath+"/"+string(d.ID)), nil
}

func (s *Service) apiGet(ctx context.Context, in *apiPath) (*rest.Record[apiDecision], error) {
	d, err := s.Get(ctx, ID(in.Decision))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiDecisionOf(d), d.Version), nil
}
