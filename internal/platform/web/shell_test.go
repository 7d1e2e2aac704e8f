// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// shelf is a list of saved views that answers from memory.
type shelf struct{ items []ui.SavedView }

func (s shelf) Of(_ context.Context, path string) ([]ui.SavedView, error) {
	if path != "/incidents" {
		return nil, fault.Missing("shelf")
	}
	return s.items, nil
}

func (s shelf) First(_ context.Context, path string) (string, error) {
	for _, v := range s.items {
		if v.First && path == "/incidents" {
			return v.Query, nil
		}
	}
	return "", nil
}

// record is what two people edit at the same time.
type record struct {
	name    string
	boxes   []string
	version int64
}

// framed is a site whose frame is full, with a list and a form.
func framed(t *testing.T, elevated string) *httptest.Server {
	t.Helper()
	catalogue, err := i18n.Load(fault.Messages, web.Messages, ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	records := dbtest.SQLite(t, web.Migrations, audit.Migrations)
	now := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	rec := &record{name: "của người kia", boxes: []string{"b"}, version: 2}
	other := auth.With(t.Context(), auth.Actor{ID: "other", Name: "Người Kia"})
	if err := records.Write(other, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, now, audit.Entry{Action: "thing.change", Kind: "thing", Object: "1"})
	}); err != nil {
		t.Fatal(err)
	}
	s := web.New(web.Config{
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Catalogue: catalogue, Assets: bundle{}, Records: records, Now: time.Now,
		Lifetime: time.Hour, Search: true,
		Actor: func(_ context.Context, account string, _ int64) (auth.Actor, error) {
			return auth.Actor{ID: account, Name: account, Elevated: elevated, Grants: []auth.Grant{{Role: auth.Duty, Unit: "root"}}}, nil
		},
		Nav:  func(context.Context, string) []ui.NavGroup { return nil },
		Bell: func(context.Context) (int64, string) { return 3, "/notices" },
		OnDuty: func(context.Context) *ui.OnDuty {
			return &ui.OnDuty{Name: "Ca 3", Phone: "0213 000 000"}
		},
		Running: func(context.Context) (int64, string) { return 2, "/tasks" },
		Reach: func(_ context.Context, within string, _ bool) (web.Reach, error) {
			if within != "" {
				return web.Reach{Label: "xã " + within, Many: true}, nil
			}
			return web.Reach{Label: "toàn tỉnh", Many: true, Units: []ui.Option{{Value: "a", Label: "xã a"}, {Value: "b", Label: "xã b"}}}, nil
		},
		Help:  func(string) string { return "/guide/x" },
		Views: shelf{[]ui.SavedView{{ID: "1", Name: "Việc gấp", Query: "q=x&state=all", First: true}}},
	})
	page := func(body templ.Component) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return s.Render(w, r, http.StatusOK, web.View{Title: "trang", Body: body})
		}
	}
	list := ui.List(ui.ListProps{Caption: "sự cố", Filters: ui.Filter(ui.FilterProps{Action: "/incidents", Clear: "/incidents"}), ClearAt: "/incidents"})
	save := func(w http.ResponseWriter, r *http.Request) error {
		typed := int64(1)
		if r.PostFormValue("version") == "2" {
			typed = 2
		}
		if typed != rec.version {
			return &fault.Error{Kind: fault.Conflict, Op: "thing"}
		}
		rec.name, rec.boxes = r.PostFormValue("name"), r.PostForm["box"]
		_, err := io.WriteString(w, rec.name+"|"+strings.Join(rec.boxes, ","))
		return err
	}
	srv := httptest.NewServer(s.Handler(
		web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return s.SignIn(r.Context(), r.URL.Query().Get("as"), 1)
		}},
		web.Route{Pattern: "GET /incidents", Need: permission, Handle: page(list)},
		web.Route{Pattern: "GET /page", Access: web.SignedIn, Handle: page(list)},
		web.Route{Pattern: "GET /who", Access: web.SignedIn, Handle: func(w http.ResponseWriter, r *http.Request) error {
			a, _ := auth.From(r.Context())
			_, err := io.WriteString(w, a.Within)
			return err
		}},
		web.Route{Pattern: "GET /thing", Access: web.SignedIn, Handle: func(w http.ResponseWriter, r *http.Request) error {
			form := ui.FormProps{Action: "/thing", Hidden: []ui.Hidden{{Name: "version", Value: "2"}}, Record: ui.Record{Kind: "thing", ID: "1"}}
			return s.Render(w, r, http.StatusOK, web.View{Title: "mục", Body: templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				return ui.Form(form).Render(templ.WithChildren(ctx, templ.Join(
					ui.Field(ui.FieldProps{Name: "name", Label: "Tên", Value: rec.name}),
					ui.Field(ui.FieldProps{Kind: ui.KindCheckbox, Name: "box", Group: "Ô", Value: "a", Label: "A"}),
					ui.Field(ui.FieldProps{Kind: ui.KindCheckbox, Name: "box", Group: "Ô", Value: "b", Label: "B", Checked: true}),
					ui.Field(ui.FieldProps{Kind: ui.KindTextarea, Name: "reason", Label: "Lý do"}))), w)
			})})
		}},
		web.Route{Pattern: "POST /thing", Access: web.SignedIn, Handle: save},
	))
	t.Cleanup(srv.Close)
	return srv
}

