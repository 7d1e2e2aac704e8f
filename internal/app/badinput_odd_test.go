// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/web"
)

// oddTexts are what a field of free text may get from a hand, a clipboard or a
// program.
var oddTexts = []string{
	strings.Repeat("dài ", 1<<18),                 // more than a form may hold
	strings.Repeat("Mê Linh ", 1<<14),             // more than any field
	strings.Repeat("x", 1<<12),                    // one word
	"a\x00b",                                      // NUL
	"x\xff\xfe\xed\xa0\x80y",                      // no UTF-8; half of a pair
	"Sơn\u202egnor\u2066 La",                      // runs backwards
	norm.NFD.String("Xã Mường Phăng – Điện Biên"), // as macOS sends it
	"a" + strings.Repeat("\u0301\u0323", 64),      // one letter, many marks
	"👩‍👩‍👧‍👦🏴‍☠️ xã \U0001F1FB\U0001F1F3",
	"dòng\r\nmới\vvà\u2028hết",
	"' OR 1=1 --", "%s%n{0}{{.}}", "../../../etc/passwd", "\u200b\u00a0", "",
}

// oddValues are what a field of numbers, dates and choices may get.
var oddValues = []string{"1e309", "-1", "9223372036854775808", "NaN", "0000-00-00", "31/02/2026", "9999-12-31", "9999-12-31T23:59", "-0001-01-01T00:00",
	"2026-11-21T25:61", "x\x00", "\xff", strings.Repeat("9", 400), "0", "\u0664\u0662", ""}

// oddInputIsAnswered sends what no form means to every form and page: each
// answer is success or a sentence, never a fault of the program, and what was
// kept is text that can be shown.
func oddInputIsAnswered(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		testOdd(t, openFull(t), 0)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		testOdd(t, openFullAt(t, postgresAddress(t)), 1)
	})
}

// testOdd sends each second of the odd values from start on.
func testOdd(t *testing.T, w *scopes, start int) {
	b := w.second(t)
	o := &odd{inBrowser: b, faults: map[string]bool{}, start: start}
	b.read = o.answered(t)
	sent := 0
	done := map[string]bool{}
	for _, f := range b.crawl(t) {
		if !done[f.pattern] {
			done[f.pattern] = true
			sent += o.form(t, f)
		}
	}
	for _, rt := range w.Routes() {
		sent += o.route(t, rt)
	}
	w.work(t)
	b.crawl(t) // every page can still be shown
	for _, row := range w.everything(t) {
		if !utf8.ValidString(row) || strings.Contains(row, "\x00") {
			t.Errorf("kept what is no text: %.300q", row)
		}
		if at := norm.NFC.QuickSpanString(row); at < len(row) && strings.Contains(norm.NFC.String(row), "Mường Phăng") && strings.Contains(row, norm.NFD.String("Mường Phăng")) {
			t.Errorf("kept as typed, not composed: %.300q", row)
		}
	}
	t.Logf("%d odd requests", sent)
	if sent < 1000 {
		t.Errorf("only %d odd requests: nothing to learn from", sent)
	}
}

// odd is a browser that sends what no form means.
type odd struct {
	*inBrowser
	faults map[string]bool // said once for each route and status
	start  int
}

// some are each step-th of list: the engines share the work.
func (o *odd) some(list []string, step int) (out []string) {
	for n := o.start; n < len(list); n += step {
		out = append(out, list[n])
	}
	return out
}

// answered checks an answer: no fault of the program, and a sentence where
// something was refused.
func (o *odd) answered(t *testing.T) func(string, *httptest.ResponseRecorder) {
	return func(what string, res *httptest.ResponseRecorder) {
		method, path, posted := strings.Cut(what, " ")
		if !posted {
			method, path = http.MethodGet, what
		}
		path, note, _ := strings.Cut(path, " ")
		pattern := o.pattern(method, path)
		say := func(format string, args ...any) {
			if key := pattern + format; !o.faults[key] {
				o.faults[key] = true
				t.Errorf("%s (%.80s %.60q): "+format, append([]any{pattern, path, note}, args...)...)
			}
		}
		kind := res.Header().Get("Content-Type")
		switch {
		case res.Code >= 500:
			say("%d", res.Code)
		case res.Code < 400:
		case strings.HasPrefix(kind, "application/problem+json"):
			if !strings.Contains(res.Body.String(), `"title"`) {
				say("%d without a sentence", res.Code)
			}
		case !isPage(res):
			if pattern != "" {
				say("%d answered as %q", res.Code, kind)
			}
		case len(strings.TrimSpace(mainText(res.Body.String()))) < 20:
			say("%d without a sentence", res.Code)
		}
	}
}

