// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiGrant struct {
	Role   string `json:"role" example:"unit"`
	UnitID string `json:"unit_id" doc:"Held here and in the units below."`
}

// apiAccount is a person as the API tells it: no password, no session, no link.
type apiAccount struct {
	ID         string     `json:"id"`
	Login      string     `json:"login"`
	Name       string     `json:"name"`
	Title      string     `json:"title,omitempty" doc:"Office held."`
	Phone      string     `json:"phone,omitempty"`
	Email      string     `json:"email,omitempty"`
	UnitID     string     `json:"unit_id" doc:"The unit the person belongs to."`
	Roles      []apiGrant `json:"roles" nullable:"false"`
	Disabled   bool       `json:"disabled,omitempty"`
	SignedInAt *time.Time `json:"signed_in_at,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	Version    int64      `json:"version"`
}

// apiKey is the key that asks.
type apiKey struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Prefix    string     `json:"prefix,omitempty" doc:"Beginning of the secret." example:"vg_x1Y2z3"`
	UnitID    string     `json:"unit_id" doc:"The key reaches this unit and the units below."`
	Allows    []string   `json:"allows" nullable:"false" doc:"What it was made for, as area:act." example:"[\"findings:R\"]"`
	Lacks     []string   `json:"lacks" nullable:"false" doc:"Of these, what it may not do at this moment, since its maker may not."`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	Networks  []string   `json:"networks" nullable:"false" doc:"From where it is taken; empty: from anywhere."`
}

type apiListQuery struct {
	rest.Paging
	Q string `query:"q" maxLength:"500" doc:"Words of name, login, office or e-mail."`
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	rest.Add(a, rest.Op{ID: "get-own-key", Method: http.MethodGet, Path: "/key", Tag: "Keys", Summary: "The key that asks",
		Description: "What it may do, where, and until when: a first request to try a key with."}, s.apiOwnKey)
	const tag = "Accounts"
	rest.Add(a, rest.Op{ID: "list-accounts", Method: http.MethodGet, Path: "/accounts", Tag: tag, Need: readAccounts, Summary: "List people"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-account", Method: http.MethodGet, Path: "/accounts/{id}", Tag: tag, Need: readAccounts, Summary: "Get a person"}, s.apiGet)
}

func (s *Service) apiOwnKey(ctx context.Context, _ *struct{}) (*rest.Answer[apiKey], error) {
	k, err := s.OwnKey(ctx)
	if err != nil {
		return nil, err
	}
	lacks, err := s.Lacks(ctx, k)
	if err != nil {
		return nil, err
	}
	out := apiKey{ID: k.ID, Name: k.Name, Prefix: k.Prefix, UnitID: k.Unit, Allows: texts(k.Allows), Lacks: texts(lacks),
		ExpiresAt: rest.Time(k.ExpiresAt), Networks: []string{}}
	for _, p := range k.Networks {
		out.Networks = append(out.Networks, p.String())
	}
	return &rest.Answer[apiKey]{Body: out}, nil
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiAccount], error) {
	rows, total, err := s.List(ctx, Filter{Search: in.Q, After: ID(in.After), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	rows, more := rest.Cut(rows, in.Limit)
	after := ""
	if more {
		after = string(rows[len(rows)-1].ID)
	}
	return rest.List(rows, total, after, apiViewOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiAccount], error) {
	a, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(a), a.Version), nil
}

func apiViewOf(a Account) apiAccount {
	out := apiAccount{ID: string(a.ID), Login: a.Login, Name: a.Name, Title: a.Title, Phone: a.Phone, Email: a.Email, UnitID: a.Home,
		Roles: make([]apiGrant, len(a.Grants)), Disabled: a.Disabled, SignedInAt: rest.Time(a.SignedInAt), CreatedAt: a.CreatedAt.UTC(), Version: a.Version}
	for i, g := range a.Grants {
		out.Roles[i] = apiGrant{Role: string(g.Role), UnitID: g.Unit}
	}
	return out
}
