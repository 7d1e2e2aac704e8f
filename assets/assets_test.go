// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package assets

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The tests stand inside the package to give Load a bundle of their own.

func bundle() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"dist/.keep":             file(""),
		"dist/manifest.json":     file(`{"app.css": {"file": "app.0a1b2c.css", "bytes": 3, "gzip": 2, "brotli": 1}}`),
		"dist/app.0a1b2c.css":    file("raw"),
		"dist/app.0a1b2c.css.gz": file("gz"),
		"dist/app.0a1b2c.css.br": file("b"),
	}
}

func TestHandler(t *testing.T) {
	t.Parallel()
	set, err := load(bundle())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, path, accept    string
		status                  int
		encoding, body, caching string
	}{
		"brotli is preferred":          {"GET", "/assets/app.0a1b2c.css", "gzip, deflate, br", 200, "br", "b", "immutable"},
		"gzip where brotli is unknown": {"GET", "/assets/app.0a1b2c.css", "gzip", 200, "gzip", "gz", "immutable"},
		"refused codings are not sent": {"GET", "/assets/app.0a1b2c.css", "br;q=0, gzip; q=0.0", 200, "", "raw", "immutable"},
		"plain without a header":       {"GET", "/assets/app.0a1b2c.css", "", 200, "", "raw", "immutable"},
		"head has no body":             {"HEAD", "/assets/app.0a1b2c.css", "", 200, "", "", "immutable"},
		"the logical name is no file":  {"GET", "/assets/app.css", "", 404, "", "", ""},
		"the manifest is not served":   {"GET", "/assets/manifest.json", "", 404, "", "", ""},
		"nothing outside is served":    {"GET", "/assets/../assets.go", "", 404, "", "", ""},
		"posting is refused":           {"POST", "/assets/app.0a1b2c.css", "", 405, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, "/", nil)
			r.URL.Path = c.path
			r.Header.Set("Accept-Encoding", c.accept)
			w := httptest.NewRecorder()
			set.Handler().ServeHTTP(w, r)
			if w.Code != c.status || w.Header().Get("Content-Encoding") != c.encoding {
				t.Errorf("answered %d %q", w.Code, w.Header().Get("Content-Encoding"))
			}
			if c.status == http.StatusOK && w.Body.String() != c.body {
				t.Errorf("body %q", w.Body)
			}
			if !strings.Contains(w.Header().Get("Cache-Control"), c.caching) {
				t.Errorf("caching %q", w.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	set, err := load(bundle())
	if err != nil {
		t.Fatal(err)
	}
	if got := set.Path("app.css"); got != "/assets/app.0a1b2c.css" {
		t.Errorf("app.css is at %s", got)
	}
	if got := set.Path("none.css"); got != "/assets/none.css" {
		t.Errorf("none.css is at %s", got)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	bare, err := load(fstest.MapFS{"dist/.keep": &fstest.MapFile{}})
	if err != nil || !bare.Missing() {
		t.Errorf("a bare clone loads as missing: %v", err)
	}
	damaged := bundle()
	delete(damaged, "dist/app.0a1b2c.css.br")
	if _, err := load(damaged); err == nil {
		t.Error("a bundle that lacks a file loaded")
	}
}

// A first load stays under 300 KiB compressed (the commune's machine).
func TestBudget(t *testing.T) {
	t.Parallel()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if set.Missing() {
		t.Skip("front end absent: run make assets")
	}
	var total int64
	for _, f := range set.Files() {
		total += f.Gzip
	}
	if total > 300<<10 {
		t.Errorf("first load is %d bytes compressed", total)
	}
}

// newer are ways of writing that Chrome 109 or Firefox ESR 115, the oldest
// browsers the pages must work in, do not know; the year's baseline of each
// stands in MDN's browser-compat-data. esbuild lowers what it can (build.mjs);
// these it leaves as they are.
var newer = map[string][]*regexp.Regexp{
	".css": {
		regexp.MustCompile(`:has\(`),                    // Firefox 121
		regexp.MustCompile(`light-dark\(`),              // Chrome 123
		regexp.MustCompile(`(oklch|oklab|color-mix)\(`), // Chrome 111
		regexp.MustCompile(`[{;}]\s*&`),                 // nesting: Chrome 112, Firefox 117
		regexp.MustCompile(`@(scope|starting-style|view-transition)\b`),
		regexp.MustCompile(`:popover-open|\bsubgrid\b|anchor-name|position-anchor|field-sizing|interpolate-size`),
		regexp.MustCompile(`animation-timeline|@property\b|\b(linear|round|rem|mod)\([\d.]+,`),
	},
	".js": {
		regexp.MustCompile(`\.(toSorted|toReversed|toSpliced)\(`), // Chrome 110
		regexp.MustCompile(`\b(Object|Map)\.groupBy\(`),           // Chrome 117
		regexp.MustCompile(`Promise\.(withResolvers|try)\(|Array\.fromAsync\(|URL\.canParse\(`),
		regexp.MustCompile(`\.(showPopover|hidePopover|togglePopover)\(`),
		regexp.MustCompile(`\.(union|intersection|difference|symmetricDifference|isSubsetOf)\(`),
	},
}

func TestBundleKeepsToTheOldestBrowsers(t *testing.T) {
	t.Parallel()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if set.Missing() {
		t.Skip("front end absent: run make assets")
	}
	for name, b := range set.blobs {
		for _, form := range newer[path.Ext(name)] {
			if at := form.FindIndex(b.raw); at != nil {
				t.Errorf("%s: %q is newer than Chrome 109 and Firefox 115", name, b.raw[max(0, at[0]-60):min(len(b.raw), at[1]+60)])
			}
		}
	}
	build, err := os.ReadFile("build.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(build), `const target = ["chrome109", "firefox115"]`) {
		t.Error("build.mjs does not lower the bundle to chrome109 and firefox115")
	}
}

func TestNewerFormsAreFound(t *testing.T) {
	t.Parallel()
	for ext, bad := range map[string][]string{
		".css": {"a:has(b){}", "a{color:light-dark(#fff,#000)}", "a{&:hover{}}", "a{color:color-mix(in srgb,red,blue)}"},
		".js":  {"[].toSorted()", "Object.groupBy(x)", "Promise.withResolvers()"},
	} {
		for _, text := range bad {
			if !slices.ContainsFunc(newer[ext], func(form *regexp.Regexp) bool { return form.MatchString(text) }) {
				t.Errorf("%s passes", text)
			}
		}
	}
}
