// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"net/netip"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// maxQuestion is the longest text looked up, in bytes.
const maxQuestion = 2048

var harmless = strings.NewReplacer("[.]", ".", "(.)", ".", "[dot]", ".", "(dot)", ".", "[:]", ":")

// Question turns what a person pasted — a name, a name made harmless, an
// address of a page — into the normalised name to look up. problem is the
// catalogue key of why it cannot be looked up, or empty.
func Question(typed string) (name, problem string) {
	s := strings.TrimSpace(typed)
	if len(s) > maxQuestion {
		return "", "indicator.ask.bad"
	}
	s = harmless.Replace(s)
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
		if i := strings.IndexAny(s, "/?#"); i >= 0 {
			s = s[:i]
		}
		s = s[strings.LastIndexByte(s, '@')+1:]
	} else if i := strings.IndexAny(s, "/?#"); i >= 0 {
		if _, err := netip.ParsePrefix(s); err == nil {
			return "", "indicator.ask.address"
		}
		s = s[:i]
	}
	if isAddress(s) {
		return "", "indicator.ask.address"
	}
	if host, port, ok := strings.Cut(s, ":"); ok && strings.Trim(port, "0123456789") == "" {
		s = host
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "*"), ".")
	name = intel.Normalise(s)
	if !strings.Contains(name, ".") || name == "." || len(name) > 253 || strings.ContainsAny(name, " \t\r\n@*,;:\\\"'<>") || strings.Contains(name, "..") {
		return "", "indicator.ask.bad"
	}
	return name, ""
}

func isAddress(s string) bool {
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return true
	}
	_, err := netip.ParseAddrPort(s)
	return err == nil
}
