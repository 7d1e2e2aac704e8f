// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiEvent is one event as the API tells it.
type apiEvent struct {
	Time     time.Time         `json:"time"`
	Block    string            `json:"block" doc:"With line, names the event for ever."`
	Line     int64             `json:"line"`
	SourceID string            `json:"source_id"`
	UnitID   string            `json:"owner_unit_id" doc:"Owner of the source at receipt."`
	Class    string            `json:"class" doc:"Name of the OCSF class." example:"dns_activity"`
	Fields   map[string]string `json:"fields" nullable:"false" doc:"What the line was read into, by OCSF path."`
	Raw      string            `json:"raw" doc:"The line as received; bytes that are no UTF-8 are replaced."`
}

type apiQuery struct {
	rest.Paging
	Why     string    `query:"why" required:"true" maxLength:"100" doc:"The id of a reason that this key gave, give-event-reason."`
	Since   time.Time `query:"since" doc:"Events at or after this time. Absent: a day before until."`
	Until   time.Time `query:"until" doc:"Events before this time. Absent: now."`
	Q       string    `query:"q" maxLength:"1000" doc:"Words in the raw line; \"several in a row\", -without, begin*."`
	Address string    `query:"address" maxLength:"200" doc:"Of either end: an address or an IPv4 network."`
	Name    string    `query:"name" maxLength:"300" doc:"Of a host, with all names below it."`
	User    string    `query:"user" maxLength:"2000"`
	Class   string    `query:"class" enum:"dns_activity,http_activity,network_activity,detection_finding,authentication,email_activity,process_activity,file_hosting,base_event"`
	Source  string    `query:"source" maxLength:"200"`
	Unit    string    `query:"unit" maxLength:"200" doc:"Owner unit of the source."`
	Field   string    `query:"field" maxLength:"128" doc:"OCSF path that op compares with value." example:"dst_endpoint.port"`
	Op      string    `query:"op" enum:"is,begins,contains,between,network,matches,present" doc:"between takes 10..20."`
	Value   string    `query:"value" maxLength:"2000"`
	Not     bool      `query:"not" doc:"Leave out what field, op and value apply to."`
	Expert  string    `query:"logsql" maxLength:"4096" doc:"LogsQL without pipes; applies together with all else."`
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Events"
	rest.Add(a, rest.Op{ID: "give-event-reason", Method: http.MethodPost, Path: "/events/reasons", Tag: tag, Need: mayRead, Status: http.StatusCreated, Summary: "Say why events are searched",
		Description: "Events show what people did. The reason goes into the audit trail; its id holds for this key alone until `until`, and stands in the addresses of searches in place of the words."}, s.apiGive)
	rest.Add(a, rest.Op{ID: "list-events", Method: http.MethodGet, Path: "/events", Tag: tag, Need: mayRead, Summary: "Search events",
		Description: "Newest first. Every call stands in the audit trail with its reason. 422 on `why` when that is nobody's, another's, or holds no more. 503 when nothing keeps events or the engine does not answer."}, s.apiList)
}

type apiReason struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why; it goes into the audit trail with every search." example:"12/CV-PA05"`
	}
}

type apiGiven struct {
	ID    string    `json:"id" doc:"For the parameter why of list-events."`
	Until time.Time `json:"until" doc:"It holds until then."`
}

func (s *Service) apiGive(ctx context.Context, in *apiReason) (*rest.Answer[apiGiven], error) {
	why, err := s.Give(ctx, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &rest.Answer[apiGiven]{Body: apiGiven{why.ID, why.Until.UTC()}}, nil
}

func (s *Service) apiList(ctx context.Context, in *apiQuery) (*rest.Listing[apiEvent], error) {
	q := Question{Words: in.Q, Addr: in.Address, Name: in.Name, User: in.User, Class: in.Class, Source: in.Source, Unit: in.Unit,
		More: Compare{in.Field, in.Op, in.Value, in.Not}, Expert: in.Expert, From: in.Since.UTC(), To: in.Until.UTC(), Why: in.Why}
	if in.Until.IsZero() {
		q.To = s.Now().UTC()
	}
	if in.Since.IsZero() {
		q.From = q.To.Add(-day)
	}
	a, err := s.List(ctx, q, lake.Page{After: in.After, Size: in.Limit})
	if err != nil {
		return nil, plain(in, err)
	}
	return rest.List(a.Rows, a.Total, a.Next, apiViewOf), nil
}

// plain is an error of the store as a program is told of it.
func plain(in *apiQuery, err error) error {
	const op = "lookup.apiList"
	switch {
	case errors.Is(err, lake.ErrQuery) && in.Expert != "":
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"logsql": "lookup.bad.expert"}, Err: err}
	case errors.Is(err, lake.ErrQuery):
		return &fault.Error{Kind: fault.Invalid, Op: op, Msg: "lookup.bad.query", Err: err}
	case errors.Is(err, lake.ErrTooSlow):
		return &fault.Error{Kind: fault.Invalid, Op: op, Msg: "lookup.err.slow.text", Err: err}
	case errors.Is(err, lake.ErrUnavailable):
		return &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "lookup.asleep.text", Err: err}
	}
	var f *fault.Error
	if names := map[string]string{"addr": "address", "expert": "logsql", "from": "since", "to": "until", "reason": "why"}; errors.As(err, &f) && f.Kind == fault.Invalid {
		fields := map[string]string{}
		for field, key := range f.Fields {
			if name, ok := names[field]; ok {
				field = name
			}
			fields[field] = key
		}
		return &fault.Error{Kind: f.Kind, Op: op, Msg: f.Msg, Fields: fields, Err: err}
	}
	return err
}

func apiViewOf(r lake.Row) apiEvent {
	out := apiEvent{Time: r.Time.UTC(), Block: r.Block, Line: r.Line, SourceID: r.Source, UnitID: r.Owner, Class: string(r.Class),
		Fields: make(map[string]string, len(r.Fields)), Raw: strings.ToValidUTF8(r.Raw, "\uFFFD")}
	for _, f := range r.Fields {
		out.Fields[f.Name] = strings.ToValidUTF8(f.Value, "\uFFFD")
	}
	return out
}
