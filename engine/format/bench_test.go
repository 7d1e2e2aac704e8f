// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"testing"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// BenchmarkRead reads the sample streams of each format over and over; one
// iteration is one line.
func BenchmarkRead(b *testing.B) {
	for _, f := range format.All() {
		b.Run(f.Name, func(b *testing.B) {
			line := []byte(queryLine[f.Name])
			r := f.New(format.Options{At: received})
			if f.Name == "zeek" {
				for _, head := range cutLines([]byte(zeekHead)) {
					r.Read(head, nil)
				}
			}
			events := make([]event.DNS, 0, 4)
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			lines := 0
			for b.Loop() {
				var v format.Verdict
				if events, v = r.Read(line, events[:0]); v.Outcome != format.Parsed {
					b.Fatal(v)
				}
				lines++
			}
			b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

const zeekHead = "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tanswers"

// queryLine is one usual query of each format.
var queryLine = map[string]string{
	"zeek":              "1768353330.125000\tCqKst53mF3det3eDV9\t192.0.2.10\t51234\t192.0.2.53\t53\tudp\t3478\t0.006970\twww.example.vn\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\t203.0.113.7",
	"eve":               `{"timestamp":"2026-01-14T08:15:30.047429+0700","flow_id":1567838537225881,"in_iface":"eth0","event_type":"dns","src_ip":"192.0.2.10","src_port":51323,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","dns":{"type":"query","id":1,"rrname":"www.example.vn","rrtype":"A","tx_id":0}}`,
	"adguard":           `{"IP":"192.0.2.10","T":"2026-01-14T08:15:30.519796+07:00","QH":"www.example.vn","QT":"A","QC":"IN","CP":"","Answer":"Qz+BgAABAAEAAAAAA3d3dwdleGFtcGxlAnZuAAABAAHADAABAAEAAAAKAAQAAAAA","Result":{},"Upstream":"tls://dns.example","Elapsed":837429}`,
	"windns-analytical": `{"@timestamp":"2026-01-14T01:15:30.894Z","winlog":{"process_id":"852","event_data":{"TCP":"0","QNAME":"www.example.vn.","Source":"192.0.2.10","InterfaceIP":"192.0.2.53","QTYPE":"1","XID":"7","PacketData":"0x000601000001"}},"event":{"code":"256","provider":"Microsoft-Windows-DNSServer"}}`,
	"windns":            "14/01/2026 20:15:30 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.10      5b47   Q [0001   D   NOERROR] A      (3)www(7)example(2)vn(0)",
	"bind9":             "14-Jan-2026 08:15:30.125 queries: info: client @0x7f1c08001a58 192.0.2.10#51234 (www.example.vn): query: www.example.vn IN A +E(0)K (192.0.2.53)",
	"infoblox":          "Jan 14 08:15:30 198.51.100.2 named[4711]: client 192.0.2.10#40432: UDP: query: www.example.vn IN A response: NOERROR A www.example.vn. 300 IN A 203.0.113.7;",
	"dnsmasq":           "Jan 14 08:15:30 dnsmasq[2890]: query[A] www.example.vn from 192.0.2.10",
	"unbound":           "[1768353330] unbound[4711:0] info: 192.0.2.10 www.example.vn. A IN",
	"powerdns":          "Jan 14 08:15:32 rec pdns_recursor[77]: 3 [17/1] question for 'www.example.vn|A' from 192.0.2.12:4711",
	"coredns":           `2026-01-14T01:15:32.903Z [INFO] 192.0.2.10:42114 - 64820 "A IN www.example.vn. udp 57 false 1232" NOERROR qr,aa,rd 66 0.000150566s`,
}
