// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func fold(s string) string { return i18n.Fold(s) }

// monday is the start of a working day in Vietnam.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, i18n.Hanoi)

// windows are the moments at which formats could trip: an ordinary day, the
// turn of a year, and a day that may be read as a month.
var windows = map[string][2]time.Time{
	"a working morning":    {monday.Add(6 * time.Hour), monday.Add(12 * time.Hour)},
	"the turn of the year": {time.Date(2026, 12, 31, 20, 0, 0, 0, i18n.Hanoi), time.Date(2027, 1, 1, 4, 0, 0, 0, i18n.Hanoi)},
	"the third of April":   {time.Date(2027, 4, 3, 11, 0, 0, 0, i18n.Hanoi), time.Date(2027, 4, 3, 14, 0, 0, 0, i18n.Hanoi)},
	"ten seconds":          {monday.Add(9 * time.Hour), monday.Add(9*time.Hour + 10*time.Second)},
	"parts of minutes":     {monday.Add(9*time.Hour + 25*time.Second), monday.Add(9*time.Hour + 41*time.Minute + 35*time.Second)},
}

// hits reads a log as the product does and gives its hit groups in the order
// of Expected.
func hits(t *testing.T, s demo.Source, x *intel.Index, content []byte, at time.Time, named bool) ([]demo.Expectation, scan.Summary) {
	t.Helper()
	opt := scan.Options{File: s.ID, Lines: format.Options{At: at}, Index: x, BlockSize: 64 << 10}
	if named {
		opt.Format, _ = format.Lookup(s.Format)
	}
	type key struct {
		client          netip.Addr
		name, indicator string
	}
	groups := map[key]demo.Expectation{}
	sum, err := scan.Stream(context.Background(), bytes.NewReader(content), opt, func(b scan.Block) error {
		for _, h := range b.Hits {
			k := key{h.Client, h.Name, h.Match.Indicator}
			e, ok := groups[k]
			if !ok {
				e = demo.Expectation{Source: s.ID, Client: h.Client, Name: h.Name, Indicator: h.Match.Indicator, List: h.Match.List.Name,
					Threat: h.Match.Threat, First: h.First, Last: h.Last}
			}
			e.Count += h.Count
			if h.First.Before(e.First) {
				e.First = h.First
			}
			if h.Last.After(e.Last) {
				e.Last = h.Last
			}
			groups[k] = e
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []demo.Expectation
	for _, e := range groups {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b demo.Expectation) int {
		return cmp.Or(a.Client.Compare(b.Client), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Indicator, b.Indicator))
	})
	return list, sum
}

func TestLogsHitExactlyWhatWasPlanted(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	x, logs := index(t, p), demo.NewTraffic(p)
	for name, w := range windows {
		expected := logs.Expected(w[0], w[1])
		for _, s := range p.Sources {
			t.Run(name+", "+s.ID, func(t *testing.T) {
				t.Parallel()
				content := logs.Log(s.ID, w[0], w[1])
				var want []demo.Expectation
				var count int64
				for _, e := range expected {
					if e.Source == s.ID {
						want, count = append(want, e), count+e.Count
					}
				}
				if len(content) == 0 && count == 0 { // nobody asked anything
					return
				}
				got, sum := hits(t, s, x, content, w[1], true)
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s", difference(got, want))
				}
				if sum.Hits != count || sum.Rejected != nil || sum.Format != s.Format || sum.Detected != "" || sum.First.Before(w[0]) || !sum.Last.Before(w[1]) {
					t.Errorf("account %+v, want %d lines that hit", sum, count)
				}
				if auto, sum := hits(t, s, x, content, w[1], false); !reflect.DeepEqual(auto, want) || sum.Detected != s.Format {
					t.Errorf("the format found by itself, %q, gives other hits", sum.Detected)
				}
				t.Logf("%d bytes, %d lines, %d queries, %d hits in %d groups, %d overruled", len(content), sum.Lines, sum.Queries, sum.Hits, len(got), sum.Overruled)
			})
		}
	}
}

func difference(got, want []demo.Expectation) string {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			return fmt.Sprintf("%d groups, want %d; the first that differs:\n%+v\n%+v", len(got), len(want), at(got, i), at(want, i))
		}
	}
	return "equal"
}

func at(list []demo.Expectation, i int) any {
	if i < len(list) {
		return list[i]
	}
	return "none"
}

