// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// aUnitSeesNothingOfAnother asks, as every role held in one unit alone, for
// everything of another unit: by id, in lists and exports, in counts, by forms.
func aUnitSeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		testScope(t, openScopes(t, ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		testScope(t, openScopes(t, postgresAddress(t)))
	})
}

func testScope(t *testing.T, w *scopes) {
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	for _, role := range w.roles {
		w.people[role] = w.admit(t, role)
	}
	chief, _, err := w.Rooms.Accounts.Invite(w.centre, account.Account{Login: "alpha.chief", Name: "Lãnh đạo alpha", Home: w.own["unit"][0],
		Grants: []auth.Grant{{Role: auth.Leader, Unit: w.root}}})
	if err != nil {
		t.Fatal(err)
	}
	w.foreign.add("entry", must(w.Rooms.Indicators.Allow(w.centre, "good.example", true, "charlie"))(t).ID)
	w.work(t)
	w.people[auth.UnitOfficer].get(t, "/api/v1/files/"+w.own["file"][0]) // the key's page says when it was used
	must(0, w.Attend(t.Context()))(t)                                    // the webhook's page says what was sent
	alone := make([]map[string]string, len(w.roles))
	var all sync.WaitGroup
	for n, role := range w.roles {
		all.Go(func() { alone[n] = w.allPages(t, w.people[role]) })
	}
	all.Wait()
	w.settle(t, w.foreign, "bravo", "10.2", "203.0.113.0/24")
	w.ofCentre(t)
	before := w.everything(t)

	t.Run("others", func(t *testing.T) {
		for n, role := range w.roles {
			t.Run(string(role), func(t *testing.T) {
				t.Parallel()
				w.asksByID(t, w.people[role])
				w.sendsForms(t, w.people[role])
				res := w.people[role].send(t, http.MethodPost, "/accounts/"+string(chief.ID)+"/link", "", "")
				if res.Code != http.StatusForbidden { // the link would give what its owner may do elsewhere
					t.Errorf("a link for somebody with a role in another unit: %d", res.Code)
				}
				w.seesAsIfAlone(t, alone[n], w.allPages(t, w.people[role]))
			})
		}
		t.Run("nobody", func(t *testing.T) {
			t.Parallel()
			w.nobody(t)
		})
		t.Run("counts", func(t *testing.T) {
			t.Parallel()
			w.counts(t)
		})
		for _, l := range w.lists {
			t.Run(l.path, func(t *testing.T) {
				t.Parallel()
				w.anyFilter(t, l)
			})
		}
	})
	w.unchanged(t, before, w.everything(t))
	w.drawsIn(t)
}

