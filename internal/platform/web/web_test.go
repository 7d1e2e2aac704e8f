// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type bundle struct{}

func (bundle) Path(name string) string { return "/assets/" + name }
func (bundle) Handler() http.Handler   { return http.NotFoundHandler() }
func (bundle) Missing() bool           { return false }

var permission = auth.Permission{Area: auth.Incidents, Act: auth.Read}

// site serves a few routes on a real server; accounts "duty" and "admin" sign
// in at /in?as=…; epoch 1 is the current one.
func site(t *testing.T) (*httptest.Server, *web.Site) { return siteThatWaits(t, 0) }

// siteThatWaits gives a sender up that is silent for longer than idle.
func siteThatWaits(t *testing.T, idle time.Duration) (*httptest.Server, *web.Site) {
	t.Helper()
	catalogue, err := i18n.Load(fault.Messages, web.Messages, ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]auth.Role{"duty": auth.Duty, "admin": auth.Administrator}
	s := web.New(web.Config{
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Catalogue: catalogue, Assets: bundle{},
		Records: dbtest.SQLite(t, web.Migrations), Now: time.Now, Lifetime: time.Hour, BodyIdle: idle, Version: "test",
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Actor: func(_ context.Context, account string, epoch int64) (auth.Actor, error) {
			if epoch != 1 {
				return auth.Actor{}, &fault.Error{Kind: fault.SignedOut}
			}
			return auth.Actor{ID: account, Name: account, Grants: []auth.Grant{{Role: roles[account], Unit: "root"}}}, nil
		},
		Key: func(_ context.Context, key string) (auth.Actor, error) {
			if key != "right" {
				return auth.Actor{}, &fault.Error{Kind: fault.SignedOut}
			}
			return auth.Actor{ID: "key", Grants: []auth.Grant{{Role: auth.Duty, Unit: "root"}}}, nil
		},
		Nav: func(context.Context, string) []ui.NavGroup { return nil },
	})
	plain := func(w http.ResponseWriter, r *http.Request) error { _, err := io.WriteString(w, "fine"); return err }
	srv := httptest.NewServer(s.Handler(
		web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			epoch := int64(1)
			if r.URL.Query().Get("old") != "" {
				epoch = 0
			}
			return s.SignIn(r.Context(), r.URL.Query().Get("as"), epoch)
		}},
		web.Route{Pattern: "GET /incidents", Need: permission, Handle: plain},
		web.Route{Pattern: "POST /incidents", Need: permission, Handle: plain},
		web.Route{Pattern: "GET /nobody", Handle: plain},
		web.Route{Pattern: "GET /mine", Access: web.SignedIn, Handle: plain},
		web.Route{Pattern: "GET /broken", Access: web.Public, Handle: func(http.ResponseWriter, *http.Request) error {
			return errors.New("password=secret")
		}},
		web.Route{Pattern: "GET /panics", Access: web.Public, Handle: func(http.ResponseWriter, *http.Request) error { panic("boom") }},
		web.Route{Pattern: "POST /read", Access: web.Public, Body: 8, Handle: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.ReadAll(r.Body)
			return err
		}},
		web.Route{Pattern: "POST /read-packed", Access: web.Public, Body: 8, Packed: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.ReadAll(r.Body)
			return err
		}},
		web.Route{Pattern: "POST /work", Access: web.Public, Body: 8, Handle: func(_ http.ResponseWriter, r *http.Request) error {
			if _, err := io.ReadAll(r.Body); err != nil {
				return err
			}
			select {
			case <-r.Context().Done():
				return context.Cause(r.Context())
			case <-time.After(3 * idle):
				return nil
			}
		}},
		web.Route{Pattern: "GET /caller", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.WriteString(w, s.Caller(r).String())
			return err
		}},
		web.Route{Pattern: "GET /flash", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			s.Flash(r.Context(), ui.OK, "đã lưu <b>")
			return web.Redirect(w, r, "/page")
		}},
		web.Route{Pattern: "GET /page", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return s.Render(w, r, http.StatusOK, web.View{Title: "trang", Body: ui.Text("thân")})
		}},
		web.Route{Pattern: "GET /api/v1/thing", Need: permission, API: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return fault.Bad("thing", "name", "fault.invalid")
		}},
	))
	t.Cleanup(srv.Close)
	return srv, s
}

