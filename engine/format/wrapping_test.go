// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// wrapping is a way in which syslog brings a line.
type wrapping struct {
	name, before string
	at           time.Time // what it says of the time; zero for nothing
}

var (
	headTime = time.Date(2026, 1, 14, 1, 15, 30, 0, time.UTC)
	// wrappings are those that every format is read behind: bare priority; RFC
	// 3164 with and without host and tag, with a year, with rsyslog's times
	// (RSYSLOG_ForwardFormat); RFC 5424 with and without structured data, with
	// the byte order mark of §6.4, with nothing said.
	wrappings = []wrapping{
		{"PRI", "<134>", time.Time{}},
		{"RFC 3164", "<134>Jan 14 08:15:30 fw1 ", headTime},
		{"RFC 3164 tag", "<134>Jan 14 08:15:30 fw1 app[12]: ", headTime},
		{"RFC 3164 without host", "<134>Jan 14 08:15:30 ", headTime},
		{"RFC 3164 with year", "<134>Jan 14 2026 08:15:30 fw1 ", headTime},
		{"RFC 3164 without PRI", "Jan 14 08:15:30 fw1 app: ", headTime},
		{"RFC 3339", "<134>2026-01-14T08:15:30.000000+07:00 fw1 ", headTime},
		{"RFC 3339 tag", "<134>2026-01-14T08:15:30.000000+07:00 fw1 app[12]: ", headTime},
		{"RFC 5424", "<134>1 2026-01-14T08:15:30.000+07:00 fw1 app 12 ID47 - ", headTime},
		{"RFC 5424 data", `<134>1 2026-01-14T08:15:30.000+07:00 fw1 app 12 ID47 [x@32473 a="b\]c" d="e {"][y@32473] `, headTime},
		{"RFC 5424 BOM", "<134>1 2026-01-14T08:15:30.000+07:00 fw1 app 12 ID47 - \uFEFF", headTime},
		{"RFC 5424 nil", "<134>1 - - - - - - ", time.Time{}},
	}
)

// took is what one line gave.
type took struct {
	verdict format.Verdict
	dns     []event.DNS
	acts    []event.Activity
}

// date gives what tells no time the time of its wrapping.
func (k *took) date(at time.Time) {
	for i := range k.dns {
		if k.dns[i].Time.IsZero() {
			k.dns[i].Time = at
		}
	}
	for i := range k.acts {
		if k.acts[i].Time.IsZero() {
			k.acts[i].Time = at
		}
	}
}

func readLog(l format.Log, lines [][]byte, before string) []took {
	var out []took
	r := l.Text(format.Options{At: received})
	for _, line := range lines {
		var k took
		k.dns, k.acts, k.verdict = r.ReadBoth(append([]byte(before), line...), nil, nil)
		out = append(out, k)
	}
	return out
}

// samplesOf lists the sample streams of a log, those of look-ups and those of
// activities.
func samplesOf(t testing.TB, name string) []string {
	t.Helper()
	dns, _ := filepath.Glob(filepath.Join("testdata", name, "*.log"))
	acts, _ := filepath.Glob(filepath.Join("testdata", "activity", name, "*.log"))
	if len(dns)+len(acts) == 0 {
		t.Fatalf("%s: no samples", name)
	}
	return append(dns, acts...)
}

// ambiguous tells a line that starts with the web server's virtual host behind
// a time alone: RFC 3164 has the sender's name there, and so it is taken.
func ambiguous(log, wrapping, line string) bool {
	return log == "access" && wrapping == "RFC 3164 without host" && strings.HasPrefix(line, "cong.example.vn")
}

// Every sample of every format gives behind each wrapping the events that it
// gives bare, and no line gives one that gives none bare.
func TestWrappedLinesGiveTheEventsOfBareOnes(t *testing.T) {
	t.Parallel()
	for _, l := range format.Logs() {
		for _, file := range samplesOf(t, l.Name) {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				lines := readLines(t, file)
				for _, w := range wrappings {
					bare, wrapped := readLog(l, lines, ""), readLog(l, lines, w.before)
					for i := range lines {
						want, got := bare[i], wrapped[i]
						want.date(w.at)
						if ambiguous(l.Name, w.name, string(lines[i])) {
							continue
						}
						if want.verdict.Reason == format.BadTime { // then the head's may hold
							continue
						}
						parsed := want.verdict.Outcome == format.Parsed
						if parsed != (got.verdict.Outcome == format.Parsed) || !reflect.DeepEqual(got.dns, want.dns) || !reflect.DeepEqual(got.acts, want.acts) {
							t.Errorf("%s, line %d %q:\n got %s %v %v\nwant %s %v %v", w.name, i+1, lines[i], outcome(got.verdict), got.dns, got.acts, outcome(want.verdict), want.dns, want.acts)
						}
					}
				}
			})
		}
	}
}
