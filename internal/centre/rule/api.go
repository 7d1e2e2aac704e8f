// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type apiLabel struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

type apiSource struct {
	Key  string `json:"key" minLength:"1" maxLength:"200" doc:"Citation." example:"331-2026, 23"`
	Mark string `json:"mark" enum:"verified,secondary,inference,memory,unsure" doc:"How well it is known."`
	Note string `json:"note,omitempty" maxLength:"1000"`
}

type apiPack struct {
	ID        string   `json:"id" example:"VN-ANM-2026"`
	Title     apiLabel `json:"title"`
	From      string   `json:"from" format:"date"`
	To        string   `json:"to,omitempty" format:"date" doc:"Absent while it lasts."`
	Version   string   `json:"version" doc:"Hash of what it says today; records keep it."`
	InForce   bool     `json:"in_force" doc:"In force today."`
	Values    int      `json:"values"`
	Unsure    int      `json:"unsure" doc:"Values that an administrator should confirm."`
	Overrides int      `json:"overrides" doc:"Values put in place here, today."`
}

type apiPart struct {
	Name string   `json:"name,omitempty" doc:"What the part is, such as addressee; absent for the value itself."`
	N    string   `json:"n,omitempty" doc:"Digits."`
	Word string   `json:"word,omitempty" doc:"A unit or word of the program, such as working_day."`
	Text apiLabel `json:"text,omitzero"`
}

type apiValue struct {
	N    int    `json:"n,omitempty"`
	Unit string `json:"unit,omitempty" maxLength:"40"`
	Word string `json:"word,omitempty" maxLength:"40"`
	VI   string `json:"vi,omitempty" maxLength:"1000"`
	EN   string `json:"en,omitempty" maxLength:"1000"`
	Date string `json:"date,omitempty" maxLength:"10"`
}

type apiItem struct {
	Pack      string    `json:"pack"`
	Target    string    `json:"target" doc:"What an override names; of a period with the level behind: periods/audit/3." example:"clocks/anm-24h"`
	Label     apiLabel  `json:"label"`
	Says      []apiPart `json:"says" nullable:"false"`
	Kind      string    `json:"kind" enum:"amount,number,span,text,status,date,source" doc:"What an override of it takes."`
	From      string    `json:"from,omitempty" format:"date" doc:"Absent: the pack's first day."`
	To        string    `json:"to,omitempty" format:"date" doc:"Absent: the pack's last day."`
	Basis     string    `json:"basis,omitempty"`
	Source    apiSource `json:"source"`
	Overrides []string  `json:"overrides,omitempty" doc:"Ids of the overrides in place."`
}

type apiOverrideFields struct {
	Pack   string    `json:"pack" minLength:"1" maxLength:"100"`
	Target string    `json:"target" minLength:"1" maxLength:"200" example:"clocks/anm-24h"`
	Value  apiValue  `json:"value" doc:"By the kind of the target: amount and number take n and unit; span n and unit, or word; text vi and en; status word; date date; source nothing."`
	From   string    `json:"from" format:"date" doc:"First day."`
	To     string    `json:"to,omitempty" format:"date" doc:"Last day; absent while the pack lasts."`
	Source apiSource `json:"source"`
	Reason string    `json:"reason" minLength:"1" maxLength:"1000"`
}

type apiOverride struct {
	ID string `json:"id"`
	apiOverrideFields
	Was             apiValue   `json:"was" doc:"What stood there."`
	State           string     `json:"state" enum:"in_force,coming,over,withdrawn"`
	By              string     `json:"by"`
	EnteredAt       time.Time  `json:"entered_at"`
	WithdrawnBy     string     `json:"withdrawn_by,omitempty"`
	WithdrawnAt     *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnReason string     `json:"withdrawn_reason,omitempty"`
	Version         int64      `json:"version"`
}

type apiDifference struct {
	Target string   `json:"target"`
	Kind   string   `json:"kind" enum:"added,removed,changed"`
	A      *apiItem `json:"a,omitempty"`
	B      *apiItem `json:"b,omitempty"`
}