// person is a browser: it keeps cookies and does not follow redirects.
func person(t *testing.T, srv *httptest.Server, as string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if as != "" {
		get(t, c, srv.URL+"/in?as="+as)
	}
	return c
}

func get(t *testing.T, c *http.Client, address string, header ...string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return do(t, c, r)
}

func do(t *testing.T, c *http.Client, r *http.Request) (int, string, http.Header) {
	t.Helper()
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func TestRoutesAskForTheirPermission(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	cases := []struct {
		name, as, path string
		want           int
	}{
		{"nobody is sent to sign in", "", "/incidents", http.StatusSeeOther},
		{"a role with the permission is let in", "duty", "/incidents", http.StatusOK},
		{"a role without it is refused", "admin", "/incidents", http.StatusForbidden},
		{"a route that names no permission is for nobody", "duty", "/nobody", http.StatusForbidden},
		{"any signed-in person sees their own page", "admin", "/mine", http.StatusOK},
		{"an ended epoch signs out", "duty&old=1", "/mine", http.StatusSeeOther},
		{"an unknown path is not found", "duty", "/none", http.StatusNotFound},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, body, _ := get(t, person(t, srv, c.as), srv.URL+c.path); got != c.want {
				t.Errorf("%s as %q = %d, want %d\n%s", c.path, c.as, got, c.want, body)
			}
		})
	}
}

func TestForeignSitesCannotPost(t *testing.T) {
	t.Parallel()
	srv, s := site(t)
	c := person(t, srv, "duty")
	post := func(fetchSite string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/incidents", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", fetchSite)
		status, _, _ := do(t, c, r)
		return status
	}
	if got := post("cross-site"); got != http.StatusForbidden {
		t.Errorf("cross-site post = %d, want 403", got)
	}
	fromProxy := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/incidents", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", "https://soc.example.vn") // an old browser: no Sec-Fetch-Site
		status, _, _ := do(t, c, r)
		return status
	}
	if got := fromProxy(); got != http.StatusForbidden {
		t.Errorf("post from an unknown origin = %d, want 403", got)
	}
	if err := s.Trust("https://soc.example.vn"); err != nil {
		t.Fatal(err)
	}
	if got := fromProxy(); got != http.StatusOK {
		t.Errorf("post from the site's own address = %d, want 200", got)
	}
	if got := post("same-origin"); got != http.StatusOK {
		t.Errorf("own post = %d, want 200", got)
	}
}

func TestFailuresTellNothingInward(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	for _, path := range []string{"/broken", "/panics"} {
		status, body, header := get(t, person(t, srv, ""), srv.URL+path)
		if status != http.StatusInternalServerError || strings.Contains(body, "secret") || strings.Contains(body, "boom") {
			t.Errorf("%s = %d %q", path, status, body)
		}
		if header.Get("X-Request-Id") == "" || !strings.Contains(header.Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("%s lacks request id or policy: %v", path, header)
		}
	}
}

func TestBodiesOverTheLimitAreTooLarge(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	for path, packed := range map[string]bool{"/read": false, "/read-packed": true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+path, strings.NewReader("123456789"))
		if err != nil {
			t.Fatal(err)
		}
		status, body, _ := do(t, person(t, srv, ""), r)
		if status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: 9 bytes of 8 = %d, want 413", path, status)
		}
		if strings.Contains(body, ".gz") != packed { // papers cannot be sent packed
			t.Errorf("%s advises %q", path, body)
		}
	}
}

