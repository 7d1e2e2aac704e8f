// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format/netflow"
)

var (
	one, two = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2001:db8::2")
	noon     = time.Unix(exported, 0)
)

// live is a Collector whose faults add up.
type live struct {
	*netflow.Collector
	counts map[string]int64
}

func newLive() *live { return &live{netflow.NewCollector(), map[string]int64{}} }

func (l *live) take(t testing.TB, from netip.Addr, data []byte, now time.Time) []row {
	t.Helper()
	var out bytes.Buffer
	n, faults := l.Take(&out, from, data, now)
	l.note(t, faults)
	var got []row
	for line := range bytes.Lines(out.Bytes()) {
		var x row
		if err := json.Unmarshal(line, &x); err != nil || x.Error != "" || x.Other {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, x)
	}
	if n != len(got) {
		t.Fatalf("told of %d lines, wrote %d", n, len(got))
	}
	return got
}

func (l *live) note(t testing.TB, faults []netflow.Fault) {
	for _, f := range faults {
		if f.N < 1 || f.Bytes < 0 || f.Text == "" || !f.From.IsValid() {
			t.Fatalf("fault %+v", f)
		}
		l.counts[f.Word] += f.N
	}
}

// numbered gives a message of IPFIX or version 9 a number.
func numbered(message []byte, number uint32) []byte {
	b := bytes.Clone(message)
	binary.BigEndian.PutUint32(b[map[uint16]int{5: 16, 9: 12, 10: 8}[binary.BigEndian.Uint16(b)]:], number)
	return b
}

func TestDataWaitAMinuteForTheirTemplate(t *testing.T) {
	t.Parallel()
	l := newLive()
	tmpl, data := ipfix(set(2, template300)), ipfix(set(300, record300))
	if got := l.take(t, one, data, noon); len(got) != 0 {
		t.Fatalf("%+v before the template", got)
	}
	if got := l.take(t, two, tmpl, noon.Add(10*time.Second)); len(got) != 0 {
		t.Fatalf("%+v by another's template", got)
	}
	got := l.take(t, one, tmpl, noon.Add(30*time.Second))
	if len(got) != 1 || got[0].Src != "192.0.2.7" || got[0].Sampler != "10.0.0.1" || len(l.counts) != 0 {
		t.Fatalf("%+v, %v after the template", got, l.counts)
	}
	l.take(t, one, v9(set(300, record300), set(301, record300)), noon.Add(40*time.Second))
	l.take(t, two, data, noon.Add(99*time.Second))
	if len(l.counts) != 0 {
		t.Errorf("given up after less than a minute: %v", l.counts)
	}
	l.take(t, two, data, noon.Add(101*time.Second))
	if l.counts[netflow.NoTemplate] != 2 || len(l.counts) != 1 {
		t.Errorf("given up: %v", l.counts)
	}
	l.take(t, one, ipfix(set(999, record300)), noon.Add(102*time.Second))
	l.note(t, l.Left())
	if l.counts[netflow.NoTemplate] != 3 {
		t.Errorf("at the end: %v", l.counts)
	}
}

// TestATemplateFloodHarmsOnlyWhoSendsIt has an exporter make up templates, and
// data for them, in made-up domains: memory stays bounded, templates in use
// stay, and another exporter is as well off as before.
func TestATemplateFloodHarmsOnlyWhoSendsIt(t *testing.T) {
	t.Parallel()
	l := newLive()
	data := ipfix(set(300, record300))
	l.take(t, one, ipfix(set(2, template300)), noon)
	l.take(t, one, data, noon)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	now := noon
	for domain := range uint32(600) {
		var body []byte
		for id := 256; id < 256+400; id++ {
			body = append(body, words(id, 8, 8, 4, 12, 4, 1, 4, 2, 4, 4, 1, 7, 2, 11, 2, 6, 1)...)
		}
		m := ipfix(set(2, body), set(900, make([]byte, 5000)))
		binary.BigEndian.PutUint32(m[12:], 1000+domain)
		now = now.Add(20 * time.Millisecond)
		l.take(t, one, m, now)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d bytes are held", grown)
	}
	if l.counts[netflow.TooManyTemplates] < 200_000 {
		t.Errorf("counted %v", l.counts)
	}
	if got := l.take(t, one, data, now); len(got) != 1 {
		t.Errorf("its own flows: %+v", got)
	}
	if got := l.take(t, two, ipfix(set(2, template300), set(300, record300)), now); len(got) != 1 {
		t.Errorf("another exporter's flows: %+v", got)
	}
	now = now.Add(10 * time.Minute)
	if got := l.take(t, one, v9(set(0, template300), set(300, record300)), now); len(got) != 1 {
		t.Errorf("what is made up stays for ever: %+v, %v", got, l.counts)
	}
	runtime.KeepAlive(l)
}

