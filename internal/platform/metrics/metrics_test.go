// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/vonggac/vonggac/internal/platform/metrics"
)

func registry(t *testing.T, now *time.Time) *metrics.Registry {
	t.Helper()
	return metrics.New(slog.New(slog.NewTextHandler(t.Output(), nil)), func() time.Time { return *now }, "1.2.3")
}

func TestFiguresAreAskedKeptAndAbsentWhenUnknown(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	r := registry(t, &now)
	asked, broken := 0, false
	r.Gauge("waiting", "Notices that wait.", func(context.Context) (float64, error) {
		asked++
		if broken {
			return 7, errors.New("records away")
		}
		return float64(asked), nil
	})
	r.Gauges("jobs", "Jobs.", []string{"kind", "state"}, func(context.Context) ([]metrics.Figure, error) {
		return []metrics.Figure{{Of: []string{"read", "done"}, Value: 3}, {Of: []string{"read", "failed"}, Value: 1}}, nil
	})
	want := func(text string) {
		t.Helper()
		if err := testutil.GatherAndCompare(r.Gatherer(), strings.NewReader(text), "vonggac_waiting"); err != nil {
			t.Error(err)
		}
	}
	const head = "# HELP vonggac_waiting Notices that wait.\n# TYPE vonggac_waiting gauge\n"
	want(head + "vonggac_waiting 1\n")
	now = now.Add(9 * time.Second)
	want(head + "vonggac_waiting 1\n") // still fresh
	now = now.Add(time.Second)
	want(head + "vonggac_waiting 2\n")
	now = now.Add(-24 * time.Hour) // the clock was set back
	want(head + "vonggac_waiting 3\n")
	now, broken = now.Add(time.Minute), true
	want("") // absent, not 7 and not zero
	if n, err := testutil.GatherAndCount(r.Gatherer(), "vonggac_jobs"); n != 2 || err != nil {
		t.Errorf("%d figures of jobs, %v", n, err)
	}
	r.Request("GET", "/incidents/{id}", 200, 20*time.Millisecond)
	problems, err := testutil.GatherAndLint(r.Gatherer())
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
}

func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	now := time.Now()
	const token = "a-token-of-enough-length"
	for name, c := range map[string]struct {
		token, peer, host string
		header            [2]string
		want              int
		proxy             bool
	}{
		"this machine":                 {"", "127.0.0.1:5", "127.0.0.1:8080", [2]string{}, 200, false},
		"this machine by IPv6":         {"", "[::1]:5", "[::1]:8080", [2]string{}, 200, false},
		"this machine by its name":     {"", "127.0.0.1:5", "localhost:8080", [2]string{}, 200, false},
		"with a token set too":         {token, "127.0.0.1:5", "localhost", [2]string{}, 200, false},
		"a mapped loopback":            {"", "[::ffff:127.0.0.1]:5", "localhost", [2]string{}, 200, false},
		"a proxy on this machine":      {"", "127.0.0.1:5", "localhost", [2]string{"X-Forwarded-For", "203.0.113.9"}, 404, false},
		"a proxy that says Forwarded":  {token, "127.0.0.1:5", "localhost", [2]string{"Forwarded", "for=203.0.113.9"}, 401, false},
		"a stranger's name":            {"", "127.0.0.1:5", "evil.example", [2]string{}, 404, false},
		"another machine":              {"", "10.0.0.9:5", "127.0.0.1", [2]string{}, 404, false},
		"no token set, an empty one":   {"", "10.0.0.9:5", "soc", [2]string{"Authorization", "Bearer "}, 404, false},
		"another machine, no token":    {token, "10.0.0.9:5", "soc", [2]string{}, 401, false},
		"another machine, wrong token": {token, "10.0.0.9:5", "soc", [2]string{"Authorization", "Bearer " + token + "x"}, 401, false},
		"another machine, bare token":  {token, "10.0.0.9:5", "soc", [2]string{"Authorization", token}, 401, false},
		"a proxy that says nothing":    {"", "127.0.0.1:5", "127.0.0.1", [2]string{}, 404, true},
		"the token behind a proxy":     {token, "127.0.0.1:5", "127.0.0.1", [2]string{"Authorization", "Bearer " + token}, 200, true},
		"another machine, the token":   {token, "10.0.0.9:5", "soc", [2]string{"Authorization", "Bearer " + token}, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			q.RemoteAddr, q.Host = c.peer, c.host
			if c.header[0] != "" {
				q.Header.Set(c.header[0], c.header[1])
			}
			w := httptest.NewRecorder()
			registry(t, &now).Handler(c.token, c.proxy).ServeHTTP(w, q)
			if w.Code != c.want {
				t.Fatalf("answered %d, want %d", w.Code, c.want)
			}
			if w.Code != http.StatusOK {
				if strings.Contains(w.Body.String(), "vonggac_") {
					t.Error("figures in a refusal")
				}
				return
			}
			parser := expfmt.NewTextParser(model.UTF8Validation)
			families, err := parser.TextToMetricFamilies(w.Body)
			if err != nil || families["vonggac_build_info"] == nil || families["go_goroutines"] == nil {
				t.Errorf("%d families, %v", len(families), err)
			}
		})
	}
}
