// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

func TestTheBoardShowsUnitsByRequirements(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Centre, "root")
		page := b.get("/boards/d-1", 200)
		b.says(page, "15/UBND-VX", "HỎA TỐC", "UBND xã Bản Mẫu 1", "Sở Thí dụ 0", "không có dữ liệu", "chưa đủ dữ liệu", "tự khai", "quá hạn", "mục 1a", "đơn vị đạt")
		if n := strings.Count(page, `<td class="vg-bc`); n != 12*12+12 {
			t.Errorf("%d cells", n)
		}
		one := b.get("/boards/d-1?show=differs&kind=xa&q=mau+7", 200)
		if n := strings.Count(one, `scope="row"`); n != 2 { // the unit and the foot
			t.Errorf("%d rows", n)
		}
		b.says(b.get("/boards/d-1?q=khongco", 200), "Không có ô nào như vậy")
		csv := b.get("/boards/d-1/export/table.csv?q=mau+7", 200)
		if n := strings.Count(csv, "\n"); n != 13 {
			t.Errorf("%d lines: %s", n, csv)
		}
		if book := b.get("/boards/d-1/export/table.xlsx", 200); !strings.HasPrefix(book, "PK") {
			t.Error("no workbook")
		}
		for _, path := range []string{"/boards/none", "/boards/d-1/columns/none", "/boards/d-1/cells/u-1/none", "/boards/d-1/cells/none/c1", "/boards/none/export/table.csv"} {
			b.get(path, 404)
		}
	})
}

func TestACellTellsWhereItComesFrom(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Centre, "root")
		b.says(b.get("/boards/d-1/cells/u-7/c1", 200), "Số này từ đâu?", "Lò Thị Mai", "/findings?unit=u-7", "theo biên bản kiểm kê", "<mark", "vg-boardline")
		b.says(b.get("/boards/d-1/cells/u-0/c1", 200), "không có dữ liệu", "Nhập bảng máy", "chưa bao giờ")
		b.says(b.get("/boards/d-1/cells/u-1/c4", 200), "/obligations/o-1-3", "Minh chứng đã nộp")
		b.says(b.get("/boards/d-1/columns/c1", 200), "≥ 95%", "Nguyên văn yêu cầu", "<mark")
	})
}

// TestAnotherUnitsCellsAreAbsent looks as the officer of one unit.
func TestAnotherUnitsCellsAreAbsent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.UnitOfficer, "u-1")
		page := b.get("/boards/d-1", 200)
		b.says(page, "UBND xã Bản Mẫu 1")
		if strings.Contains(page, "Bản Mẫu 2") || strings.Contains(page, "Sở Thí dụ") {
			t.Error("other units show")
		}
		b.get("/boards/d-1/cells/u-1/c1", 200)
		b.get("/boards/d-1/cells/u-2/c1", 404)
	})
}

func TestTheLeadersPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Leader, "root")
		b.says(b.get("/boards", 200), "2 văn bản chỉ đạo", "Đơn vị kém nhất", "Đơn vị tốt nhất", "/boards/d-1?show=late", "Việc cần làm để có số liệu", "vg-bars-unknown")
		wall := b.get("/boards/wall", 200)
		b.says(wall, `hx-get="/boards/wall/state"`, "Thực hiện các văn bản chỉ đạo")
		if strings.Contains(wall, "vg-side") {
			t.Error("the wall has navigation")
		}
		if part := b.get("/boards/wall/state", 200); !strings.HasPrefix(strings.TrimSpace(part), `<div class="vg-wall"`) {
			t.Errorf("%.100s", part)
		}
		b.says(b.get("/boards/scores", 200), "2026.1", "chưa đủ dữ liệu", "weights:")
		if csv := b.get("/boards/scores.csv", 200); strings.Count(csv, "\n") != 13 {
			t.Errorf("%s", csv)
		}
		h.sheets = nil
		b.says(b.get("/boards", 200), "Chưa có văn bản chỉ đạo nào")
		b.says(b.get("/boards/wall", 200), "Chưa có văn bản chỉ đạo nào")
	})
}

