// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// benchLog is a BIND log of n lines, whose names come as often as names do, of
// one list of 100,000 indicators every thousandth line.
func benchLog(n int, unique bool) []byte {
	var log bytes.Buffer
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.2, 20, 200_000)
	for i := range n {
		good := zipf.Uint64()
		if unique {
			good = uint64(i)
		}
		name := fmt.Sprintf("www.good%d.example%d.net", good*7919, good%97)
		if i%1000 == 0 {
			name = fmt.Sprintf("WWW.bad%d.example.com", i)
		}
		fmt.Fprintf(&log, "21-Nov-2026 08:%02d:%02d.%03d queries: info: client @0x7f62b801 10.0.%d.%d#5%04d (%s): query: %s IN A +E(0)K (10.0.0.53)\n",
			i/6000%60, i/100%60, i%1000, r.IntN(5), r.IntN(250), i%10000, name, name)
	}
	return log.Bytes()
}

// BenchmarkStream reads a BIND log, alone, against 100,000 indicators, with the
// roll-up, and with the rows of blocks, in turn with cutting it in lines. The quickest pass of each
// counts, so that other work on the machine counts less. Run it with -cpu 1,4.
func BenchmarkStream(b *testing.B) {
	var list bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&list, "bad%d.example.com\n", i)
	}
	var build intel.Builder
	if _, err := build.Load(strings.NewReader(list.String()), intel.List{Name: "bench"}); err != nil {
		b.Fatal(err)
	}
	index := build.Build()
	bind, _ := format.Lookup("bind9")
	for _, c := range []struct {
		name         string
		index        *intel.Index
		fold, unique bool
		seen         bool
	}{{name: "parse"}, {name: "match", index: index}, {name: "rollup", index: index, fold: true}, {name: "rollup-unique", index: index, fold: true, unique: true},
		{name: "seen", index: index, seen: true}, {name: "seen-unique", index: index, seen: true, unique: true}} {
		b.Run(c.name, func(b *testing.B) {
			const lines = 300_000
			log := benchLog(lines, c.unique)
			opt := scan.Options{Format: bind, Index: c.index, Lines: format.Options{At: at}, Seen: c.seen}
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			split, whole := time.Hour, time.Hour
			for b.Loop() {
				from, n := time.Now(), 0
				for at := 0; at < len(log); n++ {
					at += bytes.IndexByte(log[at:], '\n') + 1
				}
				split = min(split, time.Since(from))
				if c.fold {
					opt.Rollup = rollup.New(nil, b.TempDir(), 1<<30)
				}
				from = time.Now()
				sum, err := scan.Stream(b.Context(), bytes.NewReader(log), opt, func(scan.Block) error { return nil })
				whole = min(whole, time.Since(from))
				if err != nil || sum.Parsed != lines {
					b.Fatalf("%d parsed, %v", sum.Parsed, err)
				}
				if c.fold {
					if err := opt.Rollup.Close(); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(whole.Nanoseconds())/lines, "best-ns/line")
			b.ReportMetric(float64(len(log))/whole.Seconds()/1e6, "best-MB/s")
			b.ReportMetric(100*split.Seconds()/whole.Seconds(), "%ofsplit")
		})
	}
}

// BenchmarkBlocks reads one block of a stream after the other, each alone: names
// of which few come again within it, matched, with rows.
func BenchmarkBlocks(b *testing.B) {
	var build intel.Builder
	if _, err := build.Load(strings.NewReader("bad0.example.com\n"), intel.List{Name: "bench"}); err != nil {
		b.Fatal(err)
	}
	bind, _ := format.Lookup("bind9")
	log := benchLog(1500, true)
	opt := scan.Options{Format: bind, Index: build.Build(), Lines: format.Options{At: at}, Now: at, Seen: true, Text: true, Workers: 1, BlockSize: 1 << 40}
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scan.Stream(b.Context(), bytes.NewReader(log), opt, func(said scan.Block) error { said.Forget(); return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1500, "ns/line")
}
