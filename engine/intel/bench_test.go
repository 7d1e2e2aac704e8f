// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// hostile is the nth name of the lists that benchmarks build: some 21 bytes in
// two or three labels.
func hostile(dst []byte, n int) []byte {
	x := uint64(n) * 0x9e3779b97f4a7c15
	dst = fmt.Appendf(dst, "%x-bad", x>>20)
	if n%3 == 0 {
		dst = append(dst, ".cdn"...)
	}
	return append(dst, []string{".com", ".net", ".xyz", ".com.vn"}[n%4]...)
}

// hostileList is a plain list of count names.
func hostileList(count int) []byte {
	out := make([]byte, 0, 24*count)
	for n := range count {
		out = append(hostile(out, n), '\n')
	}
	return out
}

func loaded(b *testing.B, text []byte) *intel.Builder {
	b.Helper()
	var build intel.Builder
	r, err := build.Load(bytes.NewReader(text), intel.List{Name: "bench"})
	if err != nil || r.Added == 0 {
		b.Fatal(r, err)
	}
	return &build
}

var sizes = []int{200_000, 1_000_000, 10_000_000}

// skipLarge keeps ten million out of quick runs.
func skipLarge(b *testing.B, n int) {
	if n > 1_000_000 && testing.Short() {
		b.Skip("ten million take 3 GB")
	}
}

// BenchmarkBuild measures a list read and indexed, and both parts of it.
func BenchmarkBuild(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			skipLarge(b, n)
			text := hostileList(n)
			b.Run("load", func(b *testing.B) {
				start := cpu()
				for b.Loop() {
					loaded(b, text)
				}
				perLine(b, start, n)
			})
			b.Run("build", func(b *testing.B) {
				var spent time.Duration
				for b.Loop() {
					b.StopTimer()
					build := loaded(b, text)
					runtime.GC()
					start := cpu()
					b.StartTimer()
					x := build.Build()
					b.StopTimer()
					spent += cpu() - start
					b.ReportMetric(float64(x.HotBytes())/float64(n), "hot-B/indicator")
					if err := x.Close(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				perLine(b, cpu()-spent, n)
			})
		})
	}
}

// perLine reports the processors' time since start for each of n things a
// round: on a busy machine it says more than the clock.
func perLine(b *testing.B, start time.Duration, n int) {
	b.ReportMetric(float64((cpu()-start).Nanoseconds())/float64(n*b.N), "cpu-ns/indicator")
}

// asked are names as clients ask for them, none of them listed when hits is
// false.
func asked(count, listed int, hits bool) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([][]byte, count)
	for i := range out {
		if hits {
			out[i] = append([]byte("www."), hostile(nil, r.IntN(listed))...)
		} else {
			out[i] = fmt.Appendf(nil, "www.%x-good.%s", r.Uint64()>>20, []string{"com", "net", "xyz", "com.vn"}[r.IntN(4)])
		}
	}
	return out
}

// BenchmarkProbe measures a question with its hashing, for names on no list and
// for listed ones, beside a walk over the parents in a map of the same names.
func BenchmarkProbe(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			skipLarge(b, n)
			text := hostileList(n)
			x := loaded(b, text).Build()
			defer x.Close()
			plain := make(map[string]struct{}, n)
			for name := range strings.Lines(string(text)) {
				plain[strings.TrimSuffix(name, "\n")] = struct{}{}
			}
			for _, hits := range []bool{false, true} {
				names := asked(1<<16, n, hits)
				what := map[bool]string{false: "miss", true: "hit"}[hits]
				b.Run(what, func(b *testing.B) {
					b.ReportAllocs()
					var all []suffix.Suffix
					var found []intel.ID
					seed := x.Seed()
					i, sum := 0, 0
					start := cpu()
					for b.Loop() {
						name := names[i&(1<<16-1)]
						all = seed.Of(all[:0], name)
						found = x.Probe(found[:0], name, all)
						sum += len(found)
						i++
					}
					perName(b, start)
					if (sum > 0) != hits {
						b.Fatal(sum)
					}
				})
				b.Run(what+"-map", func(b *testing.B) {
					i, sum := 0, 0
					start := cpu()
					for b.Loop() {
						for name := names[i&(1<<16-1)]; ; {
							if _, ok := plain[string(name)]; ok {
								sum++
							}
							dot := bytes.IndexByte(name, '.')
							if dot < 0 {
								break
							}
							name = name[dot+1:]
						}
						i++
					}
					perName(b, start)
					if (sum > 0) != hits {
						b.Fatal(sum)
					}
				})
			}
		})
	}
}

// perName reports the processors' time since start for each round.
func perName(b *testing.B, start time.Duration) {
	b.ReportMetric(float64((cpu()-start).Nanoseconds())/float64(b.N), "cpu-ns/name")
}

// BenchmarkMap is what BenchmarkBuild is measured against: the names of the
// same text in a map.
func BenchmarkMap(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			skipLarge(b, n)
			text := hostileList(n)
			start := cpu()
			for b.Loop() {
				plain := map[string]struct{}{}
				for line := range bytes.Lines(text) {
					plain[string(bytes.ToLower(bytes.TrimSuffix(line, []byte("\n"))))] = struct{}{}
				}
				if len(plain) == 0 {
					b.Fatal("no names")
				}
			}
			perLine(b, start, n)
		})
	}
}
