// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func TestParseObservable(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("Ab", 32)
	for text, want := range map[string]struct {
		kind  incident.Type
		value string
	}{
		" 203.0.113[.]14 ":               {incident.IPv4, "203.0.113.14"},
		"::ffff:203.0.113.14":            {incident.IPv4, "203.0.113.14"},
		"[2001:DB8::1]":                  {incident.IPv6, "2001:db8::1"},
		"Evil[.]Example.":                {incident.Domain, "evil.example"},
		"xấu.example":                    {incident.Domain, "xn--xu-r5s.example"},
		"hxxps://Evil[.]example/Tai?a=B": {incident.URL, "https://evil.example/Tai?a=B"},
		"hxxp[://]evil[.]example":        {incident.URL, "http://evil.example"},
		"Lua[@]evil[.]example":           {incident.Email, "Lua@evil.example"},
		sum:                              {incident.SHA256, strings.ToLower(sum)},
		sum[:40]:                         {incident.SHA1, strings.ToLower(sum[:40])},
		sum[:32]:                         {incident.MD5, strings.ToLower(sum[:32])},
		"HKLM\\Software\\Run":            {incident.OtherType, "HKLM\\Software\\Run"},
		"999.1.1.1":                      {incident.OtherType, "999.1.1.1"},
		"mutex đặt tên":                  {incident.OtherType, "mutex đặt tên"},
	} {
		kind, value, err := incident.ParseObservable(text)
		if err != nil || kind != want.kind || value != want.value {
			t.Errorf("%q: %s %q, %v; want %s %q", text, kind, value, err, want.kind, want.value)
		}
	}
}

// The normal form is a fixed point: parsed again, also as the page shows it,
// it gives the same type and value.
func FuzzParseObservable(f *testing.F) {
	for _, s := range []string{"hxxp://a[.]b/c", "1.2.3.4", "[::1]", "a@b.c", "xấu.example", "[[.].]", "http://[::1%25]/", "http://a b/", "a..b",
		"hxxp://x@y:1/%zz", "http://A.B/[.]", "[dot[dot]]", "ḁ̈.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind, value, err := incident.ParseObservable(text)
		if err != nil {
			return
		}
		again, same, err := incident.ParseObservable(value)
		if err != nil || again != kind || same != value {
			t.Fatalf("%q: %s %q, then %s %q, %v", text, kind, value, again, same, err)
		}
		if kind == incident.OtherType {
			return
		}
		shown := ui.Defang(value)
		if k, v, err := incident.ParseObservable(shown); kind != incident.URL && kind != incident.IPv6 && (err != nil || k != kind || v != value) {
			t.Fatalf("%q is shown as %q and reads back as %s %q, %v", value, shown, k, v, err)
		}
	})
}
