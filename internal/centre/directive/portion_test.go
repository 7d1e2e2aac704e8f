// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "testing"

// FuzzPortion holds that what is taken in of a text is of the text, whatever a
// person names.
func FuzzPortion(f *testing.F) {
	for _, s := range []string{"Chương II; Điều 12-15", "I-III", "1, 2", "Điều 3 - Điều 5", "điều 9999-10000", "x", ";,", "Mục 1\nĐiều 2"} {
		f.Add(s)
	}
	text := []Requirement{{Label: "Chương I", Path: "Chương I", Children: []Requirement{{Label: "Điều 1", Path: "Chương I.Điều 1", Text: "a"}, {Label: "Điều 2", Path: "Chương I.Điều 2", Text: "b"}}},
		{Label: "2", Path: "2", Text: "c"}}
	f.Fuzz(func(t *testing.T, parts string) {
		got, ok := portion(text, parts)
		if n := len(Leaves(got)); ok != (n > 0) && ok || n > len(Leaves(text)) {
			t.Errorf("%q: %d leaves, %v", parts, n, ok)
		}
		if len(text[0].Children) != 2 {
			t.Fatalf("%q changed the text", parts)
		}
	})
}

// FuzzMean holds that a name means bodies of the register, each once, or nobody.
func FuzzMean(f *testing.F) {
	x, err := Words()
	if err != nil {
		f.Fatal(err)
	}
	r := newRoll(x.names, province(true))
	for _, s := range []string{"Giám đốc các Sở: Nội vụ, Tài chính", "UBND các xã, phường", "các", "chủ tịch", "Thủ trưởng các cơ quan, đơn vị", ", và ;", "ubnd "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m, ok := r.mean(name)
		if ok != (len(m.to) > 0) {
			t.Errorf("%q: %+v, %v", name, m, ok)
		}
	})
}

// TestPartsBehindTheSignature are named as the text calls them.
func TestPartsBehindTheSignature(t *testing.T) {
	leaf := func(path string) Requirement { return Requirement{Label: "1", Path: path, Text: "a"} }
	text := []Requirement{{Label: "Điều 1", Path: "Điều 1", Text: "a"}, {Label: "Quy chế", Path: "Quy chế", Children: []Requirement{{Label: "Điều 2", Path: "Quy chế.Điều 2", Text: "b"}}},
		{Label: "Phụ lục I", Path: "Phụ lục I", Children: []Requirement{leaf("Phụ lục I.1")}}, {Label: "Phụ lục", Path: "Phụ lục-2", Children: []Requirement{leaf("Phụ lục-2.1"), leaf("Phụ lục-2.2")}}}
	for parts, want := range map[string]int{"Phụ lục I": 1, "quy chế; Phụ lục I": 2, "Phụ lục-2": 2, "Điều 1": 1, "Điều 2": 1, "Phụ lục I-II": 0, "Quy định": 0} {
		if got, _ := portion(text, parts); len(Leaves(got)) != want {
			t.Errorf("%s: %d leaves, want %d", parts, len(Leaves(got)), want)
		}
	}
}
