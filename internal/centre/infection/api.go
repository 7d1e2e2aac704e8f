// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiInfection is an infection as the API tells it.
type apiInfection struct {
	ID          string     `json:"id"`
	MachineID   string     `json:"machine_id" doc:"Opaque id of the machine."`
	UnitID      string     `json:"unit_id,omitempty" doc:"Whose the address is by today's address plan; absent when nobody's."`
	OwnerUnitID string     `json:"owner_unit_id" doc:"Owner of the log it was seen in."`
	Address     string     `json:"address" example:"10.1.2.7"`
	AddressKind string     `json:"address_kind,omitempty" doc:"Only a machine may be called infected; behind nat, resolver and proxy one machine of several is."`
	Threat      string     `json:"threat"`
	State       string     `json:"state" enum:"suspected,confirmed,cleaning,cleaned,false_positive"`
	FirstSeen   time.Time  `json:"first_seen"`
	LastSeen    time.Time  `json:"last_seen"`
	Queries     int64      `json:"queries"`
	Names       int64      `json:"names" doc:"Distinct names asked for."`
	Episodes    int64      `json:"episodes" doc:"1, and 1 more each time it came back after cleaning."`
	CleanedAt   *time.Time `json:"cleaned_at,omitempty"`
	CleanedBy   string     `json:"cleaned_by,omitempty"`
	CleanedHow  string     `json:"cleaned_how,omitempty"`
	IncidentID  string     `json:"incident_id,omitempty"`
	Version     int64      `json:"version"`
}

type apiListQuery struct {
	rest.Paging
	Q      string    `query:"q" maxLength:"500" doc:"Words of address and threat."`
	State  string    `query:"state" enum:"active,suspected,confirmed,cleaning,cleaned,false_positive" doc:"active: neither cleaned nor a false positive. Absent: all."`
	Unit   string    `query:"unit" maxLength:"200" doc:"Whose the address is."`
	Kind   string    `query:"address_kind" enum:"machine,nat,resolver,proxy,unknown,behind" doc:"behind: nat, resolver and proxy."`
	Threat string    `query:"threat" maxLength:"200"`
	Since  time.Time `query:"since" doc:"Seen at or after this time."`
	Sort   string    `query:"sort" enum:"first,queries" doc:"Absent: by when it was last seen."`
	Desc   bool      `query:"desc"`
}

type apiChangeInput struct {
	rest.One
	rest.Match
}

type apiCleanInput struct {
	rest.One
	rest.Match
	Body struct {
		How string `json:"how" minLength:"1" maxLength:"500" doc:"How the machine was cleaned."`
	}
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Infections"
	rest.Add(a, rest.Op{ID: "list-infections", Method: http.MethodGet, Path: "/infections", Tag: tag, Need: mayRead, Summary: "List infections"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-infection", Method: http.MethodGet, Path: "/infections/{id}", Tag: tag, Need: mayRead, Summary: "Get an infection"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "confirm-infection", Method: http.MethodPost, Path: "/infections/{id}/confirm", Tag: tag, Need: mayWrite,
		Summary: "Confirm an infection", Description: "409 when it is not suspected, or when several machines stand behind the address."}, s.apiConfirm)
	rest.Add(a, rest.Op{ID: "clean-infection", Method: http.MethodPost, Path: "/infections/{id}/clean", Tag: tag, Need: mayWrite,
		Summary: "Say that a machine was cleaned", Description: "What the machine asks for afterwards is the next episode."}, s.apiClean)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiInfection], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Unit: in.Unit, Kind: in.Kind, Threat: in.Threat, Query: in.Q, Since: in.Since,
		Sort: Sort(in.Sort), Desc: in.Desc, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, apiViewOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiInfection], error) {
	return apiAnswer(s.Get(ctx, ID(in.ID)))
}

func (s *Service) apiConfirm(ctx context.Context, in *apiChangeInput) (*rest.Record[apiInfection], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	return apiAnswer(s.Confirm(ctx, have.ID, have.Version))
}

func (s *Service) apiClean(ctx context.Context, in *apiCleanInput) (*rest.Record[apiInfection], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	return apiAnswer(s.Clean(ctx, have.ID, in.Body.How, have.Version))
}

func apiAnswer(i Seen, err error) (*rest.Record[apiInfection], error) {
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(i), i.Version), nil
}

func apiViewOf(i Seen) apiInfection {
	return apiInfection{ID: string(i.ID), MachineID: string(i.Machine), UnitID: i.UnitID, OwnerUnitID: i.Owner, Address: i.Addr.String(),
		AddressKind: string(i.AddrKind), Threat: i.Threat, State: string(i.State), FirstSeen: i.FirstSeen.UTC(), LastSeen: i.LastSeen.UTC(),
		Queries: i.Queries, Names: i.Names, Episodes: i.Episodes, CleanedAt: rest.Time(i.CleanedAt), CleanedBy: i.CleanedBy,
		CleanedHow: i.CleanedHow, IncidentID: i.Incident, Version: i.Version}
}
