// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// count adds blocks as the worker does.
func (h *house) count(blocks ...source.Counted) {
	h.t.Helper()
	err := h.records.Housekeep(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, c := range blocks {
			if err := h.CountBlock(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// rows are what a query of numbers and texts gives, each row as text.
func (h *house) rows(query string) []string {
	h.t.Helper()
	var rows []map[string]any
	if err := h.records.Read().NewRaw(query).Scan(h.t.Context(), &rows); err != nil {
		h.t.Fatal(err)
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = fmt.Sprint(r)
	}
	return out
}

func ms(t time.Time) string { return fmt.Sprint(t.UnixMilli()) }

func TestLinesCountInTheHourTheyAreAbout(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		at := t0.Add(20 * time.Minute) // 01:20
		block := source.Counted{Source: s.ID, Owner: "a", Received: at, Bytes: 900, Lines: 10, Parsed: 8, Hits: 2, Latest: at.Add(-time.Minute),
			Skipped: map[format.Reason]int64{format.Header: 1}, Rejected: map[format.Reason]int64{format.BadTime: 1},
			Samples: []scan.Sample{{Line: 3, Text: "???", Reason: format.BadTime}},
			Hours:   map[time.Time]int64{t0.Add(-time.Hour): 5, t0: 3}}
		h.count(block, block)
		got := h.rows("SELECT hour, lines, parsed, skipped, rejected, hits, bytes FROM source_hour ORDER BY hour")
		want := []string{
			"map[bytes:0 hits:0 hour:" + ms(t0.Add(-time.Hour)) + " lines:10 parsed:10 rejected:0 skipped:0]",
			"map[bytes:1800 hits:4 hour:" + ms(t0) + " lines:10 parsed:6 rejected:2 skipped:2]"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			h.t.Errorf("hours:\n%v\nwant\n%v", got, want)
		}
		if got := h.rows("SELECT what, reason, n FROM source_loss"); fmt.Sprint(got) != "[map[n:2 reason:bad_time what:rejected]]" {
			h.t.Errorf("losses: %v", got)
		}
		block.Hours = nil
		h.count(block)
		if got := h.rows("SELECT n FROM source_loss WHERE what = 'unplaced'"); fmt.Sprint(got) != "[map[n:10]]" {
			h.t.Errorf("lines without place: %v", got)
		}
		if got := h.rows("SELECT SUM(lines) AS n FROM source_hour"); fmt.Sprint(got) != "[map[n:20]]" {
			h.t.Errorf("a block of unknown hours counted in some: %v", got)
		}
	})
}

func TestFilesCountInHoursToo(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		if _, _, err := h.Receive(h.as(auth.Centre, "root"), s.ID, "q.log", source.ByPage, bytes.NewReader(queries(50))); err != nil {
			h.t.Fatal(err)
		}
		h.work()
		at := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC) // 08:00 in Hanoi, of the lines
		if got := h.rows("SELECT hour, lines, parsed FROM source_hour WHERE parsed > 0"); fmt.Sprint(got) != "[map[hour:"+ms(at)+" lines:50 parsed:50]]" {
			h.t.Errorf("hours of a file: %v", got)
		}
	})
}

func TestFiguresOfAListenerThatStartsAnewAddUp(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		w, _ := h.way(s, source.Way{Kind: source.SyslogUDP, Network: "10.1.1.1"})
		keep := func(lines, refused int64) {
			f := source.WayFigures{Way: w.ID, Lines: lines, Bytes: lines * 10, Refused: map[string]int64{"quota": refused}, Odd: map[string]int64{"not_utf8": 3 * refused}, LastAt: h.now,
				Samples: []source.Refusal{{At: h.now, Reason: "quota", Text: "x"}}}
			if err := h.KeepFigures(h.t.Context(), []source.WayFigures{f, {Way: "gone", Lines: 9}}); err != nil {
				h.t.Fatal(err)
			}
		}
		keep(10, 1)
		keep(25, 1)
		keep(5, 2) // the listener began anew
		if got := h.rows("SELECT lines, bytes, refused FROM source_figure"); fmt.Sprint(got) != "[map[bytes:300 lines:30 refused:2]]" {
			h.t.Errorf("figures: %v", got)
		}
		if got := h.rows("SELECT what, reason, n FROM source_loss ORDER BY reason"); fmt.Sprint(got) != "[map[n:6 reason:not_utf8 what:odd] map[n:2 reason:quota what:refused]]" {
			h.t.Errorf("losses: %v", got)
		}
	})
}
