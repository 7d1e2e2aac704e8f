// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// cisco reads Cisco's syslog by its message ids, "%ASA-6-302013: ": ASA and FTD
// (Cisco Secure Firewall ASA Series Syslog Messages; Secure Firewall Threat
// Defense Syslog Messages), and of IOS access lists and log-ins. Messages that
// name no peer are other events. A connection built outbound is logged with the
// end that was called first; of any other Src is the end that stands first.
type cisco struct {
	clock clock
	kv    fields
}

func newCisco(opt Options) ActivityReader {
	return activityTextGuard(&cisco{clock: newClock(opt)}, opt)
}

func (r *cisco) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	start, end := ciscoID(s)
	if start < 0 {
		return into, reject(NotFormat)
	}
	id, msg := s[start+1:end], strings.TrimLeft(s[end:], ": ")
	d := draft{clock: &r.clock}
	h := r.clock.head(s[:start] + "x")
	_, parts, _ := strings.Cut(s[:start], ": ")
	for part := range strings.SplitSeq(parts, ": ") { // IOS: "45: fw1: *Jan 14 2026 08:15:30.123 ICT: "
		if at, _, state := r.clock.scan(trimPriority(strings.TrimLeft(part, " *."))); state == goodTime {
			h.at, h.bad = at, false
		}
	}
	number := id[strings.LastIndexByte(id, '-')+1:]
	switch {
	case strings.HasPrefix(number, "43000"):
		r.threatDefense(&d, number, msg)
	case !r.message(&d, msg):
		return into, skip(OtherEvent)
	}
	if d.a.Title == "" {
		d.a.Title = id
	}
	d.a.Title = strings.Clone(d.a.Title)
	return d.logged(h, into)
}

// ciscoID finds "%FACILITY-SEVERITY-MNEMONIC"; a sub-facility may stand between.
func ciscoID(s string) (start, end int) {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '%')
		if i < 0 {
			return -1, -1
		}
		start = at + i
		for end = start + 1; end < len(s) && (s[end] >= 'A' && s[end] <= 'Z' || isDigit(s[end]) || s[end] == '-' || s[end] == '_'); end++ {
		}
		part := strings.Split(s[start+1:end], "-")
		if n := len(part); n > 2 && part[0] != "" && part[n-1] != "" && len(part[n-2]) == 1 && part[n-2][0] <= '7' && part[n-2][0] >= '0' && end < len(s) &&
			(s[end] == ':' || s[end] == ' ') {
			return start, end
		}
		at = start + 1
	}
}

var threatDefenseFields = []meaning{
	{"FirstPacketSecond", IsTime}, {"SrcIP", IsSrc}, {"SrcPort", IsSrcPort}, {"DstIP", IsDst}, {"DstPort", IsDstPort}, {"Protocol", IsProtocol},
	{"AccessControlRuleAction", IsAction}, {"FileAction", IsAction}, {"InlineResult", IsAction},
	{"InitiatorBytes", IsSent}, {"ResponderBytes", IsReceived}, {"User", IsUser},
	{"Message", IsTitle}, {"ThreatName", IsTitle}, {"AccessControlRuleName", IsTitle}, {"DNSQuery", IsQuery},
	{"URL", IsURL}, {"URI", IsURL}, {"ReferencedHost", IsDstHost}, {"UserAgent", IsUserAgent}, {"HTTPResponse", IsStatus}, {"TLSSNI", IsSNI}, {"SSLVersion", IsTLS},
	{"FileName", IsFileName}, {"FileType", IsFileType}, {"FileSize", IsFileSize}, {"FileSHA256", IsHash},
}

// threatDefense reads "Key: value, Key: value"; a value may hold commas.
func (r *cisco) threatDefense(d *draft, number, s string) {
	r.kv = r.kv[:0]
	for one := range strings.SplitSeq(s, ", ") {
		key, value, ok := strings.Cut(one, ": ")
		switch {
		case ok && isKey(key):
			r.kv = append(r.kv, field{key, value})
		case len(r.kv) > 0:
			last := &r.kv[len(r.kv)-1]
			last.value = last.value[:min(len(last.value), 4096)] + ", " + one
		}
	}
	r.kv.apply(d, threatDefenseFields)
	if d.a.User == "No Authentication Required" || d.a.User == "Unknown" {
		d.a.User = ""
	}
	switch number {
	case "430001", "430005": // an intrusion, a malicious file
		d.a.Class = event.DetectionFinding
	case "430004":
		d.a.Class = event.FileHosting
	default:
		d.a.Class = event.NetworkActivity
	}
}

