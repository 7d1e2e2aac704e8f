// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// held are the permissions among those the API asks for that role holds.
func held(routes []web.Route, role auth.Role) (out []auth.Permission) {
	for _, rt := range routes {
		if rt.API && rt.Access == web.Granted && strings.ContainsRune(auth.Cell(rt.Need.Area, role), rune(rt.Need.Act)) && !slices.Contains(out, rt.Need) {
			out = append(out, rt.Need)
		}
	}
	return out
}

// client is a program with a key.
type client struct {
	handler http.Handler
	key     string
	lang    string
}

func (c client) do(t testing.TB, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept-Language", c.lang)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res := httptest.NewRecorder()
	c.handler.ServeHTTP(res, req)
	return res
}

// opened is a centre with a key of its first person that may do all the person
// may.
func opened(t *testing.T, burst int) (*house, client) {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	blankRecords(t, cfg.Data)
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return t0 }, Version: "test", KeyBurst: burst,
		PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{App: a}
	ctx := h.found(t)
	uses := append(held(h.Routes(), auth.Administrator), held(h.Routes(), auth.Centre)...)
	_, secret, err := h.Rooms.Accounts.MakeKey(ctx, account.KeyOrder{Name: "all", Unit: h.root, Allows: uses, Days: 30})
	if err != nil {
		t.Fatal(err)
	}
	return h, client{handler: h.Handler(), key: secret, lang: "en"}
}

type document struct {
	OpenAPI    string                                `json:"openapi" yaml:"openapi"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas         map[string]json.RawMessage `json:"schemas"`
		SecuritySchemes map[string]json.RawMessage `json:"securitySchemes"`
	} `json:"components"`
	Security []map[string][]string `json:"security"`
}

// TestTheDescriptionIsWhole holds the OpenAPI document against the route table:
// every route of the API stands in it and nothing else, every reference leads
// somewhere, and the YAML says the same as the JSON.
func TestTheDescriptionIsWhole(t *testing.T) {
	t.Parallel()
	h, c := opened(t, 0)
	res := c.do(t, http.MethodGet, "/api/v1/openapi.json", "")
	var doc document
	if err := json.Unmarshal(res.Body.Bytes(), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Fatalf("%d, OpenAPI %q: %v", res.Code, doc.OpenAPI, err)
	}
	if len(doc.Components.SecuritySchemes) != 1 || len(doc.Security) != 1 {
		t.Error("the document does not say how a key is sent")
	}
	for _, ref := range regexp.MustCompile(`"\$ref": ?"([^"]+)"`).FindAllStringSubmatch(res.Body.String(), -1) {
		name, ok := strings.CutPrefix(ref[1], "#/components/schemas/")
		if _, there := doc.Components.Schemas[name]; !ok || !there {
			t.Errorf("reference to %s leads nowhere", ref[1])
		}
	}
	described, ids := map[string]bool{}, map[string]bool{}
	for path, item := range doc.Paths {
		for method, raw := range item {
			var op struct {
				ID        string   `json:"operationId"`
				Summary   string   `json:"summary"`
				Tags      []string `json:"tags"`
				Responses map[string]struct {
					Content map[string]struct {
						Schema map[string]any `json:"schema"`
					} `json:"content"`
				} `json:"responses"`
			}
			if err := json.Unmarshal(raw, &op); err != nil {
				t.Fatal(err)
			}
			at := strings.ToUpper(method) + " " + path
			described[at] = true
			if op.ID == "" || ids[op.ID] || op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s: operationId %q (once: %t), summary %q, tags %v", at, op.ID, !ids[op.ID], op.Summary, op.Tags)
			}
			ids[op.ID] = true
			good := 0
			for code, r := range op.Responses {
				if strings.HasPrefix(code, "2") {
					good++
				} else if _, problem := r.Content["application/problem+json"]; !problem {
					t.Errorf("%s: %s is no problem document", at, code)
				}
				for kind, media := range r.Content {
					if len(media.Schema) == 0 {
						t.Errorf("%s: %s %s has no schema", at, code, kind)
					}
				}
			}
			if good != 1 {
				t.Errorf("%s: %d answers of success", at, good)
			}
		}
	}
	routes := 0
	for _, rt := range h.Routes() {
		if !rt.API || strings.HasPrefix(rt.Pattern, "GET /api/v1/openapi.") {
			continue
		}
		routes++
		if !described[rt.Pattern] {
			t.Errorf("%s is not described", rt.Pattern)
		}
	}
	if routes != len(described) || routes < 40 {
		t.Errorf("%d routes, %d described", routes, len(described))
	}
	var fromJSON, fromYAML any
	if err := json.Unmarshal(res.Body.Bytes(), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(c.do(t, http.MethodGet, "/api/v1/openapi.yaml", "").Body.Bytes(), &fromYAML); err != nil {
		t.Fatal(err)
	}
	a, b := must(json.Marshal(fromJSON))(t), must(json.Marshal(fromYAML))(t)
	if string(a) != string(b) {
		t.Error("YAML and JSON differ")
	}
}

