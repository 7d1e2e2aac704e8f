// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// quickFormats have a fast way beside the slow one.
var quickFormats = []string{"bind9", "dnsmasq", "eve"}

// taken is what became of one line.
type taken struct {
	verdict format.Verdict
	events  string
}

func (e taken) String() string { return outcome(e.verdict) + e.events }

// slowly reads a stream with the Reader alone.
func slowly(f format.Format, lines [][]byte) []taken {
	var out []taken
	r := f.New(format.Options{At: received})
	for _, line := range lines {
		events, v := r.Read(line, nil)
		out = append(out, taken{v, said(events)})
	}
	return out
}

func said(events []event.DNS) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, " | %d %s %s", e.Time.UnixNano(), e.Client, strings.ToLower(e.Name))
	}
	return b.String()
}

// quickly reads lines with a Text, one a call, so that each shows what became
// of it. fast counts the lines that did not need the Reader.
func quickly(t testing.TB, text *format.Text, lines [][]byte, fast *int) []taken {
	t.Helper()
	var out []taken
	var skips format.Skips
	b := append(bytes.Join(lines, []byte("\n")), '\n')
	end := len(b)
	b = append(b, bytes.Repeat([]byte("\" 7.1.1.1#1"), 6)[:format.Spare]...)
	recs := make([]format.Record, 0, 1)
	for at := 0; at < end; {
		skips = format.Skips{}
		next, got := text.Queries(b, at, at+1, recs, &skips)
		if next == at {
			next = at + bytes.IndexByte(b[at:], '\n') + 1
			events, v := text.Read(b[at:next-1], nil)
			out = append(out, taken{v, said(events)})
			at = next
			continue
		}
		*fast++
		if n := bytes.Count(b[at:next], []byte("\n")); n != 1 || b[next-1] != '\n' {
			t.Fatalf("%q: %d lines at once", b[at:next], n)
		}
		var one taken
		skips.Each(func(why format.Reason, n int64) { one.verdict = format.Verdict{Outcome: format.Skipped, Reason: why} })
		if len(got) == 1 {
			r := &got[0]
			name := string(b[r.Name : r.Name+r.Size])
			if r.Dots != 0 && r.Dots != dotsOf(name) {
				t.Fatalf("%q: dots %b, want %b", name, r.Dots, dotsOf(name))
			}
			one = taken{format.Verdict{Outcome: format.Parsed}, fmt.Sprintf(" | %d %s %s", r.Time().UnixNano(), r.Client(), name)}
		}
		out = append(out, one)
		at = next
	}
	return out
}

// dotsOf has a bit for each dot of a name, 0 for one that is too long for that.
func dotsOf(name string) (dots uint32) {
	for i := range min(len(name), 33) {
		if i == 32 {
			return 0
		}
		if name[i] == '.' {
			dots |= 1 << i
		}
	}
	return dots
}

// sameBothWays compares the two ways over a whole stream and over pieces of it.
func sameBothWays(t testing.TB, f format.Format, stream []byte, pieces int) (fast int) {
	t.Helper()
	lines := bytes.Split(stream, []byte("\n"))
	want := slowly(f, lines)
	got := quickly(t, f.Text(format.Options{At: received}), lines, &fast)
	compareTaken(t, lines, want, got)
	if text := f.Text(format.Options{At: received}); text.Divides() && pieces > 1 {
		got = got[:0]
		var past format.Past
		for i := range pieces {
			part := lines[len(lines)*i/pieces : len(lines)*(i+1)/pieces]
			if len(part) == 0 {
				continue
			}
			var n int
			text.Guess(past.Both(), format.Past{})
			here := quickly(t, text, part, &n)
			added, ok := text.End()
			if !ok {
				whole := past
				text.Begin(&whole)
				here = quickly(t, text, part, &n)
				past, _ = text.End()
			} else {
				past.Add(&added)
			}
			got = append(got, here...)
		}
		compareTaken(t, lines, want, got)
	}
	return fast
}

func compareTaken(t testing.TB, lines [][]byte, want, got []taken) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("line %d %q:\n got %v\nwant %v", i+1, lines[i], got[i], want[i])
		}
	}
}