type apiItems struct {
	rest.Paging
	Pack    string `path:"pack" maxLength:"100"`
	Query   string `query:"q" maxLength:"200"`
	Section string `query:"section" maxLength:"40" doc:"clocks, periods, thresholds, …"`
	Mark    string `query:"mark" enum:"verified,secondary,inference,memory,unsure"`
}

type apiOverrides struct {
	rest.Paging
	Query string `query:"q" maxLength:"200"`
	Pack  string `query:"pack" maxLength:"100"`
	State string `query:"state" enum:"in_force,coming,over,withdrawn"`
}

type apiCompare struct {
	A string `query:"a" maxLength:"100" required:"true" doc:"Id of the first pack."`
	B string `query:"b" maxLength:"100" required:"true" doc:"Id of the second pack."`
}

type apiPut struct{ Body apiOverrideFields }

type apiOverridePath struct {
	Override string `path:"override" maxLength:"200"`
}

// API adds the operations of the room. An override is withdrawn by a person on
// the pages, not by a program.
func API(a *rest.API, s *Service) {
	const tag = "Rule packs"
	rest.Add(a, rest.Op{ID: "list-rule-packs", Method: http.MethodGet, Path: "/rules/packs", Tag: tag, Need: mayRead, Summary: "List rule packs"}, s.apiPacks)
	rest.Add(a, rest.Op{ID: "list-rule-values", Method: http.MethodGet, Path: "/rules/packs/{pack}/values", Tag: tag, Need: mayRead, Summary: "List the values of a pack",
		Description: "As they read today, with the source of each and how well it is known."}, s.apiValues)
	rest.Add(a, rest.Op{ID: "compare-rule-packs", Method: http.MethodGet, Path: "/rules/compare", Tag: tag, Need: mayRead, Summary: "Compare two packs",
		Description: "All values that were added, removed or changed, on one page."}, s.apiCompare)
	rest.Add(a, rest.Op{ID: "list-rule-overrides", Method: http.MethodGet, Path: "/rules/overrides", Tag: tag, Need: mayRead, Summary: "List overrides", Description: "The newest first, withdrawn ones included."}, s.apiList)
	rest.Add(a, rest.Op{ID: "put-rule-override", Method: http.MethodPost, Path: "/rules/overrides", Tag: tag, Need: mayWrite, Status: http.StatusCreated, Summary: "Put a value in place",
		Description: "With a reason and a source, from a day on, for the whole centre. It is checked as the pack's own files are."}, s.apiPut)
	rest.Add(a, rest.Op{ID: "get-rule-override", Method: http.MethodGet, Path: "/rules/overrides/{override}", Tag: tag, Need: mayRead, Summary: "Get an override"}, s.apiGet)
}