// TestGroupsStandInTheOrderOfKinds gives one kind a label that comes before all
// others in the alphabet, and a place behind them.
func TestGroupsStandInTheOrderOfKinds(t *testing.T) {
	t.Parallel()
	f := invent(2, 10, 0)
	units := f.sheets[0].Units // both directives share them
	units[3].Kind, units[3].KindLabel, units[3].KindPlace = "doanh_nghiep", "Ân", 9
	units[4].Kind, units[4].KindLabel, units[4].KindPlace = "dac_khu", "Đặc khu", 3
	h := furnish(t, dbtest.SQLite(t, sources...), f)
	page := h.browse(t, auth.Centre, "root").get("/boards/d-1", 200)
	_, grid, _ := strings.Cut(page, "data-grid")
	last := -1
	for _, name := range []string{"Sở", "Xã", "Đặc khu", "Ân"} {
		at := strings.Index(grid, `<th scope="rowgroup">`+name)
		if at < last || at < 0 {
			t.Errorf("the group %q stands at %d, the one before it at %d", name, at, last)
		}
		last = at
	}
	var options []int
	for _, name := range []string{"so", "xa", "dac_khu", "doanh_nghiep"} {
		options = append(options, strings.Index(page, `<option value="`+name+`"`))
	}
	if !slices.IsSorted(options) || options[0] < 0 {
		t.Errorf("the kinds to choose from stand at %v", options)
	}
}

// TestWhatIsNotDueIsNoLackOfData has one unit with duties whose time runs, and
// nothing else.
func TestWhatIsNotDueIsNoLackOfData(t *testing.T) {
	t.Parallel()
	f := invent(6, 5, 0)
	f.sheets = f.sheets[:1]
	for i := range f.sheets {
		var duties []board.Column
		for _, c := range f.sheets[i].Columns {
			if c.Duty && len(c.Measures) == 0 {
				duties = append(duties, c)
			}
		}
		f.sheets[i].Columns = duties
	}
	for i := range f.duties {
		f.duties[i].State, f.duties[i].DueAt, f.duties[i].MetAt = obligation.Open, now.AddDate(0, 0, 30), time.Time{}
	}
	h := furnish(t, dbtest.SQLite(t, sources...), f)
	b := h.browse(t, auth.UnitOfficer, "u-1")
	page := b.get("/boards", 200)
	b.says(page, "Chưa có việc nào đến hạn", "đang làm")
	if strings.Contains(page, "Chưa so sánh được") || strings.Contains(page, "Đơn vị thiếu dữ liệu nhất") || strings.Contains(page, "Mọi số trên trang này") {
		t.Error("the page speaks of data that is there, or is not")
	}
	b.says(b.get("/boards/scores", 200), "chưa tính", "chưa có việc đến hạn")
}

// TestInTheDarkTheLeaderIsToldWhatToDo leaves nothing seen at nine units in ten.
func TestInTheDarkTheLeaderIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(12, 10, 9))
	b := h.browse(t, auth.Leader, "root")
	page := b.get("/boards", 200)
	b.says(page, "Chưa so sánh được", "9/10 đơn vị chưa đủ dữ liệu", "Việc cần làm", "Nhập bảng máy")
	if strings.Contains(page, "Đơn vị tốt nhất") {
		t.Error("units are compared in the dark")
	}
}

func TestAUnitSeesWhatIsAskedOfIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.UnitOfficer, "u-1")
		b.says(b.get("/boards/units/u-1", 200), "Điều gì được yêu cầu, đơn vị đang ở đâu", "Tăng cường bảo đảm", "Rà soát hệ thống", "/boards/d-1/cells/u-1/c1", "Điểm tuân thủ")
		b.get("/boards/units/u-2", 404)
		b.get("/boards/heads/u-2", 404)
	})
}

func TestAHeadAcceptsOnceAndANewHeadAnew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.UnitOfficer, "u-1")
		b.says(b.get("/boards/heads/u-1", 200), "Lò Văn 1", "chưa nhận", "Ghi nhận Lò Văn 1 đã nhận nhiệm vụ")
		form := url.Values{"directive": {"d-1"}, "head": {"Lò Văn 1"}, "reference": {"12/QĐ-UBND"}}
		for range 2 {
			b.says(b.post("/boards/heads/u-1/accept", form, 200), "Lò Văn 1 nhận lúc", "12/QĐ-UBND", "Người thử")
		}
		form.Set("reference", strings.Repeat("ă", 201))
		b.says(b.post("/boards/heads/u-1/accept", form, 422), "Dài quá mức")
		form.Set("head", "Người khác")
		b.post("/boards/heads/u-1/accept", form, 409)
		form.Set("directive", "none")
		b.post("/boards/heads/u-1/accept", form, 404)
		acts, err := audit.Of(t.Context(), h.db, board.SubjectKind, "d-1", 10)
		if err != nil || len(acts) != 1 || acts[0].Action != "board.accept" {
			t.Errorf("%+v, %v", acts, err)
		}
		h.sheets[0].Units[1].Head, h.sheets[1].Units[1].Head = "Lò Văn Mới", "Lò Văn Mới"
		b.says(b.get("/boards/heads/u-1", 200), "chưa nhận", "Người đứng đầu trước đây")
		h.sheets[0].Units[1].Head = ""
		b.says(b.get("/boards/heads/u-1", 200), "Đơn vị chưa có người đứng đầu")
		viewer := h.browse(t, auth.Viewer, "root")
		viewer.post("/boards/heads/u-2/accept", url.Values{"directive": {"d-1"}, "head": {"Lò Văn 2"}}, 403)
		if page := viewer.get("/boards/heads/u-2", 200); strings.Contains(page, "<form class=\"vg-form") {
			t.Error("a viewer is offered to accept")
		}
	})
}

