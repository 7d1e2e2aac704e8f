// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"net/netip"
	"strings"
)

// How many living units a province of the demo may have. The least are those of
// province.yaml.
const (
	LeastUnits = 40
	MostUnits  = 500
)

// placeScript makes names of places that nobody lives in: one of First before one
// of Second.
type placeScript struct{ First, Second []string }

// name is the n-th name. Lengths without a common divisor make as many names as
// there are pairs.
func (s placeScript) name(n int) string {
	return s.First[n%len(s.First)] + " " + s.Second[n%len(s.Second)]
}

// further are the kinds of the units a larger province has, in turn: mostly
// communes and wards.
var further = []struct{ kind, name, short, head string }{
	{"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"}, {"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"},
	{"phuong", "Ủy ban nhân dân phường %s", "Phường %s", "Chủ tịch"}, {"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"},
	{"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"}, {"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"},
	{"phuong", "Ủy ban nhân dân phường %s", "Phường %s", "Chủ tịch"}, {"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"},
	{"ban", "Ban Quản lý khu du lịch %s", "BQL %s", "Trưởng ban"}, {"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"},
	{"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"}, {"dn_vien_thong", "Công ty Viễn thông %s", "VT %s", "Giám đốc"},
	{"phuong", "Ủy ban nhân dân phường %s", "Phường %s", "Chủ tịch"}, {"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"},
	{"xa", "Ủy ban nhân dân xã %s", "Xã %s", "Chủ tịch"}, {"ngan_hang", "Ngân hàng %s", "NH %s", "Giám đốc"},
}

// moreUnits adds n units to those that are written down. Each has four machines;
// two in three stand behind an address of their own, the others are seen as they
// are.
func (s *script) moreUnits(n int) {
	for i := range n {
		of, place := further[i%len(further)], s.Places.name(i)
		w := unitScript{Code: fmt.Sprintf("GM%03d", i+1), Kind: of.kind, Name: fmt.Sprintf(of.name, place), Short: fmt.Sprintf(of.short, place), Head: of.head,
			Site: fmt.Sprintf("%s-%03d", strings.ToLower(slug(place)), i+1)}
		if of.kind == "xa" || of.kind == "phuong" || of.kind == "ban" {
			w.Net, w.Machines = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(50 + i/250), byte(i % 250), 0}), 24).String(), 4
			if i%3 != 0 {
				w.NAT = []string{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(31 + i/250), byte(i % 250), 1}), 32).String()}
			}
		}
		if of.kind == "xa" || of.kind == "phuong" {
			w.From = "2025-07-01"
		}
		s.Units = append(s.Units, w)
	}
}
