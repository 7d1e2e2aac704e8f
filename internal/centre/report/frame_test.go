// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import "testing"

// Guesses about names, seen from inside: a wrong one would be printed on
// official paper.
func TestGuessesFromNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ issuer, parent, symbol, place, head string }{
		"a commune":            {"UBND xã Bản Mẫu", "UBND tỉnh Đông Sơn", "UBND", "Bản Mẫu", "UBND\nxã Bản Mẫu"},
		"a ward written out":   {"Ủy ban nhân dân phường Đông Sơn", "", "UBND", "Đông Sơn", "Ủy ban nhân dân\nphường Đông Sơn"},
		"a province":           {"UBND tỉnh Đông Sơn", "", "UBND", "Đông Sơn", "UBND\ntỉnh Đông Sơn"},
		"a department":         {"Sở Khoa học và Công nghệ", "UBND tỉnh Đông Sơn", "SKHCN", "Đông Sơn", "Sở Khoa học và Công nghệ"},
		"a centre":             {"Trung tâm CNTT và Truyền thông", "Sở Khoa học và Công nghệ", "TTCNTTTT", "", "Trung tâm CNTT và Truyền thông"},
		"a name with a hyphen": {"Ban Dân tộc - Tôn giáo", "", "BDTTG", "", "Ban Dân tộc - Tôn giáo"},
		"nothing known":        {"", "", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := initials(c.issuer); got != c.symbol {
				t.Errorf("symbol %q, want %q", got, c.symbol)
			}
			if got := placeOf(c.issuer, c.parent); got != c.place {
				t.Errorf("place %q, want %q", got, c.place)
			}
			if got := twoLines(c.issuer); got != c.head {
				t.Errorf("head %q, want %q", got, c.head)
			}
		})
	}
}
