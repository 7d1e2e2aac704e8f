// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"mime"
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
	"github.com/vonggac/vonggac/internal/centre/report"
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
}

func (b *bench) browse(t *testing.T, who auth.Actor) browser {
	t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, obligation.Messages, incident.Messages, report.Messages)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: b.db,
		Now: func() time.Time { return b.now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return who, nil }})
	pages := report.NewPages(site, b.svc, units{"a": "UBND xã Bản Mẫu"})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), who.ID, 1)
	}}
	of := web.Route{Pattern: "GET /of/{id}", Access: web.SignedIn, Handle: func(w http.ResponseWriter, r *http.Request) error {
		body, err := pages.Of(r.Context(), r.PathValue("id"))
		if err != nil {
			return err
		}
		return site.Render(w, r, http.StatusOK, web.View{Title: "Of", Body: body})
	}}
	srv := httptest.NewServer(site.Handler(append(pages.Routes(), in, of)...))
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

var rawKey = regexp.MustCompile(`\breport\.[a-z]\S*`)

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
	if key := rawKey.Find(body); key != nil && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		w.t.Errorf("%s shows the key %s", res.Request.URL.Path, key)
	}
	return html.UnescapeString(string(body))
}

func (w browser) says(page string, want ...string) {
	w.t.Helper()
	for _, s := range want {
		if !strings.Contains(page, s) {
			w.t.Errorf("the page does not say %q", s)
		}
	}
}

var (
	controls = regexp.MustCompile(`(?s)<(input)\b([^>]*)>|<(textarea|select)\b([^>]*)>(.*?)</(?:textarea|select)>`)
	attr     = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
	selected = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

// form reads back the fields of the form with the action, as a browser would
// send them untouched.
func (w browser) form(page, action string) url.Values {
	w.t.Helper()
	_, page, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		w.t.Fatalf("no form posts to %s", action)
	}
	page, _, _ = strings.Cut(page, "</form>")
	out := url.Values{}
	for _, m := range controls.FindAllStringSubmatch(page, -1) {
		a := map[string]string{}
		for _, p := range attr.FindAllStringSubmatch(m[2]+m[4], -1) {
			a[p[1]] = p[2]
		}
		_, checked := a["checked"]
		switch {
		case a["name"] == "" || a["type"] == "file" || (a["type"] == "checkbox" || a["type"] == "radio") && !checked:
		case m[3] == "textarea":
			out.Add(a["name"], m[5])
		case m[3] == "select":
			v := ""
			if s := selected.FindStringSubmatch(m[5]); s != nil {
				v = s[1]
			}
			out.Add(a["name"], v)
		default:
			out.Add(a["name"], a["value"])
		}
	}
	return out
}

