// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func speak(t testing.TB, ctx context.Context, lang i18n.Language) context.Context {
	t.Helper()
	cat, err := i18n.Load(ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(ctx, cat, lang)
}

func render(t testing.TB, lang i18n.Language, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(speak(t, t.Context(), lang), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	bareKey   = regexp.MustCompile(`\bui\.[a-z]+(\.[a-z0-9]+)*\b`)
	forbidden = regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|hx-on|javascript:|<script[^>]*>[^<]|<style`)
	elementID = regexp.MustCompile(`\sid="([^"]+)"`)
)

func TestGalleryIsWhole(t *testing.T) {
	t.Parallel()
	for _, lang := range []i18n.Language{i18n.Vietnamese, i18n.English} {
		for name, c := range gallery() {
			t.Run(string(lang)+" "+name, func(t *testing.T) {
				t.Parallel()
				html := render(t, lang, c)
				if k := bareKey.FindString(html); k != "" {
					t.Errorf("message %s is missing", k)
				}
				if m := forbidden.FindString(html); m != "" {
					t.Errorf("the script policy refuses %q", m)
				}
				if strings.Contains(html, "not-in-page") {
					t.Error("a password was written back into the page")
				}
				if !strings.Contains(html, `<html lang="`+string(lang)+`"`) {
					t.Error("the document does not name its language")
				}
				seen := map[string]bool{}
				for _, m := range elementID.FindAllStringSubmatch(html, -1) {
					if seen[m[1]] {
						t.Errorf("id %s stands twice", m[1])
					}
					seen[m[1]] = true
				}
			})
		}
	}
}