// ofCentre adds what belongs to the centre alone, which no unit sees either.
func (w *scopes) ofCentre(t *testing.T) {
	t.Helper()
	id, plan, err := w.Rooms.Units.PlanImport(w.centre, "charlie.csv", []byte("Tên đơn vị;Loại\nUBND xã Charlie;xã\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.foreign.add("upload", id, plan.Digest)
	w.foreign.add("unit", w.root)
	w.foreign.add("source", string(w.central.ID))
	must(0, w.Attend(t.Context()))(t)
	acts := must(audit.Sealed(t.Context(), w.Records, 0, 1, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("e.object = ?", w.foreign["unit"][0])
	}))(t)
	w.foreign.add("act", acts[0].ID)
	var told []string
	if err := w.Records.Read().NewRaw("SELECT id FROM notice WHERE unit_id = ?", w.foreign["unit"][0]).Scan(t.Context(), &told); err != nil || len(told) == 0 {
		t.Fatalf("nobody was told of anything of the other unit: %v", err)
	}
	w.foreign.add("notice", told...)
	me := must(w.Rooms.Accounts.Me(w.centre))(t)
	w.foreign.add("account", string(me.ID))
	files, _, err := w.Rooms.Sources.Files(w.centre, w.central.ID, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		w.foreign.add("file", string(f.ID))
	}
	j := must(w.Rooms.Backups.Start(w.centre))(t)
	w.work(t)
	w.foreign.add("job", j.ID)
	hold := must(w.Rooms.Retention.Place(w.centre, retention.Order{Name: "Charlie", Source: string(w.central.ID), From: calendar.DateOf(t0), To: calendar.DateOf(t0),
		Reason: "Charlie", Reference: "1/CV"}))(t)
	w.foreign.add("hold", string(hold.ID))           // as with letters
	w.foreign.add("letter", strings.Repeat("a", 32)) // of whatever unit: who may not look at all may look at none
	w.foreign.add("backup", must(w.Rooms.Backups.List(w.centre))(t)[0].Name)
}

// kinds says which kind of record a placeholder of a path names, by the first
// part of the path. A room that is new here has to be added.
var kinds = map[string]map[string]string{
	"units":            {"id": "unit", "range": "range", "handed": "handed"},
	"contacts":         {"id": "unit"},
	"reforms":          {"reform": "reform"},
	"proposals":        {"proposal": "proposal"},
	"groups":           {"group": "group"},
	"accounts":         {"id": "account", "session": "session"},
	"account":          {"session": "session", "delegation": "delegation"},
	"break-glass":      {"id": "elevation"},
	"feeds":            {"id": "feed"},
	"sources":          {"id": "source", "key": "key", "way": "way"},
	"files":            {"file": "file"},
	"ingest":           {"source": "source"},
	"indicators":       {"id": "list", "entry": "entry"},
	"findings":         {"id": "finding"},
	"infections":       {"id": "infection"},
	"hunts":            {"id": "hunt"},
	"threat-hunts":     {"record": "record"},
	"events":           {"takeout": "takeout"},
	"incidents":        {"id": "incident", "evidence": "evidence"},
	"obligations":      {"id": "obligation"},
	"papers":           {"id": "paper", "sending": "sending", "file": "", "key": ""},
	"audit":            {"id": "act"},
	"settings":         {"webhook": "webhook", "delivery": "delivery", "name": "backup", "job": "job", "letter": "letter", "hold": "hold", "template": "template", "form": "form"},
	"rules":            {"pack": "pack", "section": "section", "key": "rule key", "override": "override"},
	"views":            {"id": "view"},
	"tasks":            {"id": "task"},
	"keys":             {"key": "key"},
	"jobs":             {"id": "job"},
	"collectors":       {"collector": "collector", "way": "collector way", "bundle": "bundle"},
	"calendar":         {"decision": "decision", "year": "year"},
	"documents":        {"document": "document", "id": "document", "link": "document link", "file": "document file", "sending": "document sending", "message": "document message"},
	"boards":           {"directive": "directive", "unit": "unit", "column": "directive item"},
	"directives":       {"directive": "directive", "item": "directive item", "unit": "unit", "task": "directive task", "question": "directive question", "file": "directive file"},
	"directive-names":  {"name": "directive name"},
	"periodic-reports": {"series": "series"},
	"signatures":       {"document": "document"},
	"document-imports": {"import": "document import"},
	"measures":         {"measure": "measure", "unit": "unit"},
	"ical":             {"token": ""},
	"bindings":         {"binding": "binding", "choice": "binding choice"},
}

// everyones are the kinds that belong to no unit: who reads one reads all.
var everyones = []string{"binding", "decision", "form", "measure", "year"}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// ghost is an id that nothing has.
const ghost = "01981f00-0000-7000-8000-000000000000"

// paths fills the placeholders of a route. own has only ids of the own unit;
// each path of foreign has at least one that is not, and beside it the same path
// with ids that do not exist.
func (w *scopes) paths(t *testing.T, rt web.Route) (own []string, foreign map[string]string) {
	t.Helper()
	_, pattern, _ := strings.Cut(rt.Pattern, " ")
	pattern = strings.TrimSuffix(pattern, "{$}")
	type filled struct{ path, absent string }
	all := []filled{{pattern, pattern}}
	room := kinds[strings.Split(strings.TrimPrefix(pattern, "/api/v1"), "/")[1]]
	for _, m := range placeholder.FindAllStringSubmatch(pattern, -1) {
		kind, known := room[m[1]]
		if !known {
			t.Fatalf("%s: what is {%s}? Add it to kinds", rt.Pattern, m[1])
		}
		var next []filled
		for _, f := range all {
			put := func(id, absent string) {
				next = append(next, filled{strings.ReplaceAll(f.path, m[0], id), strings.ReplaceAll(f.absent, m[0], absent)})
			}
			if kind == "" { // a file of the record, by number
				put("1.docx", "1.docx")
				continue
			}
			for _, id := range w.own[kind] {
				put(id, id)
			}
			if len(w.foreign["unit"]) > 0 && len(w.foreign[kind]) == 0 && !slices.Contains(everyones, kind) {
				t.Fatalf("%s: there is no foreign %s to ask for", rt.Pattern, kind)
			}
			for _, id := range w.foreign[kind] {
				put(id, ghost)
			}
		}
		all = next
	}
	foreign = map[string]string{}
	for _, f := range all {
		if f.path == f.absent {
			own = append(own, f.path)
		} else {
			foreign[f.path] = f.absent
		}
	}
	return own, foreign
}

// secrets are what no page of the own unit may hold, in lower case.
var secrets = []string{"bravo", "charlie", "10.2.7", "10.2.0", "203.0.113.0/24", "sc-2026-0002"}

func secretIn(s string) (at int) {
	s = strings.ToLower(s)
	for _, word := range secrets {
		if at := strings.Index(s, word); at >= 0 {
			return at
		}
	}
	return -1
}

// hush reports what of the others a page shows. typed is what the reader wrote
// and a page may repeat.
func (w *scopes) hush(t tester, what, body string, typed ...string) {
	t.Helper()
	slices.SortFunc(typed, func(a, b string) int { return len(b) - len(a) })
	for _, s := range typed {
		if s != "" {
			body = strings.NewReplacer(html.EscapeString(s), "", url.QueryEscape(s), "", url.PathEscape(s), "").Replace(body)
		}
	}
	if at := secretIn(body); at >= 0 {
		t.Errorf("%s shows %q", what, body[max(0, at-150):min(len(body), at+100)])
	}
	for kind, ids := range w.foreign {
		for _, id := range ids {
			if kind != "upload" && strings.Contains(body, id) {
				t.Errorf("%s shows the id of another's %s", what, kind)
			}
		}
	}
}

// sharedEntry ends an entry of the centre's own allow list, which every reader
// of lists sees and only the centre may change: 403, not 404.
const sharedEntry = "POST /indicators/allow/{entry}/end"

// hidden checks the answer to a question for what is another's: it is refused,
// and not to be told from the answer to a question for what does not exist. What
// was typed may come back to who typed it.
func (w *scopes) hidden(t *testing.T, what string, status, absent int, body string, typed ...string) {
	t.Helper()
	switch status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusUnauthorized:
	default:
		t.Errorf("%s: %d", what, status)
	}
	if status != absent && what != sharedEntry {
		t.Errorf("%s: %d, and %d for what does not exist", what, status, absent)
	}
	w.hush(t, what, body, typed...)
}

