// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

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

	"github.com/vonggac/vonggac/internal/centre/incident"
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

func (u units) Names(context.Context, []string) (map[string]string, error) { return u, nil }
func (u units) Options(context.Context) ([]ui.Option, error) {
	return []ui.Option{{Value: "a", Label: u["a"]}}, nil
}

// browser is a signed-in reader of the room's pages.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string
	lang   string
}

func (b *bench) browse(t *testing.T, who auth.Actor) browser {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, obligation.Messages, incident.Messages)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: b.db,
		Now: func() time.Time { return b.now }, Lifetime: 1000 * time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	pages := incident.NewPages(site, b.svc, units{"a": "UBND xã Bản Mẫu"}, nil)
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), who.ID, 1)
	}}
	srv := httptest.NewServer(site.Handler(append(pages.Routes(), in)...))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := browser{t, &http.Client{Jar: jar}, srv.URL, "vi"}
	w.get("/in", 200)
	return w
}

func (w browser) get(path string, want int) string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.at+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do(req, want)
}

func (w browser) post(path string, form url.Values, want int) string {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(req, want)
}

func (w browser) upload(path, name, body string, want int) string {
	w.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	err := form.WriteField("note", "ghi chú tệp")
	if err == nil {
		var part io.Writer
		if part, err = form.CreateFormFile("file", name); err == nil {
			_, err = io.WriteString(part, body)
		}
	}
	if err != nil || form.Close() != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.at+path, &buf)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return w.do(req, want)
}

// rawKey finds a catalogue key that the catalogue does not have.
var rawKey = regexp.MustCompile(`[>"\s](incident|obligation)\.[a-z]\S*`)

func (w browser) do(req *http.Request, want int) string {
	w.t.Helper()
	req.Header.Set("Accept-Language", w.lang)
	res, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || res.Body.Close() != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode != want {
		w.t.Fatalf("%s %s: %d, want %d: %.300s", req.Method, req.URL.Path, res.StatusCode, want, body)
	}
	if key := rawKey.Find(body); key != nil {
		w.t.Errorf("%s shows the key %s", req.URL.Path, key)
	}
	return string(body)
}

func (w browser) says(page string, wants ...string) {
	w.t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			w.t.Errorf("the page does not say %q", want)
		}
	}
}

func person(role auth.Role, unit string) auth.Actor {
	return auth.Actor{ID: "nguoi-" + string(role), Name: "Nguyễn Văn Mẫu", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}}
}

var caseID = regexp.MustCompile(`/incidents/([0-9a-f-]{36})`)