func TestWindowsThatMeetMakeTheLogOfBoth(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	once, again := demo.NewTraffic(p), demo.NewTraffic(demo.New(demo.DefaultSeed))
	from, to := monday.Add(7*time.Hour+17*time.Second), monday.Add(8*time.Hour+43*time.Second)
	for _, s := range p.Sources {
		whole := once.Log(s.ID, from, to)
		var parts []byte
		for at := from; at.Before(to); at = at.Add(10 * time.Second) {
			end := at.Add(10 * time.Second)
			if end.After(to) {
				end = to
			}
			parts = append(parts, again.Log(s.ID, at, end)...)
		}
		if len(whole) == 0 || !bytes.Equal(whole, parts) {
			t.Errorf("%s: %d bytes at once, %d in parts", s.ID, len(whole), len(parts))
		}
	}
}

func TestEveryInfectionIsSeenWithinADay(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	clients, threats := map[netip.Addr]int64{}, map[string]int64{}
	for _, e := range demo.NewTraffic(p).Expected(monday, monday.AddDate(0, 0, 1)) {
		clients[e.Client] += e.Count
		threats[e.Threat] += e.Count
	}
	through := map[string]string{"GD21": "10.30.0.21", "GD36": "192.0.2.64", "GD02": "10.10.1.80"}
	for _, x := range p.Infections {
		a := x.Machine.Address
		if text, ok := through[x.Machine.Unit]; ok {
			if clients[a] > 0 {
				t.Errorf("%s of %s should be hidden", a, x.Machine.Unit)
			}
			a = netip.MustParseAddr(text)
		}
		least := int64(24 * time.Hour / x.Period * 9 / 10)
		if x.Office {
			least /= 3
		}
		if clients[a] < least {
			t.Errorf("%s (%s of %s) hit %d times, want %d", a, x.Family, x.Machine.Unit, clients[a], least)
		}
	}
	if forwarder := netip.MustParseAddr("10.10.6.53"); clients[forwarder] < 1000 {
		t.Errorf("the forwarder hit %d times", clients[forwarder])
	}
	if len(threats) != len(p.Families) {
		t.Errorf("threats seen: %v", threats)
	}
}

func TestDaysHaveACurve(t *testing.T) {
	t.Parallel()
	logs := demo.NewTraffic(demo.New(demo.DefaultSeed))
	lines := func(from time.Time) int {
		return bytes.Count(logs.Log("bind", from, from.Add(time.Hour)), []byte("\n"))
	}
	morning, noon, night, sunday := lines(monday.Add(9*time.Hour)), lines(monday.Add(12*time.Hour)), lines(monday.Add(2*time.Hour)), lines(monday.Add(-15*time.Hour))
	if !(morning > 3*noon/2 && noon > 2*night && morning > 3*sunday && night > 100) {
		t.Errorf("lines an hour: morning %d, noon %d, night %d, Sunday morning %d", morning, noon, night, sunday)
	}
}

var ipv4 = regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)

func TestLogsNameNothingThatExists(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	logs := demo.NewTraffic(p)
	for _, s := range p.Sources {
		f, _ := format.Lookup(s.Format)
		r := f.New(format.Options{At: monday})
		var events []event.DNS
		for line := range bytes.Lines(logs.Log(s.ID, monday.Add(8*time.Hour), monday.Add(9*time.Hour))) {
			events, _ = r.Read(bytes.TrimRight(line, "\r\n"), events[:0])
			for _, e := range events {
				if !reserved(e.Name) || !nobodys(e.Client) {
					t.Fatalf("%s: %s", s.ID, line)
				}
			}
			for _, text := range ipv4.FindAll(line, -1) {
				if a, err := netip.ParseAddr(string(text)); err == nil && !nobodys(a) && !bytes.Contains(line, append(text, ".in-addr"...)) {
					t.Fatalf("%s: address %s in %s", s.ID, text, line)
				}
			}
		}
	}
}

func BenchmarkDayOfLogs(b *testing.B) {
	p := demo.New(demo.DefaultSeed)
	logs := demo.NewTraffic(p)
	for b.Loop() {
		n := 0
		for _, s := range p.Sources {
			n += len(logs.Log(s.ID, monday, monday.AddDate(0, 0, 1)))
		}
		b.SetBytes(int64(n))
	}
}
