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

// many is an index of n names of a list, with a page, a mailbox and an address.
func many(t *testing.T, n int) *intel.Index {
	t.Helper()
	var b intel.Builder
	bad, err := b.AddList(intel.List{Name: "bad", Source: "b", Threat: "Mirai"})
	if err != nil {
		t.Fatal(err)
	}
	add := func(kind intel.Type, value, tlp string) {
		if why, err := b.Add(bad, intel.Indicator{Type: kind, Value: value, TLP: tlp}); why != "" || err != nil {
			t.Fatal(value, why, err)
		}
	}
	for i := range n {
		add(intel.Domain, fmt.Sprintf("n%06d.many.example", i), "")
	}
	add(intel.Domain, "evil.example", "")
	add(intel.Domain, "a.b.evil.example", "TLP:RED")
	add(intel.Domain, "notevil.example", "")
	add(intel.URL, "https://www.evil.example/x", "")
	add(intel.Email, "x@evil.example", "")
	add(intel.Address, "192.0.2.7", "")
	return b.Build()
}

// found are the values of a whole search, page by page and part by part.
func found(t *testing.T, x *intel.Index, q intel.Query) (out []string, total int64) {
	t.Helper()
	for {
		part := q
		for {
			f := x.Find(part)
			if part.After.Value == "" {
				total += f.Total
				q.From = f.Next
				part.To = f.Next
			}
			for _, m := range f.Hits {
				out = append(out, m.Indicator)
			}
			if !f.More {
				break
			}
			part.After = intel.PlaceOf(f.Hits[len(f.Hits)-1])
		}
		if q.From == 0 {
			return out, total
		}
	}
}

func TestFindGivesTheFirstInOrderAndCountsAll(t *testing.T) {
	t.Parallel()
	x := walkable(t)
	for name, c := range map[string]struct {
		q    intel.Query
		want string
	}{
		"all":     {intel.Query{}, "203.0.113.7 abababababababababababababababababababab bad0.example bad2.example both.example both.example example.org later.example later.example"},
		"holds":   {intel.Query{Holds: "ate"}, "later.example later.example"},
		"hex":     {intel.Query{Holds: "baba"}, strings.Repeat("ab", 20)},
		"source":  {intel.Query{Choice: intel.Choice{Source: "g"}}, "both.example example.org later.example"},
		"threat":  {intel.Query{Choice: intel.Choice{Threat: "Mirai", Prefix: "b"}}, "bad0.example bad2.example both.example"},
		"seen":    {intel.Query{May: func(l *intel.List, _ string) bool { return l.Source == "g" }}, "both.example example.org later.example"},
		"but":     {intel.Query{Choice: intel.Choice{Prefix: "b"}, Except: intel.Place{Value: "both.example"}}, "bad0.example bad2.example"},
		"types":   {intel.Query{Choice: intel.Choice{Types: []intel.Type{intel.Address}}}, "203.0.113.7"},
		"nothing": {intel.Query{Holds: "nothing"}, ""},
	} {
		for _, limit := range []int{1, 2, 100} {
			c.q.Limit = limit
			if got, total := found(t, x, c.q); strings.Join(got, " ") != c.want || total != int64(len(got)) {
				t.Errorf("%s by %d: %v of %d, want %s", name, limit, got, total, c.want)
			}
		}
	}
	if f := (&intel.Index{}).Find(intel.Query{Limit: 10}); len(f.Hits) > 0 || f.Total > 0 || f.Next > 0 {
		t.Errorf("an empty index gave %+v", f)
	}
}

func TestFindKnowsWhatLiesBelowAName(t *testing.T) {
	t.Parallel()
	x := many(t, 10)
	got, _ := found(t, x, intel.Query{Below: "evil.example", Limit: 10})
	if strings.Join(got, " ") != "a.b.evil.example evil.example www.evil.example/x x@evil.example" {
		t.Errorf("below evil.example lie %v", got)
	}
	got, _ = found(t, x, intel.Query{Below: "evil.example", Limit: 10, May: func(_ *intel.List, tlp string) bool { return tlp != "TLP:RED" }})
	if slices.Contains(got, "a.b.evil.example") || len(got) != 3 {
		t.Errorf("without what is red lie %v", got)
	}
}

func TestFindThatIsStoppedSaysWhereToGoOnAndMissesNothing(t *testing.T) {
	t.Parallel()
	const n = 50_000
	x := many(t, n)
	stop := func() bool { return true }
	f := x.Find(intel.Query{Holds: "many", Limit: 10, Stop: stop})
	if f.Next == 0 || f.Seen == 0 || f.Seen >= f.Of || f.Total == 0 || f.Total >= n {
		t.Fatalf("stopped at once, it saw %d of %d, found %d and goes on at %d", f.Seen, f.Of, f.Total, f.Next)
	}
	got, total := found(t, x, intel.Query{Holds: "many", Limit: 20_000, Stop: stop})
	slices.Sort(got)
	if len(slices.Compact(got)) != n || total != n {
		t.Errorf("in parts it found %d names of %d, counting %d", len(slices.Compact(got)), n, total)
	}
}
