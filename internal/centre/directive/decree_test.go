// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// decreePages is how long an instrument of our own making is, at about 2,600
// letters a page.
const decreePages = 300

// instrument is a decree of about so many pages, a paragraph each: chapters,
// articles, clauses, points, papers cited, terms and shares, in words of our own.
func instrument(pages int) []string {
	rnd := rand.New(rand.NewPCG(300, 1)) //nolint:gosec // the same text each time
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	out := []string{"CHÍNH PHỦ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 999/2026/NĐ-CP", "Hà Nội, ngày 01 tháng 7 năm 2026", "NGHỊ ĐỊNH", "Quy định chi tiết về bảo vệ mạng máy tính của cơ quan",
		"Căn cứ Luật Tổ chức Chính phủ ngày 18 tháng 02 năm 2025;", "Căn cứ Luật An ninh mạng số 116/2025/QH15 ngày 10 tháng 12 năm 2025;", "Chính phủ ban hành Nghị định quy định chi tiết về bảo vệ mạng máy tính của cơ quan."}
	size, article := 0, 0
	add := func(s string) { out, size = append(out, s), size+len([]rune(s)) }
	clause := func() string {
		s := pick("Chủ quản hệ thống thông tin", "Đơn vị vận hành", "Doanh nghiệp cung cấp dịch vụ", "Người đứng đầu cơ quan", "Bộ phận giám sát") + " " +
			pick("phải rà soát lỗ hổng của máy chủ và thiết bị mạng", "lập hồ sơ của từng hệ thống và gửi cơ quan thẩm định", "lưu nhật ký truy cập của người quản trị", "bố trí người trực giám sát ngoài giờ làm việc", "diễn tập ứng phó với tình huống mất dữ liệu") + ", " +
			pick("xong trong %d ngày kể từ ngày nhận được yêu cầu", "chậm nhất %d giờ sau khi phát hiện dấu hiệu lạ", "theo hướng dẫn tại Thông tư số %d/2026/TT-BCA ngày 03/5/2026 của Bộ trưởng Bộ Công an", "bảo đảm %d%% máy tính có phần mềm phòng, chống mã độc", "theo mẫu số %d ban hành kèm Nghị định này")
		return fmt.Sprintf(s, 2+rnd.IntN(90)) + ". " + pick("Trường hợp chưa làm được thì nêu lý do và thời điểm làm được để cơ quan theo dõi biết.", "Kết quả được ghi vào sổ và giữ cùng hồ sơ của hệ thống.", "Cơ quan chuyên trách hướng dẫn khi có vướng mắc.", "")
	}
	for chapter := 1; size < pages*2600; chapter++ {
		add(fmt.Sprintf("Chương %s", officedoc.Roman(chapter)))
		add(strings.ToUpper(pick("Bảo vệ máy chủ", "Giám sát mạng", "Ứng phó sự cố", "Lưu giữ nhật ký", "Trách nhiệm của chủ quản")))
		for range 14 {
			article++
			add(fmt.Sprintf("Điều %d. %s", article, pick("Việc phải làm trước khi đưa vào dùng", "Kiểm tra định kỳ", "Báo cáo khi có sự cố", "Lưu và nộp nhật ký", "Thuê ngoài việc giám sát")))
			for k := range 4 {
				add(fmt.Sprintf("%d. %s", k+1, clause()))
				if k == 1 {
					for _, letter := range []string{"a", "b", "c"} {
						add(letter + ") " + clause())
					}
				}
			}
		}
	}
	return append(out, fmt.Sprintf("Điều %d. Hiệu lực thi hành", article+1), "1. Nghị định này có hiệu lực từ ngày 01 tháng 01 năm 2027.", "Nơi nhận:", "- Các Bộ;", "- Lưu: VT.", "TM. CHÍNH PHỦ", "THỦ TƯỚNG", "Phan Đình Mẫu")
}

// decreeFiles are the same decree as the files people have.
func decreeFiles(t testing.TB, pages int) map[string][]byte {
	t.Helper()
	paras := instrument(pages)
	var body strings.Builder
	for _, p := range paras {
		body.WriteString(wordPara("", p))
	}
	return map[string][]byte{
		"a.txt": []byte(strings.Join(paras, "\n\n")),
		"a.docx": word(t, map[string]string{"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
			"word/document.xml": "<w:document" + ns + "><w:body>" + body.String() + "</w:body></w:document>"}),
		"a.pdf": decreePDF(t, paras),
	}
}

