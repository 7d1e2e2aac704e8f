// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/vonggac/vonggac/assets"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// policy is at least as strict as the product's own.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func serveGallery(t *testing.T, set *assets.Set) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, set.Handler())
	ctx := speak(t, context.Background(), i18n.Vietnamese)
	for name, c := range gallery() {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			lang := i18n.Parse(r.URL.Query().Get("lang"))
			if err := c.Render(ui.WithAssets(speak(t, ctx, lang), set), w); err != nil {
				t.Error(err)
			}
		})
	}
	mux.HandleFunc("/job/2", func(w http.ResponseWriter, r *http.Request) {
		if err := ui.Job(ui.JobProps{ID: "job-2", Title: "Săn lùng lại 90 ngày", State: ui.JobDone}).Render(ui.WithAssets(ctx, set), w); err != nil {
			t.Error(err)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

// browser starts Chromium, or skips where it or the bundle is absent.
func browser(t *testing.T) (ctx context.Context, set *assets.Set) {
	t.Helper()
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	if set.Missing() {
		t.Skip("front end absent: run make assets")
	}
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("browser absent: install chromium")
	}
	alloc, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	// The first command starts the browser and must not carry the limit.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, done := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(done)
	return ctx, set
}

type look struct {
	name          string
	width, height int64
	scheme        string
	lang          string
}

var looks = []look{
	{"desk", 1366, 768, "light", "vi"},
	{"dark", 1366, 768, "dark", "vi"},
	{"phone", 360, 740, "light", "vi"},
	{"english", 1366, 768, "light", "en"},
}

// finding is one violation of axe-core.
type finding struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations))`

func TestGalleryInBrowser(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(filepath.FromSlash("../../../../assets/node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Skip("axe-core absent: run make assets")
	}
	ctx, set := browser(t)
	srv := serveGallery(t, set)
	shots := t.ArtifactDir()
	complaints := listen(t, ctx)
	for name := range gallery() {
		for _, l := range looks {
			where := name + "-" + l.name
			do(t, ctx, chromedp.EmulateViewport(l.width, l.height), scheme(l.scheme), chromedp.Navigate(srv.URL+"/"+name+"?lang="+l.lang))
			write(t, filepath.Join(shots, where+".png"), ask(t, ctx, chromedp.CaptureScreenshot()))
			write(t, filepath.Join(shots, where+"-full.png"), ask(t, ctx, chromedp.FullScreenshot(100)))
			if ask(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`)) {
				t.Errorf("%s: the page is wider than the window", where)
			}
			do(t, ctx, chromedp.Evaluate[chromedp.Void](string(axe)))
			report(t, where, ask(t, ctx, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise)))
		}
	}
	for _, c := range complaints() {
		t.Errorf("console: %s", c)
	}
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// scheme makes the browser prefer light or dark.
func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	})
}

