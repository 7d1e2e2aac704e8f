// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// One line in hitEach hits; one in hitEach is a look-alike.
const hitEach = 1000

// query is one line to write.
type query struct {
	at     time.Time
	client []byte
	name   string
	rrtype string
	r      *rand.Rand
}

// layouts write one query each, as the programs do.
var layouts = map[string]func([]byte, query) []byte{"bind9": appendBIND, "eve": appendEVE, "dnsmasq": appendDnsmasq}

// writeLog writes queries until size is reached.
func (o order) writeLog(w *bufio.Writer, bad indicators) (planted, error) {
	r := rand.New(rand.NewPCG(o.seed, 0x766f6e67676163))
	good := newBenign(r, 200_000)
	p := planted{ByKind: map[string]int64{}}
	layout, ok := layouts[o.format]
	if !ok {
		return p, fmt.Errorf("-format %s is not bind9, eve or dnsmasq", o.format)
	}
	begin, err := time.Parse(time.RFC3339, o.begin)
	if err != nil {
		return p, fmt.Errorf("-begin: %w", err)
	}
	q := query{at: begin.UTC(), r: r}
	types := []string{"A", "AAAA", "A", "HTTPS"}
	var line []byte
	for p.Bytes < o.size {
		hits := p.Hits
		if q.name, err = p.next(bad, good, o.unique, r); err != nil {
			return p, err
		}
		q.at = q.at.Add(time.Duration(r.IntN(20)) * time.Millisecond)
		q.client = appendClient(q.client[:0], r.IntN(1200))
		q.rrtype = types[r.IntN(len(types))]
		line = layout(line[:0], q)
		if _, err := w.Write(line); err != nil {
			return p, err
		}
		if p.Hits > hits {
			p.truth = fmt.Appendf(p.truth, "%s\t%s\n", q.client, strings.ToLower(strings.TrimSuffix(q.name, ".")))
		}
		p.Lines++
		p.Bytes += int64(len(line))
	}
	return p, nil
}

// next chooses the name of the next line and counts it.
func (p *planted) next(bad indicators, good *benign, unique bool, r *rand.Rand) (string, error) {
	switch p.Lines % hitEach {
	case hitEach / 2:
		kind := kinds[p.Hits%int64(len(kinds))]
		p.Hits++
		p.ByKind[kind]++
		return bad.hit(kind, r)
	case hitEach - 1:
		p.LookAlikes++
		return bad.lookAlike(p.LookAlikes, r), nil
	}
	if unique {
		return "u" + strconv.FormatInt(p.Lines, 36) + "." + good.pick(), nil
	}
	return good.pick(), nil
}

func appendClient(b []byte, n int) []byte {
	b = append(b, "10."...)
	b = strconv.AppendInt(b, int64(n%4), 10)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(n/254), 10)
	b = append(b, '.')
	return strconv.AppendInt(b, int64(n%254+1), 10)
}

// appendBIND writes as BIND 9.18 does with print-time, print-category and
// print-severity.
func appendBIND(b []byte, q query) []byte {
	b = q.at.AppendFormat(b, "02-Jan-2006 15:04:05.000")
	b = fmt.Appendf(b, " queries: info: client @0x7f62b8%06x %s#%d (", q.r.IntN(1<<24), q.client, 1024+q.r.IntN(64000))
	b = append(b, q.name...)
	b = append(b, "): query: "...)
	b = append(b, q.name...)
	b = append(b, " IN "...)
	b = append(b, q.rrtype...)
	return append(b, " +E(0)K (10.0.0.53)\n"...)
}

// appendEVE writes as Suricata 7 does for a DNS query (EVE version 2).
func appendEVE(b []byte, q query) []byte {
	b = append(b, `{"timestamp":"`...)
	b = q.at.AppendFormat(b, "2006-01-02T15:04:05.000000-0700")
	return fmt.Appendf(b, `","flow_id":%d,"in_iface":"eth0","event_type":"dns","src_ip":"%s","src_port":%d,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","pkt_src":"wire/pcap","dns":{"type":"query","id":%d,"rrname":"%s","rrtype":"%s","tx_id":0,"opcode":0}}`+"\n",
		q.r.Int64(), q.client, 1024+q.r.IntN(64000), q.r.IntN(1<<16), strings.TrimSuffix(q.name, "."), q.rrtype)
}

// appendDnsmasq writes as dnsmasq 2.90 does with log-queries.
func appendDnsmasq(b []byte, q query) []byte {
	b = q.at.AppendFormat(b, "Jan _2 15:04:05")
	return fmt.Appendf(b, " dnsmasq[912]: query[%s] %s from %s\n", q.rrtype, q.name, q.client)
}