func TestPagesWalkACase(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		w := b.browse(t, person(auth.Duty, "tinh"))
		w.says(w.get("/incidents", 200), "Không có sự cố nào đang xử lý", "Ghi sự cố mới")
		w.says(w.get("/incidents/new", 200), "2026-11-21T03:22", "UBND xã Bản Mẫu", "Mã hóa phần mềm, dữ liệu, thiết bị")

		w.says(w.post("/incidents", url.Values{"title": {"Tiêu đề giữ lại"}, "detected_at": {"hôm qua"}, "types": {"malware"}}, 422),
			"Tiêu đề giữ lại", "Không đọc được thời điểm")
		w.says(w.post("/incidents", url.Values{"title": {""}, "unit": {"a"}, "detected_at": {"2026-11-21T03:12"}}, 422), "Chưa nhập")
		page := w.post("/incidents", url.Values{"title": {"Mã hóa dữ liệu tại bộ phận một cửa"}, "unit": {"a"}, "detected_at": {"2026-11-21T03:12"},
			"types": {"malware", "encryption"}, "detection": {"notice_from"}, "detection_text": {"người dân gọi đường dây nóng"}}, 200)
		w.says(page, "SC-2026-0001", "TLP:AMBER", "giai đoạn: phát hiện, xác định", "Xác định mức độ — 24 giờ nếu nghiêm trọng",
			"còn 2 ngày 23 giờ", "người dân gọi đường dây nóng", "chưa xác định mức độ", "Đã mở sự cố SC-2026-0001", "Phát sinh nghĩa vụ: Báo cáo nguyên nhân")
		at := "/incidents/" + caseID.FindStringSubmatch(page)[1]

		b.now = b.at("21/11/2026 03:40")
		w.says(w.get(at+"/severity", 200), "Gợi ý theo bảng", "Thấp", "Chưa thấy dấu hiệu nào")
		w.says(w.post(at+"/severity", url.Values{"severity": {"M2"}, "version": {"1"}}, 422), "Chưa nhập")
		w.says(w.post(at+"/severity", url.Values{"severity": {"M2"}, "reason": {"mất kiểm soát"}, "version": {"1"}}, 200), "Nghiêm trọng")
		b.now = b.at("21/11/2026 06:08")
		page = w.get(at, 200)
		w.says(page, "Lập thông báo ban đầu — còn 21 giờ 04 phút", at+"/notices/new?form=F1b", "Nguyễn Văn Mẫu quyết định mức độ lúc 21/11/2026 03:40, lý do: mất kiểm soát")

		w.post(at+"/notes", url.Values{"text": {"Cô lập MC-02"}, "at": {"2026-11-21T03:31"}}, 200)
		w.says(w.post(at+"/notes", url.Values{"text": {"giữ chữ"}, "at": {"2026-11-21T23:31"}}, 422), "giữ chữ", "tương lai")
		w.says(w.post(at+"/observables", url.Values{"value": {"hxxps://cap-nhat[.]giamao[.]example/app\n203.0.113.14"}, "verdict": {"bad"}}, 200),
			"hxxps://cap-nhat.giamao[.]example/app", "Đã thêm 2 dấu vết mới")
		w.says(w.post(at+"/machines", url.Values{"name": {"MC-02"}, "addr": {"10.1.1.2"}, "addr_kind": {"nat"}}, 200), "một máy sau NAT")
		w.says(w.post(at+"/machines", url.Values{"addr": {"10.1.1"}}, 422), "Không phải địa chỉ IP")
		page = w.upload(at+"/evidence", "nhật ký.log", "abc", 200)
		w.says(page, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "nhật ký.log", "ghi chú tệp")
		w.says(w.upload(at+"/evidence", "", "", 422), "tệp rỗng")
		file := regexp.MustCompile(at + "/evidence/[0-9a-f-]{36}").FindString(page)
		if body := w.get(file, 200); body != "abc" {
			t.Errorf("downloaded %q", body)
		}
		w.says(w.get(at+"?tab=papers", 200), "Thông báo ban đầu sự cố nghiêm trọng trong 24 giờ", "Nghị định 331/2026/NĐ-CP")

		w.says(w.get(at+"/edit", 200), "người dân gọi đường dây nóng")
		edit := url.Values{"title": {"Mã hóa dữ liệu"}, "unit": {"a"}, "detected_at": {"2026-11-21T02:12"}, "phase": {"contain"}, "version": {"2"}}
		w.says(w.post(at+"/edit", edit, 422), "dời hoặc hủy một thời hạn")
		edit.Set("reason", "đọc lại nhật ký cuộc gọi")
		w.says(w.post(at+"/edit", edit, 200), "giai đoạn: khoanh vùng, cô lập", "Sửa thời điểm phát hiện từ 21/11/2026 03:12 thành 21/11/2026 02:12")
		w.post(at+"/edit", edit, 409)

		csv := w.get("/incidents.csv", 200)
		if !strings.HasPrefix(csv, "\ufeffMã;") || strings.Count(csv, "\r\n") != 2 {
			t.Errorf("csv %q", csv)
		}
		w.says(w.get(at+"/close", 200), "Còn phải thực hiện")
		w.says(w.post(at+"/close", url.Values{"cause": {"thư giả mạo"}, "version": {"3"}}, 422), "Còn báo cáo chưa thực hiện")
		w.says(w.post(at+"/close", url.Values{"cause": {"thư giả mạo"}, "reason": {"gửi sau"}, "version": {"3"}}, 200), "đã kết thúc")

		w.lang = "en"
		for _, tab := range []string{"", "?tab=observables", "?tab=machines", "?tab=evidence", "?tab=papers", "?tab=nonsense"} {
			w.says(w.get(at+tab, 200), "closed", "Severity: Serious, because: mất kiểm soát")
		}
		w.get("/incidents?state=all&severity=M2&sort=detected&after=broken", 200)
	})
}

func TestPagesOfAUnitOfficer(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	b := newBench(t, dbtest.SQLite(t, all...))
	mine, other := b.open(b.truc(), "a"), b.open(b.truc(), "b")
	w := b.browse(t, person(auth.UnitOfficer, "a"))
	w.says(w.get("/incidents", 200), mine.Code, "Hiện 1 trong 1")
	if page := w.get("/incidents/"+string(mine.ID), 200); strings.Contains(page, "/severity") || strings.Contains(page, "/close") {
		t.Error("a unit officer is offered what only others decide")
	}
	w.get("/incidents/"+string(mine.ID)+"/severity", 403)
	for _, path := range []string{"", "/edit", "?tab=evidence"} {
		w.get("/incidents/"+string(other.ID)+path, 404)
	}
	w.post("/incidents/"+string(other.ID)+"/notes", url.Values{"text": {"x"}}, 404)
	w.upload("/incidents/"+string(other.ID)+"/evidence", "x", "y", 404)
}
