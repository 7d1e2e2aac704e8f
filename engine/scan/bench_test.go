// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// BenchmarkStream reads a BIND log against 100,000 indicators, with and
// without the roll-up; one in a thousand lines hits.
func BenchmarkStream(b *testing.B) {
	var list, log bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&list, "bad%d.example.com\n", i)
	}
	const lines = 100_000
	for i := range lines {
		name := fmt.Sprintf("www.good%d.example.net", i*7%20_000)
		if i%1000 == 0 {
			name = fmt.Sprintf("WWW.bad%d.example.com", i)
		}
		fmt.Fprintf(&log, "21-Nov-2026 08:%02d:%02d.123 queries: info: client @0x7f62b801 10.0.%d.%d#5%04d (%s): query: %s IN A +E(0)K (10.0.0.53)\n",
			i/6000%60, i/100%60, i%4, i%250, i%10000, name, name)
	}
	var build intel.Builder
	if _, err := build.Load(strings.NewReader(list.String()), intel.List{Name: "bench"}); err != nil {
		b.Fatal(err)
	}
	bind, ok := format.Lookup("bind9")
	if !ok {
		b.Fatal("no format bind9")
	}
	opt := scan.Options{Format: bind, Index: build.Build(), Lines: format.Options{At: at}}
	for _, fold := range []bool{false, true} {
		b.Run(fmt.Sprintf("rollup=%v", fold), func(b *testing.B) {
			b.SetBytes(int64(log.Len()))
			b.ReportAllocs()
			for b.Loop() {
				opt := opt
				if fold {
					opt.Rollup = rollup.New(nil, b.TempDir(), 0)
				}
				sum, err := scan.Stream(b.Context(), bytes.NewReader(log.Bytes()), opt, func(scan.Block) error { return nil })
				if err != nil || sum.Hits != lines/1000 {
					b.Fatalf("%d hits, %v", sum.Hits, err)
				}
				if fold {
					if err := opt.Rollup.Close(); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*lines/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
