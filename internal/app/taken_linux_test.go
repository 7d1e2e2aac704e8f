// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// BenchmarkTake takes groups of blocks into the records, as the worker does:
// what one group costs the processor (cpu-us/op), and how long others that
// write wait for it (ns/op).
func BenchmarkTake(b *testing.B) {
	list := &intel.List{Name: "Danh sách mẫu", Threat: "Emotet"}
	for name, address := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": dbtest.Address} {
		for _, shape := range []struct{ blocks, hits int }{{1, 1}, {8, 1}, {64, 1}, {128, 170}} {
			b.Run(fmt.Sprintf("%s/%d_blocks_of_%d_hits", name, shape.blocks, shape.hits), func(b *testing.B) {
				var how worker.Deps
				more := []string{"intake.http", "127.0.0.1:0"}
				if at := address(b); at != "" {
					more = append(more, "records.address", at)
				}
				h := openWith(b, b.TempDir(), nil, func(o *app.Options) {
					o.Reading = func(d worker.Deps) worker.Deps { how = d; return d }
				}, more...)
				if _, err := h.Start(b.Context()); err != nil {
					b.Fatal(err)
				}
				defer func() {
					if err := h.Stop(b.Context()); err != nil {
						b.Error(err)
					}
				}()
				ctx := h.found(b)
				src := h.source(b, ctx, "DNS", "")
				way, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.HTTP})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				group := func() {
					var blocks []worker.Read
					for range shape.blocks {
						blocks = append(blocks, said(list, src, string(way.ID), n, shape.hits))
						n++
					}
					if err := how.Commit(b.Context(), blocks); err != nil {
						b.Fatal(err)
					}
				}
				if err := how.Commit(b.Context(), []worker.Read{said(list, src, string(way.ID), -1, 20_000)}); err != nil { // all findings are open
					b.Fatal(err)
				}
				for range 4 {
					group()
				}
				began := spent(b)
				for b.Loop() {
					group()
				}
				b.ReportMetric(float64((spent(b)-began).Microseconds())/float64(b.N), "cpu-us/op")
			})
		}
	}
}

// said is what block number n of a source said: 1,500 lines of one second, some
// of which hit, by 500 clients and 40 names.
func said(l *intel.List, src source.Source, way string, n, hits int) worker.Read {
	at := t0.Add(time.Duration(max(n, 0)%3600) * time.Second)
	r := worker.Read{Block: stream.Block{ID: fmt.Sprintf("net/%s/%d", src.ID, n), Source: string(src.ID), Owner: src.Owner, Way: way, Received: at, Body: make([]byte, 200<<10)},
		Said: scan.Block{Counts: scan.Counts{Lines: 1500, Parsed: 1500, Queries: 1500, Hits: int64(hits), First: at, Last: at},
			Hours: []scan.Hour{{Start: at.Truncate(time.Hour), Lines: 1500}}, Lags: []scan.Lag{{Seconds: 0, Lines: 1500}}}}
	for i := range hits {
		k := max(n, 0)*hits + i
		client := netip.AddrFrom4([4]byte{10, 0, byte(k % 500 / 250), byte(k % 250)})
		name := fmt.Sprintf("n%d.evil.example", k/500%40)
		r.Said.Hits = append(r.Said.Hits, scan.Hit{Match: intel.Match{List: l, Indicator: "evil.example", Type: intel.Domain, Threat: l.Threat}, Client: client,
			Kind: intel.Domain, Role: event.Queried, Name: name, Count: 2, Lines: 2, First: at, Last: at})
	}
	return r
}

// spent is how long this process has had a processor.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
