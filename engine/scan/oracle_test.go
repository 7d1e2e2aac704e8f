// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// plainly reads a log line by line with the format's Reader, asks the index for
// each name and adds each event to the sums, and so says in the plainest way
// what a scan must say.
func plainly(t testing.TB, text []byte, f format.Format, x *intel.Index) (scan.Counts, string, map[string]string) {
	t.Helper()
	var c scan.Counts
	hits, folded := map[string]rollup.Sum{}, map[string]rollup.Sum{}
	r := f.New(format.Options{At: at})
	for line := range bytes.Lines(text) {
		c.Lines++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		events, v := r.Read(line, nil)
		switch {
		case len(line) > format.MaxLine:
			c.Add(scan.Counts{Rejected: map[format.Reason]int64{format.TooLong: 1}})
			continue
		case v.Outcome == format.Parsed:
			c.Parsed++
		case v.Outcome == format.Skipped:
			c.Add(scan.Counts{Skipped: map[format.Reason]int64{v.Reason: 1}})
		default:
			c.Add(scan.Counts{Rejected: map[format.Reason]int64{v.Reason: 1}})
		}
		plainLine(&c, events, x, hits, folded)
	}
	return c, csvOf(folded), said(hits)
}

// looked is when the logs of these tests are looked at.
var looked = at

func plainLine(c *scan.Counts, events []event.DNS, x *intel.Index, hits, folded map[string]rollup.Sum) {
	hit, overruled := false, false
	for _, e := range events {
		c.Add(scan.Counts{Queries: 1, First: e.Time, Last: e.Time})
		name, verdict, ranks := intel.Normalise(e.Name), rollup.None, map[intel.ID]int{}
		for _, m := range x.Match(e.Name) {
			if m.List.Kind == intel.Block {
				ranks[m.ID] = len(ranks)
			}
		}
		for _, m := range x.MatchAt(e.Name, intel.When{Now: looked, Event: e.Time}) {
			overruled = overruled || m.Overruled
			switch {
			case m.Hit():
				hit, verdict = true, rollup.Hit
				add(hits, fmt.Sprint(m.ID, e.Client, name, ranks[m.ID]), e.Time)
			case verdict == rollup.None && m.List.Kind == intel.Allow:
				verdict = rollup.Allowed
			}
		}
		day, client := "", ""
		if !e.Time.IsZero() {
			day = e.Time.In(rollup.Vietnam()).Format(time.DateOnly)
		}
		if e.Client.IsValid() {
			client = e.Client.String()
		}
		add(folded, day+"\x00"+client+"\x00"+name+"\x00"+fmt.Sprint(uint8(verdict), verdict), e.Time)
	}
	if hit {
		c.Hits++
	} else if overruled {
		c.Overruled++
	}
}

func add(to map[string]rollup.Sum, key string, at time.Time) {
	s := to[key]
	s.Add(rollup.At(at))
	to[key] = s
}

// csvOf writes sums by day, client, name and verdict; no sample has a name that
// CSV would quote.
func csvOf(folded map[string]rollup.Sum) string {
	var rows []string
	for key := range folded {
		rows = append(rows, key)
	}
	slices.Sort(rows)
	var b strings.Builder
	b.WriteString("day,client,name,count,first,last,verdict\n")
	for _, key := range rows {
		k, s := strings.Split(key, "\x00"), folded[key]
		fmt.Fprintf(&b, "%s,%s,%s,%d,%s,%s,%s\n", k[0], k[1], k[2], s.Count, rollup.Stamp(s.First()), rollup.Stamp(s.Last()), k[3][2:])
	}
	return b.String()
}

func said(hits map[string]rollup.Sum) map[string]string {
	out := map[string]string{}
	for k, s := range hits {
		out[k] = fmt.Sprint(s.Count, rollup.Stamp(s.First()), rollup.Stamp(s.Last()))
	}
	return out
}

// foldedHits are the hits of blocks as plainly has them.
func foldedHits(blocks []scan.Block) map[string]string {
	sums := map[string]rollup.Sum{}
	for _, b := range blocks {
		for _, h := range b.Hits {
			key := fmt.Sprint(h.Match.ID, h.Client, h.Name, h.Rank)
			s := sums[key]
			s.Add(rollup.Of(h.Count, h.First, h.Last))
			sums[key] = s
		}
	}
	return said(sums)
}

// mixed is a log of a format with usual and odd lines in any order, among them
// answers of queries, which matter or not by what came long before.
func mixed(seed uint64, name string, n int) []byte {
	var b bytes.Buffer
	r := rand.New(rand.NewPCG(seed, 1))
	stamp := time.Date(2026, 11, 20, 16, 55, 0, 0, time.UTC)
	for range n {
		stamp = stamp.Add(time.Duration(r.IntN(900)) * time.Millisecond)
		who := []string{"www.evil.com", "Evil.Com", "x.bad.net", "fine.org", "a.b.c.d.example", "notevil.com", "n" + fmt.Sprint(r.IntN(50)) + ".example.vn"}[r.IntN(7)]
		client := []string{"10.0.0.1", "10.0.0.2", "192.168.100.200", "2001:db8::1"}[r.IntN(4)]
		odd := r.IntN(20)
		switch name {
		case "bind9":
			verb, tail := "query", "IN A + (10.0.0.53)"
			if odd == 0 && seed%2 == 0 {
				verb, tail = "response", "IN A NOERROR + (10.0.0.53)"
			}
			fmt.Fprintf(&b, "%s queries: info: client @0x7f %s#%d (%s): %s: %s %s\n", stamp.Format("02-Jan-2006 15:04:05.000"), client, r.IntN(60000), who, verb, who, tail)
		case "dnsmasq":
			verb, tail := "query[A]", "from "+client
			if odd < 8 {
				verb, tail = "reply", "is 192.0.2.7"
			}
			fmt.Fprintf(&b, "%s dnsmasq[17]: %s %s %s\n", stamp.Format("Jan _2 15:04:05"), verb, who, tail)
		case "eve":
			kind := "query"
			if odd < 4 && seed%2 == 0 {
				kind = "answer"
			}
			fmt.Fprintf(&b, `{"timestamp":"%s","flow_id":%d,"event_type":"dns","src_ip":"%s","src_port":4,"dest_ip":"10.0.0.53","dns":{"type":"%s","id":%d,"rrname":"%s","rrtype":"A"}}`+"\n",
				stamp.Format("2006-01-02T15:04:05.000000-0700"), r.IntN(9), client, kind, r.IntN(3), who)
		}
		switch odd {
		case 1:
			b.WriteString("rubbish\r\n")
		case 2:
			b.WriteString("\n")
		case 3:
			b.WriteString(strings.Repeat("x", r.IntN(3000)) + "\n")
		}
	}
	if seed%3 == 0 {
		b.Truncate(b.Len() - 1)
	}
	return b.Bytes()
}

