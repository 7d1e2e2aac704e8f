// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package hunt_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/intake/sighting"
)

const (
	burstRows    = 1500 // of a block of 256 KiB of a BIND query log
	burstBlocks  = 128  // made before; each round brings them with other clients
	burstClients = 1200
	burstNames   = 200_000
	burstAtOnce  = 128 // blocks in hand
)

// BenchmarkRemember brings blocks as the command bench/gen writes them to the
// memory, many at a time: one operation is one block. It tells the processor time
// of the whole process a row, of which flushes and compactions have a part that
// a profile tells by their labels (pebble=flush, pebble=compact).
func BenchmarkRemember(b *testing.B) {
	s, err := sighting.OpenPebble(b.TempDir(), slog.New(slog.DiscardHandler), t0)
	if err != nil {
		b.Fatal(err)
	}
	h := hunt.New(hunt.Deps{Memory: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return t0 }, Days: 30,
		Lists: hunt.Lists{Generation: func(context.Context) (int64, error) { return 1, nil }}})
	blocks := burst()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	began, user := time.Now(), cpuTime(b)
	for range burstAtOnce {
		all.Go(func() {
			seen := make([]scan.Seen, burstRows)
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				copy(seen, blocks[n%burstBlocks])
				for i := range seen {
					seen[i].Client = burstClient(seen[i].Client, int(n/burstBlocks))
				}
				_, done, err := h.Remember(b.Context(), hunt.Block{ID: fmt.Sprintf("net/%012d", n), Owner: "0197-unit", Source: "0197-source", ReceivedAt: t0, Seen: seen, Generation: 1})
				if err != nil {
					b.Error(err)
					return
				}
				done()
			}
		})
	}
	all.Wait()
	spent := cpuTime(b) - user
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N*burstRows), "cpu-ns/row")
	b.ReportMetric(float64(b.N*burstRows)/time.Since(began).Seconds(), "rows/s")
	b.StopTimer()
	b.ReportMetric(huntTime(b, s).Seconds()*1000, "ms/hunt")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// huntTime is the processor time of a hunt for 10,000 names between those that
// were seen, right after the blocks have come, with what is joined meanwhile.
func huntTime(b *testing.B, s *sighting.Pebble) time.Duration {
	asks := make([]sighting.Ask, 10_000)
	for i := range asks {
		asks[i] = sighting.Ask{Kind: sighting.Domain, Value: fmt.Sprintf("b%x.%s", i*7919*53, []string{"com", "net", "org", "info", "vn"}[i%5]), Below: true}
	}
	sighting.SortAsks(asks)
	began := cpuTime(b)
	if _, err := s.Hunt(b.Context(), asks, sighting.Span{}, sighting.Limits{}, func(int, sighting.Row) error { return nil }); err != nil {
		b.Fatal(err)
	}
	return cpuTime(b) - began
}

// burst makes the blocks: names as often as Zipf's law says.
func burst() [][]scan.Seen {
	rng := rand.New(rand.NewPCG(1, 20261122))
	zipf := rand.NewZipf(rng, 1.1, 2, burstNames-1)
	hosts := []string{"www", "api", "cdn", "mail", "static.img", "login", "a.b.telemetry", "very-long-host-name-of-a-content-delivery-network-0123456789-abc"}
	endings := []string{"com", "net", "org", "info", "vn", "com.vn", "ru", "xyz", "top", "co.uk"}
	names := make([]string, burstNames)
	for i := range names {
		names[i] = fmt.Sprintf("%s.b%x.%s", hosts[rng.IntN(len(hosts))], rng.Uint32(), endings[rng.IntN(len(endings))])
	}
	out := make([][]scan.Seen, burstBlocks)
	at := t0
	for n := range out {
		var text strings.Builder
		for range burstRows {
			at = at.Add(time.Duration(rng.IntN(20)) * time.Millisecond)
			c := rng.IntN(burstClients)
			name := names[zipf.Uint64()]
			from := text.Len()
			text.WriteString(name)
			out[n] = append(out[n], scan.Seen{Kind: intel.Domain, Client: netip.AddrFrom4([4]byte{10, byte(c % 4), byte(c / 254), byte(c%254 + 1)}),
				Name: text.String()[from:], Count: 1, First: at, Last: at})
		}
	}
	return out
}

// burstClient is another client in each round.
func burstClient(a netip.Addr, round int) netip.Addr {
	o := a.As4()
	o[2] += byte(round * 5)
	o[1] += byte(round / 51)
	return netip.AddrFrom4(o)
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
