// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// losing are the forms whose refusal of a stale tab does not show again what was
// typed there: the new list is a file, and the file is what was sent.
var losing = []string{"POST /indicators/{id}/replace"}

// twoTabsKeepTheFirst opens every form that knows its record's version in two
// tabs and sends both: the second is refused in words, the first is kept, and
// what was typed into the second is on the page that answers.
func twoTabsKeepTheFirst(t *testing.T) {
	t.Parallel()
	w := openFull(t)
	b := w.second(t)
	b.read = func(path string, res *httptest.ResponseRecorder) {}
	tried, took := []string{}, []string{}
	for _, f := range b.crawl(t) {
		if v := prefilled(f, "version"); v == "" || v == "0" || slices.Contains(took, f.pattern) {
			continue
		}
		f, there := b.now(t, f)
		if !there {
			continue
		}
		tried = append(tried, f.pattern)
		const first, second = "Thẻ thứ nhất", "Thẻ thứ hai"
		file := attached{name: "x.txt", body: "first.example\n"}
		res := b.fillIn(t, f, func(control) string { return first }, file)
		if res.Code >= 400 {
			continue
		}
		took = append(took, f.pattern)
		file.body = "second.example\n"
		to := res.Header().Get("Location")
		res = b.fillIn(t, f, func(control) string { return second }, file)
		body := html.UnescapeString(res.Body.String())
		switch {
		case res.Code == http.StatusSeeOther && res.Header().Get("Location") == to && (strings.HasSuffix(f.pattern, "/incident") || f.pattern == "POST /setup/pack"):
			// the case that is there already, or the same step done again
		case res.Code != http.StatusConflict && res.Code != http.StatusUnprocessableEntity:
			t.Errorf("%s: the second tab is answered %d", f.pattern, res.Code)
		case len(strings.TrimSpace(mainText(res.Body.String()))) < 30:
			t.Errorf("%s: %d without a sentence", f.pattern, res.Code)
		case typesText(f) && !strings.Contains(body, second) && !slices.Contains(losing, f.pattern):
			t.Errorf("%s: what was typed into the second tab is lost (%d)", f.pattern, res.Code)
		}
	}
	slices.Sort(tried)
	t.Logf("%d forms with a version sent twice: %v; not accepted once: %v", len(took), took, slices.DeleteFunc(slices.Compact(tried), func(p string) bool { return slices.Contains(took, p) }))
	if len(took) < 6 {
		t.Errorf("only %d forms were accepted once: nothing to learn from", len(took))
	}
	for _, row := range w.everything(t) {
		if strings.Contains(row, "Thẻ thứ hai") {
			t.Errorf("the second tab was written: %.300s", row)
		}
	}
}

// typesText reports whether a person types into the form.
func typesText(f blank) bool {
	return slices.ContainsFunc(f.controls, func(c control) bool { return c.typed() && c.name != "" && c.kind != "search" })
}
