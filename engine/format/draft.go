// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vonggac/vonggac/engine/event"
)

// Meaning says what a field of a log holds. The words are those of mapping
// files (see ReadMapping).
type Meaning string

// The meanings a field may have. A field that is given twice counts once: the
// first readable value holds.
const (
	IsTime      Meaning = "time"       // ISO 8601, syslog, or seconds to nanoseconds since 1970
	IsSrc       Meaning = "src"        // address, or the name a device writes in its place
	IsSrcPort   Meaning = "src_port"   //
	IsSrcHost   Meaning = "src_host"   //
	IsDst       Meaning = "dst"        //
	IsDstPort   Meaning = "dst_port"   //
	IsDstHost   Meaning = "dst_host"   // with or without port
	IsProtocol  Meaning = "protocol"   // name, or IANA number
	IsAction    Meaning = "action"     // the device's word
	IsSent      Meaning = "sent"       // bytes from src
	IsReceived  Meaning = "received"   // bytes to src
	IsUser      Meaning = "user"       //
	IsTitle     Meaning = "title"      //
	IsQuery     Meaning = "query"      // DNS name asked
	IsMethod    Meaning = "method"     //
	IsURL       Meaning = "url"        // whole, or the path alone
	IsUserAgent Meaning = "user_agent" //
	IsStatus    Meaning = "status"     //
	IsSNI       Meaning = "sni"        //
	IsTLS       Meaning = "tls_version"
	IsJA3       Meaning = "ja3"
	IsJA3S      Meaning = "ja3s"
	IsJA4       Meaning = "ja4"
	IsFileName  Meaning = "file_name"
	IsFileType  Meaning = "file_type"
	IsFileSize  Meaning = "file_size"
	IsHash      Meaning = "hash" // MD5, SHA-1 or SHA-256, told apart by length
	IsEmailFrom Meaning = "email_from"
	IsEmailTo   Meaning = "email_to" // one or more, separated by ',' or ';'
)

// draft is the activity of one line under way. Values are views of the line
// until take clones them.
type draft struct {
	a                       event.Activity
	clock                   *clock
	url                     string // as logged
	badTime, badSrc, badDst bool
	badPort                 bool
}

// isUnset tells how devices write that there is nothing to say.
func isUnset(s string) bool {
	switch s {
	case "", "-", "N/A", "n/a", "NA", "null", "(empty)", "undefined", "::ffff:0": // the last is PAN-OS's CEF for no IPv6 address
		return true
	}
	return false
}

// take gives a field its meaning.
func (d *draft) take(m Meaning, s string) {
	if s = strings.Trim(s, " \t"); isUnset(s) {
		return
	}
	a := &d.a
	switch m {
	case IsTime:
		d.time(s)
	case IsSrc:
		d.badSrc = !end(&a.Src, s) || d.badSrc
	case IsDst:
		d.badDst = !end(&a.Dst, s) || d.badDst
	case IsSrcPort:
		d.port(&a.Src, s)
	case IsDstPort:
		d.port(&a.Dst, s)
	case IsSrcHost:
		d.host(&a.Src, s)
	case IsDstHost:
		d.host(&a.Dst, s)
	case IsProtocol:
		setText(&a.Protocol, strings.ToLower(protocolName(s)))
	case IsAction:
		if a.Action == event.Unsaid {
			a.Action = actionOf(s)
		}
	case IsSent:
		setSize(&a.Sent, s)
	case IsReceived:
		setSize(&a.Received, s)
	case IsUser:
		setText(&a.User, s)
	case IsTitle:
		setText(&a.Title, s)
	case IsQuery:
		if name, ok := nameText(s, hexX); ok && a.Query == "" {
			a.Query = name
		}
	default:
		d.takeObject(m, s)
	}
}