func post(t *testing.T, c *http.Client, address string, form url.Values) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestFrameShowsWhatTheRoomsGive(t *testing.T) {
	t.Parallel()
	srv := framed(t, "01h8")
	_, body, _ := get(t, person(t, srv, "duty"), srv.URL+"/page")
	for _, want := range []string{`href="/notices"`, "3 chưa đọc", "Ca 3", "tel:0213000000", "Việc đang chạy: 2", "toàn tỉnh",
		"vg-raised", `href="/break-glass/01h8"`, `href="/guide/x"`, `data-palette="/search/suggest"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the frame lacks %q", want)
		}
	}
	if n := strings.Count(body, "/break-glass/"); n != 1 {
		t.Errorf("%d links to the break-glass record, want the one bar", n)
	}
	calm := framed(t, "")
	if _, body, _ := get(t, person(t, calm, "duty"), calm.URL+"/page"); strings.Contains(body, "vg-raised") {
		t.Error("a red bar without emergency access")
	}
}

func TestScopeIsNarrowedAndLeft(t *testing.T) {
	t.Parallel()
	srv := framed(t, "")
	c := person(t, srv, "duty")
	within := func() string {
		t.Helper()
		_, body, _ := get(t, c, srv.URL+"/who")
		return body
	}
	if status, _ := post(t, c, srv.URL+ui.ScopePath, url.Values{"unit": {"foreign"}}); status != http.StatusUnprocessableEntity || within() != "" {
		t.Errorf("a unit out of scope: %d, within %q", status, within())
	}
	if status, _ := post(t, c, srv.URL+ui.ScopePath, url.Values{"unit": {"a"}, "back": {"/page"}}); status != http.StatusSeeOther || within() != "a" {
		t.Errorf("a unit in scope: %d, within %q", status, within())
	}
	if _, body, _ := get(t, c, srv.URL+"/page"); !strings.Contains(body, "vg-within") || !strings.Contains(body, "xã a") {
		t.Error("the chip is not shown")
	}
	get(t, c, srv.URL+"/in?as=another")
	if got := within(); got != "" {
		t.Errorf("the next person of the session looks at %q", got)
	}
	get(t, c, srv.URL+"/in?as=duty")
	if status, _ := post(t, c, srv.URL+ui.ScopePath, url.Values{"unit": {""}, "back": {"//bad.example"}}); status != http.StatusSeeOther || within() != "" {
		t.Errorf("leaving: %d, within %q", status, within())
	}
}

func TestSavedViewsStandOverTheirList(t *testing.T) {
	t.Parallel()
	srv := framed(t, "")
	c := person(t, srv, "duty")
	status, _, header := get(t, c, srv.URL+"/incidents")
	if status != http.StatusSeeOther || header.Get("Location") != "/incidents?q=x&state=all" {
		t.Errorf("the view that opens first: %d %q", status, header.Get("Location"))
	}
	_, body, _ := get(t, c, srv.URL+"/incidents?state=all&q=x&after=7")
	if !strings.Contains(body, "Việc gấp") || strings.Contains(body, "/views/new") {
		t.Error("a page that is a saved view shows no tab, or offers to save it again")
	}
	_, body, _ = get(t, c, srv.URL+"/incidents?q=y")
	if !strings.Contains(body, "/views/new?path=%2Fincidents&amp;query=q%3Dy") {
		t.Error("a filtered list does not offer to be saved")
	}
	if !strings.Contains(body, `href="/incidents?view=none"`) {
		t.Error("clearing the filter leads back to the view that opens first")
	}
	if status, _, _ = get(t, c, srv.URL+"/incidents?view=none"); status != http.StatusOK {
		t.Errorf("without a view: %d", status)
	}
	if _, body, _ = get(t, c, srv.URL+"/page?q=y"); strings.Contains(body, "/views") {
		t.Error("a page without saved views offers them")
	}
}

func TestCanonicalIsTheSameForTheSameList(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"state=all&q=x", "q=x&state=all&after=1.2", "q=x&unit=&state=all&view=none", "page=2&before=3&state=all&q=x"} {
		values, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		if got := web.Canonical(values); got != "q=x&state=all" {
			t.Errorf("%s is %s", q, got)
		}
	}
}

// Two tabs: the second one gets both texts and settles each field.
func TestStaleFormComesBackWithBothTexts(t *testing.T) {
	t.Parallel()
	srv := framed(t, "")
	c := person(t, srv, "duty")
	status, body := post(t, c, srv.URL+"/thing", url.Values{"version": {"1"}, "name": {"của tôi"}, "box": {"a"}, "reason": {"sửa tên"}, "page.at": {"/thing"}})
	if status != http.StatusConflict {
		t.Fatalf("a stale form: %d", status)
	}
	for _, want := range []string{"của tôi", "của người kia", "Người Kia", "21/11/2026 08:00", `name="take.name" value="mine"`,
		`name="take.name" value="theirs"`, `name="theirs.name" value="của người kia"`, `name="theirs.box" value="b"`, `name="version" value="2"`, `value="của tôi"`, `value="a" checked`, ">sửa tên<", `name="page.at" value="/thing"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	for _, not := range []string{`name="take.reason"`, `value="b" checked`} {
		if strings.Contains(body, not) {
			t.Errorf("the form has %q", not)
		}
	}
	if strings.Contains(body, "<script") && !strings.Contains(body, "<script src=") {
		t.Error("the choice needs script")
	}
	_, body = post(t, c, srv.URL+"/thing", url.Values{"version": {"2"}, "name": {"của tôi"}, "box": {"a"}, "take.name": {"mine"},
		"theirs.name": {"của người kia"}, "take.box": {"theirs"}, "theirs.box": {"b"}})
	if body != "của tôi|b" {
		t.Errorf("settled as %q, want my name and their box", body)
	}
	_, body = post(t, c, srv.URL+"/thing", url.Values{"version": {"2"}, "name": {"của tôi"}, "box": {"a"}, "take.box": {"theirs"}})
	if body != "của tôi|" {
		t.Errorf("taking an empty group gives %q", body)
	}
}

// A conflict that is no matter of versions, or whose page is not to be had,
// says so in words and hands the text back.
func TestConflictWithoutItsFormHandsTheTextBack(t *testing.T) {
	t.Parallel()
	srv := framed(t, "")
	c := person(t, srv, "duty")
	for name, at := range map[string]string{"no page is named": "", "a page that is not there": "/nowhere", "a page without the form": "/page",
		"another site": "https://elsewhere.example/thing", "a page that the reader may not open": "/incidents"} {
		status, body := post(t, c, srv.URL+"/thing", url.Values{"version": {"1"}, "name": {"lời của tôi"}, "page.at": {at}})
		if status != http.StatusConflict || !strings.Contains(body, "lời của tôi") || strings.Contains(body, `name="take.name"`) {
			t.Errorf("%s: %d, text kept %v", name, status, strings.Contains(body, "lời của tôi"))
		}
	}
}