// Usual lines must not fall to the slow way, which costs ten times as much.
func TestUsualLinesAreReadTheFastWay(t *testing.T) {
	t.Parallel()
	for _, name := range quickFormats {
		f, _ := format.Lookup(name)
		for _, lines := range usualLines[name] {
			stream := strings.Repeat(lines+"\n", 50)
			n := strings.Count(stream, "\n")
			if fast := sameBothWays(t, f, []byte(strings.TrimSuffix(stream, "\n")), 3); fast < n-8 {
				t.Errorf("%s: %d of %d lines were read the fast way:\n%s", name, fast, n, lines)
			}
		}
	}
}

// usualLines are streams of lines, each with what it tells of.
var usualLines = map[string][]string{
	"bind9": {
		"14-Jan-2026 08:15:30.125 queries: info: client @0x7f1c08001a58 192.0.2.10#51234 (www.example.vn): query: www.example.vn IN A +E(0)K (192.0.2.53)\n" +
			"14-Jan-2026 08:15:31.125 queries: info: client @0x7f1c08001a59 192.0.2.111#1 (a.vn): query: a.vn IN HTTPS +E(0)K (192.0.2.53)",
		"14-Jan-2026 08:15:30.125 client 192.0.2.10#51234 (Www.Example.vn): query: WWW.example.vn IN AAAA -EDC (192.0.2.53)\r",
		"2026-01-14T01:15:32.500Z queries: info: client @0x7f1c08001a58 2001:db8::5#5353 (example.org): query: example.org IN TYPE65 +T (2001:db8::53)",
		"Jan 14 08:15:34 ns1 named[812]: client @0x7f1c08001a58 192.0.2.13#1 (a-very-long-name.with-many.labels.in-it.example.net): view inside: query: a-very-long-name.with-many.labels.in-it.example.net IN TXT + (192.0.2.53)",
		"2026-01-14T08:15:33.123456+07:00 ns1 named[812]: queries: info: client @0x7f1c08001a58 10.0.0.1#5353 (example.org): query: example.org IN MX + (192.0.2.53) [ECS 198.51.100.0/24/0]",
		"<30>Jan 14 08:15:34 ns1 named[812]: client @0x7f1c08001a58 192.0.2.13#1 (www.example.net): query: www.example.net IN A + (192.0.2.53)\n" +
			"<134>Jan 14 08:15:34 ns1 named[812]: client @0x7f1c08001a58 192.0.2.13#1 (www.example.net): query: www.example.net IN AAAA + (192.0.2.53)",
		// Two heads in turn, and tails and names about the size that is looked at in one go.
		"14-Jan-2026 08:15:30.125 queries: info: client @0x7f1c08001a58 192.0.2.10#51234 (abcdefghij.abcdefghij.example): query: abcdefghij.abcdefghij.example IN A +E(0)K (192.168.100.200)\n" +
			"14-Jan-2026 08:15:30.125 client @0x7f1c08001a580 192.0.2.10#51234 (a): query: a IN AAAA +E(0)K (192.168.100.200)\n" +
			"14-Jan-2026 08:15:30.125 queries: info: client @0x7f1c08001a 192.0.2.10#5 (abcdefghij.abcdefghij.example): query: abcdefghij.abcdefghij.example IN HTTPS +E(0)K (192.168.100.200)\n" +
			"14-Jan-2026 08:15:30.125 client @0x7 10.0.0.1#51234 (ab_c.example): query: ab_c.example IN TYPE65 +E(0)TDCK (192.168.10.20)\n" +
			"14-Jan-2026 08:15:31.125 client 192.0.2.100#123456 (abcdefghijk.abcdefghij.example): query: abcdefghijk.abcdefghij.example IN TYPE65 +E(0)TDCK (192.168.10.200)",
	},
	"dnsmasq": {
		"<30>Jan 14 08:15:30 pi dnsmasq[2890]: query[A] www.example.vn from 192.0.2.10\n<30>Jan 14 08:15:30 pi dnsmasq[2890]: forwarded www.example.vn to 192.0.2.53",
		"Jan 14 08:15:30 dnsmasq[2890]: query[A] www.example.vn from 192.0.2.10\nJan 14 08:15:30 dnsmasq[2890]: forwarded www.example.vn to 192.0.2.53\n" +
			"Jan 14 08:15:31 dnsmasq[2890]: reply www.example.vn is <CNAME>\nJan 14 08:15:31 dnsmasq[2890]: cached www.example.vn is 192.0.2.1",
		"Jan  4 08:15:30 pi dnsmasq[2890]: 17 192.0.2.10/49152 query[type=65] www.Example.vn from 2001:db8::7\nJan  4 08:15:30 pi dnsmasq[2890]: 17 192.0.2.10/49152 reply www.example.vn is NODATA",
	},
	"eve": {
		`{"timestamp":"2026-01-14T08:15:30.047429+0700","flow_id":1567838537225881,"in_iface":"eth0","event_type":"dns","src_ip":"192.0.2.10","src_port":51323,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","dns":{"type":"query","id":1,"rrname":"www.example.vn","rrtype":"A","tx_id":0}}`,
		`<142>{"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"dns","src_ip":"192.0.2.10","dns":{"type":"query","rrname":"www.example.vn","rrtype":"A"}}`,
		`<142>Jan 14 08:15:30 ids suricata[812]: {"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"dns","src_ip":"192.0.2.10","dns":{"type":"query","rrname":"www.example.vn","rrtype":"A"}}`,
		`{"timestamp": "2026-01-14T08:15:30.047429+0700", "event_type": "dns", "src_ip": "2001:db8::1", "dns": {"version": 3, "type": "request", "queries": [{"rrname": "One.Example", "rrtype": "HTTPS"}]}}`,
		`{"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"flow","src_ip":"192.0.2.10","flow":{"age":1,"deep":[1,-2.5e3,{"a":[]},{}],"ok":true,"no":null}}`,
		`{"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"dns","src_ip":"192.0.2.10","dest_ip":"192.0.2.53","dns":{"type":"query","version":2,"rrname":"www.example.vn","rrtype":"A"}}` + "\n" +
			`{"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"dns","src_ip":"192.0.2.10","dest_ip":"192.0.2.53","dns":{"version":2,"type":"answer","rrname":"www.example.vn","rrtype":"A","answers":[{"rrname":"www.example.vn","ttl":5}]}}`,
	},
}

