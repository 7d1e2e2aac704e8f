// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator_test

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

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type noAssets struct{}

func (noAssets) Path(name string) string { return "/assets/bundled-" + name }
func (noAssets) Handler() http.Handler   { return http.NotFoundHandler() }
func (noAssets) Missing() bool           { return false }

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string
}

func (h *house) browse(t *testing.T, who auth.Actor) browser {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, jobs.Messages, indicator.Messages)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: h.db, Now: h.now,
		Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	pages := indicator.NewPages(site, h.svc, indicator.Choices{Assets: noAssets{},
		Sightings: func(context.Context, indicator.Asked) (*indicator.Sightings, error) {
			return &indicator.Sightings{Clients: 2, Units: 1, Queries: 7, First: h.now(), Last: h.now()}, nil
		},
		Findings: func(context.Context, indicator.Asked) (*indicator.Mentions, error) {
			return &indicator.Mentions{Rows: []indicator.Mention{{Label: "Phát hiện Mirai", State: "mới", Href: "/findings/1", At: h.now()}}, Total: 1, Href: "/findings?indicator=x",
				Units: []indicator.Touched{{Name: "Xã Bản A", Href: "/findings?unit=a", Findings: 1, Last: h.now()}}}, nil
		},
		Units: func(context.Context) ([]ui.Option, error) {
			return []ui.Option{{Value: "tinh", Label: "Tỉnh Mẫu"}, {Value: "a", Label: "Xã A"}}, nil
		},
		Names: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{"tinh": "Tỉnh Mẫu", "a": "Xã A"}, nil
		}})
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

// send uploads file in the midst of the fields, as any program may.
func (w browser) send(path, file string, fields map[string]string, want int) string {
	w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "danh-sach.csv")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := io.WriteString(part, file); err != nil {
		w.t.Fatal(err)
	}
	for name, value := range fields {
		if err := m.WriteField(name, value); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.t.Fatal(err)
	}
	res, err := w.client.Post(w.at+path, m.FormDataContentType(), &body)
	return w.read(res, err, want)
}

var rawKey = regexp.MustCompile(`\b(indicator|jobs)\.[a-z]\S*`)

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

func says(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
}

