// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/intel"
)

// source is a list and its text.
type source struct {
	intel.List
	text string
}

func index(t interface {
	Helper()
	Fatal(...any)
}, sources ...source) *intel.Index {
	t.Helper()
	var b intel.Builder
	for _, s := range sources {
		if _, err := b.Load(strings.NewReader(s.text), s.List); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

// brief writes matches as "list:indicator", with "-" before overruled ones.
func brief(found []intel.Match) []string {
	out := []string{}
	for _, m := range found {
		mark := ""
		if m.Overruled {
			mark = "-"
		}
		out = append(out, mark+m.List.Name+":"+m.Indicator)
	}
	return out
}

func TestMatch(t *testing.T) {
	t.Parallel()
	x := index(t,
		source{intel.List{Name: "bad"}, "evil.com\nwww.evil.com\nmã-độc.vn\nshop.example.org\nexample.org\n"},
		source{intel.List{Name: "other", Threat: "botnet"}, "EVIL.com.\n"},
		source{intel.List{Name: "exact", Scope: intel.ExactOnly}, "only.net\nevil.com\n"},
		source{intel.List{Name: "good", Kind: intel.Allow}, "example.org\nsafe.www.evil.com\n"},
	)
	for name, c := range map[string]struct {
		ask  string
		want []string
	}{
		"exact, all lists in order":              {"evil.com", []string{"bad:evil.com", "other:evil.com", "exact:evil.com"}},
		"a parent, without the exact-only entry": {"a.b.evil.com", []string{"bad:evil.com", "other:evil.com"}},
		"most specific first":                    {"x.www.evil.com", []string{"bad:www.evil.com", "bad:evil.com", "other:evil.com"}},
		"mixed case and a dot":                   {"EvIl.CoM.", []string{"bad:evil.com", "other:evil.com", "exact:evil.com"}},
		"an A-label for a list in Vietnamese":    {"c2.XN--M-C-MLA5UU74N.vn", []string{"bad:xn--m-c-mla5uu74n.vn"}},
		"letters for a list in Vietnamese":       {"MÃ-ĐỘC.vn", []string{"bad:xn--m-c-mla5uu74n.vn"}},
		"something behind it is somebody else":   {"evil.com.vn", []string{}},
		"something before it is somebody else":   {"notevil.com", []string{}},
		"a hyphen is no boundary":                {"a-evil.com", []string{}},
		"a search domain behind it":              {"evil.com.corp.example", []string{}},
		"inside a label":                         {"evil-com.net", []string{}},
		"exact only: the name below":             {"www.only.net", []string{}},
		"exact only: the name":                   {"only.net", []string{"exact:only.net"}},
		"allowed: the same name":                 {"example.org", []string{"-bad:example.org", "good:example.org"}},
		"allowed: a more specific block counts":  {"a.shop.example.org", []string{"bad:shop.example.org", "-bad:example.org", "good:example.org"}},
		"allowed: more specific than all blocks": {"safe.www.evil.com", []string{"good:safe.www.evil.com", "-bad:www.evil.com", "-bad:evil.com", "-other:evil.com"}},
		"the top-level label":                    {"com", []string{}},
		"the root":                               {".", []string{}},
		"no name":                                {"", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := gocmp.Diff(c.want, brief(x.Match(c.ask))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestThreatIsTheLabelElseTheListsElseItsName(t *testing.T) {
	t.Parallel()
	x := index(t,
		source{intel.List{Name: "labelled", Threat: "fallback"}, "indicator,family\na.com,emotet\nb.com,\n"},
		source{intel.List{Name: "bare"}, "c.com\n"},
	)
	for ask, want := range map[string]string{"a.com": "emotet", "b.com": "fallback", "c.com": "bare"} {
		got := x.Match(ask)
		if len(got) != 1 || got[0].Threat != want {
			t.Errorf("%s: %+v, want threat %q", ask, got, want)
		}
		if again := x.Entry(got[0].ID); again.Indicator != ask || again.Threat != want {
			t.Errorf("Entry: %+v", again)
		}
	}
}

func TestEmptyIndexKnowsNothing(t *testing.T) {
	t.Parallel()
	var b intel.Builder
	for _, x := range []*intel.Index{{}, b.Build()} {
		if got := x.Match("evil.com"); got != nil || x.Len() != 0 {
			t.Errorf("%v", got)
		}
	}
}

// listed is one row of the oracle below.
type listed struct {
	list  int
	name  string
	scope intel.Scope
}

// TestMatchIsASuffixWalk compares Match with the plainest way to say what it
// does, over a small alphabet in which names collide a lot.
func TestMatchIsASuffixWalk(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[ab](\.[ab_-]{1,2}){0,3}\.(com|vn)`)
	rapid.Check(t, func(t *rapid.T) {
		var sources []source
		var rows []listed
		for l := range rapid.IntRange(1, 4).Draw(t, "lists") {
			s := source{List: intel.List{Name: fmt.Sprint("l", l), Kind: intel.Kind(rapid.IntRange(0, 1).Draw(t, "kind")), Scope: intel.Scope(rapid.IntRange(0, 1).Draw(t, "scope"))}}
			for _, n := range rapid.SliceOfDistinct(name, rapid.ID).Draw(t, "names") {
				s.text += n + "\n"
				rows = append(rows, listed{l, n, s.Scope})
			}
			sources = append(sources, s)
		}
		x := index(t, sources...)
		for _, ask := range rapid.SliceOfN(name, 1, 20).Draw(t, "ask") {
			if diff := gocmp.Diff(oracle(sources, rows, ask), brief(x.Match(ask))); diff != "" {
				t.Fatalf("%s: %s", ask, diff)
			}
		}
	})
}

func oracle(sources []source, rows []listed, ask string) []string {
	var found []listed
	best := -1
	for _, r := range rows {
		if r.name == ask || r.scope == intel.WithSubdomains && strings.HasSuffix(ask, "."+r.name) {
			found = append(found, r)
			if sources[r.list].Kind == intel.Allow {
				best = max(best, len(r.name))
			}
		}
	}
	slices.SortStableFunc(found, func(a, b listed) int {
		return cmp.Or(cmp.Compare(len(b.name), len(a.name)), cmp.Compare(a.list, b.list))
	})
	out := []string{}
	for _, r := range found {
		mark := ""
		if sources[r.list].Kind == intel.Block && len(r.name) <= best {
			mark = "-"
		}
		out = append(out, mark+sources[r.list].Name+":"+r.name)
	}
	return out
}

func BenchmarkMatch(b *testing.B) {
	var text strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&text, "bad%d.example.com\n", i)
	}
	x := index(b, source{intel.List{Name: "l"}, text.String()})
	names := make([][]byte, 4096)
	for i := range names {
		names[i] = fmt.Appendf(nil, "www.good%d.example.com", i)
	}
	b.ReportAllocs()
	i := 0
	var buf []intel.Match
	for b.Loop() {
		if buf = x.AppendMatch(buf[:0], names[i%len(names)]); len(buf) != 0 {
			b.Fatal(buf)
		}
		i++
	}
}
