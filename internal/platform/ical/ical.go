// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package ical writes calendars that other programs subscribe to (iCalendar,
// RFC 5545). It owns the shape of a feed and its escaping; what happens when is
// the rooms' to say. It refuses to read a clock: the stamp is an input, so that
// the same facts give the same bytes. Start at [Calendar.Write].
package ical

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// product names the writer in PRODID (RFC 5545 §3.7.3).
const product = "-//Vong Gac//vonggac//VI"

// MediaType is the Content-Type of what [Calendar.Write] writes.
const MediaType = "text/calendar; charset=utf-8"

// Calendar is one feed.
type Calendar struct {
	Name   string // shown by the reader; one line
	Events []Event
}

// Event is one entry. It either lasts whole days (First, Last) or runs from
// Start to End; whole days win when First is set.
type Event struct {
	// UID tells the same event again when the feed is read anew, such as
	// "obligation-01J…@vonggac"; required, and never given to another event.
	UID         string
	Stamp       time.Time // DTSTAMP: when what the event says last changed; required
	Summary     string
	Description string // may have several lines
	Category    string
	URL         string // absolute; empty for none

	First, Last calendar.Date // whole days, both included; a zero Last is First
	Start, End  time.Time     // moments; a zero End is Start

	// Alarms are how long before Start a reader shows the event; none for
	// whole days.
	Alarms []time.Duration
	// Busy marks time taken; the zero value leaves the reader free, as days off
	// and due times do.
	Busy bool
}

// Write writes c as one VCALENDAR with CRLF line ends, folded at 75 octets.
// It fails when an event has no UID, stamp or time, when two share a UID, and
// as w does.
func (c Calendar) Write(w io.Writer) error {
	out := ics.NewCalendarFor("")
	out.SetProductId(product)
	out.SetMethod(ics.MethodPublish)
	out.SetName(clean(c.Name))
	seen := map[string]bool{}
	for _, e := range c.Events {
		if err := e.check(); err != nil {
			return err
		}
		if seen[e.UID] {
			return fmt.Errorf("ical: event %s is given twice", e.UID)
		}
		seen[e.UID] = true
		e.add(out)
	}
	var b bytes.Buffer // the library forgets some of a writer's errors
	if err := out.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return fmt.Errorf("ical: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

func (e Event) check() error {
	switch {
	case e.UID == "" || strings.ContainsFunc(e.UID, unicode.IsControl):
		return fmt.Errorf("ical: event %q has no usable UID", e.Summary)
	case e.Stamp.IsZero():
		return fmt.Errorf("ical: event %s has no stamp", e.UID)
	case e.First.IsZero() && e.Start.IsZero():
		return fmt.Errorf("ical: event %s has no time", e.UID)
	}
	return nil
}

func (e Event) add(out *ics.Calendar) {
	v := out.AddEvent(e.UID)
	v.SetDtStampTime(e.Stamp)
	v.SetSummary(clean(e.Summary))
	if e.Description != "" {
		v.SetDescription(clean(e.Description))
	}
	if e.Category != "" {
		v.SetProperty(ics.ComponentPropertyCategories, clean(e.Category))
	}
	if e.URL != "" {
		v.SetURL(clean(e.URL))
	}
	if e.Busy {
		v.SetTimeTransparency(ics.TransparencyOpaque)
	} else {
		v.SetTimeTransparency(ics.TransparencyTransparent)
	}
	if !e.First.IsZero() {
		last := e.Last
		if last.IsZero() {
			last = e.First
		}
		v.SetAllDayStartAt(e.First.Start())
		v.SetAllDayEndAt(last.End()) // DTEND is the first day after (RFC 5545 §3.6.1)
		return
	}
	end := e.End
	if end.IsZero() {
		end = e.Start
	}
	v.SetStartAt(e.Start)
	v.SetEndAt(end)
	for _, before := range e.Alarms {
		a := v.AddAlarm()
		a.SetAction(ics.ActionDisplay)
		a.SetTrigger(fmt.Sprintf("-PT%dM", max(int64(before/time.Minute), 0)))
		a.SetProperty(ics.ComponentPropertyDescription, clean(e.Summary))
	}
}

// clean leaves of the control characters only the line feed, since the others
// may not stand in a value (RFC 5545 §3.1) and a carriage return would end it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