// TestNobodyAboveAcceptsInAnothersName: the unit's own people record that their head
// accepted, the centre records a signed paper by naming it, and a leader above, who
// decides and does not write, records nothing.
func TestNobodyAboveAcceptsInAnothersName(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		form := url.Values{"directive": {"d-1"}, "head": {"Lò Văn 1"}}
		leader := h.browse(t, auth.Leader, "root")
		leader.post("/boards/heads/u-1/accept", form, 403)
		if page := leader.get("/boards/heads/u-1", 200); strings.Contains(page, "/heads/u-1/accept") {
			t.Error("a leader above is offered to accept for a unit")
		}
		centre := h.browse(t, auth.Centre, "root")
		centre.says(centre.post("/boards/heads/u-1/accept", form, 422), "Ghi số, ngày văn bản mà người đứng đầu đã ký.")
		form.Set("reference", "12/QĐ-UBND ngày 20/11/2026")
		centre.says(centre.post("/boards/heads/u-1/accept", form, 200), "Lò Văn 1 nhận lúc", "ghi bởi Người thử", "theo 12/QĐ-UBND ngày 20/11/2026")
		own := h.browse(t, auth.Leader, "u-2")
		own.says(own.post("/boards/heads/u-2/accept", url.Values{"directive": {"d-1"}, "head": {"Lò Văn 2"}}, 200), "Lò Văn 2 nhận lúc")
	})
}

func TestOnlyThoseWhoOweAreUrged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Centre, "root")
		b.says(b.get("/boards/d-1/urge/units", 200), "Đôn đốc cả", "UBND xã Bản Mẫu 1", `name="id" value="u-1"`)
		f := h.fiction
		for i := range f.duties { // u-11 did all
			if f.duties[i].UnitID == "u-11" {
				f.duties[i].State, f.duties[i].MetAt = obligation.Met, f.duties[i].DueAt
			}
		}
		for i := range f.readings {
			if f.readings[i].Unit == "u-11" {
				f.readings[i].Grade, f.readings[i].Said = measure.Measured, nil
				f.readings[i].Figure = measure.Figure{Num: map[string]int64{"av": 9}[f.readings[i].Key], Den: 9, Seen: 9, Expected: 9}
			}
		}
		b.says(b.post("/boards/d-1/urge/units", url.Values{"id": {"u-1", "u-2", "u-11", "none"}}, 200), "Đã gửi đôn đốc tới 2 đơn vị")
		if len(h.told) != 2 || h.told[0].Requested == 0 || h.told[0].ID == "" {
			t.Errorf("told %+v", h.told)
		}
		b.post("/boards/d-1/urge/units", url.Values{"id": {"u-11"}}, 409)
		if again := b.get("/boards/d-1/urge/units", 200); strings.Contains(again, `value="u-11"`) || strings.Count(again, "21/11/2026 08:05") < 2 {
			t.Error("the list does not say who was urged, or names who owes nothing")
		}
		b.get("/boards/d-1/urge/units?column=none", 404)
		acts, err := audit.Of(t.Context(), h.db, board.SubjectKind, "d-1", 10)
		if err != nil || len(acts) != 2 || acts[0].Action != "board.urge" {
			t.Errorf("%+v, %v", acts, err)
		}
		h.browse(t, auth.Viewer, "root").get("/boards/d-1/urge/units", 403)
		own := h.browse(t, auth.UnitOfficer, "u-1")
		own.post("/boards/d-1/urge/units", url.Values{"id": {"u-2"}}, 409)
		own.post("/boards/d-1/urge/units", url.Values{"id": {"u-1"}}, 409) // its own unit
		if page := own.get("/boards/d-1", 200); strings.Contains(page, "/urge/units") || !strings.Contains(page, "UBND xã Bản Mẫu 1") {
			t.Error("a unit is offered to urge itself")
		}
	})
}

