// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package journal is what the program writes about itself: structured lines
// that never hold a secret, on standard error or in a file that turns over. It
// is no audit trail; that stands in the records. Code does not log secrets in
// the first place; this package is the net below. Start at New and OpenFile.
package journal

import (
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// hidden stands wherever a secret would be written.
const hidden = "(hidden)"

// secretKeys are parts of attribute names whose values are never written.
var secretKeys = []string{"token", "password", "passphrase", "secret", "authorization", "cookie", "api_key", "apikey"}

// inText finds secrets inside longer texts: parameters of addresses, the
// password of an address, and what an Authorization header carries.
var inText = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(?i)\b((?:token|password|passphrase|secret|key|code|otp)=)[^&\s"'<>]+`), "${1}" + hidden},
	{regexp.MustCompile(`(\w+://[^/\s:@"]*:)[^@\s"]+@`), "${1}" + hidden + "@"},
	{regexp.MustCompile(`(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}`), "${1}" + hidden},
}

// New makes a logger of lines in format "json" or "text" from level on. Values
// of attributes named like a secret, and secrets within texts and errors, are
// written as "(hidden)".
func New(w io.Writer, level slog.Leveler, format string) *slog.Logger {
	opt := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opt))
	}
	return slog.New(slog.NewTextHandler(w, opt))
}

func redact(groups []string, a slog.Attr) slog.Attr {
	if slices.ContainsFunc(append(groups[:len(groups):len(groups)], a.Key), isSecret) {
		return slog.String(a.Key, hidden)
	}
	switch v := a.Value.Any().(type) {
	case string:
		if clean := cleaned(v); clean != v {
			return slog.String(a.Key, clean)
		}
	case error:
		if text := v.Error(); cleaned(text) != text {
			return slog.String(a.Key, cleaned(text))
		}
	case interface{ String() string }:
		if text := v.String(); cleaned(text) != text {
			return slog.String(a.Key, cleaned(text))
		}
	}
	return a
}

func isSecret(name string) bool {
	name = strings.ToLower(name)
	for _, part := range secretKeys {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

func cleaned(text string) string {
	for _, in := range inText {
		text = in.find.ReplaceAllString(text, in.put)
	}
	return text
}
