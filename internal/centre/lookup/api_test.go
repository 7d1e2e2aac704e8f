// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// listed is an answer of the API.
type listed struct {
	Items []struct {
		Block, Raw string
		Line       int64
		Fields     map[string]string
	}
	Total  int64
	After  string
	ID     string // of a reason
	Until  time.Time
	Errors map[string]string
}

// program asks the API as somebody of unit u.
func (h *house) program(u unit.ID) func(status int, pairs ...string) listed {
	h.t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, rest.Messages, lookup.Messages)
	if err != nil {
		h.t.Fatal(err)
	}
	who, _ := auth.From(h.as(u))
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: h.db,
		Now: func() time.Time { return now }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Key: func(context.Context, string) (auth.Actor, error) { return who, nil }})
	api := rest.New("test")
	lookup.API(api, h.Service)
	srv := httptest.NewServer(site.Handler(api.Routes()...))
	h.t.Cleanup(srv.Close)
	return func(status int, pairs ...string) (out listed) {
		h.t.Helper()
		v, method, send := url.Values{}, http.MethodGet, ""
		at := "/api/v1/events"
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		if v.Has("reason") { // is given, not asked with
			text, err := json.Marshal(map[string]string{"reason": v.Get("reason")})
			if err != nil {
				h.t.Fatal(err)
			}
			at, method, send, v = at+"/reasons", http.MethodPost, string(text), nil
		}
		req, err := http.NewRequestWithContext(h.t.Context(), method, srv.URL+at+"?"+v.Encode(), strings.NewReader(send))
		if err != nil {
			h.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer vg_x")
		if send != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		res, err := srv.Client().Do(req)
		if err != nil {
			h.t.Fatal(err)
		}
		raw := body(h.t, res)
		if res.StatusCode != status {
			h.t.Fatalf("%v: %d, want %d: %s", pairs, res.StatusCode, status, raw)
		}
		if err := json.NewDecoder(strings.NewReader(raw)).Decode(&out); err != nil && err != io.EOF {
			h.t.Fatalf("%v: %v in %s", pairs, err, raw)
		}
		return out
	}
}

// TestProgramsFindTheSame walks the pages of the API, and gives it what it
// cannot take.
func TestProgramsFindTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnish(t, d, running(t))
		put(t, h.store, queries("dns", h.a, now, 120, "bad.example")...)
		put(t, h.store, queries("other", h.b, now, 7, "secret.test")...)
		get, seen := h.program(h.a), map[int64]bool{}
		why := get(http.StatusCreated, "reason", "công văn 12").ID
		for after := ""; ; {
			page := get(http.StatusOK, "why", why, "name", "bad.example", "limit", "50", "after", after)
			for _, e := range page.Items {
				if seen[e.Line] = true; e.Block != "dns" || e.Fields["query.type"] != "A" || !strings.Contains(e.Raw, "bad.example") {
					t.Errorf("an event of %+v", e)
				}
			}
			if page.Total != 120 {
				t.Errorf("%d in all", page.Total)
			}
			if after = page.After; after == "" {
				break
			}
		}
		if len(seen) != 120 || len(h.acts(t, "lookup.search")) != 3 {
			t.Errorf("%d events, %d acts", len(seen), len(h.acts(t, "lookup.search")))
		}
		for _, text := range hostile {
			if strings.Contains(text, "|") || strings.Contains(text, "options") || strings.Contains(text, ") or (") {
				continue // refused, or of another meaning; the page's test asks all
			}
			if page := get(http.StatusOK, "why", why, "logsql", text); page.Total > 120 {
				t.Errorf("%q counts %d", text, page.Total)
			}
		}
		get(http.StatusUnprocessableEntity, "name", "x")
		for field, value := range map[string]string{"logsql": "x:in(", "address": "x", "until": "2020-01-01T00:00:00Z"} {
			pairs := []string{"why", why, field, value}
			if field == "until" {
				pairs = append(pairs, "since", "2021-01-01T00:00:00Z")
			}
			if got := get(http.StatusUnprocessableEntity, pairs...); len(got.Errors) != 1 || got.Errors[field] == "" {
				t.Errorf("%s=%s: %+v", field, value, got)
			}
		}
		h.store = nil
		get(http.StatusServiceUnavailable, "why", why)
	})
}

// TestProgramsSayWhy asks without a reason, with the words of one in the address,
// with that of somebody else and with one that holds no more: nothing is told, and
// nothing stands in the audit trail but the reasons that were given.
func TestProgramsSayWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnish(t, d, running(t))
		put(t, h.store, queries("dns", h.a, now, 3, "bad.example")...)
		get := h.program(h.a)
		other, err := h.Give(auth.With(t.Context(), auth.Actor{ID: "other", Home: string(h.a), Grants: []auth.Grant{{Role: auth.Duty, Unit: string(h.a)}}}), "việc khác")
		if err != nil {
			t.Fatal(err)
		}
		for _, why := range []string{"", "công văn 12", other.ID} {
			if got := get(http.StatusUnprocessableEntity, "why", why); got.Errors["why"] == "" || got.Total != 0 || len(got.Items) > 0 {
				t.Errorf("with %q: %+v", why, got)
			}
		}
		if got := get(http.StatusUnprocessableEntity); got.Errors["why"] == "" {
			t.Errorf("without: %+v", got)
		}
		if got := get(http.StatusUnprocessableEntity, "reason", " "); got.Errors["reason"] == "" {
			t.Errorf("a blank reason: %+v", got)
		}
		if len(h.acts(t, "lookup.search")) != 0 {
			t.Error("a search without a reason was put")
		}
		given := get(http.StatusCreated, "reason", "công văn 12")
		if given.ID == "" || !given.Until.Equal(now.Add(lookup.Lasting)) || len(h.acts(t, "lookup.reason")) != 2 {
			t.Fatalf("%+v", given)
		}
		if got := get(http.StatusOK, "why", given.ID); got.Total != 3 {
			t.Errorf("with a reason: %+v", got)
		}
		if acts := h.acts(t, "lookup.search"); len(acts) != 1 || acts[0]["reason"] != "công văn 12" {
			t.Errorf("the trail has %v", acts)
		}
	})
}
