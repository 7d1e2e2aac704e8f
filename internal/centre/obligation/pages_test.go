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

func TestPagesOfTasksBoardsAndFeeds(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b, truc := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		p := &province{members: []string{"a"}}
		b.periodic(p)
		who := auth.Actor{ID: "ld", Name: "Lãnh đạo", Home: "tinh", Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}}
		o := b.open(truc, duty("a", "i1", "24h", t0, 24))
		w := b.browse(t, who)

		page := w.post("/obligations/new", url.Values{"title": {"Rà soát cổng"}, "unit": {"a"}, "basis": {""}, "amount": {"3"}, "amount_unit": {"working_day"}}, 422)
		if !strings.Contains(page, "Rà soát cổng") || !strings.Contains(page, "Chưa nhập") {
			t.Error("what was typed is lost, or the fault is not said")
		}
		page = w.post("/obligations/new", url.Values{"title": {"Rà soát cổng"}, "unit": {"a"}, "addressee": {"Sở KH&CN"}, "basis": {"Công văn 1556/UBND-KGVX"},
			"clause": {"mục 3"}, "urgency": {"most_urgent"}, "amount": {"3"}, "amount_unit": {"working_day"}}, 200)
		for _, want := range []string{"Rà soát cổng", "HỎA TỐC", "03 ngày làm việc", "Công văn 1556/UBND-KGVX, mục 3", "Các thời hạn đã có", "Sắp tới"} {
			if !strings.Contains(page, want) {
				t.Errorf("the record does not say %q", want)
			}
		}
		if page := w.get("/obligations?urgency=most_urgent&basis=1556", 200); !strings.Contains(page, "Hiện 1 trong 1") {
			t.Error("the filters do not find it")
		}
		if page := w.get("/obligations/board", 200); !strings.Contains(page, "UBND xã Bản Mẫu") {
			t.Error("the board has no unit")
		}
		if csv := w.get("/obligations/board.csv", 200); strings.Count(csv, "\r\n") != 2 || !strings.Contains(csv, "UBND xã Bản Mẫu") {
			t.Errorf("csv %q", csv)
		}
		if page := w.get("/obligations/calendar?month=2026-11", 200); !strings.Contains(page, "1 phải làm") || !strings.Contains(page, "Ngày Văn hóa Việt Nam") {
			t.Error("the month does not count, or names no holiday")
		}
		w.get("/obligations/calendar?month=abc", 200)

		choice := obligation.Choice{ID: o.ID, Version: o.Version}.String()
		page = w.post("/obligations/bulk", url.Values{"id": {choice, "khong-co.1"}, "do": {"remind"}, "back": {"https://x.invalid/"}}, 200)
		if !strings.Contains(page, "Xong 1 trong 1") || strings.Contains(page, "x.invalid") {
			t.Error("the result of each row is not told, or leads elsewhere")
		}
		w.post("/obligations/bulk", url.Values{"id": {"khong-co.1"}, "do": {"remind"}}, 404)
		w.post("/obligations/bulk", url.Values{"do": {"assign"}}, 422)

		page = w.get("/obligations/periodic", 200)
		if !strings.Contains(page, "Mẫu số 08") || !strings.Contains(page, "cần đối chiếu văn bản") {
			t.Error("the periodic duties or their marks are not shown")
		}
		page = w.get("/obligations/periodic/enable?duty=bao-cao-nam-van-hanh", 200)
		if !strings.Contains(page, "UBND xã Bản Mẫu") || !strings.Contains(page, "15/12/2025–14/12/2026") {
			t.Error("the preview does not say who would owe what")
		}
		w.get("/obligations/periodic/enable?duty=khong-co", 404)
		if strings.Contains(w.get("/obligations/periodic", 200), "Bạn xem được") {
			t.Error("who may turn duties on is told that others may")
		}
		for _, grant := range []auth.Grant{{Role: auth.Administrator, Unit: "tinh"}, {Role: auth.Leader, Unit: "a"}} {
			page := b.browse(t, auth.Actor{ID: "qt", Name: "qt", Home: "tinh", Grants: []auth.Grant{grant}}).get("/obligations/periodic", 200)
			if strings.Contains(page, "/obligations/periodic/enable") || !strings.Contains(page, "Cán bộ trung tâm, Lãnh đạo. Bạn xem được") {
				t.Errorf("%s of %s is offered what is refused, or is not told who may", grant.Role, grant.Unit)
			}
		}
		w.post("/obligations/periodic/enable", url.Values{"duty": {"bao-cao-nam-van-hanh"}, "target": {"kinds"}}, 200)

		page = w.post("/obligations/feeds", url.Values{"unit": {"a"}}, 200)
		at := strings.Index(page, "/ical/")
		if at < 0 {
			t.Fatal("the address of the feed is not shown")
		}
		secret := page[at : at+len("/ical/")+26]
		ics := w.get(secret, 200)
		for _, want := range []string{"BEGIN:VCALENDAR", "HỎA TỐC: Rà soát cổng", "END:VCALENDAR"} {
			if !strings.Contains(ics, want) {
				t.Errorf("the feed does not hold %q:\n%s", want, ics)
			}
		}
		w.get("/ical/khongco", 404)
		feeds, err := b.svc.Feeds(auth.With(t.Context(), who))
		if err != nil || len(feeds) != 1 {
			t.Fatalf("%v, %v", feeds, err)
		}
		w.post("/obligations/feeds/revoke", url.Values{"id": {feeds[0].ID}}, 200)
		w.get(secret, 404)
		w.post("/obligations/feeds/revoke", url.Values{"id": {feeds[0].ID}}, 404)
	})
}

// A choice and a place in a list come from outside: whatever they are, nothing
// breaks, and what was written is read again.
func FuzzChoice(f *testing.F) {
	f.Add("01a20b.3")
	f.Add(".")
	f.Add("a.9999999999999999999999")
	f.Fuzz(func(t *testing.T, s string) {
		c := obligation.ParseChoice(s)
		if c.Version < -1 && !strings.Contains(s, "-") {
			t.Errorf("%q: version %d", s, c.Version)
		}
		if !strings.Contains(string(c.ID), ".") && obligation.ParseChoice(c.String()) != c {
			t.Errorf("%q: %+v is not read again", s, c)
		}
	})
}

func FuzzListPlaces(f *testing.F) {
	f.Add("83123.1795395600000.x", "most_urgent", "x")
	f.Add("..", "", "%_'")
	f.Add("83123.1795395600000.x\x00", "", "\x00")
	b := newBench(f, dbtest.SQLite(f, sources...))
	ctx := as(f, "truc", auth.Duty, "tinh")
	b.open(ctx, duty("a", "i1", "24h", t0, 24))
	f.Fuzz(func(t *testing.T, after, urgency, words string) {
		p, err := b.svc.List(ctx, obligation.Filter{After: after, Urgency: urgency, Query: words, Basis: words})
		if err != nil || p.Total > 1 || len(p.Rows) > 1 {
			t.Errorf("%q %q %q: %+v, %v", after, urgency, words, p, err)
		}
	})
}
