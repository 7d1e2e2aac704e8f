// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strconv"
	"strings"
)

// typeNames are the mnemonics of the IANA registry "Resource Record (RR)
// TYPEs" (DNS Parameters, 2025), those a query log can meet.
var typeNames = map[uint16]string{
	1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL",
	11: "WKS", 12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25",
	20: "ISDN", 21: "RT", 22: "NSAP", 23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA",
	29: "LOC", 30: "NXT", 33: "SRV", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 41: "OPT",
	42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID",
	50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 59: "CDS", 60: "CDNSKEY",
	61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 66: "DSYNC", 99: "SPF", 104: "NID",
	105: "L32", 106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 249: "TKEY", 250: "TSIG", 251: "IXFR",
	252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 261: "RESINFO",
	32768: "TA", 32769: "DLV", 65281: "WINS", 65282: "WINSR",
}

// rcodeNames are the mnemonics of the IANA registry "DNS RCODEs".
var rcodeNames = [...]string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI",
}

// interned maps each mnemonic to itself, so that the usual ones cost no copy.
var interned = func() map[string]string {
	m := map[string]string{"ALL": "ANY", "*": "ANY", "BADVERS": "BADVERS", "NBSTAT": "NBSTAT", "TYPE65": "TYPE65"}
	for _, s := range typeNames {
		m[s] = s
	}
	for _, s := range rcodeNames {
		m[s] = s
	}
	return m
}()

// maxWord bounds mnemonics: the longest registered has ten letters, and what is
// much longer is something else.
const maxWord = 24

// typeName gives a record type in upper case: "28" is AAAA, "65400" is
// TYPE65400, and "*" and Windows' "ALL" are ANY. TYPE65 stays as logged.
// Empty means that the line does not say, or not in a word.
func typeName(s string) string {
	switch s { // nine lines of ten
	case "A":
		return "A"
	case "AAAA":
		return "AAAA"
	case "HTTPS":
		return "HTTPS"
	case "PTR":
		return "PTR"
	}
	if n, ok := number16(s); ok {
		if name := typeNames[n]; name != "" {
			return name
		}
		return "TYPE" + strconv.Itoa(int(n))
	}
	return word(s)
}

// rcodeName gives a response code in upper case; numbers get their mnemonic.
func rcodeName(s string) string {
	if n, ok := number16(s); ok {
		if int(n) < len(rcodeNames) {
			return rcodeNames[n]
		}
		return "RCODE" + strconv.Itoa(int(n))
	}
	return word(s)
}

func number16(s string) (uint16, bool) {
	n, rest, ok := number(s, 5)
	return uint16(n), ok && rest == "" && n < 1<<16
}

func word(s string) string {
	if name, ok := interned[s]; ok {
		return name
	}
	if s == "" || s == "-" || len(s) > maxWord {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' {
			return ""
		}
	}
	up := strings.ToUpper(s)
	if name, ok := interned[up]; ok {
		return name
	}
	return strings.Clone(up)
}

// isRCode tells a response code's mnemonic from other words.
func isRCode(s string) bool {
	for _, name := range rcodeNames {
		if s == name {
			return true
		}
	}
	return s == "BADVERS" || s == "BADCOOKIE"
}

// isClass tells a DNS class (RFC 1035 §3.2.4, RFC 3597 §5).
func isClass(s string) bool {
	switch s {
	case "IN", "CH", "HS", "ANY", "NONE", "CS", "CHAOS", "HESIOD":
		return true
	}
	return strings.HasPrefix(s, "CLASS") && len(s) > 5
}
