// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// control is one named control of a form, as the page shows it.
type control struct {
	name, kind string // kind is the type of an input, or "textarea", "select"
	value      string
	options    []string // of a select, without the empty one
	checked    bool
	wrong      bool // the page says so
}

// typed reports whether a person may write any text there.
func (c control) typed() bool {
	return slices.Contains([]string{"", "text", "textarea", "search", "tel", "url", "email"}, c.kind)
}

// blank is a form of a page.
type blank struct {
	page, action string // paths: where it stands, where it sends
	pattern      string // of the route it sends to
	upload       bool
	controls     []control
}

func (b blank) key() string {
	var names []string
	for _, c := range b.controls {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return b.pattern + " " + strings.Join(slices.Compact(names), ",")
}

// values is what a browser sends when text gives what is typed into each field
// that takes any text. What is not in the page's hand is left as it is; given
// overrules all by name.
func (b blank) values(text func(control) string, given url.Values) url.Values {
	out := url.Values{}
	for _, c := range b.controls {
		switch {
		case c.name == "" || c.kind == "file" || c.kind == "submit" && len(out[c.name]) > 0:
		case given.Has(c.name):
			out[c.name] = given[c.name]
		case c.typed():
			out.Add(c.name, text(c))
		case c.kind == "radio":
			if c.checked || !out.Has(c.name) {
				out.Set(c.name, c.value)
			}
		case c.kind == "select" && c.value == "" && len(c.options) > 0:
			out.Add(c.name, c.options[0])
		case c.value == "":
			out.Add(c.name, usual[c.kind])
		default:
			out.Add(c.name, c.value)
		}
	}
	return out
}

// usual is what people enter into fields that take no free text.
var usual = map[string]string{"number": "1", "date": "2026-11-21", "datetime-local": "2026-11-21T07:30", "time": "07:30", "month": "2026-11",
	"password": phrase, "checkbox": "1"}

// inBrowser is somebody signed in who walks the pages by their links and fills
// the forms found there, whatever rooms there are.
type inBrowser struct {
	*visitor
	w      *scopes
	login  string
	routes *http.ServeMux // tells the pattern of a path
	read   func(path string, res *httptest.ResponseRecorder)
}

// openFull opens a centre that has one of each thing, twice.
func openFull(t *testing.T) *scopes {
	t.Helper()
	return openFullAt(t, "")
}

func openFullAt(t *testing.T, address string) *scopes {
	t.Helper()
	w := openScopes(t, address)
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	w.foreign.add("entry", must(w.Rooms.Indicators.Allow(w.centre, "good.example", true, "charlie"))(t).ID)
	w.settle(t, w.foreign, "bravo", "10.2", "203.0.113.0/24")
	w.ofCentre(t)
	return w
}

// unfilled are the routes that take something typed and were not in status: no
// link led to a form for them.
func (w *scopes) unfilled(status map[string]int) (list []string) {
	for _, rt := range w.Routes() {
		if _, did := status[rt.Pattern]; !did && !strings.HasPrefix(rt.Pattern, "GET ") && !rt.API && rt.Access != web.Public {
			list = append(list, rt.Pattern)
		}
	}
	return list
}

// anyPath is a route's path with ids that exist.
func (w *scopes) anyPath(t *testing.T, rt web.Route) string {
	t.Helper()
	paths, others := w.paths(t, rt)
	return slices.Concat(paths, slices.Sorted(maps.Keys(others)))[0]
}

// second is a person who may do what the first one may, and has begun nothing:
// some things take another pair of eyes.
func (w *scopes) second(t *testing.T) *inBrowser {
	t.Helper()
	me := must(w.Rooms.Accounts.Me(w.centre))(t)
	_, secret, err := w.Rooms.Accounts.Invite(w.centre, account.Account{Login: "second", Name: "Người thứ hai", Home: w.root, Grants: me.Grants})
	if err != nil {
		t.Fatal(err)
	}
	must(w.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
	return w.browse(t, "second")
}

// browse signs login in, whose password is phrase.
func (w *scopes) browse(t *testing.T, login string) *inBrowser {
	t.Helper()
	b := &inBrowser{visitor: &visitor{handler: w.Handler(), bearer: w.key}, w: w, login: login, routes: http.NewServeMux(),
		read: func(string, *httptest.ResponseRecorder) {}}
	for _, rt := range w.Routes() {
		b.routes.HandleFunc(rt.Pattern, http.NotFound)
	}
	b.enter(t)
	return b
}

func (b *inBrowser) enter(t *testing.T) {
	t.Helper()
	b.cookie = ""
	res := b.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"login": {b.login}, "password": {phrase}}.Encode())
	if res.Code != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d", b.login, res.Code)
	}
	b.cookie, _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")
}

