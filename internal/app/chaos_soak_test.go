// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// heap is what is in use once everything that is not was collected, and how much
// of it are buffers that JetStream writes blocks from: each lane has one, which
// grows to 8 MiB and begins anew with the next file, so that they say nothing
// of growth.
func heap() (inUse, buffers float64) {
	for range 3 { // a sync.Pool is empty after two
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	records := make([]runtime.MemProfileRecord, 1000)
	n, ok := runtime.MemProfile(records, false)
	for !ok {
		records = make([]runtime.MemProfileRecord, 2*n)
		n, ok = runtime.MemProfile(records, false)
	}
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		at, more := frames.Next()
		for more && strings.HasPrefix(at.Function, "runtime.") {
			at, more = frames.Next()
		}
		if strings.HasPrefix(at.Function, "github.com/nats-io/nats-server/v2/server.init.") { // its pools, the only ones that allocate there
			buffers += float64(r.InUseBytes())
		}
	}
	return float64(m.HeapAlloc) - buffers, buffers
}

// TestMemoryStaysFlatWhileReceiving receives and reads for VONGGAC_CHAOS_MINUTES
// (ten in `make chaos`) and states how the heap in use grows from its second
// quarter on. A little does grow: what JetStream knows of each block that it
// keeps, for five minutes the names of the latest, and for an hour their places.
func TestMemoryStaysFlatWhileReceiving(t *testing.T) {
	if os.Getenv("VONGGAC_CHAOS") == "" {
		t.Skip("minutes of work: make chaos")
	}
	minutes := 10.0
	if text := os.Getenv("VONGGAC_CHAOS_MINUTES"); text != "" {
		minutes = must(strconv.ParseFloat(text, 64))(t)
	}
	s := receivingLive(t, t.TempDir(), time.Now, nil)
	whole := time.Duration(minutes * float64(time.Minute))
	begun := time.Now()
	type sample struct{ at, lines, heap, buffers float64 }
	var samples []sample
	sent, lines := 0, int64(0)
	for next := whole / 40; time.Since(begun) < whole; {
		for _, r := range requestsOf(recentLog(20_000), 1000) {
			s.push(t, sent, r)
			sent++
		}
		lines += 20_000
		await(t, "what was sent is taken", func() bool { return s.taken(t) == lines })
		if at := time.Since(begun); at >= next {
			next = at + whole/40
			await(t, "nothing is in hand", func() bool {
				f, err := s.Rooms.Reception.Deps.Stream().Figures(t.Context())
				return err == nil && f.Pending+f.Unacknowledged == 0
			})
			inUse, buffers := heap()
			samples = append(samples, sample{at.Minutes(), float64(lines), inUse, buffers})
		}
	}
	samples = samples[len(samples)/4:]
	if len(samples) < 5 {
		t.Fatalf("%d samples are too few", len(samples))
	}
	var n, mx, my, xy, xx float64
	for _, p := range samples {
		n, mx, my = n+1, mx+p.lines, my+p.heap
	}
	mx, my = mx/n, my/n
	for _, p := range samples {
		xy += (p.lines - mx) * (p.heap - my)
		xx += (p.lines - mx) * (p.lines - mx)
	}
	slope := xy / xx // bytes a line
	first, last := samples[0], samples[len(samples)-1]
	rate := (last.lines - first.lines) / (last.at - first.at)
	t.Logf("%.1f minutes, %d lines in blocks of 1,000, %.0f lines a minute: the heap goes from %.1f to %.1f MiB beside %.1f and %.1f of buffers, %.2f bytes a line, %.2f MiB a minute",
		minutes, lines, rate, first.heap/(1<<20), last.heap/(1<<20), first.buffers/(1<<20), last.buffers/(1<<20), slope, slope*rate/(1<<20))
	if slope > 2 {
		t.Errorf("the heap grows by %.2f bytes a line", slope)
	}
}
