// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
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

const (
	badFile = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	badJA3  = "b7202231ff2db28363c109cedc6d1642"
)

// observed lists observables of every type, with those of mixedActivities
// among them.
func observed(t testing.TB) *intel.Index {
	t.Helper()
	var b intel.Builder
	bad, err := b.AddList(intel.List{Name: "bad"})
	if err != nil {
		t.Fatal(err)
	}
	good, err := b.AddList(intel.List{Name: "good", Kind: intel.Allow})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []intel.Indicator{
		{Value: "evil.com"}, {Type: intel.Address, Value: "203.0.113.7"}, {Type: intel.Network, Value: "203.0.113.0/24"},
		{Type: intel.Endpoint, Value: "203.0.113.9:443"}, {Type: intel.URL, Value: "http://www.evil.com/a/"}, {Type: intel.SHA256, Value: badFile},
		{Type: intel.JA3, Value: badJA3}, {Type: intel.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e"}, {Type: intel.Email, Value: "x@evil.com"},
		{Type: intel.Network, Value: "2001:db8:bad::/48", Until: at.AddDate(0, 0, -30)},
	} {
		if why, err := b.Add(bad, i); why != "" || err != nil {
			t.Fatal(i, why, err)
		}
	}
	for _, i := range []intel.Indicator{{Type: intel.Address, Value: "203.0.113.8"}, {Value: "ok.evil.com"}} {
		if why, err := b.Add(good, i); why != "" || err != nil {
			t.Fatal(i, why, err)
		}
	}
	return b.Build()
}

// mixedActivities is a log of look-ups and activities in any order.
func mixedActivities(seed uint64, name string, n int) []byte {
	var b bytes.Buffer
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	stamp := time.Date(2026, 11, 20, 16, 59, 0, 0, time.UTC) // over midnight in Vietnam
	if name == "zeek" {
		b.WriteString("#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n")
	}
	for range n {
		stamp = stamp.Add(time.Duration(r.IntN(900)) * time.Millisecond)
		client := pick("10.0.0.1", "10.0.0.2", "198.51.100.1", "2001:db8::1")
		peer := pick("203.0.113.7", "203.0.113.8", "203.0.113.9", "192.0.2.1", "2001:db8:bad::1", "10.0.0.9")
		host := pick("www.evil.com", "Ok.Evil.com", "fine.org", "notevil.com")
		switch name {
		case "eve":
			fmt.Fprintf(&b, `{"timestamp":"%s","flow_id":%d,"src_ip":"%s","src_port":4000,"dest_ip":"%s","dest_port":443,"proto":"TCP",`,
				stamp.Format("2006-01-02T15:04:05.000000-0700"), r.IntN(9), client, peer)
			b.WriteString(pick(
				`"event_type":"dns","dns":{"type":"query","id":1,"rrname":"`+host+`","rrtype":"A"}}`,
				`"event_type":"dns","dns":{"type":"answer","id":1,"rrname":"`+host+`","rrtype":"A"}}`,
				`"event_type":"flow","flow":{"bytes_toserver":1}}`,
				`"event_type":"http","http":{"hostname":"`+host+`","url":"/a/b?c","http_method":"GET"}}`,
				`"event_type":"tls","tls":{"sni":"`+host+`","ja3":{"hash":"`+badJA3+`"}}}`,
				`"event_type":"fileinfo","fileinfo":{"sha256":"`+badFile+`"}}`,
				`"event_type":"alert","alert":{"signature":"x","signature_id":1},"files":[{"sha256":"`+badFile+`"},{"md5":"d41d8cd98f00b204e9800998ecf8427e"}]}`,
				`"event_type":"stats"}`, `"event_type":"flow","dest_port":"none"}`, `"event_type":"dns","dns":{"rrname":5}}`,
			) + "\n")
		case "zeek":
			if r.IntN(30) == 0 {
				path := pick("conn", "dns", "weird")
				b.WriteString("#path\t" + path + "\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto" + map[string]string{"dns": "\tquery\tqtype_name"}[path] + "\n")
			}
			fmt.Fprintf(&b, "%d.5\tCa\t%s\t4000\t%s\t443\ttcp\t%s\tA\n", stamp.Unix(), client, peer, host)
		case "squid":
			fmt.Fprintf(&b, "%d.100 5 %s TCP_MISS/200 900 GET http://%s/a/x - HIER_DIRECT/%s text/html\n", stamp.Unix(), client, host, peer)
		case "fortigate":
			fmt.Fprintf(&b, "date=%s time=%s devname=\"f\" devid=\"FG1\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" srcip=%s srcport=4000 dstip=%s dstport=443 action=\"accept\" hostname=\"%s\"\n",
				stamp.Format(time.DateOnly), stamp.Format(time.TimeOnly), client, peer, host)
		case "app-json":
			fmt.Fprintf(&b, `{"when":"%s","who":"%s","peer":"%s","site":"%s","from":"x@evil.com"}`+"\n", stamp.Format(time.RFC3339), client, peer, host)
		}
		switch r.IntN(20) {
		case 1:
			b.WriteString("rubbish\r\n")
		case 2:
			b.WriteString("\n")
		case 3:
			b.WriteString(strings.Repeat("x", r.IntN(3000)) + "\n")
		}
	}
	if seed%2 == 0 {
		b.Truncate(b.Len() - 1)
	}
	return b.Bytes()
}

// told is what a reading of a log says, in any order.
type told struct {
	Counts scan.Counts
	Hits   map[string]string
	Seen   map[string]string
	Rolled string
}

// plainTypes are the types of an entry that names a value of a kind directly.
var plainTypes = map[event.Kind][]intel.Type{
	event.Domain: {intel.Domain}, event.IP: {intel.Address, intel.Network}, event.AddrPort: {intel.Endpoint}, event.URL: {intel.URL},
	event.MD5: {intel.MD5}, event.SHA1: {intel.SHA1}, event.SHA256: {intel.SHA256}, event.Mailbox: {intel.Email}, event.JA3: {intel.JA3}, event.JA4: {intel.JA4},
}

// plainlyBoth reads a log line by line and looks every observable up with
// Index.Lookup, which knows nothing of what a scan keeps.
func plainlyBoth(text []byte, l format.Log, x *intel.Index) told {
	out := told{}
	hits, seen, folded := map[string]rollup.Sum{}, map[string]rollup.Sum{}, map[string]rollup.Sum{}
	r := l.Text(format.Options{At: at})
	for line := range bytes.Lines(text) {
		out.Counts.Lines++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		dns, acts, v := r.ReadBoth(line, nil, nil)
		switch v.Outcome {
		case format.Parsed:
			out.Counts.Parsed++
		case format.Skipped:
			out.Counts.Add(scan.Counts{Skipped: map[format.Reason]int64{v.Reason: 1}})
		default:
			out.Counts.Add(scan.Counts{Rejected: map[format.Reason]int64{v.Reason: 1}})
		}
		hit, overruled, had := false, false, map[string]bool{}
		look := func(o event.Observable, client netip.Addr, when time.Time) {
			if o.Kind == event.Domain {
				o.Value = intel.Normalise(o.Value)
			} else if o.Kind == event.URL {
				o.Value = strings.TrimPrefix(o.Value, "http://")
				o.Value = strings.TrimPrefix(o.Value, "https://")
				host, path, _ := strings.Cut(o.Value, "/")
				o.Value = intel.Normalise(host) + "/" + path
			}
			key := fmt.Sprint(o.Kind, " ", o.Value, " ", client)
			if len(acts) > 0 && had[key+o.Role.String()] {
				return
			}
			had[key+o.Role.String()] = true
			day := when.In(rollup.Vietnam()).Format(time.DateOnly)
			add(seen, day+" "+key, when)
			verdict := rollup.None
			types := map[event.Kind]intel.Type{event.IP: intel.Address}
			t := slices.Concat(plainTypes[o.Kind])[0]
			if o.Kind == event.IP {
				t = types[o.Kind]
			}
			found := x.Lookup(nil, t, o.Value)
			for _, m := range x.Matches(nil, found, intel.When{Now: looked, Event: when}) {
				if !slices.Contains(plainTypes[o.Kind], m.Type) {
					continue
				}
				overruled = overruled || m.Overruled
				switch {
				case m.Hit():
					hit, verdict = true, rollup.Hit
					add(hits, fmt.Sprint(m.ID, " ", key, " ", m.Type), when)
				case verdict == rollup.None && m.List.Kind == intel.Allow:
					verdict = rollup.Allowed
				}
			}
			if o.Kind == event.Domain {
				who := ""
				if client.IsValid() {
					who = client.String()
				}
				add(folded, day+"\x00"+who+"\x00"+o.Value+"\x00"+fmt.Sprint(uint8(verdict), verdict), when)
			}
		}
		for _, e := range dns {
			out.Counts.Add(scan.Counts{Queries: 1, First: e.Time, Last: e.Time})
			look(event.Observable{Kind: event.Domain, Value: e.Name}, e.Client, e.Time)
		}
		for _, a := range acts {
			out.Counts.Add(scan.Counts{Queries: 1, First: a.Time, Last: a.Time})
			for _, o := range a.Observables(nil) {
				if o.Role == event.Source && (o.Kind != event.IP || a.Src.Addr.IsPrivate()) {
					continue
				}
				look(o, a.Client(o.Role), a.Time)
			}
		}
		if hit {
			out.Counts.Hits++
		} else if overruled {
			out.Counts.Overruled++
		}
	}
	out.Hits, out.Seen, out.Rolled = said(hits), said(seen), csvOf(folded)
	return out
}

// scannedBoth is what a scan says.
func scannedBoth(t *testing.T, text []byte, l format.Log, opt scan.Options) told {
	t.Helper()
	table := rollup.New(nil, t.TempDir(), 0)
	opt.Format, opt.Activity, opt.Now, opt.Rollup, opt.Seen = l.DNS, l.Activity, looked, table, true
	blocks, sum, err := read(t, bytes.NewReader(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[intel.Type]event.Kind{}
	for kind, types := range plainTypes {
		kinds[types[0]] = kind
	}
	out := told{Counts: sum.Counts}
	hits, seen := map[string]rollup.Sum{}, map[string]rollup.Sum{}
	for _, b := range blocks {
		for _, h := range b.Hits {
			key := fmt.Sprint(h.Match.ID, " ", kinds[h.Kind], " ", h.Name, " ", h.Client, " ", h.Match.Type)
			s := hits[key]
			s.Add(rollup.Of(h.Count, h.First, h.Last))
			hits[key] = s
		}
		for _, r := range b.Seen {
			key := fmt.Sprint(r.First.In(rollup.Vietnam()).Format(time.DateOnly), " ", kinds[r.Kind], " ", r.Name, " ", r.Client)
			s := seen[key]
			s.Add(rollup.Of(r.Count, r.First, r.Last))
			seen[key] = s
		}
	}
	var csv strings.Builder
	if err := table.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	out.Hits, out.Seen, out.Rolled = said(hits), said(seen), csv.String()
	return out
}

func logOf(t *testing.T, name string) format.Log {
	t.Helper()
	if l, ok := format.LookupLog(name); ok {
		return l
	}
	a, err := format.ReadMapping(strings.NewReader("name: " + name + "\nform: json\nfields: {when: time, who: src, peer: dst, site: dst_host, from: email_from}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return format.Log{Name: name, Activity: a}
}

// Whatever the size of pieces and blocks and the number of workers, a scan of
// activities, and of activities and look-ups in one log, says what a plain
// reading says.
func TestAScanOfActivitiesSaysWhatAPlainReadingSays(t *testing.T) {
	t.Parallel()
	x := observed(t)
	for _, name := range []string{"eve", "zeek", "squid", "fortigate", "app-json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := logOf(t, name)
			for seed := range uint64(2) {
				log := mixedActivities(seed, name, 200)
				want := plainlyBoth(log, l, x)
				if want.Counts.Hits == 0 || want.Counts.Parsed < 50 || len(want.Seen) < 10 {
					t.Fatalf("the log holds too little: %+v", want.Counts)
				}
				for _, piece := range []int{1, 3000, 1 << 20} {
					for _, workers := range []int{1, 3} {
						for _, block := range []int64{1, 777, 1 << 20} {
							got := scannedBoth(t, log, l, scan.InPieces(scan.Options{Workers: workers, BlockSize: block, Index: x}, piece))
							if diff := cmp.Diff(want, got); diff != "" {
								t.Fatalf("seed %d, pieces of %d, %d workers, blocks of %d: %s", seed, piece, workers, block, diff)
							}
						}
					}
				}
			}
		})
	}
}

// The samples of every format of activities are found out and scanned as a
// plain reading reads them.
func TestSamplesOfActivitiesAreScannedByDetection(t *testing.T) {
	t.Parallel()
	x := observed(t)
	files, err := filepath.Glob("../format/testdata/activity/*/*.log")
	if err != nil || len(files) < len(format.Activities()) {
		t.Fatalf("%d samples: %v", len(files), err)
	}
	for _, file := range files {
		log, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var lines [][]byte
		for line := range bytes.Lines(log) {
			lines = append(lines, bytes.TrimRight(line, "\r\n"))
		}
		l, err := format.DetectLog(lines, format.Options{At: at})
		if err != nil || l.Name != filepath.Base(filepath.Dir(file)) {
			t.Errorf("%s: found out as %q: %v", file, l.Name, err)
			continue
		}
		if diff := cmp.Diff(plainlyBoth(log, l, x), scannedBoth(t, log, l, scan.InPieces(scan.Options{Workers: 2, BlockSize: 100, Index: x}, 200))); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

func TestAHitSaysTypeAndRole(t *testing.T) {
	t.Parallel()
	log := `{"timestamp":"2026-11-20T10:00:00.000000+0000","event_type":"flow","src_ip":"203.0.113.7","src_port":4000,"dest_ip":"10.0.0.5","dest_port":22,"proto":"TCP"}
{"timestamp":"2026-11-20T10:00:01.000000+0000","event_type":"tls","src_ip":"10.0.0.5","src_port":4000,"dest_ip":"203.0.113.8","dest_port":443,"tls":{"sni":"a.evil.com"}}
{"timestamp":"2026-11-20T10:00:02.000000+0000","event_type":"dns","src_ip":"10.0.0.5","src_port":4,"dest_ip":"10.0.0.53","dns":{"type":"query","id":3,"rrname":"A.evil.com","rrtype":"A"}}
`
	blocks, sum, err := read(t, strings.NewReader(log), scan.Options{Index: observed(t), Format: logOf(t, "eve").DNS, Activity: logOf(t, "eve").Activity})
	if err != nil || len(blocks) != 1 || sum.Hits != 3 || sum.Overruled != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	var got []string
	for _, h := range blocks[0].Hits {
		got = append(got, fmt.Sprint(h.Match.Indicator, " ", h.Match.Type, " ", h.Kind, " ", h.Name, " ", h.Client, " ", h.Role, " ", h.Count))
	}
	want := []string{"203.0.113.7 ip ip 203.0.113.7 10.0.0.5 src 1", "203.0.113.0/24 ip-range ip 203.0.113.7 10.0.0.5 src 1", "evil.com domain domain a.evil.com 10.0.0.5 query 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
