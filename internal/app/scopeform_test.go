// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// accepts are forms without id in their path that may answer otherwise than by
// refusing: they take what is the actor's own and pass over the rest. What they
// leave is checked with all else.
var accepts = []string{"POST /findings/bulk", "POST /units/import", "POST /notices/read", "POST /account/sessions/end",
	"POST /events/evidence", "POST /events/evidence/rows", "POST /events/takeouts"} // these lead back to where a reason is given

// fields are all fields of all forms, naming the others' records wherever one
// may be named.
func (w *scopes) fields() url.Values {
	b := func(kind string) string { return w.foreign[kind][0] }
	return url.Values{"version": {"1"}, "names": {"1"}, "reason": {"vì thế"}, "title": {"x"}, "unit": {b("unit")}, "parent": {b("unit")},
		"owner": {b("unit")}, "name": {"Mới"}, "kind": {"xa"}, "code": {"z.9"}, "login": {"moi.toi"}, "role": {"unit"}, "form": {"F1b"},
		"person": {b("account")}, "do": {"acknowledge"}, "id": {b("finding") + ".1.1", b("finding"), b("notice")}, "detected_at": {"2026-11-21T07:00"},
		"severity": {"M2"}, "cause": {"x"}, "how": {"x"}, "why": {"x"}, "met_at": {"2026-11-21T07:30"}, "note": {"x"}, "text": {"x"},
		"value": {"x.example"}, "observables": {"x.example"}, "range": {"203.0.113.0/25"}, "range_kind": {"machine"}, "last": {"1/12/2026"},
		"from": {"1/12/2026"}, "successors": {"UBND xã bravo"}, "upload": {b("upload")}, "digest": {w.foreign["upload"][1]}, "relation": {"replace"},
		"meets": {b("obligation")}, "sent_at": {"2026-11-21T07:30"}, "channel": {"paper"}, "receipt": {"x"}, "disabled": {"1"}, "as": {"other"},
		"tlp": {"TLP:RED"}, "scope": {"subdomains"}, "layout": {"auto"}, "exact": {"1"}, "sure": {"1"}, "phase": {"detect"}, "url": {"https://x.invalid/"}, "addr": {"10.2.7.9"},
		"grant": {"unit@" + b("unit")}, "until": {"2026-11-25T08:00"}, "witness": {b("account")}, "hours": {"2"}, "back": {b("account")}}
}

// sendsForms sends every form with the others' ids in path and fields.
func (w *scopes) sendsForms(t *testing.T, v *visitor) {
	fields := w.fields()
	typed := []string{w.foreign["unit"][0], fields.Get("addr")}
	for _, values := range fields {
		for _, s := range values {
			if strings.Contains(s, " ") { // a text, not an id
				typed = append(typed, s)
			}
		}
	}
	for _, rt := range w.Routes() {
		if !strings.HasPrefix(rt.Pattern, "POST ") || rt.Access == web.Public {
			continue
		}
		kind, body := encoded(t, rt, fields)
		own, foreign := w.paths(t, rt)
		if !placeholder.MatchString(rt.Pattern) {
			res := v.send(t, http.MethodPost, own[0], kind, body)
			if !slices.Contains(accepts, rt.Pattern) {
				w.hidden(t, rt.Pattern, res.Code, res.Code, res.Body.String(), typed...)
			}
			continue
		}
		ghosts := map[string]int{}
		for path, absent := range foreign {
			if _, known := ghosts[absent]; !known {
				ghosts[absent] = v.send(t, http.MethodPost, absent, kind, body).Code
			}
			res := v.send(t, http.MethodPost, path, kind, body)
			w.hidden(t, rt.Pattern, res.Code, ghosts[absent], res.Body.String(), slices.Concat(typed, []string{path})...)
		}
	}
}

