// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package dnstap

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// The bounds of a line, which is to stay far below 1 MiB.
const (
	mostAnswers = 100
	mostText    = 2 << 10 // bytes of identity, version, extra and the data of an answer
)

// The years in which a message may have been seen; other times were not said.
const (
	earliest = 946684800  // 2000-01-01
	latest   = 4102444800 // 2100-01-01
)

// Line appends the line of one frame, with its end, to out. The error is
// ErrFrame; then out is returned as it was.
func Line(out, frame []byte) ([]byte, error) {
	m, err := read(frame)
	if err != nil {
		return out, err
	}
	kind := nameOf(kinds[:], m.kind)
	b := word(append(out, '{'), "dnstap", kind)
	b = words(b, "identity", m.identity)
	b = words(b, "version", m.version)
	b = words(b, "extra", m.extra)
	answer := strings.HasSuffix(kind, "_RESPONSE")
	first, second := m.asked, m.answered
	if answer {
		first, second = second, first
	}
	if !first.known() {
		first = second
	}
	b = first.append(b, "time")
	b = m.asked.append(b, "query_time")
	b = m.answered.append(b, "response_time")
	if m.protocol > 0 {
		b = word(b, "protocol", nameOf(protocols[:], m.protocol))
	}
	if a, ok := address(m.from, m.family); ok {
		b = word(b, "query_address", a.String())
	}
	b = port(b, "query_port", m.fromPort)
	if a, ok := address(m.to, m.family); ok {
		b = word(b, "response_address", a.String())
	}
	b = port(b, "response_port", m.toPort)
	if zone, _, err := dns.UnpackDomainName(m.zone, 0); len(m.zone) > 0 && err == nil {
		b = word(b, "zone", zone)
	}
	wire := m.query
	if answer && len(m.response) > 0 || len(wire) == 0 {
		wire = m.response
	}
	if len(wire) > 0 {
		b = wireMessage(b, wire)
	}
	return append(b, "}\n"...), nil
}

// wireMessage adds what a DNS message says.
func wireMessage(b, wire []byte) []byte {
	var m dns.Msg
	err := m.Unpack(wire)
	if len(wire) >= 12 {
		b = number(b, "id", uint64(m.Id))
		b = word(b, "opcode", table(dns.OpcodeToString, m.Opcode))
		b = flags(b, &m)
	}
	if len(m.Question) > 0 {
		q := m.Question[0]
		b = word(b, "name", q.Name)
		b = word(b, "type", typeName(q.Qtype))
		if q.Qclass != dns.ClassINET {
			b = word(b, "class", table(dns.ClassToString, q.Qclass))
		}
	}
	if m.Response {
		b = word(b, "rcode", table(dns.RcodeToString, m.Rcode))
		b = answers(b, m.Answer)
	}
	b = number(b, "size", uint64(len(wire)))
	if err != nil {
		b = word(b, "error", BadMessage)
	}
	return b
}

func flags(b []byte, m *dns.Msg) []byte {
	b = append(b, `,"flags":"`...)
	from := len(b)
	for _, f := range [...]struct {
		set  bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"},
		{m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
		if !f.set {
			continue
		}
		if len(b) > from {
			b = append(b, ' ')
		}
		b = append(b, f.name...)
	}
	return append(b, '"')
}

func answers(b []byte, list []dns.RR) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, `,"answers":[`...)
	for i, rr := range list[:min(len(list), mostAnswers)] {
		if i > 0 {
			b = append(b, ',')
		}
		h := rr.Header()
		b = word(append(b, '{'), "name", h.Name)
		b = word(b, "type", typeName(h.Rrtype))
		b = number(b, "ttl", uint64(h.Ttl))
		b = append(words(b, "data", []byte(data(rr))), '}')
	}
	b = append(b, ']')
	if len(list) > mostAnswers {
		b = number(b, "more", uint64(len(list)-mostAnswers))
	}
	return b
}

// data is what a record holds, as in a zone file (RFC 1035 §5.1).
func data(rr dns.RR) string {
	switch r := rr.(type) {
	case *dns.A:
		return r.A.String()
	case *dns.AAAA:
		return r.AAAA.String()
	case *dns.CNAME:
		return r.Target
	case *dns.PTR:
		return r.Ptr
	case *dns.NS:
		return r.Ns
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

func typeName(n uint16) string {
	if s, ok := dns.TypeToString[n]; ok {
		return s
	}
	return "TYPE" + strconv.Itoa(int(n)) // RFC 3597 §5
}

// table gives the word of n, or n itself where there is none.
func table[N uint16 | int](words map[N]string, n N) string {
	if s, ok := words[n]; ok {
		return s
	}
	return strconv.Itoa(int(n))
}

func (s stamp) known() bool { return s.seconds >= earliest && s.seconds < latest && s.nanos < 1e9 }

// append adds s as key, unless it is not said.
func (s stamp) append(b []byte, key string) []byte {
	if !s.known() {
		return b
	}
	b = open(b, key)
	b = time.Unix(int64(s.seconds), int64(s.nanos)).UTC().AppendFormat(append(b, '"'), "2006-01-02T15:04:05.000000000Z07:00")
	return append(b, '"')
}

func port(b []byte, key string, n uint64) []byte {
	if n == 0 || n > 0xffff {
		return b
	}
	return number(b, key, n)
}

// open begins a value of an object.
func open(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(append(append(b, '"'), key...), `":`...)
}

func number(b []byte, key string, n uint64) []byte { return strconv.AppendUint(open(b, key), n, 10) }

// word adds text; that of a sender goes through words.
func word(b []byte, key, text string) []byte { return quote(open(b, key), text) }

// words adds bytes of a sender, unless there are none: at most mostText, in
// UTF-8.
func words(b []byte, key string, text []byte) []byte {
	if len(text) == 0 {
		return b
	}
	return quote(open(b, key), strings.ToValidUTF8(string(text[:min(len(text), mostText)]), "\uFFFD"))
}

func quote(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			q, _ := json.Marshal(s) // a string always has a form in JSON
			return append(b, q...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func faultLine(out []byte, why string, size int) []byte {
	b := word(append(out, '{'), "dnstap", "")
	b = word(b, "error", why)
	return append(number(b, "size", uint64(size)), "}\n"...)
}

// Identity is the identity in a line that Line made, "" where it has none. It
// stands second in a line.
func Identity(line []byte) string {
	_, rest, ok := bytes.Cut(line, []byte(`","`))
	rest, named := bytes.CutPrefix(rest, []byte(`identity":`))
	if !ok || !named {
		return ""
	}
	end := 1
	for ; end < len(rest) && rest[end] != '"'; end++ {
		if rest[end] == '\\' {
			end++
		}
	}
	var s string
	if end >= len(rest) || json.Unmarshal(rest[:end+1], &s) != nil {
		return ""
	}
	return s
}
