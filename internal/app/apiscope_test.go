// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// aKeySeesNothingOfAnotherUnit asks every operation with a key of every role
// held in one unit alone, before and after there is another unit: by id, in
// lists, in counts, in the change feed, by changes.
func aKeySeesNothingOfAnotherUnit(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walkKeys(t, openScopes(t, address(t)))
		})
	}
}

func walkKeys(t *testing.T, w *scopes) {
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	w.foreign.add("entry", must(w.Rooms.Indicators.Allow(w.centre, "good.example", true, "charlie"))(t).ID)
	programs := map[auth.Role]client{}
	for _, role := range w.roles {
		programs[role] = w.program(t, role)
	}
	must(0, w.Attend(t.Context()))(t)
	alone := map[auth.Role]map[string]string{}
	for role, c := range programs {
		alone[role] = w.answers(t, c)
	}
	w.settle(t, w.foreign, "bravo", "10.2", "203.0.113.0/24")
	w.ofCentre(t)
	seen := map[string]bool{}
	for role, c := range programs {
		t.Run(string(role), func(t *testing.T) {
			now := w.answers(t, c)
			for path, body := range now {
				// A record names the unit above it, and the centre whose log saw it, by id: that the
				// centre is there is no secret.
				w.hush(t, path, strings.ReplaceAll(body, w.root, ""), lookedUp(strings.Replace(path, "/api/v1/lookup", "/indicators", 1))...)
				if strings.HasPrefix(body, "200") {
					seen[path] = true
				}
				if was := alone[role][path]; was != body && !strings.HasPrefix(path, "/api/v1/lookup") {
					t.Errorf("%s differs once there is another unit:\n- %.400s\n+ %.400s", path, was, body)
				}
			}
			w.programAsksByID(t, c)
			w.programMayNot(t, c, role)
		})
	}
	if len(seen) < 25 {
		t.Errorf("only %d answers were seen at all: %v", len(seen), seen)
	}
}

// program is a key with all that role may do in the own unit.
func (w *scopes) program(t *testing.T, role auth.Role) client {
	t.Helper()
	home := w.own["unit"][0]
	made, link, err := w.Rooms.Accounts.Invite(w.centre, account.Account{Login: "alpha.key." + string(role), Name: "Khóa alpha", Home: home,
		Grants: []auth.Grant{{Role: role, Unit: home}, {Role: auth.Administrator, Unit: home}}})
	if err != nil {
		t.Fatal(err)
	}
	made = must(w.Rooms.Accounts.SetPassword(t.Context(), link, phrase))(t)
	uses := held(w.Routes(), role)
	if len(uses) == 0 {
		uses = []auth.Permission{{Area: auth.AuditTrail, Act: auth.Read}}
	}
	_, secret, err := w.Rooms.Accounts.MakeKey(auth.With(t.Context(), made.Actor()), account.KeyOrder{Name: "alpha " + string(role), Unit: home, Allows: uses, Days: 30})
	if err != nil {
		t.Fatalf("%s: %v", role, err)
	}
	return client{handler: w.Handler(), key: secret, lang: "vi"}
}

// volatile are the parts of an answer that are new each time.
var volatile = regexp.MustCompile(`"(request_id|after)":"[^"]*"`)

// answers reads every operation for the own records and for lists.
func (w *scopes) answers(t *testing.T, c client) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, rt := range w.Routes() {
		if !rt.API || !strings.HasPrefix(rt.Pattern, "GET ") {
			continue
		}
		own, _ := w.paths(t, rt)
		for _, path := range own {
			if path == "/api/v1/blocklist" { // an act itself, which the changes tell of; the room's own test compares
				continue
			}
			for _, query := range append([]string{""}, apiAsked[rt.Pattern]...) {
				res := c.do(t, http.MethodGet, path+query, "")
				out[path+query] = strings.TrimSpace(volatile.ReplaceAllString(http.StatusText(res.Code), ""))
				if res.Code == http.StatusOK {
					out[path+query] = "200 " + volatile.ReplaceAllString(res.Body.String(), "")
				}
			}
		}
	}
	return out
}

