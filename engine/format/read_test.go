// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

func read(t testing.TB, name, line string, opt format.Options) ([]event.DNS, format.Verdict) {
	t.Helper()
	f, ok := format.Lookup(name)
	if !ok {
		t.Fatalf("no format %q", name)
	}
	return f.New(opt).Read([]byte(line), nil)
}

// Whatever the format, these lines are judged alike.
func TestLinesAllFormatsShare(t *testing.T) {
	t.Parallel()
	for _, f := range format.All() {
		for _, c := range []struct {
			line string
			want format.Verdict
		}{
			{"", format.Verdict{Outcome: format.Skipped, Reason: format.Blank}},
			{" \t\r", format.Verdict{Outcome: format.Skipped, Reason: format.Blank}},
			{"\uFEFF", format.Verdict{Outcome: format.Skipped, Reason: format.Blank}},
			{"a\x00b", format.Verdict{Outcome: format.Rejected, Reason: format.BadText}},
			{strings.Repeat("x", format.MaxLine+1), format.Verdict{Outcome: format.Rejected, Reason: format.TooLong}},
			{"no log line", format.Verdict{Outcome: format.Rejected, Reason: format.NotFormat}},
		} {
			if _, got := read(t, f.Name, c.line, format.Options{At: received}); got != c.want {
				t.Errorf("%s: %.20q gives %v, want %v", f.Name, c.line, got, c.want)
			}
		}
	}
}

func TestByteOrderMarkAndCarriageReturnAreNoPartOfALine(t *testing.T) {
	t.Parallel()
	events, v := read(t, "dnsmasq", "\uFEFFquery[A] example.vn from 192.0.2.1\r", format.Options{At: received})
	if v.Outcome != format.Parsed || events[0].Client.String() != "192.0.2.1" {
		t.Errorf("got %v, %v", events, v)
	}
}

func TestLineOfAnotherFormatIsRejected(t *testing.T) {
	t.Parallel()
	for form, line := range map[string]string{
		"bind9":    "client 192.0.2.5#40432: UDP: query: example.com IN A response: NOERROR A",
		"adguard":  "2026/01/14 08:15:34 [error] 25#25: *1 open() failed",
		"coredns":  "[INFO] started",
		"powerdns": "Jan 14 08:15:35 host cron[1]: Remote work",
		"unbound":  "Jan 14 08:15:35 host prog[1]: info: ready",
	} {
		if _, got := read(t, form, line, format.Options{At: received}); got != (format.Verdict{Reason: format.NotFormat}) {
			t.Errorf("%s: %q gives %v", form, line, got)
		}
	}
}

// A line without a year takes the one nearest to its receipt.
func TestYearIsTheNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, at, line, want string }{
		{"December read in January is last year's", "2026-01-01T00:30:00Z", "Dec 31 23:59:59", "2025-12-31T23:59:59Z"},
		{"January read in December is next year's", "2025-12-31T23:30:00Z", "Jan  1 00:10:00", "2026-01-01T00:10:00Z"},
		{"today is this year's", "2026-06-15T00:00:00Z", "Jun 15 00:00:00", "2026-06-15T00:00:00Z"},
		{"five months back stays in the year", "2026-06-15T00:00:00Z", "Jan 15 00:00:00", "2026-01-15T00:00:00Z"},
		{"leap day is of the nearest leap year before", "2025-03-01T00:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z"},
		{"leap day is of the nearest leap year after", "2027-03-01T00:00:00Z", "Feb 29 12:00:00", "2028-02-29T12:00:00Z"},
		{"leap day around 2100, which is none", "2100-01-01T00:00:00Z", "Feb 29 12:00:00", "2096-02-29T12:00:00Z"},
		{"a named year is kept", "2026-01-01T00:00:00Z", "Feb 28 2019 12:00:00", "2019-02-28T12:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			events, v := read(t, "dnsmasq", c.line+" dnsmasq[1]: query[A] example.vn from 192.0.2.1", format.Options{At: at, Zone: time.UTC})
			if v.Outcome != format.Parsed || events[0].Time.Format(time.RFC3339) != c.want {
				t.Errorf("got %v, %v; want %s", events, v, c.want)
			}
		})
	}
}

