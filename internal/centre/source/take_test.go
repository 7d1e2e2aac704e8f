// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// taken are blocks of a source: in two minutes, about two hours and two days,
// some with hits, one of them undated, and one without a time at all.
func taken(s source.Source) (out []source.Taking) {
	for i := range 12 {
		at := t0.Add(time.Duration(i) * 13 * time.Second)
		b := source.Taking{Incoming: source.Incoming{ID: fmt.Sprintf("net/%s/%02d", s.ID, i), Source: s.ID, Owner: s.Owner, ReceivedAt: at, Bytes: 100 + int64(i)}}
		hour := t0.Add(time.Duration(i/6) * time.Hour)
		b.Said = scan.Block{Counts: scan.Counts{Lines: 10, Parsed: 9, Rejected: map[format.Reason]int64{format.BadTime: 1}, First: hour, Last: hour},
			Hours: []scan.Hour{{Start: hour, Lines: 9}}, Samples: []scan.Sample{{Line: 1, Text: fmt.Sprint("line ", i), Reason: format.BadTime}}}
		switch i {
		case 3, 4, 5, 9:
			b.Said.Hits, b.Said.Counts.Hits = []scan.Hit{{Name: fmt.Sprint(i), First: hour, Last: hour}}, 1
		case 7: // of the next day in Vietnam
			b.Said.First, b.Said.Last = hour.Add(24*time.Hour), hour.Add(24*time.Hour)
			b.Said.Hits, b.Said.Counts.Hits = []scan.Hit{{Name: "7", First: b.Said.First, Last: b.Said.First}}, 1
		case 8:
			b.Said.Hits, b.Said.Counts.Hits = []scan.Hit{{Name: "8"}}, 1
		case 11:
			b.Said.First, b.Said.Last, b.Said.Hours = time.Time{}, time.Time{}, nil
		}
		out = append(out, b)
	}
	return out
}

// TestBlocksTakenTogetherCountAsOneAfterTheOther takes the same blocks at once
// and one by one; those taken again change nothing.
func TestBlocksTakenTogetherCountAsOneAfterTheOther(t *testing.T) {
	each(t, func(h *house) {
		together, single := h.source("a"), h.source("b")
		runs := map[source.ID][]string{}
		sink := func(_ context.Context, _ *db.Tx, blocks []source.Taking) error {
			var names []string
			for _, b := range blocks {
				names = append(names, b.Said.Hits[0].Name)
			}
			runs[blocks[0].Source] = append(runs[blocks[0].Source], strings.Join(names, "+"))
			return nil
		}
		all := taken(together)
		mixed := slices.Concat(all[5:], all[:5], all[2:4]) // in no order, two of them twice
		for range 2 {
			if err := h.Take(h.t.Context(), mixed, sink); err != nil {
				h.t.Fatal(err)
			}
		}
		for _, b := range taken(single) {
			for range 2 {
				if err := h.Take(h.t.Context(), []source.Taking{b}, sink); err != nil {
					h.t.Fatal(err)
				}
			}
		}
		if got, want := fmt.Sprint(runs[together.ID], runs[single.ID]), "[3+4+5 7 8 9] [3 4 5 7 8 9]"; got != want {
			h.t.Errorf("the rooms got %s, want %s", got, want)
		}
		for _, query := range []string{
			"SELECT hour, lines, parsed, skipped, rejected, hits, bytes FROM source_hour WHERE source_id = '%s' ORDER BY hour",
			"SELECT minute, way_id, lines, bytes FROM source_beat WHERE source_id = '%s' ORDER BY minute",
			"SELECT day, longest FROM source_day WHERE source_id = '%s'",
			"SELECT day, what, reason, n FROM source_loss WHERE source_id = '%s' ORDER BY what",
			"SELECT last_at, last_event FROM source_pulse WHERE source_id = '%s'",
			"SELECT COUNT(*) AS n FROM source_taken WHERE source_id = '%s'",
		} {
			got, want := h.rows(fmt.Sprintf(query, together.ID)), h.rows(fmt.Sprintf(query, single.ID))
			if len(want) == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
				h.t.Errorf("%s\ntogether %v\nsingle   %v", query, got, want)
			}
		}
	})
}

// TestBlocksTakenTogetherAreAllTakenOrNone has the rooms fail.
func TestBlocksTakenTogetherAreAllTakenOrNone(t *testing.T) {
	each(t, func(h *house) {
		bad := errors.New("no room")
		err := h.Take(h.t.Context(), taken(h.source("a")), func(_ context.Context, _ *db.Tx, blocks []source.Taking) error {
			if blocks[0].Said.Hits[0].Name == "8" {
				return bad
			}
			return nil
		})
		if !errors.Is(err, bad) {
			h.t.Errorf("taken: %v", err)
		}
		if got := h.rows("SELECT (SELECT COUNT(*) FROM source_taken) + (SELECT COUNT(*) FROM source_hour) AS n"); fmt.Sprint(got) != "[map[n:0]]" {
			h.t.Errorf("something is left of what failed: %v", got)
		}
	})
}
