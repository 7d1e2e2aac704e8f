// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiIncident is a case as the API tells it.
type apiIncident struct {
	ID             string     `json:"id"`
	Code           string     `json:"code" example:"SC-2026-0001"`
	Title          string     `json:"title"`
	UnitID         string     `json:"unit_id" doc:"The unit that has the case, and owes its reports."`
	OwnerUnitID    string     `json:"owner_unit_id" doc:"Owner of the log that saw it."`
	State          string     `json:"state" enum:"open,closed"`
	Phase          string     `json:"phase" enum:"detect,preserve,contain,analyse,recover,trace"`
	TLP            string     `json:"tlp"`
	Severity       string     `json:"severity,omitempty" doc:"Code of the pack's list CL-severity; absent while nobody has decided."`
	SeverityReason string     `json:"severity_reason,omitempty"`
	SeverityBy     string     `json:"severity_by,omitempty"`
	SeverityAt     *time.Time `json:"severity_at,omitempty"`
	RulePack       string     `json:"rule_pack" doc:"The pack of the day of detection."`
	RulePackHash   string     `json:"rule_pack_hash" doc:"Its content when the case was opened."`
	FirstDetected  time.Time  `json:"first_detected_at" doc:"Detection as first told: terms run from here until somebody grants more time."`
	PersonalData   string     `json:"personal_data,omitempty" enum:"yes,no" doc:"Absent while nobody has answered."`
	DataSubjects   int64      `json:"data_subjects,omitempty" doc:"People concerned, estimated."`
	BreachKnownAt  *time.Time `json:"breach_known_at,omitempty" doc:"Terms on personal data run from here."`
	MayHarm        string     `json:"may_harm_subjects,omitempty" enum:"yes,no"`
	LocationBio    string     `json:"location_or_biometric,omitempty" enum:"yes,no"`
	Processor      string     `json:"processor,omitempty" enum:"yes,no"`
	Signs          []string   `json:"signs,omitempty" doc:"What people saw that weighs on severity and terms."`
	DetectedAt     time.Time  `json:"detected_at"`
	OccurredAt     *time.Time `json:"occurred_at,omitempty"`
	Types          []string   `json:"types,omitempty" doc:"Codes of CL-incident-type."`
	Description    string     `json:"description,omitempty"`
	OpenedAt       time.Time  `json:"opened_at"`
	OpenedBy       string     `json:"opened_by"`
	Cause          string     `json:"cause,omitempty" doc:"Written to close."`
	ClosedAt       *time.Time `json:"closed_at,omitempty"`
	Version        int64      `json:"version"`
}

type apiObservable struct {
	ID      string    `json:"id"`
	Type    string    `json:"type" doc:"As STIX 2.1 names it." example:"domain-name"`
	Value   string    `json:"value"`
	Verdict string    `json:"verdict" enum:"unknown,bad,good"`
	Source  string    `json:"source,omitempty"`
	AddedAt time.Time `json:"added_at"`
	By      string    `json:"by"`
}

type apiEntry struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at" doc:"When it happened."`
	RecordedAt time.Time `json:"recorded_at" doc:"When it was written down."`
	Kind       string    `json:"kind"`
	Text       string    `json:"text,omitempty" doc:"What a person wrote; absent in automatic entries."`
	Event      string    `json:"event,omitempty" doc:"Stable name of an automatic entry."`
	By         string    `json:"by,omitempty"`
}

// apiFull is a case with what hangs on it.
type apiFull struct {
	apiIncident
	Observables []apiObservable `json:"observables" nullable:"false"`
	Timeline    []apiEntry      `json:"timeline" nullable:"false" doc:"The latest moment first."`
	Links       []apiLink       `json:"links" nullable:"false" doc:"Records it grew from."`
	Obligations []string        `json:"obligation_ids" nullable:"false" doc:"Earliest due first, ended ones included."`
}

type apiLink struct {
	Kind string `json:"kind" example:"finding"`
	ID   string `json:"id"`
}

type apiListQuery struct {
	rest.Paging
	Q        string `query:"q" maxLength:"500" doc:"Words of code, title or system."`
	State    string `query:"state" enum:"open,closed"`
	Severity string `query:"severity" maxLength:"64" doc:"Code of CL-severity, or undecided."`
	Unit     string `query:"unit" maxLength:"200"`
	Oldest   bool   `query:"oldest" doc:"Earliest detection first."`
}