// oddStreams are lines on which the two ways could part.
var oddStreams = map[string][]string{
	"bind9": {
		"14-Jan-2026 08:15:60.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A +\n14-Jan-2026 08:15:61.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A +",
		"<30> 14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A +\n<1234>14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A +\n<>14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A +\n<30\n<3>\n<30><31>Jan 14 08:15:34 ns1 named[812]: client 192.0.2.13#1 (a.vn): query: a.vn IN A +",
		"14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: b.vn IN A +\n14-Jan-2026 08:15:30.125 client 192.0.2.010#1 (a.vn): query: a.vn IN A +",
		"14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn. IN A +\n14-Jan-2026 08:15:30.125 client fe80::1%eth0#1 (a.vn): query: a.vn IN A +",
		"14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN ALL +\n14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A\n14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A \x00",
		"Jan 14 08:15:30 ns1 named[1]: 14-Jan-2026 08:15:29.900 client 192.0.2.13#1 (a.vn): query: a.vn IN A +\nJan 14 08:15:31 ns1 named[1]: 14-Jan-2026 08:15:30.900 client 192.0.2.13#1 (a.vn): query: a.vn IN A +",
		"Jul 16 11:59:30 ns1 named[1]: client 192.0.2.13#1 (a.vn): query: a.vn IN A +\nJul 16 12:00:00 ns1 named[1]: client 192.0.2.13#1 (a.vn): query: a.vn IN A +\nJul 17 07:00:01 ns1 named[1]: client 192.0.2.13#1 (a.vn): query: a.vn IN A +",
		"14-Jan-2026 08:15:30.1 client 192.0.2.10#1 (a.vn): query: a.vn IN A +\n14-Jan-2026 08:15:30.12 client 192.0.2.10#1 (a.vn): query: a.vn IN A +",
		"14-Jan-2026 08:15:30.000 queries: info: client @0x1 192.0.2.10#1 (W.vn): query: W.vn IN A +\n14-Jan-2026 08:15:30.010 client @0x1 192.0.2.10#1 (w.vn): response: w.vn IN A NXDOMAIN\n14-Jan-2026 08:15:30.010 client @0x1 192.0.2.10#1 (x.vn): response: x.vn IN A NXDOMAIN",
		"14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN A +" + strings.Repeat("\x00", 40) + "\n14-Jan-2026 08:15:30.125 client 192.0.2.10#1 (a.vn): query: a.vn IN " + strings.Repeat("\x00", 40),
		"14-Jan-2026 08:15:30.000 client @0x1\n192.0.2.10#1 (W.vn): query: W.vn IN A +\n14-Jan-2026 08:15:30.000 client 192.0.2.10#\n1 (W.vn): query: W.vn IN A +",
	},
	"dnsmasq": {
		"Jan 14 08:15:30 dnsmasq[1]: query[A] a.vn from 192.0.2.1\nJan 14 08:15:30 dnsmasq[1]: query[A] a b from 192.0.2.1\nJan 14 08:15:30 dnsmasq[1]: query[A] <name unprintable> from 192.0.2.1",
		"Jan 14 08:15:30 dnsmasq[1]: reply a.vn is\nJan 14 08:15:30 dnsmasq[1]: reply a.vn was x\nJan 14 08:15:30 dnsmasq[1]: forwarded a.vn\nJan 14 08:15:30 dnsmasq-dhcp[1]: DHCPACK(eth0) 192.0.2.1",
		"Jan 14 08:15:30 dnsmasq[1]: * 192.0.2.1/5 query[A] a.vn from 192.0.2.1\nJan 14 08:15:30 dnsmasq[1]: 12345678901 192.0.2.1/5 query[A] a.vn from 192.0.2.1\nJan 14 08:15:30 dnsmasq[1]: 1 x/5 query[A] a.vn from 192.0.2.1",
	},
	"eve": {
		`<13>{` + "\n" + `<13>x {"event_type":"flow"}` + "\n" + `<13>x{"event_type":"flow"} {"event_type":"dns"}` + "\n" + "<13>x\x00 {\"event_type\":\"flow\"}\n\uFEFFx {\"event_type\":\"flow\"}\n {\"event_type\":\"flow\"}",
		`{"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"dns","src_ip":"192.0.2.10","dns":{"type":"query","rrname":"a.vn","rrtype":"A","queries":[{"rrtype":"A"}]}}` + "\n" +
			`{"timestamp":"2026-01-14T08:15:30.047429+0700","event_type":"dns","src_ip":"192.0.2.10","dns":{"queries":[{"rrtype":"A"}],"type":"query","rrname":"a.vn"}}`,
		`{"event_type":"dns","dns":{"rrname":"a.vn","rrtype":"A"},"src_ip":"1.2.3.4","timestamp":"2026-01-14T08:15:30.0+0700","event_type":"x"}` + "\n" +
			`{"timestamp":"2026-01-14T08:15:30.0+0700","event_type":"dns","src_ip":"1.2.3.4","dns":{"a":{"rrname":"b.vn"},"rrname":"a.vn","rrtype":"A"},"x":[{"event_type":"q"}]}`,
		`{"event_type":"flow","a":1.5}` + "\n" + `{"event_type":"flow","a":1.5,}` + "\n" + `{"event_type":"flow","a":1.5` + "\n" + `{"event_type":"flow","a":-}` + "\n" + `{"event_type":"flow","a":[1,2}}` + "\n" + `{}`,
		`{"timestamp":"2026-01-14T08:15:30.0+0700","flow_id":1,"event_type":"dns","src_ip":"1.2.3.4","dest_ip":"1.2.3.5","src_port":53,"dns":{"type":"answer","id":1,"rrname":"a.vn","rrtype":"A"}}` + "\n" +
			`{"timestamp":"2026-01-14T08:15:30.0+0700","flow_id":1,"event_type":"dns","src_ip":"1.2.3.4","dest_ip":"1.2.3.5","src_port":53,"dns":{"type":"answer","id":1,"rrname":"a..vn","rrtype":"A"}}`,
	},
}

