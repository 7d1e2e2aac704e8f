// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// load plans and applies a file.
func (h *house) load(t testing.TB, name string, data []byte) unit.Plan {
	t.Helper()
	id, p, err := h.PlanImport(h.ctx, name, data)
	if err != nil {
		t.Fatalf("plan %s: %v (%v)", name, err, fault.Of(err).Fields)
	}
	applied, err := h.ApplyImport(h.ctx, id, p.Digest)
	if err != nil {
		t.Fatalf("apply %s: %v (%v)", name, err, fault.Of(err).Fields)
	}
	return applied
}

func counts(p unit.Plan) string {
	return fmt.Sprintf("new %d changed %d same %d rejected %d merged %d skipped %d", p.Count(unit.RowNew), p.Count(unit.RowChanged),
		p.Count(unit.RowSame), p.Count(unit.RowRejected), p.Count(unit.RowMerged), p.Count(unit.RowSkipped))
}

func reasons(p unit.Plan) string {
	var out []string
	for _, c := range p.Cells {
		out = append(out, fmt.Sprintf("%s%d %s", c.Column, c.Row, strings.TrimPrefix(c.Reason, "unit.")))
	}
	return strings.Join(out, "; ")
}

// find returns the unit of a name.
func (h *house) find(t testing.TB, name string) unit.Unit {
	t.Helper()
	p, err := h.List(h.ctx, unit.Filter{Text: name})
	if err != nil || len(p.Units) != 1 {
		t.Fatalf("%d units found for %q, %v", len(p.Units), name, err)
	}
	return p.Units[0].Unit
}

const plainCSV = `DANH SÁCH CÁC CƠ QUAN, ĐƠN VỊ;;;;;;
(Kèm theo Công văn số 12/CV);;;;;;
;;;;;;
STT;Tên đơn vị;Đơn vị cấp trên;Thủ trưởng;Điện thoại;Dải IP;Hiệu lực từ
(1);(2);(3);(4);(5);(6);(7)
I;Khối sở, ngành;;;;;
1;Sở Y tế;;Lò Thị Mẫu;912345678;10.1.0.0/24, 10.1.1.5-10.1.1.8;01/03/2025
2;Bệnh viện đa khoa;Sở Y tế;;;;
II;Khối xã, phường;;;;;
3;UBND xã Bản Mẫu;;Vàng A Thử;0213.3876.421;192.168.1.0/24;1/7/2025
4;Ủy ban nhân dân phường Nà Thử;;;;192.168.1.0/24;
;Tổng cộng;4;;;;
`

func TestListsAsPeopleMakeThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text := strings.Replace(plainCSV, "2;Bệnh viện đa khoa;", "2;Phường bệnh viện đa khoa;", 1)
		p := h.load(t, "don-vi.csv", []byte(text))
		if counts(p) != "new 4 changed 0 same 0 rejected 0 merged 0 skipped 3" || len(p.Cells) != 0 {
			t.Fatalf("first import: %s; %s", counts(p), reasons(p))
		}
		so := h.find(t, "Sở Y tế")
		if so.Kind != "so" || so.Head.Name != "Lò Thị Mẫu" || so.Head.Phone != "0912345678" || so.ValidFrom != day("2025-03-01") || so.ParentID != h.root.ID {
			t.Errorf("department = %+v", so)
		}
		if hospital := h.find(t, "bệnh viện"); hospital.ParentID != so.ID {
			t.Errorf("hospital under %s", hospital.ParentID)
		}
		if list, err := h.Ranges(h.ctx, so.ID); err != nil || len(list) != 4 {
			t.Errorf("ranges = %v, %v", list, err)
		}
		if ward := h.find(t, "nà thử"); ward.Kind != "phuong" {
			t.Errorf("ward = %+v", ward)
		}
		if p := h.load(t, "don-vi.csv", []byte(text)); counts(p) != "new 0 changed 0 same 4 rejected 0 merged 0 skipped 3" {
			t.Errorf("same file again: %s; %s", counts(p), reasons(p))
		}
		text = strings.Replace(text, "Vàng A Thử", "Vàng A Khác", 1)
		text = strings.Replace(text, "UBND xã Bản Mẫu", "Xã  bản mẫu", 1)
		p = h.load(t, "don-vi.csv", []byte(text))
		if counts(p) != "new 0 changed 1 same 3 rejected 0 merged 0 skipped 3" {
			t.Errorf("one change: %s; %s", counts(p), reasons(p))
		}
		for _, r := range p.Rows {
			if r.State == unit.RowChanged && !slices.Equal(r.Changes, []unit.Change{{Field: "head_name", Before: "Vàng A Thử", After: "Vàng A Khác"}}) {
				t.Errorf("changes = %+v", r.Changes)
			}
		}
		entries, err := audit.Of(t.Context(), h.db, "unit", string(h.find(t, "bản mẫu").ID), 9)
		if err != nil || len(entries) != 3 { // created, its range, changed
			t.Errorf("audit = %+v, %v", entries, err)
		}
	})
}

