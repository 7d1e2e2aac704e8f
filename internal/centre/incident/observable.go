// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Type is the kind of an observable, named as STIX 2.1 §6 names its objects
// and hashes.
type Type string

// The types. OtherType is what none of the rest fits.
const (
	IPv4      Type = "ipv4-addr"
	IPv6      Type = "ipv6-addr"
	Domain    Type = "domain-name"
	URL       Type = "url"
	Email     Type = "email-addr"
	MD5       Type = "file-md5"
	SHA1      Type = "file-sha1"
	SHA256    Type = "file-sha256"
	OtherType Type = "other"
)

// Verdict is what is known of an observable.
type Verdict string

// The verdicts. Unknown is the zero value's meaning too.
const (
	Unknown Verdict = "unknown"
	Bad     Verdict = "bad"
	Good    Verdict = "good"
)

// Observable is an address, name, hash or the like that the case has to do
// with. In one case each (type, value) stands once.
type Observable struct {
	ID      string
	Type    Type
	Value   string // normal form, see ParseObservable
	Verdict Verdict
	Source  string // list, person or file it comes from; may be empty
	AddedAt time.Time
	By      string
}

// maxValue bounds an observable, in bytes. URLs are the longest.
const maxValue = 2048

var refang = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[:]", ":", "[://]", "://", "[@]", "@", "[at]", "@",
	"[dot]", ".", "(dot)", ".")

// ParseObservable reads what a person pastes: defanged or not, in any case, with
// blanks around. It finds the type and the normal form, and parsing that form
// again gives the same. It fails with fault.Invalid, field "value", on empty
// text, control characters, or more than 2048 bytes.
func ParseObservable(text string) (Type, string, error) {
	v := strings.TrimSpace(text)
	if v == "" || len(v) > maxValue || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return "", "", fault.Bad("incident.ParseObservable", "value", "incident.err.observable")
	}
	v = fixed(v)
	if a, err := netip.ParseAddr(strings.Trim(v, "[]")); err == nil && a.Zone() == "" {
		if a = a.Unmap(); a.Is4() {
			return IPv4, a.String(), nil
		}
		return IPv6, a.String(), nil
	}
	if t, ok := hashTypes[len(v)]; ok && strings.Trim(v, "0123456789abcdefABCDEF") == "" {
		return t, strings.ToLower(v), nil
	}
	if u, ok := parseURL(v); ok {
		return URL, u, nil
	}
	if user, host, ok := strings.Cut(v, "@"); ok && user != "" && !strings.ContainsAny(v, " /") && isName(host) {
		if e := user + "@" + intel.Normalise(host); strings.Count(e, "@") == 1 {
			return Email, e, nil
		}
	}
	if isName(v) {
		return Domain, intel.Normalise(v), nil
	}
	return OtherType, v, nil
}

var hashTypes = map[int]Type{32: MD5, 40: SHA1, 64: SHA256}

// fixed takes the safety marks out, also those that appear once others are out.
func fixed(v string) string {
	for {
		next := strings.TrimSpace(refang.Replace(v))
		if next == v {
			return v
		}
		v = next
	}
}

// parseURL reads an address of the web with its scheme, hxxp included.
func parseURL(v string) (string, bool) {
	scheme, rest, ok := strings.Cut(v, "://")
	scheme = strings.NewReplacer("hxxp", "http", "fxp", "ftp").Replace(strings.ToLower(scheme))
	if !ok || scheme != "http" && scheme != "https" && scheme != "ftp" {
		return "", false
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Host == "" {
		return "", false
	}
	u.Host = strings.ToLower(u.Host)
	text := u.String()
	again, err := url.Parse(text)
	if err != nil || again.String() != text || fixed(text) != text || len(text) > maxValue {
		return "", false
	}
	return text, true
}

// isName reports whether v looks like a domain name: two labels or more, no
// blanks, the last not a number.
func isName(v string) bool {
	n := intel.Normalise(v)
	labels := strings.Split(n, ".")
	if len(labels) < 2 || len(n) > 253 || intel.Normalise(n) != n || strings.ContainsAny(n, " /:@?#\\,;\"'<>()[]{}%") {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}