func TestMalformedMessagesAreCounted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		message []byte
		word    string
	}{
		"a text":                   {[]byte("<13>Nov 22 10:00:00 fw app: hello, this is no flow"), netflow.BadPacket},
		"nothing":                  {nil, netflow.BadPacket},
		"a length beyond the end":  {words(10, 900, uint32(exported), uint32(1), uint32(7)), netflow.BadPacket},
		"a template cut":           {ipfix(set(2, template300[:9])), netflow.BadPacket},
		"a set of a reserved kind": {ipfix(set(77, record300)), netflow.BadPacket},
		"flows that name nobody":   {ipfix(set(2, words(401, 1, 1, 4)), set(401, words(uint32(1)))), netflow.NoAddress},
		"a version 5 cut":          {v5("192.0.2.1", "192.0.2.2")[:40], netflow.BadPacket},
	} {
		l := newLive()
		if got := l.take(t, one, c.message, noon); len(got) > 0 || l.counts[c.word] != 1 || len(l.counts) != 1 {
			t.Errorf("%s: %+v, counted %v", name, got, l.counts)
		}
	}
	l := newLive()
	l.take(t, one, ipfix(set(3, words(400, 1, 1, 149, 4)), set(400, words(uint32(1)))), noon)
	if len(l.counts) != 0 {
		t.Errorf("what an exporter says of itself is counted: %v", l.counts)
	}
}

// TestGapsInTheNumbersAreLostFlows sends messages with numbers and tells what
// is counted in the end.
func TestGapsInTheNumbersAreLostFlows(t *testing.T) {
	t.Parallel()
	three := ipfix(set(2, template300), set(300, bytes.Repeat(record300, 3)))
	nine := v9(set(0, template300), set(300, bytes.Repeat(record300, 3)))
	five := v5("192.0.2.1", "192.0.2.2")
	every := func(from, step uint32, n int) (out []uint32) {
		for i := range n {
			out = append(out, from+uint32(i)*step)
		}
		return out
	}
	for name, c := range map[string]struct {
		message []byte
		numbers []uint32
		want    map[string]int64
	}{
		"IPFIX without a gap":              {three, every(100, 3, 60), nil},
		"IPFIX, two messages lost":         {three, slices.Concat(every(100, 3, 5), every(121, 3, 60)), map[string]int64{netflow.LostFlows: 6}},
		"IPFIX that wraps around":          {three, every(1<<32-30, 3, 60), nil},
		"IPFIX, one message comes late":    {three, slices.Concat(every(100, 3, 5), []uint32{118, 115}, every(121, 3, 60)), nil},
		"IPFIX that numbers messages":      {three, every(100, 1, 60), nil},
		"IPFIX that numbers and loses":     {three, slices.Concat(every(100, 1, 20), every(130, 1, 60)), map[string]int64{netflow.LostPackets: 10}},
		"IPFIX begun anew":                 {three, slices.Concat(every(1_000_000, 3, 20), every(0, 3, 60)), nil},
		"version 9 without a gap":          {nine, every(7, 1, 60), nil},
		"version 9, seven lost":            {nine, slices.Concat(every(7, 1, 20), every(34, 1, 60)), map[string]int64{netflow.LostPackets: 7}},
		"version 9 that numbers flows":     {nine, every(7, 3, 60), nil},
		"version 9 that begins by a flood": {nine, slices.Concat(every(7, 1, 2), every(9_000, 1, 60)), map[string]int64{netflow.LostPackets: 8_991}},
		"version 5, lost twice":            {five, slices.Concat(every(7, 1, 20), every(37, 1, 40), every(78, 1, 40)), map[string]int64{netflow.LostFlows: 11}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLive()
			for i, n := range c.numbers {
				l.take(t, one, numbered(c.message, n), noon.Add(time.Duration(i)*10*time.Millisecond))
			}
			if len(l.counts) != len(c.want) {
				t.Errorf("counted %v, want %v", l.counts, c.want)
			}
			for word, n := range c.want {
				if l.counts[word] != n {
					t.Errorf("counted %v, want %v", l.counts, c.want)
				}
			}
		})
	}
	l := newLive() // a rare exporter, restarted in between: its uptime fell
	for i, m := range []struct{ number, uptime uint32 }{{10, 900_000}, {15, 960_000}, {16, 1_020_000}, {900, 5_000}, {901, 65_000}, {902, 125_000}} {
		b := numbered(nine, m.number)
		binary.BigEndian.PutUint32(b[4:], m.uptime)
		l.take(t, one, b, noon.Add(time.Duration(i)*time.Minute))
	}
	if l.counts[netflow.LostPackets] != 4 {
		t.Errorf("a rare exporter lost %v", l.counts)
	}
}