func TestZoneIsTheLinesElseTheStreamsElseVietnams(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("JST", 9*3600)
	for _, c := range []struct {
		stamp string
		zone  *time.Location
		want  string
	}{
		{"2026-01-14T08:00:00", nil, "01:00"},
		{"2026-01-14T08:00:00", tokyo, "23:00"},
		{"2026-01-14T08:00:00Z", tokyo, "08:00"},
		{"2026-01-14T08:00:00+0530", tokyo, "02:30"},
		{"2026-01-14 08:00:00 -03:00", tokyo, "11:00"},
		{"2026-01-14 08:00:00 UTC", tokyo, "08:00"},
		{"14-Jan-2026 08:00:00.000", tokyo, "23:00"},
	} {
		events, v := read(t, "bind9", c.stamp+" client 192.0.2.1#1 (a): query: a IN A +", format.Options{At: received, Zone: c.zone})
		if v.Outcome != format.Parsed || events[0].Time.Format("15:04") != c.want {
			t.Errorf("%s: got %v, %v; want %s", c.stamp, events, v, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat(strings.Repeat("a", 49)+".", 5)[:249] + ".abc"
	for _, c := range []struct{ logged, want string }{
		{"example.vn", "example.vn"},
		{"Example.VN.", "Example.VN"},
		{".", "."},
		{`a\.b.example`, "a.b.example"},
		{`\..example`, `\046.example`},
		{`example\.`, `example\046`},
		{`a\\b.example`, `a\b.example`},
		{`a\032b.example`, "a b.example"},
		{`tr\195\160.example`, "trà.example"},
		{"trà.example", "trà.example"},
		{`\255x.example`, `\255x.example`},
		{`a\010b.example`, `a\010b.example`},
		{`_ldap._tcp.example`, "_ldap._tcp.example"},
		{`a\000.example`, ""},
		{"a..example", ""},
		{".example", ""},
		{"..", ""},
		{longest, longest},
		{longest + ".", longest},
		{longest + "d", ""},
		{strings.Repeat(`\200`, 60) + ".example", strings.Repeat(`\200`, 60) + ".example"},
	} {
		events, v := read(t, "bind9", "client 192.0.2.1#1 (x): query: "+c.logged+" IN A +", format.Options{At: received})
		switch {
		case c.want == "" && v != format.Verdict{Reason: format.BadName}:
			t.Errorf("%q: got %v, %v", c.logged, events, v)
		case c.want != "" && (v.Outcome != format.Parsed || events[0].Name != c.want):
			t.Errorf("%q: got %v, %v; want %q", c.logged, events, v, c.want)
		}
	}
}

// Any name of plain labels comes out as it went in, whatever wraps it.
func TestNamesSurviveEveryTextForm(t *testing.T) {
	t.Parallel()
	forms := map[string]string{
		"bind9":    "client @0x1 192.0.2.1#1 (%[1]s): view v: query: %[1]s IN A +E(0)K (192.0.2.2)",
		"infoblox": "client 192.0.2.1#1: UDP: query: %[1]s IN A response: NOERROR +",
		"dnsmasq":  "dnsmasq[1]: query[A] %[1]s from 192.0.2.1",
		"unbound":  "[1768353330] unbound[1:0] info: 192.0.2.1 %[1]s. A IN",
		"coredns":  `[INFO] 192.0.2.1:1 - 1 "A IN %[1]s. udp 1 false 1" NOERROR qr 1 1s`,
		"powerdns": "Remote 192.0.2.1 wants '%[1]s|A', do = 0",
		"adguard":  `{"IP":"192.0.2.1","QH":"%[1]s","QT":"A"}`,
		"zeek":     `{"id.orig_h":"192.0.2.1","query":"%[1]s","qtype_name":"A"}`,
		"eve":      `{"event_type":"dns","src_ip":"192.0.2.1","dns":{"type":"query","rrname":"%[1]s","rrtype":"A"}}`,
	}
	for form, line := range forms {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				name := rapid.StringMatching(`([A-Za-z0-9_-]{1,20}\.){0,6}[a-z]{2,10}`).Draw(t, "name")
				f, _ := format.Lookup(form)
				events, v := f.New(format.Options{At: received}).Read(fmt.Appendf(nil, line, name), nil)
				want := event.DNS{Client: events[0].Client, Server: events[0].Server, Name: name, Type: "A", RCode: events[0].RCode, Time: events[0].Time}
				if v.Outcome != format.Parsed || events[0] != want || events[0].Client.String() != "192.0.2.1" {
					t.Fatalf("got %v, %v", events, v)
				}
			})
		})
	}
}
