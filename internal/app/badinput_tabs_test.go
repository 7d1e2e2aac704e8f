// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// without are the forms with a version whose second tab shows no two texts, and
// why. What was typed there is handed back all the same, but for a file.
var without = map[string]string{
	"POST /indicators/{id}/replace":                "the new list is a file, and the file is what was sent",
	"POST /settings/backup/settings":               "takes numbers and a folder that exists, no words; TestTwoTabs sends two numbers",
	"POST /feeds/network":                          "takes addresses, no words; TestTwoTabs sends two",
	"POST /feeds/{id}/off":                         once,
	"POST /settings/webhooks/networks":             "takes addresses, no words; TestTwoTabs sends two",
	"POST /papers/{id}/sent":                       "tells of another sending: the record of the first is no text of the form",
	"POST /papers/{id}/withdraw":                   once,
	"POST /proposals/{proposal}/decide":            once,
	"POST /directives/{directive}/carry":           once,
	"POST /obligations/{id}/meet":                  once,
	"POST /obligations/{id}/ask":                   once,
	"POST /obligations/{id}/waive":                 once,
	"POST /obligations/{id}/assign":                "hands over again, with words of that act: the first note is no text of the form",
	"POST /incidents/{id}/close":                   once,
	"POST /indicators/{id}/off":                    once,
	"POST /findings/{id}/dismiss":                  once,
	"POST /infections/{id}/clean":                  once,
	"POST /infections/{id}/false-positive":         once,
	"POST /settings/webhooks/{webhook}/off":        once,
	"POST /collectors/{collector}/revoke":          once,
	"POST /keys/{key}/revoke":                      once,
	"POST /threat-hunts/{record}/conclude":         once,
	"POST /settings/retention/holds/{hold}/ask":    once,
	"POST /rules/overrides/{override}/withdraw":    once,
	"POST /calendar/decisions/{decision}/withdraw": once,
	"POST /settings/templates/{template}/withdraw": once,
	"POST /settings/templates/{template}/put":      once,
	"POST /directives/{directive}/end":             once,

	"POST /directives/{directive}/tasks/{task}/return": "is done once with its reason; the page leads to the unit's tasks, which have the first one's words",
}

// fixed are those of them that take no words.
var fixed = []string{"POST /settings/backup/settings", "POST /feeds/network", "POST /settings/webhooks/networks"}

// once is why the words of an act have no other text beside them.
const once = "is done once with its reason: there is nothing to merge, and the page leads to the record, which has the first one's words"

// twoTabsKeepTheFirst opens every form that knows its record's version in two
// tabs and sends both: the second is refused in words, the first is kept, and
// the page that answers shows both texts.
func twoTabsKeepTheFirst(t *testing.T) {
	t.Parallel()
	w := openFull(t)
	b := w.second(t)
	b.read = func(path string, res *httptest.ResponseRecorder) {}
	tried, took, both := []string{}, []string{}, []string{}
	for _, f := range b.crawl(t) {
		if prefilled(f, "version")+prefilled(f, "second_version") == "" || strings.HasSuffix(f.pattern, "/new") || slices.Contains(took, f.pattern) {
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
		case !typesText(f):
		case without[f.pattern] != "":
			if strings.Contains(body, `name="`+ui.TakePrefix) {
				t.Errorf("%s shows both texts, and is said not to", f.pattern)
			}
			if without[f.pattern] == once && !strings.Contains(body, html.UnescapeString(`href="`+path.Dir(f.action)+`"`)) {
				t.Errorf("%s: the second tab is not led to the record", f.pattern)
			}
			if slices.Contains(fixed, f.pattern) {
				continue
			}
			if !strings.Contains(body, second) && !f.upload {
				t.Errorf("%s: what was typed into the second tab is lost (%d)", f.pattern, res.Code)
			}
		default:
			both = append(both, f.pattern)
			for _, want := range []string{first, second, `name="` + ui.TakePrefix} {
				if !strings.Contains(body, want) {
					t.Errorf("%s: the second tab is answered %d without %q", f.pattern, res.Code, want)
				}
			}
		}
	}
	slices.Sort(tried)
	t.Logf("%d forms with a version sent twice: %v; both texts: %v; not accepted once: %v", len(took), took, both, slices.DeleteFunc(slices.Compact(tried), func(p string) bool { return slices.Contains(took, p) }))
	if len(took) < 30 || len(both) < 11 {
		t.Errorf("only %d forms were accepted once, %d of them with texts: nothing to learn from", len(took), len(both))
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