func TestEveryKeyIsUsed(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, pattern := range []string{"*.templ", "*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(raw)
		}
	}
	text := source.String()
	// Keys built from a state end where the state's name begins.
	built := []string{"ui.tone.", "ui.theme.", "ui.clock.state.", "ui.verdict.", "ui.step.", "ui.script.", "ui.problem."}
	cat, err := i18n.Load(ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range cat.Keys() {
		dynamic := slices.ContainsFunc(built, func(p string) bool { return strings.HasPrefix(key, p) })
		if !dynamic && !strings.Contains(text, `"`+key+`"`) {
			t.Errorf("message %s is used nowhere", key)
		}
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.FromSlash("../../../../assets/icons.json"))
	if err != nil {
		t.Fatal(err)
	}
	var drawn map[string]string
	if err := json.Unmarshal(raw, &drawn); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("icon.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`IconName = "([a-z]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(named) != len(drawn) {
		t.Errorf("%d names for %d drawings", len(named), len(drawn))
	}
	for _, m := range named {
		if drawn[m[1]] == "" {
			t.Errorf("icon %s has no drawing", m[1])
		}
	}
}

func TestMeasureHidesWhatItDoesNotRestOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		props     ui.MeasureProps
		want, not string
	}{
		"the zero value has no data":                 {ui.MeasureProps{Value: "100%"}, "không có dữ liệu", "100%"},
		"below the threshold the count seen is told": {ui.MeasureProps{Value: "100%", Grade: ui.Insufficient, Seen: 60, Expected: 100}, "chưa đủ dữ liệu (thấy 60/100)", "100%"},
		"a declared value says so":                   {ui.MeasureProps{Value: "97%", Grade: ui.Declared}, "tự khai, chưa kiểm chứng", "không có dữ liệu"},
		"a measured value stands alone":              {ui.MeasureProps{Value: "97%", Grade: ui.Measured, Seen: 9, Expected: 10}, "97%", "tự khai"},
		"almost full leaves a gap":                   {ui.MeasureProps{Value: "1", Grade: ui.Measured, Seen: 99999, Expected: 100000}, `class="vg-cov-seen" width="63"`, `class="vg-cov-seen" width="64"`},
		"almost nothing shows a sliver":              {ui.MeasureProps{Value: "1", Grade: ui.Measured, Seen: 1, Expected: 100000}, `class="vg-cov-seen" width="1"`, `class="vg-cov-seen" width="0"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			html := render(t, i18n.Vietnamese, ui.Measure(c.props))
			if !strings.Contains(html, c.want) || strings.Contains(html, c.not) {
				t.Errorf("want %q and not %q in %s", c.want, c.not, html)
			}
		})
	}
}

func TestClockWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		props ui.ClockProps
		want  string
	}{
		"time left":                           {ui.ClockProps{Due: after(21*time.Hour + 4*time.Minute), Now: now}, "còn 21 giờ 04 phút"},
		"past due is late whatever the state": {ui.ClockProps{Due: ago(time.Hour), Now: now}, "trễ 1 giờ 00 phút"},
		"past due has the late face":          {ui.ClockProps{Due: ago(time.Hour), Now: now}, "vg-clock-late"},
		"done in time":                        {ui.ClockProps{State: ui.ClockMet, Due: now, Met: ago(time.Minute), Now: now}, "đã xong đúng hạn"},
		"done late is never on time":          {ui.ClockProps{State: ui.ClockMet, Due: ago(2 * time.Hour), Met: ago(time.Hour), Now: now}, "đã xong, trễ 1 giờ 00 phút"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if html := render(t, i18n.Vietnamese, ui.Clock(c.props)); !strings.Contains(html, c.want) {
				t.Errorf("want %q in %s", c.want, html)
			}
		})
	}
}

func TestDefang(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.evil.example/x.php?u=b.c": "hxxps://a.evil[.]example/x.php?u=b.c",
		"evil.example":                       "evil[.]example",
		"203.0.113.14":                       "203.0.113[.]14",
		"evil.example.":                      "evil[.]example.",
		"mau@evil.example":                   "mau[@]evil[.]example",
		"e3b0c44298fc":                       "e3b0c44298fc",
		"2001:db8::1":                        "2001:db8::1",
		"":                                   "",
	} {
		if got := ui.Defang(in); got != want {
			t.Errorf("Defang(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLinksRefuseScript(t *testing.T) {
	t.Parallel()
	for _, c := range []templ.Component{
		ui.Anchor(ui.Link{Label: "x", Href: "javascript:alert(1)"}),
		ui.Button(ui.Action{Label: "x", Href: "javascript:alert(1)"}),
		ui.Button(ui.Action{Label: "x", Href: "javascript:alert(1)", Post: true}),
		ui.Measure(ui.MeasureProps{Value: "1", Grade: ui.Measured, Href: "javascript:alert(1)"}),
	} {
		if html := render(t, i18n.Vietnamese, c); strings.Contains(html, "javascript:") {
			t.Errorf("script address left in %s", html)
		}
	}
}

// TestANearTermNamesItsDay writes the day of the week of a term within a week of
// now, and of no other.
func TestANearTermNamesItsDay(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 26, 17, 0, 0, 0, time.UTC) // 24:00 on Thursday, in Vietnam
	for name, c := range map[string]struct {
		lang i18n.Language
		due  time.Time
		want string
	}{
		"the end of a day":  {i18n.Vietnamese, midnight, "thứ Năm 26/11/2026 24:00"},
		"an hour of a day":  {i18n.Vietnamese, midnight.Add(8 * time.Hour), "thứ Sáu 27/11/2026 08:00"},
		"in English":        {i18n.English, midnight, "Thursday 26/11/2026 24:00"},
		"gone by":           {i18n.Vietnamese, midnight.AddDate(0, 0, -9), "thứ Ba 17/11/2026 24:00"},
		"far off":           {i18n.Vietnamese, midnight.AddDate(0, 0, 9), ">05/12/2026 24:00"},
		"nothing to end by": {i18n.Vietnamese, time.Time{}, "vg-soft"},
	} {
		if got := render(t, c.lang, ui.UntilFrom(c.due, now)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s in it", name, got, c.want)
		}
	}
}
