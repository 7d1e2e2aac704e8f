// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

type askInput struct {
	rest.One
	rest.Match
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"5"`
		N    int    `json:"n,omitempty" minimum:"2"`
	}
}

type told struct {
	Name string `json:"name"`
}

var need = auth.Permission{Area: auth.Units, Act: auth.Write}

// route is the one route of an API whose operation answers with err, or with
// what it was told as version 7.
func route(t *testing.T, err error) web.Route {
	t.Helper()
	a := rest.New("test")
	rest.Add(a, rest.Op{ID: "tell", Method: http.MethodPut, Path: "/things/{id}", Tag: "Things", Summary: "Tell", Need: need},
		func(_ context.Context, in *askInput) (*rest.Record[told], error) {
			if err != nil {
				return nil, err
			}
			if err := in.Check(7); err != nil {
				return nil, err
			}
			return rest.Versioned(told{in.Body.Name + " of " + in.ID}, 7), nil
		})
	rt := a.Routes()[0]
	if rt.Pattern != "PUT /api/v1/things/{id}" || rt.Need != need || !rt.API || rt.Access != web.Granted {
		t.Fatalf("route %+v", rt)
	}
	return rt
}

func send(t *testing.T, rt web.Route, body, match string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/api/v1/things/a", strings.NewReader(body))
	req.SetPathValue("id", "a")
	req.Header.Set("If-Match", match)
	res := httptest.NewRecorder()
	return res, rt.Handle(res, req)
}

func TestAnOperationAnswers(t *testing.T) {
	t.Parallel()
	res, err := send(t, route(t, nil), `{"name":"x"}`, `"7"`)
	if err != nil || res.Code != http.StatusOK || res.Header().Get("ETag") != `"7"` || strings.TrimSpace(res.Body.String()) != `{"name":"x of a"}` {
		t.Errorf("%d %v %s: %v", res.Code, res.Header(), res.Body, err)
	}
}

// TestWhatIsWrongIsAFault: whatever is wrong comes back as a fault, and nothing
// has been written, so that it is answered at the one place.
func TestWhatIsWrongIsAFault(t *testing.T) {
	t.Parallel()
	mine := &fault.Error{Kind: fault.Conflict, Op: "test", Msg: "test.why"}
	for name, c := range map[string]struct {
		body, match string
		own         error
		kind        fault.Kind
		msg, field  string
	}{
		"the operation's own":  {`{"name":"x"}`, `"7"`, mine, fault.Conflict, "test.why", ""},
		"no condition":         {`{"name":"x"}`, "", nil, fault.Unconditional, "", ""},
		"another version":      {`{"name":"x"}`, `"6", "8"`, nil, fault.Stale, "", ""},
		"no body":              {"", `"7"`, nil, fault.Invalid, "rest.bad.no_body", ""},
		"half a body":          {`{"name"`, `"7"`, nil, fault.Invalid, "rest.bad.json", ""},
		"a NUL":                {`{"name":"\u0000"}`, `"7"`, nil, fault.Invalid, "rest.bad.nul", ""},
		"too long":             {`{"name":"123456"}`, `"7"`, nil, fault.Invalid, "", "name"},
		"too small":            {`{"name":"x","n":1}`, `"7"`, nil, fault.Invalid, "", "n"},
		"missing":              {`{"n":2}`, `"7"`, nil, fault.Invalid, "", "name"},
		"unknown":              {`{"name":"x","m":1}`, `"7"`, nil, fault.Invalid, "", "m"},
		"more than the limit":  {`{"name":"` + strings.Repeat("x", 1<<20) + `"}`, `"7"`, nil, fault.TooLarge, "", ""},
		"one of several right": {`{"name":"x"}`, `"6", "7"`, mine, fault.Conflict, "test.why", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := send(t, route(t, c.own), c.body, c.match)
			e := fault.Of(err)
			if err == nil || e.Kind != c.kind || e.Msg != c.msg || c.field != "" && !strings.HasPrefix(e.Fields[c.field], "rest.bad.") {
				t.Errorf("%v: kind %d, %q, fields %v", err, e.Kind, e.Msg, e.Fields)
			}
			if res.Body.Len() != 0 {
				t.Errorf("written: %s", res.Body)
			}
		})
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	if page, more := rest.Cut([]int{1, 2, 3}, 2); len(page) != 2 || !more {
		t.Error("a row more than the page is cut")
	}
	if l := rest.List[int, int](nil, 0, "", func(n int) int { return n }); l.Body.Items == nil {
		t.Error("an empty list is [], not null")
	}
	if _, err := rest.Day("from", "31/12/2026"); fault.Of(err).Fields["from"] != "rest.bad.day" {
		t.Errorf("a day of another form: %v", err)
	}
	err := rest.Rename(fault.Bad("x", "unit", "why"), "unit", "unit_id")
	if fault.Of(err).Fields["unit_id"] != "why" {
		t.Errorf("renamed to %v", fault.Of(err).Fields)
	}
}
