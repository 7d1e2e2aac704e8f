// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type noAssets struct{}

func (noAssets) Path(name string) string { return "/assets/" + name }
func (noAssets) Handler() http.Handler   { return http.NotFoundHandler() }
func (noAssets) Missing() bool           { return false }

type unitNames struct{ *unit.Service }

func (u unitNames) Names(ctx context.Context, ids []string) (map[string]string, error) {
	list := make([]unit.ID, len(ids))
	for i, id := range ids {
		list[i] = unit.ID(id)
	}
	names, err := u.Service.Names(ctx, list...)
	out := map[string]string{}
	for id, name := range names {
		out[string(id)] = name
	}
	return out, err
}

func (u unitNames) Options(context.Context) ([]ui.Option, error) { return nil, nil }

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string
}

func (h *house) browse(t *testing.T, ctx context.Context) browser {
	t.Helper()
	who, _ := auth.From(ctx)
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, finding.Messages, infection.Messages)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: h.db,
		Now: func() time.Time { return h.now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	pages := infection.NewPages(infection.PagesDeps{Site: site, Service: h.Service, Units: unitNames{h.units},
		OpenIncident: func(ctx context.Context, i infection.Record) (string, error) {
			if len(i.Hits) == 0 || len(i.Names) == 0 || len(i.Findings) == 0 {
				t.Error("an incident without evidence")
			}
			err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return h.LinkIncident(ctx, tx, "inc-7", i.Key()) })
			return "/landed", err
		}})
	routes := append(pages.Routes(),
		web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error { return site.SignIn(r.Context(), who.ID, 1) }},
		web.Route{Pattern: "GET /landed", Access: web.SignedIn, Handle: func(w http.ResponseWriter, _ *http.Request) error {
			_, err := io.WriteString(w, "sự cố")
			return err
		}})
	srv := httptest.NewServer(site.Handler(routes...))
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

var rawKey = regexp.MustCompile(`\b(finding|infection)\.[a-z]\S*`)

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
		w.t.Fatalf("%s %s: %d, want %d: %s", res.Request.Method, res.Request.URL.Path, res.StatusCode, want, body)
	}
	if key := rawKey.Find(body); key != nil {
		w.t.Errorf("%s shows the key %s", res.Request.URL.Path, key)
	}
	return string(body)
}

func (w browser) says(page string, words ...string) {
	w.t.Helper()
	for _, want := range words {
		if !strings.Contains(page, want) {
			w.t.Errorf("the page does not say %q", want)
		}
	}
}

func version(n int64) []string { return []string{strconv.FormatInt(n, 10)} }

func TestPagesWalk(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 7, t0), hit(emotet, "10.1.255.9", "evil.example", 1, t0.Add(-time.Minute)),
			hit(emotet, "10.9.0.1", "evil.example", 1, t0.Add(-time.Hour)))
		rows := h.all(h.officer(), infection.Filter{Desc: true})
		machine, nat, unknown := rows[0], rows[1], rows[2]
		w := h.browse(t, h.as(auth.Duty, h.root))

		page := w.get("/infections", 200)
		w.says(page, "Hiện 3 trong 3", "Máy nhiễm", "một máy sau NAT", "chưa khai loại địa chỉ", "Xã Bản A", "nghi nhiễm")
		w.says(w.get("/infections?kind=behind", 200), "Hiện 1 trong 1")
		w.says(w.get("/infections?state=cleaned", 200), "Bỏ lọc")
		csv := w.get("/infections.csv?sort=-queries", 200)
		if !strings.HasPrefix(csv, "\ufeff") || strings.Count(csv, "\r\n") != 4 || !strings.Contains(csv, "10.1.255.9;một máy sau NAT;Emotet") {
			t.Errorf("csv %q", csv)
		}
		page = w.get("/infections/"+string(nat.ID), 200)
		w.says(page, "Emotet trên một máy sau NAT 10.1.255.9", "xin nhật ký phía sau")
		if strings.Contains(page, "/confirm") || strings.Contains(page, "Emotet trên máy") {
			t.Error("an address behind NAT is called a machine, or can be confirmed")
		}
		w.post("/infections/"+string(nat.ID)+"/confirm", url.Values{"version": version(1)}, 409)
		w.says(w.get("/infections/"+string(unknown.ID), 200), "Emotet tại địa chỉ 10.9.0.1", "khai dải địa chỉ")

		at := "/infections/" + string(machine.ID)
		w.says(w.get(at, 200), "Emotet trên máy 10.1.0.5", "Xác nhận nhiễm", "Dấu hiệu đầu tiên", "evil[.]example", "nguồn ngoài phạm vi")
		w.says(w.post(at+"/confirm", url.Values{"version": version(1)}, 200), "đã xác nhận", "Đã xác nhận nhiễm")
		w.says(w.post(at+"/cleaning", url.Values{"version": version(2)}, 200), "đang làm sạch")
		w.says(w.get(at+"/clean", 200), "phát hiện mới vào hàng chờ")
		w.says(w.post(at+"/clean", url.Values{"version": version(3), "names": {"1"}}, 422), "Chưa nhập")
		w.says(w.post(at+"/clean", url.Values{"version": version(3), "names": {"1"}, "how": {"cài lại máy"}}, 200), "đã làm sạch", "cài lại máy")
		w.get(at+"/clean", 409)
		w.says(w.post(at+"/reopen", url.Values{"version": version(4)}, 200), "nghi nhiễm")
		w.says(w.get(at+"/false-positive", 200), "cũng bị bỏ qua là báo nhầm")
		w.says(w.post(at+"/false-positive", url.Values{"version": version(5), "names": {"1"}, "reason": {"quảng cáo"}}, 200), "báo nhầm", "quảng cáo")
		w.says(w.post(at+"/reopen", url.Values{"version": version(6)}, 200), "Đã đưa hồ sơ về nghi nhiễm")
		if got := w.post(at+"/incident", nil, 200); got != "sự cố" {
			t.Errorf("landed on %q", got)
		}
		w.says(w.get(at, 200), "/incidents/inc-7", "Gắn với sự cố")
		if csv = w.get(at+"/hits.csv", 200); strings.Count(csv, "\r\n") != 2 {
			t.Errorf("hits %q", csv)
		}
	})
}

func TestPagesShowOnlyWhatTheRoleMayDo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0))
		at := "/infections/" + string(h.one().ID)
		officer := h.browse(t, h.as(auth.UnitOfficer, h.a))
		page := officer.get(at, 200)
		officer.says(page, "Xác nhận nhiễm", "Ghi nhận đã làm sạch")
		if strings.Contains(page, "/false-positive") || strings.Contains(page, "Tỉnh Mẫu") {
			t.Error("a unit's officer is offered to judge, or told of a unit out of scope")
		}
		officer.get(at+"/false-positive", 403)
		foreign := h.browse(t, h.as(auth.UnitOfficer, h.b))
		foreign.says(foreign.get("/infections", 200), "Chưa thấy dấu hiệu nhiễm mã độc")
		foreign.get(at, 404)
		foreign.get(at+"/hits.csv", 404)
		foreign.get(at+"/clean", 404)
		foreign.post(at+"/incident", nil, 404)
		if csv := foreign.get("/infections.csv", 200); strings.Count(csv, "\r\n") != 1 {
			t.Errorf("a foreign officer exported %q", csv)
		}
	})
}
