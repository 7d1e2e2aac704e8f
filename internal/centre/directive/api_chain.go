// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiLeftQuery struct {
	Directive string `path:"directive" maxLength:"200"`
	From      string `query:"from" maxLength:"200" doc:"An earlier directive; absent: all it was said to follow, replace or repeat."`
}

type apiLeft struct {
	DirectiveID string   `json:"directive_id" doc:"The earlier directive."`
	ItemID      string   `json:"item_id"`
	Path        string   `json:"path" example:"5.a"`
	Short       string   `json:"short"`
	Units       []string `json:"units" doc:"Who still owes it."`
	Late        int      `json:"late"`
	Into        string   `json:"into,omitempty" doc:"The item of the later directive that asks most alike."`
}

type apiCarry struct {
	Directive string `path:"directive" maxLength:"200"`
	Body      struct {
		From     string `json:"from" minLength:"1" maxLength:"200"`
		Relation string `json:"relation" enum:"follows,replaces,repeats"`
		Last     string `json:"last,omitempty" maxLength:"10" example:"2026-12-20" doc:"Last day of what has no time limit of its own."`
		Reason   string `json:"reason,omitempty" maxLength:"500" doc:"Needed where something is ended."`
		Items    []struct {
			ItemID string `json:"item_id" minLength:"1" maxLength:"200" doc:"Of the earlier directive."`
			Fate   string `json:"fate" enum:"into,own,stay,end"`
			Into   string `json:"into,omitempty" maxLength:"200" doc:"The item of the later one, for into."`
		} `json:"items" minItems:"1" maxItems:"1000"`
	}
}

type apiCarried struct {
	Moved  int    `json:"moved" doc:"Tasks carried over."`
	Ended  int    `json:"ended"`
	Stayed int    `json:"stayed"`
	Added  int    `json:"added" doc:"Items of their own."`
	Job    string `json:"job,omitempty" doc:"The work that moves and ends them in the background; without it, it is done."`
}

type apiCarriedOut struct{ Body apiCarried }

type apiRest struct {
	Directive string `path:"directive" maxLength:"200"`
	rest.Match
	Body struct {
		ParentID   string `json:"parent_id,omitempty" maxLength:"200" doc:"A directive."`
		DocumentID string `json:"document_id,omitempty" maxLength:"200" doc:"A paper of the register; neither takes the ground away."`
	}
}

func (s *Service) chainAPI(a *rest.API) {
	const tag = "Directives"
	rest.Add(a, rest.Op{ID: "list-directive-unfinished", Method: http.MethodGet, Path: "/directives/{directive}/unfinished", Tag: tag, Need: mayWrite, Summary: "List what is left of earlier directives"}, s.apiUnfinished)
	rest.Add(a, rest.Op{ID: "carry-over", Method: http.MethodPost, Path: "/directives/{directive}/carry", Tag: tag, Need: mayWrite, Status: http.StatusOK, Summary: "Carry over what is left of an earlier directive",
		Description: "What is carried is a task of this directive with its own clock; the old one says where it went."}, s.apiCarry)
	rest.Add(a, rest.Op{ID: "rest-directive", Method: http.MethodPost, Path: "/directives/{directive}/rest", Tag: tag, Need: mayWrite, Summary: "Say what a directive rests on"}, s.apiRest)
	rest.Add(a, rest.Op{ID: "list-directive-receipts", Method: http.MethodGet, Path: "/directives/{directive}/receipts", Tag: tag, Need: mayRead, Summary: "List who has a directive"}, s.apiReaches)
	rest.Add(a, rest.Op{ID: "receive-directive", Method: http.MethodPost, Path: "/directives/{directive}/units/{unit}/receive", Tag: tag, Need: mayWrite, Summary: "Confirm that a unit has a directive"}, s.apiReceive)
}

type apiReach struct {
	UnitID      string     `json:"unit_id"`
	Has         bool       `json:"has" doc:"It is certain that they have it."`
	IssuedAt    time.Time  `json:"issued_at"`
	SentAt      *time.Time `json:"sent_at,omitempty" doc:"The paper went out."`
	ReceivedAt  *time.Time `json:"received_at,omitempty" doc:"The receipt of the paper."`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" doc:"They confirmed it in the system."`
	RemindedAt  *time.Time `json:"reminded_at,omitempty"`
}

func (s *Service) apiReaches(ctx context.Context, in *apiPath) (*rest.Listing[apiReach], error) {
	list, err := s.Reaches(ctx, ID(in.Directive))
	if err != nil {
		return nil, err
	}
	return rest.List(list, int64(len(list)), "", func(r Reach) apiReach {
		return apiReach{UnitID: r.Unit, Has: r.Has(), IssuedAt: r.IssuedAt.UTC(), SentAt: rest.Time(r.Paper.SentAt), ReceivedAt: rest.Time(r.Paper.ReceivedAt), ConfirmedAt: rest.Time(r.ConfirmedAt), RemindedAt: rest.Time(r.RemindedAt)}
	}), nil
}

func (s *Service) apiReceive(ctx context.Context, in *apiUnitPath) (*struct{}, error) {
	return nil, s.Receive(ctx, ID(in.Directive), in.Unit)
}

func (s *Service) apiUnfinished(ctx context.Context, in *apiLeftQuery) (*rest.Listing[apiLeft], error) {
	from := []ID{ID(in.From)}
	if in.From == "" {
		before, _, err := s.Earliers(ctx, ID(in.Directive))
		if err != nil {
			return nil, err
		}
		from = nil
		for _, e := range before {
			from = append(from, e.ID)
		}
	}
	var out []apiLeft
	for _, id := range from {
		l, err := s.Unfinished(ctx, ID(in.Directive), id)
		if err != nil {
			return nil, err
		}
		for _, u := range l.List {
			x := apiLeft{DirectiveID: string(id), ItemID: string(u.Of.ID), Path: u.Of.Path, Short: u.Of.Short, Late: u.Late(), Into: string(u.Into)}
			for _, t := range u.Tasks {
				x.Units = append(x.Units, t.Unit)
			}
			out = append(out, x)
		}
	}
	return rest.List(out, int64(len(out)), "", func(x apiLeft) apiLeft { return x }), nil
}

func (s *Service) apiCarry(ctx context.Context, in *apiCarry) (*apiCarriedOut, error) {
	c := Carrying{From: ID(in.Body.From), Relation: Relation(in.Body.Relation), Last: day(in.Body.Last), Reason: in.Body.Reason, Fates: map[ItemID]Chosen{}}
	if in.Body.Last != "" && c.Last.IsZero() {
		return nil, fault.Bad("directive.apiCarry", "last", "directive.bad.last")
	}
	for _, it := range in.Body.Items {
		c.Fates[ItemID(it.ItemID)] = Chosen{Fate: Fate(it.Fate), Into: ItemID(it.Into)}
	}
	done, err := s.Carry(ctx, ID(in.Directive), c)
	if err != nil {
		return nil, err
	}
	return &apiCarriedOut{Body: apiCarried(done)}, nil
}

func (s *Service) apiRest(ctx context.Context, in *apiRest) (*rest.Record[apiDirective], error) {
	f, err := s.Get(ctx, ID(in.Directive))
	if err != nil {
		return nil, err
	}
	if err := in.Check(f.Version); err != nil {
		return nil, err
	}
	d, err := s.Rest(ctx, f.ID, ID(in.Body.ParentID), in.Body.DocumentID, f.Version)
	if err != nil {
		return nil, rest.Rename(rest.Rename(err, "parent", "parent_id"), "document", "document_id")
	}
	return rest.Versioned(apiOf(d), d.Version), nil
}
