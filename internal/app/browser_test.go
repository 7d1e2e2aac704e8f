// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/vonggac/vonggac/assets"
)

const (
	walkLimit = 20 * time.Minute // the whole walk
	stepLimit = 90 * time.Second // one action, on a slow machine under the race detector
)

// chromium starts a browser of its own, or skips where it or the front end is
// absent. The context ends after walkLimit.
func chromium(t *testing.T) context.Context {
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
		chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(stepLimit),
		// A page that comes back out of the browser's memory is unknown to chromedp, which waits for its nodes without end.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "vi"), chromedp.Flag("accept-lang", "vi"))...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	// The first command starts the browser and must not carry the limit.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, done := context.WithTimeout(ctx, walkLimit)
	t.Cleanup(done)
	return ctx
}

// walker is one person at a browser: every click, filled field and chosen file
// is counted, every page that opens is looked at.
type walker struct {
	t    *testing.T
	ctx  context.Context
	base string // http://host:port
	axe  string // source of axe-core; empty where it is absent

	actions int
	shots   int
	into    string // folder of screenshots and files

	mu         sync.Mutex
	complaints []string
}

func newWalker(t *testing.T, ctx context.Context, base string) *walker {
	t.Helper()
	w := &walker{t: t, ctx: ctx, base: base, into: t.ArtifactDir()}
	axe, err := os.ReadFile(filepath.FromSlash("../../assets/node_modules/axe-core/axe.min.js"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		t.Log("axe-core absent, pages are not checked for accessibility: run make assets")
	case err != nil:
		t.Fatal(err)
	}
	w.axe = string(axe)
	if err := chromedp.Listen(ctx, w.hear); err != nil {
		t.Fatal(err)
	}
	w.window(1366, 768, "light")
	return w
}

// hear gathers what the browser complains of: refused by policy, not found,
// thrown, logged as an error.
func (w *walker) hear(ev any) {
	text := ""
	switch ev := ev.(type) {
	case *cdplog.EventEntryAdded:
		if ev.Entry.Level == cdplog.EntryLevelError {
			text = ev.Entry.Text + " " + ev.Entry.URL
		}
	case *runtime.EventExceptionThrown:
		text = ev.ExceptionDetails.Text + " " + ev.ExceptionDetails.URL
		if ev.ExceptionDetails.Exception != nil {
			text += " " + ev.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError {
			text = fmt.Sprint("console.error ", len(ev.Args), " values")
		}
	}
	if text != "" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.complaints = append(w.complaints, text)
	}
}

// quiet fails when the browser complained since the last call.
func (w *walker) quiet(where string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.complaints {
		w.t.Errorf("%s: browser: %s", where, c)
	}
	w.complaints = nil
}

// fail ends the walk with what the page shows.
func (w *walker) fail(format string, args ...any) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		w.keep("stopped-here.png", png)
	}
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	w.t.Fatalf("%s\nat %s (screenshot in %s)\n%s", fmt.Sprintf(format, args...), at, w.into, text)
}

// do takes steps that are not the person's.
func (w *walker) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.fail("%s: %v", what, err)
	}
}

func look[T any](w *walker, a chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		w.fail("look: %v", err)
	}
	return v
}

// open types an address; it counts as one action.
func (w *walker) open(path string) {
	w.t.Helper()
	w.actions++
	w.arrive(path, chromedp.Navigate(w.base+path))
}

// press clicks what the selector (CSS or XPath) finds and waits for the page it
// leads to.
func (w *walker) press(sel string) {
	w.t.Helper()
	w.actions++
	w.arrive(sel, chromedp.Click(sel))
}

func (w *walker) arrive(what string, step chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		w.fail("%s: %v", what, err)
	}
	if res != nil && res.Status >= 400 {
		w.fail("%s: answered %d", what, res.Status)
	}
}

// tap clicks what opens something on the same page.
func (w *walker) tap(sel string) {
	w.t.Helper()
	w.actions++
	w.do(sel, chromedp.Click(sel))
}

// fill types text into a field in place of what stands there.
func (w *walker) fill(name, text string) {
	w.t.Helper()
	w.actions++
	w.do("fill "+name, chromedp.Focus(`main [name="`+name+`"]`), chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
			return err
		}))
	if got := look(w, chromedp.Value(`main [name="`+name+`"]`)); got != text {
		w.fail("field %s holds %q, want %q", name, got, text)
	}
}

// choose picks an option of a select.
func (w *walker) choose(name, value string) {
	w.t.Helper()
	w.actions++
	sel := `main select[name="` + name + `"]`
	w.do("choose "+name, chromedp.SetValue(sel, value), chromedp.Evaluate[chromedp.Void](`document.querySelector('`+sel+`').dispatchEvent(new Event("change", {bubbles: true}))`))
	if got := look(w, chromedp.Value(sel)); got != value {
		w.fail("%s has no option %q", name, value)
	}
}

