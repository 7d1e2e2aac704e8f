// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/event"
)

// setText gives a field that has no value yet a copy of s.
func setText(to *string, s string) {
	if *to == "" && s != "" {
		*to = cleanText(s)
	}
}

// cleanText copies s as text on one line: octets that are no text and control
// characters become \DDD.
func cleanText(s string) string {
	bad := func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) }
	if strings.IndexFunc(s, bad) < 0 {
		return strings.Clone(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || unicode.IsControl(r) {
			for _, c := range []byte(s[i : i+n]) {
				b.Write([]byte{'\\', '0' + c/100, '0' + c/10%10, '0' + c%10})
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// setSize reads a count of bytes; what is no count is left unsaid.
func setSize(to *int64, s string) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && *to == 0 {
		*to = n
	}
}

// setHex sets a fingerprint of that many hexadecimal digits; devices fill the
// field with other words when they have none.
func setHex(to *string, s string, digits int) {
	if *to != "" || len(s) != digits {
		return
	}
	for i := range len(s) {
		if hexDigit(s[i]) > 15 {
			return
		}
	}
	*to = strings.Clone(strings.ToLower(s))
}

// protocolName gives the name of an IANA protocol number that logs hold.
func protocolName(s string) string {
	switch s {
	case "1":
		return "icmp"
	case "2":
		return "igmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "47":
		return "gre"
	case "50":
		return "esp"
	case "58":
		return "ipv6-icmp"
	case "132":
		return "sctp"
	}
	return s
}

// actionOf understands what devices write: FortiGate's action (FortiOS Log
// Message Reference), Palo Alto Networks' (PAN-OS Administrator's Guide, Syslog
// Field Descriptions), Check Point's (Log Exporter fields), pf's, and Suricata's
// alert.action. The end of a session that was let through is Allowed. A word
// not known is Unsaid.
func actionOf(s string) event.Action {
	switch strings.ToLower(s) {
	case "accept", "accepted", "allow", "allowed", "pass", "passed", "passthrough", "permit", "permitted", "alert", "detect", "detected",
		"monitor", "monitored", "close", "timeout", "client-rst", "server-rst", "start", "bypass", "decrypt", "encrypt", "inspect",
		"continue", "override", "exempt":
		return event.Allowed
	case "block", "blocked", "deny", "denied", "drop", "dropped", "reject", "rejected", "reset", "reset-both", "reset-client",
		"reset-server", "drop-icmp", "drop-packet", "block-url", "block-ip", "block-continue", "block-override", "sinkhole", "prevent",
		"prevented", "quarantine", "quarantined", "drop_session", "reset_client", "reset_server", "pass_session_blocked", "redirected",
		"redirect":
		return event.Blocked
	}
	return event.Unsaid
}