// mainText is what stands in the main part of a page.
func mainText(page string) string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return ""
	}
	for n := range root.Descendants() {
		if n.Data == "main" {
			return textOf(n)
		}
	}
	return textOf(root)
}

// form sends one form in every odd way.
func (o *odd) form(t *testing.T, f blank) (sent int) {
	t.Helper()
	file := attached{name: "a\xff" + strings.Repeat("dài", 200) + "/../..\\.csv", body: "\xff\xfe\x00Tên;\x00\xd8\n\"" + strings.Repeat("x", 5000)}
	try := func(values url.Values, note string) {
		sent++
		o.read("POST "+f.action+" "+note, o.submit(t, f, values, file))
	}
	plain := func(c control) string { return "x" }
	for _, s := range o.some(oddTexts, 2) {
		try(f.values(func(control) string { return s }, nil), s[:min(len(s), 20)])
	}
	for _, s := range o.some(oddValues, 2) {
		given := url.Values{}
		for _, c := range f.controls {
			if !c.typed() {
				given.Set(c.name, s)
			}
		}
		try(f.values(plain, given), s[:min(len(s), 20)])
	}
	twice := f.values(plain, nil)
	for name := range twice {
		twice[name] = append(twice[name], "y", ghost)
	}
	try(twice, "every field three times")
	try(url.Values{}, "no field")
	if len(f.controls) > 0 && !f.upload {
		try(url.Values{f.controls[0].name: {strings.Repeat("dài ", 1<<18)}}, "a megabyte") // more than a form may hold
	}
	for _, name := range o.some([]string{"", "a\x00b", strings.Repeat("x", 1<<13), "..", "/", "\u202etxt.exe"}, 2) {
		file.name = name
		try(f.values(plain, nil), "file "+name[:min(len(name), 20)])
	}
	for _, kind := range []string{"", "text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=x", ";;"} {
		sent++
		o.read("POST "+f.action+" "+kind, o.send(t, http.MethodPost, f.action, kind, "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx%zz=%&=&;"))
	}
	return sent
}

// route asks for odd ids and with odd questions.
func (o *odd) route(t *testing.T, rt web.Route) (sent int) {
	t.Helper()
	method, pattern, _ := strings.Cut(strings.TrimSuffix(rt.Pattern, "{$}"), " ")
	ids := []string{"0", "-1", "%00", "%ff%fe", "%C0%80", "..%2f..%2fx", "1e309", "9223372036854775808", strings.Repeat("a", 4000), "%E2%80%AE", ghost, "1.docx"}
	for _, kind := range slices.Sorted(maps.Keys(o.w.own)) {
		ids = append(ids, url.PathEscape(o.w.own[kind][0])) // of other kinds as well
	}
	if ids = o.some(ids, 3); !placeholder.MatchString(pattern) {
		ids = ids[:1]
	}
	for _, id := range ids {
		path := placeholder.ReplaceAllString(pattern, strings.ReplaceAll(id, "$", ""))
		if o.pattern(method, path) != rt.Pattern || method == http.MethodPost && !placeholder.MatchString(pattern) {
			continue
		}
		sent++
		kind, body := "application/x-www-form-urlencoded", "version=1&reason=x"
		if method == http.MethodGet {
			kind, body = "", ""
		}
		o.read(method+" "+path, o.send(t, method, path, kind, body))
	}
	if method != http.MethodGet {
		return sent
	}
	for _, s := range o.some(slices.Concat(oddValues, oddTexts[1:]), 4) {
		q := url.Values{}
		for _, name := range []string{"q", "unit", "after", "before", "sort", "state", "status", "kind", "parent", "from", "to", "day", "date", "tab", "view", "next",
			"token", "page", "limit", "assignee", "show", "name", "threat", "desc", "seq", "who", "action"} {
			q.Set(name, s)
		}
		path := o.w.anyPath(t, rt) + "?" + q.Encode()
		sent++
		o.read(path, o.get(t, path))
	}
	return sent
}
