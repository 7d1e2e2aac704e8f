// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"slices"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

const decreeHead = "CHÍNH PHỦ\n\nSố: 9/2026/NĐ-CP\n\nHà Nội, ngày 03 tháng 02 năm 2026\n\nNGHỊ ĐỊNH\n\nQuy định về an toàn thông tin mạng\n\n"

// An article of another paper at the beginning of a line is no article of this one,
// and those of this one are counted on behind it.
func TestACitedArticleIsNotCounted(t *testing.T) {
	r := lexicon(t).Read(decreeHead+"Điều 1. Phạm vi\n\nCác cơ quan rà quét mã độc.\n\nĐiều 2. Trách nhiệm\n\nCác cơ quan bảo đảm an toàn thông tin mạng theo\n"+
		"Điều 25 của Luật An ninh mạng và cập nhật phần mềm chống mã độc theo\n\nĐiều 3. Kinh phí\n\nCác cơ quan bố trí kinh phí.\n\nĐiều 4. Thi hành\n\nCác cơ quan thi hành.\n", today)
	var labels []string
	for _, q := range directive.Leaves(r.Requirements) {
		labels = append(labels, q.Label)
	}
	if !slices.Equal(labels, []string{"Điều 1", "Điều 2", "Điều 3", "Điều 4"}) {
		t.Errorf("articles %q", labels)
	}
	for _, w := range r.Warnings {
		if w.Doubt == directive.Disordered {
			t.Errorf("what is in order is doubted: %+v", w)
		}
	}
}

// The day of a year on which something is due each year stays with what recurs.
func TestTheDayOfWhatRecursIsKept(t *testing.T) {
	r := lexicon(t).Read(decreeHead+"Điều 1. Hằng năm, trước ngày 01 tháng 12, các cơ quan rà quét mã độc và báo cáo trước ngày 05/3/2027.\n", today)
	got := directive.Leaves(r.Requirements)[0].Deadlines
	if len(got) != 2 || got[0].Sort != directive.Every || got[0].Recurrence != "P1Y" || got[0].Scope != "trước ngày 01 tháng 12" || got[1].Sort != directive.Until {
		t.Errorf("time limits %+v", got)
	}
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Name: "a.txt", Data: []byte(decreeHead + "Điều 1. Hằng năm, trước ngày 01 tháng 12, các cơ quan rà quét mã độc trên máy chủ, máy trạm và báo cáo kết quả.\n")})
		if err != nil {
			t.Fatal(err)
		}
		f, err := h.Get(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if it := f.Leaves()[0]; it.Sure || !slices.ContainsFunc(it.Reason, func(w directive.Why) bool { return w.Key == "due.odd" }) {
			t.Errorf("a day of the year that the term has no place for is taken as understood: %+v", it)
		}
	})
}

// A date that is cited, in the subject, among the grounds or in the body, is never
// taken for that of the paper, nor a number; what is blank, misprinted or doubtful is
// told.
func TestWhatIsCitedIsNotThePapersOwn(t *testing.T) {
	r := lexicon(t).Read("ỦY BAN NHÂN DÂN TỈNH ĐÔNG SƠN\nSố:      /UBND-NC\nV/v triển khai Công điện số 33/CĐ-TTg\nngày 07 tháng 4 năm 2026 của Thủ tướng Chính phủ về an toàn thông tin mạng\n\n"+
		"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nKính gửi: Các sở, ban, ngành tỉnh.\n\n"+
		"Thực hiện Công văn số 812/BCA-A05 ngày 09/02/2026 của Bộ Công an và Công văn số 95/BTTTT-CATTT ngày 11/02/2026 của Bộ Công an, Ủy ban nhân dân tỉnh yêu cầu:\n\n"+
		"1. Các sở, ban, ngành rà quét mã độc theo Công văn số 17/SKHCN-CNTT ngày 20/3/2026.\n\n2. Khi có sự cố an toàn thông tin mạng, báo về đường dây nóng: 09123.456.789.\n\nNơi nhận:\n- Như trên.\n", today)
	if r.Date != nil || r.Precision != directive.Undated || r.Number != nil || str(r.Symbol) != "UBND-NC" {
		t.Errorf("date %s (%s), number %s", str(r.Date), r.Precision, str(r.Number))
	}
	cited := map[string]string{}
	for _, b := range r.Basis {
		cited[b.Number] = b.Date.String()
	}
	for number, day := range map[string]string{"812/BCA-A05": "2026-02-09", "95/BTTTT-CATTT": "2026-02-11", "17/SKHCN-CNTT": "2026-03-20"} {
		if cited[number] != day {
			t.Errorf("%s is cited of %q, want %s: %+v", number, cited[number], day, r.Basis)
		}
	}
	for doubt, hint := range map[directive.Doubt]string{directive.NoNumber: "", directive.NoDate: "", directive.BadPhone: "11", directive.BadCitation: "other_symbol"} {
		if n := slices.IndexFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == doubt && w.Hint == hint }); n < 0 {
			t.Errorf("%s %q is not told: %+v", doubt, hint, r.Warnings)
		}
	}
	for _, q := range directive.Leaves(r.Requirements) {
		if len(q.Deadlines) > 0 {
			t.Errorf("%s: a date that is cited is a time limit: %+v", q.Path, q.Deadlines)
		}
	}
}
