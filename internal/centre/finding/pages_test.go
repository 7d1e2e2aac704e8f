// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

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
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, finding.Messages)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: h.db,
		Now: func() time.Time { return h.now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	pages := finding.NewPages(finding.PagesDeps{Site: site, Service: h.Service, Units: unitNames{h.units},
		Places: func(_ context.Context, refs []finding.Ref) (map[finding.Ref]ui.Link, error) {
			return map[finding.Ref]ui.Link{{SourceID: "src", FileID: "file"}: {Label: "Máy phân giải · dns.log", Href: "/sources/src"}}, nil
		},
		OpenIncident: func(ctx context.Context, f finding.Record) (string, error) {
			if len(f.Hits) == 0 || len(f.Names) == 0 {
				t.Error("an incident without evidence")
			}
			err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return h.MarkHandled(ctx, tx, "inc-7", f.ID) })
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

var rawKey = regexp.MustCompile(`\bfinding\.[a-z]\S*`)

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
		h.record(h.root, hit(emotet, "10.1.255.9", "c2.evil.example", 1200, t0), hit(emotet, "10.1.255.9", "b.evil.example", 3, t0),
			hit(emotet, "10.9.0.1", "c2.evil.example", 1, time.Time{}), hit(emotet, "", "c2.evil.example", 2, t0))
		rows := h.all(h.officer(), finding.Filter{})
		nat, hidden, unknown := rows[0], rows[1], rows[2]
		if nat.Addr.String() != "10.1.255.9" {
			nat, hidden = hidden, nat
		}
		w := h.browse(t, h.as(auth.Duty, h.root))

		page := w.get("/findings", 200)
		w.says(page, "Hiện 3 trong 3", "một máy sau NAT", "chưa khai loại địa chỉ", "nhật ký không ghi địa chỉ máy", "c2.evil[.]example",
			"và 1 giá trị khác", "1.203", "Xã Bản A", "chưa rõ đơn vị", "nhật ký không ghi giờ", "Tiếp nhận các phát hiện đã chọn", "08:00")
		w.says(w.get("/findings?kind=nat&sort=-queries", 200), "Hiện 1 trong 1")
		w.says(w.get("/findings?state=dismissed", 200), "Bỏ lọc")
		csv := w.get("/findings.csv", 200)
		if !strings.HasPrefix(csv, "\ufeff") || strings.Count(csv, "\r\n") != 4 || !strings.Contains(csv, ";10.1.255.9;một máy sau NAT;") {
			t.Errorf("csv %q", csv)
		}
		for id, words := range map[finding.ID]string{nat.ID: "xin nhật ký phía sau", unknown.ID: "khai dải địa chỉ", hidden.ID: "không ghi máy nào đã hỏi"} {
			w.says(w.get("/findings/"+string(id), 200), words, "Máy phân giải · dns.log", "Hệ thống phát hiện")
		}
		if csv = w.get("/findings/"+string(nat.ID)+"/hits.csv", 200); strings.Count(csv, "\r\n") != 3 {
			t.Errorf("hits %q", csv)
		}

		at := "/findings/" + string(nat.ID)
		w.says(w.post(at+"/acknowledge", url.Values{"version": version(1)}, 200), "Đã tiếp nhận phát hiện", "đã tiếp nhận", "Cán bộ duty")
		w.post(at+"/acknowledge", url.Values{"version": version(1)}, 409)
		w.says(w.post(at+"/assign", url.Values{"version": version(2), "person": {"p-an"}}, 200), "Đã giao cho Nguyễn Văn An")
		w.says(w.post(at+"/assign", url.Values{"version": version(3), "person": {"p-x"}}, 422), "Không giao được cho người này")
		w.says(w.get(at+"/dismiss", 200), "Báo nhầm", "b.evil[.]example", "2 giá trị được xét")
		form := url.Values{"version": version(3), "names": {"2"}, "reason": {"đã hỏi đơn vị"}}
		w.says(w.post(at+"/dismiss", form, 422), "Chưa chọn kết luận", "đã hỏi đơn vị")
		form.Set("as", "false_positive")
		w.says(w.post(at+"/dismiss", form, 200), "Đã bỏ qua phát hiện", "Đã kết luận báo nhầm", "đã hỏi đơn vị")
		w.says(w.post(at+"/reopen", url.Values{"version": version(4)}, 200), "Đã đưa phát hiện lại vào hàng chờ")
		if got := w.post(at+"/incident", nil, 200); got != "sự cố" {
			t.Errorf("landed on %q", got)
		}
		w.says(w.get(at, 200), "đã xử lý", "/incidents/inc-7")

		chosen := url.Values{"id": {finding.ChoiceOf(hidden.Finding).String(), finding.ChoiceOf(unknown.Finding).String()}, "do": {"dismiss"}}
		w.says(w.post("/findings/bulk", chosen, 200), "Bỏ qua 2 phát hiện", finding.ChoiceOf(hidden.Finding).String())
		chosen.Set("sure", "1")
		chosen.Set("as", "settled")
		w.says(w.post("/findings/bulk", chosen, 422), "Chưa nhập")
		chosen.Set("reason", "thử")
		w.says(w.post("/findings/bulk", chosen, 200), "Đã bỏ qua 2 phát hiện", "Không có phát hiện nào đang chờ")
		w.says(w.post("/findings/bulk", url.Values{"do": {"acknowledge"}}, 200), "Chưa chọn phát hiện nào")
	})
}

func TestPagesShowOnlyWhatTheRoleMayDo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0))
		f := h.one(finding.Filter{})
		at := "/findings/" + string(f.ID)
		officer := h.browse(t, h.as(auth.UnitOfficer, h.a))
		page := officer.get(at, 200)
		officer.says(page, "Tiếp nhận", "Mở sự cố", "Xã Bản A")
		if strings.Contains(page, at+"/dismiss") || strings.Contains(page, "Tỉnh Mẫu") {
			t.Error("a unit's officer is offered to dismiss, or told of a unit out of scope")
		}
		officer.get(at+"/dismiss", 403)
		leader := h.browse(t, h.as(auth.Leader, h.root))
		if page := leader.get("/findings", 200); strings.Contains(page, "/findings/bulk") {
			t.Error("a leader is offered the bulk bar")
		}
		leader.post(at+"/acknowledge", url.Values{"version": version(1)}, 403)
		foreign := h.browse(t, h.as(auth.UnitOfficer, h.b))
		foreign.says(foreign.get("/findings", 200), "Không có phát hiện nào đang chờ")
		foreign.get(at, 404)
		foreign.get(at+"/hits.csv", 404)
		foreign.post(at+"/incident", nil, 404)
		if csv := foreign.get("/findings.csv", 200); strings.Count(csv, "\r\n") != 1 {
			t.Errorf("a foreign officer exported %q", csv)
		}
	})
}
