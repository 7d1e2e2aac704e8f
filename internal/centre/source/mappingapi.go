// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiMapping struct {
	Seq   int64     `json:"seq" doc:"Version, from 1; the latest is in force."`
	Name  string    `json:"name"`
	Title string    `json:"title"`
	Text  string    `json:"text" doc:"YAML."`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

type apiMappingInput struct {
	rest.One
	rest.Match
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"65536" doc:"The mapping file, in YAML."`
	}
}

type apiTrialInput struct {
	rest.One
	Body struct {
		Text   string `json:"text" minLength:"1" maxLength:"65536" doc:"The mapping file, in YAML. It is not kept."`
		Sample string `json:"sample" minLength:"1" maxLength:"262144" doc:"Lines of a log. They are not kept."`
	}
}

// apiTrial is what a mapping file makes of a sample: lines = read + skipped +
// rejected.
type apiTrial struct {
	Lines    int64          `json:"lines"`
	Read     int64          `json:"read"`
	Skipped  int64          `json:"skipped"`
	Rejected int64          `json:"rejected"`
	Events   []apiTrialRead `json:"events" nullable:"false" doc:"The first 20."`
	Bad      []apiTrialLine `json:"bad" nullable:"false" doc:"The first 10 lines that cannot be read."`
}

type apiTrialRead struct {
	Time   *time.Time `json:"time,omitempty"`
	Src    string     `json:"src,omitempty"`
	Dst    string     `json:"dst,omitempty"`
	What   string     `json:"what,omitempty" doc:"Address, name, file or mailbox, as far as the line says."`
	Action string     `json:"action,omitempty" enum:"allowed,blocked"`
}

type apiTrialLine struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
}

// mappingAPI adds the operations on a source's mapping file.
func mappingAPI(a *rest.API, s *Service) {
	const tag, path = "Sources", "/sources/{id}/mapping"
	rest.Add(a, rest.Op{ID: "get-source-mapping", Method: http.MethodGet, Path: path, Tag: tag, Need: mayRead, Summary: "Get the mapping file of a source",
		Description: "The version in force; 404 when the source never had one."}, s.apiMapping)
	rest.Add(a, rest.Op{ID: "set-source-mapping", Method: http.MethodPut, Path: path, Tag: tag, Need: mayWrite, Summary: "Set the mapping file of a source",
		Description: "Makes a new version, which reads what is received from now on, and has the source read by mapping file. If-Match takes the source's version."}, s.apiSetMapping)
	rest.Add(a, rest.Op{ID: "try-source-mapping", Method: http.MethodPost, Path: path + "/try", Tag: tag, Need: mayWrite, Summary: "Try a mapping file on a sample",
		Description: "Keeps nothing."}, s.apiTryMapping)
}

func apiMappingOf(m Mapping) apiMapping {
	return apiMapping{Seq: m.Seq, Name: m.Name, Title: m.Title, Text: m.Text, At: m.At.UTC(), By: m.By}
}

func (s *Service) apiMapping(ctx context.Context, in *rest.One) (*rest.Record[apiMapping], error) {
	src, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	all, err := s.Mappings(ctx, src.ID)
	if err == nil && len(all) == 0 {
		err = &fault.Error{Kind: fault.NotFound, Op: "source.apiMapping"}
	}
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiMappingOf(all[0]), src.Version), nil
}

func (s *Service) apiSetMapping(ctx context.Context, in *apiMappingInput) (*rest.Record[apiMapping], error) {
	src, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(src.Version); err != nil {
		return nil, err
	}
	m, err := s.SetMapping(ctx, src.ID, src.Version, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiMappingOf(m), src.Version+1), nil
}

func (s *Service) apiTryMapping(ctx context.Context, in *apiTrialInput) (*rest.Answer[apiTrial], error) {
	t, err := s.TryMapping(ctx, ID(in.ID), in.Body.Text, in.Body.Sample)
	if err != nil {
		return nil, err
	}
	out := apiTrial{Lines: t.Lines, Read: t.Read, Skipped: t.Skipped, Rejected: t.Rejected, Events: []apiTrialRead{}, Bad: []apiTrialLine{}}
	for _, a := range t.Events {
		action := map[event.Action]string{event.Allowed: "allowed", event.Blocked: "blocked"}[a.Action]
		out.Events = append(out.Events, apiTrialRead{Time: rest.Time(a.Time), Src: end(a.Src), Dst: end(a.Dst), What: what(a), Action: action})
	}
	for _, b := range t.Bad {
		out.Bad = append(out.Bad, apiTrialLine{Line: b.Line, Reason: i18n.T(ctx, "source.reason."+string(b.Reason)), Text: b.Text})
	}
	return &rest.Answer[apiTrial]{Body: out}, nil
}