// TestALeaderAsksTheCentreToUrge sees who owes, urges nobody and writes no letter.
func TestALeaderAsksTheCentreToUrge(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Leader, "root")
		b.says(b.get("/boards/d-1", 200), "đơn vị còn nợ", "/boards/d-1/urge/units")
		page := b.get("/boards/d-1/urge/units", 200)
		b.says(page, "Đề nghị trung tâm đôn đốc", "UBND xã Bản Mẫu 1", "/boards/d-1/urge/ask")
		for _, not := range []string{"letter.docx", `name="id"`, "/urge/draft"} {
			if strings.Contains(page, not) {
				t.Errorf("a leader is offered %s", not)
			}
		}
		b.get("/boards/d-1/urge/letter.docx", 403)
		b.post("/boards/d-1/urge/units", url.Values{"id": {"u-1"}}, 403)
		b.says(b.post("/boards/d-1/urge/ask", url.Values{}, 200), "Đã đề nghị trung tâm đôn đốc")
		if len(h.asked) != 1 || h.asked[0].Debtors == 0 || h.asked[0].By != "Người thử" || len(h.told) != 0 {
			t.Errorf("asked %+v, told %+v", h.asked, h.told)
		}
		b.post("/boards/none/urge/ask", url.Values{}, 404)
		acts, err := audit.Of(t.Context(), h.db, board.SubjectKind, "d-1", 10)
		if err != nil || len(acts) != 1 || acts[0].Action != "board.ask_to_urge" {
			t.Errorf("%+v, %v", acts, err)
		}
		h.browse(t, auth.UnitOfficer, "u-1").post("/boards/d-1/urge/ask", url.Values{}, 403)
	})
}

// TestUrgingKeepsToTheBoardAsItWasFiltered: those alone are urged whom the board
// showed, the page says so, and its way back is to the same board.
func TestUrgingKeepsToTheBoardAsItWasFiltered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Centre, "root")
		whole := b.get("/boards/d-1/urge/units", 200)
		b.says(whole, "UBND xã Bản Mẫu 1", "UBND xã Bản Mẫu 2")
		if strings.Contains(whole, "đang lọc") {
			t.Error("the whole board is said to be filtered")
		}
		of := "?" + url.Values{"q": {"mẫu 1"}, "sort": {"name"}}.Encode()
		there := strings.ReplaceAll(of, "&", "&amp;")
		b.says(b.get("/boards/d-1"+of, 200), "/boards/d-1/urge/units"+there)
		page := b.get("/boards/d-1/urge/units"+of, 200)
		b.says(page, "UBND xã Bản Mẫu 1", "Chỉ gồm phần bảng đang lọc: tên có “mẫu 1”.", `href="/boards/d-1`+there+`"`, `name="q" value="mẫu 1"`, "letter.docx"+there)
		if strings.Contains(page, "UBND xã Bản Mẫu 2") {
			t.Error("a unit the board did not show is to be urged")
		}
		b.says(b.post("/boards/d-1/urge/units", url.Values{"id": {"u-1", "u-2"}, "q": {"mẫu 1"}, "sort": {"name"}}, 200), "/boards/d-1/urge/units"+there)
		if len(h.told) != 1 || h.told[0].Debtor.Unit.ID != "u-1" {
			t.Errorf("told %+v", h.told)
		}
		b.post("/boards/d-1/urge/units", url.Values{"id": {"u-2"}, "q": {"mẫu 1"}}, 409)
		one, err := h.Letter(as(t.Context(), auth.Centre, "root"), "d-1", board.Portion{Filter: board.Filter{Query: "mẫu 1"}}, "")
		if err != nil || len(one.To) != 1 {
			t.Errorf("the letter goes to %v, %v", one.To, err)
		}
	})
}

func TestLettersNameWhatIsOwed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browse(t, auth.Centre, "root")
		for path, start := range map[string]string{"/boards/d-1/urge/letter.docx": "PK", "/boards/d-1/urge/letter.pdf": "%PDF", "/boards/d-1/urge/letter.docx?unit=u-1": "PK",
			"/boards/d-1/urge/letter.pdf?unit=u-1&column=c1": "%PDF"} {
			if raw := b.get(path, 200); !strings.HasPrefix(raw, start) {
				t.Errorf("%s: %.20q", path, raw)
			}
		}
		b.get("/boards/d-1/urge/letter.docx?unit=none", 404)
		one, err := h.Letter(as(t.Context(), auth.Centre, "root"), "d-1", board.Portion{}, "u-1")
		if err != nil || len(one.To) != 1 || one.To[0] != "UBND xã Bản Mẫu 1" || len(one.Annexes) != 0 {
			t.Errorf("%+v, %v", one, err)
		}
		b.post("/boards/d-1/urge/draft", url.Values{}, 404) // the register is not in this house
		if len(h.drafts) != 1 || len(h.drafts[0].Annexes) != 1 || !strings.Contains(h.drafts[0].Subject, "15/UBND-VX") {
			t.Errorf("%+v", h.drafts)
		}
	})
}
