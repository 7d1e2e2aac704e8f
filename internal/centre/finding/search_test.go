// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"slices"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

func TestWhatIsTypedIsFound(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		named := func(threat, list string) *intel.List { return &intel.List{Name: list, Threat: threat} }
		a, b := named("Kẻ đánh cắp Lumma", "Danh sách A"), named("Kẻ đánh cắp Lumma", "Danh sách B")
		c := named("Emotet", "Danh sách B")
		h.record(h.root, hit(a, "10.1.2.3", "c2.evil.example", 1, t0), hit(b, "10.1.20.3", "cdn.sun.example", 1, t0),
			hit(c, "10.1.2.9", "evil.test", 1, t0), hit(c, "2001:db8::5", "moon.test", 1, t0))
		for typed, want := range map[string][]string{
			"":                {"10.1.2.3", "10.1.2.9", "10.1.20.3", "2001:db8::5"},
			"ke danh cap":     {"10.1.2.3", "10.1.20.3"},                // a threat, whatever the list
			"LUMMA Đánh":      {"10.1.2.3", "10.1.20.3"},                // in any order, accents or not
			"danh sach b":     {"10.1.2.9", "10.1.20.3", "2001:db8::5"}, // only the list says it
			"lumma sach b":    {"10.1.20.3"},                            // threat and list
			"evil":            {"10.1.2.3", "10.1.2.9"},                 // inside a name
			"c2[.]evil":       {"10.1.2.3"},
			"evil moon":       nil,                      // of two names
			"10.1.2":          {"10.1.2.3", "10.1.2.9"}, // the first numbers of an address
			"10.1.2.":         {"10.1.2.3", "10.1.2.9"},
			"10.1":            {"10.1.2.3", "10.1.2.9", "10.1.20.3"},
			"10.1.2.0/29":     {"10.1.2.3"},
			"2001:db8::/64":   {"2001:db8::5"},
			"10.1.20.3":       {"10.1.20.3"},
			"10.1.2 emotet":   {"10.1.2.9"},
			"emotet 10.1.2.9": {"10.1.2.9"},
			"10.1.20 emotet":  nil,
			"300.1":           nil,
			"%":               nil,
			"stealer":         nil,
		} {
			p, err := h.List(h.officer(), finding.Filter{Query: typed})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range p.Rows {
				got = append(got, f.Addr.String())
			}
			slices.Sort(got)
			if !slices.Equal(got, want) || p.Total != int64(len(want)) {
				t.Errorf("%q found %v of %d, want %v", typed, got, p.Total, want)
			}
			if p, err = h.List(h.as(auth.UnitOfficer, h.b), finding.Filter{Query: typed}); err != nil || p.Total != 0 || len(p.Rows) != 0 {
				t.Errorf("%q found %d rows for a foreign unit: %v", typed, p.Total, err)
			}
		}
	})
}

func TestANewNameAndANewListAreFoundAsWell(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(&intel.List{Name: "Danh sách A", Threat: "Emotet"}, "10.1.2.3", "one.example", 1, t0))
		h.record(h.root, hit(&intel.List{Name: "Danh sách Z", Threat: "Emotet"}, "10.1.2.3", "two.example", 1, t0))
		for _, typed := range []string{"one.example", "two", "sach a", "sach z", "emotet"} {
			if n := len(h.all(h.officer(), finding.Filter{Query: typed})); n != 1 {
				t.Errorf("%q found %d", typed, n)
			}
		}
	})
}
