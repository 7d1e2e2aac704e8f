// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// province is a register as a province keeps it, with the groups that papers are
// sent to, or without.
func province(groups bool) (out []Body) {
	if groups {
		for name, kinds := range map[string][]string{"Các sở, ban, ngành": {"so", "ban", "nganh"}, "UBND các xã, phường, đặc khu": {"xa", "phuong", "dac_khu"}, "Các doanh nghiệp viễn thông, Internet": {"dn_vien_thong"}} {
			out = append(out, Body{Addressee: Addressee{Kind: ToGroup, ID: name, Name: name}, Kinds: kinds})
		}
	}
	for _, u := range []struct {
		of, name string
		also     []string
	}{
		{"ubnd_tinh", "Ủy ban nhân dân tỉnh Vọng Giang", []string{"UBND tỉnh"}},
		{"co_quan_tinh", "Văn phòng Ủy ban nhân dân tỉnh", []string{"VP UBND tỉnh"}},
		{"co_quan_tinh", "Công an tỉnh Vọng Giang", nil},
		{"co_quan_tinh", "Thanh tra tỉnh", nil},
		{"so", "Sở Y tế", []string{"SYT"}}, {"so", "Sở Nội vụ", nil}, {"so", "Sở Tài chính", nil}, {"so", "Sở Khoa học và Công nghệ", []string{"SKHCN"}},
		{"ban", "Ban Quản lý các khu công nghiệp tỉnh", []string{"BQL KCN"}},
		{"nganh", "Thuế tỉnh Vọng Giang", nil},
		{"bao_dai", "Báo Vọng Giang", nil}, {"bao_dai", "Đài Phát thanh và Truyền hình Vọng Giang", nil},
		{"doan_the", "Tỉnh Đoàn Vọng Giang", nil}, {"doan_the", "Hội Liên hiệp Phụ nữ tỉnh", nil},
		{"xa", "Ủy ban nhân dân xã Phiêng Lúa", []string{"Xã Phiêng Lúa"}}, {"xa", "Ủy ban nhân dân xã Đồng Sáo", nil},
		{"phuong", "Ủy ban nhân dân phường Cầu Vọng", nil}, {"dac_khu", "Ủy ban nhân dân đặc khu Hòn Lam Yến", nil},
		{"dn_vien_thong", "Công ty Viễn thông Đèo Sương", nil}, {"dn_vien_thong", "Công ty Internet Cồn Sim", nil},
	} {
		out = append(out, Body{Addressee: Addressee{Kind: ToUnit, ID: u.name, Name: u.name}, Of: u.of, Also: u.also})
	}
	return out
}

const (
	departments = "Các sở, ban, ngành"
	communes    = "UBND các xã, phường, đặc khu"
	carriers    = "Các doanh nghiệp viễn thông, Internet"
)

