// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/unit"
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

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string
}

// browse signs somebody in who holds role in unit id.
func (h *house) browse(t *testing.T, role auth.Role, id unit.ID) browser {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, unit.Messages)
	if err != nil {
		t.Fatal(err)
	}
	who, _ := auth.From(as(t.Context(), role, id))
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: h.db, Now: clock,
		Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), who.ID, 1)
	}}
	srv := httptest.NewServer(site.Handler(append(unit.NewPages(site, h.Service).Routes(), in)...))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{t, &http.Client{Jar: jar}, srv.URL}
	b.get("/in", 200)
	return b
}

func (b browser) get(path string, want int) string {
	b.t.Helper()
	res, err := b.client.Get(b.at + path)
	return b.read(res, err, want)
}

func (b browser) post(path string, form url.Values, want int) string {
	b.t.Helper()
	res, err := b.client.PostForm(b.at+path, form)
	return b.read(res, err, want)
}

func (b browser) upload(name string, data []byte, want int) string {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(data)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		b.t.Fatal(err)
	}
	res, err := b.client.Post(b.at+"/units/import", m.FormDataContentType(), &body)
	return b.read(res, err, want)
}

var rawKey = regexp.MustCompile(`\bunit\.[a-z]+\.[a-z]\S*`)

func (b browser) read(res *http.Response, err error, want int) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode != want {
		b.t.Fatalf("%s %s: %d, want %d: %s", res.Request.Method, res.Request.URL.Path, res.StatusCode, want, body)
	}
	if key := rawKey.Find(body); key != nil && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		b.t.Errorf("%s shows the key %s", res.Request.URL.Path, key)
	}
	return string(body)
}

func (b browser) says(page string, texts ...string) {
	b.t.Helper()
	for _, want := range texts {
		if !strings.Contains(page, want) {
			b.t.Errorf("the page does not say %q", want)
		}
	}
}

var hidden = regexp.MustCompile(`name="(upload|digest|version|kind_of|sure|range|range_kind)" value="([^"]*)"`)

