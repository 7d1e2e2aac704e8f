// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiMeasure struct {
	Key        string     `json:"key" example:"infection.index"`
	Title      string     `json:"title"`
	Definition string     `json:"definition"`
	Source     string     `json:"source" doc:"What it is counted from."`
	Coverage   string     `json:"coverage" doc:"What should have been seen."`
	Unit       string     `json:"unit" enum:"share,count,hours"`
	Direction  string     `json:"direction" enum:"more,less,plain" doc:"Which way is better."`
	Days       int        `json:"days" doc:"Length of the window; 0: as things stand when counted."`
	Least      int64      `json:"least" doc:"Percent of what is expected that must be seen."`
	Declares   bool       `json:"declares" doc:"A unit may declare it."`
	CountedAt  *time.Time `json:"counted_at,omitempty"`
	FailedAt   *time.Time `json:"failed_at,omitempty" doc:"Its last counting failed: figures are from before."`
}

type apiFigure struct {
	Num      *int64 `json:"num,omitempty" doc:"Absent unless measured."`
	Den      *int64 `json:"den,omitempty" doc:"0 for a count; absent unless measured."`
	Seen     int64  `json:"seen"`
	Expected int64  `json:"expected"`
}

type apiClaim struct {
	Num  int64     `json:"num"`
	Den  int64     `json:"den"`
	Note string    `json:"note"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

type apiReading struct {
	Measure      string     `json:"measure"`
	UnitID       string     `json:"unit_id"`
	Grade        string     `json:"grade" enum:"measured,declared,partial,unseen,outside"`
	Value        *float64   `json:"value,omitempty" doc:"Percent, things or hours; absent unless measured."`
	Day          string     `json:"day,omitempty" format:"date" doc:"In Vietnam."`
	CountedAt    *time.Time `json:"counted_at,omitempty"`
	Run          string     `json:"run,omitempty"`
	Said         *apiClaim  `json:"said,omitempty" doc:"What the unit declares; never counted as measured."`
	Contradicted bool       `json:"contradicted" doc:"What the unit says differs from what was measured."`
	apiFigure
}

type apiReadings struct {
	Measure string   `path:"measure" maxLength:"100"`
	Units   []string `query:"unit" maxItems:"500" doc:"Ids; absent: all of the scope of which something is expected."`
	Below   bool     `query:"below" doc:"Sums of each unit with those below it; only with unit."`
	Day     string   `query:"day" maxLength:"10" doc:"As of this day, YYYY-MM-DD; absent: the newest. Not with below."`
}

type apiList[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

type apiTrend struct {
	Measure string `path:"measure" maxLength:"100"`
	Unit    string `path:"unit" maxLength:"200"`
	From    string `query:"from" maxLength:"10" doc:"First day, YYYY-MM-DD; without it the 30 days up to the last."`
	To      string `query:"to" maxLength:"10" doc:"Last day; today without it."`
	Below   bool   `query:"below" doc:"With the units below."`
}

type apiPoint struct {
	Day   string   `json:"day" format:"date"`
	Grade string   `json:"grade" enum:"measured,partial,unseen,outside"`
	Value *float64 `json:"value,omitempty"`
	Run   string   `json:"run"`
	apiFigure
}

// API adds the operations of the room.
func API(a *rest.API, s *Service) {
	const tag = "Measures"
	rest.Add(a, rest.Op{ID: "list-measures", Method: http.MethodGet, Path: "/measures", Tag: tag, Need: mayRead, Summary: "List measures"}, s.apiCatalogue)
	rest.Add(a, rest.Op{ID: "list-readings", Method: http.MethodGet, Path: "/measures/{measure}/readings", Tag: tag, Need: mayRead, Summary: "Read a measure of units",
		Description: "A value is absent where too little was seen."}, s.apiReadings)
	rest.Add(a, rest.Op{ID: "get-trend", Method: http.MethodGet, Path: "/measures/{measure}/units/{unit}/trend", Tag: tag, Need: mayRead, Summary: "Read a measure of a unit over days",
		Description: "Days that were not counted are left out; at most 400 days."}, s.apiTrend)
}

func (s *Service) apiCatalogue(ctx context.Context, _ *struct{}) (*apiList[apiMeasure], error) {
	states, err := s.Statuses(ctx, nil)
	if err != nil {
		return nil, err
	}
	out := &apiList[apiMeasure]{}
	out.Body.Items = []apiMeasure{}
	for _, m := range s.Catalogue() {
		st := states[m.Key]
		out.Body.Items = append(out.Body.Items, apiMeasure{Key: m.Key, Title: m.Title(ctx), Definition: m.word(ctx, "definition"), Source: m.word(ctx, "source"),
			Coverage: m.word(ctx, "coverage"), Unit: string(m.Unit), Direction: string(m.Direction), Days: m.Days, Least: s.Least(m), Declares: m.Declares,
			CountedAt: rest.Time(st.Counted), FailedAt: rest.Time(st.Failed)})
	}
	return out, nil
}

// figureOf tells what was counted only where enough was seen.
func figureOf(f Figure, g Grade) apiFigure {
	out := apiFigure{Seen: f.Seen, Expected: f.Expected}
	if g == Measured {
		out.Num, out.Den = &f.Num, &f.Den
	}
	return out
}

func valueOf(u Unit, r Reading) *float64 {
	if v, ok := r.Value(u); ok {
		return &v
	}
	return nil
}

func (s *Service) apiReadings(ctx context.Context, in *apiReadings) (*apiList[apiReading], error) {
	const op = "measure.apiReadings"
	m, err := s.one(op, in.Measure)
	if err != nil {
		return nil, err
	}
	var list []Reading
	switch {
	case in.Below && (len(in.Units) == 0 || in.Day != ""):
		return nil, fault.Bad(op, "below", "measures.bad.below")
	case in.Below:
		list, err = s.Sums(ctx, []string{m.Key}, in.Units)
	case in.Day != "":
		var day calendar.Date
		if day, err = rest.Day("day", in.Day); err == nil {
			list, err = s.At(ctx, []string{m.Key}, in.Units, day)
		}
	default:
		list, err = s.Readings(ctx, []string{m.Key}, in.Units)
	}
	if err != nil {
		return nil, err
	}
	out := &apiList[apiReading]{}
	out.Body.Items = []apiReading{}
	for _, r := range list {
		one := apiReading{Measure: r.Key, UnitID: r.Unit, Grade: string(r.Grade), Value: valueOf(m.Unit, r), CountedAt: rest.Time(r.At), Run: r.Run,
			Contradicted: r.Contradicted(m.Unit), apiFigure: figureOf(r.Figure, r.Grade)}
		if !r.Day.IsZero() {
			one.Day = r.Day.String()
		}
		if r.Said != nil {
			one.Said = &apiClaim{Num: r.Said.Num, Den: r.Said.Den, Note: r.Said.Note, By: r.Said.By, At: r.Said.At.UTC()}
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, nil
}

// How many days of a trend are given at once: at most, and where none are asked for.
const (
	mostDays  = 400
	usualDays = 30
)

func (s *Service) apiTrend(ctx context.Context, in *apiTrend) (*apiList[apiPoint], error) {
	const op = "measure.apiTrend"
	m, err := s.one(op, in.Measure)
	if err != nil {
		return nil, err
	}
	from, err := rest.Day("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := rest.Day("to", in.To)
	if err != nil {
		return nil, err
	}
	if to.IsZero() {
		to = calendar.DateOf(s.Now())
	}
	if from.IsZero() {
		from = to.AddDays(1 - usualDays)
	}
	if from.AddDays(mostDays).Compare(to) <= 0 || to.Compare(from) < 0 {
		return nil, fault.Bad(op, "to", "measures.bad.days")
	}
	points, err := s.trend(ctx, m.Key, in.Unit, from, to, in.Below)
	if err != nil {
		return nil, err
	}
	out := &apiList[apiPoint]{}
	out.Body.Items = []apiPoint{}
	for _, p := range points {
		out.Body.Items = append(out.Body.Items, apiPoint{Day: p.Day.String(), Grade: string(p.Grade), Value: valueOf(m.Unit, Reading{Figure: p.Figure, Grade: p.Grade}), Run: p.Run,
			apiFigure: figureOf(p.Figure, p.Grade)})
	}
	return out, nil
}
