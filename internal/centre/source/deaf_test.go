// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// listen has the centre listen and watch each minute, while lines come for
// which speaks says so.
func (h *house) listen(s source.Source, from, to time.Time, speaks func(at time.Time) bool) {
	h.t.Helper()
	for at := from; !at.After(to); at = at.Add(time.Minute) {
		h.now = at
		if err := h.Listening(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		h.run(s, at, at, speaks)
	}
}

func TestASourceIsNotBlamedForWhatTheCentreDidNotHear(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 15})
		h.listen(s, hanoi(22, 0, 30), hanoi(22, 2, 0), always)
		h.tick(hanoi(22, 5, 0)) // before a listener stands again
		h.listen(s, hanoi(22, 5, 0), hanoi(22, 5, 10), never)
		h.listen(s, hanoi(22, 5, 11), hanoi(22, 6, 5), always)
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q of a source that the centre could not hear", got)
		}
		if len(h.deaf) != 1 || !h.deaf[0].From.Equal(hanoi(22, 2, 0)) || !h.deaf[0].To.Equal(hanoi(22, 5, 0)) {
			h.t.Errorf("deaf %v, want 02:00 to 05:00", h.deaf)
		}
		c, err := h.Covered(h.as(auth.Duty, "a"), "a", hanoi(22, 1, 0), hanoi(22, 6, 0))
		if err != nil || c.Seen != 3 || c.Expected != 5 || c.Deaf != 2 { // 01, 02 by its first minute, 05
			h.t.Errorf("coverage %+v, %v: an hour that nobody heard is none with data", c, err)
		}
		list, _, err := h.UptimePage(h.as(auth.Duty, "a"), calendar.Date{Year: 2026, Month: 11, Day: 1}, source.Filter{Limit: 10})
		if err != nil || len(list) != 1 || list[0].Deaf != 2 || list[0].Seen != 4 || list[0].Expected != 7 { // watched since 21:00, first heard at 00:30
			h.t.Errorf("uptime %+v, %v", list, err)
		}
	})
}

func TestASilenceFromBeforeLastsWhileTheCentreDoesNotListen(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 15})
		h.listen(s, hanoi(22, 1, 30), hanoi(22, 1, 40), always)
		h.listen(s, hanoi(22, 1, 41), hanoi(22, 2, 0), never)
		h.listen(s, hanoi(22, 5, 0), hanoi(22, 5, 30), never)
		if got := h.alerts(); got != "silent 01:55" {
			h.t.Errorf("told %q", got)
		}
		h.listen(s, hanoi(22, 5, 31), hanoi(22, 5, 31), always)
		if got := h.alerts(); got != "back 05:31" {
			h.t.Errorf("told %q", got)
		}
	})
}

func TestLinesThatWaitToBeReadAreNoSilence(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 15})
		h.listen(s, hanoi(22, 1, 30), hanoi(22, 2, 0), always)
		h.oldest = hanoi(22, 2, 1)
		h.listen(s, hanoi(22, 2, 1), hanoi(22, 4, 0), never)
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q while its lines wait to be read", got)
		}
		h.oldest = time.Time{} // all is read, and none was of this source
		h.listen(s, hanoi(22, 4, 1), hanoi(22, 4, 2), never)
		if got := h.alerts(); got != "silent 04:01" {
			h.t.Errorf("told %q", got)
		}
	})
}