// message reads the sentences of ASA and IOS.
func (r *cisco) message(d *draft, s string) bool {
	d.a.Class = event.NetworkActivity
	r.user(d, s)
	lower := strings.ToLower(s)
	switch {
	case strings.Contains(lower, "login permitted"), strings.Contains(lower, "login success"), strings.Contains(s, "authentication Successful"),
		strings.Contains(s, "authentication succeeded"), strings.HasSuffix(s, "Succeeded"), strings.Contains(s, "WebVPN session started"),
		strings.Contains(s, "AnyConnect parent session started"):
		d.a.Class, d.a.Status = event.Authentication, event.Success
	case strings.Contains(lower, "login denied"), strings.Contains(lower, "login failed"), strings.Contains(s, "authentication Rejected"),
		strings.Contains(s, "authentication failed"), strings.HasSuffix(s, "Failed"), strings.Contains(s, "Failed to authenticate"):
		d.a.Class, d.a.Status = event.Authentication, event.Failure
	case strings.HasPrefix(lower, "deny "), strings.Contains(lower, " denied"), strings.HasPrefix(lower, "denied "), strings.HasPrefix(lower, "dropping "):
		d.a.Action = event.Blocked
	case strings.HasPrefix(s, "Built "), strings.HasPrefix(s, "Teardown "), strings.Contains(lower, " permitted "):
		d.a.Action = event.Allowed
	}
	r.protocol(d, lower)
	if !r.ends(d, s) {
		r.lone(d, s)
	}
	if size := valueOf(s, " bytes "); size != "" && strings.HasPrefix(s, "Teardown ") {
		d.take(IsReceived, size)
	}
	if url, ok := strings.CutPrefix(valueOf(s, " Accessed URL "), ""); ok && url != "" {
		d.a.Class = event.HTTPActivity
		host, path, _ := strings.Cut(url, ":")
		d.take(IsDst, host)
		d.take(IsURL, path)
		d.take(IsSrc, firstWord(s))
	}
	return d.a.Src.Addr.IsValid() || d.a.Dst.Addr.IsValid() || d.a.Class == event.Authentication && d.a.User != ""
}

func (r *cisco) protocol(d *draft, lower string) {
	for word := range strings.FieldsSeq(lower[:min(len(lower), 120)]) {
		switch word {
		case "tcp", "udp", "icmp", "esp", "gre":
			d.take(IsProtocol, word)
			return
		}
	}
}

// ends reads both ends of the sentences that name two.
func (r *cisco) ends(d *draft, s string) bool {
	if from, rest, ok := strings.Cut(s, " faddr "); ok { // ICMP: foreign, global and local address
		_, local, ok := strings.Cut(rest, " laddr ")
		turned := strings.Contains(from, " outbound ")
		return ok && r.pair(d, firstWord(rest), firstWord(local), turned)
	}
	if left, right, ok := strings.Cut(s, " -> "); ok { // access lists
		return r.pair(d, lastWord(left), firstWord(right), false)
	}
	if _, rest, ok := strings.Cut(s, "Local:"); ok {
		_, remote, ok := strings.Cut(rest, "Remote:")
		local := firstWord(rest)
		return ok && r.pair(d, strings.Replace(local, ":", "/", strings.Count(local, ":")), strings.Replace(firstWord(remote), ":", "/", -1), false)
	}
	for _, by := range [...][2]string{{" src ", " dst "}, {" from ", " to "}, {" for ", " to "}, {" flow ", " to "}} {
		_, rest, ok := strings.Cut(s, by[0])
		if !ok {
			continue
		}
		_, to, ok := strings.Cut(rest, by[1])
		turned := strings.HasPrefix(s, "Built outbound ")
		if ok && r.pair(d, firstWord(rest), firstWord(to), turned) {
			return true
		}
	}
	return false
}

// pair takes two ends, or neither.
func (r *cisco) pair(d *draft, from, to string, turned bool) bool {
	src, dst := draft{clock: d.clock}, draft{clock: d.clock}
	if !ciscoEnd(&src, from) || !ciscoEnd(&dst, to) {
		return false
	}
	if d.a.Src, d.a.Dst = src.a.Src, dst.a.Src; turned {
		d.a.Src, d.a.Dst = d.a.Dst, d.a.Src
	}
	return true
}

// ciscoEnd reads "outside:192.0.2.1/443", "outside/192.0.2.1(443)" and the parts
// of them that stand alone, as Src.
func ciscoEnd(d *draft, s string) bool {
	s = strings.TrimRight(s, ",.;]>\"")
	port := ""
	if i := strings.IndexByte(s, '('); i >= 0 { // a port, else the user behind the address
		port = strings.TrimRight(s[i+1:], ")")
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 && !isAddress(s[i+1:]) {
		s, port = s[:i], s[i+1:]
	}
	a, ok := address(s)
	for !ok {
		i := strings.IndexAny(s, ":/")
		if i < 0 {
			return false
		}
		s = s[i+1:]
		a, ok = address(s)
	}
	d.a.Src.Addr = a
	d.a.Src.Port = small(port)
	return true
}

// lone reads the one end of the other sentences: who logs in, or is told of.
func (r *cisco) lone(d *draft, s string) {
	for _, before := range [...]string{"[Source: ", " IP <", "IP address: ", "from IP ", "user IP = ", "Assigned IP=", "with client ", "denied from ", "permitted from ", " from "} {
		_, rest, ok := strings.Cut(s, before)
		one := draft{clock: d.clock}
		if ok && ciscoEnd(&one, firstWord(rest)) {
			d.a.Src = one.a.Src
			return
		}
	}
}

// user reads the account in the ways that messages write it.
func (r *cisco) user(d *draft, s string) {
	for _, q := range [...][2]string{{"User '", "'"}, {"User <", ">"}, {"for user \"", "\""}, {"[user: ", "]"}, {"user = ", " "}, {"Username:", " "}, {"Uname: ", " "},
		{"User=", ","}, {"Username = ", ","}} {
		if _, rest, ok := strings.Cut(s, q[0]); ok {
			user, _, _ := strings.Cut(rest, q[1])
			d.take(IsUser, user)
			return
		}
	}
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }
