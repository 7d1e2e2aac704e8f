// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup_test

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/rollup"
)

// BenchmarkDistinct folds events that are nearly all different, the dearest
// case: every row goes to a run and comes back.
func BenchmarkDistinct(b *testing.B) {
	const rows = 500_000
	names := make([][]byte, 50_000)
	for i := range names {
		names[i] = fmt.Appendf(nil, "www.b%x.example.net", i*7919)
	}
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		t := rollup.New(nil, b.TempDir(), 0)
		for i := range rows {
			client := netip.AddrFrom4([4]byte{10, 0, byte(i % 7), byte(i % 251)})
			if err := t.Add(start.Add(time.Duration(i)*time.Millisecond), client, names[i*31%len(names)], rollup.None); err != nil {
				b.Fatal(err)
			}
		}
		if err := t.WriteCSV(io.Discard); err != nil {
			b.Fatal(err)
		}
		if err := t.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}
