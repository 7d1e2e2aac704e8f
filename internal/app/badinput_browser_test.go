// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// nothingTypedRunsInABrowser shows the pages that hold most of what was typed
// in a real browser, at the width of a telephone: no dialog opens, the policy
// has nothing to refuse, no word pushes the page out of its width.
func nothingTypedRunsInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium(t)
	scene := openFull(t)
	scene.mischiefBesideForms(t)
	b := scene.second(t)
	b.fillAll(t, func(c control) string { return mischief(c) + " " + strings.Repeat("dàilắm", 12) }, mischiefFile)
	showing := map[string]int{}
	var paths []string
	b.read = func(path string, res *httptest.ResponseRecorder) {
		pattern := b.pattern("GET", path)
		if n := strings.Count(res.Body.String(), "&lt;img src=x onerror"); isPage(res) && n > 0 && showing[pattern] == 0 {
			showing[pattern] = n
			paths = append(paths, path)
		}
	}
	b.crawl(t)

	server := httptest.NewServer(scene.Handler())
	t.Cleanup(server.Close)
	w := newWalker(t, ctx, server.URL)
	var dialogs atomic.Int64
	if err := chromedp.Listen(ctx, func(ev any) {
		if _, opened := ev.(*page.EventJavascriptDialogOpening); opened {
			dialogs.Add(1)
		}
	}); err != nil {
		t.Fatal(err)
	}
	name, value, _ := strings.Cut(b.cookie, "=")
	w.open("/sign-in")
	w.do("cookie", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: server.URL})
		return err
	}))
	w.window(360, 740, "light")
	seen := 0
	for _, path := range paths[:min(len(paths), 14)] {
		w.open(path)
		if dialogs.Load() > 0 {
			t.Fatalf("%s opened a dialog", path)
		}
		if over := look(w, chromedp.Evaluate[float64](`document.documentElement.scrollWidth - window.innerWidth`)); over > 0 {
			t.Errorf("%s is %.0f px wider than a telephone", path, over)
			w.shot("over" + strings.ReplaceAll(path, "/", "_"))
		}
		w.quiet(path)
		seen++
	}
	t.Logf("%d pages looked at of %d that show what was typed", seen, len(paths))
	if seen < 8 {
		t.Errorf("only %d pages looked at", seen)
	}
}