type apiOpenInput struct {
	Body struct {
		Title       string     `json:"title" minLength:"1" maxLength:"200"`
		UnitID      string     `json:"unit_id"`
		DetectedAt  time.Time  `json:"detected_at" doc:"When it was found: the legal clocks run from here; never in the future."`
		OccurredAt  *time.Time `json:"occurred_at,omitempty"`
		Types       []string   `json:"types,omitempty" doc:"Codes of CL-incident-type."`
		Detection   []string   `json:"detection,omitempty" doc:"Codes of CL-detection."`
		Description string     `json:"description,omitempty" maxLength:"10000"`
		TLP         string     `json:"tlp,omitempty" enum:"TLP:CLEAR,TLP:GREEN,TLP:AMBER,TLP:AMBER+STRICT,TLP:RED" doc:"Absent: TLP:AMBER."`
		System      string     `json:"system,omitempty" maxLength:"200" doc:"Name of the affected system."`

		HarmSecurity        string     `json:"harm_security,omitempty" enum:"yes,no" doc:"Signs of harm to national security or public order. Absent answers are not known yet."`
		SeriousInterruption string     `json:"serious_interruption,omitempty" enum:"yes,no"`
		Signs               []string   `json:"signs,omitempty" doc:"Such as beyond_capacity, dangerous_situation, service_provider."`
		PersonalData        string     `json:"personal_data,omitempty" enum:"yes,no"`
		DataSubjects        int64      `json:"data_subjects,omitempty" minimum:"0" doc:"People concerned, estimated."`
		BreachKnownAt       *time.Time `json:"breach_known_at,omitempty" doc:"Absent: known with the incident."`
		MayHarm             string     `json:"may_harm_subjects,omitempty" enum:"yes,no" doc:"The breach may harm security, order, or a person's life, health, honour, property."`
		LocationBio         string     `json:"location_or_biometric,omitempty" enum:"yes,no"`
		Processor           string     `json:"processor,omitempty" enum:"yes,no" doc:"The unit processes the data for another."`
	}
}

