// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/format"
)

// usualLog makes a log of n lines as a busy resolver writes it.
func usualLog(name string, n int) []byte {
	var b bytes.Buffer
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.2, 20, 200_000)
	at := received
	for range n {
		at = at.Add(time.Duration(r.IntN(20)) * time.Millisecond)
		i := zipf.Uint64()
		who := fmt.Sprintf("%s%d.host%x.example%d.%s", []string{"", "www.", "a1.cdn."}[i%3], i%10, i*7919, i%97, []string{"com", "vn", "net", "com.vn"}[i%4])
		client := fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(5), r.IntN(250))
		kind := []string{"A", "AAAA", "A", "HTTPS"}[r.IntN(4)]
		switch name {
		case "bind9":
			fmt.Fprintf(&b, "%s queries: info: client @0x7f62b8%06x %s#%d (%s): query: %s IN %s +E(0)K (10.0.0.53)\n",
				at.Format("02-Jan-2006 15:04:05.000"), r.IntN(1<<24), client, 1024+r.IntN(64000), who, who, kind)
		case "dnsmasq":
			fmt.Fprintf(&b, "%s dnsmasq[2890]: query[%s] %s from %s\n", at.Format("Jan _2 15:04:05"), kind, who, client)
		case "eve":
			fmt.Fprintf(&b, `{"timestamp":"%s","flow_id":%d,"in_iface":"eth0","event_type":"dns","src_ip":"%s","src_port":%d,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"type":"query","id":%d,"rrname":"%s","rrtype":"%s","tx_id":0}}`+"\n",
				at.Format("2006-01-02T15:04:05.000000-0700"), r.Uint64()>>12, client, 1024+r.IntN(64000), r.IntN(65536), who, kind)
		}
	}
	return b.Bytes()
}

// BenchmarkText reads a log of usual lines in turn with cutting the same log in
// lines (one call of the library's byte search a line). Of each hundred lines
// the quickest pass counts, so that other work on the machine counts less.
func BenchmarkText(b *testing.B) {
	for _, name := range quickFormats {
		b.Run(name, func(b *testing.B) {
			f, _ := format.Lookup(name)
			t := f.Text(format.Options{At: received})
			recs := make([]format.Record, 0, 100)
			log := usualLog(name, 20_000)
			var parts [][]byte
			for rest := log; len(rest) > 0; {
				n := 0
				for range cap(recs) {
					n += bytes.IndexByte(rest[n:], '\n') + 1
				}
				parts = append(parts, append(bytes.Clone(rest[:n]), make([]byte, format.Spare)...))
				rest = rest[n:]
			}
			split, parse := make([]time.Duration, len(parts)), make([]time.Duration, len(parts))
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				for i, part := range parts {
					from, n, end := time.Now(), 0, len(part)-format.Spare
					for at := 0; at < end; n++ {
						at += bytes.IndexByte(part[at:end], '\n') + 1
					}
					between := time.Now()
					var skips format.Skips
					at, got := t.Queries(part, 0, end, recs, &skips)
					if at != end || len(got) != n {
						b.Fatalf("not the fast way: %.200q", part[at:])
					}
					best(&parse[i], time.Since(between))
					best(&split[i], between.Sub(from))
				}
			}
			lines := float64(len(parts) * cap(recs))
			s, p := sum(split), sum(parse)
			b.ReportMetric(s/lines, "split-ns/line")
			b.ReportMetric(p/lines, "parse-ns/line")
			b.ReportMetric(100*s/p, "%ofsplit")
			b.ReportMetric(float64(len(log))/p*1e3, "parse-MB/s")
		})
	}
}

// best keeps the shorter of two times; zero is none yet.
func best(have *time.Duration, d time.Duration) {
	if *have == 0 || d < *have {
		*have = d
	}
}

func sum(times []time.Duration) (ns float64) {
	for _, d := range times {
		ns += float64(d)
	}
	return ns
}

// BenchmarkEveFields takes time, event type, source, name and type from EVE
// lines of queries, in turn with a general decoder that takes the same fields.
func BenchmarkEveFields(b *testing.B) {
	f, _ := format.Lookup("eve")
	t := f.Text(format.Options{At: received})
	recs := make([]format.Record, 0, 100)
	var parts [][]byte
	for range 100 {
		parts = append(parts, append(usualLog("eve", cap(recs)), make([]byte, format.Spare)...))
	}
	ours, theirs := make([]time.Duration, len(parts)), make([]time.Duration, len(parts))
	var decoder fastjson.Parser
	b.ReportAllocs()
	for b.Loop() {
		for i, part := range parts {
			end := len(part) - format.Spare
			from := time.Now()
			var skips format.Skips
			if at, got := t.Queries(part, 0, end, recs, &skips); at != end || len(got) != cap(recs) {
				b.Fatalf("not the fast way: %.300q", part[at:])
			}
			best(&ours[i], time.Since(from))
			from = time.Now()
			size := 0
			for line := range bytes.Lines(part[:end]) {
				v, err := decoder.ParseBytes(line)
				if err != nil || string(v.GetStringBytes("event_type")) != "dns" {
					b.Fatal(err)
				}
				size += len(v.GetStringBytes("timestamp")) + len(v.GetStringBytes("src_ip")) + len(v.GetStringBytes("dns", "type")) +
					len(v.GetStringBytes("dns", "rrname")) + len(v.GetStringBytes("dns", "rrtype"))
			}
			best(&theirs[i], time.Since(from))
			if size == 0 {
				b.Fatal("nothing was taken")
			}
		}
	}
	lines := float64(len(parts) * cap(recs))
	o, d := sum(ours), sum(theirs)
	b.ReportMetric(o/lines, "ours-ns/line")
	b.ReportMetric(d/lines, "fastjson-ns/line")
	b.ReportMetric(d/o, "times")
}
