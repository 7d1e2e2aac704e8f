// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"slices"
	"strings"
	"testing"
	"time"

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

// TestALargeBoardIsQuick renders 150 units by 60 requirements. The aim is 100 ms;
// the test allows for a busy machine.
func TestALargeBoardIsQuick(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(60, 150, 2))
	b := h.browse(t, auth.Centre, "root")
	var took []time.Duration
	size := 0
	for range 20 {
		at := time.Now()
		size = len(b.get("/boards/d-1", 200))
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	t.Logf("p50 %v, p95 %v, %d KB", took[10], took[18], size>>10)
	if took[10] > time.Second {
		t.Errorf("half of the pages took more than %v", took[10])
	}
}
