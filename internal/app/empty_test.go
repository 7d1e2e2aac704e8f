// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	emptyState = regexp.MustCompile(`(?s)<div class="vg-empty">.*?<h2>(.*?)</h2><p>(.*?)</p>(.{0,60})`)
	mainPart   = regexp.MustCompile(`(?s)<main.*</main>`)
)

// emptyLists are the pages that show nothing on the first day and must teach then.
var emptyLists = []string{"/units", "/sources", "/indicators", "/findings", "/infections", "/obligations", "/papers", "/incidents", "/documents", "/periodic-reports"}

// TestEmptyPagesTeach opens every page of an empty centre: none fails, and each
// list says what it will show and offers the one next step.
func TestEmptyPagesTeach(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	secret, err := h.Rooms.Accounts.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h.Handler())
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	res, err := c.PostForm(server.URL+"/start", url.Values{"token": {secret}, "body": {"UBND tỉnh Mẫu"}, "kind": {"ubnd_tinh"},
		"name": {person}, "login": {login}, "password": {phrase}, "again": {phrase}})
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.Request.URL.Path != "/setup" {
		t.Fatalf("the first sign-in leads to %s, want the first hour (%v)", res.Request.URL, err)
	}
	for _, rt := range h.Routes() {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		if path = strings.TrimSuffix(path, "{$}"); method != http.MethodGet || placeholder.MatchString(path) || rt.API || slices.Contains([]string{"/start", "/views/new", "/break-glass/new", "/events.csv", "/events.xlsx", "/documents/record", "/documents/books",
			"/document-imports", "/obligations/periodic/enable"}, path) {
			continue // they begin with a link, a list, a reason or a right of their own
		}
		res, err := c.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d in an empty centre", path, res.StatusCode)
		}
		shown := emptyState.FindAllStringSubmatch(mainPart.FindString(string(raw)), -1)
		if slices.Contains(emptyLists, path) && len(shown) != 1 {
			t.Errorf("%s: %d empty states, want one", path, len(shown))
		}
		for _, m := range shown {
			if utf8.RuneCountInString(m[2]) < 40 {
				t.Errorf("%s: %q teaches too little: %q", path, m[1], m[2])
			}
			if slices.Contains(emptyLists, path) && !strings.Contains(m[3], "vg-actions") {
				t.Errorf("%s: %q offers no next step", path, m[1])
			}
		}
	}
}
