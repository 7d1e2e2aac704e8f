// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// resolver is a block of n lines as a BIND 9 resolver writes them: one of 5,000
// clients asks for one of 200,000 names, few of them often. All of a block is of
// one unit, as blocks are.
func resolver(r *rand.Rand, id string, at time.Time, every time.Duration, n int) (rows []lake.Row, raw int64) {
	popular := rand.NewZipf(r, 1.1, 10, 200_000)
	rows = make([]lake.Row, n)
	unit := r.IntN(150)
	for i := range rows {
		client, name, when := unit*33+r.IntN(33), popular.Uint64(), at.Add(time.Duration(i)*every)
		ip, host := fmt.Sprintf("10.%d.%d.%d", client>>10, client>>4&63, client&15), fmt.Sprintf("h%x.d%d.example.vn", name*2654435761%1e9, name%7919)
		line := fmt.Sprintf("%s queries: info: client @0x7f3b0c%06x %s#%d (%s): query: %s IN A +E(0)K (10.0.0.53)",
			when.Format("02-Jan-2006 15:04:05.000"), 0x10de0+r.IntN(200)*0x3e8, ip, 1024+r.IntN(60000), host, host)
		rows[i] = lake.Row{Time: when, Block: id, Line: int64(i), Source: fmt.Sprint("dns-", unit), Owner: fmt.Sprint("unit-", unit), Class: lake.DNSActivity, Raw: line,
			Fields: []lake.Field{{Name: "src_endpoint.ip", Value: ip}, {Name: "dst_endpoint.ip", Value: "10.0.0.53"}, {Name: "query.hostname", Value: host}, {Name: "query.type", Value: "A"}}}
		raw += int64(len(line)) + 1
	}
	return rows, raw
}

const benchBlock = 2000 // lines: 256 KiB

func BenchmarkInsert(b *testing.B) {
	s := open(b, own(b))
	r := rand.New(rand.NewPCG(1, 2))
	var blocks [][]lake.Row
	for i := range 50 {
		rows, _ := resolver(r, fmt.Sprint("net/", i), now.Add(-time.Hour), time.Millisecond, benchBlock)
		blocks = append(blocks, rows)
	}
	i := 0
	for b.Loop() {
		if _, err := s.Insert(b.Context(), blocks[i%len(blocks)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N*benchBlock)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkSearch asks an engine with three million rows of one day.
func BenchmarkSearch(b *testing.B) {
	o := own(b)
	o.MemoryBytes = 256 << 20
	s := open(b, o)
	const total = 3_000_000
	r := rand.New(rand.NewPCG(1, 2))
	every := 24 * time.Hour / total
	end := now.Add(50 * time.Minute)
	var raw int64
	var rare string
	for i := range total / benchBlock {
		rows, n := resolver(r, fmt.Sprint("net/", i), end.Add(-24*time.Hour+time.Duration(i*benchBlock)*every), every, benchBlock)
		if i == 100 {
			rare = "10.200.0.9"
			for j := range 3 {
				rows[j*100].Fields[0].Value = rare
			}
		}
		raw += n
		if _, err := s.Insert(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	st, err := s.Stats(b.Context())
	if err != nil || st.Rows != total {
		b.Fatal(st.Rows, err)
	}
	day := lake.Query{From: end.Add(-24 * time.Hour), To: end}
	one := day
	one.Where = []lake.Condition{{Field: "src_endpoint.ip", Values: []string{rare}}}
	word := day
	word.Words = lake.Words("h0.d0.example.vn")
	unit := lake.Scope{Units: []string{"unit-7"}}
	for name, ask := range map[string]func() error{
		"one value, first page":      func() error { _, err := s.Search(b.Context(), everyone, one, lake.Page{}); return err },
		"everything, first page":     func() error { _, err := s.Search(b.Context(), everyone, day, lake.Page{}); return err },
		"a unit, first page":         func() error { _, err := s.Search(b.Context(), unit, day, lake.Page{}); return err },
		"a frequent word, all count": func() error { _, err := s.Count(b.Context(), everyone, word); return err },
		"histogram of a day":         func() error { _, err := s.Histogram(b.Context(), everyone, day, 10*time.Minute); return err },
		"histogram of one value":     func() error { _, err := s.Histogram(b.Context(), everyone, one, 10*time.Minute); return err },
		"facet of names": func() error {
			_, err := s.Facets(b.Context(), everyone, day, []string{"query.hostname"}, 10)
			return err
		},
		"500 blocks counted": func() error {
			var ids []string
			for i := range 500 {
				ids = append(ids, fmt.Sprint("net/", i))
			}
			_, err := s.Blocks(b.Context(), ids)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(raw)/float64(st.Disk), "raw/disk")
		})
	}
}

// BenchmarkArchive keeps blocks and closes their hour.
func BenchmarkArchive(b *testing.B) {
	a := archive(b, b.TempDir())
	r := rand.New(rand.NewPCG(1, 2))
	var raw int64
	i := 0
	for b.Loop() {
		b.StopTimer()
		rows, n := resolver(r, fmt.Sprint("net/", i), now, time.Millisecond, benchBlock)
		raw += n
		i++
		b.StartTimer()
		if err := a.Put(b.Context(), brought(now, rows)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(i*benchBlock)/b.Elapsed().Seconds(), "rows/s")
	began := time.Now()
	if _, err := a.Seal(b.Context(), now.Add(2*time.Hour)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(i*benchBlock)/time.Since(began).Seconds(), "closed-rows/s")
	files, err := a.Files()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(raw)/float64(files[0].Bytes), "raw/parquet")
}

// BenchmarkKeeper keeps blocks from four sides and has them searched, until the
// last of them can be found; what did not fit is mended, which counts.
func BenchmarkKeeper(b *testing.B) {
	const blocks, sides = 500, 4
	r := rand.New(rand.NewPCG(1, 2))
	var all []lake.Brought
	for i := range blocks {
		rows, _ := resolver(r, fmt.Sprint("net/", i), now, time.Millisecond, benchBlock)
		all = append(all, brought(now, rows))
	}
	for b.Loop() {
		b.StopTimer()
		s := open(b, own(b))
		if err := s.Flush(b.Context()); err != nil {
			b.Fatal(err)
		}
		k := lake.NewKeeper(archive(b, b.TempDir()), s, lake.KeeperOptions{State: filepath.Join(b.TempDir(), "settled"), Now: time.Now,
			Log: slog.New(slog.DiscardHandler), Beat: time.Second})
		k.Start()
		b.StartTimer()
		began := time.Now()
		next := make(chan lake.Brought)
		var wg sync.WaitGroup
		for range sides {
			wg.Go(func() {
				for one := range next {
					if err := k.Put(b.Context(), one); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for _, one := range all {
			next <- one
		}
		close(next)
		wg.Wait()
		b.ReportMetric(blocks*benchBlock/time.Since(began).Seconds(), "kept-rows/s")
		until(b, time.Minute, "all rows are found", func() bool {
			n, err := s.Count(b.Context(), everyone, lake.Query{})
			if n > blocks*benchBlock {
				b.Fatalf("%d rows", n)
			}
			return err == nil && n == blocks*benchBlock && !k.State().Behind
		})
		b.ReportMetric(blocks*benchBlock/time.Since(began).Seconds(), "found-rows/s")
		b.StopTimer()
		k.Stop()
		b.StartTimer()
	}
}
