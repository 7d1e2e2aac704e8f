// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// text reads a paper of our own making.
func text(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// brief is what the table below holds of a reading.
type brief struct {
	kind, number, date, place, issuer, subject, urgency, signer string
	addressees                                                  []string
	paths                                                       []string // of the leaves
	deadlines                                                   []string // path sort date-or-period
	thresholds                                                  []string
	cites                                                       []string
	contacts                                                    []string
	security                                                    bool
}

func TestPapersOfManyShapes(t *testing.T) {
	x := lexicon(t)
	for name, want := range map[string]brief{
		"chi-thi.txt": {kind: "chi_thi", number: "07/CT-UBND", date: "2026-10-05", place: "Đông Sơn", issuer: "Ủy ban nhân dân tỉnh Đông Sơn",
			subject: "Siết chặt kỷ luật bảo vệ an ninh mạng trong các cơ quan nhà nước tỉnh Đông Sơn", signer: "|CHỦ TỊCH|Lò Văn Thắng", addressees: []string{"thủ trưởng các cơ quan, đơn vị"},
			paths:      []string{"I.1", "I.2.a", "I.2.b", "I.3", "II.1", "II.2", "II.3"},
			deadlines:  []string{"I.1 until 2026-12-14", "I.2 within PT24H phát hiện", "I.2.a until 2026-10-20 17:00", "I.3 until 2027-03-31", "II.1 every P6M", "II.2 every P3M"},
			thresholds: []string{"I.1 95 least"}, cites: []string{"57-NQ/TW", "812/BCA-A05"}, contacts: []string{"0912345678", "trucban@dongson.example"}, security: true},
		"cong-dien.txt": {kind: "cong_dien", number: "03/CĐ-UBND", date: "2026-02-11", place: "Đông Sơn", issuer: "Ủy ban nhân dân tỉnh Đông Sơn", urgency: "HỎA TỐC",
			subject: "Ngăn chặn đợt tấn công mã hóa dữ liệu", signer: "KT. CHỦ TỊCH|PHÓ CHỦ TỊCH|Hà Thị Mai",
			addressees: []string{"Giám đốc các sở", "Chủ tịch Ủy ban nhân dân các xã, phường", "Các doanh nghiệp viễn thông"},
			paths:      []string{"1", "2", "3", "4"}, deadlines: []string{"1 until 2026-02-13 12:00", "4 within PT48H nhận được công điện"}, security: true},
		"tinh-uy.txt": {number: "215-CV/VPTU", date: "2026-09-03", place: "Đông Sơn", issuer: "Văn phòng Tỉnh ủy Đông Sơn", subject: "Bảo đảm an toàn thông tin khi dùng chữ ký số",
			signer: "T/L BAN THƯỜNG VỤ|CHÁNH VĂN PHÒNG|Nguyễn Đình Lâm", addressees: []string{"Các đảng ủy trực thuộc Tỉnh ủy", "các cơ quan tham mưu, giúp việc Tỉnh ủy"},
			paths: []string{"1", "2"}, deadlines: []string{"2 until 2026-09-29"}, cites: []string{"217-QĐ/VPTW"}, contacts: []string{"02803855123"}, security: true},
		"quyet-dinh.txt": {kind: "quyet_dinh", number: "1450/QĐ-BKHCN", date: "2026-06-20", place: "Hà Nội", issuer: "Bộ Khoa học và Công nghệ",
			subject: "Ban hành yêu cầu bảo mật đối với cổng thông tin điện tử", signer: "KT. BỘ TRƯỞNG|THỨ TRƯỞNG|Phạm Minh Đức",
			paths: []string{"Điều 1.1", "Điều 1.2", "Điều 2", "Điều 3"}, deadlines: []string{"Điều 1.2 every P1Y"}, thresholds: []string{"Điều 2 15 least"},
			cites: []string{"116/2025/QH15", "331/2026/NĐ-CP"}, security: true},
		"mua-lu.txt": {number: "1820/UBND-KTN", date: "2026-07-02", place: "Đông Sơn", issuer: "Ủy ban nhân dân tỉnh Đông Sơn", subject: "Chủ động ứng phó mưa lũ",
			signer: "TM. ỦY BAN NHÂN DÂN; KT. CHỦ TỊCH|PHÓ CHỦ TỊCH|Hà Thị Mai", addressees: []string{"Các sở, ban, ngành", "Ủy ban nhân dân các xã, phường"},
			paths: []string{"1", "2", "3"}},
		"van-xuoi.txt": {number: "88/SKHCN-CĐS", date: "2026-03-14", place: "Đông Sơn", issuer: "Sở Khoa học và Công nghệ tỉnh Đông Sơn", subject: "Xử lý máy tính nhiễm mã độc",
			signer: "|GIÁM ĐỐC|Đỗ Quang Huy", addressees: []string{"Ủy ban nhân dân xã Mường Thạch"}, paths: []string{"-1"},
			deadlines: []string{"-1 within P5D working nhận được văn bản này"}, security: true},
	} {
		t.Run(name, func(t *testing.T) {
			raw := text(t, name)
			got := x.Read(raw, today)
			same := func(what, g, w string) {
				t.Helper()
				if g != w && !(w == "" && g == "(none)") {
					t.Errorf("%s: %q, want %q", what, g, w)
				}
			}
			same("kind", got.Kind, want.kind)
			same("number", str(got.Number), want.number)
			same("date", str(got.Date), want.date)
			same("place", str(got.Place), want.place)
			same("issuer", str(got.Issuer), want.issuer)
			same("subject", str(got.Subject), want.subject)
			same("urgency", str(got.Urgency), want.urgency)
			if s := got.Signer; s == nil {
				t.Error("no signer")
			} else {
				same("signer", s.Authority+"|"+s.Title+"|"+s.Name, want.signer)
			}
			list := func(what string, g, w []string) {
				t.Helper()
				if !slices.Equal(g, w) {
					t.Errorf("%s: %q, want %q", what, g, w)
				}
			}
			list("addressees", append([]string(nil), got.Addressees...), want.addressees)
			var paths, deadlines, thresholds, cites, contacts []string
			for _, r := range directive.Leaves(got.Requirements) {
				paths = append(paths, r.Path)
				if got.Security != (r.Topics[0].Key != "other") && want.security == false {
					t.Errorf("%s: topics %v", r.Path, r.Topics)
				}
			}
			var walk func([]directive.Requirement)
			walk = func(tree []directive.Requirement) {
				for _, r := range tree {
					for _, d := range r.Deadlines {
						s := r.Path + " " + string(d.Sort)
						switch d.Sort {
						case directive.Until:
							s += " " + strings.TrimSpace(d.Last.String()+" "+d.Hour)
						case directive.Within:
							s += " " + d.Duration
							if d.Working {
								s += " working"
							}
							s += " " + d.Trigger
						default:
							s += " " + d.Recurrence
						}
						deadlines = append(deadlines, s)
					}
					for _, f := range r.Thresholds {
						s := r.Path + " " + strconv.FormatFloat(f.Value, 'g', -1, 64)
						if f.Least {
							s += " least"
						}
						thresholds = append(thresholds, s)
					}
					walk(r.Children)
				}
			}
			walk(got.Requirements)
			for _, b := range got.Basis {
				cites = append(cites, b.Number)
			}
			for _, c := range got.Contacts {
				contacts = append(contacts, c.Value)
			}
			list("leaves", paths, want.paths)
			list("deadlines", deadlines, want.deadlines)
			list("thresholds", thresholds, want.thresholds)
			list("cites", cites, want.cites)
			list("contacts", contacts, want.contacts)
			if got.Security != want.security {
				t.Errorf("about information security: %v (%g)", got.Security, got.SecurityScore)
			}
			for _, w := range got.Warnings {
				if w.Doubt == directive.Unread {
					t.Errorf("not read: %q", w.Text)
				}
			}
			whole(t, raw, got)
		})
	}
}