func TestPagesWalkFromCaseToSentNotice(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(example("a"))
		w := b.browse(t, actor("truc", auth.Duty, "tinh"))
		at := "/incidents/" + string(i.ID) + "/notices/new"
		page := w.get(at+"?form=F1b", 200)
		w.says(page, "Thông báo ban đầu sự cố an ninh mạng", "Báo cáo ban đầu sự cố mạng (Mẫu 03)", "chưa rõ còn được dùng", "Chưa có gì được gửi đi")
		w.post(at, url.Values{"form": {"F9"}}, 422)
		page = w.post(at, url.Values{"form": {"F1b"}}, 200)
		w.says(page, "Đủ mục bắt buộc", "phải thực hiện ngay", "[TBSC] Thông báo ban đầu sự cố an ninh mạng - "+i.Code, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "còn 23 giờ 10 phút")
		paper := regexp.MustCompile(`action="(/papers/[0-9a-f-]+)"`).FindStringSubmatch(page)[1]
		w.says(w.get(at, 200), "Đã có bản đang soạn")

		untouched := w.form(page, paper)
		page = w.post(paper, untouched, 200)
		if strings.Contains(page, "đã sửa tay") {
			t.Error("saving an untouched form counts as a change by hand")
		}
		form := w.form(page, paper)
		form.Set("v.measures", "")
		form.Set("v.detected_at", "không phải giờ")
		page = w.post(paper, form, 422)
		w.says(page, "Không đọc được thời điểm")
		form.Set("v.detected_at", "2026-11-21T03:12")
		form.Set("then", "print")
		page = w.post(paper, form, 422)
		w.says(page, "Chưa lập được bản in", "Chưa có “Biện pháp đã áp dụng”", "đã sửa tay")
		form = w.form(page, paper)
		form.Set("v.measures", "Đã cách ly ba máy.")
		form.Set("signer_name", "Vàng A Páo <b>")
		form.Set("then", "print")
		page = w.post(paper, form, 200)
		w.says(page, "Đã lập bản in 1", "Chưa gửi", "Đã cách ly ba máy.", "Hồ sơ ghi: "+i.MeasuresTaken, "Vàng A Páo <b>")
		if strings.Contains(w.get(paper, 200), "Hồ sơ đã thay đổi") {
			t.Error("the case has not changed since the print")
		}

		for _, kind := range []string{"docx", "pdf"} {
			res, err := w.client.Get(w.at + paper + "/print/1." + kind)
			if err != nil {
				t.Fatal(err)
			}
			_, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
			if err != nil || !strings.Contains(params["filename"], "Thông báo ban đầu sự cố an ninh mạng "+i.Code) ||
				!strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment; filename=F1b-"+i.Code+"-1."+kind) {
				t.Errorf("%s: %s, %v", kind, res.Header.Get("Content-Disposition"), err)
			}
			if body := w.read(res, nil, 200); len(body) < 1000 || !strings.HasPrefix(res.Header.Get("Repr-Digest"), "sha-256=:") {
				t.Errorf("%s: %d bytes", kind, len(body))
			}
		}
		for _, gone := range []string{"/print/2.pdf", "/print/1.exe", "/print/x.pdf", "/sent/none"} {
			w.get(paper+gone, 404)
		}

		b.now = t0.Add(26 * time.Hour)
		page = w.get(paper, 200)
		sent := w.form(page, paper+"/sent")
		if len(sent["meets"]) != 2 {
			t.Errorf("the duties of this form are not offered: %v", sent["meets"])
		}
		sent.Set("channel", "email")
		sent.Set("sent_at", "2026-11-22T05:00")
		page = w.upload(paper+"/sent", sent, "", "", 422)
		w.says(page, "Phải có số biên nhận hoặc tệp bằng chứng", "2026-11-22T05:00")
		sent.Set("number", "9")
		page = w.upload(paper+"/sent", sent, "biên nhận.png", "PNG", 200)
		w.says(page, "Đã ghi nhận gửi Thông báo số 09/TB-UBND", "đã xong, trễ", "biên nhận.png", "Gửi trễ hạn", "Lập văn bản thay thế")
		if got := w.get(regexp.MustCompile(paper+`/sent/[0-9a-f-]+`).FindString(page), 200); got != "PNG" {
			t.Errorf("evidence %q", got)
		}
		w.says(w.get("/papers", 200), i.Code, "đã gửi", "UBND xã Bản Mẫu")
		w.says(w.get("/papers?state=draft", 200), "Không")
		w.says(w.get("/of/"+string(i.ID), 200), "Thông báo số 09/TB-UBND", at)
		if csv := w.get("/papers.csv", 200); !strings.HasPrefix(csv, "\ufeff") || strings.Count(csv, "\r\n") != 2 || !strings.Contains(csv, ";") {
			t.Errorf("csv %q", csv)
		}
		w.get(paper+"/withdraw", 200)
		w.post(paper+"/withdraw", url.Values{"version": {"1"}}, 422)
		page = w.post(paper+"/follow", url.Values{"relation": {"correct"}}, 200)
		w.says(page, "Văn bản này đính chính Thông báo số 09/TB-UBND")

		foreign := b.browse(t, actor("xb", auth.Duty, "b"))
		for _, path := range []string{at, paper, paper + "/print/1.pdf", paper + "/print/1.docx", paper + "/print/1.json", paper + "/withdraw", "/of/" + string(i.ID)} {
			foreign.get(path, 404)
		}
		foreign.post(at, url.Values{"form": {"F1b"}}, 404)
		foreign.post(paper+"/print", url.Values{"version": {"1"}}, 404)
		foreign.says(foreign.get("/papers", 200), "Chưa có văn bản nào")
	})
}

func (w browser) upload(path string, form url.Values, name, content string, want int) string {
	w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, vs := range form {
		for _, v := range vs {
			if err := m.WriteField(k, v); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	if name != "" {
		part, err := m.CreateFormFile("file", name)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := io.WriteString(part, content); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.t.Fatal(err)
	}
	res, err := w.client.Post(w.at+path, m.FormDataContentType(), &body)
	return w.read(res, err, want)
}

func FuzzParseComesBackAsItWasStored(f *testing.F) {
	raw, err := report.Inputs{Format: 1, Paper: "p", Values: map[string]report.Value{"a": {Text: "x"}}}.Canonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := report.Parse(raw)
		if err != nil {
			return
		}
		once, err := in.Canonical()
		if err != nil {
			return // a year past 9999 does not marshal
		}
		again, err := report.Parse(once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, err := again.Canonical(); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%s\n%s", once, twice)
		}
	})
}
