// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// TestTwoTabs edits one record in two tabs: the second one comes back with both
// texts, and each field is settled as its reader chooses.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	w, chief := pageWorld(t)
	for _, c := range []struct {
		page, post   string
		mine, theirs string // two fields of the form
	}{
		{"/sources/" + w.own["source"][0] + "/edit", "", "note", "name"},
		{"/incidents/" + w.own["incident"][0] + "/edit", "", "title", "measures"},
		{"/papers/" + w.own["paper"][1], "/papers/" + w.own["paper"][1], "subject", "signer_name"},
	} {
		t.Run(strings.Split(c.page, "/")[1], func(t *testing.T) {
			action := c.post
			if action == "" {
				action = c.page
			}
			send := func(form url.Values) (int, string) {
				t.Helper()
				res := chief.send(t, http.MethodPost, action, "application/x-www-form-urlencoded", form.Encode())
				return res.Code, res.Body.String()
			}
			first := formOf(t, chief.get(t, c.page).Body.String(), action)
			second := url.Values{}
			for name, values := range first {
				second[name] = append([]string(nil), values...)
			}
			first.Set(c.mine, "tab thứ nhất viết")
			first.Set(c.theirs, "tab thứ nhất ký")
			if status, body := send(first); status != http.StatusSeeOther {
				t.Fatalf("the first tab: %d\n%s", status, body)
			}
			second.Set(c.mine, "tab thứ hai viết")
			second.Set(c.theirs, "tab thứ hai ký")
			status, body := send(second)
			if status != http.StatusConflict {
				t.Fatalf("the second tab: %d", status)
			}
			for _, want := range []string{"tab thứ nhất viết", "tab thứ hai viết", "tab thứ nhất ký", "tab thứ hai ký", "Lò Thị Mai"} {
				if !strings.Contains(body, want) {
					t.Errorf("the second tab does not show %q", want)
				}
			}
			if n := strings.Count(body, `name="`+ui.TakePrefix); n != 4 {
				t.Errorf("%d choices are offered, want two for each of two fields", n)
			}
			settled := formOf(t, body, action)
			if settled.Get(c.mine) != "tab thứ hai viết" || settled.Get(ui.TakePrefix+c.mine) != ui.TakeMine {
				t.Errorf("the form holds %q, choice %q", settled.Get(c.mine), settled.Get(ui.TakePrefix+c.mine))
			}
			settled.Set(ui.TakePrefix+c.theirs, ui.TakeTheirs)
			if status, body := send(settled); status != http.StatusSeeOther {
				t.Fatalf("the settled form: %d\n%s", status, body)
			}
			now := formOf(t, chief.get(t, c.page).Body.String(), action)
			if now.Get(c.mine) != "tab thứ hai viết" || now.Get(c.theirs) != "tab thứ nhất ký" {
				t.Errorf("kept are %q and %q", now.Get(c.mine), now.Get(c.theirs))
			}
		})
	}
}

// formOf is what a browser would send of the page's POST form to action.
func formOf(t *testing.T, page, action string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "form" && attr(n, "action") == action && attr(n, "method") == "post" {
			out := url.Values{}
			for c := range n.Descendants() {
				gather(out, c)
			}
			return out
		}
	}
	t.Fatalf("the page has no form to %s", action)
	return nil
}

func gather(out url.Values, n *html.Node) {
	name := attr(n, "name")
	has := func(key string) bool {
		for _, a := range n.Attr {
			if a.Key == key {
				return true
			}
		}
		return false
	}
	switch {
	case name == "":
	case n.Data == "textarea":
		value := ""
		if n.FirstChild != nil {
			value = n.FirstChild.Data
		}
		out.Add(name, value)
	case n.Data == "select":
		chosen, first := "", true
		for o := range n.Descendants() {
			if o.Data != "option" {
				continue
			}
			selected := false
			for _, a := range o.Attr {
				selected = selected || a.Key == "selected"
			}
			if first || selected {
				chosen, first = attr(o, "value"), false
			}
		}
		out.Add(name, chosen)
	case n.Data == "input":
		switch kind := attr(n, "type"); kind {
		case "checkbox", "radio":
			if has("checked") {
				out.Add(name, attr(n, "value"))
			}
		case "file", "submit":
		default:
			out.Add(name, attr(n, "value"))
		}
	}
}