// workbook builds an XLSX as people do.
func workbook(t testing.TB, fill func(f *excelize.File, set func(cell string, value any))) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f, func(cell string, value any) {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	})
	buf, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func merge(t testing.TB, f *excelize.File, from, to string) {
	t.Helper()
	if err := f.MergeCell("Sheet1", from, to); err != nil {
		t.Fatal(err)
	}
}

func TestWorkbookWithMergedCellsTwoHeadRowsAndTextDates(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		data := workbook(t, func(f *excelize.File, set func(string, any)) {
			set("A1", "ỦY BAN NHÂN DÂN TỈNH MẪU")
			merge(t, f, "A1", "I1")
			set("A2", "DANH SÁCH ĐƠN VỊ")
			merge(t, f, "A2", "I2")
			for cell, v := range map[string]string{"A4": "TT", "B4": "Tên cơ quan, đơn vị", "C4": "Người đứng đầu", "F4": "Đầu mối ATTT",
				"H4": "Địa chỉ IP", "I4": "Loại dải", "J4": "Từ ngày", "C5": "Họ và tên", "D5": "Chức vụ", "E5": "SĐT", "F5": "Họ tên", "G5": "Email"} {
				set(cell, v)
			}
			for _, m := range [][2]string{{"A4", "A5"}, {"B4", "B5"}, {"C4", "E4"}, {"F4", "G4"}, {"H4", "H5"}, {"I4", "I5"}, {"J4", "J5"}} {
				merge(t, f, m[0], m[1])
			}
			set("A6", "I. KHỐI XÃ")
			merge(t, f, "A6", "J6")
			set("A7", 1)
			set("B7", "Xã Bản Mẫu")
			set("C7", "Lò Văn Mẫu")
			set("D7", "Chủ tịch")
			set("E7", 912000001)
			set("F7", "Vàng Thị Thử")
			set("G7", "thu@mau.example")
			set("H7", "192.168.1.0/24")
			set("H8", "203.0.113.14")
			set("I7", "Máy")
			set("I8", "NAT")
			for _, c := range "ABCDEFGJ" {
				merge(t, f, string(c)+"7", string(c)+"8")
			}
			set("J7", 45839) // 01/07/2025
			set("A9", 2)
			set("B9", "Phường Nà Thử")
			set("J9", "1/7/2025")
			set("H9", "10.0.0.1\n10.0.0.2")
		})
		p := h.load(t, "ds.xlsx", data)
		if counts(p) != "new 2 changed 0 same 0 rejected 0 merged 1 skipped 1" {
			t.Fatalf("%s; %s", counts(p), reasons(p))
		}
		u := h.find(t, "bản mẫu")
		want := unit.Contact{Name: "Lò Văn Mẫu", Title: "Chủ tịch", Phone: "0912000001"}
		if u.Head != want || u.SecurityContact != (unit.Contact{Name: "Vàng Thị Thử", Email: "thu@mau.example"}) || u.ValidFrom != day("2025-07-01") {
			t.Errorf("unit = %+v", u)
		}
		list, err := h.Ranges(h.ctx, u.ID)
		if err != nil || len(list) != 2 || list[0].Kind != unit.Machine || list[1].Kind != unit.NAT {
			t.Errorf("ranges = %+v, %v", list, err)
		}
		if ward := h.find(t, "nà thử"); ward.ValidFrom != day("2025-07-01") {
			t.Errorf("ward from %s", ward.ValidFrom)
		}
	})
}

