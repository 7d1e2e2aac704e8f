// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// TestEachWayHasItsOwnUptime has a source speak by one way all the time, by
// another at night, and by a collector once; a third way is off since 03:00.
func TestEachWayHasItsOwnUptime(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(20, 23, 0)
		s := h.watched("a", source.Rhythm{Minutes: 15})
		always, _ := h.way(s, source.Way{Kind: source.SyslogUDP, Network: "10.1.1.1"})
		night, _ := h.way(s, source.Way{Kind: source.SyslogTCP, Network: "10.1.1.2"})
		ended, _ := h.way(s, source.Way{Kind: source.SyslogTCP, Network: "10.1.1.3"})
		line := func(at time.Time, way source.WayID) {
			h.count(source.Counted{Source: s.ID, Owner: "a", Way: way, Received: at, Bytes: 10, Lines: 1, Parsed: 1, Hours: map[time.Time]int64{at: 1}})
		}
		for at := hanoi(20, 23, 30); at.Before(hanoi(21, 10, 0)); at = at.Add(10 * time.Minute) {
			h.tick(at)
			line(at, always.ID)
			if at.Before(hanoi(21, 4, 0)) {
				line(at, night.ID)
			}
			if at.Before(hanoi(21, 3, 0)) {
				line(at, ended.ID)
			}
		}
		line(hanoi(21, 5, 0), "")
		ended.Off = true
		if _, err := h.ChangeWay(h.as(auth.Centre, "root"), ended); err != nil {
			h.t.Fatal(err)
		}
		h.now = hanoi(21, 10, 30)
		// From 00:00, the first whole hour, to 10:00; the rhythm lets an hour pass.
		want := map[source.WayID]string{always.ID: "10/10", night.ID: "4/10", ended.ID: "3/3", "": "1/10"}
		judge := func(when string) {
			h.t.Helper()
			list, _, err := h.UptimePage(h.as(auth.Duty, "a"), calendar.Date{Year: 2026, Month: 11, Day: 1}, source.Filter{Limit: 10})
			if err != nil || len(list) != 1 || len(list[0].Ways) != len(want) {
				h.t.Fatalf("%s: uptime %+v, %v", when, list, err)
			}
			for _, w := range list[0].Ways {
				if got := fmt.Sprintf("%d/%d", w.Seen, w.Expected); got != want[w.Way.ID] {
					h.t.Errorf("%s: way %q by %s was there %s hours, want %s", when, w.Way.ID, w.Way.Network, got, want[w.Way.ID])
				}
			}
		}
		judge("while the minutes are kept")
		forget := func() {
			h.t.Helper()
			if err := h.Forget(h.t.Context()); err != nil {
				h.t.Fatal(err)
			}
		}
		now := h.now
		forget()
		h.now = now.Add(40 * time.Hour)
		forget()
		forget()
		if n := h.rows("SELECT COUNT(*) AS n FROM source_beat"); fmt.Sprint(n) != "[map[n:0]]" {
			h.t.Fatalf("minutes %v", n)
		}
		h.now = now
		judge("when the minutes are gone")
		if list, _, err := h.UptimePage(h.as(auth.Duty, "b"), calendar.Date{Year: 2026, Month: 11, Day: 1}, source.Filter{Limit: 10}); err != nil || len(list) != 0 {
			h.t.Errorf("another unit sees %+v, %v", list, err)
		}
	})
}
