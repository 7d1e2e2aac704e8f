// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiWayFields are the parts of a way in that a caller may write.
type apiWayFields struct {
	Kind        string `json:"kind" enum:"syslog-udp,syslog-tcp,syslog-tls,http,dnstap,netflow,file" doc:"How the sender sends. It cannot change."`
	Listener    string `json:"listener,omitempty" maxLength:"120" doc:"Name of the listener in the configuration; absent: any."`
	Network     string `json:"network,omitempty" maxLength:"64" doc:"Sender's address or network; absent: any." example:"10.1.2.0/24"`
	Host        string `json:"host,omitempty" maxLength:"255" doc:"HOSTNAME of the syslog header, or identity of dnstap; absent: any." example:"fw-01"`
	Relay       bool   `json:"relay,omitempty" doc:"The sender relays lines of several hosts through one connection; each line is asked for by its host name. Of syslog-tcp and syslog-tls, with host."`
	Certificate string `json:"certificate,omitempty" maxLength:"200" doc:"SHA-256 of the client certificate, hexadecimal."`
	Path        string `json:"path,omitempty" maxLength:"500" doc:"Pattern of tailed files." example:"/var/log/named/*.log"`
	Lines       int64  `json:"lines_a_second,omitempty" minimum:"0" doc:"Most lines a second; 0: no limit."`
	Bytes       int64  `json:"bytes_a_second,omitempty" minimum:"0" doc:"Most bytes a second; 0: no limit."`
	Off         bool   `json:"off,omitempty"`
	Note        string `json:"note,omitempty" maxLength:"500"`
}

type apiWay struct {
	ID       string `json:"id"`
	SourceID string `json:"source_id"`
	apiWayFields
	TokenAt   *time.Time `json:"token_at,omitempty" doc:"When its token was made; absent without one."`
	CreatedAt time.Time  `json:"created_at"`
	Version   int64      `json:"version"`
}

type apiNewWay struct {
	apiWay
	Token string `json:"token,omitempty" doc:"What senders show, in Authorization: Bearer. Told this once."`
}

type apiWayPath struct {
	ID  string `path:"id" maxLength:"200" doc:"Id of the source."`
	Way string `path:"way" maxLength:"200" doc:"Id of the way in."`
}

type apiAddWayInput struct {
	rest.One
	Body apiWayFields
}

type apiChangeWayInput struct {
	apiWayPath
	rest.Match
	Body apiWayFields
}

type apiWindow struct {
	rest.One
	From time.Time `query:"from" doc:"Beginning of the window; absent: a day before its end." example:"2026-11-21T00:00:00+07:00"`
	To   time.Time `query:"to" doc:"End of the window, not included; absent: now. At most 366 days after from."`
}

// apiCover is the coverage of a unit. Hours are those of sources: two sources
// over one hour are two.
type apiCover struct {
	Sources  int64       `json:"sources" doc:"Sources that see the unit."`
	Seen     int64       `json:"seen_hours" doc:"Of the expected hours, those with data."`
	Expected int64       `json:"expected_hours" doc:"Hours in which a watched source should have spoken."`
	Deaf     int64       `json:"deaf_hours" doc:"Of the expected hours, those in which this centre did not listen."`
	Unasked  int64       `json:"unwatched_hours" doc:"Hours with data of sources that nobody waited for."`
	Verdict  string      `json:"verdict" enum:"no_source,no_data,partly,unwatched,enough" doc:"What a figure that rests on logs may say, at the least coverage that the rule pack asks for."`
	Missing  []apiMissed `json:"missing" nullable:"false" doc:"Sources within what the key may see that were missing."`
}

type apiMissed struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Hours int64  `json:"hours"`
}

type apiUptimeQuery struct {
	rest.Paging
	Month string `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"Absent: this month." example:"2026-11"`
	Unit  string `query:"unit" maxLength:"200" doc:"Owner unit."`
}

type apiUptime struct {
	SourceID string   `json:"source_id"`
	Name     string   `json:"name"`
	UnitID   string   `json:"unit_id"`
	Seen     int64    `json:"seen_hours"`
	Expected int64    `json:"expected_hours"`
	Deaf     int64    `json:"deaf_hours" doc:"Hours lost because this centre did not listen; not among the expected."`
	Percent  *float64 `json:"percent,omitempty" doc:"Absent when no hour was expected." example:"99.3"`
	Lines    int64    `json:"lines"`

	Ways []apiWayUptime `json:"ways" doc:"The ways in of the source, by the hours in which lines were received."`
}

type apiWayUptime struct {
	WayID    string   `json:"way_id" doc:"Empty: by collectors or files."`
	Seen     int64    `json:"seen_hours"`
	Expected int64    `json:"expected_hours" doc:"Those of the source since the way was made, and since the hours of ways are kept."`
	Deaf     int64    `json:"deaf_hours"`
	Percent  *float64 `json:"percent,omitempty" doc:"Absent when no hour was expected." example:"99.3"`
}