// takeObject fills the objects of an activity.
func (d *draft) takeObject(m Meaning, s string) {
	a := &d.a
	switch m {
	case IsURL:
		if d.url == "" {
			d.url = s
		}
	case IsMethod:
		setText(&a.HTTP.Method, s)
	case IsUserAgent:
		setText(&a.HTTP.UserAgent, s)
	case IsStatus:
		if n, err := strconv.Atoi(s); err == nil && a.HTTP.Status == 0 && n > 0 && n < 1000 {
			a.HTTP.Status = n
		}
	case IsSNI:
		setText(&a.TLS.SNI, strings.TrimSuffix(s, "."))
	case IsTLS:
		setText(&a.TLS.Version, s)
	case IsJA3:
		setHex(&a.TLS.JA3, s, 32)
	case IsJA3S:
		setHex(&a.TLS.JA3S, s, 32)
	case IsJA4:
		setText(&a.TLS.JA4, strings.ToLower(s))
	case IsFileName:
		setText(&a.File.Name, s)
	case IsFileType:
		setText(&a.File.Type, s)
	case IsFileSize:
		setSize(&a.File.Size, s)
	case IsHash:
		setHex(&a.File.MD5, s, 32)
		setHex(&a.File.SHA1, s, 40)
		setHex(&a.File.SHA256, s, 64)
	case IsEmailFrom:
		setText(&a.Email.From, mailbox(s))
	case IsEmailTo:
		d.recipients(s)
	}
}

func (d *draft) time(s string) {
	if !d.a.Time.IsZero() {
		return
	}
	at, ok := d.clock.scanField(s)
	if d.a.Time = at; !ok {
		d.badTime = true
	}
}

// scanField reads a time that stands in a field of its own: what scanJSON
// reads, micro- and nanoseconds since 1970, and times with a zone's name.
func (c *clock) scanField(s string) (time.Time, bool) {
	if at, rest, state := c.scan(s); state == goodTime && (rest == "" || rest == " UTC" || rest == " GMT") {
		if rest != "" {
			utc := clock{zone: time.UTC, at: c.at}
			at, _, _ = utc.scan(s)
		}
		return at, true
	}
	if n, rest, ok := number(s, 19); ok && rest == "" {
		switch len(s) {
		case 16:
			return time.UnixMicro(int64(n)).UTC(), true
		case 19:
			return time.Unix(0, int64(n)).UTC(), n >= 0
		}
	}
	return c.scanJSON(s)
}

// end reads the address of an endpoint. Devices write a name there when they
// resolve names: it is kept as the host.
func end(e *event.Endpoint, s string) bool {
	if a, ok := address(s); ok {
		if !e.Addr.IsValid() {
			e.Addr = a
		}
		return true
	}
	name, ok := nameText(s, plain)
	if !ok || !isHostName(name) {
		return false
	}
	if e.Host == "" {
		e.Host = name
	}
	return true
}

// isHostName tells a name from other words: letters of any script, digits, '-',
// '_' and dots, and not digits alone.
func isHostName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return strings.Trim(s, "0123456789.-_") != ""
}

func (d *draft) port(e *event.Endpoint, s string) {
	n, err := strconv.ParseUint(s, 10, 16)
	switch {
	case err != nil:
		d.badPort = true
	case e.Port == 0:
		e.Port = uint16(n)
	}
}

// host takes "name", "name:port", "address:port" or "[v6]:port".
func (d *draft) host(e *event.Endpoint, s string) {
	host, port := cutPort(s)
	setText(&e.Host, strings.TrimSuffix(host, "."))
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && e.Port == 0 {
		e.Port = uint16(n)
	}
}

// cutPort splits the port off a host; an IPv6 address without brackets has none.
func cutPort(s string) (host, port string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.IndexByte(s, ':') != i && s[0] != '[' || strings.HasSuffix(s, "]") {
		return strings.Trim(s, "[]"), ""
	}
	return strings.Trim(s[:i], "[]"), s[i+1:]
}

func (d *draft) recipients(s string) {
	for one := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' }) {
		if m := mailbox(one); m != "" {
			d.a.Email.To = append(d.a.Email.To, cleanText(m))
		}
	}
}

// mailbox gives the address of "Name <a@b>" or "a@b"; empty is none.
func mailbox(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Trim(s, "<> \t'\"")
	if at := strings.IndexByte(s, '@'); at <= 0 || at == len(s)-1 || strings.ContainsAny(s, " \t") {
		return ""
	}
	return s
}

