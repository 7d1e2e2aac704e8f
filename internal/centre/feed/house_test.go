// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// t0 is a Saturday morning in Hà Nội: 21/11/2026 08:05.
var t0 = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)

var sources = []fs.FS{auth.Migrations, audit.Migrations, jobs.Migrations, web.Migrations, setting.Migrations, indicator.Migrations, feed.Migrations}

// house is the room over an empty centre with two communes under a province.
type house struct {
	*feed.Service
	t      testing.TB
	db     *db.DB
	files  *blob.Store
	box    *secret.Box
	folder string
	clock  atomic.Int64 // Unix seconds
	shut   atomic.Bool  // the account feeds stand under
	lists  *indicator.Service
	runner *jobs.Runner // of fetches
	loader *jobs.Runner // of loading

	timeout, patience time.Duration
	roots             *x509.CertPool
}

func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) { test(t, furnish(t, d)) })
}

func furnish(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, timeout: 20 * time.Second, patience: 20 * time.Second, folder: filepath.Join(t.TempDir(), "drop", "feeds")}
	h.clock.Store(t0.Unix())
	err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh','tinh'),('tinh','a'),('tinh','b'),('a','a'),('b','b')").Exec(ctx)
		return err
	})
	h.ok(err)
	h.files, err = blob.Open(t.TempDir(), h.now())
	h.ok(err)
	t.Cleanup(func() {
		if err := h.files.Close(); err != nil {
			t.Error(err)
		}
	})
	h.box, err = secret.Open(t.TempDir())
	h.ok(err)
	h.restart()
	return h
}

// restart is what a process that dies and comes back does: new services over the
// same stores.
func (h *house) restart() {
	queue := jobs.New(h.db, h.now)
	root := func(context.Context) (string, error) { return "tinh", nil }
	h.lists = indicator.New(indicator.Deps{Records: h.db, Files: h.files, Queue: queue, Now: h.now, Limit: 4 << 20, Most: 10_000, Root: root})
	h.Service = feed.New(feed.Deps{Records: h.db, Queue: queue, Lists: h.lists, Files: h.files, Secrets: h.box, Now: h.now, Root: root, Folder: h.folder,
		Say:     func(lang i18n.Language, key string, args ...any) string { return fmt.Sprint(lang, " ", key, args) },
		Own:     func() []netip.Prefix { return nil },
		Jitter:  func(time.Duration) time.Duration { return 0 },
		Timeout: h.timeout, Patience: h.patience, Roots: h.roots,
		Standing: func(_ context.Context, account, unit string) (auth.Actor, error) {
			if h.shut.Load() {
				return auth.Actor{}, &fault.Error{Kind: fault.SignedOut, Op: "test"}
			}
			return auth.Actor{ID: account, Home: unit, Grants: []auth.Grant{{Role: auth.Centre, Unit: unit}}}, nil
		}})
	h.runner = jobs.NewRunner(queue, jobs.Options{Handlers: map[string]jobs.Handler{feed.JobKind: h.Handler()}})
	h.loader = jobs.NewRunner(queue, jobs.Options{Handlers: map[string]jobs.Handler{indicator.JobKind: h.lists.Handler()}})
}

func (h *house) now() time.Time { return time.Unix(h.clock.Load(), 0).UTC() }

func (h *house) later(d time.Duration) { h.clock.Add(int64(d / time.Second)) }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func as(t testing.TB, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), auth.Actor{ID: string(role) + "-" + unit, Name: "Người " + unit, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// officer is the person who keeps feeds of unit.
func officer(t testing.TB, unit string) context.Context { return as(t, auth.Centre, unit) }

func run(h *house, r *jobs.Runner) {
	h.t.Helper()
	for {
		ran, err := r.RunOnce(context.Background())
		h.ok(err)
		if !ran {
			return
		}
	}
}

// beat is one turn of all background work: what is due is fetched, loaded and
// settled.
func (h *house) beat() {
	h.t.Helper()
	h.ok(h.Attend(h.t.Context()))
	run(h, h.runner)
	run(h, h.loader)
	h.ok(h.Attend(h.t.Context()))
}

// sender is a web server in a mood.
type sender struct {
	*httptest.Server
	mu    sync.Mutex
	mood  http.HandlerFunc
	calls []*http.Request
	hang  chan struct{}
}

func listen(t *testing.T, h *house, mood http.HandlerFunc) *sender {
	t.Helper()
	s := &sender{mood: mood, hang: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls = append(s.calls, r)
		mood := s.mood
		s.mu.Unlock()
		mood(w, r)
	}))
	t.Cleanup(func() { close(s.hang); s.Close() })
	h.allow(t, "127.0.0.0/8")
	return s
}

func (s *sender) be(mood http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = mood
}

func (s *sender) seen() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request{}, s.calls...)
}

// allow opens networks for feeds.
func (h *house) allow(t *testing.T, networks ...string) {
	t.Helper()
	n, err := h.Network(t.Context())
	h.ok(err)
	n.Allowed = nil
	for _, text := range networks {
		n.Allowed = append(n.Allowed, netip.MustParsePrefix(text))
	}
	h.ok(h.SetNetwork(as(t, auth.Administrator, "tinh"), n))
}

// says answers with text and, when tag is not empty, as a server that knows
// whether it changed.
func says(text, tag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if tag != "" {
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		_, _ = io.WriteString(w, text)
	}
}

// order is a feed of unit a as the form begins.
func order(name, url string) feed.Order {
	return feed.Order{Name: name, URL: url, Unit: "a", Schedule: feed.Schedule{Every: time.Hour}, Limit: 1,
		New: indicator.List{Name: "Danh sách " + name, Kind: indicator.Block, TLP: indicator.Amber, Scope: indicator.WithSubdomains, Layout: indicator.Auto}}
}

// feedOf makes a feed and turns it on.
func (h *house) feedOf(t *testing.T, o feed.Order) feed.Feed {
	t.Helper()
	f, err := h.Create(officer(t, "a"), o)
	h.ok(err)
	if o.URL != "" {
		f, err = h.Switch(officer(t, "a"), f.ID, f.Version, true, "")
		h.ok(err)
	}
	return f
}

func (h *house) get(f feed.Feed) feed.Feed {
	h.t.Helper()
	now, err := h.Get(officer(h.t, "a"), f.ID)
	h.ok(err)
	return now
}

// latest is the newest run of a feed.
func (h *house) latest(f feed.Feed) feed.Run {
	h.t.Helper()
	list, _, err := h.Runs(officer(h.t, "a"), f.ID, feed.RunFilter{})
	h.ok(err)
	if len(list) == 0 {
		h.t.Fatal("no run")
	}
	return list[0]
}

// versions are those of the feed's list, newest first.
func (h *house) versions(f feed.Feed) []indicator.Version {
	h.t.Helper()
	id := h.get(f).List
	if id == "" {
		return nil
	}
	all, err := h.lists.Versions(officer(h.t, "a"), id)
	h.ok(err)
	return all
}

// hits reports whether the live index holds name for bad.
func (h *house) hits(name string) bool {
	held, err := h.lists.Current(h.t.Context())
	h.ok(err)
	defer held.Release()
	for _, m := range held.Index().Match(strings.ToLower(name)) {
		if m.Hit() {
			return true
		}
	}
	return false
}