func TestProgramsGetProblemDocuments(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	c := person(t, srv, "")
	status, body, header := get(t, c, srv.URL+"/api/v1/thing")
	if status != http.StatusUnauthorized || header.Get("Content-Type") != "application/problem+json" || header.Get("WWW-Authenticate") == "" {
		t.Errorf("no key = %d %s %v", status, body, header)
	}
	if status, _, _ = get(t, c, srv.URL+"/api/v1/thing", "Authorization", "Bearer wrong"); status != http.StatusUnauthorized {
		t.Errorf("wrong key = %d", status)
	}
	if status, body, _ = get(t, c, srv.URL+"/api/v1/thing", "Authorization", "Bearer right", "Content-Type", "odd; =;"); !strings.Contains(body, `"name":`) {
		t.Errorf("a body's odd type was no business of the door's = %d %s", status, body)
	}
	status, body, _ = get(t, c, srv.URL+"/api/v1/thing", "Authorization", "Bearer right", "Accept-Language", "en")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `"name":"Some entries are not right`) {
		t.Errorf("invalid = %d %s", status, body)
	}
}

func TestFlashIsShownOnceAndEscaped(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	c := person(t, srv, "")
	get(t, c, srv.URL+"/flash")
	if _, body, _ := get(t, c, srv.URL+"/page"); !strings.Contains(body, "đã lưu &lt;b&gt;") {
		t.Errorf("flash missing or raw:\n%s", body)
	}
	if _, body, _ := get(t, c, srv.URL+"/page"); strings.Contains(body, "đã lưu") {
		t.Error("flash shown twice")
	}
}

func TestLanguageFollowsChoiceThenBrowser(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	c := person(t, srv, "")
	lang := func(accept string) string {
		_, body, _ := get(t, c, srv.URL+"/page", "Accept-Language", accept)
		for _, l := range []string{"vi", "en"} {
			if strings.Contains(body, `<html lang="`+l+`"`) {
				return l
			}
		}
		return ""
	}
	if got := lang("fr"); got != "vi" {
		t.Errorf("French reader gets %s, want vi", got)
	}
	if got := lang("en-GB,vi;q=0.5"); got != "en" {
		t.Errorf("English browser gets %s", got)
	}
	res, err := c.PostForm(srv.URL+ui.LanguagePath, url.Values{"lang": {"en"}, "back": {"//evil.example/x"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if at := res.Header.Get("Location"); at != "/" {
		t.Errorf("back to %q, want /", at)
	}
	if got := lang("vi"); got != "en" {
		t.Errorf("after choosing English: %s", got)
	}
}

func TestCallerBehindTrustedProxyOnly(t *testing.T) {
	t.Parallel()
	srv, s := site(t)
	if _, got, _ := get(t, person(t, srv, ""), srv.URL+"/caller", "X-Forwarded-For", "203.0.113.9, 198.51.100.7"); got != "198.51.100.7" {
		t.Errorf("behind the proxy = %s, want the address the proxy saw", got)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "198.51.100.7:99"
	r.Header.Set("X-Forwarded-For", "10.0.0.1")
	if got := s.Caller(r).String(); got != "198.51.100.7" {
		t.Errorf("an untrusted peer's claim is believed: %s", got)
	}
}

func TestBackStaysOnThisSite(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{"/a?b=c": "/a?b=c", "": "/", "https://x.example/": "/", "//x.example": "/",
		"/\\x.example": "/", "javascript:alert(1)": "/", "/a\nb": "/"} {
		if got := web.Back(raw); got != want {
			t.Errorf("Back(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestNULIsRefusedBeforeTheHandler(t *testing.T) {
	t.Parallel()
	srv, _ := site(t)
	c := person(t, srv, "duty")
	if status, _, _ := get(t, c, srv.URL+"/incidents?q=%00"); status != http.StatusUnprocessableEntity {
		t.Errorf("NUL in the query = %d, want 422", status)
	}
	res, err := c.PostForm(srv.URL+"/incidents", url.Values{"name": {"a\x00b"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("NUL in the form = %d, want 422", res.StatusCode)
	}
}