// pattern is the route a request goes to; empty for what stands beside the table.
func (b *inBrowser) pattern(method, path string) string {
	req := httptest.NewRequest(method, "/", nil)
	u, err := url.Parse(path)
	if err != nil {
		return ""
	}
	req.URL = u
	_, pattern := b.routes.Handler(req)
	return pattern
}

const (
	perPattern = 30 // pages of one route that are looked at
	perLook    = 6  // and of those with the same questions
)

// ownStanding are the forms by which the walker would shut themselves out or
// narrow what they see; the rooms' own tests fill them.
var ownStanding = []string{"POST /account/password", "POST /account/sessions/end", "POST /account/sessions/{session}/end", "POST /account/second-factor",
	"POST /account/second-factor/begin", "POST /accounts/policies", "POST /accounts/{id}/sessions/end", "POST /settings/scope", "POST /sign-out",
	"POST /account/language"}

// crawl reads what links lead to and returns the forms found, two of a kind.
func (b *inBrowser) crawl(t *testing.T) []blank {
	t.Helper()
	queue, seen, looked := []string{"/"}, map[string]bool{}, map[string]int{}
	for _, rt := range b.w.Routes() {
		if method, path, _ := strings.Cut(rt.Pattern, " "); method == http.MethodGet && !rt.API && !placeholder.MatchString(path) && rt.Access != web.Public {
			for _, query := range append([]string{""}, asked[rt.Pattern]...) {
				queue = append(queue, strings.TrimSuffix(path, "{$}")+query)
			}
		}
	}
	var forms []blank
	kept := map[string]int{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		pattern := b.pattern(http.MethodGet, path)
		u, err := url.Parse(path)
		if seen[path] || pattern == "" || err != nil {
			continue
		}
		look := pattern + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&") + u.Query().Get("tab")
		if looked[look]++; looked[look] > perLook {
			continue
		}
		if looked[pattern]++; looked[pattern] > perPattern {
			continue
		}
		seen[path] = true
		res := b.get(t, path)
		if b.read(path, res); !isPage(res) || res.Code >= 400 {
			continue
		}
		links, found := b.parts(t, path, res.Body.Bytes())
		queue = append(queue, links...)
		for _, f := range found {
			if slices.Contains(ownStanding, f.pattern) {
				continue
			}
			if kept[f.key()]++; kept[f.key()] <= 2 {
				forms = append(forms, f)
			}
		}
	}
	return forms
}

func isPage(res *httptest.ResponseRecorder) bool {
	return strings.HasPrefix(res.Header().Get("Content-Type"), "text/html")
}

// parts are the links and the POST forms of a page.
func (b *inBrowser) parts(t *testing.T, page string, body []byte) (links []string, forms []blank) {
	t.Helper()
	root := must(html.Parse(bytes.NewReader(body)))(t)
	at := must(url.Parse(page))(t)
	var within *blank
	var wrong bool
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		was, bad := within, wrong
		if n.Type == html.ElementNode {
			wrong = wrong || strings.Contains(attr(n, "class"), "vg-haserror")
			switch n.Data {
			case "a":
				if u, err := at.Parse(attr(n, "href")); err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/") && attr(n, "href") != "" {
					links = append(links, u.RequestURI())
				}
			case "form":
				if strings.EqualFold(attr(n, "method"), "post") {
					u := must(at.Parse(attr(n, "action")))(t)
					within = &blank{page: page, action: u.RequestURI(), pattern: b.pattern(http.MethodPost, u.RequestURI()), upload: attr(n, "enctype") == "multipart/form-data"}
				}
			case "input", "select", "textarea", "button":
				if within != nil {
					within.controls = append(within.controls, controlOf(n, wrong))
				}
			}
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if within != was {
			forms = append(forms, *within)
		}
		within, wrong = was, bad
	}
	walk(root)
	return links, slices.DeleteFunc(forms, func(f blank) bool { return f.pattern == "" })
}

