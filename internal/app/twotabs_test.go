// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
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
		mine, theirs string   // two fields of the form; theirs may be none
		values       []string // of mine in both tabs, of theirs in both tabs; nil takes words
		unnamed      bool     // nobody else could have changed it
	}{
		{page: "/sources/" + w.own["source"][0] + "/edit", mine: "note", theirs: "name"},
		{page: "/incidents/" + w.own["incident"][0] + "/edit", mine: "title", theirs: "measures"},
		{page: "/incidents/" + w.own["incident"][0] + "/severity", mine: "reason"},
		{page: "/papers/" + w.own["paper"][1], mine: "subject", theirs: "signer_name"},
		{page: "/periodic-reports/" + w.own["series"][0] + "/edit", mine: "title", theirs: "to"},
		{page: "/units/" + w.own["unit"][0] + "/edit", mine: "head_name", theirs: "contact_name"},
		{page: "/groups/" + w.own["group"][0] + "/edit", mine: "name", theirs: "note"},
		{page: "/accounts/" + w.own["account"][0] + "/edit", mine: "name", theirs: "title"},
		{page: "/accounts/" + w.own["account"][0], post: "/accounts/" + w.own["account"][0] + "/flags", mine: "personal_data", values: []string{"1", ""}},
		{page: "/accounts/policies", mine: "grace_days", theirs: "glass_hours", values: []string{"3", "4", "5", "6"}},
		{page: "/account", mine: "phone", theirs: "email", values: []string{"0213 000 001", "0213 000 002", "a@mau.example", "b@mau.example"}},
		{page: "/account/notices", mine: "hours", theirs: "quiet_from", values: []string{"07:15", "08:15", "21:00", "23:00"}, unnamed: true},
		{page: "/views/" + ownView(t, chief), mine: "name"},
		{page: "/settings/body", mine: "name", theirs: "signer"},
		{page: "/settings/mail", mine: "from_name", theirs: "host", values: []string{"Gác một", "Gác hai", "mot.mau.example", "hai.mau.example"}},
		{page: "/settings/mail", post: "/settings/mail/keep", mine: "months", values: []string{"5", "7"}},
		{page: "/settings/backup/settings", mine: "daily", theirs: "weekly", values: []string{"5", "6", "7", "8"}},
		{page: "/settings/webhooks/networks", mine: "networks", values: []string{"10.9.0.0/16", "10.8.0.0/16"}},
		{page: "/feeds/network", mine: "proxy", theirs: "networks", values: []string{"http://mot.mau.example:1", "http://hai.mau.example:2", "10.9.0.0/16", "10.8.0.0/16"}},
		{page: "/feeds/" + w.own["feed"][0] + "/edit", mine: "name", theirs: "limit", values: []string{"Nguồn một", "Nguồn hai", "2", "3"}},
		{page: "/settings/webhooks/" + w.own["webhook"][0] + "/edit", mine: "name"},
	} {
		action := cmp.Or(c.post, c.page)
		t.Run(strings.Trim(action, "/"), func(t *testing.T) {
			if c.values == nil {
				c.values = []string{"tab thứ nhất viết", "tab thứ hai viết", "tab thứ nhất ký", "tab thứ hai ký"}
			}
			if c.theirs == "" {
				c.values = c.values[:2]
			}
			send := func(form url.Values) (int, string) {
				t.Helper()
				res := chief.send(t, http.MethodPost, action, "application/x-www-form-urlencoded", form.Encode())
				return res.Code, res.Body.String()
			}
			first := formOf(t, chief.get(t, c.page).Body.String(), action)
			if c.post == "" && strings.HasSuffix(c.page, "/severity") {
				first.Set("severity", "M3")
			}
			second := url.Values{}
			for name, values := range first {
				second[name] = slices.Clone(values)
			}
			put := func(form url.Values, tab int) {
				form.Set(c.mine, c.values[tab])
				if c.theirs != "" {
					form.Set(c.theirs, c.values[2+tab])
				}
			}
			put(first, 0)
			if status, body := send(first); status != http.StatusSeeOther {
				t.Fatalf("the first tab: %d\n%s", status, body)
			}
			put(second, 1)
			status, body := send(second)
			if status != http.StatusConflict {
				t.Fatalf("the second tab: %d", status)
			}
			for _, want := range c.values {
				if !strings.Contains(body, want) {
					t.Errorf("the second tab does not show %q", want)
				}
			}
			if !c.unnamed && !strings.Contains(body, "Lò Thị Mai sửa lần cuối") {
				t.Error("the second tab does not say who changed it")
			}
			if n := strings.Count(body, `name="`+ui.TakePrefix); n != len(c.values) {
				t.Errorf("%d choices are offered, want two for each field", n)
			}
			settled := formOf(t, body, action)
			if settled.Get(c.mine) != c.values[1] || settled.Get(ui.TakePrefix+c.mine) != ui.TakeMine {
				t.Errorf("the form holds %q, choice %q", settled.Get(c.mine), settled.Get(ui.TakePrefix+c.mine))
			}
			want := c.values[1]
			if c.theirs != "" {
				settled.Set(ui.TakePrefix+c.theirs, ui.TakeTheirs)
			} else {
				settled.Set(ui.TakePrefix+c.mine, ui.TakeTheirs)
				want = c.values[0]
			}
			if status, body := send(settled); status != http.StatusSeeOther {
				t.Fatalf("the settled form: %d\n%s", status, body)
			}
			if c.mine == "reason" {
				return // said once, and not asked again
			}
			now := formOf(t, chief.get(t, c.page).Body.String(), action)
			if now.Get(c.mine) != want || c.theirs != "" && now.Get(c.theirs) != c.values[2] {
				t.Errorf("kept are %q and %q", now.Get(c.mine), now.Get(c.theirs))
			}
		})
	}
}

// ownView saves a view and gives its id.
func ownView(t *testing.T, v *visitor) string {
	t.Helper()
	form := url.Values{"path": {"/sources"}, "query": {"q=x"}, "name": {"Nguồn x"}}
	if res := v.send(t, http.MethodPost, "/views", "application/x-www-form-urlencoded", form.Encode()); res.Code != http.StatusSeeOther {
		t.Fatalf("save a view: %d", res.Code)
	}
	_, rest, _ := strings.Cut(v.get(t, "/views?path=/sources").Body.String(), `href="/views/`)
	id, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatal("the view is not listed")
	}
	return strings.TrimSuffix(id, "/delete")
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
