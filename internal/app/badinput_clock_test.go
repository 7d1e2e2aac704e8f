// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
)

// TestClockSetBackADay works through a day, has the clock put back to the day
// before and later forward again: logs are read at once, in the order received
// and once only, every page can be shown, the audit trail holds.
func TestClockSetBackADay(t *testing.T) {
	t.Parallel()
	var late atomic.Int64
	now := func() time.Time { return t0.Add(time.Duration(late.Load())) }
	w := &scopes{house: open(t, t.TempDir(), now), own: goods{}, foreign: goods{}}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	w.centre = w.found(t)
	w.arm(t, w.centre, "bad.example\n")
	w.central = w.source(t, w.centre, "Charlie", "")
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	before := w.queries(t)

	for n, to := range []time.Duration{-24 * time.Hour, time.Hour} {
		f, _, err := w.Rooms.Sources.Receive(w.centre, w.central.ID, "waits.log", "page", strings.NewReader("Nov 20 08:00:00 dnsmasq[9]: query[A] w"+string(rune('a'+n))+".bad.example from 10.1.7.5\n"))
		if err != nil {
			t.Fatal(err)
		}
		late.Store(int64(to)) // between receipt and reading
		w.work(t)
		if !w.idle(t) {
			t.Fatalf("at %v the log waits", now())
		}
		w.feed(t, w.central, "back.log", "one.alpha.bad.example from 10.1.7.5") // the second time it is the same file
		if got, want := w.queries(t), before+int64(n)+2; got != want {
			t.Errorf("at %v: %d queries counted, want %d", now(), got, want)
		}
		files, _, err := w.Rooms.Sources.Files(w.centre, w.central.ID, "", 2)
		if err != nil || n == 0 && files[0].Name != "back.log" || n == 1 && files[0].ID != f.ID {
			t.Errorf("at %v the newest file is %q, %v", now(), files[0].Name, err)
		}
		b := w.browse(t, "mai")
		for _, path := range []string{"/", "/obligations?status=all", "/obligations/" + w.own["obligation"][0], "/incidents/" + w.own["incident"][0], "/findings?state=all",
			"/infections?state=all", "/sources/" + string(w.central.ID), "/audit", "/papers"} {
			if res := b.get(t, path); res.Code != http.StatusOK {
				t.Errorf("at %v %s: %d", now(), path, res.Code)
			}
		}
		must(0, w.Attend(t.Context()))(t)
		must(w.Rooms.Trail.Ask(w.centre))(t)
		w.work(t)
		check, looked, err := w.Rooms.Trail.Last(w.centre)
		if err != nil || !looked || !check.Report.OK() || check.Report.Sealed == 0 || !check.At.Equal(now()) {
			t.Errorf("at %v the trail: %+v, %v", now(), check, err)
		}
	}
}

// queries is how many hits all findings count.
func (w *scopes) queries(t *testing.T) (n int64) {
	t.Helper()
	for _, f := range must(w.Rooms.Findings.List(w.centre, finding.Filter{}))(t).Rows {
		n += f.Queries
	}
	return n
}
