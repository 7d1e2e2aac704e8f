// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiCertificate struct {
	ID        string     `json:"id"`
	UnitID    string     `json:"unit_id"`
	Holder    string     `json:"holder"`
	Kind      string     `json:"kind" enum:"personal,body"`
	Serial    string     `json:"serial" doc:"Hexadecimal."`
	Issuer    string     `json:"issuer"`
	SHA256    string     `json:"sha256,omitempty" doc:"Fingerprint; absent when the entry came from a list."`
	NotBefore *time.Time `json:"not_before,omitempty"`
	NotAfter  *time.Time `json:"not_after,omitempty"`
	LastUsed  *time.Time `json:"last_used,omitempty" doc:"Absent: no use was seen."`
	Uses      int64      `json:"uses" doc:"Files signed with it that were seen."`
	State     string     `json:"state" enum:"idle,soon,ended,active"`
}

type apiCertificates struct {
	rest.Paging
	State  string `query:"state" enum:"idle,soon,ended,active"`
	UnitID string `query:"unit_id" maxLength:"200"`
	Query  string `query:"q" maxLength:"200"`
}

type apiShare struct {
	UnitID   string `json:"unit_id"`
	Signed   int64  `json:"numerator" doc:"Signed papers."`
	Issued   int64  `json:"denominator" doc:"Electronic papers issued."`
	Declared int64  `json:"declared" doc:"Of the denominator, those of which only a list says whether they are signed."`
	Seen     int64  `json:"seen" doc:"Days of which an export was read."`
	Expected int64  `json:"expected" doc:"Days asked for."`
}

type apiUsage struct {
	UnitID   string     `json:"unit_id"`
	Held     int64      `json:"held" doc:"Certificates in force."`
	Idle     int64      `json:"idle" doc:"Of these, not seen in use for 90 days."`
	Soon     int64      `json:"soon" doc:"Of these, that end within 60 days."`
	Ended    int64      `json:"ended"`
	LastUsed *time.Time `json:"last_used,omitempty" doc:"Absent: no use was seen."`
}

type apiWindow struct {
	From string `query:"from" format:"date" required:"true" doc:"First day, in Vietnam."`
	To   string `query:"to" format:"date" required:"true" doc:"Last day."`
}

// API adds the operations of the room.
func API(a *rest.API, s *Service) {
	const tag = "Signatures"
	rest.Add(a, rest.Op{ID: "list-certificates", Method: http.MethodGet, Path: "/signatures", Tag: tag, Need: mayRead, Summary: "List certificates",
		Description: "The register of certificates for digital signatures, those that end first above."}, s.apiList)
	rest.Add(a, rest.Op{ID: "list-certificate-usage", Method: http.MethodGet, Path: "/signatures/units", Tag: tag, Need: mayRead, Summary: "List the use of certificates by unit",
		Description: "Units without a certificate in the register are left out: that is no data, not zero."}, s.apiUsages)
	rest.Add(a, rest.Op{ID: "list-signed-shares", Method: http.MethodGet, Path: "/signatures/papers", Tag: tag, Need: mayRead, Summary: "List the share of signed papers by unit",
		Description: "Units of which nothing is known are left out: that is no data, not zero."}, s.apiShares)
}

func (s *Service) apiList(ctx context.Context, in *apiCertificates) (*rest.Listing[apiCertificate], error) {
	page, err := s.List(ctx, Filter{State: State(in.State), Unit: in.UnitID, Query: in.Query, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	now := s.now()
	return rest.List(page.Rows, page.Total, page.Next, func(c Certificate) apiCertificate {
		return apiCertificate{ID: string(c.ID), UnitID: c.Owner, Holder: c.Holder, Kind: string(c.Kind), Serial: c.Serial, Issuer: c.Issuer, SHA256: c.Fingerprint,
			NotBefore: rest.Time(c.From), NotAfter: rest.Time(c.Until), LastUsed: rest.Time(c.LastUsed), Uses: c.Uses, State: string(c.State(now))}
	}), nil
}

func (s *Service) apiUsages(ctx context.Context, _ *struct{}) (*rest.Listing[apiUsage], error) {
	known, err := s.Usages(ctx)
	if err != nil {
		return nil, err
	}
	list := slices.SortedFunc(maps.Values(known), func(a, b Usage) int { return strings.Compare(a.Unit, b.Unit) })
	return rest.List(list, int64(len(list)), "", func(u Usage) apiUsage {
		return apiUsage{UnitID: u.Unit, Held: u.Held, Idle: u.Idle, Soon: u.Soon, Ended: u.Ended, LastUsed: rest.Time(u.LastUsed)}
	}), nil
}

func (s *Service) apiShares(ctx context.Context, in *apiWindow) (*rest.Listing[apiShare], error) {
	from, err := calendar.ParseDate(in.From)
	if err != nil {
		return nil, fault.Bad("esign.apiShares", "from", "esign.bad.day")
	}
	to, err := calendar.ParseDate(in.To)
	if err != nil {
		return nil, fault.Bad("esign.apiShares", "to", "esign.bad.day")
	}
	known, err := s.Shares(ctx, from, to)
	if err != nil {
		return nil, err
	}
	var list []Share
	for _, one := range known {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b Share) int { return strings.Compare(a.Unit, b.Unit) })
	return rest.List(list, int64(len(list)), "", func(c Share) apiShare {
		return apiShare{UnitID: c.Unit, Signed: c.Signed, Issued: c.Issued, Declared: c.Declared, Seen: c.Seen, Expected: c.Expected}
	}), nil
}
