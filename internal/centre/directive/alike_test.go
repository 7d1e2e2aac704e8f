// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "testing"

// TestNamesOfOneBody holds which names mean one body for sure, which are only
// alike, and which are neither.
func TestNamesOfOneBody(t *testing.T) {
	p := newRoll(lexiconOf(t).names, []Body{
		{Addressee: Addressee{Kind: ToGroup, ID: "so", Name: "Các sở, ban, ngành"}},
		{Addressee: Addressee{Kind: ToGroup, ID: "xa", Name: "UBND các xã, phường, đặc khu"}},
		{Addressee: Addressee{Kind: ToGroup, ID: "vt", Name: "Các doanh nghiệp viễn thông, Internet"}},
		{Addressee: Addressee{Kind: ToUnit, ID: "ca", Name: "Công an tỉnh"}},
	})
	for name, want := range map[string]struct {
		id    string
		alike bool
	}{
		"Các sở, ban, ngành":                               {"so", false},
		"các Sở, ban, ngành tỉnh":                          {"so", false},
		"Thủ trưởng các sở, ban, ngành":                    {"so", false},
		"Chủ tịch Ủy ban nhân dân các xã, phường, đặc khu": {"xa", false},
		"Các doanh nghiệp viễn thông trên địa bàn":         {"vt", true},
		"Công an tỉnh":                                     {"ca", false},
		"Công an":                                          {"", false},
		"Công an xã":                                       {"", false},
		"Sở Nội vụ":                                        {"", false},
	} {
		m, ok := p.mean(name)
		if ok != (want.id != "") || ok && (len(m.to) != 1 || m.to[0].ID != want.id || m.alike != want.alike) {
			t.Errorf("%s: %+v, %v; want %+v", name, m, ok, want)
		}
	}
}

func lexiconOf(t *testing.T) *Lexicon {
	t.Helper()
	x, err := Words()
	if err != nil {
		t.Fatal(err)
	}
	return x
}
