// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// list is one list of the site: who looks at it, and how many rows of the own
// unit it has in all and by SQL that knows no scope.
type list struct {
	path  string
	all   string // query that narrows nothing
	role  auth.Role
	kind  string // of its records
	csv   string // address of its export; may be empty
	truth string // SQL with ? for the own unit's id
}

var lists = []list{
	{"/findings", "state=all", auth.UnitOfficer, "finding", "/findings.csv", "SELECT count(*) FROM finding WHERE addr LIKE '10.1.%' AND ? <> ''"},
	{"/infections", "state=all", auth.UnitOfficer, "infection", "/infections.csv", "SELECT count(*) FROM infection WHERE addr LIKE '10.1.%' AND ? <> ''"},
	{"/incidents", "state=all", auth.UnitOfficer, "incident", "/incidents.csv", "SELECT count(*) FROM incident WHERE unit_id = ?"},
	{"/obligations", "status=all", auth.UnitOfficer, "obligation", "/obligations.csv", "SELECT count(*) FROM obligation WHERE unit_id = ?"},
	{"/papers", "", auth.UnitOfficer, "paper", "/papers.csv", "SELECT count(*) FROM report_paper WHERE unit_id = ?"},
	{"/documents", "", auth.UnitOfficer, "document", "/documents.csv", "SELECT count(*) FROM document WHERE unit_id = ?"},
	{"/directives", "", auth.UnitOfficer, "directive", "/directives.csv", "SELECT count(*) FROM directive WHERE unit_id = ?"},
	{"/periodic-reports", "", auth.UnitOfficer, "series", "/periodic-reports.csv", "SELECT count(*) FROM series_plan WHERE unit_id = ?"},
	{"/units", "show=all", auth.UnitOfficer, "unit", "/units/export.csv", "SELECT count(*) FROM unit WHERE id = ?"},
	{"/accounts", "", auth.UnitOfficer, "account", "/accounts.csv", "SELECT count(*) FROM account WHERE home_unit = ?"},
	{"/contacts", "", auth.UnitOfficer, "unit", "/contacts/export.csv", "SELECT count(*) FROM unit WHERE id = ?"},
	{"/proposals", "", auth.UnitOfficer, "proposal", "/proposals/export.csv", "SELECT count(*) FROM unit_proposal WHERE unit_id = ?"},
	{"/reforms", "", auth.Centre, "reform", "/reforms/export.csv", "SELECT count(*) FROM unit_reform_unit WHERE unit_id = ?"},
	{"/groups", "", auth.UnitOfficer, "group", "", "SELECT count(*) FROM unit_group WHERE owner_unit = ?"},
	{"/feeds", "", auth.Centre, "feed", "/feeds.csv", "SELECT count(*) FROM feed WHERE unit_id = ?"},
	{"/threat-hunts", "", auth.UnitOfficer, "record", "/threat-hunts.csv", "SELECT count(*) FROM hunt_record WHERE owner_unit = ?"},
	{"/signatures", "", auth.UnitOfficer, "certificate", "/signatures.csv", "SELECT count(*) FROM esign_certificate WHERE owner_unit = ?"},
	{"/bindings/choices", "", auth.UnitOfficer, "binding choice", "/bindings/choices.csv", "SELECT count(*) FROM binding_choice WHERE unit_id = ?"},
	{"/directive-names", "", auth.UnitOfficer, "directive name", "/directive-names.csv", "SELECT count(*) FROM directive_name WHERE unit_id = ?"},
	{"/sources", "", auth.Centre, "source", "", "SELECT count(*) FROM source WHERE owner_unit = ?"},
	{"/indicators", "", auth.Centre, "list", "/indicators.csv", "SELECT count(*) FROM indicator_list WHERE tlp <> 'TLP:RED' OR owner_unit = ?"},
}

var shownTotal = regexp.MustCompile(`Hiện \d+ trong (\d+) mục`)

// total is the count a list page shows; an empty list shows none.
func total(t tester, what, body string) int {
	t.Helper()
	m := shownTotal.FindStringSubmatch(body)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return n
}