// asksByID asks every page for the others' records.
func (w *scopes) asksByID(t *testing.T, v *visitor) {
	for _, rt := range w.Routes() {
		if !strings.HasPrefix(rt.Pattern, "GET ") || rt.Access == web.Public {
			continue
		}
		_, foreign := w.paths(t, rt)
		ghosts := map[string]int{}
		for path, absent := range foreign {
			if _, known := ghosts[absent]; !known {
				ghosts[absent] = v.get(t, absent).Code
			}
			res := v.get(t, path)
			if res.Code != http.StatusForbidden && res.Code != http.StatusNotFound {
				t.Errorf("GET %s (%s): %d", path, rt.Pattern, res.Code)
			}
			w.hidden(t, rt.Pattern, res.Code, ghosts[absent], res.Body.String(), path)
		}
	}
}

// asked are the further questions of pages, by pattern: tabs, views, states.
var asked = map[string][]string{
	"GET /{$}":            {"?view=centre", "?view=unit", "?view=calm"},
	"GET /incidents/{id}": {"?tab=observables", "?tab=machines", "?tab=evidence", "?tab=papers"},
	"GET /findings":       {"?state=all", "?sort=-queries"},
	"GET /infections":     {"?state=all", "?sort=queries"},
	"GET /incidents":      {"?state=all", "?state=closed"},
	"GET /obligations":    {"?status=all", "?status=met", "?person=me", "?day=2026-11-22&status=all"}, "GET /obligations/calendar": {"?month=2026-12"},
	"GET /obligations/periodic/enable": {"?duty=bao-cao-nam-van-hanh"},
	"GET /indicators":                  {"?q=one.alpha.bad.example", "?q=bravo-red.example", "?sort=-name"},
	"GET /indicators/find":             {"?prefix=alpha", "?prefix=bravo-red"}, "GET /indicators/of": {"?value=one.alpha.bad.example", "?value=bravo-red.example"},
	"GET /indicators/export": {"?format=csv&tlp=TLP:AMBER%2BSTRICT"},
	"GET /units":             {"?show=all", "?q=alpha"},
	"GET /accounts":          {"?sort=-seen", "?role=duty", "?state=invited", "?q=alpha"},
	"GET /contacts":          {"?state=missing", "?state=stale"},
	"GET /reforms":           {"?state=open", "?kind=merge"},
	"GET /proposals":         {"?state=open"},
}

