// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"net/netip"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// maxQuestion is the longest text looked up, in bytes.
const maxQuestion = 2048

var harmless = strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".", "(dot)", ".", "[:]", ":")

// Asked is an observable a person asks about, as the index keeps it.
type Asked struct {
	Type  intel.Type
	Value string
}

// Question turns what a person pasted — a name, an address, the address of a
// page, a hash, a mailbox, any of them made harmless — into what is looked up.
// problem is the catalogue key of why it cannot be, or empty.
func Question(typed string) (asked Asked, problem string) {
	s := strings.TrimSpace(typed)
	if s == "" || len(s) > maxQuestion || strings.ContainsAny(s, " \t\r\n\x00") {
		return Asked{}, "indicator.ask.bad"
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil && a.Zone() == "" {
		return Asked{intel.Address, a.Unmap().String()}, ""
	}
	found := 0
	rep, err := exchange.Read(strings.NewReader(s), exchange.Options{Format: exchange.Plain}, func(i intel.Indicator) error {
		asked = Asked{i.Type, i.Value}
		found++
		return nil
	})
	if err == nil && found == 1 && rep.Rows == 1 {
		return asked, ""
	}
	name, ok := bareName(s)
	if !ok {
		return Asked{}, "indicator.ask.bad"
	}
	return Asked{intel.Domain, name}, ""
}

// bareName is the normalised name in a text that no list could hold, such as a
// public suffix, which is still asked about.
func bareName(s string) (string, bool) {
	s = harmless.Replace(s)
	if host, port, ok := strings.Cut(s, ":"); ok && strings.Trim(port, "0123456789") == "" {
		s = host
	}
	name := intel.Normalise(strings.TrimPrefix(strings.TrimPrefix(s, "*"), "."))
	ok := strings.Contains(name, ".") && name != "." && len(name) <= 253 && !strings.ContainsAny(name, "/?#@*,;:\\\"'<>|^$") && !strings.Contains(name, "..")
	return name, ok
}

// hostOf is the host of a page as an observable of its own.
func hostOf(url string) (Asked, bool) {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		url = rest
	}
	if at := strings.IndexAny(url, "/?#"); at >= 0 {
		url = url[:at]
	}
	url = url[strings.LastIndexByte(url, '@')+1:]
	if p, err := netip.ParseAddrPort(url); err == nil {
		return Asked{intel.Address, p.Addr().Unmap().String()}, true
	}
	if a, err := netip.ParseAddr(strings.Trim(url, "[]")); err == nil {
		return Asked{intel.Address, a.Unmap().String()}, true
	}
	name, ok := bareName(url)
	return Asked{intel.Domain, name}, ok
}

// typeNamed is the type that String calls name.
func typeNamed(name string) (intel.Type, bool) {
	for _, t := range Types() {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}

// Types are the types of indicators in the order pages offer them.
func Types() []intel.Type {
	return []intel.Type{intel.Domain, intel.Address, intel.Network, intel.Endpoint, intel.URL, intel.MD5, intel.SHA1, intel.SHA256,
		intel.Email, intel.JA3, intel.JA4}
}
