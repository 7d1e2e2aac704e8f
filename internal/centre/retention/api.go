// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiHoldFields are the parts of a hold that a caller may write.
type apiHoldFields struct {
	Name      string `json:"name" minLength:"1" maxLength:"200"`
	SourceID  string `json:"source_id,omitempty" maxLength:"200" doc:"Lines of this source; absent: of every source. One of source_id and unit_id is given."`
	UnitID    string `json:"unit_id,omitempty" maxLength:"200" doc:"Lines of sources of this unit and those below it; absent: of every unit."`
	From      string `json:"from" format:"date" doc:"First day of the lines, in Vietnam." example:"2026-01-01"`
	To        string `json:"to" format:"date" doc:"Last day of the lines." example:"2026-03-31"`
	Reason    string `json:"reason" minLength:"1" maxLength:"1000"`
	Reference string `json:"reference" minLength:"1" maxLength:"200" doc:"Number of the paper that orders it." example:"12/CV-PA05"`
}

type apiHold struct {
	ID string `json:"id"`
	apiHoldFields
	State       string     `json:"state" enum:"in_force,asked,lifted" doc:"asked: somebody asked to lift it, a second person decides."`
	PlacedBy    string     `json:"placed_by"`
	PlacedAt    time.Time  `json:"placed_at"`
	AskedBy     string     `json:"asked_by,omitempty"`
	AskedReason string     `json:"asked_reason,omitempty"`
	LiftedBy    string     `json:"lifted_by,omitempty"`
	LiftedAt    *time.Time `json:"lifted_at,omitempty"`
	Version     int64      `json:"version"`
}

type apiHolds struct {
	rest.Paging
	State string `query:"state" enum:"in_force,asked,lifted,all" doc:"Absent: those that are not lifted."`
	Query string `query:"q" maxLength:"200"`
}

type apiPlace struct{ Body apiHoldFields }

// API adds the operations of the room. A hold is lifted by two people on the
// pages, not by a program.
func API(a *rest.API, s *Service) {
	const tag = "Retention"
	rest.Add(a, rest.Op{ID: "list-holds", Method: http.MethodGet, Path: "/settings/retention/holds", Tag: tag, Need: mayRead, Summary: "List legal holds",
		Description: "For keys whose owner may see the whole centre."}, s.apiList)
	rest.Add(a, rest.Op{ID: "place-hold", Method: http.MethodPost, Path: "/settings/retention/holds", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Place a legal hold", Description: "Lines under it are copied before their days are removed, and stay until two people lift it."}, s.apiPlace)
	rest.Add(a, rest.Op{ID: "get-hold", Method: http.MethodGet, Path: "/settings/retention/holds/{hold}", Tag: tag, Need: mayRead, Summary: "Get a legal hold"}, s.apiGet)
}

func apiHoldOf(h Hold) apiHold {
	return apiHold{ID: string(h.ID), State: string(h.State), PlacedBy: h.PlacedName, PlacedAt: h.PlacedAt.UTC(), AskedBy: h.AskedName, AskedReason: h.AskedReason,
		LiftedBy: h.LiftedName, LiftedAt: rest.Time(h.LiftedAt), Version: h.Version, apiHoldFields: apiHoldFields{Name: h.Name, SourceID: h.Source, UnitID: h.Unit,
			From: h.From.String(), To: h.To.String(), Reason: h.Reason, Reference: h.Reference}}
}

func (s *Service) apiList(ctx context.Context, in *apiHolds) (*rest.Listing[apiHold], error) {
	list, total, err := s.List(ctx, Filter{Search: in.Query, State: State(in.State), After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, apiHoldOf), nil
}

func (s *Service) apiPlace(ctx context.Context, in *apiPlace) (*rest.Created[apiHold], error) {
	b := in.Body
	o := Order{Name: b.Name, Source: b.SourceID, Unit: b.UnitID, Reason: b.Reason, Reference: b.Reference}
	for _, d := range []struct {
		field, text string
		into        *calendar.Date
	}{{"from", b.From, &o.From}, {"to", b.To, &o.To}} {
		var err error
		if *d.into, err = calendar.ParseDate(d.text); err != nil {
			return nil, fault.Bad("retention.apiPlace", d.field, "retention.bad.day")
		}
	}
	h, err := s.Place(ctx, o)
	if err != nil {
		return nil, rest.Rename(err, "unit", "unit_id")
	}
	return rest.Made(apiHoldOf(h), h.Version, Path+"/holds/"+string(h.ID)), nil
}

type apiHoldPath struct {
	Hold string `path:"hold" maxLength:"200"`
}

func (s *Service) apiGet(ctx context.Context, in *apiHoldPath) (*rest.Record[apiHold], error) {
	h, _, err := s.Get(ctx, ID(in.Hold))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiHoldOf(h), h.Version), nil
}
