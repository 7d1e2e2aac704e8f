// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

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

// BenchmarkText reads blocks of usual lines; beside it stands what cutting the
// same block in lines takes.
func BenchmarkText(b *testing.B) {
	for _, name := range quickFormats {
		log := usualLog(name, 20_000)
		lines := bytes.Count(log, []byte("\n"))
		text := append(bytes.Clone(log), make([]byte, format.Spare)...)
		perLine := func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*lines), "ns/line")
		}
		b.Run(name+"/split", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for at := 0; at < len(log); n++ {
					at += bytes.IndexByte(log[at:], '\n') + 1
				}
				if n != lines {
					b.Fatal(n)
				}
			}
			perLine(b)
		})
		b.Run(name+"/parse", func(b *testing.B) {
			f, _ := format.Lookup(name)
			t := f.Text(format.Options{At: received})
			recs := make([]format.Record, 0, 64)
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				var skips format.Skips
				for at := 0; at < len(log); {
					next, got := t.Queries(text, at, len(log), recs, &skips)
					if next == at {
						b.Fatalf("not the fast way: %.200q", log[at:])
					}
					n += len(got)
					at = next
				}
				if n != lines {
					b.Fatal(n)
				}
			}
			perLine(b)
		})
	}
}
