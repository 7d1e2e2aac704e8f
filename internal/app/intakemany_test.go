// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/source"
)

// manyLines says how many lines TestManyLinesAreAllKeptAndCounted sends; 100,000
// when it is not set.
const manyLines = "VONGGAC_MANY_LINES"

// mostGrown is how much more the process may hold after the second half of the
// lines than after the first, in bytes: caches fill, and that is all.
const mostGrown = 96 << 20

// TestManyLinesAreAllKeptAndCounted sends lines of BIND over one connection as
// fast as they are taken, each thousandth with a listed name: all are stored,
// read, counted and archived once, every hit is found, and memory does not grow
// with them. It is not parallel, so that the memory is its own.
func TestManyLinesAreAllKeptAndCounted(t *testing.T) {
	n := 100_000
	if text := os.Getenv(manyLines); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	manyLinesAreAllKeptAndCounted(t, n)
}

func manyLinesAreAllKeptAndCounted(t *testing.T, n int) {
	dir := t.TempDir()
	h := receiving(t, dir)
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	src, err := h.Rooms.Sources.Create(ctx, source.Source{Name: "DNS", Owner: h.root, Format: "bind9"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogTCP, Network: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	counted := func() (lines, hits int64) {
		if err := h.Records.Read().NewRaw("SELECT COALESCE(SUM(lines - rejected), 0), COALESCE(SUM(hits), 0) FROM source_hour").Scan(t.Context(), &lines, &hits); err != nil {
			t.Fatal(err)
		}
		return lines, hits
	}
	var held [2]uint64
	for half := range held {
		from, to := half*n/2, (half+1)*n/2
		pour(t, h.door(t, ctx, "tcp"), from, to)
		await(t, "all lines are read", func() bool { lines, _ := counted(); return lines >= int64(to) })
		await(t, "all blocks are done with", func() bool {
			state, err := h.Rooms.Reception.State(ctx)
			return err == nil && state.Figures.Left()+state.Figures.Keeping.Left() == 0
		})
		var m runtime.MemStats
		runtime.GC() // twice: what a sync.Pool has outlives one
		runtime.GC()
		runtime.ReadMemStats(&m)
		held[half] = m.HeapAlloc
	}
	if lines, hits := counted(); lines != int64(n) || hits != int64(n/1000) {
		t.Errorf("%d lines with %d hits are counted, %d with %d were sent", lines, hits, n, n/1000)
	}
	var queries int64
	if err := h.Records.Read().NewRaw("SELECT SUM(queries) FROM finding").Scan(t.Context(), &queries); err != nil || queries != int64(n/1000) {
		t.Errorf("findings count %d queries, %v; %d were sent", queries, err, n/1000)
	}
	if held[1] > held[0]+mostGrown {
		t.Errorf("%d MB are held after half of the lines, %d MB after all", held[0]>>20, held[1]>>20)
	}
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got := archived(t, dir); got != n {
		t.Errorf("%d lines are in the archive, %d were sent", got, n)
	}
}

// pour sends lines by their numbers over a connection of its own.
func pour(t *testing.T, address string, from, to int) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var part []byte
	for i := from; i < to; i++ {
		name := fmt.Sprintf("h%d.good.example", i%5000)
		if i%1000 == 500 {
			name = "WWW.evil.test"
		}
		at := t0.Add(time.Duration(i%3_000_000) * time.Millisecond)
		part = fmt.Appendf(part, "%s queries: info: client @0x7f62b8062413 10.0.%d.%d#61467 (%s): query: %s IN A +E(0)K (10.0.0.53)\n", at.Format("02-Jan-2006 15:04:05.000"), i%4, 1+i%250, name, name)
		if len(part) > 1<<18 || i == to-1 {
			if _, err := c.Write(part); err != nil {
				t.Fatal(err)
			}
			part = part[:0]
		}
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}
