// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// pictures keeps a screenshot of every page in the test's artifacts.
var pictures = flag.Bool("pictures", false, "keep a picture of every page")

// The walks of this file go over every page that the route table has, as the
// first person of a centre with one unit full of records.

// pageWorld is a centre with records and somebody who sees all of it.
func pageWorld(t *testing.T) (w *scopes, chief *visitor) {
	t.Helper()
	w = openScopes(t, "")
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	w.own.add("entry", must(w.Rooms.Indicators.Allow(w.centre, "good.example", true, "alpha"))(t).ID)
	id, plan, err := w.Rooms.Units.PlanImport(w.centre, "alpha.csv", []byte("Tên đơn vị;Loại\nUBND xã Mới;xã\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.own.add("upload", id, plan.Digest)
	chief = &visitor{handler: w.Handler()}
	res := chief.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"login": {"mai"}, "password": {phrase}}.Encode())
	if res.Code != http.StatusSeeOther {
		t.Fatalf("sign in: %d", res.Code)
	}
	chief.cookie, _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")
	w.clerk(t)
	must(w.Rooms.Backups.Start(w.centre))(t)
	w.work(t)
	w.own.add("backup", must(w.Rooms.Backups.List(w.centre))(t)[0].Name)
	hold := must(w.Rooms.Retention.Place(w.centre, retention.Order{Name: "Giữ", Source: string(w.central.ID), From: calendar.DateOf(t0), To: calendar.DateOf(t0),
		Reason: "Điều tra", Reference: "1/CV"}))(t)
	w.own.add("hold", string(hold.ID))
	must(0, w.Attend(t.Context()))(t)
	acts := must(audit.Sealed(t.Context(), w.Records, 0, 1, nil))(t)
	w.own.add("act", acts[0].ID)
	mine := must(w.Rooms.Hunts.Search(w.centre, hunt.Question{Value: "bad.example", Below: true, Reason: "tra cứu của trung tâm"}))(t)
	w.own["hunt"] = []string{string(mine.ID)} // only who asked sees a looking back
	return w, chief
}

// officer is somebody of the unit who may break glass.
func (w *scopes) officer(t *testing.T) *visitor {
	t.Helper()
	v := w.admit(t, auth.UnitOfficer)
	rows, _, err := w.Rooms.Accounts.List(w.centre, account.Filter{Search: "alpha.unit"})
	if err != nil || len(rows) != 1 {
		t.Fatal(len(rows), err)
	}
	must(0, w.Rooms.Accounts.SetFlags(w.centre, rows[0].ID, rows[0].Version, account.Flags{BreakGlass: true}))(t)
	return v
}

// ofOfficer are pages that the officer of a unit opens and not the centre's.
var ofOfficer = []string{"GET /break-glass/new", "GET /units/{id}/propose"}

// onlyOwner are pages that only the person who made a record opens, or who was
// given its address.
var onlyOwner = []string{"GET /views/{id}", "GET /views/{id}/delete", "GET /events/takeouts/{takeout}/file", "GET /ical/{token}"}

// ofBlocks are pages of a block that could not be read. A centre that receives
// nothing has none: intake_test.go looks at them.
var ofBlocks = []string{"GET /settings/intake/letters/{letter}", "GET /settings/intake/letters/{letter}/discard"}

