// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type noAssets struct{}

func (noAssets) Path(name string) string { return "/assets/" + name }
func (noAssets) Handler() http.Handler   { return http.NotFoundHandler() }
func (noAssets) Missing() bool           { return false }

type units map[string]string

func (u units) Names(_ context.Context, ids []string) (map[string]string, error) { return u, nil }
func (u units) Options(context.Context) ([]ui.Option, error) {
	return []ui.Option{{Value: "a", Label: u["a"]}}, nil
}

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string
}

func (b *bench) browse(t *testing.T, who auth.Actor) browser {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, obligation.Messages)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: b.db,
		Now: func() time.Time { return b.now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	pages := obligation.NewPages(site, b.svc, units{"a": "UBND xã Bản Mẫu"}, map[string]string{"incident": "/incidents/"}, obligation.Neighbours{})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), who.ID, 1)
	}}
	srv := httptest.NewServer(site.Handler(append(pages.Routes(), in)...))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := browser{t, &http.Client{Jar: jar}, srv.URL}
	w.get("/in", 200)
	return w
}

func (w browser) get(path string, want int) string {
	w.t.Helper()
	res, err := w.client.Get(w.at + path)
	return w.read(res, err, want)
}

func (w browser) post(path string, form url.Values, want int) string {
	w.t.Helper()
	res, err := w.client.PostForm(w.at+path, form)
	return w.read(res, err, want)
}

var rawKey = regexp.MustCompile(`\bobligation\.[a-z]\S*`)

func (w browser) read(res *http.Response, err error, want int) string {
	w.t.Helper()
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
		w.t.Fatalf("%s %s: %d, want %d: %.300s", res.Request.Method, res.Request.URL.Path, res.StatusCode, want, body)
	}
	if key := rawKey.Find(body); key != nil {
		w.t.Errorf("%s shows the key %s", res.Request.URL.Path, key)
	}
	return string(body)
}

func TestPagesWalk(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b, truc := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		o := b.open(truc, duty("a", "i1", "24h", t0, 24))
		late := b.open(truc, duty("a", "i2", "at-once", t0, 0))
		waived := b.open(truc, duty("a", "i3", "72h", t0, 72))
		foreign := b.open(truc, duty("b", "i4", "24h", t0, 24))
		centre := auth.Actor{ID: "ld", Name: "Lãnh đạo", Home: "tinh", Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}}
		w := b.browse(t, centre)

		page := w.get("/obligations", 200)
		for _, want := range []string{"còn 23 giờ 50 phút", "trễ 10 phút", "UBND xã Bản Mẫu", "/incidents/i1", "Hiện 3 trong 3"} {
			if !strings.Contains(page, want) {
				t.Errorf("the list does not say %q", want)
			}
		}
		if n := strings.Count(w.get("/obligations?status=late", 200), "class=\"vg-rowlink\""); n != 1 {
			t.Errorf("%d late rows", n)
		}
		w.get("/obligations/"+string(foreign.ID), 404)
		csv := w.get("/obligations.csv", 200)
		if !strings.HasPrefix(csv, "\ufeff") || strings.Count(csv, "\r\n") != 4 || !strings.Contains(csv, ";") {
			t.Errorf("csv %q", csv)
		}

		page = w.get("/obligations/"+string(o.ID), 200)
		for _, want := range []string{"T0: 03:12 thứ Bảy 21/11/2026", "Hạn: 03:12 Chủ nhật 22/11/2026", "Nghị định thử, Điều 1"} {
			if !strings.Contains(page, want) {
				t.Errorf("the record does not say %q", want)
			}
		}
		page = w.post("/obligations/"+string(o.ID)+"/meet", url.Values{"met_at": {"2026-11-21T09:00"}, "how": {"Công văn số 12"}, "version": {"1"}}, 422)
		if !strings.Contains(page, "Công văn số 12") || !strings.Contains(page, "từ mốc T0 đến hiện tại") {
			t.Error("what was typed is lost, or the reason is not said")
		}
		w.post("/obligations/"+string(o.ID)+"/meet", url.Values{"met_at": {"2026-11-21T03:20"}, "how": {"Công văn số 12"}, "version": {"1"}}, 200)
		page = w.post("/obligations/"+string(late.ID)+"/meet", url.Values{"met_at": {"2026-11-21T03:20"}, "how": {"gọi điện"}, "version": {"1"}}, 200)
		if !strings.Contains(page, "đã xong, trễ 8 phút") {
			t.Error("met late is not shown as late")
		}
		w.get("/obligations/"+string(waived.ID)+"/waive", 200)
		w.post("/obligations/"+string(waived.ID)+"/waive", url.Values{"version": {"1"}}, 422)
		page = w.post("/obligations/"+string(waived.ID)+"/waive", url.Values{"reason": {"Bộ đã nhận"}, "version": {"1"}}, 200)
		if !strings.Contains(page, "được miễn") || !strings.Contains(page, "Bộ đã nhận") {
			t.Error("the waiver is not shown")
		}
		w.post("/obligations/"+string(waived.ID)+"/cancel", url.Values{"reason": {"x"}, "version": {"2"}}, 409)
	})
}