func TestFlowsKeepTheirSamplingRate(t *testing.T) {
	t.Parallel()
	rates := func(t *testing.T, l *live, m []byte) (out []uint64) {
		t.Helper()
		var b bytes.Buffer
		_, faults := l.Take(&b, one, m, noon)
		l.note(t, faults)
		for line := range bytes.Lines(b.Bytes()) {
			var x struct {
				Rate uint64 `json:"sampling_rate"`
			}
			if err := json.Unmarshal(line, &x); err != nil {
				t.Fatal(err)
			}
			out = append(out, x.Rate)
		}
		return out
	}
	five := v5("192.0.2.1", "192.0.2.2")
	binary.BigEndian.PutUint16(five[22:], 1<<14|100)
	records := func(s ...[]byte) []byte { return bytes.Join(s, nil) }
	two := [][]byte{addr("192.0.2.7"), addr("203.0.113.9")}
	for name, c := range map[string]struct {
		messages [][]byte
		want     []uint64
	}{
		"in the head of version 5": {[][]byte{five}, []uint64{100}},
		"in the flow":              {[][]byte{v9(set(0, words(300, 3, 8, 4, 12, 4, 34, 4)), set(300, records(two[0], two[1], words(uint32(512)))))}, []uint64{512}},
		"told of the sampler": {[][]byte{v9(set(1, words(256, 4, 8, 1, 4, 48, 1, 50, 4)), set(256, append(words(uint32(0)), 3, 0, 0, 3, 232, 0, 0))),
			v9(set(0, words(300, 3, 8, 4, 12, 4, 48, 1)), set(300, records(two[0], two[1], []byte{3}, two[0], two[1], []byte{4}, []byte{0, 0})))}, []uint64{1000, 0}},
		"told of the only sampler": {[][]byte{ipfix(set(3, words(256, 3, 1, 302, 8, 305, 4, 306, 4)), set(256, words(uint32(0), uint32(9), uint32(1), uint32(99)))),
			ipfix(set(2, template300), set(300, record300))}, []uint64{100}},
		"never told": {[][]byte{ipfix(set(2, template300), set(300, record300))}, []uint64{0}},
	} {
		l := newLive()
		var got []uint64
		for _, m := range c.messages {
			got = rates(t, l, m)
		}
		if !slices.Equal(got, c.want) || len(l.counts) != 0 {
			t.Errorf("%s: %d, want %d; %v", name, got, c.want, l.counts)
		}
	}
}

// TestRealExportersLive gives the messages of real exporters one by one, as they
// would arrive: what comes out is what a dump of them gives.
func TestRealExportersLive(t *testing.T) {
	t.Parallel()
	cases, err := os.Open(filepath.Join(shared, "cases.jsonl"))
	if err != nil {
		t.Skip("the shared NetFlow and IPFIX messages are not here")
	}
	defer cases.Close()
	held := 0
	in := bufio.NewScanner(cases)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var c struct {
			Case      string
			Packets   []string                     `json:"packets_in_order"`
			Dropped   bool                         `json:"must_be_dropped"`
			Positions [][2]int                     `json:"event_index_to_expected"`
			Events    []struct{ Netflow expected } `json:"expected_events"`
		}
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		l := newLive()
		var got []row
		for _, name := range c.Packets {
			b, err := os.ReadFile(filepath.Join(shared, name))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, l.take(t, one, b, noon)...)
		}
		if c.Dropped && len(got) > 0 {
			t.Errorf("%s: %+v, want nothing", c.Case, got)
		}
		for _, p := range c.Positions {
			want := c.Events[p[1]].Netflow
			if want.addresses() == [2]string{} {
				continue
			}
			if held++; !want.among(got) {
				t.Errorf("%s: %+v is not among %+v", c.Case, want, got)
			}
		}
	}
	if err := in.Err(); err != nil || held < 20 {
		t.Errorf("only %d flows were compared, %v", held, err)
	}
}

// FuzzCollector gives a Collector messages of two exporters: all lines are read
// back, and each exporter's own.
func FuzzCollector(f *testing.F) {
	f.Add(v9(set(0, template300), set(300, record300)), ipfix(set(300, record300)), ipfix(set(2, template300)))
	f.Add(v5("192.0.2.1", "192.0.2.2"), v9(set(1, words(256, 4, 8, 1, 4, 48, 1, 50, 4))), []byte("text"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		l := newLive()
		for i, m := range [][]byte{a, b, c, a, b, c} {
			from := []netip.Addr{one, two}[i%2]
			for _, r := range l.take(t, from, m, noon.Add(time.Duration(i)*20*time.Second)) {
				if r.Sampler != from.String() {
					t.Fatalf("a flow of %s came with a message of %s", r.Sampler, from)
				}
			}
			if netflow.Describe(m) == "" {
				t.Fatal("no description")
			}
		}
		l.note(t, l.Left())
	})
}