// WatchAPI adds the operations on ways in, coverage and uptime.
func WatchAPI(a *rest.API, s *Service) {
	const tag = "Sources"
	rest.Add(a, rest.Op{ID: "list-ways", Method: http.MethodGet, Path: "/sources/{id}/ways", Tag: tag, Need: mayRead, Summary: "List the ways in of a source"}, s.apiWays)
	rest.Add(a, rest.Op{ID: "add-way", Method: http.MethodPost, Path: "/sources/{id}/ways", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Add a way in", Description: "A way by HTTP without certificate gets a token, told this once."}, s.apiAddWay)
	rest.Add(a, rest.Op{ID: "change-way", Method: http.MethodPut, Path: "/sources/{id}/ways/{way}", Tag: tag, Need: mayWrite, Summary: "Replace a way in",
		Description: "kind must be the way's own. Its token stays."}, s.apiChangeWay)
	rest.Add(a, rest.Op{ID: "get-coverage", Method: http.MethodGet, Path: "/units/{id}/coverage", Tag: tag, Need: mayRead,
		Summary: "Coverage of a unit", Description: "How much of what should have been seen of a unit and of those below it was seen."}, s.apiCoverage)
	rest.Add(a, rest.Op{ID: "list-uptime", Method: http.MethodGet, Path: "/uptime", Tag: tag, Need: mayRead, Summary: "Uptime of sources in a month"}, s.apiUptime)
}

func (f apiWayFields) way() Way {
	return Way{Kind: WayKind(f.Kind), Listener: f.Listener, Network: f.Network, Host: f.Host, Certificate: f.Certificate, Path: f.Path,
		Lines: f.Lines, Bytes: f.Bytes, Off: f.Off, Note: f.Note}
}

func apiWayOf(w Way) apiWay {
	return apiWay{ID: string(w.ID), SourceID: string(w.Source), TokenAt: rest.Time(w.TokenAt), CreatedAt: w.CreatedAt.UTC(), Version: w.Version,
		apiWayFields: apiWayFields{Kind: string(w.Kind), Listener: w.Listener, Network: w.Network, Host: w.Host, Certificate: w.Certificate,
			Path: w.Path, Lines: w.Lines, Bytes: w.Bytes, Off: w.Off, Note: w.Note}}
}

func (s *Service) apiWays(ctx context.Context, in *rest.One) (*rest.Listing[apiWay], error) {
	if _, err := s.Get(ctx, ID(in.ID)); err != nil {
		return nil, err
	}
	ways, err := s.Ways(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.List(ways, int64(len(ways)), "", apiWayOf), nil
}

func (s *Service) apiAddWay(ctx context.Context, in *apiAddWayInput) (*rest.Created[apiNewWay], error) {
	w := in.Body.way()
	w.Source = ID(in.ID)
	w, token, err := s.AddWay(ctx, w)
	if err != nil {
		return nil, renamedWay(err)
	}
	return rest.Made(apiNewWay{apiWayOf(w), token}, w.Version, "/sources/"+in.ID+"/ways/"+string(w.ID)), nil
}

func renamedWay(err error) error {
	return rest.Rename(rest.Rename(err, "lines", "lines_a_second"), "bytes", "bytes_a_second")
}

func (s *Service) apiChangeWay(ctx context.Context, in *apiChangeWayInput) (*rest.Record[apiWay], error) {
	const op = "source.apiChangeWay"
	have, err := s.Way(ctx, WayID(in.Way))
	if err == nil && string(have.Source) != in.ID {
		err = fault.Missing(op)
	}
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	if in.Body.Kind != string(have.Kind) {
		return nil, fault.Bad(op, "kind", "source.way.bad.kind")
	}
	w := in.Body.way()
	w.ID, w.Version = have.ID, have.Version
	if w, err = s.ChangeWay(ctx, w); err != nil {
		return nil, renamedWay(err)
	}
	return rest.Versioned(apiWayOf(w), w.Version), nil
}

// longestWindow is the longest window of coverage that the API answers.
const longestWindow = 366 * 24 * time.Hour

func (s *Service) apiCoverage(ctx context.Context, in *apiWindow) (*rest.Answer[apiCover], error) {
	if in.To.IsZero() {
		in.To = s.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-24 * time.Hour)
	}
	if !in.From.Before(in.To) || in.To.Sub(in.From) > longestWindow {
		return nil, fault.Bad("source.apiCoverage", "to", "source.cover.bad.window")
	}
	c, err := s.Covered(ctx, in.ID, in.From, in.To)
	if err != nil {
		return nil, err
	}
	out := apiCover{Sources: c.Sources, Seen: c.Seen, Expected: c.Expected, Deaf: c.Deaf, Unasked: c.Unasked, Verdict: string(c.Verdict(s.Least())), Missing: []apiMissed{}}
	for _, m := range c.Missing {
		out.Missing = append(out.Missing, apiMissed{string(m.ID), m.Name, m.Hours})
	}
	return &rest.Answer[apiCover]{Body: out}, nil
}

func (s *Service) apiUptime(ctx context.Context, in *apiUptimeQuery) (*rest.Listing[apiUptime], error) {
	first := MonthOf(s.Now())
	if in.Month != "" {
		d, err := calendar.ParseDate(in.Month + "-01")
		if err != nil {
			return nil, fault.Bad("source.apiUptime", "month", "source.uptime.bad.month")
		}
		first = d
	}
	rows, total, err := s.UptimePage(ctx, first, Filter{Unit: in.Unit, After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	rows, more := rest.Cut(rows, in.Limit)
	after := ""
	if more {
		after = string(rows[len(rows)-1].Source.ID)
	}
	return rest.List(rows, total, after, func(u Uptime) apiUptime {
		out := apiUptime{SourceID: string(u.Source.ID), Name: u.Source.Name, UnitID: u.Source.Owner, Seen: u.Seen, Expected: u.Expected, Deaf: u.Deaf, Lines: u.Lines,
			Percent: u.percent(), Ways: []apiWayUptime{}}
		for _, w := range u.Ways {
			out.Ways = append(out.Ways, apiWayUptime{WayID: string(w.Way.ID), Seen: w.Seen, Expected: w.Expected, Deaf: w.Deaf, Percent: w.percent()})
		}
		return out
	}), nil
}

// percent is Percent in percent, nil when no hour was expected.
func (u Uptime) percent() *float64 {
	tenths, ok := u.Percent()
	if !ok {
		return nil
	}
	percent := float64(tenths) / 10
	return &percent
}
