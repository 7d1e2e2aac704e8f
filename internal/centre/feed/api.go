// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiFeed is a feed as the API tells it. Its key is never told.
type apiFeed struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	URL       string     `json:"url,omitempty" doc:"Absent: files are dropped into the feed's folder."`
	Shape     string     `json:"shape" enum:"file,misp-feed" doc:"What stands at the address: one file, or the folder of a MISP feed."`
	UnitID    string     `json:"unit_id"`
	ListID    string     `json:"list_id,omitempty" doc:"The list it fills; absent until its first content made it."`
	Folder    string     `json:"folder" doc:"Name of its drop folder."`
	Every     int64      `json:"every_minutes,omitempty"`
	At        []string   `json:"at,omitempty" doc:"Times of the day, Asia/Ho_Chi_Minh."`
	Active    bool       `json:"active" doc:"Is fetched."`
	Stale     bool       `json:"stale" doc:"Brought nothing for three intervals."`
	Failures  int64      `json:"failures" doc:"Runs in a row that brought nothing usable."`
	Why       string     `json:"why,omitempty" doc:"Why the latest run failed."`
	Rows      int64      `json:"rows" doc:"Indicators of the latest content."`
	NextAt    *time.Time `json:"next_at,omitempty"`
	TriedAt   *time.Time `json:"tried_at,omitempty"`
	OKAt      *time.Time `json:"ok_at,omitempty" doc:"Content was loaded or confirmed."`
	ChangedAt *time.Time `json:"changed_at,omitempty"`
	RunID     string     `json:"run_id,omitempty" doc:"The fetch that goes on."`
	CreatedAt time.Time  `json:"created_at"`
	Version   int64      `json:"version"`
}