func TestOddLinesAreReadAlikeBothWays(t *testing.T) {
	t.Parallel()
	for _, name := range quickFormats {
		f, _ := format.Lookup(name)
		for i, odd := range oddStreams[name] {
			for _, usual := range append(usualLines[name], oddStreams[name][:i]...) {
				for pieces := 1; pieces < 5; pieces++ {
					sameBothWays(t, f, []byte(usual+"\n"+odd+"\n"+usual+"\n"+odd), pieces)
				}
			}
		}
	}
}

// Lines cut at every place, and with every byte changed to one that matters.
func TestCutAndChangedLinesAreReadAlikeBothWays(t *testing.T) {
	t.Parallel()
	for _, name := range quickFormats {
		f, _ := format.Lookup(name)
		for _, lines := range usualLines[name] {
			var b bytes.Buffer
			b.WriteString(lines + "\n" + lines + "\n")
			for i := range lines {
				b.WriteString(lines[:i] + "\n" + lines[i:] + "\n")
			}
			for i := range lines {
				for _, c := range "\"\\ .:#@[]{},0\x00\x7fAa\t\x80" {
					b.WriteString(lines[:i] + string(c) + lines[i+1:] + "\n")
				}
			}
			sameBothWays(t, f, b.Bytes(), 7)
		}
	}
}