// documents asks every GET route once for each kind of id and returns the whole
// pages by address. Anything but a page, a file or a way elsewhere is an error.
func documents(t *testing.T, w *scopes, v *visitor) map[string]string {
	t.Helper()
	pages := map[string]string{"/settings/scope": ""}
	for _, rt := range w.Routes() {
		if !strings.HasPrefix(rt.Pattern, "GET ") || rt.API || slices.Contains(onlyOwner, rt.Pattern) || slices.Contains(ofOfficer, rt.Pattern) || slices.Contains(ofBlocks, rt.Pattern) {
			continue
		}
		own, _ := w.paths(t, rt)
		for _, query := range append([]string{""}, asked[rt.Pattern]...) {
			if len(own) == 0 {
				t.Errorf("%s: no record to ask for", rt.Pattern)
				continue
			}
			pages[own[0]+query] = rt.Pattern
		}
	}
	pages["/views/new?path=/incidents&query=state%3Dall"] = ""
	pages["/search?q=alpha"], pages["/tasks?state=failed"] = "", ""
	delete(pages, "/views/new")                   // without a list there is nothing to save
	delete(pages, "/obligations/periodic/enable") // without a duty there is nothing to enable
	for path := range maps.Clone(pages) {
		res := v.get(t, path)
		body := res.Body.String()
		switch {
		case res.Code == http.StatusSeeOther, res.Code == http.StatusNotFound && path == "/start":
			delete(pages, path)
		case res.Code == http.StatusConflict && (strings.HasSuffix(path, "/withdraw") || strings.HasSuffix(path, "/lift")): // nobody has asked
			delete(pages, path)
		case res.Code == http.StatusConflict && strings.Contains(path, "/urge/letter."): // nobody owes, and no page leads there
			delete(pages, path)
		case res.Code == http.StatusUnprocessableEntity && strings.HasPrefix(path, "/events."):
			delete(pages, path) // nobody looks at events without a reason
		case res.Code == http.StatusNotFound && strings.Contains(path, "/tables/"):
			delete(pages, path) // the notice has no tables; the room's own tests walk those
		case res.Code != http.StatusOK:
			t.Errorf("GET %s: %d", path, res.Code)
			delete(pages, path)
		case !strings.HasPrefix(body, "<!doctype html>") && !strings.HasPrefix(body, "<!DOCTYPE html>"):
			delete(pages, path) // a file or a part of a page
		default:
			pages[path] = body
		}
	}
	pages["/sign-in"] = (&visitor{handler: w.Handler()}).get(t, "/sign-in").Body.String()
	return pages
}

// everyPageWorksWithoutScript reads every page: links lead somewhere, forms
// have an address, and no button hangs in the air.
func everyPageWorksWithoutScript(t *testing.T) {
	t.Parallel()
	w, chief := pageWorld(t)
	pages := documents(t, w, chief)
	if len(pages) < 40 {
		t.Errorf("only %d pages", len(pages))
	}
	for path, body := range pages {
		doc, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range dead(doc) {
			t.Errorf("%s: %s", path, fault)
		}
	}
}

func TestDeadControlsAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"a link to nowhere":       {`<a href="#">x</a>`, "link to #"},
		"a link without address":  {`<a>x</a>`, "link without address"},
		"a scripted link":         {`<a href="javascript:x()">x</a>`, "link runs script"},
		"an anchor that is not":   {`<a href="#gone">x</a>`, "link to #gone, which is not on the page"},
		"a form without address":  {`<form method="post"><button>x</button></form>`, "form without action"},
		"a button outside a form": {`<button>x</button>`, "button outside a form"},
		"a scripted button":       {`<form action="/x"><button type="button">x</button></form>`, "button that sends nothing"},
		"a handler":               {`<p onclick="x()"></p>`, "handler onclick"},
		"a style":                 {`<p style="color:red"></p>`, "inline style"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := html.Parse(strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := dead(doc); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, c.want) }) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
	doc, err := html.Parse(strings.NewReader(`<a href="/x">x</a><a href="#y" id="y">y</a><form action="/x"><button>x</button></form>`))
	if err != nil {
		t.Fatal(err)
	}
	if got := dead(doc); got != nil {
		t.Errorf("a good page has faults: %q", got)
	}
}