type apiRun struct {
	ID      string     `json:"id"`
	How     string     `json:"how" enum:"schedule,now,drop"`
	State   string     `json:"state" enum:"waiting,running,loading,same,done,refused,failed,cancelled"`
	BeganAt time.Time  `json:"began_at"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
	Status  int64      `json:"status,omitempty" doc:"Of HTTP."`
	Bytes   int64      `json:"bytes"`
	SHA256  string     `json:"sha256,omitempty"`
	Seq     int64      `json:"seq,omitempty" doc:"Version of the list it became, or is."`
	Rows    int64      `json:"rows"`
	Why     string     `json:"why,omitempty"`
	JobID   string     `json:"job_id,omitempty"`
	Events  *apiEvents `json:"events,omitempty" doc:"Of a MISP feed: what became of the events."`
}

// apiEvents accounts for the events of a MISP feed in one run:
// named = fetched + same + missing + refused + left.
type apiEvents struct {
	Named   int64      `json:"named"`
	Fetched int64      `json:"fetched" doc:"New or changed, and came whole."`
	Same    int64      `json:"same" doc:"In hand since an earlier run."`
	Missing int64      `json:"missing" doc:"Did not come."`
	Refused int64      `json:"refused" doc:"Came, and is not the event it should be."`
	Left    int64      `json:"left" doc:"For the next run."`
	Gone    int64      `json:"gone" doc:"No longer named: out of the list."`
	Notes   []apiEvent `json:"notes" nullable:"false" doc:"Missing, refused and gone ones, at most 200."`
}

type apiEvent struct {
	UUID  string `json:"uuid"`
	Info  string `json:"info,omitempty"`
	State string `json:"state" enum:"missing,refused,gone"`
	Why   string `json:"why,omitempty"`
	Kept  bool   `json:"kept" doc:"What came of it earlier stays in the list."`
}

type apiListQuery struct {
	rest.Paging
	Q     string `query:"q" maxLength:"500" doc:"Words of name and address."`
	State string `query:"state" enum:"on,off,drop,failing"`
}

type apiRunsQuery struct {
	rest.One
	rest.Paging
	State string `query:"state" enum:"waiting,running,loading,same,done,refused,failed,cancelled"`
}

// API adds the room's operations. A program reads feeds and asks for a fetch of
// one that is on; making and turning on is for people.
func API(a *rest.API, s *Service) {
	const tag = "Feeds"
	rest.Add(a, rest.Op{ID: "list-feeds", Method: http.MethodGet, Path: "/feeds", Tag: tag, Need: mayRead, Summary: "List feeds of indicators"}, s.apiAll)
	rest.Add(a, rest.Op{ID: "get-feed", Method: http.MethodGet, Path: "/feeds/{id}", Tag: tag, Need: mayRead, Summary: "Get a feed"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "list-feed-runs", Method: http.MethodGet, Path: "/feeds/{id}/runs", Tag: tag, Need: mayRead, Summary: "List the runs of a feed"}, s.apiRuns)
	rest.Add(a, rest.Op{ID: "fetch-feed", Method: http.MethodPost, Path: "/feeds/{id}/fetch", Tag: tag, Need: mayWrite, Summary: "Fetch a feed now",
		Description: "The feed must be on, and no fetch going on. Follow the run, or its job."}, s.apiFetch)
}

func (s *Service) apiOf(ctx context.Context) func(Feed) apiFeed {
	now := s.Now()
	return func(f Feed) apiFeed {
		return apiFeed{ID: string(f.ID), Name: f.Name, URL: f.URL, Shape: map[Shape]string{OneFile: "file", MISPFolder: "misp-feed"}[f.Shape], UnitID: f.Unit, ListID: string(f.List), Folder: f.Folder,
			Every: int64(f.Schedule.Every / time.Minute), At: f.Schedule.At, Active: f.Active, Stale: f.Stale(now), Failures: f.Failures,
			Why: whyText(ctx, f.Why, f.WhyArgs), Rows: f.Rows, NextAt: rest.Time(f.NextAt), TriedAt: rest.Time(f.TriedAt), OKAt: rest.Time(f.OKAt),
			ChangedAt: rest.Time(f.ChangedAt), RunID: f.Run, CreatedAt: f.CreatedAt.UTC(), Version: f.Version}
	}
}

func apiRunOf(ctx context.Context) func(Run) apiRun {
	return func(r Run) apiRun {
		return apiRun{ID: r.ID, How: string(r.How), State: string(r.State), BeganAt: r.Began.UTC(), EndedAt: rest.Time(r.Ended), Status: r.Status, Bytes: r.Bytes,
			SHA256: r.SHA256, Seq: r.Seq, Rows: r.Rows, Why: whyText(ctx, r.Why, r.WhyArgs), JobID: r.Job, Events: apiEventsOf(ctx, r.Events)}
	}
}

func apiEventsOf(ctx context.Context, e *Events) *apiEvents {
	if e == nil {
		return nil
	}
	out := &apiEvents{Named: e.Named, Fetched: e.Fetched, Same: e.Same, Missing: e.Missing, Refused: e.Refused, Left: e.Left, Gone: e.Gone, Notes: []apiEvent{}}
	for _, n := range e.Notes {
		out.Notes = append(out.Notes, apiEvent{UUID: n.UUID, Info: n.Info, State: string(n.State), Why: whyText(ctx, n.Why, n.Args), Kept: n.Kept})
	}
	return out
}

func (s *Service) apiAll(ctx context.Context, in *apiListQuery) (*rest.Listing[apiFeed], error) {
	p, err := s.List(ctx, Filter{Search: in.Q, State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, s.apiOf(ctx)), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiFeed], error) {
	f, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(s.apiOf(ctx)(f), f.Version), nil
}

func (s *Service) apiRuns(ctx context.Context, in *apiRunsQuery) (*rest.Listing[apiRun], error) {
	list, total, err := s.Runs(ctx, ID(in.ID), RunFilter{State: State(in.State), After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit {
		next = list[len(list)-1].ID
	}
	return rest.List(list, total, next, apiRunOf(ctx)), nil
}

func (s *Service) apiFetch(ctx context.Context, in *rest.One) (*rest.Answer[apiRun], error) {
	r, err := s.Fetch(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return &rest.Answer[apiRun]{Body: apiRunOf(ctx)(r)}, nil
}
