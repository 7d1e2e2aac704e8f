// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiSubject struct {
	Kind  string `json:"kind" example:"incident"`
	ID    string `json:"id"`
	Label string `json:"label" example:"SC-2026-0001"`
}

// apiObligation is an obligation as the API tells it. What stands in the law's
// words is in the language asked for.
type apiObligation struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind" example:"incident.report"`
	Title       string     `json:"title" doc:"What is owed."`
	UnitID      string     `json:"unit_id" doc:"Who owes."`
	Addressee   string     `json:"addressee" doc:"To whom: a role of the rule pack."`
	Subject     apiSubject `json:"subject" doc:"The record it is about."`
	State       string     `json:"state" enum:"open,met,cancelled,waived"`
	Clock       string     `json:"clock" enum:"on_time,soon,late,met_in_time,met_late,ended" doc:"Where the term stands now. What was met late stays late."`
	From        time.Time  `json:"from" doc:"When the term began."`
	DueAt       time.Time  `json:"due_at"`
	SoonAt      time.Time  `json:"soon_at" doc:"First reminder."`
	Basis       string     `json:"basis,omitempty" doc:"Citation."`
	PackID      string     `json:"rule_pack,omitempty"`
	FormID      string     `json:"form,omitempty" doc:"Form that meets it."`
	MetAt       *time.Time `json:"met_at,omitempty" doc:"When it was done, not when it was written down."`
	MetHow      string     `json:"met_how,omitempty"`
	EndedAt     *time.Time `json:"ended_at,omitempty" doc:"When it was cancelled or waived."`
	EndedReason string     `json:"ended_reason,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	Version     int64      `json:"version"`
}

type apiListQuery struct {
	rest.Paging
	Q     string `query:"q" maxLength:"500" doc:"Words of title, subject or addressee."`
	State string `query:"state" enum:"open,met,cancelled,waived"`
	Clock string `query:"clock" enum:"soon,late,met_late" doc:"Only those whose term stands there."`
	Unit  string `query:"unit" maxLength:"200" doc:"Who owes."`
	Kind  string `query:"kind" maxLength:"64"`
	Desc  bool   `query:"desc" doc:"Latest due first."`
}

type apiMeetInput struct {
	rest.One
	rest.Match
	Body struct {
		MetAt time.Time `json:"met_at" doc:"When it was done: after the term began, not in the future."`
		How   string    `json:"how" minLength:"1" maxLength:"500" doc:"How it was done."`
		Ref   string    `json:"ref,omitempty" maxLength:"200" doc:"Document or record that proves it."`
	}
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Obligations"
	rest.Add(a, rest.Op{ID: "list-obligations", Method: http.MethodGet, Path: "/obligations", Tag: tag, Need: read,
		Summary: "List obligations", Description: "Earliest due first."}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-obligation", Method: http.MethodGet, Path: "/obligations/{id}", Tag: tag, Need: read, Summary: "Get an obligation"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "meet-obligation", Method: http.MethodPost, Path: "/obligations/{id}/meet", Tag: tag, Need: write,
		Summary: "Record that an obligation was met", Description: "409 when it is not open."}, s.apiMeet)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiObligation], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Clock: map[string]Clock{"soon": Soon, "late": Late, "met_late": MetLate}[in.Clock],
		Unit: in.Unit, Kind: in.Kind, Query: in.Q, Latest: in.Desc, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, func(o Obligation) apiObligation { return s.apiViewOf(ctx, o) }), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiObligation], error) {
	o, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiViewOf(ctx, o), o.Version), nil
}

func (s *Service) apiMeet(ctx context.Context, in *apiMeetInput) (*rest.Record[apiObligation], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	o, err := s.Meet(ctx, have.ID, Proof{At: in.Body.MetAt, How: in.Body.How, Ref: in.Body.Ref}, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiViewOf(ctx, o), o.Version), nil
}

var apiClocks = [...]string{Ended: "ended", OnTime: "on_time", Soon: "soon", Late: "late", MetTime: "met_in_time", MetLate: "met_late"}

func (s *Service) apiViewOf(ctx context.Context, o Obligation) apiObligation {
	lang := i18n.Lang(ctx)
	return apiObligation{ID: string(o.ID), Kind: o.Kind, Title: o.Title.In(lang), UnitID: o.UnitID, Addressee: o.Addressee.Name.In(lang),
		Subject: apiSubject{Kind: o.Subject.Kind, ID: o.Subject.ID, Label: o.Subject.Label}, State: string(o.State),
		Clock: apiClocks[o.Clock(s.now())], From: o.T0.UTC(), DueAt: o.DueAt.UTC(), SoonAt: o.SoonAt.UTC(), Basis: o.Basis, PackID: o.PackID,
		FormID: o.FormID, MetAt: rest.Time(o.Proof.At), MetHow: o.Proof.How, EndedAt: rest.Time(o.Ending.At), EndedReason: o.Ending.Reason,
		CreatedAt: o.CreatedAt.UTC(), Version: o.Version}
}
