// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/setup"
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

// visitor is one person at the room's pages.
type visitor struct {
	t      *testing.T
	client *http.Client
	base   string
}

func visit(t *testing.T, b *bench, d *db.DB, role auth.Role) visitor {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, setup.Messages)
	if err != nil {
		t.Fatal(err)
	}
	who := auth.Actor{ID: "1", Name: "Lò Thị Mai", Home: "tinh", Grants: []auth.Grant{{Role: role, Unit: "tinh"}}}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: d,
		Now: func() time.Time { return now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), who.ID, 1)
	}}
	pages := setup.NewPages(site, b.Service, setup.Neighbours{Limit: 1 << 20, Import: "/accounts/import", Slips: "/accounts/slips"})
	srv := httptest.NewServer(site.Handler(append(pages.Routes(), in)...))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{t, &http.Client{Jar: jar}, srv.URL}
	v.get("/in", http.StatusOK)
	return v
}

var rawKey = regexp.MustCompile(`\bsetup\.[a-z]+\.[a-z]\S*`)

func (v visitor) read(res *http.Response, err error, want int) string {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if res.StatusCode != want {
		v.t.Errorf("%s: %d, want %d", res.Request.URL, res.StatusCode, want)
	}
	if key := rawKey.Find(body); key != nil {
		v.t.Errorf("%s shows the key %s", res.Request.URL, key)
	}
	return string(body)
}

func (v visitor) get(path string, want int) string {
	v.t.Helper()
	res, err := v.client.Get(v.base + path)
	return v.read(res, err, want)
}

func (v visitor) post(path string, form url.Values, want int) string {
	v.t.Helper()
	res, err := v.client.PostForm(v.base+path, form)
	return v.read(res, err, want)
}

func (v visitor) says(body string, texts ...string) {
	v.t.Helper()
	for _, s := range texts {
		if !strings.Contains(body, s) {
			v.t.Errorf("the page does not say %q", s)
		}
	}
}

func TestTheWizardLeadsThroughItsSteps(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, append([]fs.FS{web.Migrations}, schemas...), func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		v := visit(t, b, d, auth.Centre)
		v.says(v.get("/setup", 200), "0/6 việc", "Làm tiếp: Tên cơ quan", "Chưa chọn nơi để bản sao lưu")
		body := v.post("/setup/body", url.Values{"name": {"<b>X</b>"}, "place": {""}, "version": {"0"}}, 422)
		v.says(body, "Nhập địa danh.", "&lt;b&gt;X&lt;/b&gt;")
		v.says(v.post("/setup/body", url.Values{"name": {"Trung tâm"}, "place": {"Bản Mẫu"}, "version": {"0"}}, 200), "Đã lưu thông tin cơ quan.", "Quy định áp dụng")
		v.post("/setup/body", url.Values{"name": {"Khác"}, "place": {"Bản Mẫu"}, "version": {"0"}}, 409)
		v.says(v.post("/setup/pack", url.Values{"version": {b.Pack().Version}}, 200), "Các đơn vị", "Nạp đơn vị mẫu")
		v.says(v.post("/setup/skip", url.Values{"step": {"units"}, "note": {""}}, 422), "Ghi ngắn gọn vì sao để sau")
		v.says(v.post("/setup/skip", url.Values{"step": {"units"}, "note": {"chờ"}}, 200), "Người dùng", "/accounts/import")
		b.facts = setup.Facts{Units: 2, Addressed: 2, People: 1, Indicators: 3, Files: 1, Read: 1, Infected: 1,
			File:      &setup.File{Name: "a.log", Href: "/files/1", Lines: 10, Hits: 2, Done: true},
			Infection: &setup.Infection{Title: "Mirai tại 10.0.0.1", Href: "/infections/1", Unit: "UBND xã"}}
		v.says(v.get("/setup/log", 200), "Đã thấy ca nhiễm đầu tiên", "/infections/1", "Đã đọc 10 dòng, 2 dòng khớp chỉ dấu.")
		v.says(v.post("/setup/sample", url.Values{"part": {"list"}}, 200), "Đã nhận chỉ dấu mẫu.")
		v.says(v.post("/setup/backup", url.Values{"do": {"folder"}, "folder": {"không phải"}}, 422), "không phải")
		v.says(v.post("/setup/backup", url.Values{"do": {"folder"}, "folder": {"/b"}}, 200), "Sao lưu ngay", "chưa thử")
		v.post("/setup/backup", url.Values{"do": {"start"}}, 200)
		v.says(v.post("/setup/backup", url.Values{"do": {"drill"}}, 200), "đạt: số liệu khớp", "Việc này đã xong")
		v.says(v.get("/setup", 200), "6/6 việc", "Trung tâm đã sẵn sàng")
		b.staysOver(t)
		b.facts.Sample.Units = true
		v.says(v.post("/setup/sample/remove", nil, 200), "Đã gỡ dữ liệu mẫu.")
		if got := strings.Join(b.did, ", "); got != "sample list, unload" {
			t.Errorf("done: %s", got)
		}
	})
}

func TestTheSettingsPagesSayWhatHolds(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, append([]fs.FS{web.Migrations}, schemas...)...)
	b := newBench(t, d)
	v := visit(t, b, d, auth.Administrator)
	v.says(v.get("/settings", 200), "Cơ quan và đầu văn bản", "Asia/Ho_Chi_Minh", "Giờ đầu tiên")
	v.says(v.get("/settings", 200), `href="/rules"`)
	v.says(v.get("/settings/body", 200), "Công an tỉnh Bản Mẫu", "Cơ quan chủ quản trực tiếp")
	look := visit(t, b, d, auth.Inspector)
	body := look.get("/settings/body", 200)
	v.says(body, "readonly", "Chỉ quản trị và cán bộ trung tâm thay đổi được.")
	if strings.Contains(look.get("/settings", 200), `href="/setup"`) {
		t.Error("an inspector is led to the first hour")
	}
	look.get("/setup", 403)
}

// staysOver says that a first hour that is over is not asked for again: the
// first page leaves it out, even when a step falls back.
func (b *bench) staysOver(t *testing.T) {
	t.Helper()
	ctx := auth.With(t.Context(), auth.Actor{ID: "1", Name: "Lò Thị Mai", Home: "tinh", Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}})
	p := setup.NewPages(nil, b.Service, setup.Neighbours{})
	kept := b.facts
	b.facts.Units = 0
	if steps, err := p.Steps(ctx); err != nil || len(steps) != 6 {
		t.Errorf("%d steps before it is over, %v", len(steps), err)
	}
	for _, b.facts = range []setup.Facts{kept, {}} {
		if steps, err := p.Steps(ctx); err != nil || steps != nil {
			t.Errorf("%d steps after it was over, %v", len(steps), err)
		}
	}
	b.facts = kept
}
