// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import "time"

// Type is the kind of observable an indicator names. The zero value is Domain.
type Type uint8

// The types that are matched. In parentheses the STIX 2.1 observable each
// stands for.
const (
	Domain   Type = iota // a domain name (domain-name)
	Address              // one IPv4 or IPv6 address (ipv4-addr, ipv6-addr)
	Network              // addresses under a common prefix (the same, in CIDR form)
	Endpoint             // an address and a port (network-traffic)
	URL                  // an address of the web, without its scheme (url)
	MD5                  // hash of a file (file:hashes)
	SHA1
	SHA256
	Email // a mailbox (email-addr)
	JA3   // fingerprint of a TLS client: 32 hexadecimal digits
	JA4   // fingerprint of a TLS client: three parts with underscores
)

var typeNames = [...]string{"domain", "ip", "ip-range", "ip-port", "url", "md5", "sha1", "sha256", "email", "ja3", "ja4"}

// String returns the type's name in output: "domain", "ip", "ip-range",
// "ip-port", "url", "md5", "sha1", "sha256", "email", "ja3" or "ja4".
func (t Type) String() string { return typeNames[t] }

// Indicator is one observable with what a list says of it.
type Indicator struct {
	Type       Type
	Value      string // as published; the builder normalises it
	Scope      Scope  // of a domain; other types match as they are
	Threat     string // label; empty takes the list's
	TLP        string // sharing mark, FIRST TLP 2.0; empty takes the list's
	Confidence uint8  // 0 to 100 (STIX 2.1 §3.2); 0 when not given
	From       time.Time
	Until      time.Time // valid from From until before Until, UTC; zero when open
	Reference  string    // where to read on: a STIX id, a MISP event, an address of the web
	Revoked    bool      // taken back by its publisher: not matched, and takes earlier ones of its Reference back
}
