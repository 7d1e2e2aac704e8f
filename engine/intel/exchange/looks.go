// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"net/netip"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// hint is what a list says a value is.
type hint uint8

const (
	byLooks hint = iota // the list does not say
	network             // a name or an address, perhaps with a port, or a URL
	webURL
	anyHash
	md5Hash
	sha1Hash
	sha256Hash
	mail
	ja3Print
	ja4Print
)

// hints are the words that lists use for the types they name: type columns of
// CSV lists, MISP attribute types (MISP core format, §2.4.2.3), and those of
// ThreatFox and OTX.
var hints = map[string]hint{
	"domain": network, "domains": network, "domain-name": network, "domainname": network, "hostname": network, "host": network,
	"fqdn": network, "dns": network, "c2": network, "tên-miền": network, "domain|ip": network, "hostname|port": network,
	"ip": network, "ips": network, "ip-address": network, "ipaddress": network, "ipv4": network, "ipv6": network, "ipv4-addr": network,
	"ipv6-addr": network, "ip-src": network, "ip-dst": network, "ip-dst|port": network, "ip-src|port": network, "ip-port": network,
	"ip:port": network, "ip-or-ip-port": network, "ip-range": network, "cidr": network, "net": network, "network": network, "địa-chỉ-ip": network,
	"url": webURL, "urls": webURL, "uri": webURL, "link": webURL,
	"hash": anyHash, "filehash": anyHash, "file-hash": anyHash, "checksum": anyHash, "mã-băm": anyHash,
	"md5": md5Hash, "md5-hash": md5Hash, "filehash-md5": md5Hash, "hash-md5": md5Hash, "x509-fingerprint-md5": md5Hash,
	"sha1": sha1Hash, "sha-1": sha1Hash, "sha1-hash": sha1Hash, "filehash-sha1": sha1Hash, "hash-sha1": sha1Hash,
	"x509-fingerprint-sha1": sha1Hash, "sslcert-sha1": sha1Hash,
	"sha256": sha256Hash, "sha-256": sha256Hash, "sha256-hash": sha256Hash, "filehash-sha256": sha256Hash, "hash-sha256": sha256Hash,
	"x509-fingerprint-sha256": sha256Hash,
	"email":                   mail, "e-mail": mail, "email-src": mail, "email-dst": mail, "email-addr": mail, "email-address": mail,
	"email-reply-to": mail, "mail": mail, "thư-điện-tử": mail,
	"ja3": ja3Print, "ja3-md5": ja3Print, "ja3-fingerprint-md5": ja3Print, "ja4": ja4Print, "ja4-fingerprint": ja4Print,
}

// hyphens brings the words of a type to the form of hints.
var hyphens = strings.NewReplacer(" ", "-", "_", "-")

// hinted looks a type word up. An empty word leaves it to the looks.
func hinted(word string) (hint, bool) {
	if h, ok := hints[word]; ok || word == "" {
		return h, true
	}
	h, ok := hints[hyphens.Replace(strings.ToLower(word))]
	return h, ok
}

// armless undoes what people do to a value so that nobody clicks it.
var armless = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "[:]", ":", "[://]", "://", "[/]", "/",
	"[@]", "@", "[at]", "@", "(at)", "@")

// refang returns v as a machine would use it.
func refang(v string) string {
	v = strings.TrimSpace(v)
	if strings.ContainsAny(v, "[({") {
		v = armless.Replace(v)
	}
	scheme, rest, ok := strings.Cut(v, ":")
	if !ok || len(scheme) > len("h**ps") {
		return v
	}
	if real := schemes[strings.ToLower(scheme)]; real != "" {
		return real + ":" + rest
	}
	return v
}

// schemes are those that people write so that no program makes a link of them.
var schemes = map[string]string{"hxxp": "http", "hxxps": "https", "h**p": "http", "h**ps": "https", "fxp": "ftp"}

// typed makes an indicator of a value of which the list says h.
func typed(v string, h hint) (found, intel.Reason) {
	v = refang(v)
	if v == "" {
		return found{}, intel.NoName
	}
	if fixed, ok := fixedTypes[h]; ok {
		return found{Indicator: intel.Indicator{Type: fixed, Value: v}}, ""
	}
	f, why := looks(v)
	switch {
	case why != "":
	case h == anyHash && f.Type != intel.MD5 && f.Type != intel.SHA1 && f.Type != intel.SHA256:
		why = BadValue
	case h == network && (f.Type > intel.URL):
		// A name may look like a hash: labels of hexadecimal digits.
		f = found{Indicator: intel.Indicator{Value: v}}
	}
	return f, why
}

var fixedTypes = map[hint]intel.Type{
	webURL: intel.URL, md5Hash: intel.MD5, sha1Hash: intel.SHA1, sha256Hash: intel.SHA256, mail: intel.Email, ja3Print: intel.JA3, ja4Print: intel.JA4,
}

// digests are the types of hashes by their length in hexadecimal.
var digests = map[int]struct {
	t    intel.Type
	name string // of one that is not matched
}{32: {t: intel.MD5}, 40: {t: intel.SHA1}, 64: {t: intel.SHA256}, 56: {name: "sha224"}, 96: {name: "sha384"}, 128: {name: "sha512"}}

// looks tells what a value is when nobody says. What looks like nothing else
// is a domain, and Canonical judges whether it can be one.
func looks(v string) (found, intel.Reason) {
	is := func(t intel.Type) (found, intel.Reason) {
		return found{Indicator: intel.Indicator{Type: t, Value: v}}, ""
	}
	switch {
	case schemeEnd(v) > 0:
		return is(intel.URL)
	case strings.Contains(v, "/"):
		if _, err := netip.ParsePrefix(v); err == nil {
			return is(intel.Network)
		}
		if v[0] == '/' {
			return found{}, unfit(unmatched, "path") // of any host
		}
		return is(intel.URL)
	case strings.Contains(v, "@"):
		return is(intel.Email)
	case len(v) == 36 && ja4(strings.ToLower(v)):
		return is(intel.JA4)
	}
	if d, ok := digests[len(v)]; ok && hexadecimal(v) {
		if d.name != "" {
			return found{}, unfit(unmatched, d.name)
		}
		return is(d.t)
	}
	if c := v[len(v)-1] | 0x20; !strings.Contains(v, ":") && 'g' <= c && c <= 'z' { // the common case, and no address ends so
		return is(intel.Domain)
	}
	if _, err := netip.ParseAddr(v); err == nil {
		return is(intel.Address)
	}
	if _, err := netip.ParseAddrPort(v); err == nil {
		return is(intel.Endpoint)
	}
	if at := strings.LastIndexByte(v, ':'); at > 0 && at+1 < len(v) && digits(v[at+1:]) {
		v = v[:at] // a query for the name has no port that could be compared
		return found{Indicator: intel.Indicator{Value: v}, widened: true}, ""
	}
	return is(intel.Domain)
}

// label returns a threat's name on one line, short.
func label(s string) string {
	if s == "" {
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 160 {
		s = s[:160]
	}
	return strings.ToValidUTF8(s, "")
}