func decreePDF(t testing.TB, paras []string) []byte {
	t.Helper()
	p := officedoc.Paper{Issuer: "Chính phủ", Number: "999", Symbol: "2026/NĐ-CP", Place: "Hà Nội", Kind: "Nghị định", Subject: "Quy định chi tiết về bảo vệ mạng máy tính của cơ quan", Sign: officedoc.Signature{As: []officedoc.Capacity{{Title: "Thủ tướng"}}, Name: "Phan Đình Mẫu"}, Copies: []string{"Các Bộ", "Lưu: VT"}}
	for _, s := range paras[slices.IndexFunc(paras, func(s string) bool { return strings.HasPrefix(s, "Chính phủ ban hành") }):slices.Index(paras, "Nơi nhận:")] {
		p.Body = append(p.Body, officedoc.Text(s))
	}
	var b bytes.Buffer
	if err := officedoc.WritePDF(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestALongDecree reads three hundred pages in the forms people have them: the same
// points in each, and nothing else.
func TestALongDecree(t *testing.T) {
	x := lexicon(t)
	want := 1 // of the article that closes it
	for _, p := range instrument(decreePages) {
		switch {
		case strings.HasPrefix(p, "Điều "):
			want += 3 // its clauses without points
		case len(p) > 1 && p[1] == ')':
			want++
		}
	}
	want -= 3
	for name, data := range decreeFiles(t, decreePages) {
		begun := time.Now()
		r, err := x.ReadFile(t.Context(), name, data, today)
		if err != nil {
			t.Fatal(name, err)
		}
		leaves := directive.Leaves(r.Requirements)
		t.Logf("%s: %d KiB, %d chapters, %d leaves in %v", name, len(data)>>10, len(r.Requirements), len(leaves), time.Since(begun).Round(time.Millisecond))
		if len(leaves) != want || r.Kind != "nghi_dinh" || str(r.Number) != "999/2026/NĐ-CP" || str(r.Issuer) != "Chính phủ" {
			t.Errorf("%s: %d leaves, want %d; kind %q, number %q, issuer %q", name, len(leaves), want, r.Kind, str(r.Number), str(r.Issuer))
		}
		if !slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.Instrument }) {
			t.Errorf("%s: it is not told that a decree gives nobody in particular a task", name)
		}
		if n := slices.IndexFunc(r.Warnings, func(w directive.Warning) bool {
			return w.Doubt == directive.BadCitation || w.Doubt == directive.Disordered
		}); n >= 0 {
			t.Errorf("%s: what is right is doubted: %+v", name, r.Warnings[n])
		}
		for _, q := range leaves {
			if len(q.Deadlines) > 1 || len(q.Thresholds) > 1 {
				t.Fatalf("%s %s: %q has %+v %+v", name, q.Path, q.Text, q.Deadlines, q.Thresholds)
			}
		}
	}
}

// TestPartOfADecree takes in what a person names of a decree that is too long to be
// issued whole.
func TestPartOfADecree(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		in := directive.Arrival{Unit: "root", Name: "a.txt", Data: []byte(strings.Join(instrument(90), "\n\n"))}
		_, err := h.TakeIn(mai, in)
		many, ok := errors.AsType[*directive.TooMany](err)
		if !ok || fault.Of(err).Fields["parts"] != "directive.bad.too_many" || many.Leaves < 1001 || many.Sections[1].Label != "Chương II" || many.Sections[1].Leaves != 84 || many.Sections[1].Within != "Điều 15 – Điều 28" {
			t.Fatalf("%v, %+v", err, many)
		}
		for parts, want := range map[string]int{"Chương II": 84, "điều 3": 6, "Điều 3-5; chương iv": 18 + 84, "Điều 3, 4, 7": 18, "chương ii-iii": 168, "Chương C": 0, "Điều 9000": 0, "1": 0, "tất cả": 0, "Điều 5-3": 0} {
			in.Parts = parts
			d, err := h.TakeIn(mai, in)
			if want == 0 {
				if fault.Of(err).Fields["parts"] != "directive.bad.parts" {
					t.Errorf("%s: %v", parts, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(parts, err)
			}
			f, err := h.Get(mai, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(f.Leaves()); n != want {
				t.Errorf("%s: %d requirements, want %d", parts, n, want)
			}
			if w := d.Doubts[0]; w.Doubt != directive.Partly || w.Text != parts || w.Hint != strconv.Itoa(many.Leaves-want) {
				t.Errorf("%s: what is left out is not told: %+v", parts, w)
			}
		}
	})
}

// BenchmarkLongDecree reads three hundred pages, in each form.
func BenchmarkLongDecree(b *testing.B) {
	x := lexicon(b)
	for name, data := range decreeFiles(b, decreePages) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := x.ReadFile(b.Context(), name, data, today); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
