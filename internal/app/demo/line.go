// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// writers write one question as the programs of each format do; times are
// Vietnam's, as the servers are set to.
var writers = map[string]func(b *bytes.Buffer, s *Source, q query){
	"bind9":   bind9,
	"windns":  windns,
	"unbound": unbound,
	"dnsmasq": dnsmasq,
}

// answer is the address every name has: it is in documentation space (RFC
// 5737), and nothing is ever sent there.
const answer = "203.0.113.200"

// upstream is where the communes' routers ask.
const upstream = "198.51.100.53"

// port makes up a source port from what is asked.
func port(q query) int {
	return 1024 + int(mix(uint64(q.at.UnixNano())+uint64(len(q.name)))%64000)
}

// bind9 writes a query log line of BIND 9.18.
func bind9(b *bytes.Buffer, s *Source, q query) {
	fmt.Fprintf(b, "%s queries: info: client @0x7f1c08001a58 %s#%d (%s): query: %s IN %s +E(0)K (%s)\n",
		q.at.In(i18n.Hanoi).Format("02-Jan-2006 15:04:05.000"), q.client, port(q), q.name, q.name, q.kind, s.Server)
}

// dnsmasq writes what log-queries gives: the question, where it is passed on
// to, and the answer to questions for an address.
func dnsmasq(b *bytes.Buffer, _ *Source, q query) {
	head := q.at.In(i18n.Hanoi).Format("Jan _2 15:04:05") + " dnsmasq[2890]: "
	fmt.Fprintf(b, "%squery[%s] %s from %s\n%sforwarded %s to %s\n", head, q.kind, q.name, q.client, head, q.name, upstream)
	if q.kind == "A" {
		fmt.Fprintf(b, "%sreply %s is %s\n", head, q.name, answer)
	}
}

// unbound writes what log-queries gives.
func unbound(b *bytes.Buffer, _ *Source, q query) {
	fmt.Fprintf(b, "[%d] unbound[4711:0] info: %s %s. %s IN\n", q.at.Unix(), q.client, q.name, q.kind)
}

// windns writes the debug log of a Windows server set to Vietnamese: the
// question and the answer sent, lines ending in CR LF.
func windns(b *bytes.Buffer, _ *Source, q query) {
	at := q.at.In(i18n.Hanoi)
	stamp := at.Format("02/01/2006 3:04:05 ") + map[bool]string{true: "SA", false: "CH"}[at.Hour() < 12]
	id := port(q)
	var name strings.Builder
	for label := range strings.SplitSeq(q.name, ".") {
		fmt.Fprintf(&name, "(%d)%s", len(label), label)
	}
	kind := q.kind
	if kind == "HTTPS" {
		kind = "65"
	}
	fmt.Fprintf(b, "%s 0E70 PACKET  00000000033397A0 UDP Rcv %-15s %04x   Q [0001   D   NOERROR] %-6s %s(0)\r\n", stamp, q.client, id, kind, name.String())
	fmt.Fprintf(b, "%s 0E70 PACKET  00000000033397A0 UDP Snd %-15s %04x R Q [8081   DR  NOERROR] %-6s %s(0)\r\n", stamp, q.client, id, kind, name.String())
}
