// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

func TestParseRange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.1.2.3":                 "10.1.2.3/32",
		" 10.1.2.0 / 24 ":          "10.1.2.0/24",
		"10.1.2.5/24":              "10.1.2.0/24",
		"10.1.2.0/255.255.252.0":   "10.1.0.0/22",
		"10.1.2.*":                 "10.1.2.0/24",
		"10.1.*.*":                 "10.1.0.0/16",
		"10.1.2.0-10.1.2.255":      "10.1.2.0/24",
		"10.1.2.5 – 10.1.2.8":      "10.1.2.5/32 10.1.2.6/31 10.1.2.8/32",
		"10.1.2.4-7":               "10.1.2.4/30",
		"2001:DB8::/48":            "2001:db8::/48",
		"::ffff:10.1.2.3":          "10.1.2.3/32",
		"::ffff:10.1.2.0/120":      "10.1.2.0/24",
		"2001:db8::1-2001:db8::2":  "2001:db8::1/128 2001:db8::2/128",
		"":                         "unit.err.range",
		"10.1.2":                   "unit.err.range",
		"10.1.2.300":               "unit.err.range",
		"10.1.2.0/33":              "unit.err.range",
		"10.1.2.0/255.0.255.0":     "unit.err.range",
		"10.*.2.0":                 "unit.err.range",
		"10.1.2.9-10.1.2.3":        "unit.err.range",
		"10.1.2.9-2001:db8::":      "unit.err.range",
		"fe80::1%eth0":             "unit.err.range",
		"mạng LAN":                 "unit.err.range",
		"0.0.0.0/0":                "unit.err.range_wide",
		"2000::/3":                 "unit.err.range_wide",
		"127.0.0.1":                "unit.err.range_special",
		"224.0.0.0/24":             "unit.err.range_special",
		"2001:db8::1-2001:db8:1::": "unit.err.range_many",
	} {
		list, reason := unit.ParseRange(text)
		var got []string
		for _, p := range list {
			got = append(got, p.String())
		}
		if s := strings.Join(got, " ") + reason; s != want {
			t.Errorf("ParseRange(%q) = %q, want %q", text, s, want)
		}
	}
}

// FuzzParseRange: what is taken is masked, in order, without overlap, and
// reads back as itself.
func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"10.1.2.3", "10.1.2.5-77", "10.1.*.*", "2001:db8::/48", "10.1.2.0/255.255.255.0", "::ffff:1.2.3.4/97", "1.2.3.4-5.6.7.8"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, reason := unit.ParseRange(s)
		if (reason == "") != (len(list) > 0) {
			t.Fatalf("%q: %d prefixes and reason %q", s, len(list), reason)
		}
		for i, p := range list {
			if p != p.Masked() || p.Addr().Is4In6() {
				t.Errorf("%q gives %s, not in stored form", s, p)
			}
			if i > 0 && (list[i-1].Overlaps(p) || p.Addr().Less(list[i-1].Addr())) {
				t.Errorf("%q gives %s after %s", s, p, list[i-1])
			}
			if again, _ := unit.ParseRange(p.String()); !slices.Equal(again, []netip.Prefix{p}) {
				t.Errorf("%s reads back as %v", p, again)
			}
		}
	})
}

func TestParseDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1/7/2025": "2025-07-01", "01-07-2025": "2025-07-01", "01.07.25": "2025-07-01", "2025-07-01": "2025-07-01",
		"2025-07-01T00:00:00Z": "2025-07-01", "01/07/2025 00:00": "2025-07-01", "Ngày 01/7/2025": "2025-07-01", " ": "",
		"31/02/2025": "!", "7/2025": "!", "1/13/2025": "!", "01/07/1025": "!", "hôm nay": "!", "0/0/2025": "!", "-1/2/2025": "!",
	} {
		d, ok := unit.ParseDay(text)
		got := d.String()
		if !ok {
			got = "!"
		}
		if got != want || !ok && d != (calendar.Date{}) {
			t.Errorf("ParseDay(%q) = %s, want %s", text, got, want)
		}
	}
}
