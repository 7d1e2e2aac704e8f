// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/vonggac/vonggac/internal/intake/sighting"
)

// rowsEnv says over how many rows BenchmarkHunt hunts: a million without it.
// 100 million take some gigabytes of disk and about five minutes to fill.
const rowsEnv = "VONGGAC_SIGHTINGS_ROWS"

// folderEnv names a folder in which BenchmarkHunt keeps its store, so that a
// second run need not fill it again.
const folderEnv = "VONGGAC_SIGHTINGS_FOLDER"

const (
	benchDays    = 30
	benchNames   = 3_000_000
	benchClients = 20_000
	benchBlock   = 20_000  // as a source hands them on
	fillBlock    = 500_000 // past the store's memory, straight into a sorted file
)

// benchName is the name of a rank: three levels, some siblings under a parent.
func benchName(rank uint64) string {
	return "h" + strconv.FormatUint(rank%7, 10) + ".s" + strconv.FormatUint(rank*2654435761%benchNames/7, 36) + "-site." +
		[]string{"com", "vn", "net", "org", "gov.vn", "io"}[rank%6]
}

// benchRows makes rows of one day: names by Zipf's law, clients at random.
func benchRows(rng *rand.Rand, zipf *rand.Zipf, day int, n int) []sighting.Row {
	rows := make([]sighting.Row, 0, n)
	at := t0.AddDate(0, 0, day)
	for range n {
		name := zipf.Uint64()
		if rng.IntN(2) == 0 { // half of all queries are for what few ask for
			name = rng.Uint64N(benchNames)
		}
		c := rng.Uint32N(benchClients)
		r := sighting.Row{Key: sighting.Key{Kind: sighting.Domain, Value: benchName(name), Day: sighting.DayOf(at), Owner: "0197-unit", Source: "0197-source",
			Client: netip.AddrFrom4([4]byte{10, 20, byte(c >> 8), byte(c)})}, Count: 1 + int64(rng.IntN(9))}
		r.First = at.Add(time.Duration(rng.IntN(3600)) * time.Second)
		r.Last = r.First.Add(time.Duration(rng.IntN(600)) * time.Second)
		rows = append(rows, r)
	}
	return rows
}

func newZipf(rng *rand.Rand) *rand.Zipf { return rand.NewZipf(rng, 1.1, 20, benchNames-1) }