// tick picks a radio button or a box.
func (w *walker) tick(name, value string) {
	w.t.Helper()
	w.actions++
	sel := `main input[name="` + name + `"][value="` + value + `"]`
	w.do("tick "+name, chromedp.ScrollIntoView(sel), chromedp.Click(sel))
	if !look(w, chromedp.JavascriptAttribute[bool](sel, "checked")) {
		w.fail("%s is not %q after a click", name, value)
	}
}

// attach chooses files.
func (w *walker) attach(sel string, files ...string) {
	w.t.Helper()
	w.actions++
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			w.t.Fatal(err)
		}
		files[i] = abs
	}
	w.do("attach "+sel, chromedp.SetUploadFiles(sel, files))
}

// await waits until the page shows all the texts.
func (w *walker) await(texts ...string) {
	w.t.Helper()
	want, err := json.Marshal(texts)
	if err != nil {
		w.t.Fatal(err)
	}
	w.until(string(want) + `.every(s => document.body.innerText.includes(s))`)
}

// until waits until the expression is true on the page that is there. Each try
// asks that page anew: one that reloads itself ends a try, and one that was left
// never answers.
func (w *walker) until(expression string) {
	w.t.Helper()
	wait := `new Promise(done => {
		const look = () => document.body && (` + expression + `) && (seen.disconnect(), done(true)), seen = new MutationObserver(look);
		seen.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
		look();
	})`
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	err := ctx.Err()
	for ctx.Err() == nil {
		once, end := context.WithTimeout(ctx, stepLimit/10)
		_, err = chromedp.Run(once, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise))
		if end(); err == nil {
			return
		}
	}
	w.fail("waiting for %s: %v", expression, err)
}

// text is what the page shows, blanks folded.
func (w *walker) text(sel string) string {
	w.t.Helper()
	return strings.Join(strings.Fields(look(w, chromedp.Text(sel))), " ")
}

// see fails unless the page shows all the texts.
func (w *walker) see(texts ...string) {
	w.t.Helper()
	shown := w.text("body")
	for _, s := range texts {
		if !strings.Contains(shown, s) {
			w.fail("the page does not say %q", s)
		}
	}
}

// never fails when the page shows one of the texts.
func (w *walker) never(texts ...string) {
	w.t.Helper()
	shown := w.text("body")
	for _, s := range texts {
		if strings.Contains(shown, s) {
			w.fail("the page says %q", s)
		}
	}
}

func (w *walker) keep(name string, content []byte) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.into, name), content, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// window makes the browser that large and prefer light or dark, and waits until
// the page was drawn so and has heard of it.
func (w *walker) window(width, height int64, scheme string) {
	w.t.Helper()
	w.do("window", chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}), chromedp.Evaluate[chromedp.Void](`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))`, chromedp.EvalAwaitPromise))
}

// shot keeps a picture of the page and checks it: no complaint of the browser,
// nothing wider than the window, nothing that axe-core finds.
func (w *walker) shot(name string) {
	w.t.Helper()
	w.shots++
	where := fmt.Sprintf("%02d-%s", w.shots, name)
	w.keep(where+".png", look(w, chromedp.FullScreenshot(100)))
	w.quiet(where)
	if look(w, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`)) {
		w.t.Errorf("%s: the page is wider than the window", where)
	}
	w.accessible(where)
}

// violation is one finding of axe-core.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations))`

func (w *walker) accessible(where string) {
	w.t.Helper()
	if w.axe == "" {
		return
	}
	if !look(w, chromedp.Evaluate[bool](`"axe" in window`)) {
		w.do("axe", chromedp.Evaluate[chromedp.Void](w.axe))
	}
	var found []violation
	if err := json.Unmarshal([]byte(look(w, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise))), &found); err != nil {
		w.t.Fatal(err)
	}
	for _, v := range found {
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			w.t.Errorf("%s: %s (%s): %s\n%s", where, v.ID, v.Help, n.HTML, n.Summary)
		}
	}
}

// download clicks a link that gives a file and returns its content.
func (w *walker) download(sel, name string) []byte {
	w.t.Helper()
	w.actions++
	ctx, cancel := context.WithTimeout(w.ctx, stepLimit)
	defer cancel()
	dir, on := w.t.TempDir(), true
	events := chromedp.BrowserEvents(ctx, browser.DownloadProgress)
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &on})
	if err != nil {
		w.fail("allow downloads: %v", err)
	}
	w.do(sel, chromedp.Click(sel))
	for ev, err := range events {
		if err != nil {
			w.fail("download %s: %v", sel, err)
		}
		switch ev.State {
		case browser.DownloadProgressStateCanceled:
			w.fail("download %s: cancelled", sel)
		case browser.DownloadProgressStateCompleted:
			content, err := os.ReadFile(filepath.Join(dir, ev.GUID))
			if err != nil {
				w.fail("download %s: %v", sel, err)
			}
			w.keep(name, content)
			return content
		}
	}
	w.fail("download %s: the browser went away", sel)
	return nil
}

// scripts switches script in the page off.
func (w *walker) scripts(off bool) {
	w.t.Helper()
	w.do("script off", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
		return err
	}))
}
