// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/ical"
)

var stamp = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

func write(t *testing.T, c ical.Calendar) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteGivesTheFeedReadersTake(t *testing.T) {
	t.Parallel()
	got := write(t, ical.Calendar{Name: "Ngày nghỉ; lễ", Events: []ical.Event{
		{UID: "day-2026-11-24@vonggac", Stamp: stamp, Summary: "Ngày Văn hóa Việt Nam", Category: "Ngày nghỉ",
			First: calendar.Date{Year: 2026, Month: 11, Day: 24}},
		{UID: "due-1@vonggac", Stamp: stamp, Summary: "Hạn: báo cáo, 72 giờ", Description: "dòng một\r\ndòng hai",
			Start: time.Date(2026, 11, 23, 20, 12, 0, 0, time.UTC), Alarms: []time.Duration{8 * time.Hour}, Busy: true,
			URL: "https://centre.example/obligations/1"},
	}})
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Vong Gac//vonggac//VI
METHOD:PUBLISH
NAME:Ngày nghỉ\; lễ
X-WR-CALNAME:Ngày nghỉ\; lễ
BEGIN:VEVENT
UID:day-2026-11-24@vonggac
DTSTAMP:20261121T010000Z
SUMMARY:Ngày Văn hóa Việt Nam
CATEGORIES:Ngày nghỉ
TRANSP:TRANSPARENT
DTSTART;VALUE=DATE:20261124
DTEND;VALUE=DATE:20261125
END:VEVENT
BEGIN:VEVENT
UID:due-1@vonggac
DTSTAMP:20261121T010000Z
SUMMARY:Hạn: báo cáo\, 72 giờ
DESCRIPTION:dòng một\ndòng hai
URL:https://centre.example/obligations/1
TRANSP:OPAQUE
DTSTART:20261123T201200Z
DTEND:20261123T201200Z
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT480M
DESCRIPTION:Hạn: báo cáo\, 72 giờ
END:VALARM
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWriteRefusesEventsReadersCannotTell(t *testing.T) {
	t.Parallel()
	day := calendar.Date{Year: 2026, Month: 1, Day: 1}
	ok := ical.Event{UID: "x", Stamp: stamp, First: day}
	for outcome, events := range map[string][]ical.Event{
		"no UID":           {{Stamp: stamp, First: day}},
		"a UID of lines":   {{UID: "a\r\nb", Stamp: stamp, First: day}},
		"no stamp":         {{UID: "x", First: day}},
		"no time":          {{UID: "x", Stamp: stamp}},
		"the same UID two": {ok, ok},
	} {
		if err := (ical.Calendar{Events: events}).Write(&bytes.Buffer{}); err == nil {
			t.Errorf("%s: accepted", outcome)
		}
	}
}

// Whatever people type, lines stay within 75 octets, runes stay whole, no text
// becomes a property of its own, and a reader gets the text back.
func FuzzWrite(f *testing.F) {
	f.Add("Ngày nghỉ", "một\nhai")
	f.Add(strings.Repeat("đợt cao điểm ", 40), "a\r\nEND:VEVENT\r\nBEGIN:VEVENT")
	f.Add(`x;y,z\n`, "\x00\x7f")
	f.Fuzz(func(t *testing.T, summary, description string) {
		if !utf8.ValidString(summary) || !utf8.ValidString(description) {
			t.Skip("texts of the product are UTF-8")
		}
		got := write(t, ical.Calendar{Name: summary, Events: []ical.Event{{UID: "u", Stamp: stamp, Summary: summary, Description: description, Start: stamp}}})
		for line := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
				t.Fatalf("line %q of %d octets", line, len(line))
			}
		}
		back, err := ics.ParseCalendar(strings.NewReader(got))
		if err != nil || len(back.Events()) != 1 {
			t.Fatalf("%v reading\n%s", err, got)
		}
	})
}
