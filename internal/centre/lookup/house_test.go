// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/lake/engine"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const asEngine = "VONGGAC_TEST_LAKE_ENGINE"

// TestMain also is the engine: the test's own binary runs as the child.
func TestMain(m *testing.M) {
	if os.Getenv(asEngine) != "" {
		if err := engine.Run(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var (
	kinds   = []rulepack.Kind{{ID: "tinh", Label: rulepack.Label{VI: "Tỉnh"}}, {ID: "xa", Label: rulepack.Label{VI: "Xã"}}}
	sources = []fs.FS{auth.Migrations, audit.Migrations, unit.Migrations, web.Migrations, jobs.Migrations, lookup.Migrations}

	// now is when the tests take place. The engine has a clock of its own and
	// drops what it holds for too old, so it is near the real one.
	now = time.Now().UTC().Truncate(time.Hour).Add(30 * time.Minute)
)

// house is a province with two communes.
type house struct {
	*lookup.Service
	t          *testing.T
	db         *db.DB
	units      *unit.Service
	root, a, b unit.ID
	store      lake.Store
	why        string // id of a reason of who asks
	queue      *jobs.Queue
	cases      *cases
}

func furnish(t *testing.T, d *db.DB, store lake.Store) *house {
	t.Helper()
	clock := func() time.Time { return now }
	files, err := blob.Open(t.TempDir(), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{t: t, db: d, units: unit.New(d, kinds, clock), store: store, queue: jobs.New(d, clock), cases: &cases{files: map[string]string{}}}
	h.Service = lookup.New(lookup.Deps{Records: d, Now: clock, Store: func() lake.Store { return h.store }, Queue: h.queue, Files: files,
		Called: func(context.Context, []lake.Row) (units, sources map[string]string, err error) {
			return map[string]string{string(h.a): "Xã Bản A"}, nil, nil
		},
		Units: func(ctx context.Context, scope auth.Scope) (ids []string, all bool, err error) {
			if all, err = scope.Holds(ctx, d.Read(), string(h.root)); all || err != nil {
				return nil, all, err
			}
			q := scope.Filter(d.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant"), "descendant")
			return ids, false, q.Scan(ctx, &ids)
		}})
	err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		u, err := h.units.Found(ctx, tx, "Tỉnh Mẫu", "tinh")
		h.root = u.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range map[*unit.ID]string{&h.a: "Xã Bản A", &h.b: "Xã Bản B"} {
		u, err := h.units.Create(h.as(h.root), unit.Unit{Name: name, Kind: "xa", ParentID: h.root})
		if err != nil {
			t.Fatal(err)
		}
		*id = u.ID
	}
	return h
}

// as is a context in which somebody may search in a unit.
func (h *house) as(u unit.ID) context.Context {
	return auth.With(h.t.Context(), auth.Actor{ID: "p-an", Name: "Nguyễn Văn An", Home: string(u), Grants: []auth.Grant{{Role: auth.Centre, Unit: string(u)}}})
}

// running is a store with an engine of its own.
func running(t *testing.T) lake.Store {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := lake.Open(lake.Options{Dir: filepath.Join(t.TempDir(), "lake"), Command: []string{exe}, Env: []string{asEngine + "=1"},
		Now: func() time.Time { return now }, MemoryBytes: 64 << 20, MinFreeBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func put(t *testing.T, s lake.Store, rows ...lake.Row) {
	t.Helper()
	refused, err := s.Insert(t.Context(), rows)
	if err != nil || refused.Total() != 0 {
		t.Fatalf("insert: %+v, %v", refused, err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// queries are n queries of a block, a second apart, the last one just before at.
func queries(block string, owner unit.ID, at time.Time, n int, name string) []lake.Row {
	rows := make([]lake.Row, n)
	for i := range rows {
		rows[i] = lake.Row{Time: at.Add(time.Duration(i-n) * time.Second), Block: block, Line: int64(i), Source: "src-" + block, Owner: string(owner), Class: lake.DNSActivity,
			Fields: []lake.Field{{Name: "query.hostname", Value: fmt.Sprintf("h%d.%s", i%10, name)}, {Name: "query.type", Value: "A"},
				{Name: "src_endpoint.ip", Value: fmt.Sprintf("10.1.2.%d", i%250)}},
			Raw: fmt.Sprintf("%s query[A] h%d.%s from 10.1.2.%d", block, i%10, name, i%250)}
	}
	return rows
}

type noAssets struct{}

func (noAssets) Path(name string) string { return "/assets/" + name }
func (noAssets) Handler() http.Handler   { return http.NotFoundHandler() }
func (noAssets) Missing() bool           { return false }

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string
	lang   string
}

func (h *house) browse(ctx context.Context, lang string) browser {
	h.t.Helper()
	who, _ := auth.From(ctx)
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, lookup.Messages)
	if err != nil {
		h.t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: h.db,
		Now: func() time.Time { return now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	names := func(ctx context.Context, ids []string) (map[string]string, error) {
		list := make([]unit.ID, len(ids))
		for i, id := range ids {
			list[i] = unit.ID(id)
		}
		found, err := h.units.Names(ctx, list...)
		out := map[string]string{}
		for id, name := range found {
			out[string(id)] = name
		}
		return out, err
	}
	pages := lookup.NewPages(site, h.Service, lookup.Neighbours{UnitNames: names, Cases: h.cases,
		KeepIn: func(_ context.Context, query string) string { return "/hunts/keep?" + query },
		Task:   func(job string) string { return "/tasks/" + job },
		Whose: func(_ context.Context, owner string, addr netip.Addr, _ time.Time) (ui.Link, error) {
			if owner != string(h.a) || !addr.IsPrivate() {
				return ui.Link{}, nil
			}
			return ui.Link{Label: "Xã Bản A", Href: "/units/" + owner}, nil
		},
		Units: func(context.Context) ([]ui.Option, error) {
			return []ui.Option{{Value: string(h.a), Label: "Xã Bản A"}, {Value: string(h.b), Label: "Xã Bản B"}}, nil
		},
		SourceNames: func(_ context.Context, ids []string) (map[string]string, error) {
			out := map[string]string{}
			for _, id := range ids {
				out[id] = "Nguồn " + id
			}
			return out, nil
		},
		Sources: func(context.Context) ([]ui.Option, error) { return []ui.Option{{Value: "src-dns", Label: "DNS"}}, nil }})
	routes := append(pages.Routes(),
		web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error { return site.SignIn(r.Context(), who.ID, 1) }})
	srv := httptest.NewServer(site.Handler(routes...))
	h.t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	w := browser{h.t, &http.Client{Jar: jar}, srv.URL, lang}
	w.get("/in", http.StatusOK)
	return w
}

var rawKey = regexp.MustCompile(`\blookup\.[a-z]+\.?[a-z]*`)

func (w browser) get(path string, want int) string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.at+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", w.lang)
	res, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode != want {
		w.t.Fatalf("%s: %d, want %d: %s", path, res.StatusCode, want, body)
	}
	if key := rawKey.Find(body); key != nil {
		w.t.Errorf("%s shows the key %s", path, key)
	}
	return string(body)
}

// post sends a form and gives the page it is answered with; where that leads
// elsewhere, the page there.
func (w browser) post(path string, want int, pairs ...string) string {
	w.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.at+path, strings.NewReader(v.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", w.lang)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	page := body(w.t, res)
	if res.StatusCode != want {
		w.t.Fatalf("%s: %d, want %d: %s", path, res.StatusCode, want, page)
	}
	return page
}

// cases stands for the incident room.
type cases struct {
	files map[string]string // by name
	lead  lookup.Lead
}

func (c *cases) May(context.Context) bool { return true }
func (c *cases) Open(context.Context) ([]ui.Option, error) {
	return []ui.Option{{Value: "i-1", Label: "SC-2026-0001 Máy lạ"}}, nil
}

func (c *cases) Begin(_ context.Context, l lookup.Lead) (string, error) {
	if l.Title == "" {
		return "", fault.Bad("x", "title", "lookup.bad.incident")
	}
	c.lead = l
	return "i-2", nil
}

func (c *cases) Keep(_ context.Context, id, name, _ string, r io.Reader) (string, error) {
	raw, err := io.ReadAll(r)
	c.files[id+"/"+name] = string(raw)
	return fmt.Sprintf("%x", sha256.Sum256(raw)), err
}

func (c *cases) Of(_ context.Context, value string) ([]ui.Link, error) {
	if value == "203.0.113.7" {
		return []ui.Link{{Label: "SC-2026-0001", Href: "/incidents/i-1"}}, nil
	}
	return nil, nil
}

func (c *cases) Path(id string) string { return "/events?case=" + id }

func (w browser) says(page string, words ...string) {
	w.t.Helper()
	for _, want := range words {
		if !strings.Contains(page, want) {
			w.t.Errorf("the page does not say %q", want)
		}
	}
}

// ask is the address of a question with its reason; pairs of name and value.
func (h *house) ask(pairs ...string) string {
	h.t.Helper()
	if h.why == "" {
		why, err := h.Give(h.as(h.root), "công văn 12")
		if err != nil {
			h.t.Fatal(err)
		}
		h.why = why.ID
	}
	v := url.Values{"why": {h.why}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}

var (
	shownTotal = regexp.MustCompile(`Hiện (\d+) trong ([\d.]+) mục`)
	nextPage   = regexp.MustCompile(`rel="next" href="([^"]+)"`)
	rowPlace   = regexp.MustCompile(`id="list-([^"]+)"`)
)

// total is the count a page shows, "0" for an empty list.
func total(page string) string {
	if m := shownTotal.FindStringSubmatch(page); m != nil {
		return m[2]
	}
	return "0"
}

// next is the address of the next page, "" on the last.
func next(page string) string {
	if m := nextPage.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