func TestPagesWalk(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := h.browse(t, actor(auth.Centre, "tinh"))
		says(t, w.get("/indicators", 200), "Chưa có danh sách chỉ dấu", "không có dữ liệu", "Tải danh sách lên")
		says(t, w.get("/indicators?q=evil.com", 200), "Chưa trả lời được về evil[.]com")
		says(t, w.get("/indicators/new", 200), "TLP:AMBER+STRICT", "Tối đa 1 MiB", `enctype="multipart/form-data"`)

		fields := map[string]string{"name": "", "kind": "block", "tlp": "TLP:GREEN", "scope": "subdomains", "layout": "auto", "unit": "tinh", "note": "của bộ"}
		says(t, w.send("/indicators/new", "indicator\nevil.com\n", fields, 422), "Hãy đặt tên danh sách", "của bộ", "Hãy chọn lại tệp")
		fields["name"] = "Danh sách của bộ"
		says(t, w.send("/indicators/new", "", fields, 422), "Hãy chọn một tệp có nội dung")
		says(t, w.send("/indicators/new", strings.Repeat("x", 1<<20+1), fields, 422), "Tệp lớn hơn 1 MiB")
		file := "indicator,family\nevil.com,Mirai\nevil.com,Mirai\n???,x\n203.0.113.9,y\nwww.bad.example,\n"
		page := w.send("/indicators/new", file, fields, 200)
		says(t, page, "đang nạp", "Nạp bản số 1: danh-sach.csv", "/progress")
		id := regexp.MustCompile(`/indicators/([0-9a-f-]{36})/replace`).FindStringSubmatch(page)[1]
		says(t, w.get("/indicators/"+id+"/progress", 200), "đang chờ", "/assets/bundled-sprite.svg")
		h.work()
		fragment := w.get("/indicators/"+id+"/progress", 200)
		says(t, fragment, "đã xong", "Xem kết quả nạp")
		if strings.Contains(fragment, "hx-trigger") || strings.Contains(fragment, "<html") {
			t.Error("the fragment goes on asking, or is a whole page")
		}
		page = w.get("/indicators/"+id, 200)
		says(t, page, "5 dòng chỉ dấu = 3 đã nạp + 1 trùng + 0 để ngoài + 1 không nhận", "???", "CSV có dòng tiêu đề", "Đang dùng", "TLP:GREEN")

		page = w.get("/indicators?q=hxxps%3A%2F%2Fwww.evil%5B.%5Dcom%2Fa", 200)
		says(t, page, "www.evil[.]com/a nằm trong danh sách độc hại", "Mirai", "Danh sách của bộ", "Sinh phát hiện", "Bỏ qua chỉ dấu này")
		says(t, w.get("/indicators?q=notevil.com", 200), "notevil[.]com không có trong danh sách nào", "Đã so với 3 chỉ dấu của 1 danh sách", "không có nghĩa là an toàn")
		says(t, w.get("/indicators?q=203.0.113.9", 200), "203.0.113[.]9 nằm trong danh sách độc hại")
		says(t, w.post("/indicators/allow", url.Values{"name": {"www.evil.com"}, "exact": {"1"}}, 422), "Hãy ghi lý do", "www.evil.com")
		says(t, w.post("/indicators/allow", url.Values{"name": {"www.evil.com"}, "exact": {"1"}, "reason": {"đã kiểm tra"}}, 200), "Đã ghi www.evil[.]com vào danh sách bỏ qua", "Bỏ qua của trung tâm")
		h.work()
		says(t, w.get("/indicators?q=www.evil.com", 200), "có trong danh sách nhưng được bỏ qua", "Bị bỏ qua theo www.evil[.]com (Bỏ qua của trung tâm)")
		says(t, w.get("/indicators?q=x.evil.com", 200), "x.evil[.]com nằm trong danh sách độc hại")

		says(t, w.get("/indicators/"+id+"/off", 200), "3 chỉ dấu của danh sách Danh sách của bộ thôi được đối chiếu")
		says(t, w.post("/indicators/"+id+"/off", url.Values{"version": {"1"}}, 422), "Hãy ghi lý do")
		w.post("/indicators/"+id+"/off", url.Values{"version": {"7"}, "reason": {"cũ"}}, 409)
		says(t, w.post("/indicators/"+id+"/off", url.Values{"version": {"1"}, "reason": {"cũ"}}, 200), "Đã tắt danh sách", "Bật danh sách")
		h.work()
		says(t, w.get("/indicators/"+id+"/on", 200), "3 chỉ dấu của danh sách Danh sách của bộ lại được đối chiếu")
		says(t, w.post("/indicators/"+id+"/on", url.Values{"version": {"2"}}, 200), "Đã bật danh sách")
		says(t, w.get("/indicators/"+id+"/replace", 200), "Nội dung cũ vẫn được đối chiếu")
		w.send("/indicators/"+id+"/replace", "new.example\n", map[string]string{"version": "1"}, 409)
		says(t, w.send("/indicators/"+id+"/replace", "***\n", map[string]string{"version": "3", "note": "bản tháng 11"}, 200), "Đã nhận tệp mới")
		h.work()
		page = w.get("/indicators/"+id, 200)
		says(t, page, "Bản số 2 không được dùng; nội dung trước đó giữ nguyên", "Không có chỉ dấu nào dùng được", "bản tháng 11")
		says(t, w.get("/indicators/"+id+"?v=1", 200), "Kết quả nạp bản số 1")
		csv := w.get("/indicators.csv", 200)
		if !strings.HasPrefix(csv, "\ufeff") || strings.Count(csv, "\r\n") != 3 {
			t.Errorf("csv %q", csv)
		}
	})
}

func TestPagesOfOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret := list("Danh sách mật của A")
		secret.TLP, secret.Owner = indicator.Red, "a"
		red := h.upload(as(t, auth.Centre, "tinh"), secret, "red.example\n")
		w := h.browse(t, actor(auth.UnitOfficer, "b"))
		for _, path := range []string{"", "/progress"} {
			w.get("/indicators/"+string(red.ID)+path, 404)
		}
		for _, path := range []string{"/replace", "/off", "/on"} {
			w.get("/indicators/"+string(red.ID)+path, 403)
		}
		page := w.get("/indicators?q=red.example", 200)
		if strings.Contains(page, "Danh sách mật") || strings.Contains(page, "Tải danh sách lên") {
			t.Error("a foreign unit's page says too much")
		}
		says(t, page, "Chưa trả lời được về red[.]example")
		if csv := w.get("/indicators.csv", 200); strings.Contains(csv, "mật") {
			t.Error("the export gives out a red list")
		}
		d := h.browse(t, actor(auth.Duty, "tinh"))
		says(t, d.get("/indicators/new", 403), "Trực ban chỉ ghi được báo nhầm")
		says(t, d.get("/indicators?q=red.example", 200), "Bỏ qua chỉ dấu này")
		h.browse(t, actor(auth.Leader, "tinh")).get("/indicators", 403)
	})
}