// dead lists what on a page would do nothing without script, or what the
// script policy refuses.
func dead(doc *html.Node) (faults []string) {
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id] = true
		}
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				faults = append(faults, "handler "+a.Key)
			}
			if a.Key == "style" {
				faults = append(faults, "inline style "+a.Val)
			}
		}
		switch n.Data {
		case "a":
			faults = append(faults, deadLink(n, ids)...)
		case "form":
			if attr(n, "action") == "" {
				faults = append(faults, "form without action")
			}
		case "button":
			kind := attr(n, "type")
			switch {
			case kind == "button":
				faults = append(faults, "button that sends nothing: "+text(n))
			case attr(n, "form") == "" && !within(n, "form"):
				faults = append(faults, "button outside a form: "+text(n))
			case attr(n, "form") != "" && !ids[attr(n, "form")]:
				faults = append(faults, "button of no form: "+text(n))
			}
		}
	}
	return faults
}

func deadLink(n *html.Node, ids map[string]bool) []string {
	href, given := "", false
	for _, a := range n.Attr {
		if a.Key == "href" {
			href, given = a.Val, true
		}
	}
	anchor, local := strings.CutPrefix(href, "#")
	switch {
	case !given:
		return []string{"link without address: " + text(n)}
	case href == "#":
		return []string{"link to #: " + text(n)}
	case local && !ids[anchor]:
		return []string{"link to #" + anchor + ", which is not on the page"}
	case strings.HasPrefix(href, "javascript:"):
		return []string{"link runs script: " + text(n)}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func within(n *html.Node, element string) bool {
	for p := range n.Ancestors() {
		if p.Data == element {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// firstLoad is the most a first visit may bring over the line, in bytes.
const firstLoad = 300_000

var asset = regexp.MustCompile(`/assets/[\w.-]+`)

// TestFirstLoad measures what a browser fetches for its first page: the page
// itself and each file it names, compressed as the server sends them.
func TestFirstLoad(t *testing.T) {
	t.Parallel()
	w, chief := pageWorld(t)
	if w.Assets.Missing() {
		t.Skip("front end absent: run make assets")
	}
	for path, v := range map[string]*visitor{"/": chief, "/sign-in": {handler: w.Handler()}} {
		for _, coding := range []string{"br", "gzip"} {
			total, files := 0, map[string]bool{}
			page := fetch(t, v, path, coding)
			total += page.Body.Len()
			for _, file := range asset.FindAllString(page.Body.String(), -1) {
				if files[file] {
					continue
				}
				files[file] = true
				res := fetch(t, v, file, coding)
				if res.Code != http.StatusOK || res.Header().Get("Content-Encoding") != coding {
					t.Errorf("%s: %d, %q", file, res.Code, res.Header().Get("Content-Encoding"))
				}
				if c := res.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
					t.Errorf("%s is not kept by browsers: %q", file, c)
				}
				total += res.Body.Len()
			}
			if len(files) < 3 {
				t.Errorf("%s names only %d files", path, len(files))
			}
			if total > firstLoad {
				t.Errorf("first load of %s is %d bytes with %s, more than %d", path, total, coding, firstLoad)
			}
			t.Logf("first load of %s with %s: %d bytes, %d files", path, coding, total, len(files))
		}
	}
}

func fetch(t *testing.T, v *visitor, path, coding string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	req.Header.Set("Accept-Encoding", coding)
	req.Header.Set("Cookie", v.cookie)
	res := httptest.NewRecorder()
	v.handler.ServeHTTP(res, req)
	return res
}

// everyPageInABrowser opens every page in one browser: nothing that
// axe-core finds by day or by night, nothing wider than a telephone of 360 px,
// no complaint of the browser.
func everyPageInABrowser(t *testing.T) {
	t.Parallel()
	b := newWalker(t, chromium(t), "")
	w, chief := pageWorld(t)
	pages := slices.Sorted(maps.Keys(documents(t, w, chief)))
	srv := httptest.NewServer(w.Handler())
	t.Cleanup(srv.Close)
	b.base = srv.URL
	b.carry(chief)
	began := time.Now()
	for _, path := range pages {
		if path == "/sign-in" {
			continue // it leads elsewhere for somebody signed in
		}
		b.look(path, !strings.Contains(path, "?") || *pictures)
	}
	b.carry(w.officer(t))
	b.look("/break-glass/new", true)
	b.look("/units/"+w.own["unit"][0]+"/propose", true)
	t.Logf("%d pages in %s", len(pages), time.Since(began).Round(time.Second))
}

// carry gives the browser the session of v.
func (b *walker) carry(v *visitor) {
	b.t.Helper()
	name, value, _ := strings.Cut(v.cookie, "=")
	b.do("session", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base})
		return err
	}))
}