// apiAsked are further questions of operations.
var apiAsked = map[string][]string{
	"GET /api/v1/findings":    {"?q=bad.example", "?state=open", "?limit=1"},
	"GET /api/v1/incidents":   {"?q=SC-2026"},
	"GET /api/v1/units":       {"?q=xa"},
	"GET /api/v1/lookup":      {"?q=alpha-red.example", "?q=bravo-red.example"},
	"GET /api/v1/changes":     {"?limit=1000", "?kind=finding", "?kind=unit,incident"},
	"GET /api/v1/obligations": {"?clock=late"},
}

// programAsksByID asks for the others' records: 403 or 404, as for what does not
// exist.
func (w *scopes) programAsksByID(t *testing.T, c client) {
	for _, rt := range w.Routes() {
		if !rt.API || !strings.Contains(rt.Pattern, "{") {
			continue
		}
		method, _, _ := strings.Cut(rt.Pattern, " ")
		body := ""
		if method != http.MethodGet {
			body = apiBodies[rt.Pattern]
		}
		_, foreign := w.paths(t, rt)
		for path, absent := range foreign {
			headers := []string{"If-Match", `"1"`}
			res, ghost := c.do(t, method, path, body, headers...), c.do(t, method, absent, body, headers...)
			if res.Code != ghost.Code || !slices.Contains([]int{http.StatusForbidden, http.StatusNotFound}, res.Code) {
				t.Errorf("%s: %d %s, and %d for what does not exist", rt.Pattern, res.Code, res.Body, ghost.Code)
			}
			w.hush(t, rt.Pattern, strings.ReplaceAll(res.Body.String(), w.root, ""), path)
		}
	}
}

// apiBodies are bodies that would do something to a record in reach.
var apiBodies = map[string]string{
	"PUT /api/v1/directive-names/{name}":         `{"body":"all"}`,
	"POST /api/v1/papers/{id}/claims":            `{"note":"x"}`,
	"PUT /api/v1/papers/{id}/values":             `{"values":{}}`,
	"POST /api/v1/directives/{directive}/carry":  `{"from":"x","relation":"follows","items":[{"item_id":"x","fate":"stay"}]}`,
	"POST /api/v1/directives/{directive}/rest":   `{}`,
	"PUT /api/v1/units/{id}":                     `{"name":"x","kind":"xa"}`,
	"POST /api/v1/units/{id}/ranges":             `{"range":"10.9.0.0/24","kind":"machine"}`,
	"POST /api/v1/units/{id}/ranges/{range}/end": `{"last":"2026-12-01"}`,
	"PUT /api/v1/sources/{id}":                   `{"name":"x","unit_id":"x"}`,
	"PUT /api/v1/sources/{id}/mapping":           `{"text":"name: x\nform: json\nfields: {a: src}"}`,
	"POST /api/v1/sources/{id}/mapping/try":      `{"text":"name: x\nform: json\nfields: {a: src}","sample":"{}"}`,
	"POST /api/v1/sources/{id}/ways":             `{"kind":"syslog-udp","network":"10.9.9.9"}`,
	"PUT /api/v1/sources/{id}/ways/{way}":        `{"kind":"http"}`,
	"POST /api/v1/ingest/{source}":               `x`,
	"POST /api/v1/findings/{id}/acknowledge":     ``,
	"POST /api/v1/findings/{id}/dismiss":         `{"reason":"x","names":1}`,
	"POST /api/v1/infections/{id}/clean":         `{"how":"x"}`,
	"POST /api/v1/incidents/{id}/severity":       `{"severity":"M2","reason":"x"}`,
	"POST /api/v1/incidents/{id}/observables":    `{"values":["x.example"]}`,
	"POST /api/v1/incidents/{id}/timeline":       `{"text":"x"}`,
	"POST /api/v1/obligations/{id}/meet":         `{"met_at":"2026-11-21T00:30:00Z","how":"x"}`,
	"POST /api/v1/obligations/{id}/evidence":     `{"kind":"document","ref":"x"}`,
	"POST /api/v1/obligations/{id}/extend":       `{"last":"2027-01-31","reason":"x"}`,
	"POST /api/v1/obligations/{id}/ask":          `{"last":"2027-01-31","reason":"x"}`,
	"POST /api/v1/indicators/{id}/disable":       `{"reason":"x"}`,
	"POST /api/v1/documents/{id}/number":         `{"number":"7"}`,
	"POST /api/v1/documents/{id}/files":          `x`,
	"POST /api/v1/indicators/{id}/enable":        `{}`,
	"PUT /api/v1/indicators/{id}/content":        `x`,

	"POST /api/v1/directives/{directive}/tasks/{task}/answer": `{"text":"x"}`,
	"PUT /api/v1/periodic-reports/{series}":                   `{"title":"x","form":"F4","every":"quarter","lead_days":3,"writer_id":"x"}`,
	"POST /api/v1/periodic-reports/{series}/make":             `{"period":"2026-Q3"}`,
	"POST /api/v1/periodic-reports/{series}/follow":           `{"unit_id":"x"}`,
}