func controlOf(n *html.Node, wrong bool) control {
	c := control{name: attr(n, "name"), kind: n.Data, value: attr(n, "value"), wrong: wrong}
	c.checked = slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
	switch n.Data {
	case "input":
		c.kind = attr(n, "type")
	case "button":
		c.kind = "submit"
	case "textarea":
		c.value = textOf(n)
	case "select":
		for o := range n.Descendants() {
			if o.Data != "option" || attr(o, "value") == "" {
				continue
			}
			c.options = append(c.options, attr(o, "value"))
			if slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
				c.value = attr(o, "value")
			}
		}
	}
	return c
}

func textOf(n *html.Node) string {
	var s strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			s.WriteString(d.Data)
		}
	}
	return s.String()
}

// now is the form as its page shows it now, or false when it is gone.
func (b *inBrowser) now(t *testing.T, f blank) (blank, bool) {
	t.Helper()
	res := b.get(t, f.page)
	if res.Code == http.StatusSeeOther && strings.HasPrefix(res.Header().Get("Location"), "/sign-in") {
		b.enter(t)
		res = b.get(t, f.page)
	}
	if res.Code != http.StatusOK {
		return f, false
	}
	_, forms := b.parts(t, f.page, res.Body.Bytes())
	n := slices.IndexFunc(forms, func(o blank) bool { return o.action == f.action && o.key() == f.key() })
	if n < 0 {
		return f, false
	}
	return forms[n], true
}

// attached is the file put into every file field.
type attached struct {
	name string
	body string
}

// submit sends a form.
func (b *inBrowser) submit(t *testing.T, f blank, values url.Values, file attached) *httptest.ResponseRecorder {
	t.Helper()
	kind, body := "application/x-www-form-urlencoded", values.Encode()
	if f.upload {
		kind, body = withFile(t, values, f.controls, file)
	}
	res := b.send(t, http.MethodPost, f.action, kind, body)
	if res.Code == http.StatusUnauthorized || res.Code == http.StatusSeeOther && strings.HasPrefix(res.Header().Get("Location"), "/sign-in") {
		b.enter(t) // the form ended the session
	}
	return res
}