// allPages reads every page of the own unit and of no record, by address.
func (w *scopes) allPages(t *testing.T, v *visitor) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, rt := range w.Routes() {
		if !strings.HasPrefix(rt.Pattern, "GET ") || rt.Access == web.Public {
			continue
		}
		own, _ := w.paths(t, rt)
		for _, path := range own {
			if strings.HasPrefix(path, "/audit") || path == "/indicators/blocklist" { // exports are acts themselves; the room's own test compares
				continue
			}
			for _, query := range append([]string{""}, asked[rt.Pattern]...) {
				res := v.get(t, path+query)
				out[path+query] = strconv.Itoa(res.Code)
				if res.Code == http.StatusOK {
					out[path+query] += "\n" + unzipped(t, path, res.Body.Bytes())
				}
			}
		}
	}
	return out
}

// seesAsIfAlone checks that what the others have changes no byte of what the own
// unit sees: no name, no count, no export.
func (w *scopes) seesAsIfAlone(t *testing.T, alone, now map[string]string) {
	seen := 0
	for path, body := range now {
		if strings.HasPrefix(body, "200") {
			seen++
		}
		w.hush(t, path, body, lookedUp(path)...)
		if was := alone[path]; was != body {
			t.Errorf("%s differs once there is another unit:\n%s", path, firstDifference(was, body))
		}
	}
	if seen < 10 {
		t.Errorf("only %d pages were seen at all", seen)
	}
}

// lookedUp is the name a page was asked to look up, as typed and as shown.
func lookedUp(path string) []string {
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(u.Path, "/indicators") {
		return nil
	}
	var out []string
	for _, field := range []string{"q", "prefix", "value"} {
		if name := u.Query().Get(field); name != "" {
			out = append(out, name, strings.ReplaceAll(name, ".", "[.]"))
		}
	}
	return out
}

func firstDifference(a, b string) string {
	parts := func(page string) []string {
		return strings.FieldsFunc(page, func(r rune) bool { return r == '\n' || r == '>' })
	}
	was, is := parts(a), parts(b)
	for n := range was {
		if n >= len(is) || was[n] != is[n] {
			return fmt.Sprintf("- %.300s\n+ %.300s", was[n], strings.Join(is[min(n, len(is)):min(n+1, len(is))], ""))
		}
	}
	return "+ more"
}

// open are the pages anyone may ask for.
var openPages = []string{"GET /start", "POST /start", "POST /start/code", "GET /sign-in", "POST /sign-in", "GET /sign-in/code", "POST /sign-in/code",
	"GET /ical/{token}"} // a calendar's secret address; its own test asks

// nobody asks for every page and form without signing in, and looks at what the
// table asks of each route.
func (w *scopes) nobody(t *testing.T) {
	v := &visitor{handler: w.Handler()}
	for _, rt := range w.Routes() {
		if (rt.Access == web.Public) != slices.Contains(openPages, rt.Pattern) {
			t.Errorf("%s: open to anyone: %t", rt.Pattern, rt.Access == web.Public)
		}
		if rt.Access == web.Granted && !inTable(rt.Need) {
			t.Errorf("%s needs %q of %q, which the permission table gives to nobody", rt.Pattern, rt.Need.Act, rt.Need.Area)
		}
		if rt.Access == web.Public {
			continue
		}
		method, _, _ := strings.Cut(rt.Pattern, " ")
		own, foreign := w.paths(t, rt)
		for path := range foreign {
			own = append(own, path)
		}
		for _, path := range own {
			res := v.send(t, method, path, "", "")
			signIn := method == http.MethodGet && !rt.API && res.Code == http.StatusSeeOther && strings.HasPrefix(res.Header().Get("Location"), "/sign-in")
			if !signIn && res.Code != http.StatusUnauthorized {
				t.Errorf("%s without signing in: %d", rt.Pattern, res.Code)
			}
			w.hush(t, rt.Pattern, res.Body.String(), path)
		}
	}
	for _, path := range []string{"/livez", "/readyz", "/nothing/here"} {
		w.hush(t, path, v.get(t, path).Body.String())
	}
}

// inTable reports whether some role holds p.
func inTable(p auth.Permission) bool {
	return p.Act != 0 && slices.Contains(auth.Areas(), p.Area) && slices.ContainsFunc(auth.Roles(), func(r auth.Role) bool {
		return strings.Contains(strings.Split(auth.Cell(p.Area, r), "/")[0], string(rune(p.Act)))
	})
}
