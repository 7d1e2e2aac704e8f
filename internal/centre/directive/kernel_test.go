// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "testing"

// TestNamesOfOneBody holds which names mean one body for sure, which are only
// alike, and which are neither.
func TestNamesOfOneBody(t *testing.T) {
	p := proposer{bodies: []Body{
		{Addressee: Addressee{Kind: ToGroup, ID: "so", Name: "Các sở, ban, ngành"}},
		{Addressee: Addressee{Kind: ToGroup, ID: "xa", Name: "UBND các xã, phường, đặc khu"}},
		{Addressee: Addressee{Kind: ToGroup, ID: "vt", Name: "Các doanh nghiệp viễn thông, Internet"}},
		{Addressee: Addressee{Kind: ToUnit, ID: "ca", Name: "Công an tỉnh"}},
	}}
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
		b, alike, ok := p.body(name)
		if b.ID != want.id && ok || ok != (want.id != "") || ok && alike != want.alike {
			t.Errorf("%s: %q alike %v, %v; want %+v", name, b.ID, alike, ok, want)
		}
	}
}