var quoted = strings.NewReplacer(`\`, `\\`, `"`, "%22", "\r", "%0D", "\n", "%0A") // as browsers do

func withFile(t *testing.T, values url.Values, controls []control, file attached) (kind, body string) {
	t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for name, all := range values {
		for _, v := range all {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range controls {
		if c.kind == "file" {
			head := textproto.MIMEHeader{"Content-Type": {"text/plain"},
				"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, c.name, quoted.Replace(file.name))}}
			must(io.WriteString(must(m.CreatePart(head))(t), file.body))(t)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), buf.String()
}

// accepted are values that fields with rules of their own take, by name.
func (b *inBrowser) accepted() url.Values {
	known := b.w.fields()
	unit := b.w.own["unit"][0]
	for name, value := range map[string]string{"unit": unit, "owner": unit, "parent": b.w.root, "email": "a@mau.example", "phone": "0200 000 0001",
		"hotline": "0200 000 0009", "range": "172.20." + fmt.Sprint(len(known)) + ".0/24", "observables": "new.example", "value": "new.example",
		"date": "21/11/2026", "from": "21/11/2026", "zone": "Asia/Ho_Chi_Minh", "addr": "10.1.7.9", "login": "moi.toi", "number": "7", "symbol": "BC-SKHCN",
		"code": "z.9", "password": phrase, "again": phrase, "abolished": "1/12/2026", "successors": "UBND xã alpha", "security_email": "a@mau.example"} {
		known.Set(name, value)
	}
	return known
}

// fillIn fills a form until it is accepted: text everywhere first; then fields
// the page finds fault with get what they take, until none is left to mend.
func (b *inBrowser) fillIn(t *testing.T, f blank, text func(control) string, file attached) *httptest.ResponseRecorder {
	t.Helper()
	given, known := url.Values{}, b.accepted()
	for name := range known {
		if slices.Contains([]string{"version", "id", "names", "upload", "digest", "do", "as"}, name) {
			known.Del(name) // the page knows
		}
	}
	var res *httptest.ResponseRecorder
	for range 4 {
		res = b.submit(t, f, f.values(text, given), file)
		if res.Code != http.StatusUnprocessableEntity || !isPage(res) {
			return res
		}
		_, again := b.parts(t, f.page, res.Body.Bytes())
		mended := false
		for _, g := range again {
			if g.action != f.action {
				continue
			}
			for _, c := range g.controls {
				if c.wrong && !given.Has(c.name) && c.name != "" {
					mended = true
					switch {
					case known.Has(c.name):
						given[c.name] = known[c.name]
					case c.typed():
						given.Set(c.name, prefilled(f, c.name))
					default:
						given.Set(c.name, usual[c.kind])
					}
				}
			}
		}
		if !mended {
			return res
		}
	}
	return res
}

// prefilled is what the page had in a field.
func prefilled(f blank, name string) string {
	for _, c := range f.controls {
		if c.name == name {
			return c.value
		}
	}
	return ""
}

// ending are the words of routes that end something: they come last.
var ending = []string{"close", "cancel", "waive", "abolish", "disable", "withdraw", "dismiss", "off", "revoke", "end", "remove", "clean", "false-positive",
	"bulk", "print", "sent", "merge", "split", "delete", "restore", "sign-out", "sessions", "assign"}

// fillAll fills every form there is, and again those that come with what was
// made. It returns the last status of each route.
func (b *inBrowser) fillAll(t *testing.T, text func(control) string, file attached) map[string]int {
	t.Helper()
	status := map[string]int{}
	for range 2 {
		forms := b.crawl(t)
		last := func(f blank) int {
			if slices.ContainsFunc(ending, func(word string) bool { return strings.Contains(f.pattern[strings.LastIndex(f.pattern, "/"):], word) }) {
				return 1
			}
			return 0
		}
		slices.SortStableFunc(forms, func(f, g blank) int { return last(f) - last(g) })
		for _, f := range forms {
			if s := status[f.pattern]; s > 0 && s < 400 && last(f) > 0 {
				continue // ended one; others stay to be looked at
			}
			f, there := b.now(t, f)
			if !there {
				continue
			}
			b.note(t, status, f, text, file)
		}
		b.w.work(t)
	}
	for _, rt := range b.w.Routes() { // no link led there: it takes a state that no record is in any more
		if !slices.Contains(b.w.unfilled(status), rt.Pattern) {
			continue
		}
		given := b.accepted()
		for _, name := range []string{"reason", "note", "text", "why", "how", "title", "cause", "receipt"} {
			given.Set(name, text(control{name: name, kind: "textarea"}))
		}
		kind, body := encoded(t, rt, given)
		res := b.send(t, http.MethodPost, b.w.anyPath(t, rt), kind, body)
		status[rt.Pattern] = res.Code
		b.read(rt.Pattern, res)
	}
	return status
}

// note fills a form, and those on the page that answers it.
func (b *inBrowser) note(t *testing.T, status map[string]int, f blank, text func(control) string, file attached) {
	t.Helper()
	res := b.fillIn(t, f, text, file)
	if s := status[f.pattern]; s == 0 || s >= 400 {
		status[f.pattern] = res.Code
	}
	b.read("POST "+f.action, res)
	if to := res.Header().Get("Location"); to != "" {
		b.read(to, b.get(t, to))
	}
	if res.Code != http.StatusOK || !isPage(res) {
		return
	}
	_, next := b.parts(t, f.page, res.Body.Bytes())
	for _, g := range next {
		if _, did := status[g.pattern]; !did {
			b.note(t, status, g, text, file)
		}
	}
}