// TestProblems asks wrongly in every way and looks at the answers.
func TestProblems(t *testing.T) {
	t.Parallel()
	h, c := opened(t, 1000)
	unitBody := `{"name":"UBND xã Một","kind":"xa","parent_id":"` + h.root + `"}`
	made := c.do(t, http.MethodPost, "/api/v1/units", unitBody)
	at := made.Header().Get("Location")
	if made.Code != http.StatusCreated || at == "" || made.Header().Get("ETag") != `"1"` {
		t.Fatalf("create = %d %s %s", made.Code, made.Header(), made.Body)
	}
	if res := c.do(t, http.MethodPut, at, unitBody, "If-Match", `"1"`); res.Code != http.StatusOK || res.Header().Get("ETag") != `"2"` {
		t.Errorf("change = %d %s", res.Code, res.Body)
	}
	cases := map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code, field        string
	}{
		"no version named":             {http.MethodPut, at, unitBody, nil, 428, "fault.unconditional", ""},
		"an old version named":         {http.MethodPut, at, unitBody, []string{"If-Match", `"1"`}, 412, "fault.stale", ""},
		"a field nobody knows":         {http.MethodPost, "/api/v1/units", `{"name":"x","kind":"xa","colour":1}`, nil, 422, "fault.invalid", "colour"},
		"a field of another type":      {http.MethodPost, "/api/v1/units", `{"name":7,"kind":"xa"}`, nil, 422, "fault.invalid", "name"},
		"a field that is missing":      {http.MethodPost, "/api/v1/units", `{"kind":"xa"}`, nil, 422, "fault.invalid", "name"},
		"a rule of the room":           {http.MethodPost, "/api/v1/units", `{"name":"x","kind":"xa","parent_id":"none"}`, nil, 422, "fault.invalid", "parent_id"},
		"no JSON":                      {http.MethodPost, "/api/v1/units", `{"name":`, nil, 422, "rest.bad.json", ""},
		"a NUL":                        {http.MethodPost, "/api/v1/units", `{"name":"x\u0000","kind":"xa"}`, nil, 422, "rest.bad.nul", ""},
		"no JSON type":                 {http.MethodPost, "/api/v1/units", "name=x", []string{"Content-Type", "text/plain"}, 415, "fault.unsupported", ""},
		"too many bytes":               {http.MethodPost, "/api/v1/units", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "fault.too_large", ""},
		"a query field nobody knows":   {http.MethodGet, "/api/v1/units?colour=red", "", nil, 422, "fault.invalid", "colour"},
		"a limit out of range":         {http.MethodGet, "/api/v1/units?limit=0", "", nil, 422, "fault.invalid", "limit"},
		"a state that is none":         {http.MethodGet, "/api/v1/findings?state=x", "", nil, 422, "fault.invalid", "state"},
		"a time that is none":          {http.MethodGet, "/api/v1/findings?since=yesterday", "", nil, 422, "fault.invalid", "since"},
		"a record that is not there":   {http.MethodGet, "/api/v1/units/none", "", nil, 404, "fault.not_found", ""},
		"a place of somebody else":     {http.MethodGet, "/api/v1/changes?after=AAAA", "", nil, 422, "fault.invalid", "after"},
		"a kind that is not followed":  {http.MethodGet, "/api/v1/changes?kind=session", "", nil, 422, "fault.invalid", "kind"},
		"no key":                       {http.MethodGet, "/api/v1/units", "", []string{"Authorization", ""}, 401, "fault.signed_out", ""},
		"a key that is none":           {http.MethodGet, "/api/v1/units", "", []string{"Authorization", "Bearer vg_x"}, 401, "fault.signed_out", ""},
		"a severity that is no code":   {http.MethodGet, "/api/v1/incidents/none", "", nil, 404, "fault.not_found", ""},
		"a change of state not waited": {http.MethodGet, "/api/v1/changes?wait=99", "", nil, 422, "fault.invalid", "wait"},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			for _, lang := range []string{"en", "vi"} {
				who := c
				who.lang = lang
				res := who.do(t, k.method, k.path, k.body, k.headers...)
				var p struct {
					Type, Title, Detail, Code string
					Status                    int
					ID                        string `json:"request_id"`
					Errors                    map[string]string
				}
				if err := json.Unmarshal(res.Body.Bytes(), &p); err != nil {
					t.Fatalf("%d %q: %v", res.Code, res.Body, err)
				}
				if res.Code != k.status || p.Status != k.status || p.Code != k.code || p.Type != "about:blank" || p.Title != http.StatusText(k.status) ||
					p.ID == "" || p.Detail == "" || p.Detail == p.Code || res.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s: %d %+v, want %d %s", lang, res.Code, p, k.status, k.code)
				}
				if text := p.Errors[k.field]; k.field != "" && (text == "" || strings.Contains(text, ".bad.")) {
					t.Errorf("%s: errors %v, want %s", lang, p.Errors, k.field)
				}
			}
		})
	}
}