// fields are the hidden fields of a page's form.
func fields(page string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

func TestPagesWalk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, append(sources[:len(sources):len(sources)], web.Migrations), func(t *testing.T, d *db.DB) {
		h := furnish(t, d)
		b := h.browse(t, auth.Centre, h.root.ID)
		b.says(b.get("/units", 200), "Nhập danh sách đơn vị", "/units/template.xlsx", "Công an tỉnh Mẫu")
		b.says(b.get("/units/import", 200), "multipart/form-data")
		b.says(b.upload("x.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 422), "Save As")
		b.says(b.post("/units/import", url.Values{}, 422), "Chọn một tệp")

		page := b.upload("ds.csv", []byte("Tên đơn vị;Trực thuộc;Email;Dải IP\nUBND xã <b>Mẫu</b>;;;10.0.0.0/24\nXã Hai;Lạ;;\nXã Ba;;hỏng;\n"), 200)
		b.says(page, "Nhập 1 đơn vị", "&lt;b&gt;", "Không tìm thấy đơn vị cấp trên", "+ 10.0.0.0/24", "B · Trực thuộc")
		b.says(b.post("/units/import/apply", fields(page), 200), "Đã nhập: 1 đơn vị mới", "Hiện 2 trong 2")
		u := h.find(t, "mẫu</b>")

		b.says(b.get("/units?q=xa+mau", 200), "Hiện 1 trong 1")
		b.says(b.get("/units?sort=kind&desc=1&show=all", 200), "Hiện 2 trong 2")
		b.says(b.get("/units/export.csv?q=xa", 200), "\ufeff", ";")
		b.get("/units/export.xlsx", 200)
		b.get("/units/template.xlsx", 200)

		form := fields(b.get("/units/"+string(u.ID)+"/edit", 200))
		for k, v := range map[string]string{"name": "UBND xã Mới", "kind": "xa", "parent_id": string(h.root.ID), "hotline": "không số",
			"valid_from": "2025-07-01", "aliases": "Xã Cũ\nX. Mới"} {
			form.Set(k, v)
		}
		b.says(b.post("/units/"+string(u.ID)+"/edit", form, 422), "ít nhất 3 chữ số", "không số", "UBND xã Mới")
		form.Set("hotline", "0213 000 111")
		b.says(b.post("/units/"+string(u.ID)+"/edit", form, 200), "Đã lưu", "X. Mới", "01/07/2025", "Sửa thông tin")
		form.Set("page.at", "/units/"+string(u.ID)+"/edit")
		form.Set("name", "UBND xã Khác")
		b.says(b.post("/units/"+string(u.ID)+"/edit", form, 409), "UBND xã Khác", "UBND xã Mới", `name="take.name"`)

		at := "/units/" + string(u.ID) + "/ranges"
		b.says(b.post(at, url.Values{"range": {"10.0.0.300"}}, 422), "“10.0.0.300” không phải địa chỉ IP")
		b.says(b.post(at, url.Values{"range": {"203.0.113.0/25"}, "range_kind": {"nat"}, "range_from": {"2026-01-01"}}, 200), "203.0.113.0/25", "01/01/2026")
		list, err := h.Ranges(h.ctx, u.ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("ranges %v, %v", list, err)
		}
		b.says(b.post(at+"/"+string(list[1].ID)+"/end", url.Values{"last": {"2026-06-30"}}, 200), "30/06/2026")
		b.post(at+"/"+string(list[0].ID)+"/remove", nil, 200)

		b.says(b.post("/units/new", url.Values{"name": {"Xã Sau"}, "kind": {"xa"}, "parent_id": {string(h.root.ID)}}, 200), "Xã Sau")
		b.says(b.get("/reforms/new?unit="+string(u.ID), 200), "Sáp nhập", "Chia tách")
		form = fields(b.get("/reforms/new?kind=merge&unit="+string(u.ID), 200))
		form.Set("units", "xa sau\nUBND xã Mới")
		form.Set("name", "UBND xã Chung")
		form.Set("from", "2026-10-01")
		b.says(b.post("/reforms/new", form, 422), "Mục này bắt buộc", "UBND xã Chung")
		form.Set("basis", "Nghị quyết 12/NQ-HĐND")
		page = b.post("/reforms/new", form, 200)
		b.says(page, "Sẽ làm những việc này", "Lập “UBND xã Chung” từ 01/10/2026")
		form = fields(page)
		reforms, err := h.Reforms(h.ctx, unit.ReformFilter{})
		if err != nil || len(reforms.Rows) != 1 {
			t.Fatal(len(reforms.Rows), err)
		}
		merger := "/reforms/" + string(reforms.Rows[0].ID)
		b.says(b.post(merger+"/apply", form, 200), "Đã thực hiện", "Hoàn lại như trước")
		b.says(b.get("/units/"+string(u.ID)+"/history", 200), "UBND xã Chung", "Nghị quyết 12/NQ-HĐND")
		b.get("/units/"+string(u.ID)+"/figures", 200)
		b.says(b.get("/reforms/export.csv", 200), "Sáp nhập")
		b.says(b.post(merger+"/undo", url.Values{"version": {"2"}}, 200), "Đã hoàn lại")

		for _, path := range []string{"/contacts", "/contacts/print", "/contacts/export.csv", "/contacts/export.xlsx", "/groups", "/proposals", "/reforms", "/units/" + string(u.ID) + "/handed"} {
			b.get(path, 200)
		}
		b.says(b.post("/contacts/"+string(u.ID)+"/verify", url.Values{"reference": {"Công văn 7"}, "back": {"unit"}}, 200), "Đã ghi ngày kiểm tra", "theo Công văn 7")
		b.says(b.post("/groups/new", url.Values{"name": {"UBND các xã"}, "kinds": {"xa"}}, 200), "UBND các xã", "theo quy tắc")
		b.post("/units/"+string(u.ID)+"/ranges", url.Values{"range": {"10.8.0.0/16"}}, 200)
		b.says(b.get("/units?q=sau", 200), "Xã Sau")
		ids, err := h.Lookup(h.ctx, "Xã Sau")
		if err != nil || len(ids) != 1 {
			t.Fatal(ids, err)
		}
		at = "/units/" + string(ids[0]) + "/ranges"
		page = b.post(at, url.Values{"range": {"10.8.3.0/24"}}, 409)
		b.says(page, "chồng lên dải của đơn vị khác", "UBND xã Mới")
		b.says(b.post(at, fields(page), 200), "10.8.3.0/24")
	})
}

func TestPagesOfAnotherUnitDoNotExist(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, append(sources[:len(sources):len(sources)], web.Migrations)...))
	mine, other := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
	b := h.browse(t, auth.UnitOfficer, mine.ID)
	if page := b.get("/units?show=all", 200); strings.Contains(page, "UBND xã B") || !strings.Contains(page, "Hiện 1 trong 1") || strings.Contains(page, "/units/import") {
		t.Error("the list of A's officer shows B, a wrong count or a way to import")
	}
	if csv := b.get("/units/export.csv?show=all", 200); strings.Contains(csv, "UBND xã B") {
		t.Error("the export of A's officer holds B")
	}
	b.get("/units/"+string(mine.ID), 200)
	b.get("/units/"+string(other.ID), 404)
	for _, path := range []string{"/units/import", "/units/new", "/units/template.xlsx", "/units/" + string(mine.ID) + "/edit"} {
		b.get(path, 403)
	}
	b.post("/units/"+string(mine.ID)+"/ranges", url.Values{"range": {"10.0.0.1"}}, 403)
}