// TestWhomHeadsHead holds which names resolve, to whom, and which are asked. What
// is asked has no body here.
func TestWhomHeadsHead(t *testing.T) {
	r, bare := newRoll(lexiconOf(t).names, province(true)), newRoll(lexiconOf(t).names, province(false))
	for name, want := range map[string]string{
		// one body, by its head, by a shorter name, by where it is
		"Giám đốc Sở Y tế":                                             "Sở Y tế",
		"Sở Y tế tỉnh Vọng Giang":                                      "Sở Y tế",
		"Đồng chí Giám đốc Công an tỉnh":                               "Công an tỉnh Vọng Giang",
		"Chủ tịch UBND xã Phiêng Lúa":                                  "Ủy ban nhân dân xã Phiêng Lúa",
		"Chủ tịch Ủy ban nhân dân tỉnh":                                "Ủy ban nhân dân tỉnh Vọng Giang",
		"Chánh Văn phòng UBND tỉnh":                                    "Văn phòng Ủy ban nhân dân tỉnh",
		"Chánh Thanh tra tỉnh":                                         "Thanh tra tỉnh",
		"Trưởng Ban Quản lý các khu công nghiệp":                       "",
		"Trưởng Thuế tỉnh":                                             "Thuế tỉnh Vọng Giang",
		"Bí thư Tỉnh đoàn":                                             "Tỉnh Đoàn Vọng Giang",
		"Đài PTTH tỉnh":                                                "Đài Phát thanh và Truyền hình Vọng Giang",
		"Sở KH&CN":                                                     "Sở Khoa học và Công nghệ",
		"Giám đốc các Sở: Nội vụ, Tài chính":                           "Sở Nội vụ; Sở Tài chính",
		"Giám đốc Sở: Khoa học và Công nghệ":                           "Sở Khoa học và Công nghệ",
		"các Sở: Y tế và Khoa học và Công nghệ":                        "Sở Y tế; Sở Khoa học và Công nghệ",
		"Thủ trưởng các sở, ban, ngành":                                departments,
		"Giám đốc các sở, Trưởng các ban, ngành":                       departments,
		"các Sở, ban, ngành cấp tỉnh":                                  departments,
		"Thủ trưởng các sở, ban, ngành, đoàn thể":                      departments + "; Tỉnh Đoàn Vọng Giang; Hội Liên hiệp Phụ nữ tỉnh",
		"Chủ tịch UBND các xã, phường, đặc khu":                        communes,
		"các xã, phường, đặc khu trên địa bàn":                         communes,
		"Doanh nghiệp viễn thông, Internet":                            carriers,
		"các doanh nghiệp cung cấp dịch vụ Internet trên địa bàn tỉnh": carriers,
		"Các đơn vị":                                                   "*",
		"Thủ trưởng các cơ quan, đơn vị":                               "*",
		"Người đứng đầu cơ quan, tổ chức":                              "*",
		// what fits nothing, or more than one thing
		"UBND các huyện, thành phố":                      "",
		"Chủ tịch UBND các huyện":                        "",
		"Phó Chủ tịch UBND tỉnh":                         "",
		"UBND các xã, phường":                            "", // the register has a wider group, which may be meant
		"Công an":                                        "",
		"Công an xã":                                     "",
		"Giám đốc Công an":                               "",
		"Ủy ban nhân dân xã":                             "",
		"Sở Thông tin và Truyền thông":                   "",
		"Báo Lai Giang":                                  "",
		"Đài Phát thanh và Truyền hình Đồng Lộc":         "",
		"các doanh nghiệp bưu chính, viễn thông":         "",
		"các doanh nghiệp viễn thông tỉnh Đồng Lộc":      "",
		"các sở, ban, ngành liên quan":                   "",
		"Thủ trưởng các cơ quan liên quan":               "",
		"các cơ quan":                                    "",
		"các đơn vị trực thuộc":                          "",
		"các sở, ban, ngành, trừ Sở Y tế":                "", // all but one is no group of the register
		"Các đơn vị (trừ Sở Y tế)":                       "",
		"Đơn vị":                                         "",
		"các đơn vị chuyên trách":                        "",
		"Văn phòng":                                      "",
		"Giám đốc Sở Y tế và Chủ tịch UBND xã Đồng Sáo":  "",
		"Phòng Văn hóa - Xã hội các xã, phường, đặc khu": "",
	} {
		m, ok := r.mean(name)
		if ok && m.alike {
			t.Logf("%s is only like %+v", name, m.to)
			ok = false
		}
		var got []string
		if ok {
			for _, a := range m.to {
				if a.Kind == ToAll {
					a.Name = "*"
				}
				got = append(got, a.Name)
			}
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// Without groups only what a register keeps as papers name it is known.
	for name, want := range map[string]int{"Giám đốc các sở": 4, "UBND các xã, phường, đặc khu": 4, "UBND các xã": 2, "các sở, ban, ngành": 0, "các doanh nghiệp viễn thông": 2} {
		if m, ok := bare.mean(name); ok != (want > 0) || len(m.to) != want {
			t.Errorf("without groups %s: %+v, %v", name, m, ok)
		}
	}
}

// TestWhoInSeeds reads papers of others against the register of a province: each
// body that is taken without a question stands here, read and judged by hand.
func TestWhoInSeeds(t *testing.T) {
	seeds, err := filepath.Glob("../../../../shared/seeds/*.txt")
	if err != nil || len(seeds) == 0 {
		t.Skip("no dispatches beside this tree")
	}
	right := map[string]string{
		"000 3.-2": carriers, "001 5.a": carriers, "001 5.b": carriers, "001 5.c": carriers, "003 2": "*", "004 5": "*",
		"004 9.4": "Công an tỉnh Vọng Giang", "004 9.5": "Tỉnh Đoàn Vọng Giang", "004 9.7.a": carriers, "004 9.7.b": carriers, "004 9.7.c": carriers, "004 9.7.d": carriers,
		"002 3.a": "Công an tỉnh Vọng Giang", "002 3.b": "Công an tỉnh Vọng Giang",
	}
	x := lexiconOf(t)
	leaves, named := 0, 0
	for _, seed := range seeds {
		raw, err := os.ReadFile(seed)
		if err != nil {
			t.Fatal(err)
		}
		list, err := x.propose(x.Read(string(raw), calendar.Date{Year: 2026, Month: 11, Day: 23}), province(true), nil, func(Leaf) ([]Proposal, error) { return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range list {
			plain := len(it.Reason) > 0 && it.Reason[0].Key == "actor.all"
			if !it.Leaf || plain {
				continue
			}
			leaves++
			at := filepath.Base(seed)[:3] + " " + it.Path
			var got []string
			for _, a := range it.Actors {
				if a.Kind == ToAll {
					a.Name = "*"
				}
				got = append(got, a.Name)
			}
			if len(it.Unknown) > 0 {
				if right[at] != "" {
					t.Errorf("%s asks who %q are", at, it.Unknown)
				}
				continue
			}
			named++
			if strings.Join(got, "; ") != right[at] {
				t.Errorf("%s is for %q, which nobody judged", at, got)
			}
		}
	}
	t.Logf("of %d demands that name somebody, %d need no question", leaves, named)
}

// TestWhoIsExcepted holds that a name keeps whom it excepts, that people named in
// one breath are one, and that what is asked of whoever it befalls is asked of all.
func TestWhoIsExcepted(t *testing.T) {
	x := lexiconOf(t)
	paper := "SỞ NỘI VỤ\nSố: 7/SNV-VP\nĐông Sơn, ngày 03 tháng 3 năm 2027\nV/v bảo đảm an ninh mạng\nKính gửi: Các phòng thuộc Sở.\nGiám đốc Sở yêu cầu:\n"
	for asked, want := range map[string]string{
		"Các phòng, trừ Phòng Kế toán, đổi mật khẩu quản trị.":          "Các phòng, trừ Phòng Kế toán",
		"Các đơn vị (trừ Chi cục Lưu trữ) rà quét mã độc.":              "Các đơn vị (trừ Chi cục Lưu trữ)",
		"Các phòng, ngoại trừ Văn phòng Sở: rà quét mã độc.":            "Các phòng, ngoại trừ Văn phòng Sở",
		"Cán bộ, công chức, viên chức đổi mật khẩu quản trị.":           "Cán bộ, công chức, viên chức",
		"Giám đốc Trung tâm, Chánh Thanh tra Sở đổi mật khẩu quản trị.": "Giám đốc Trung tâm; Chánh Thanh tra Sở",
		"Trung tâm Chuyển đổi số rà quét mã độc.":                       "Trung tâm Chuyển đổi số",
		"Đơn vị nào bị tấn công mạng thì báo ngay Văn phòng Sở.":        "",
		"Đơn vị bị tấn công mạng báo ngay Văn phòng Sở.":                "",
		"Chi cục Lưu trữ chưa có cán bộ chuyên trách thì cử người.":     "Chi cục Lưu trữ",
	} {
		r := x.Read(paper+"1. "+asked+"\n2. Văn phòng Sở đôn đốc.\n", calendar.Date{Year: 2027, Month: 3, Day: 4})
		var got []string
		for _, a := range r.Requirements[0].Actors {
			if a.From != "addressees" {
				got = append(got, a.Name)
			}
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: %q, want %q", asked, got, want)
		}
	}
}
