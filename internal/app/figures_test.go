// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/vonggac/vonggac/internal/centre/source"
)

// TestMetricsShowTotalsAndNobody reads /metrics with Prometheus' own parser
// after some work: the totals are right, and no label holds anything that came
// from a person or a record.
func TestMetricsShowTotalsAndNobody(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	t.Cleanup(func() { _ = h.Close() })
	ctx := h.found(t)
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS Phiêng Lúa", "")
	if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "nhật ký.log", source.ByPage, strings.NewReader(string(infectedLog(2000)))); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Attend(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"/sign-in?next=/incidents/mai", "/nowhere/mai", "/incidents/mai"} {
		h.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, at, nil))
	}
	q := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	q.RemoteAddr, q.Host = "127.0.0.1:9", "127.0.0.1:8080"
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, q)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"vonggac_jobs", "vonggac_findings", "vonggac_infections", "vonggac_received_bytes", "vonggac_read_lines",
		"vonggac_rejected_lines", "vonggac_indicators", "vonggac_db_connections", "vonggac_sqlite_wal_bytes", "vonggac_http_requests_total"} {
		if families[name] == nil || len(families[name].GetMetric()) == 0 {
			t.Errorf("%s is absent", name)
		}
	}
	if got := families["vonggac_read_lines"].GetMetric()[0].GetGauge().GetValue(); got != 2000 {
		t.Errorf("%v lines read, want 2000", got)
	}
	// Who and what came in by hand must stand nowhere.
	private := []string{"mai", "Lò", "Mẫu", "Phiêng", "nhật", "10.20.", "bad.example", string(src.ID), "nowhere"}
	for name, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				for _, p := range private {
					if strings.Contains(l.GetValue(), p) {
						t.Errorf("%s{%s=%q} tells of somebody", name, l.GetName(), l.GetValue())
					}
				}
			}
		}
	}
	q.RemoteAddr = "10.0.0.9:5"
	w = httptest.NewRecorder()
	if h.Handler().ServeHTTP(w, q); w.Code != http.StatusNotFound {
		t.Errorf("another machine was answered %d", w.Code)
	}
}