// Whatever the size of pieces and blocks and the number of workers, a scan says
// what the plain reading says, to the byte.
func TestAScanSaysWhatAPlainReadingSays(t *testing.T) {
	t.Parallel()
	x := lists(t)
	for _, name := range []string{"bind9", "dnsmasq", "eve"} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				t.Parallel()
				f, _ := format.Lookup(name)
				log := mixed(seed, name, 300)
				for _, piece := range []int{1, 100, 3000, 1 << 20} {
					for _, workers := range []int{1, 2, 5} {
						for _, block := range []int64{1, 777, 1 << 20} {
							sameAsPlain(t, log, f, x, scan.InPieces(scan.Options{Workers: workers, BlockSize: block}, piece))
						}
					}
				}
			})
		}
	}
}

func sameAsPlain(t *testing.T, log []byte, f format.Format, x *intel.Index, opt scan.Options) {
	t.Helper()
	counts, rows, hits := plainly(t, log, f, x)
	limit := 0
	if opt.Workers == 2 {
		limit = 2000
	}
	opt.Now, opt.Format, opt.Index, opt.Rollup = looked, f, x, rollup.New(nil, t.TempDir(), limit)
	blocks, sum, err := read(t, bytes.NewReader(log), opt)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprintf("%d workers, blocks of %d", opt.Workers, opt.BlockSize)
	if diff := cmp.Diff(counts, sum.Counts); diff != "" {
		t.Fatalf("%s: counts: %s", said, diff)
	}
	if diff := cmp.Diff(hits, foldedHits(blocks)); diff != "" {
		t.Fatalf("%s: hits: %s", said, diff)
	}
	var csv strings.Builder
	if err := opt.Rollup.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, csv.String()); diff != "" {
		t.Fatalf("%s: roll-up: %s", said, diff)
	}
	if err := opt.Rollup.Close(); err != nil {
		t.Fatal(err)
	}
}

// A log that is cut in files at line ends gives the same rows in one roll-up.
func TestHowALogIsSplitInFilesChangesNothing(t *testing.T) {
	t.Parallel()
	x := lists(t)
	f, _ := format.Lookup("bind9")
	log := mixed(1, "bind9", 400) // queries alone: each file is a stream of its own
	_, rows, _ := plainly(t, log, f, x)
	lines := bytes.SplitAfter(log, []byte("\n"))
	for files := 1; files < 9; files++ {
		table := rollup.New(nil, t.TempDir(), 0)
		for i := range files {
			part := bytes.Join(lines[len(lines)*i/files:len(lines)*(i+1)/files], nil)
			if _, _, err := read(t, bytes.NewReader(part), scan.InPieces(scan.Options{Format: f, Index: x, Rollup: table}, 5000)); err != nil {
				t.Fatal(err)
			}
		}
		var csv strings.Builder
		if err := table.WriteCSV(&csv); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rows, csv.String()); diff != "" {
			t.Fatalf("%d files: %s", files, diff)
		}
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSharedLogsScanAsPlainlyRead(t *testing.T) {
	t.Parallel()
	x := lists(t)
	for path, name := range map[string]string{
		"dns-logs/dnsmasq-query.log": "dnsmasq", "dns-logs/excerpt-bind.log": "bind9", "crowdsec-logs/bind9-logs/bind9-logs.log": "bind9",
		"dns-logs/windows-dns-debug.log": "windns", "dns-logs/unbound-pfsense.log": "unbound", "zeek/rita-json/dns.log": "zeek",
		"suricata-eve/fever-jsonparse_eve.json": "eve", "suricata-eve/alerts-wrccdc-2018.jsonl": "eve",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			log, err := io.ReadAll(shared(t, path))
			if err != nil {
				t.Fatal(err)
			}
			f, _ := format.Lookup(name)
			for _, workers := range []int{1, 3} {
				sameAsPlain(t, log, f, x, scan.InPieces(scan.Options{Workers: workers}, 500))
			}
		})
	}
	files, _ := filepath.Glob("../format/testdata/*/*.log")
	known := 0
	for _, file := range files {
		f, ok := format.Lookup(filepath.Base(filepath.Dir(file)))
		if !ok { // a format of activities, which are not scanned
			continue
		}
		known++
		log, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{1, 4} {
			sameAsPlain(t, log, f, x, scan.InPieces(scan.Options{Workers: workers}, 200))
		}
	}
	if known < len(format.All()) {
		t.Errorf("%d logs for %d formats", known, len(format.All()))
	}
}