// finish appends the activity of the line, or says why there is none. A line
// that names nothing that could be looked up is about something else.
func (d *draft) finish(into []event.Activity) ([]event.Activity, Verdict) {
	a := &d.a
	switch {
	case d.badTime && a.Time.IsZero():
		return into, reject(BadTime)
	case d.badSrc && !a.Src.Addr.IsValid(), d.badDst && !a.Dst.Addr.IsValid():
		return into, reject(BadAddress)
	case d.badPort:
		return into, reject(BadPort)
	}
	d.address()
	if a.Class == event.Authentication && a.User != "" || a.Class == event.ProcessActivity {
		return append(into, *a), parsed
	}
	if !a.Src.Addr.IsValid() && !a.Dst.Addr.IsValid() && a.Dst.Host == "" && a.HTTP.URL == "" && a.Query == "" && a.TLS.SNI == "" &&
		a.File.MD5 == "" && a.File.SHA1 == "" && a.File.SHA256 == "" && a.Email.From == "" && len(a.Email.To) == 0 {
		return into, skip(OtherEvent)
	}
	if a.Class == 0 {
		a.Class = classOf(a)
	}
	return append(into, *a), parsed
}

func classOf(a *event.Activity) event.Class {
	switch {
	case a.File.MD5 != "" || a.File.SHA1 != "" || a.File.SHA256 != "":
		return event.FileHosting
	case a.HTTP.URL != "" || a.HTTP.Method != "":
		return event.HTTPActivity
	case a.Query != "":
		return event.DNSActivity
	}
	return event.NetworkActivity
}

// address makes the URL whole: a path gets the host it was asked of, and a host
// is taken from a URL that has one, with the port of its scheme (RFC 9110 §4.2).
func (d *draft) address() {
	a, s := &d.a, d.url
	switch {
	case s == "":
	case a.HTTP.Method == "CONNECT" && !strings.Contains(s, "://"): // host and port to tunnel to, RFC 9110 §9.3.6
		d.host(&a.Dst, s)
	case s[0] == '/':
		host := cmpHost(a)
		scheme := "http://"
		switch {
		case a.Dst.Port == 443 || a.TLS.SNI != "":
			scheme = "https://"
			fallthrough
		case a.Dst.Port == 80 || a.Dst.Port == 0:
		case host != "":
			host += ":" + strconv.Itoa(int(a.Dst.Port))
		}
		if host == "" {
			scheme = ""
		}
		a.HTTP.URL = cleanText(scheme + host + s)
	default:
		a.HTTP.URL = cleanText(s)
		if host := urlHost(s); host != "" && a.Dst.Host == "" {
			d.host(&a.Dst, host)
			switch {
			case a.Dst.Port != 0:
			case strings.HasPrefix(s, "http://"):
				a.Dst.Port = 80
			case strings.HasPrefix(s, "https://"):
				a.Dst.Port = 443
			}
		}
	}
}

// cmpHost gives the host of a URL of which only the path is logged.
func cmpHost(a *event.Activity) string {
	switch {
	case a.Dst.Host != "" && strings.Contains(a.Dst.Host, ":"):
		return "[" + a.Dst.Host + "]"
	case a.Dst.Host != "":
		return a.Dst.Host
	case a.Dst.Addr.Is6():
		return "[" + a.Dst.Addr.String() + "]"
	case a.Dst.Addr.IsValid():
		return a.Dst.Addr.String()
	}
	return ""
}

// urlHost gives the host and port of a URL, RFC 3986 §3.2; without a scheme
// what stands before the first '/' is the host when it has a dot.
func urlHost(s string) string {
	_, rest, hasScheme := strings.Cut(s, "://")
	if !hasScheme || strings.IndexAny(s, "/?#") < strings.Index(s, "://") {
		rest, hasScheme = s, false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	if strings.ContainsAny(rest, " \t\"<>\\") || !hasScheme && !strings.Contains(rest, ".") {
		return ""
	}
	return rest
}