var nothing = regexp.MustCompile(`[^\w-]+`)

// look opens a page and examines it by day and, unless it only shows another
// query of a page, by night on a telephone.
func (b *walker) look(path string, night bool) {
	b.t.Helper()
	b.window(1366, 768, "light")
	b.open(path)
	b.quiet(path)
	shot := func(as string) {
		if *pictures {
			name := strings.Trim(nothing.ReplaceAllString(path, "-"), "-")
			b.keep(name+"."+as+".png", look(b, chromedp.FullScreenshot(100)))
		}
	}
	wide := func(where string) {
		if n := look(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); n > 0 {
			b.t.Errorf("%s: %d px wider than the window", where, n)
		}
	}
	b.accessible(path)
	wide(path)
	shot("light")
	if !night {
		return
	}
	if *pictures {
		b.window(1366, 768, "dark")
		shot("dark")
	}
	b.window(360, 720, "dark")
	wide(path + " (360 px)")
	b.accessible(path + " (dark, 360 px)")
	shot("360")
	b.quiet(path)
}

// TestCodeGoesStraight searches for a case by its code, and for one that is
// another's or none.
func TestCodeGoesStraight(t *testing.T) {
	t.Parallel()
	w, chief := pageWorld(t)
	res := chief.get(t, "/search?q=sc-2026-0001")
	if want := "/incidents/" + w.own["incident"][0]; res.Code != http.StatusSeeOther || res.Header().Get("Location") != want {
		t.Errorf("the code leads to %d %q, want %q", res.Code, res.Header().Get("Location"), want)
	}
	if res := chief.get(t, "/search?q=SC-2026-9999"); res.Code != http.StatusOK || !strings.Contains(res.Body.String(), "Không tìm thấy") {
		t.Errorf("no such code: %d", res.Code)
	}
	if body := chief.get(t, "/search/suggest?q=two[.]alpha.bad.example").Body.String(); !strings.Contains(body, "có trong danh sách chặn") {
		t.Error("the palette does not say that the name is listed")
	}
	if body := chief.get(t, "/search?q=mo+su+co").Body.String(); !strings.Contains(body, `href="/incidents/new"`) {
		t.Error("an act is not found without accents")
	}
}

// TestNarrowedToOneUnit looks at one unit: lists, counts and exports hold it
// alone until the person leaves.
func TestNarrowedToOneUnit(t *testing.T) {
	t.Parallel()
	w, chief := pageWorld(t)
	w.settle(t, goods{}, "bravo", "10.2", "203.0.113.0/24")
	pages := []string{"/incidents?state=all", "/incidents.csv?state=all", "/findings?state=all", "/units?show=all", "/sources", "/obligations?status=all",
		"/papers", "/tasks", "/search?q=bravo", "/infections?state=all", "/accounts"}
	choose := func(unit string) {
		t.Helper()
		res := chief.send(t, http.MethodPost, "/settings/scope", "application/x-www-form-urlencoded", url.Values{"unit": {unit}}.Encode())
		if res.Code != http.StatusSeeOther {
			t.Fatalf("choose %q: %d", unit, res.Code)
		}
	}
	for _, path := range pages {
		if !strings.Contains(chief.get(t, path).Body.String(), "bravo") {
			t.Errorf("%s does not show the second unit at all", path)
		}
	}
	choose(w.own["unit"][0])
	for _, path := range pages {
		res := chief.get(t, path)
		body := strings.ReplaceAll(res.Body.String(), "Tìm “bravo”", "")
		if path == "/search?q=bravo" {
			body = strings.NewReplacer(`value="bravo"`, "", "q=bravo", "", "q%3Dbravo", "").Replace(body)
		}
		if res.Code != http.StatusOK || strings.Contains(body, "bravo") {
			at := max(0, strings.Index(body, "bravo"))
			t.Errorf("%s: %d, and shows another unit: %s", path, res.Code, body[max(0, at-200):min(len(body), at+100)])
		}
		if strings.HasSuffix(path, "all") && strings.HasPrefix(path, "/incidents?") && !strings.Contains(body, "alpha") {
			t.Errorf("%s lost the chosen unit", path)
		}
	}
	choose("")
	if !strings.Contains(chief.get(t, "/incidents?state=all").Body.String(), "bravo") {
		t.Error("the other unit does not come back")
	}
}