func TestSharedLogsAreReadAlikeBothWays(t *testing.T) {
	t.Parallel()
	for _, name := range quickFormats {
		f, _ := format.Lookup(name)
		files, _ := filepath.Glob(filepath.Join("testdata", "*", "*.log"))
		for _, file := range files {
			for pieces := range 5 {
				sameBothWays(t, f, bytes.Join(readLines(t, file), []byte("\n")), pieces)
			}
		}
	}
	for _, c := range [][2]string{
		{"bind9", "dns-logs/excerpt-bind.log"}, {"bind9", "crowdsec-logs/bind9-logs/bind9-logs.log"}, {"dnsmasq", "dns-logs/dnsmasq-query.log"},
		{"eve", "suricata-eve/ctu-malicious-part1.jsonl.gz"}, {"eve", "suricata-eve/alerts-wrccdc-2018.jsonl"}, {"eve", "suricata-eve/fever-jsonparse_eve.json"},
	} {
		t.Run(c[1], func(t *testing.T) {
			t.Parallel()
			f, _ := format.Lookup(c[0])
			lines := sharedLines(t, c[1])
			fast := sameBothWays(t, f, bytes.Join(lines, []byte("\n")), 1)
			sameBothWays(t, f, bytes.Join(lines, []byte("\n")), 13)
			t.Logf("%d of %d lines the fast way", fast, len(lines))
		})
	}
}

func FuzzFastBind9(f *testing.F)   { fuzzFast(f, "bind9") }
func FuzzFastDnsmasq(f *testing.F) { fuzzFast(f, "dnsmasq") }
func FuzzFastEve(f *testing.F)     { fuzzFast(f, "eve") }

// fuzzFast holds that the fast way gives what the slow way gives, for streams
// of any bytes, whole and in pieces.
func fuzzFast(f *testing.F, name string) {
	form, ok := format.Lookup(name)
	if !ok {
		f.Fatalf("no format %q", name)
	}
	for _, lines := range append(usualLines[name], oddStreams[name]...) {
		f.Add([]byte(lines+"\n"+lines), uint8(2))
		for i := 0; i < len(lines); i += 7 {
			f.Add([]byte(lines+"\n"+lines[:i]), uint8(3))
		}
	}
	files, _ := filepath.Glob(filepath.Join("testdata", name, "*.log"))
	for _, file := range append(files, filepath.Join(shared, "dns-logs/dnsmasq-query.log"), filepath.Join(shared, "dns-logs/excerpt-bind.log")) {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b, uint8(4))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte, pieces uint8) {
		sameBothWays(t, form, stream, int(pieces%9))
	})
}
