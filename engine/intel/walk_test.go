// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
)

// walkable is an index with a change over it: bad2 and 203.0.113.7 came later,
// bad1 was taken back.
func walkable(t *testing.T) *intel.Index {
	t.Helper()
	var b intel.Builder
	bad, err := b.AddList(intel.List{Name: "bad", Source: "b", Threat: "Mirai"})
	if err != nil {
		t.Fatal(err)
	}
	good, err := b.AddList(intel.List{Name: "good", Source: "g", Kind: intel.Allow})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"bad0.example", "bad1.example", "both.example", "later.example"} {
		if why, err := b.Add(bad, intel.Indicator{Value: v, Reference: "r-" + v[:3]}); why != "" || err != nil {
			t.Fatal(why, err)
		}
	}
	if _, err := b.Add(bad, intel.Indicator{Type: intel.SHA1, Value: strings.Repeat("ab", 20), Threat: "Emotet"}); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"both.example", "example.org"} {
		if why, err := b.Add(good, intel.Indicator{Value: v}); why != "" || err != nil {
			t.Fatal(why, err)
		}
	}
	var p intel.Patch
	p.Remove("bad", intel.Domain, "bad1.example")
	p.Add(intel.List{Name: "bad", Source: "b", Threat: "Mirai"}, intel.Indicator{Value: "bad2.example", Reference: "r-bad"})
	p.Add(intel.List{Name: "bad", Source: "b", Threat: "Mirai"}, intel.Indicator{Type: intel.Address, Value: "203.0.113.7"})
	p.Add(intel.List{Name: "good", Source: "g", Kind: intel.Allow}, intel.Indicator{Value: "later.example"})
	x, err := b.Build().Patched(&p)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestWalkFindsWhatTheSieveLetsThrough(t *testing.T) {
	t.Parallel()
	x := walkable(t)
	allow := intel.Allow
	for name, c := range map[string]struct {
		s    intel.Choice
		want string
	}{
		"all":    {intel.Choice{}, "203.0.113.7 abababababababababababababababababababab bad0.example bad2.example both.example both.example example.org later.example later.example"},
		"prefix": {intel.Choice{Prefix: "bad"}, "bad0.example bad2.example"}, "hex": {intel.Choice{Prefix: "abab"}, strings.Repeat("ab", 20)},
		"address": {intel.Choice{Prefix: "203.0."}, "203.0.113.7"}, "type": {intel.Choice{Types: []intel.Type{intel.Address, intel.SHA1}}, "203.0.113.7 " + strings.Repeat("ab", 20)},
		"reference": {intel.Choice{Reference: "r-bad"}, "bad0.example bad2.example"}, "threat": {intel.Choice{Threat: "Emotet"}, strings.Repeat("ab", 20)},
		"threat of the list": {intel.Choice{Threat: "Mirai", Prefix: "b"}, "bad0.example bad2.example both.example"},
		"source":             {intel.Choice{Source: "g"}, "both.example example.org later.example"}, "kind": {intel.Choice{Kind: &allow}, "both.example example.org later.example"},
		"nothing": {intel.Choice{Prefix: "x"}, ""},
	} {
		var got []string
		x.Walk(c.s, intel.When{}, func(m intel.Match) bool { got = append(got, m.Indicator); return true })
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	n := 0
	x.Walk(intel.Choice{}, intel.When{}, func(intel.Match) bool { n++; return false })
	if n != 1 {
		t.Errorf("the walk goes on for %d entries after it was ended", n)
	}
}

func TestClashesNameTheEntryThatOverrules(t *testing.T) {
	t.Parallel()
	var got []string
	walkable(t).Clashes(intel.When{}, func(block, allow intel.Match) bool {
		got = append(got, fmt.Sprintf("%s %s>%s", block.Indicator, allow.List.Name, block.List.Name))
		return true
	})
	slices.Sort(got)
	if fmt.Sprint(got) != "[both.example good>bad later.example good>bad]" {
		t.Errorf("clashes %v", got)
	}
}