type apiDecideInput struct {
	rest.One
	rest.Match
	Body struct {
		Severity string `json:"severity" minLength:"1" maxLength:"64" doc:"Code of the pack's list CL-severity." example:"M2"`
		Reason   string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

type apiObserveInput struct {
	rest.One
	Body struct {
		Values  []string `json:"values" minItems:"1" maxItems:"500" doc:"Addresses, names, hashes, defanged or not."`
		Verdict string   `json:"verdict,omitempty" enum:"unknown,bad,good"`
		Source  string   `json:"source,omitempty" maxLength:"200" doc:"List, person or file they come from."`
	}
}

type apiObserved struct {
	Added int `json:"added" doc:"How many were new."`
}

type apiNoteInput struct {
	rest.One
	Body struct {
		Text string     `json:"text" minLength:"1" maxLength:"10000"`
		At   *time.Time `json:"at,omitempty" doc:"When it happened; absent: now."`
	}
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Incidents"
	rest.Add(a, rest.Op{ID: "list-incidents", Method: http.MethodGet, Path: "/incidents", Tag: tag, Need: mayRead,
		Summary: "List incidents", Description: "Latest detection first."}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-incident", Method: http.MethodGet, Path: "/incidents/{id}", Tag: tag, Need: mayRead,
		Summary: "Get an incident", Description: "With its observables, timeline and obligations."}, s.apiGet)
	rest.Add(a, rest.Op{ID: "open-incident", Method: http.MethodPost, Path: "/incidents", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Open an incident", Description: "Starts the legal clocks that detection starts."}, s.apiOpen)
	rest.Add(a, rest.Op{ID: "decide-incident-severity", Method: http.MethodPost, Path: "/incidents/{id}/severity", Tag: tag, Need: mayDecide,
		Summary: "Decide the severity", Description: "The key is named as who decided. Starts and cancels the clocks that follow from it; deciding late gives no time."}, s.apiDecide)
	rest.Add(a, rest.Op{ID: "add-incident-observables", Method: http.MethodPost, Path: "/incidents/{id}/observables", Tag: tag, Need: mayWrite,
		Summary: "Add observables", Description: "One that stands there already is not added again; a verdict other than unknown replaces the old one."}, s.apiObserve)
	rest.Add(a, rest.Op{ID: "add-incident-note", Method: http.MethodPost, Path: "/incidents/{id}/timeline", Tag: tag, Need: mayWrite,
		Status: http.StatusNoContent, Summary: "Add to the timeline"}, s.apiNote)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiIncident], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Severity: in.Severity, Unit: in.Unit, Query: in.Q, Oldest: in.Oldest,
		After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, apiViewOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiFull], error) {
	f, err := s.File(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	out := apiFull{apiIncident: apiViewOf(f.Incident), Observables: make([]apiObservable, len(f.Observables)),
		Timeline: make([]apiEntry, len(f.Timeline)), Links: make([]apiLink, len(f.Links)), Obligations: make([]string, len(f.Obligations))}
	for i, o := range f.Observables {
		out.Observables[i] = apiObservable{ID: o.ID, Type: string(o.Type), Value: o.Value, Verdict: string(o.Verdict), Source: o.Source,
			AddedAt: o.AddedAt.UTC(), By: o.By}
	}
	for i, e := range f.Timeline {
		out.Timeline[i] = apiEntry{ID: e.ID, At: e.At.UTC(), RecordedAt: e.RecordedAt.UTC(), Kind: string(e.Kind), Text: e.Text, Event: e.Key, By: e.By}
	}
	for i, l := range f.Links {
		out.Links[i] = apiLink(l)
	}
	for i, o := range f.Obligations {
		out.Obligations[i] = string(o.ID)
	}
	return rest.Versioned(out, f.Version), nil
}

func (s *Service) apiOpen(ctx context.Context, in *apiOpenInput) (*rest.Created[apiIncident], error) {
	b := in.Body
	var signs []Sign
	for _, sign := range b.Signs {
		signs = append(signs, Sign(sign))
	}
	i, err := s.Open(ctx, Details{HarmSecurity: Claim{Answer: Answer(b.HarmSecurity)}, SeriousInterruption: Claim{Answer: Answer(b.SeriousInterruption)}, Signs: signs,
		PersonalData: Answer(b.PersonalData), DataSubjects: b.DataSubjects,
		Breach: Breach{KnownAt: rest.Moment(b.BreachKnownAt), MayHarm: Answer(b.MayHarm), LocationOrBiometric: Answer(b.LocationBio), Processor: Answer(b.Processor)},
		Title:  b.Title, UnitID: b.UnitID, DetectedAt: b.DetectedAt.UTC(), OccurredAt: rest.Moment(b.OccurredAt),
		Types: Choice{IDs: b.Types}, Detection: Choice{IDs: b.Detection}, Description: b.Description, TLP: b.TLP, System: System{Name: b.System}})
	if err != nil {
		return nil, rest.Rename(err, "unit", "unit_id", "system_name", "system", "may_harm", "may_harm_subjects", "location_biometric", "location_or_biometric")
	}
	return rest.Made(apiViewOf(i), i.Version, "/incidents/"+string(i.ID)), nil
}

func (s *Service) apiDecide(ctx context.Context, in *apiDecideInput) (*rest.Record[apiIncident], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	i, err := s.Decide(ctx, have.ID, in.Body.Severity, in.Body.Reason, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(i), i.Version), nil
}

func (s *Service) apiObserve(ctx context.Context, in *apiObserveInput) (*rest.Answer[apiObserved], error) {
	verdict := Verdict(in.Body.Verdict)
	if verdict == "" {
		verdict = Unknown
	}
	n, err := s.AddObservables(ctx, ID(in.ID), strings.Join(in.Body.Values, "\n"), verdict, in.Body.Source)
	if err != nil {
		return nil, rest.Rename(err, "value", "values")
	}
	return &rest.Answer[apiObserved]{Body: apiObserved{Added: n}}, nil
}

func (s *Service) apiNote(ctx context.Context, in *apiNoteInput) (*struct{}, error) {
	return nil, s.AddNote(ctx, ID(in.ID), rest.Moment(in.Body.At), in.Body.Text)
}

func apiViewOf(i Incident) apiIncident {
	var signs []string
	for _, sign := range i.Signs {
		signs = append(signs, string(sign))
	}
	return apiIncident{ID: string(i.ID), Code: i.Code, Title: i.Title, UnitID: i.UnitID, OwnerUnitID: i.OwnerUnit, State: string(i.State),
		Phase: string(i.Phase), TLP: i.TLP, Severity: i.Severity.Value, SeverityReason: i.Severity.Reason, SeverityBy: i.Severity.By,
		SeverityAt: rest.Time(i.Severity.At), RulePack: i.Law.PackID, RulePackHash: i.Law.PackHash,
		FirstDetected: i.Law.First.UTC(), PersonalData: string(i.PersonalData), DataSubjects: i.DataSubjects, BreachKnownAt: rest.Time(i.BreachKnown()),
		MayHarm: string(i.Breach.MayHarm), LocationBio: string(i.Breach.LocationOrBiometric), Processor: string(i.Breach.Processor), Signs: signs, DetectedAt: i.DetectedAt.UTC(), OccurredAt: rest.Time(i.OccurredAt),
		Types: i.Types.IDs, Description: i.Description, OpenedAt: i.OpenedAt.UTC(), OpenedBy: i.OpenedBy, Cause: i.Cause,
		ClosedAt: rest.Time(i.ClosedAt), Version: i.Version}
}
