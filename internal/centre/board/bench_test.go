// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// drawn serves the board of 150 units by 60 requirements n times, without a
// network, and gives how long each took.
func drawn(t testing.TB, path string, n int) (took []time.Duration, size int) {
	t.Helper()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(60, 150, 2))
	site := h.handler(t, auth.Centre, "root")
	in := httptest.NewRecorder()
	site.ServeHTTP(in, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/in", nil))
	for range n {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		for _, c := range in.Result().Cookies() {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		at := time.Now()
		site.ServeHTTP(w, r)
		took = append(took, time.Since(at))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		size = w.Body.Len()
	}
	slices.Sort(took)
	return took, size
}

// BenchmarkBoard is the page of one directive, and the leader's of all. The aim
// is 100 ms at the 95th percentile.
func BenchmarkBoard(b *testing.B) {
	for _, path := range []string{"/boards/d-1", "/boards/d-1?show=late", "/boards", "/boards/d-1/export/table.csv"} {
		b.Run(path, func(b *testing.B) {
			took, size := drawn(b, path, max(b.N, 20))
			b.ReportMetric(float64(took[len(took)/2])/1e6, "ms-p50")
			b.ReportMetric(float64(took[len(took)*95/100])/1e6, "ms-p95")
			b.ReportMetric(float64(size)/1024, "KB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// TestALargeBoardIsLight holds the page of 150 units by 60 requirements to its
// size; how long it takes is the benchmark's.
func TestALargeBoardIsLight(t *testing.T) {
	t.Parallel()
	if _, size := drawn(t, "/boards/d-1", 1); size > 1<<20 {
		t.Errorf("%d KB", size>>10)
	}
}
