// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
)

func TestALiveIndexBeforeTheFirstSwapKnowsNothing(t *testing.T) {
	t.Parallel()
	var l intel.Live
	lease := l.Acquire()
	defer lease.Release()
	if lease.Index().Match("evil.com") != nil || lease.Generation() != 0 {
		t.Error("an empty one answers")
	}
}

// TestASwapUnderLoadMissesNothing asks from several goroutines while indexes,
// in memory, from files and patched, follow each other. evil.com is in all of
// them and must be found by every question; each lease sees one index whole.
func TestASwapUnderLoadMissesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var l intel.Live
	build := func(n int) *intel.Index {
		var b intel.Builder
		list, err := b.AddList(intel.List{Name: "l"})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []string{"evil.com", fmt.Sprintf("only%d.com", n)} {
			if _, err := b.Add(list, intel.Indicator{Value: v}); err != nil {
				t.Fatal(err)
			}
		}
		if n%2 == 0 {
			return b.Build()
		}
		path, err := b.BuildFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		x, err := intel.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	l.Swap(build(0))
	var done atomic.Bool
	var asked atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !done.Load() {
				lease := l.Acquire()
				x := lease.Index()
				for range 20 {
					if found := x.Match("www.evil.com"); len(found) != 1 || found[0].Indicator != "evil.com" {
						t.Errorf("generation %d misses it: %v", lease.Generation(), found)
						done.Store(true)
						break
					}
				}
				lease.Release()
				asked.Add(1)
			}
		})
	}
	for n := 1; n <= 30; n++ {
		given := l.Swap(build(n))
		if n%3 == 0 {
			var p intel.Patch
			if why := p.Add(intel.List{Name: "l"}, intel.Indicator{Value: "patched.com"}); why != "" {
				t.Fatal(why)
			}
			if why := p.Remove("", intel.Domain, fmt.Sprintf("only%d.com", n)); why != "" {
				t.Fatal(why)
			}
			again, err := l.Patch(&p)
			if err != nil {
				t.Fatal(err)
			}
			if err := again(); err != nil {
				t.Fatal(err)
			}
			lease := l.Acquire()
			if len(lease.Index().Match("patched.com")) != 1 || len(lease.Index().Match(fmt.Sprintf("only%d.com", n))) != 0 {
				t.Error("a patch is not effective")
			}
			lease.Release()
		}
		if err := given(); err != nil {
			t.Fatal(err)
		}
	}
	for asked.Load() < 100 && !done.Load() { // so that the test has asked at all
		lease := l.Acquire()
		lease.Release()
	}
	done.Store(true)
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if mapped(t, dir) != 0 {
		t.Error("a file is still mapped when all are swapped out")
	}
}

func TestAnIndexSwappedOutIsGivenBackWithItsLastLease(t *testing.T) {
	t.Parallel()
	path, err := mixed(t, 100).BuildFile(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	x, err := intel.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var l intel.Live
	l.Swap(x)
	lease := l.Acquire()
	given := l.Swap(new(intel.Builder).Build())
	if mapped(t, path) == 0 || len(lease.Index().Match("bad7.example.com")) != 1 {
		t.Error("given back under a lease")
	}
	lease.Release()
	if err := given(); err != nil || mapped(t, path) != 0 {
		t.Errorf("still mapped: %v", err)
	}
}

// BenchmarkSwap swaps an index of a million names, patched, for the next while
// somebody else leases it all the time. It reports how long a lease took to get,
// in the middle and beyond all but one in a thousand: the pause that a swap
// makes. The longest of all is the scheduler's where processors are busy.
func BenchmarkSwap(b *testing.B) {
	base := loaded(b, hostileList(1_000_000)).Build()
	defer base.Close()
	var p intel.Patch
	p.Remove("", intel.Domain, "evil.com")
	next := make([]*intel.Index, b.N+1)
	for i := range next {
		var err error
		if next[i], err = base.Patched(&p); err != nil {
			b.Fatal(err)
		}
	}
	var l intel.Live
	l.Swap(next[0])
	var done atomic.Bool
	var wg sync.WaitGroup
	took := make([]time.Duration, 0, 1<<22)
	wg.Go(func() {
		for !done.Load() && len(took) < cap(took) {
			start := time.Now()
			lease := l.Acquire()
			took = append(took, time.Since(start))
			lease.Release()
		}
	})
	b.ResetTimer()
	for _, x := range next[1:] {
		l.Swap(x)
	}
	b.StopTimer()
	done.Store(true)
	wg.Wait()
	slices.Sort(took)
	for what, at := range map[string]float64{"p50-ns": 0.5, "p99.9-ns": 0.999, "longest-ns": 1} {
		if len(took) > 0 {
			b.ReportMetric(float64(took[int(at*float64(len(took)-1))].Nanoseconds()), what)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen maps and checks a file.
func BenchmarkOpen(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			skipLarge(b, n)
			path, err := loaded(b, hostileList(n)).BuildFile(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				x, err := intel.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				if err := x.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
