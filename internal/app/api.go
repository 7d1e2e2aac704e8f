// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// This file puts the rooms' operations together into the API, and keeps one
// key from taking all of it.

// webhooks builds the room that tells other programs, and begins its calls.
func (a *App) webhooks() *webhook.Service {
	s := webhook.New(webhook.Deps{Records: a.Records, Secrets: a.Secrets, Now: a.opt.Now, Root: a.root, Standing: a.Rooms.Accounts.Standing,
		Failed: a.tellWebhook})
	a.behind.every(time.Second, "call webhooks", s.Deliver)
	return s
}

// api gathers the operations of all rooms.
func (a *App) api() *rest.API {
	api, r := rest.New(a.opt.Version), &a.Rooms
	account.API(api, r.Accounts)
	unit.API(api, r.Units)
	source.API(api, r.Sources)
	source.WatchAPI(api, r.Sources)
	indicator.API(api, r.Indicators)
	finding.API(api, r.Findings)
	lookup.API(api, r.Lookup)
	infection.API(api, r.Infections)
	incident.API(api, r.Incidents)
	obligation.API(api, r.Obligations)
	report.API(api, r.Reports)
	document.API(api, r.Documents)
	directive.API(api, r.Directives)
	board.API(api, r.Boards)
	series.API(api, r.Series)
	webhook.API(api, r.Webhooks)
	feed.API(api, r.Feeds)
	retention.API(api, r.Retention)
	rule.API(api, r.Rules)
	esign.API(api, r.Signatures)
	collector.API(api, r.Collectors)
	workdays.API(api, r.Workdays)
	template.API(api, r.Templates)
	binding.API(api, r.Bindings)
	measure.API(api, r.Measures)
	a.jobsAPI(api)
	return api
}

// apiRoutes are the API's part of the route table, and the pages about it.
func (a *App) apiRoutes(site *web.Site) []web.Route {
	api := a.api()
	routes := api.Routes()
	var uses []auth.Permission
	for _, rt := range routes {
		if rt.Access == web.Granted && !slices.Contains(uses, rt.Need) {
			uses = append(uses, rt.Need)
		}
	}
	return slices.Concat(routes, rest.Pages(site, api),
		account.NewKeyPages(site, a.Rooms.Accounts, account.KeyChoices{Units: a.unitOptions, Link: a.link,
			Uses: func() []auth.Permission { return uses }}).Routes(),
		webhook.NewPages(site, a.Rooms.Webhooks, webhook.Choices{Units: a.unitOptions}).Routes())
}

// called tells the use cases from where a request came: keys may be bound to
// addresses.
func (a *App) called(site *web.Site, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(account.FromAddress(r.Context(), site.Caller(r))))
	})
}

// apiJob is durable work as the API tells it.
type apiJob struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" example:"source.file"`
	State     string     `json:"state" enum:"queued,running,done,failed,cancelled"`
	Done      int64      `json:"done" doc:"Parts done."`
	Total     int64      `json:"total" doc:"Of so many; 0 while unknown."`
	Attempts  int64      `json:"attempts"`
	CreatedAt time.Time  `json:"created_at"`
	StartedAt *time.Time `json:"started_at,omitempty" doc:"Of the latest attempt."`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Problem   string     `json:"problem,omitempty" doc:"Code of why the latest attempt failed."`
}

var readJobs = auth.Permission{Area: auth.Settings, Act: auth.Read}

func (a *App) jobsAPI(api *rest.API) {
	rest.Add(api, rest.Op{ID: "get-job", Method: http.MethodGet, Path: "/jobs/{id}", Tag: "Jobs", Need: readJobs, Summary: "Follow work that goes on",
		Description: "The reading of a file, the loading of a list."},
		func(ctx context.Context, in *rest.One) (*rest.Answer[apiJob], error) {
			_, scope, err := auth.Need(ctx, "app.getJob", readJobs)
			if err != nil {
				return nil, err
			}
			j, err := a.Queue.Get(ctx, scope, in.ID)
			if err != nil {
				return nil, err
			}
			return &rest.Answer[apiJob]{Body: apiJob{ID: j.ID, Kind: j.Kind, State: string(j.State), Done: j.Done, Total: j.Total, Attempts: j.Attempts,
				CreatedAt: j.CreatedAt.UTC(), StartedAt: rest.Time(j.StartedAt.Time), EndedAt: rest.Time(j.EndedAt.Time), Problem: j.Failure().Message}}, nil
		})
}

// How much one key may ask: apiRate requests a second for ever, apiBurst at
// once. A person's pages are not counted.
const (
	apiRate  = 20
	apiBurst = 200
)

// throttle holds every key to its share.
type throttle struct {
	now   func() time.Time
	burst int
	mu    sync.Mutex
	keys  map[string]*rate.Limiter
}

func newThrottle(now func() time.Time, burst int) *throttle {
	return &throttle{now: now, burst: cmp.Or(burst, apiBurst), keys: map[string]*rate.Limiter{}}
}

// over is the table with every route of the API behind t.
func (t *throttle) over(table []web.Route) []web.Route {
	out := slices.Clone(table)
	for i, rt := range out {
		if rt.API {
			out[i].Handle = t.hold(rt.Handle)
		}
	}
	return out
}

func (t *throttle) hold(next web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		actor, ok := auth.From(r.Context())
		if !ok {
			return next(w, r)
		}
		if wait := t.take(actor.ID); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			return &fault.Error{Kind: fault.TooMany, Op: "app.throttle"}
		}
		return next(w, r)
	}
}

// take counts one request of key, or says how long it has to wait.
func (t *throttle) take(key string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	l := t.keys[key]
	if l == nil {
		for id, old := range t.keys { // a bucket that is full again says nothing
			if old.TokensAt(now) >= float64(t.burst) {
				delete(t.keys, id)
			}
		}
		l = rate.NewLimiter(apiRate, t.burst)
		t.keys[key] = l
	}
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// noteFound notes each finding that a block opened, so that whoever follows
// changes hears of it: the block's own entry names the file alone.
func (a *App) noteFound(ctx context.Context, tx *db.Tx, touched []finding.Touched) error {
	for _, f := range touched {
		if !f.Opened {
			continue
		}
		if err := audit.Add(ctx, tx, a.opt.Now(), audit.Entry{Action: "finding.open", Kind: "finding", Object: string(f.ID), Unit: f.Owner}); err != nil {
			return err
		}
	}
	return nil
}
