// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
)

// TestBlocksSayWhichHoursTheyAreAbout adds up the hours of all blocks and
// compares them with the times that were written, whatever the block, the piece
// and the number of workers.
func TestBlocksSayWhichHoursTheyAreAbout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		want := map[time.Time]int64{}
		at, times := int64(-7200), []int64(nil)
		for range rapid.IntRange(0, 200).Draw(rt, "lines") {
			at += rapid.SampledFrom([]int64{0, 1, 600, 3599, 3600, -5000, 90000}).Draw(rt, "step")
			names := rapid.IntRange(1, 3).Draw(rt, "names")
			fmt.Fprintf(&b, "q 10.0.0.1 %d%s\n", at, strings.Repeat(" a.example", names))
			want[time.Unix(at, 0).UTC().Truncate(time.Hour)]++
			times = append(times, at)
		}
		b.WriteString("q 10.0.0.1 never c.example\n# head\nbroken\n")
		opt := scan.InPieces(scan.Options{Format: tinyFormat, Lines: format.Options{At: time.Unix(0, 0)}, Seen: true,
			BlockSize: rapid.Int64Range(1, 5000).Draw(rt, "block"), Workers: rapid.IntRange(1, 3).Draw(rt, "workers")}, rapid.IntRange(1, 4000).Draw(rt, "piece"))
		got, lags, wantLags := map[time.Time]int64{}, map[int64]int64{}, map[int64]int64{}
		for _, at := range times {
			wantLags[scan.LagStep(-at)]++
		}
		_, err := scan.Stream(t.Context(), strings.NewReader(b.String()), opt, func(b scan.Block) error {
			for i, h := range b.Hours {
				if i > 0 && !b.Hours[i-1].Start.Before(h.Start) {
					rt.Fatalf("hours out of order: %v", b.Hours)
				}
				got[h.Start] += h.Lines
			}
			for i, l := range b.Lags {
				if i > 0 && b.Lags[i-1].Seconds >= l.Seconds {
					rt.Fatalf("lags out of order: %v", b.Lags)
				}
				lags[l.Seconds] += l.Lines
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		if !maps.Equal(got, want) {
			rt.Fatalf("hours %v, want %v", got, want)
		}
		if !maps.Equal(lags, wantLags) {
			rt.Fatalf("lags %v, want %v", lags, wantLags)
		}
	})
}

// TestLagsFallOnStepsThatSayEnough: exact to the second up to a minute, to five
// seconds up to ten minutes, to the minute up to a day.
func TestLagsFallOnStepsThatSayEnough(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int64]int64{0: 0, 1: 1, -1: -1, 59: 59, 61: 60, 599: 595, -604: -600, 25_199: 25_140, -25_200: -25_200, 86_400: 86_400,
		100_000: 86_400, 1 << 62: 400 * 86_400, -1 << 63: -400 * 86_400} {
		if got := scan.LagStep(seconds); got != want {
			t.Errorf("%d s fall on %d, want %d", seconds, got, want)
		}
	}
}

// TestTextIsReadAsItIs gives lines that begin as packed data, UTF-16 and an
// archive do: as a file each would be unpacked or refused.
func TestTextIsReadAsItIs(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "\xff\xfe", "PK\x03\x04", "\xef\xbb\xbf"} {
		in := []byte(head + " begins\nq 10.0.0.1 5 a.example\n")
		_, sum, err := read(t, bytes.NewReader(in), scan.Options{Format: tinyFormat, Lines: format.Options{At: at}, Text: true, BlockSize: 1 << 20})
		if err != nil || sum.Lines != 2 || sum.Parsed != 1 || scan.Total(sum.Rejected) != 1 || sum.Bytes != int64(len(in)) {
			t.Errorf("%q: %+v, %v", head, sum, err)
		}
	}
}
