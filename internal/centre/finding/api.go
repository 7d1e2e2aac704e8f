// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiFinding is a finding as the API tells it.
type apiFinding struct {
	ID          string     `json:"id"`
	UnitID      string     `json:"unit_id,omitempty" doc:"Whose the client address is, by the address plan of its time; absent when nobody's."`
	OwnerUnitID string     `json:"owner_unit_id" doc:"Owner of the log it was seen in."`
	Address     string     `json:"address,omitempty" doc:"Client address; absent when the log hides it." example:"10.1.2.7"`
	AddressKind string     `json:"address_kind,omitempty" doc:"machine, nat, resolver or proxy; absent when not declared. Only a machine may be called infected."`
	Threat      string     `json:"threat"`
	State       string     `json:"state" enum:"new,acknowledged,dismissed,handled"`
	Episode     int64      `json:"episode" doc:"1 for the first of this address and threat."`
	Queries     int64      `json:"queries" doc:"Queries for listed names."`
	Names       int64      `json:"names" doc:"Distinct names asked for; dismissing names this number."`
	FirstSeen   time.Time  `json:"first_seen"`
	LastSeen    time.Time  `json:"last_seen"`
	AssigneeID  string     `json:"assignee_id,omitempty" doc:"Account of the person who sees to it."`
	AckedAt     *time.Time `json:"acknowledged_at,omitempty"`
	AckedBy     string     `json:"acknowledged_by,omitempty"`
	ClosedAt    *time.Time `json:"closed_at,omitempty"`
	ClosedBy    string     `json:"closed_by,omitempty"`
	Reason      string     `json:"reason,omitempty" doc:"Why it was dismissed."`
	False       bool       `json:"false_positive,omitempty"`
	IncidentID  string     `json:"incident_id,omitempty" doc:"The case it is handled in."`
	Version     int64      `json:"version"`
}

type apiName struct {
	Name    string    `json:"name" doc:"A name, an address, a page, the hash of a file, a mailbox or a fingerprint."`
	Type    string    `json:"type,omitempty" enum:"domain,ip,ip-port,url,md5,sha1,sha256,email,ja3,ja4" doc:"Absent when evidence of several types has it."`
	Roles   []string  `json:"roles,omitempty" enum:"query,dst,src,url,file,email,tls" doc:"The parts it had: asked for, connected to, connected from, requested, carried, written to or from, shaken hands with."`
	Queries int64     `json:"queries"`
	First   time.Time `json:"first_seen"`
	Last    time.Time `json:"last_seen"`
}

// apiFull is a finding with its most asked names.
type apiFull struct {
	apiFinding
	TopNames []apiName `json:"top_names" nullable:"false" doc:"The names asked for most, at most 100."`
}

type apiListQuery struct {
	rest.Paging
	Q         string    `query:"q" maxLength:"500" doc:"Words of address, threat, lists or names."`
	Indicator string    `query:"indicator" maxLength:"2000" doc:"Findings in which this name, address, network, page, hash, mailbox or fingerprint stands."`
	State     string    `query:"state" enum:"open,new,acknowledged,dismissed,handled" doc:"open: new and acknowledged. Absent: all."`
	Unit      string    `query:"unit" maxLength:"200" doc:"Whose the address is."`
	Kind      string    `query:"address_kind" enum:"machine,nat,resolver,proxy,unknown"`
	Threat    string    `query:"threat" maxLength:"200" doc:"Exactly this threat."`
	Since     time.Time `query:"since" doc:"Seen at or after this time."`
	Sort      string    `query:"sort" enum:"last,first,queries" doc:"Absent: the order of the duty queue."`
	Desc      bool      `query:"desc"`
}

type apiChangeInput struct {
	rest.One
	rest.Match
}

type apiDismissInput struct {
	rest.One
	rest.Match
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
		False  bool   `json:"false_positive,omitempty" doc:"The names it holds are harmless here: they open nothing new for this address."`
		Names  int64  `json:"names" minimum:"0" doc:"names of the finding as it was read: when more have come since, the apiAnswer is 409."`
	}
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Findings"
	rest.Add(a, rest.Op{ID: "list-findings", Method: http.MethodGet, Path: "/findings", Tag: tag, Need: mayRead, Summary: "List findings"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-finding", Method: http.MethodGet, Path: "/findings/{id}", Tag: tag, Need: mayRead, Summary: "Get a finding"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "acknowledge-finding", Method: http.MethodPost, Path: "/findings/{id}/acknowledge", Tag: tag, Need: mayWrite,
		Summary: "Acknowledge a finding", Description: "409 when it is not new."}, s.apiAcknowledge)
	rest.Add(a, rest.Op{ID: "dismiss-finding", Method: http.MethodPost, Path: "/findings/{id}/dismiss", Tag: tag, Need: mayDecide,
		Summary: "Dismiss a finding", Description: "409 when it is not open, or when names were added since it was read."}, s.apiDismiss)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiFinding], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Unit: in.Unit, Kind: in.Kind, Threat: in.Threat, Query: in.Q, Indicator: in.Indicator, Since: in.Since,
		Sort: Sort(in.Sort), Desc: in.Desc, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, apiViewOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiFull], error) {
	f, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	names, _, err := s.Names(ctx, []Seen{f}, 100)
	if err != nil {
		return nil, err
	}
	out := apiFull{apiFinding: apiViewOf(f), TopNames: make([]apiName, len(names))}
	for i, n := range names {
		out.TopNames[i] = apiName{Name: n.Name, Type: n.Type, Roles: roleNames(n.Roles), Queries: n.Queries, First: n.First.UTC(), Last: n.Last.UTC()}
	}
	return rest.Versioned(out, f.Version), nil
}

func (s *Service) apiAcknowledge(ctx context.Context, in *apiChangeInput) (*rest.Record[apiFinding], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	f, err := s.Acknowledge(ctx, have.ID, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(f), f.Version), nil
}

func (s *Service) apiDismiss(ctx context.Context, in *apiDismissInput) (*rest.Record[apiFinding], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	f, err := s.Dismiss(ctx, have.ID, Dismissal{Reason: in.Body.Reason, FalsePositive: in.Body.False, Names: in.Body.Names}, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(f), f.Version), nil
}

func apiViewOf(f Seen) apiFinding {
	out := apiFinding{ID: string(f.ID), UnitID: f.UnitID, OwnerUnitID: f.Owner, AddressKind: string(f.AddrKind), Threat: f.Threat,
		State: string(f.State), Episode: f.Episode, Queries: f.Queries, Names: f.Finding.Names, FirstSeen: f.FirstSeen.UTC(), LastSeen: f.LastSeen.UTC(),
		AssigneeID: f.Assignee.ID, AckedAt: rest.Time(f.AckedAt), AckedBy: f.AckedBy, ClosedAt: rest.Time(f.Closed.At), ClosedBy: f.Closed.By,
		Reason: f.Closed.Reason, False: f.Closed.Muted, IncidentID: f.Incident, Version: f.Version}
	if f.Addr.IsValid() {
		out.Address = f.Addr.String()
	}
	return out
}
