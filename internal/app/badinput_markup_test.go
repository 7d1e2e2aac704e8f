// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/vonggac/vonggac/internal/centre/indicator"
)

// What is typed into every field: markup that would run, an address that would,
// and a way out of the elements whose text is not parsed as markup.
const (
	markup  = `"><img src=x onerror=alert(1)>'`
	address = `javascript:alert(1)//` + markup
	wayOut  = `</textarea></title></script>` + markup
)

func mischief(c control) string {
	switch {
	case c.kind == "textarea":
		return wayOut
	case c.kind == "url" || strings.Contains(c.name, "url") || strings.Contains(c.name, "link") || strings.Contains(c.name, "hotline"):
		return address
	case strings.Contains(c.name, "title") || strings.Contains(c.name, "name"):
		return wayOut
	}
	return markup
}

// mischiefFile is a register of units, a list of names and a log at once.
var mischiefFile = attached{name: `x` + markup + `.html`, body: "STT;Tên đơn vị;Loại;Ghi chú\n1;" + strings.ReplaceAll(markup, `"`, `""`) + ` Mới;xã;` + wayOut + "\n" +
	"<script>alert(1)</script>\nNov 20 08:00:00 dnsmasq[9]: query[A] " + markup + ".bad.example from 10.1.7.6\n"}

// nothingTypedBecomesMarkup types markup into every field of every form, into
// files, their names, logs and questions, and then reads every page: none of it
// is anything but text. Rooms that come later are walked by their links.
func nothingTypedBecomesMarkup(t *testing.T) {
	t.Parallel()
	w := openFull(t)
	w.mischiefBesideForms(t)
	b := w.second(t)
	seen := watchMarkup(t, b)
	status := b.fillAll(t, mischief, mischiefFile)
	b.crawl(t)
	for _, rt := range w.Routes() {
		method, _, _ := strings.Cut(rt.Pattern, " ")
		if method == http.MethodGet && !rt.API {
			path := w.anyPath(t, rt) + "?" + strings.ReplaceAll("q=%&unit=%&after=%&before=%&sort=%&state=%&tab=%&view=%&next=%&token=%&parent=%&kind=%", "%", escapedMischief)
			b.read(path, b.get(t, path))
		}
	}
	done := slices.DeleteFunc(slices.Sorted(maps.Keys(status)), func(p string) bool { return status[p] >= 400 })
	t.Logf("%d pages read, %d of them show what was typed; %d routes of %d took it; refused: %v; no form found for %v",
		seen.pages, seen.showing, len(done), len(status), refused(status), w.unfilled(status))
	if len(done) < 25 || seen.showing < 60 {
		t.Errorf("only %d forms took the text and %d pages show it: nothing to learn from", len(done), seen.showing)
	}
}

const escapedMischief = "%22%3E%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E%27"

func refused(status map[string]int) (list []string) {
	for _, p := range slices.Sorted(maps.Keys(status)) {
		if status[p] >= 400 {
			list = append(list, fmt.Sprint(p, " ", status[p]))
		}
	}
	return list
}

// mischiefBesideForms brings markup in by the doors that are no forms: logs of
// programs with the name of the file, lists of names.
func (w *scopes) mischiefBesideForms(t *testing.T) {
	t.Helper()
	v := &visitor{handler: w.Handler(), bearer: w.key}
	for _, name := range []string{mischiefFile.name, wayOut} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/ingest/"+w.own["source"][0],
			strings.NewReader(mischiefFile.body+name+"\nNov 20 08:00:00 dnsmasq[9]: query[A] img.bad.example from "+markup+"\n"))
		req.Header.Set("Authorization", "Bearer "+v.bearer)
		req.Header.Set("X-File-Name", name)
		res := httptest.NewRecorder()
		v.handler.ServeHTTP(res, req)
		if res.Code >= 500 {
			t.Errorf("log called %q: %d", name, res.Code)
		}
	}
	f := must(w.Rooms.Indicators.Store(w.centre, mischiefFile.name, strings.NewReader(markup+"\n"+wayOut+"\nbad2.example\n")))(t)
	must(w.Rooms.Indicators.Create(w.centre, indicator.List{Name: wayOut, Kind: indicator.Block, TLP: indicator.Clear,
		Scope: indicator.WithSubdomains, Layout: indicator.Auto}, f))(t)
	w.work(t)
}

// showing counts what was read.
type showing struct{ pages, showing int }

// watchMarkup looks at every answer the browser gets.
func watchMarkup(t *testing.T, b *inBrowser) *showing {
	s := &showing{}
	b.read = func(path string, res *httptest.ResponseRecorder) {
		if res.Code >= 500 {
			t.Errorf("%s: %d", path, res.Code)
		}
		kind, body := res.Header().Get("Content-Type"), res.Body.Bytes()
		if kind == "" && len(body) > 0 {
			t.Errorf("%s: an answer without a type", path)
		}
		if strings.Contains(kind, "svg") || strings.Contains(kind, "xml") && !strings.Contains(kind, "openxml") {
			if !strings.HasPrefix(res.Header().Get("Content-Disposition"), "attachment") {
				t.Errorf("%s: a file that browsers run is shown, not downloaded: %s", path, kind)
			}
		}
		if !isPage(res) {
			return
		}
		s.pages++
		if strings.Contains(string(body), html.EscapeString("<img src=x onerror")) {
			s.showing++
		}
		for _, fault := range made(body) {
			t.Errorf("%s: %s", path, fault)
		}
	}
	return s
}

// made is what of a page can only have come from what was typed: elements,
// attributes, addresses that run.
func made(body []byte) (faults []string) {
	if at := bytes.Index(body, []byte("<img src=x")); at >= 0 {
		faults = append(faults, fmt.Sprintf("unescaped: …%s…", body[max(0, at-80):min(len(body), at+40)]))
	}
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return faults
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		tag := z.Token()
		own := false
		for _, a := range tag.Attr {
			value := strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "src" && a.Val == "x", strings.ContainsAny(a.Key, `"'<`):
				faults = append(faults, tag.String())
			case slices.Contains([]string{"href", "src", "action", "formaction", "xlink:href", "data", "content"}, a.Key):
				if strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "data:text") {
					faults = append(faults, "an address that runs: "+tag.String())
				}
				own = own || strings.HasPrefix(a.Val, "/assets/")
			}
		}
		if tag.Data == "script" && !own {
			faults = append(faults, "a script that is not ours: "+tag.String())
		}
	}
}