// BenchmarkHunt looks for 10,000 indicators, a tenth of them seen, over a
// million rows or as many as are asked for: first with nothing in any cache,
// then again. It prints both passes, and what filling, counting and dropping a
// day cost.
func BenchmarkHunt(b *testing.B) {
	want := 1_000_000
	if s := os.Getenv(rowsEnv); s != "" {
		var err error
		if want, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	dir := os.Getenv(folderEnv)
	if dir == "" {
		dir = b.TempDir()
	}
	dir = filepath.Join(dir, strconv.Itoa(want))
	fill(b, dir, want)
	s := benchOpen(b, dir)
	asks := benchAsks()
	var rows int
	pass := func() time.Duration {
		began := time.Now()
		did, err := s.Hunt(b.Context(), asks, sighting.Span{}, sighting.Limits{}, func(int, sighting.Row) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		rows = did.Rows
		return time.Since(began)
	}
	var first time.Duration
	for range 3 {
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		forget(b, dir)
		s = benchOpen(b, dir)
		first = pass()
		b.Logf("first pass, nothing cached: %v; second: %v (%d rows found)", first, pass(), rows)
	}
	for b.Loop() {
		pass()
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "ms/first-pass")
	b.ReportMetric(float64(rows), "rows-found")
	report(b, s)
	if os.Getenv(folderEnv) == "" {
		began := time.Now()
		if err := s.Drop(context.Background(), sighting.DayOf(t0)+1); err != nil {
			b.Fatal(err)
		}
		b.Logf("a day dropped and all values swept: %v", time.Since(began))
		began = time.Now()
		if err := s.Drop(context.Background(), sighting.DayOf(t0)+2); err != nil {
			b.Fatal(err)
		}
		b.Logf("the next day dropped: %v", time.Since(began))
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

func benchOpen(b *testing.B, dir string) *sighting.Pebble {
	b.Helper()
	s, err := sighting.OpenPebble(dir, slog.New(slog.DiscardHandler), t0)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// fill puts blocks until want rows are there, about all of them distinct. What
// filling takes is not what is measured, so that it is done in large blocks, with
// all processors, and the next block is made while one is put.
func fill(b *testing.B, dir string, want int) {
	b.Helper()
	if _, err := os.Stat(dir + ".full"); err == nil {
		return
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU()))
	s := benchOpen(b, dir)
	began, put, spent := time.Now(), 0, time.Duration(0)
	for block := range fillBlocks(b.Context(), want) {
		at := time.Now()
		if _, err := s.Put(b.Context(), sighting.Block{ID: block.id, Rows: slices.Values(block.rows)}); err != nil {
			b.Fatal(err)
		}
		spent += time.Since(at)
		put += len(block.rows)
	}
	b.Logf("%d rows put in %v (%.0f a second in Put)", put, time.Since(began).Round(time.Second), float64(put)/spent.Seconds())
	began = time.Now()
	if err := errors.Join(s.Flush(), s.Count(b.Context(), sighting.LastDay)); err != nil {
		b.Fatal(err)
	}
	b.Logf("counted in %v", time.Since(began))
	report(b, s)
	if err := errors.Join(s.Close(), os.WriteFile(dir+".full", nil, 0o600)); err != nil {
		b.Fatal(err)
	}
}

type filling struct {
	id   string
	rows []sighting.Row
}

// fillBlocks makes blocks of want rows of all days, until ctx ends.
func fillBlocks(ctx context.Context, want int) <-chan filling {
	out := make(chan filling)
	go func() {
		defer close(out)
		rng := rand.New(rand.NewPCG(4, 20261122))
		zipf := newZipf(rng)
		for day := range benchDays {
			for n := 0; n*fillBlock < want/benchDays; n++ {
				rows := benchRows(rng, zipf, day, min(fillBlock, want/benchDays-n*fillBlock))
				select {
				case out <- filling{fmt.Sprintf("%d/%d", day, n), rows}:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

func report(b *testing.B, s *sighting.Pebble) {
	b.Helper()
	st, err := s.Stats(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	n, exact := st.Rows()
	b.Logf("%d rows (exact: %v) on %d days, %d MiB, %.1f bytes a row", n, exact, len(st.Days), st.Bytes>>20, float64(st.Bytes)/float64(max(1, n)))
}

// forget drops the tables of a closed store from the system's cache.
func forget(b *testing.B, dir string) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || runtime.GOOS != "linux" {
		b.Log("the system's cache was not emptied", err)
		return
	}
	for _, f := range files {
		if out, err := exec.Command("dd", "if="+f, "iflag=nocache", "count=0").CombinedOutput(); err != nil {
			b.Logf("%s: %s", f, out)
		}
	}
}

func benchAsks() []sighting.Ask {
	rng := rand.New(rand.NewPCG(9, 9))
	var asks []sighting.Ask
	for i := range 10_000 {
		a := sighting.Ask{Kind: sighting.Domain, Value: fmt.Sprintf("c%x-evil.%s", rng.Uint64(), []string{"com", "vn", "net", "top", "xyz"}[i%5]), Below: true}
		if i%10 == 0 { // of those that few ask for
			a.Value = benchName(benchNames/2 + rng.Uint64N(benchNames/2))
		}
		asks = append(asks, a)
	}
	sighting.SortAsks(asks)
	return asks
}

// BenchmarkCounting compares adding up by the engine's merges, as the store
// does, with reading each row, adding and writing it back.
func BenchmarkCounting(b *testing.B) {
	const blocks = 20
	rng := rand.New(rand.NewPCG(4, 4))
	zipf := newZipf(rng)
	var all [][]sighting.Row
	for range blocks {
		all = append(all, benchRows(rng, zipf, 0, benchBlock))
	}
	b.Run("merge", func(b *testing.B) {
		for b.Loop() {
			s := benchOpen(b, b.TempDir())
			for i, rows := range all {
				if _, err := s.Put(b.Context(), sighting.Block{ID: strconv.Itoa(i), Rows: slices.Values(rows)}); err != nil {
					b.Fatal(err)
				}
			}
			if err := errors.Join(s.Flush(), s.Close()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*blocks*benchBlock), "ns/row")
	})
	b.Run("read-add-write", func(b *testing.B) {
		for b.Loop() {
			readAddWrite(b, all)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*blocks*benchBlock), "ns/row")
	})
}

// readAddWrite is the way not taken, with the same keys and less to do: one
// space and one number a row.
func readAddWrite(b *testing.B, all [][]sighting.Row) {
	b.Helper()
	d, err := pebble.Open(b.TempDir(), &pebble.Options{FormatMajorVersion: pebble.FormatNewest, MemTableSize: 32 << 20, MemTableStopWritesThreshold: 4,
		Logger: silent{}})
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range all {
		batch := d.NewIndexedBatch()
		for _, r := range rows {
			key := append(binary.BigEndian.AppendUint16([]byte{'r'}, uint16(r.Day)), r.Value...)
			key = append(append(key, 0), r.Client.AsSlice()...)
			count := uint64(r.Count)
			v, done, err := batch.Get(key)
			switch {
			case err == nil:
				count += binary.BigEndian.Uint64(v)
				err = done.Close()
			case errors.Is(err, pebble.ErrNotFound):
				err = nil
			}
			if err = errors.Join(err, batch.Set(key, binary.BigEndian.AppendUint64(nil, count), nil)); err != nil {
				b.Fatal(err)
			}
		}
		if err := errors.Join(batch.Commit(pebble.Sync), batch.Close()); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(d.Flush(), d.Close()); err != nil {
		b.Fatal(err)
	}
}

type silent struct{}

// Infof implements pebble.Logger.
func (silent) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (silent) Errorf(string, ...any) {}

// Fatalf implements pebble.Logger.
func (silent) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
