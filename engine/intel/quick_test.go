// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/intel"
)

// FuzzSimple holds the quick way of names against the way that is right for
// everything: what the quick one takes, the other takes in the same form.
func FuzzSimple(f *testing.F) {
	for _, v := range []string{"evil.com", "EVIL.Com", "a.b-c._d", "1.2.3.4", "1.2.3", "a.1", "a.", ".a", "a..b", "a", "*.a.com", "a.b.", "#a.com",
		"d41d8cd98f00b204e9800998ecf8427e", "x.d41d8cd98f00b204e9800998ecf8427e", "a.xn--p1ai", "a.1-", "a.-1", "ev il.com"} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		name, ok := intel.AppendSimple(v)
		if !ok {
			return
		}
		if want, ok := intel.Slow(v); !ok || name != want || intel.Comment(v) {
			t.Errorf("%q: %q quickly, %q (%v) otherwise", v, name, want, ok)
		}
	})
}

// TestQuickSuffixesAreThoseOfTheWholeList tries the labels that registries use
// under all top-level labels taken quickly, and names at random.
func TestQuickSuffixesAreThoseOfTheWholeList(t *testing.T) {
	t.Parallel()
	tops := []string{"com", "net", "org", "info", "biz", "xyz", "top", "online", "site", "shop", "club", "icu", "vip", "app", "dev", "store", "live",
		"ru", "su", "de", "nl", "eu", "cc", "tk", "ga", "cf", "gq", "vn", "uk", "jp", "mm", "ck", "pro",
		"com.vn", "net.vn", "org.vn", "edu.vn", "gov.vn", "com.br", "com.cn", "net.cn", "org.cn", "com.au", "co.uk", "org.uk", "co.in",
		"com.tr", "com.ua", "com.tw", "com.mx", "com.ar", "com.my", "com.sg", "co.za", "co.kr", "co.jp", "com.pl", "com.hk", "co.id"}
	common := []string{"com", "co", "net", "org", "gov", "go", "edu", "ac", "mil", "int", "info", "biz", "name", "pro", "nom", "id", "web", "school", "k12",
		"ne", "or", "gob", "gub", "art", "press", "city", "www", "ltd", "plc", "firm", "gen", "ind", "coop", "museum", "msk", "spb", "travel", "tv", "a"}
	check := func(name string) {
		if quick, whole := intel.Openness(name); quick != whole {
			t.Errorf("%s: %d quickly, %d by the whole list", name, quick, whole)
		}
	}
	for _, top := range tops {
		for _, label := range common {
			check(label + "." + top)
			for _, below := range common {
				check(below + "." + label + "." + top)
			}
		}
	}
	label := rapid.StringMatching(`[a-z0-9]{1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		name := label.Draw(t, "label") + "." + rapid.SampledFrom(tops).Draw(t, "top")
		if rapid.Bool().Draw(t, "deeper") {
			name = label.Draw(t, "below") + "." + name
		}
		if quick, whole := intel.Openness(name); quick != whole {
			t.Errorf("%s: %d quickly, %d by the whole list", name, quick, whole)
		}
	})
}

// TestSuffixesBelowVNAreThoseOfTheWholeList holds the ones known by heart. That
// there are no others can be read in the list alone, so that another list asks
// for another look.
func TestSuffixesBelowVNAreThoseOfTheWholeList(t *testing.T) {
	t.Parallel()
	for label := range strings.FieldsSeq(intel.VNSuffixes) {
		for _, name := range []string{label + ".vn", "a." + label + ".vn", "x" + label + ".vn", label + "." + label + ".vn"} {
			if quick, whole := intel.Openness(name); quick != whole {
				t.Errorf("%s: %d quickly, %d by the whole list", name, quick, whole)
			}
		}
	}
	const seen = "d6c92f1bbb7433e5db7b8405c25d4035fb8ff376"
	if version := publicsuffix.List.String(); !strings.Contains(version, seen) {
		t.Errorf("%s: compare its lines that end in .vn with vnSuffixes, then take its revision here", version)
	}
}