func (w *scopes) truth(t *testing.T, l list) int {
	t.Helper()
	var n int
	if err := w.Records.Read().NewRaw(l.truth, w.own["unit"][0]).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// counts checks the totals of lists, and the one beside the navigation.
func (w *scopes) counts(t *testing.T) {
	for _, l := range lists {
		want := w.truth(t, l)
		res := w.people[l.role].get(t, l.path+"?"+l.all)
		if got := total(t, l.path, res.Body.String()); res.Code != http.StatusOK || got != want || want == 0 {
			t.Errorf("%s: %d, %d in all, want %d", l.path, res.Code, got, want)
		}
		if l.csv == "" {
			continue
		}
		res = w.people[l.role].get(t, l.csv+"?"+l.all)
		if rows := strings.Count(strings.TrimSpace(res.Body.String()), "\n"); res.Code != http.StatusOK || rows != want {
			t.Errorf("%s: %d, %d rows, want %d", l.csv, res.Code, rows, want)
		}
	}
	var open int
	if err := w.Records.Read().NewRaw("SELECT count(*) FROM obligation WHERE unit_id = ? AND state = 'open'", w.own["unit"][0]).Scan(t.Context(), &open); err != nil {
		t.Fatal(err)
	}
	home := w.people[auth.UnitOfficer].get(t, "/").Body.String()
	m := regexp.MustCompile(`(?s)class="vg-count[^>]*>\s*(\d+)\s*<`).FindStringSubmatch(home)
	if m == nil || m[1] != strconv.Itoa(open) || open == 0 {
		t.Errorf("the navigation counts %v, want %d", m, open)
	}
}

// anyFilter asks a list with filters of all sorts: none lets anything of the
// others through, by row or by count.
func (w *scopes) anyFilter(t *testing.T, l list) {
	v, most := w.people[l.role], w.truth(t, l)
	words := []string{"", "", "bravo", "Bravo", "charlie", "10.2.7.5", "10.2", "10[.]2[.]7[.]5", "SC-2026", "SC-2026-0002", "one.bravo.bad.example",
		"bad.example", "alpha", "%", "_", "' OR 1=1 --", "mau"}
	ids := append([]string{"", "", ghost}, w.own["unit"][0])
	ids = append(ids, w.foreign["unit"]...)
	places := []string{"", "", "x", "n0.", "p0.", "n9999999999999.", "p9999999999999.", "0."}
	for _, id := range slices.Concat(w.foreign[l.kind], w.own[l.kind]) {
		places = append(places, id, "n0."+id, "p9999999999999."+id, id+".", "1763690400000."+id)
	}
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, label) }
		word := pick("q", words...)
		if rapid.Bool().Draw(rt, "any text") {
			word = strings.ReplaceAll(rapid.StringN(0, 12, 40).Draw(rt, "text"), "\x00", "0")
		}
		q := url.Values{"q": {word}, "unit": {pick("unit", ids...)}, "after": {pick("after", places...)}, "before": {pick("before", places...)},
			"state":    {pick("state", "", "all", "open", "new", "closed", "dismissed", "handled", "cleaned", "draft", "sent", "invited", "active", "locked", "x")},
			"role":     {pick("role", "", "", "unit", "leader", "x")},
			"status":   {pick("status", "", "all", "late", "met", "x")},
			"sort":     {pick("sort", "", "name", "-name", "last", "-last", "-first", "queries", "created", "detected", "-due", "seen", "-seen", "x")},
			"kind":     {pick("kind", "", "", "machine", "unknown", "xa", "block", "x")},
			"parent":   {pick("parent", "", "", "", w.foreign["unit"][0], w.root)},
			"assignee": {pick("assignee", "", "", "", w.foreign["account"][0])}, "show": {pick("show", "", "all")},
			"name": {pick("name", "", "bravo", "đỏ")}, "threat": {pick("threat", "", "", "Danh sách đỏ bravo")}}
		for name, values := range q {
			if values[0] == "" {
				delete(q, name)
			}
		}
		body := v.get(rt, l.path+"?"+q.Encode()).Body.String()
		n := total(rt, l.path, body)
		if n > most {
			rt.Errorf("%d in all, of %d", n, most)
		}
		if slices.Contains(w.foreign["unit"], q.Get("unit")) && l.csv != "" && l.kind != "unit" && l.kind != "list" && n != 0 {
			rt.Errorf("%d in all of another unit", n)
		}
		for _, id := range w.foreign[l.kind] {
			if strings.Contains(body, l.path+"/"+id) {
				rt.Errorf("leads to another's %s", l.kind)
			}
		}
		var typed []string
		for _, values := range q {
			typed = append(typed, values...)
		}
		if l.csv != "" {
			res := v.get(rt, l.csv+"?"+q.Encode())
			if res.Code != http.StatusOK {
				rt.Fatalf("%s?%s: %d", l.csv, q.Encode(), res.Code)
			}
			w.hush(rt, l.csv, res.Body.String())
		} else if secretIn(strings.Join(typed, " ")) < 0 {
			w.hush(rt, l.path, body, typed...)
		}
	})
}