// TestPaletteLeavesTheInputMethodAlone types into the search box as a Vietnamese
// input method does, and walks what was found with the keyboard.
func TestPaletteLeavesTheInputMethodAlone(t *testing.T) {
	t.Parallel()
	ctx := chromium(t)
	w, chief := pageWorld(t)
	asked := make(chan string, 100)
	handler := w.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/search/suggest" {
			asked <- r.URL.Query().Get("q")
		}
		handler.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	b := newWalker(t, ctx, srv.URL)
	b.carry(chief)
	b.do("focus", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	b.open("/units")
	const field = `document.querySelector("[data-search]")`
	run := func(script string) { b.do(script, chromedp.Evaluate[chromedp.Void](script)) }
	holds := func(what, script string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(b.ctx, stepLimit)
		defer cancel()
		var err error
		for ctx.Err() == nil { // a page that is left ends the poll
			if _, err = chromedp.Run(ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(stepLimit))); err == nil {
				return
			}
		}
		b.fail("%s: %v", what, err)
	}
	run(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true, cancelable: true}))`)
	holds("Ctrl+K gives the box the focus", `document.activeElement === `+field)
	holds("acts are offered before anything is typed", field+`.getAttribute("aria-expanded") === "true"`)
	if got := <-asked; got != "" {
		t.Errorf("asked %q before anything was typed", got)
	}
	// While the input method composes: letters come and go, and its keys are its own.
	run(field + `.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
		for (const s of ["a", "al", "alp", "alph"]) {
			` + field + `.value = s;
			` + field + `.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
			` + field + `.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}));
			` + field + `.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", keyCode: 229, bubbles: true, cancelable: true}));
		}
		window.quietFrom = performance.now()`)
	holds("long after a request would have left", `performance.now() - window.quietFrom > 600`)
	select {
	case q := <-asked:
		t.Errorf("asked %q while the input method composed", q)
	default:
	}
	if look(b, chromedp.Evaluate[bool](field+`.hasAttribute("aria-activedescendant")`)) {
		t.Error("a key of the input method chose an option")
	}
	run(field + `.value = "alpha"; ` + field + `.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}))`)
	if got := <-asked; got != "alpha" {
		t.Errorf("asked %q after composing, want alpha", got)
	}
	holds("the unit is offered", `[...document.querySelectorAll("[role=option]")].some(o => o.textContent.includes("UBND xã alpha"))`)
	b.accessible("palette")
	key := func(name string) {
		run(field + `.dispatchEvent(new KeyboardEvent("keydown", {key: "` + name + `", bubbles: true, cancelable: true}))`)
	}
	key("ArrowDown")
	holds("the first option is chosen", `document.getElementById(`+field+`.getAttribute("aria-activedescendant"))?.getAttribute("aria-selected") === "true"`)
	key("Escape")
	holds("Escape closes", field+`.getAttribute("aria-expanded") === "false" && document.querySelector("[data-options]").hidden`)
	key("ArrowDown")
	holds("an arrow opens again", field+`.getAttribute("aria-expanded") === "true"`)
	key("ArrowDown")
	want := look(b, chromedp.Evaluate[string](`document.querySelector("[role=option][aria-selected=true]").dataset.href`))
	key("Enter")
	holds("Enter opens it", fmt.Sprintf(`location.pathname + location.search === %q || location.pathname === %q`, want, want))
	b.quiet("palette")
}
