// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiCollector is a collector as the API tells it.
type apiCollector struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	UnitID      string     `json:"unit_id" doc:"The unit whose site it stands at."`
	Note        string     `json:"note"`
	State       string     `json:"state" enum:"fine,behind,near,silent,full,copied,waiting,lapsed,revoked" doc:"behind: what comes was received long before; near, full: its spool soon has no room, or has none; silent: not heard of within its rhythm; copied: it runs on an old copy of its folder; waiting, lapsed: for its code, which ran out."`
	SeenAt      *time.Time `json:"seen_at,omitempty" doc:"Last report."`
	TakenAt     *time.Time `json:"taken_at,omitempty" doc:"Last block."`
	ReachedAt   *time.Time `json:"reached_at,omitempty" doc:"When the last block was received there."`
	Rhythm      int64      `json:"rhythm_minutes" doc:"Within which it is to be heard of, by the network or on a stick."`
	Version     string     `json:"program_version"`
	Host        string     `json:"host"`
	Backlog     int64      `json:"backlog_blocks" doc:"Blocks that lie there and have not come."`
	SpoolBytes  int64      `json:"spool_bytes"`
	SpoolLimit  int64      `json:"spool_limit"`
	Refused     int64      `json:"refused_by_spool" doc:"Blocks that found no room there, each time they were offered."`
	Next        int64      `json:"next" doc:"Number of the block the centre wants."`
	Missing     string     `json:"missing" doc:"Numbers below the highest that have not come." example:"12-15 20"`
	Gone        string     `json:"gone" doc:"Those of them that the collector no longer has."`
	Skew        float64    `json:"clock_skew_seconds" doc:"Its clock less the centre's."`
	Blocks      int64      `json:"blocks"`
	Lines       int64      `json:"lines"`
	Bytes       int64      `json:"bytes"`
	Repeated    int64      `json:"repeated_blocks"`
	Certificate *time.Time `json:"certificate_until,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	Revision    int64      `json:"version"`
}

type apiListQuery struct {
	rest.Paging
	Q     string `query:"q" maxLength:"500" doc:"Words of name and note."`
	Unit  string `query:"unit" maxLength:"200" doc:"Unit, with those below it."`
	State string `query:"state" enum:"fine,behind,near,silent,full,copied,waiting,lapsed,revoked" doc:"Absent: all."`
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Collectors"
	rest.Add(a, rest.Op{ID: "list-collectors", Method: http.MethodGet, Path: "/collectors", Tag: tag, Need: mayRead, Summary: "List collectors at units' sites"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-collector", Method: http.MethodGet, Path: "/collectors/{collector}", Tag: tag, Need: mayRead, Summary: "Get a collector",
		Description: "How it does, what waits there, and which numbered blocks are missing."}, s.apiGet)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiCollector], error) {
	rows, total, err := s.List(ctx, Filter{Search: in.Q, Unit: in.Unit, State: State(in.State), After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	rows, more := rest.Cut(rows, in.Limit)
	after := ""
	if more {
		after = string(rows[len(rows)-1].ID)
	}
	return rest.List(rows, total, after, s.apiView), nil
}

type apiOne struct {
	Collector string `path:"collector" maxLength:"200" doc:"Id of the collector."`
}

func (s *Service) apiGet(ctx context.Context, in *apiOne) (*rest.Record[apiCollector], error) {
	c, err := s.Get(ctx, ID(in.Collector))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiView(c), c.Version), nil
}

func (s *Service) apiView(c Collector) apiCollector {
	return apiCollector{ID: string(c.ID), Name: c.Name, UnitID: c.Unit, Note: c.Note, State: string(c.State(s.Now())), SeenAt: rest.Time(c.SeenAt),
		TakenAt: rest.Time(c.TakenAt), ReachedAt: rest.Time(c.Reached), Rhythm: c.Rhythm, Version: c.Said.Version, Host: c.Said.Host, Backlog: c.Backlog(), SpoolBytes: c.Said.Bytes, SpoolLimit: c.Said.Limit,
		Refused: c.Said.Refused, Next: int64(c.Next()), Missing: c.Missing().String(), Gone: c.Gone().String(), Skew: c.Skew.Seconds(), Blocks: c.Blocks,
		Lines: c.Lines, Bytes: c.Bytes, Repeated: c.Repeated, Certificate: rest.Time(c.CertEnds), CreatedAt: c.CreatedAt.UTC(), Revision: c.Version}
}