func TestBadCellsCostOnlyTheirRow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.add(t, "UBND xã Có Sẵn", "")
		if _, err := h.Create(h.ctx, unit.Unit{Name: "Xã Có Mã", Kind: "xa", Code: "H1", ParentID: h.root.ID}); err != nil {
			t.Fatal(err)
		}
		h.addRange(t, h.find(t, "có sẵn").ID, "203.0.113.0/24", unit.Machine)
		p := h.load(t, "loi.csv", []byte(strings.Join([]string{
			"Tên đơn vị,Loại,Trực thuộc,Mã,Email,Hiệu lực từ,Dải IP",
			"Xã Tốt,,,,,,",                      // 2
			"Xã Ngày Sai,,,,,31/02/2025,",       // 3 F
			"Hợp tác xã Lạ,,,,,,",               // 4 kind
			"Xã Thư Sai,,,,khong-phai-thu,,",    // 5 E
			"Xã Mạng Sai,,,,,,10.0.0.0/99",      // 6 G
			"Xã Cha Lạ,,Sở Không Có,,,,",        // 7 C
			"Xã Tốt,,,,a@b.vn,,",                // 8 twice
			"Xã Trùng Mạng,,,,,,203.0.113.0/24", // 9 taken
			",,,,a@b.vn,,10.0.0.8",              // 10 no name
			"Xã Loại Lạ,Liên minh,,,,,",         // 11 B
			"Xã Công Thức,,,#REF!,,,",           // 12 D
			"Xã Tốt Hai,,Xã Cha Lạ,,,,",         // 13 parent rejected
			"UBND xã Có Sẵn,,,,co@san.vn,,",     // 14 changed
			"Xã Mã Mới,,,h1,,,",                 // 15 matched by code: renamed
		}, "\n")))
		want := "F3 err.day; B4 err.kind_name; E5 err.email; G6 err.range; C7 err.parent_text; A8 err.name_taken; G9 err.range_taken; " +
			"A10 err.required; B11 err.kind_text; D12 err.formula; C13 err.parent_text"
		if got := reasons(p); got != want {
			t.Errorf("cells\n%s\nwant\n%s", got, want)
		}
		if counts(p) != "new 1 changed 2 same 0 rejected 11 merged 0 skipped 0" {
			t.Error(counts(p))
		}
		if u := h.find(t, "xã mã mới"); u.Code != "h1" || !slices.Equal(u.Aliases, []string{"Xã Có Mã"}) {
			t.Errorf("matched by code = %+v", u)
		}
	})
}

func TestAmbiguousNamesAreReported(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND huyện A", ""), h.add(t, "UBND huyện B", "")
		h.add(t, "Xã Tân Lập", a.ID)
		h.add(t, "Xã Tân Lập", b.ID)
		p := h.load(t, "x.csv", []byte("Tên đơn vị;Trực thuộc;Ghi chú\nXã Tân Lập;;không rõ\nXã Tân Lập;Huyện A;rõ\nXã Tân Lập;Công an tỉnh Mẫu;mới\nXã Con;Tân lập;\nXã Con;Xã Tân Lập;\n"))
		if got, want := reasons(p), "A2 err.ambiguous; A4 warn.same_name; A4 warn.same_name; B5 err.parent_text; B6 err.ambiguous"; got != want {
			t.Errorf("cells %s, want %s", got, want)
		}
		if counts(p) != "new 1 changed 1 same 0 rejected 3 merged 0 skipped 0" {
			t.Error(counts(p))
		}
	})
}

func TestPlanIsBoundToWhatWasShown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, p, err := h.PlanImport(h.ctx, "a.csv", []byte("Tên đơn vị;Ghi chú\nXã A;một\nXã B;hai\n"))
		if err != nil {
			t.Fatal(err)
		}
		other := as(t.Context(), auth.Administrator, h.root.ID)
		if _, err := h.ApplyImport(other, id, p.Digest); !fault.Is(err, fault.NotFound) {
			t.Errorf("another person applies: %v, want NotFound", err)
		}
		if _, err := h.PlannedImport(as(t.Context(), auth.UnitOfficer, h.root.ID), id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("unit officer looks: %v, want Forbidden", err)
		}
		h.add(t, "Xã A", "")
		if _, err := h.ApplyImport(h.ctx, id, p.Digest); !fault.Is(err, fault.Conflict) {
			t.Fatalf("stale plan applied: %v", err)
		}
		again, err := h.PlannedImport(h.ctx, id)
		if err != nil || counts(again) != "new 1 changed 1 same 0 rejected 0 merged 0 skipped 0" {
			t.Fatalf("planned again: %s, %v", counts(again), err)
		}
		if _, err := h.ApplyImport(h.ctx, id, again.Digest); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ApplyImport(h.ctx, id, again.Digest); !fault.Is(err, fault.NotFound) {
			t.Errorf("applied twice: %v, want NotFound", err)
		}
	})
}

func TestImportStaysInItsScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND huyện A", ""), h.add(t, "UBND huyện B", "")
		b.Code = "HB"
		if _, err := h.Update(h.ctx, b); err != nil {
			t.Fatal(err)
		}
		inA := &house{Service: h.Service, db: h.db, root: a, ctx: as(t.Context(), auth.Centre, a.ID)}
		p := inA.load(t, "a.csv", []byte("Tên đơn vị;Trực thuộc;Mã\nXã Một;;\nXã Hai;UBND huyện B;\nXã Ba;;HB\n"))
		if got := reasons(p); got != "B3 err.parent_text; C4 err.code_taken" {
			t.Errorf("cells %s", got)
		}
		if u := inA.find(t, "xã một"); u.ParentID != a.ID {
			t.Errorf("default parent = %s, want %s", u.ParentID, a.ID)
		}
		if got, err := h.Get(h.ctx, b.ID); err != nil || got.Version != 2 {
			t.Errorf("B was touched: %+v, %v", got, err)
		}
	})
}

// TestFivePercentBrokenRows loads 600 units, every twentieth with a cell that
// is not right, and loads them again.
func TestFivePercentBrokenRows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var text strings.Builder
		text.WriteString("STT;Tên đơn vị;Trực thuộc;Email;Dải IP\n")
		for i := range 600 {
			email, parent := fmt.Sprintf("a%d@mau.example", i), ""
			if i%20 == 7 {
				email = "hỏng"
			}
			if i%20 != 0 {
				parent = fmt.Sprintf("Sở %d", i/20*20)
			}
			name := "Xã"
			if i%20 == 0 {
				name = "Sở"
			}
			fmt.Fprintf(&text, "%d;%s %d;%s;%s;10.%d.%d.0/24\n", i+1, name, i, parent, email, i/250, i%250)
		}
		p := h.load(t, "lon.csv", []byte(text.String()))
		if counts(p) != "new 570 changed 0 same 0 rejected 30 merged 0 skipped 0" || len(p.Cells) != 30 {
			t.Errorf("%s, %d cells", counts(p), len(p.Cells))
		}
		_, again, err := h.PlanImport(h.ctx, "lon.csv", []byte(text.String()))
		if err != nil || counts(again) != "new 0 changed 0 same 570 rejected 30 merged 0 skipped 0" {
			t.Errorf("again: %s, %v", counts(again), err)
		}
		if page, err := h.List(h.ctx, unit.Filter{On: calendar.DateOf(now)}); err != nil || page.Total != 571 {
			t.Errorf("%d units, %v", page.Total, err)
		}
	})
}

// TestShownPlansApply imports lists made of words that meet each other, so that
// rows match, contradict and continue one another: what was shown applies, and
// so it does the second time.
func TestShownPlansApply(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(r *rapid.T) {
			h.clear(t)
			pick := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(r, label) }
			var file strings.Builder
			file.WriteString("STT;Tên đơn vị;Loại;Trực thuộc;Mã;Tên khác;Dải IP;Dải IP NAT;Hiệu lực từ;Hiệu lực đến\n")
			for range rapid.IntRange(1, 8).Draw(r, "rows") {
				name := pick("name", "Xã A", "UBND xã A", "xa a", "Xã B", "Phường B", "Sở C", "Công an tỉnh Mẫu", "", "A")
				file.WriteString(strings.Join([]string{pick("stt", "", "1", "I"), name, pick("kind", "", "", "Xã", "sở", "?"),
					pick("parent", "", "", "Xã A", "Sở C", "m1", "Công an tỉnh Mẫu", "Lạ"), pick("code", "", "", "M1", "m2"),
					pick("alias", "", "", "A", "Sở C; Xã B"), pick("range", "", "10.0.0.0/24", "203.0.113.0/24; 10.0.0.1"),
					pick("nat", "", "", "203.0.113.9", "10.0.0.1"), pick("from", "", "1/7/2025"), pick("to", "", "", "30/6/2026")}, ";") + "\n")
			}
			for range 2 {
				if complaint := h.tryImport(t, []byte(file.String())); complaint != "" {
					r.Fatalf("%s\n%s", complaint, file.String())
				}
			}
		})
	})
}

// tryImport loads a file and says what is not as it should be.
func (h *house) tryImport(t *testing.T, data []byte) string {
	t.Helper()
	id, p, err := h.PlanImport(h.ctx, "x", data)
	if fault.Is(err, fault.Invalid) {
		return ""
	}
	if err != nil {
		return fmt.Sprintf("plan: %v", err)
	}
	if _, err := h.ApplyImport(h.ctx, id, p.Digest); err != nil {
		return fmt.Sprintf("a shown plan does not apply: %v (%v)", err, fault.Of(err).Fields)
	}
	for _, r := range p.Rows {
		if r.State == unit.RowRejected && !slices.ContainsFunc(p.Cells, func(c unit.CellError) bool { return c.Row == r.Row && !c.Warn }) {
			return fmt.Sprintf("row %d is rejected without reason", r.Row)
		}
	}
	return ""
}