// TestAKeyHasItsShare asks more than a key may.
func TestAKeyHasItsShare(t *testing.T) {
	t.Parallel()
	_, c := opened(t, 3)
	var codes []int
	for range 4 {
		codes = append(codes, c.do(t, http.MethodGet, "/api/v1/key", "").Code)
	}
	res := c.do(t, http.MethodGet, "/api/v1/key", "")
	if !slices.Equal(codes, []int{200, 200, 200, 429}) || res.Header().Get("Retry-After") != "1" || !strings.Contains(res.Body.String(), "fault.too_many") {
		t.Errorf("codes %v, then %s %s", codes, res.Header().Get("Retry-After"), res.Body)
	}
}

// TestTheGuideRuns runs every command of docs/api.md against a running centre.
func TestTheGuideRuns(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	raw, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	h, c := opened(t, 0)
	c.do(t, http.MethodPost, "/api/v1/sources", `{"name":"DNS","unit_id":"`+h.root+`"}`)
	server := httptest.NewServer(h.Handler())
	t.Cleanup(server.Close)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(raw), -1)
	if len(blocks) < 5 {
		t.Fatalf("only %d commands", len(blocks))
	}
	for _, b := range blocks {
		cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", b[1])
		cmd.Env = append(os.Environ(), "VONGGAC="+server.URL, "VONGGAC_KEY="+c.key)
		out, err := cmd.CombinedOutput()
		if err != nil || !json.Valid(lastJSON(out)) {
			t.Errorf("%s\nanswered %s: %v", b[1], out, err)
		}
	}
	h.work(t)
}

func lastJSON(out []byte) []byte {
	text := strings.TrimSpace(string(out))
	return []byte(text[strings.LastIndexByte(text, '\n')+1:])
}

// TestAnyQueryIsAnswered asks every list with odd queries: the answer is JSON, and never a
// failure of ours.
func TestAnyQueryIsAnswered(t *testing.T) {
	t.Parallel()
	h, c := opened(t, 1<<30)
	for _, rt := range h.Routes() {
		path, isGet := strings.CutPrefix(rt.Pattern, "GET ")
		if !rt.API || !isGet || strings.Contains(path, "{") || strings.Contains(path, "openapi") || strings.HasSuffix(path, "/blocklist") { // a file, not JSON
			continue
		}
		for _, q := range []string{"", "?after=x", "?after=n0.x", "?after=p9999999999999.y", "?after=1e9.z", "?limit=500", "?limit=501", "?limit=-1", "?limit=1e3", "?q=%25_%27",
			"?q=%00", "?q=%ff%fe", "?unit=%27", "?sort=x", "?state=", "?since=2026-13-01T00:00:00Z", "?kind=a,b,c", "?q[]=1", "?%zz", "?a=1;b=2", "?after=" + strings.Repeat("9", 1999)} {
			res := c.do(t, http.MethodGet, path+q, "")
			if res.Code >= 500 || !json.Valid(res.Body.Bytes()) {
				t.Errorf("%s%s: %d %.200s", path, q, res.Code, res.Body)
			}
		}
		rapid.Check(t, func(rt *rapid.T) {
			q := url.Values{}
			for range rapid.IntRange(1, 4).Draw(rt, "fields") {
				name := rapid.SampledFrom([]string{"q", "after", "limit", "state", "unit", "sort", "since", "kind", "desc", "clock", "severity", "x"}).Draw(rt, "name")
				q.Add(name, rapid.StringN(0, 20, 80).Draw(rt, "value"))
			}
			res := c.do(t, http.MethodGet, path+"?"+q.Encode(), "")
			if !slices.Contains([]int{200, 403, 422}, res.Code) || !json.Valid(res.Body.Bytes()) {
				rt.Errorf("%s?%s: %d %.200s", path, q.Encode(), res.Code, res.Body)
			}
		})
	}
}
