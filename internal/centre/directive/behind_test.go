// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"os"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// TestWhereARowCameFrom holds that the page says of a row of an annex, and of what a
// regulation asks, where behind the signature it stands, and of nothing else.
func TestWhereARowCameFrom(t *testing.T) {
	x, err := Words()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]map[string]string{
		"ke-hoach-hai-phu-luc": {"Phụ lục I.II.4": "Phụ lục I. DANH MỤC NHIỆM VỤ TRIỂN KHAI KẾ HOẠCH NĂM 2027 › II. Kỹ thuật › 4", "Kế hoạch.III.1": "Kế hoạch. BẢO ĐẢM AN NINH MẠNG THÀNH PHỐ HẢI BÌNH NĂM 2027 › III. TỔ CHỨC THỰC HIỆN › 1", "Điều 3": ""},
		"quy-che":              {"Quy chế.Chương II.Điều 4": "Quy chế. Quản lý tài khoản và thiết bị lưu trữ di động trong cơ quan… › Chương II. QUẢN LÝ TÀI KHOẢN › Điều 4", "Điều 1": ""},
		"ke-hoach-cot-rong":    {"I.1": "", "Phụ lục.A.1": "Phụ lục. BẢNG PHÂN CÔNG NHIỆM VỤ GIÁM SÁT AN TOÀN THÔNG TIN › A. Chuẩn bị › 1"},
	} {
		data, err := os.ReadFile("testdata/attached/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		r := x.Read(string(data), calendar.Date{Year: 2027, Month: 6, Day: 1})
		items, err := x.propose(r, nil, nil, func(Leaf) ([]Proposal, error) { return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
		v := readPage{f: Folder{Items: items}}
		for _, it := range items {
			said, ok := want[it.Path]
			if !ok {
				continue
			}
			delete(want, it.Path)
			var b strings.Builder
			for _, f := range v.behind(t.Context(), it) {
				if err := f.Value.Render(t.Context(), &b); err != nil {
					t.Fatal(err)
				}
			}
			if b.String() != said {
				t.Errorf("%s %s: %q, want %q", name, it.Path, b.String(), said)
			}
		}
		if len(want) > 0 {
			t.Errorf("%s: %v are not there", name, want)
		}
	}
}
