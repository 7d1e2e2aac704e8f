// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// A unit begins its answer from the directive, sees where each sentence is from,
// and gives the reason why it goes out over what the data contradict.
func TestPagesOfAnAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, append(sources[:len(sources):len(sources)], web.Migrations)...))
	o := b.order(2)
	o.answered("a", "c1", "Đã phân công theo lịch trực số 12.", true)
	o.measured("a", avKey, 199, 240).Said = &measure.Claim{Num: 240, Den: 240, At: b.now}
	w := b.browse(t, actor("ai", auth.UnitOfficer, "a"))

	page := w.get("/papers/new?directive=d-1", 200)
	w.says(page, "F13", "CD-2026-0001 · 1556/UBND-KGVX", "Từ ngày giao đến ngày lập bản in")
	begin := w.form(page, "/papers/new")
	if begin.Get("directive") != "d-1" || begin.Get("unit") != "a" || begin.Get("period") != "" {
		t.Errorf("the page begins with %v", begin)
	}
	begin.Set("directive", "")
	w.says(w.post("/papers/new", begin, 422), "Chưa chọn văn bản chỉ đạo")
	begin.Set("directive", "d-1")
	page = w.post("/papers/new", begin, 200)
	id := string(b.only("d-1").ID)
	w.says(page, "từ đâu", `href="/boards/d-1/cells/a/c2"`, `href="/measures/`+avKey+`/units/a"`, `href="/directives/d-1"`, "Số tự báo cáo khác số đo được",
		"báo “Máy có phòng, chống mã độc”: 100%, đo được 82,9% (199/240)")
	if strings.Contains(page, "Sở Thí dụ") {
		t.Error("the page of one unit names another")
	}
	w.says(w.get("/papers?directive=d-1", 200), "CD-2026-0001")
	if strings.Contains(w.get("/papers?directive=d-2", 200), "/papers/"+id) {
		t.Error("the papers of another directive list it")
	}

	edit := w.form(page, "/papers/"+id)
	edit.Set("issuer", "Ủy ban nhân dân xã Bản Mẫu")
	edit.Set("then", "print")
	w.says(w.post("/papers/"+id, edit, 422), "chưa ai ghi lý do")
	claims := w.form(w.get("/papers/"+id, 200), "/papers/"+id+"/claims")
	w.says(w.post("/papers/"+id+"/claims", claims, 422), "Ghi lý do.")
	claims.Set("note", "Đang kiểm kê lại.")
	w.says(w.post("/papers/"+id+"/claims", claims, 200), "Đã ghi lý do: Đang kiểm kê lại.")
	if body := w.post("/papers/"+id+"/claims", url.Values{"note": {"Lần nữa"}, "version": {"1"}}, 409); !strings.Contains(body, "409") && body == "" {
		t.Error("a stale second tab is answered with nothing")
	}
	page = w.post("/papers/"+id+"/print", url.Values{"version": {w.form(w.get("/papers/"+id, 200), "/papers/"+id).Get("version")}}, 200)
	w.says(page, "từ đâu", "Bản in 1")
}
