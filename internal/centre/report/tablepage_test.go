// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// list posts a file and returns the page it leads to.
func (w browser) list(path, name string, data []byte, want int) (page, at string) {
	w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		w.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		w.t.Fatal(err)
	}
	res, err := w.client.Post(w.at+path, m.FormDataContentType(), &body)
	if err == nil {
		at = res.Request.URL.RequestURI()
	}
	return w.read(res, err, want), at
}

// From the catalogue to the print: by hand, pasted and from a file.
func TestPagesMakeTheAnnualReport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, append(sources[:len(sources):len(sources)], web.Migrations), func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		w := b.browse(t, actor("truc", auth.Centre, "tinh"))
		w.says(w.get("/papers/new", 200), "F12", "Báo cáo năm về bảo đảm an ninh mạng", "luật định", "F1a")
		if page := w.get("/papers/new?on=2020-01-01", 200); strings.Contains(page, "F12") || !strings.Contains(page, "Mẫu 05") {
			t.Error("the catalogue of 2020 is not that of its law")
		}
		w.says(w.get("/papers/new?form=F12&pack=VN-ANM-2026", 200), "15/12/2025 – 14/12/2026", "đã đối chiếu văn bản")
		w.get("/papers/new?form=F99&pack=VN-ANM-2026", 404)
		begin := url.Values{"form": {"F12"}, "pack": {"VN-ANM-2026"}, "unit": {"a"}, "period": {"year.1"}, "year": {"2026"}}
		for field, bad := range map[string]string{"unit": "b2", "period": "quarter.1", "year": "hai nghìn"} {
			form := url.Values{}
			maps.Copy(form, begin)
			form.Set(field, bad)
			w.post("/papers/new", form, 422)
		}
		page := w.post("/papers/new", begin, 200)
		id := regexp.MustCompile(`action="(/papers/[0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
		w.says(page, "Năm 2026", "Chưa có dữ liệu.", "15/12/2025 – 14/12/2026")
		if again := w.post("/papers/new", begin, 200); !strings.Contains(again, id) {
			t.Error("the same form, unit and period begin a second draft")
		}

		// By hand, with a cell that does not read.
		at := id + "/tables/systems"
		form := w.form(w.get(at, 200), at)
		form.Set("c.0.name", "Một cửa")
		form.Set("c.0.level", "2")
		form.Set("c.0.approval", "drafting")
		form.Set("c.0.approved_by", "ngày mai")
		w.says(w.post(at, form, 422), "Dòng 1, Dự kiến thời điểm phê duyệt", "ngày mai", "Một cửa")
		form.Set("c.0.approved_by", "2026-12-31")
		form.Set("paste", "Thư điện tử\tUBND xã A\tTrung tâm\t3\tĐã phê duyệt\t1/QĐ\t\t\tĐầy đủ\t\tĐịnh kỳ")
		stale := url.Values{}
		maps.Copy(stale, form)
		w.says(w.post(at, form, 200), "Đã lưu bảng, 2 dòng.", "Một cửa", "Thư điện tử")
		w.post(at, stale, 409) // the other tab came first
		w.says(w.get(id, 200), "2 dòng", `value="2"`)

		// From a file that is not right, then one that is.
		_, where := w.list(at+"/file", "ds.xlsx", provinceList(t, 30, map[string]any{"E12": "Cấp độ 9"}), 200)
		w.says(w.get(where, 200), "E12", "Không có trong danh mục của cột này.", "B: Tên HTTT")
		fill := w.form(w.get(where, 200), at+"/import")
		w.says(w.post(at+"/import", fill, 422), "Còn ô không đọc được")
		w.list(at+"/file", "x.xlsx", []byte("không phải bảng"), 422)
		_, where = w.list(at+"/file", "ds.xlsx", provinceList(t, 30, nil), 200)
		fill = w.form(w.get(where, 200), at+"/import")
		fill.Set("behind", "yes")
		page = w.post(at+"/import", fill, 200)
		w.says(page, "Đã nhập 30 dòng; bảng có 32 dòng")
		for _, want := range []string{`name="v.total"[^>]*value="32"`, `name="v.approved"[^>]*value="9"`} {
			if !regexp.MustCompile(want).MatchString(page) {
				t.Errorf("the page has no %s", want)
			}
		}
		w.says(w.get(at+"?page=2", 200), "Trang 2/2")

		// Rows are taken out.
		form = w.form(w.get(at, 200), at)
		form.Set("x.0", "yes")
		w.says(w.post(at, form, 200), "31 dòng")
	})
}

// Another unit's officer finds neither the paper nor its tables and uploads.
func TestATableIsSeenByWhoSeesThePaper(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, append(sources[:len(sources):len(sources)], web.Migrations)...))
	f := b.annual()
	at := "/papers/" + string(f.ID) + "/tables/systems"
	up, err := b.svc.Upload(as(t, "truc", auth.Centre, "tinh"), f.ID, "systems", "ds.xlsx", provinceList(t, 5, nil))
	if err != nil {
		t.Fatal(err)
	}
	other := b.browse(t, actor("la", auth.UnitOfficer, "b"))
	other.get(at, 404)
	other.get(at+"/template.xlsx", 404)
	other.get(at+"/import?upload="+up, 404)
	other.post(at, url.Values{"version": {fmt.Sprint(f.Version)}}, 404)
	own := b.browse(t, actor("xa", auth.UnitOfficer, "a"))
	own.get(at, 200)
	own.get(at+"/import?upload="+up, 200)
	own.get(at+"/import?upload=none", 404)
	own.get("/papers/"+string(f.ID)+"/tables/total", 404)
}

// The template is a workbook whose own head is read back.
func TestTheTemplateIsReadBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	for _, pack := range b.laws.Packs() {
		for _, form := range pack.Forms {
			for _, field := range form.Fields() {
				if len(field.Columns) == 0 || form.About != "period" && form.About != "unit" {
					continue
				}
				raw, err := b.svc.Template(pack, field)
				if err != nil {
					t.Fatal(form.ID, field.Key, err)
				}
				x, err := excelize.OpenReader(bytes.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				v := sampleRows(pack, field, 2)
				for r, row := range v.Rows {
					n := 0
					for i, c := range field.Columns {
						if c.Type == "seq" {
							continue
						}
						at, err := excelize.CoordinatesToCellName(i+1, r+3)
						if err != nil {
							t.Fatal(err)
						}
						if err := x.SetCellStr("Sheet1", at, row[n]); err != nil {
							t.Fatal(err)
						}
						n++
					}
				}
				var out bytes.Buffer
				if err := x.Write(&out); err != nil {
					t.Fatal(err)
				}
				f := b.begin(pack, form, nil)
				up, err := b.svc.Upload(ctx, f.ID, field.Key, "t.xlsx", out.Bytes())
				if err != nil {
					t.Errorf("%s %s: %v", form.ID, field.Key, err)
					continue
				}
				_, _, plan, err := b.svc.Planned(ctx, f.ID, field.Key, up, nil)
				if err != nil || plan.Errors > 0 || len(plan.Value.Rows) < len(v.Rows) {
					t.Errorf("%s %s: %d rows of %d, bad %+v, %v", form.ID, field.Key, len(plan.Value.Rows), len(v.Rows), plan.Bad, err)
				}
			}
		}
	}
}

// FuzzImport: whatever a file holds, a dry run takes cells in stored form or
// says which it cannot take.
func FuzzImport(f *testing.F) {
	b := newBench(f, dbtest.SQLite(f, sources...))
	pack, _ := b.laws.Get("VN-ANM-2026")
	form, _ := pack.Form("F12")
	f.Add([]byte("STT;Tên HTTT;Chủ quản;Cấp độ;Dự kiến phê duyệt\n1;Một cửa;UBND;Cấp độ 3;31/12/2026\n"))
	f.Add([]byte("Tên hệ thống\tCấp\tKiểm tra, đánh giá\nA\tIII\tĐịnh kỳ; Trước khi sử dụng\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := b.svc.Compose(pack, form, report.Frame{}, nil, map[string][]byte{"systems": data}, calendar.DateOf(b.now), calendar.DateOf(b.now))
		if err != nil {
			return
		}
		if p := c.Plans["systems"]; p.Errors == 0 {
			for i, row := range p.Value.Rows {
				if len(row) != len(p.Value.Cols) {
					t.Fatalf("row %d has %d cells", i, len(row))
				}
			}
			if n := c.Inputs.Values["total"].Int; len(c.Inputs.Values["systems"].Rows) > 0 && (n == nil || *n != int64(len(c.Inputs.Values["systems"].Rows))) {
				t.Fatalf("total %v of %d rows", n, len(c.Inputs.Values["systems"].Rows))
			}
		}
	})
}