func dayText(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func apiSourceOf(s rulepack.Source) apiSource { return apiSource{s.Key, string(s.Mark), s.Note} }

func apiValueOf(v rulepack.Value) apiValue {
	return apiValue{N: v.N, Unit: v.Unit, Word: v.Word, VI: v.VI, EN: v.EN, Date: dayText(v.Date)}
}

func apiItemOf(l Line) apiItem {
	out := apiItem{Pack: l.Pack.ID, Target: l.Key(), Label: apiLabel(l.Label), Says: []apiPart{}, Kind: string(l.Kind), From: dayText(l.From), To: dayText(l.To), Basis: l.Basis,
		Source: apiSourceOf(l.Source)}
	for _, p := range l.Parts {
		out.Says = append(out.Says, apiPart{p.Name, p.N, p.Word, apiLabel(p.Text)})
	}
	for _, o := range l.Overrides {
		out.Overrides = append(out.Overrides, o.ID)
	}
	return out
}

func (s *Service) apiOverrideOf(o Override) apiOverride {
	return apiOverride{ID: string(o.ID), Was: apiValueOf(o.Was), State: string(o.StateOn(s.today())), By: o.ByName, EnteredAt: o.EnteredAt.UTC(), WithdrawnBy: o.WithdrawnName,
		WithdrawnAt: rest.Time(o.WithdrawnAt), WithdrawnReason: o.WithdrawnReason, Version: o.Version, apiOverrideFields: apiOverrideFields{Pack: o.Pack, Target: o.Target,
			Value: apiValueOf(o.Value), From: o.From.String(), To: dayText(o.To), Source: apiSourceOf(o.Source), Reason: o.Reason}}
}

func (s *Service) apiPacks(ctx context.Context, _ *struct{}) (*rest.Listing[apiPack], error) {
	packs, err := s.Packs(ctx)
	return rest.List(packs, int64(len(packs)), "", func(m Summary) apiPack {
		return apiPack{ID: m.Pack.ID, Title: apiLabel(m.Pack.Title), From: m.Pack.From.String(), To: dayText(m.Pack.To), Version: m.Pack.Version, InForce: m.Now,
			Values: m.Items, Unsure: m.Unsure, Overrides: m.Overrides}
	}), err
}

func (s *Service) apiValues(ctx context.Context, in *apiItems) (*rest.Listing[apiItem], error) {
	f := ItemFilter{Search: in.Query, Mark: rulepack.Mark(in.Mark)}
	if in.Section != "" {
		f.Sections = []string{in.Section}
	}
	all, err := s.Items(ctx, in.Pack, f)
	if err != nil {
		return nil, err
	}
	total := int64(len(all))
	for n, l := range all {
		if in.After != "" && place(l) == in.After {
			all = all[n+1:]
			break
		}
	}
	all, more := rest.Cut(all, in.Limit)
	after := ""
	if more {
		after = place(all[len(all)-1])
	}
	return rest.List(all, total, after, apiItemOf), nil
}

func (s *Service) apiCompare(ctx context.Context, in *apiCompare) (*rest.Listing[apiDifference], error) {
	all, err := s.Compare(ctx, in.A, in.B, nil)
	if err != nil {
		return nil, err
	}
	side := func(pack string, i *rulepack.Item) *apiItem {
		if i == nil {
			return nil
		}
		p, _ := s.Laws.Get(pack)
		out := apiItemOf(Line{p, *i})
		return &out
	}
	return rest.List(all, int64(len(all)), "", func(d Difference) apiDifference {
		return apiDifference{Target: d.Key, Kind: d.Kind(), A: side(in.A, d.Before), B: side(in.B, d.After)}
	}), nil
}

func (s *Service) apiList(ctx context.Context, in *apiOverrides) (*rest.Listing[apiOverride], error) {
	list, total, err := s.List(ctx, Filter{Search: in.Query, Pack: in.Pack, State: State(in.State), After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, s.apiOverrideOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *apiOverridePath) (*rest.Record[apiOverride], error) {
	o, err := s.Get(ctx, ID(in.Override))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiOverrideOf(o), o.Version), nil
}

func (s *Service) apiPut(ctx context.Context, in *apiPut) (*rest.Created[apiOverride], error) {
	b := in.Body
	d := Draft{Pack: b.Pack, Target: b.Target, Reason: b.Reason, Source: rulepack.Source{Key: b.Source.Key, Mark: rulepack.Mark(b.Source.Mark), Note: b.Source.Note},
		Value: rulepack.Value{N: b.Value.N, Unit: b.Value.Unit, Word: b.Value.Word, VI: b.Value.VI, EN: b.Value.EN}}
	for _, day := range []struct {
		field, text string
		into        *calendar.Date
	}{{"from", b.From, &d.From}, {"to", b.To, &d.To}, {"value.date", b.Value.Date, &d.Value.Date}} {
		if day.text == "" {
			continue
		}
		var err error
		if *day.into, err = calendar.ParseDate(day.text); err != nil {
			return nil, fault.Bad("rule.apiPut", day.field, "rule.bad.day")
		}
	}
	o, err := s.Put(ctx, d)
	if err != nil {
		return nil, err
	}
	return rest.Made(s.apiOverrideOf(o), o.Version, Path+"/overrides/"+string(o.ID)), nil
}
