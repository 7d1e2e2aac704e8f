// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiKeptName struct {
	ID          string     `json:"id"`
	UnitID      string     `json:"unit_id" doc:"The body that was told."`
	Name        string     `json:"name" doc:"As the text has it."`
	Body        string     `json:"body" doc:"Whom it means: all, group:<id>, unit:<id>."`
	Gone        bool       `json:"gone" doc:"Whom it means is there no longer, or out of the caller's sight."`
	By          string     `json:"by"`
	At          time.Time  `json:"at"`
	Uses        int64      `json:"uses" doc:"Texts it helped to read."`
	UsedAt      *time.Time `json:"used_at,omitempty"`
	ForgottenAt *time.Time `json:"forgotten_at,omitempty"`
	Version     int64      `json:"version"`
}

func apiNameOf(n KeptName) apiKeptName {
	return apiKeptName{ID: string(n.ID), UnitID: n.Unit, Name: n.Name, Body: n.Target, Gone: n.Gone, By: n.By, At: n.At.UTC(), Uses: n.Uses, UsedAt: rest.Time(n.UsedAt), ForgottenAt: rest.Time(n.Forgotten), Version: n.Version}
}

type apiNameList struct {
	rest.Paging
	Query     string `query:"q" maxLength:"200"`
	Forgotten bool   `query:"forgotten" doc:"Those that were forgotten, and no others."`
}

type apiNamePath struct {
	Name string `path:"name" maxLength:"60"`
}

type apiNameAct struct {
	apiNamePath
	rest.Match
}

type apiNameInput struct {
	apiNameAct
	Body struct {
		Body string `json:"body" minLength:"1" maxLength:"200" doc:"Whom the name means: all, group:<id>, unit:<id>."`
	}
}

func (s *Service) namesAPI(a *rest.API) {
	const tag, one = "Directives", NamesPath + "/{name}"
	rest.Add(a, rest.Op{ID: "list-directive-names", Method: http.MethodGet, Path: NamesPath, Tag: tag, Need: mayRead, Summary: "List what persons said that names of texts mean"}, s.apiNames)
	rest.Add(a, rest.Op{ID: "get-directive-name", Method: http.MethodGet, Path: one, Tag: tag, Need: mayRead, Summary: "Get a remembered name"}, s.apiName)
	rest.Add(a, rest.Op{ID: "amend-directive-name", Method: http.MethodPut, Path: one, Tag: tag, Need: mayWrite, Summary: "Say whom a remembered name means"}, s.apiAmend)
	rest.Add(a, rest.Op{ID: "forget-directive-name", Method: http.MethodPost, Path: one + "/forget", Tag: tag, Need: mayWrite, Status: http.StatusOK, Summary: "Forget a name: the next text asks again"}, s.apiForget)
	rest.Add(a, rest.Op{ID: "recall-directive-name", Method: http.MethodPost, Path: one + "/recall", Tag: tag, Need: mayWrite, Status: http.StatusOK, Summary: "Take a forgotten name up again"}, s.apiRecall)
}

func (s *Service) apiNames(ctx context.Context, in *apiNameList) (*rest.Listing[apiKeptName], error) {
	list, total, err := s.KeptNames(ctx, NameFilter{Query: in.Query, Forgotten: in.Forgotten, After: NameID(in.After), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, apiNameOf), nil
}

func (s *Service) apiName(ctx context.Context, in *apiNamePath) (*rest.Record[apiKeptName], error) {
	n, _, err := s.KeptName(ctx, NameID(in.Name))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiNameOf(n), n.Version), nil
}

func (s *Service) apiAmend(ctx context.Context, in *apiNameInput) (*rest.Record[apiKeptName], error) {
	return s.apiRename(ctx, in.apiNameAct, func(id NameID, version int64) (KeptName, error) { return s.Amend(ctx, id, in.Body.Body, version) })
}

func (s *Service) apiForget(ctx context.Context, in *apiNameAct) (*rest.Record[apiKeptName], error) {
	return s.apiRename(ctx, *in, func(id NameID, version int64) (KeptName, error) { return s.Forget(ctx, id, version) })
}

func (s *Service) apiRecall(ctx context.Context, in *apiNameAct) (*rest.Record[apiKeptName], error) {
	return s.apiRename(ctx, *in, func(id NameID, version int64) (KeptName, error) { return s.Recall(ctx, id, version) })
}

func (s *Service) apiRename(ctx context.Context, in apiNameAct, do func(NameID, int64) (KeptName, error)) (*rest.Record[apiKeptName], error) {
	n, _, err := s.KeptName(ctx, NameID(in.Name))
	if err == nil {
		err = in.Check(n.Version)
	}
	if err != nil {
		return nil, err
	}
	if n, err = do(n.ID, n.Version); err != nil {
		return nil, err
	}
	return rest.Versioned(apiNameOf(n), n.Version), nil
}