// listen gathers what the browser complains of: refused by policy, not found,
// thrown.
func listen(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	add := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, s)
	}
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *cdplog.EventEntryAdded:
			if ev.Entry.Level == cdplog.EntryLevelError {
				add(ev.Entry.Text + " " + ev.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			add(ev.ExceptionDetails.Text + " " + ev.ExceptionDetails.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func report(t *testing.T, where, violations string) {
	t.Helper()
	var found []finding
	if err := json.Unmarshal([]byte(violations), &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		for i, n := range f.Nodes {
			if i == 3 {
				break
			}
			t.Errorf("%s: %s (%s): %s\n%s", where, f.ID, f.Help, n.HTML, n.Summary)
		}
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestGalleryOnPaper(t *testing.T) {
	t.Parallel()
	ctx, set := browser(t)
	srv := serveGallery(t, set)
	for _, name := range []string{"board", "record", "today"} {
		options := []chromedp.PDFOption{chromedp.PDFPreferCSSPageSize()}
		if name == "board" {
			options = append(options, chromedp.PDFLandscape())
		}
		do(t, ctx, scheme("dark"), chromedp.Navigate(srv.URL+"/"+name))
		pdf := ask(t, ctx, chromedp.PrintToPDF(options...))
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 4096 {
			t.Errorf("%s printed %d bytes", name, len(pdf))
		}
		write(t, filepath.Join(t.ArtifactDir(), name+".pdf"), pdf)
	}
}

func TestScriptAddsToThePage(t *testing.T) {
	t.Parallel()
	ctx, set := browser(t)
	srv := serveGallery(t, set)
	complaints := listen(t, ctx)
	do(t, ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate(srv.URL+"/today"))
	for _, c := range []struct{ page, name, script, want string }{
		{"board", "Ctrl+K goes to the search field", `document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true})); document.activeElement.name`, "q"},
		{"board", "a click beside a menu closes it", `(m => { m.open = true; document.body.click(); return String(m.open) })(document.querySelector("details[data-menu]"))`, "false"},
		{"board", "an arrow key goes to the next row", `(r => { r[0].focus(); r[0].dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", bubbles: true})); return String(document.activeElement === r[1]) })(document.querySelectorAll("tr[data-href]"))`, "true"},
		{"board", "letters never leave the row", `(r => { r[0].focus(); r[0].dispatchEvent(new KeyboardEvent("keydown", {key: "j", bubbles: true})); return String(document.activeElement === r[0]) })(document.querySelectorAll("tr[data-href]"))`, "true"},
		{"board", "chosen rows are counted", `(b => { b[0].click(); b[1].click(); return document.querySelector("[data-bulk-count]").textContent.slice(-3) })(document.querySelectorAll("input[name=id]"))`, ": 2"},
		{"form", "unsaved words are guarded", `(f => { f.dispatchEvent(new Event("input", {bubbles: true})); const e = new Event("beforeunload", {cancelable: true}); window.dispatchEvent(e); return String(e.defaultPrevented) })(document.querySelector("#f-name"))`, "true"},
		{"form", "errors take the focus", `String(document.activeElement.matches("[data-errors]"))`, "true"},
		{"today", "running work replaces itself until it is done", `new Promise(ok => { const look = () => document.querySelector("#job-2:not([hx-get])") ? ok("done") : setTimeout(look, 50); look() })`, "done"},
		{"record", "clock words of script and server agree", `(e => { const before = e.textContent; document.dispatchEvent(new Event("visibilitychange")); return String(before === e.textContent) })(document.querySelector("[data-due]"))`, "true"},
	} {
		do(t, ctx, chromedp.Navigate(srv.URL+"/"+c.page+"?lang=vi"))
		if got := ask(t, ctx, chromedp.Evaluate[string](c.script, chromedp.EvalAwaitPromise)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		// Clears what the case left, or the browser asks before it leaves.
		do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("form[data-guard]").forEach(f => { f.addEventListener("submit", e => e.preventDefault()); f.dispatchEvent(new Event("submit", {bubbles: true, cancelable: true})) })`))
	}
	for _, c := range complaints() {
		t.Errorf("console: %s", c)
	}
}

func TestPhoneMenuNeedsNoScript(t *testing.T) {
	t.Parallel()
	ctx, set := browser(t)
	srv := serveGallery(t, set)
	off := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
	const shown = `document.documentElement.className + getComputedStyle(document.querySelector(".vg-nav")).display`
	do(t, ctx, chromedp.EmulateViewport(360, 740), off, chromedp.Navigate(srv.URL+"/board"))
	if got := ask(t, ctx, chromedp.Evaluate[string](shown)); got != "none" {
		t.Errorf("before the tap the menu is %q", got)
	}
	do(t, ctx, chromedp.Click(".vg-burger summary"))
	if got := ask(t, ctx, chromedp.Evaluate[string](shown)); got != "block" {
		t.Errorf("after the tap the menu is %q", got)
	}
}