// encoded is what a program or browser sends to a route.
func encoded(t *testing.T, rt web.Route, fields url.Values) (kind, body string) {
	switch {
	case rt.API && !strings.Contains(rt.Pattern, "/ingest/"):
		return "application/json", `{"name": "x", "unit_id": "` + fields.Get("unit") + `"}`
	case rt.API:
		return "text/plain", "Nov 20 08:00:00 dnsmasq[9]: query[A] x.bad.example from 10.2.7.1\n"
	case rt.Body > 0:
		return multipartForm(t, fields)
	}
	return "application/x-www-form-urlencoded", fields.Encode()
}

// drawsIn sends every form of the own records with the others' ids in its
// fields. What the forms say to their own records may well be done; but nothing
// of the others changes, and nothing of the own unit comes to name them.
func (w *scopes) drawsIn(t *testing.T) {
	before := w.everything(t)
	fields := w.fields()
	var typed []string
	for _, values := range fields {
		typed = append(typed, values...)
	}
	done := map[string]bool{}
	for _, role := range []auth.Role{auth.UnitOfficer, auth.Duty, auth.Centre, auth.Administrator} {
		if w.people[role] == nil {
			continue
		}
		for _, rt := range w.Routes() {
			if !strings.HasPrefix(rt.Pattern, "POST ") || rt.Access == web.Public || !placeholder.MatchString(rt.Pattern) {
				continue
			}
			own, _ := w.paths(t, rt)
			for _, path := range own {
				for version := range 5 {
					fields.Set("version", strconv.Itoa(version+1))
					fields.Set("parent", w.foreign["unit"][0])
					if strings.HasPrefix(path, "/papers/") {
						fields.Del("parent") // there it is a line of text
					}
					kind, body := encoded(t, rt, fields)
					res := w.people[role].send(t, http.MethodPost, path, kind, body)
					w.hush(t, rt.Pattern, res.Body.String(), typed...)
					if res.Code < 400 {
						done[rt.Pattern] = true
					}
				}
			}
		}
	}
	ids := []string{"bravo"}
	for kind, all := range w.foreign {
		if kind != "upload" && kind != "entry" { // those are the centre's
			ids = append(ids, all[0])
		}
	}
	others := func(row string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(row, id) })
	}
	before, after := slices.DeleteFunc(before, func(r string) bool { return !others(r) }), w.everything(t)
	w.unchanged(t, before, slices.DeleteFunc(after, func(r string) bool { return !others(r) }))
	t.Logf("%d forms did something to the own records: %v", len(done), slices.Sorted(maps.Keys(done)))
	if len(done) < 15 {
		t.Error("too few forms did anything to the own records to learn from it")
	}
}

// everything is all rows of all tables but sessions, the trail, the count of
// refused files, which anybody adds to who has one checked, and uploads that
// wait to be applied, sorted.
func (w *scopes) everything(t *testing.T) []string {
	t.Helper()
	q := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if w.Records.Engine() == db.Postgres {
		q = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	var tables, out []string
	if err := w.Records.Read().NewRaw(q).Scan(t.Context(), &tables); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if slices.Contains([]string{"web_session", "audit_entry", "audit_pending", "audit_seal", "unit_import", "unit_plan", "document_refused"}, table) { // the last counts refusals of all
			continue
		}
		var rows []map[string]any
		if err := w.Records.Read().NewSelect().Table(table).ColumnExpr("*").Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			delete(r, "used_at") // of a key: the own program sends all the time
			out = append(out, fmt.Sprintf("%s %v", table, r))
		}
	}
	slices.Sort(out)
	return out
}

// unchanged checks that no row was written or lost.
func (w *scopes) unchanged(t *testing.T, before, after []string) {
	t.Helper()
	if len(before) < 50 {
		t.Errorf("only %d rows to compare", len(before))
	}
	for _, r := range after {
		if _, had := slices.BinarySearch(before, r); !had {
			t.Errorf("written: %.600s", r)
		}
	}
	for _, r := range before {
		if _, has := slices.BinarySearch(after, r); !has {
			t.Errorf("gone: %.600s", r)
		}
	}
}