// programMayNot checks that the route asks for the permission, role by role.
func (w *scopes) programMayNot(t *testing.T, c client, role auth.Role) {
	for _, rt := range w.Routes() {
		if !rt.API || rt.Access != web.Granted {
			continue
		}
		method, path, _ := strings.Cut(rt.Pattern, " ")
		res := c.do(t, method, placeholder.ReplaceAllString(path, ghost), apiBodies[rt.Pattern], "If-Match", `"1"`)
		may := strings.ContainsRune(auth.Cell(rt.Need.Area, role), rune(rt.Need.Act))
		file := may && path == "/api/v1/blocklist" // answers with itself
		if !may && res.Code != http.StatusForbidden || !json.Valid(res.Body.Bytes()) && !file {
			t.Errorf("%s as %s, who may: %t, answers %d %.200s", rt.Pattern, role, may, res.Code, res.Body)
		}
	}
}

// TestTheChangeFeedHasNoGap follows changes page by page while they are made.
func TestTheChangeFeedHasNoGap(t *testing.T) {
	t.Parallel()
	h, c := opened(t, 1<<20)
	type page struct {
		Items []struct {
			ID, Kind, Object, Action string
			Seq                      int64
		}
		After string
	}
	ask := func(query string) (p page) {
		t.Helper()
		res := c.do(t, http.MethodGet, "/api/v1/changes"+query, "")
		if err := json.Unmarshal(res.Body.Bytes(), &p); err != nil || res.Code != http.StatusOK {
			t.Fatalf("%d %s: %v", res.Code, res.Body, err)
		}
		return p
	}
	must(0, h.Attend(t.Context()))(t)
	begun := ask("?after=now")
	var made []string
	for range 7 {
		res := c.do(t, http.MethodPost, "/api/v1/units", `{"name":"Xa `+string(rune('a'+len(made)))+`","kind":"xa","parent_id":"`+h.root+`"}`)
		if res.Code != http.StatusCreated {
			t.Fatalf("%d %s", res.Code, res.Body)
		}
		made = append(made, strings.TrimPrefix(res.Header().Get("Location"), "/api/v1/units/"))
	}
	if p := ask("?after=" + begun.After); len(p.Items) != 0 {
		t.Errorf("what is not sealed is shown: %+v", p.Items)
	}
	must(0, h.Attend(t.Context()))(t)
	var got []string
	last := int64(0)
	for at := begun.After; ; {
		p := ask("?kind=unit&limit=3&after=" + at)
		for _, i := range p.Items {
			if got = append(got, i.Object); i.Seq <= last {
				t.Errorf("number %d after %d", i.Seq, last)
			}
			last = i.Seq
		}
		if at = p.After; len(p.Items) < 3 {
			break
		}
	}
	if !slices.Equal(got, made) {
		t.Errorf("followed %v, made %v", got, made)
	}
	if p := ask("?kind=unit&after=0"); len(p.Items) < 7 {
		t.Errorf("from the beginning: %+v", p)
	}
	req := httptest.NewRequest(http.MethodGet, "/api/v1/changes?wait=1&after="+ask("?after=now").After, nil)
	req.Header.Set("Authorization", "Bearer "+c.key)
	h.Rooms.Webhooks.Stop() // a centre that stops waits for nobody
	res := httptest.NewRecorder()
	h.Handler().ServeHTTP(res, req)
	if res.Code != http.StatusOK || !strings.Contains(res.Body.String(), `"items":[]`) {
		t.Errorf("waiting while stopping: %d %s", res.Code, res.Body)
	}
}
