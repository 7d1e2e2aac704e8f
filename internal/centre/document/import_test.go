// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

const register = `SỔ ĐĂNG KÝ VĂN BẢN ĐẾN;;;;;;;
Ngày đến;Số đến;Tác giả;Số, ký hiệu;Ngày tháng;Tên loại và trích yếu nội dung;Độ mật;Ghi chú
20/11/2026;101;Bộ Công an;1556/BCA-A05;18/11/2026;Công văn về việc rà soát lỗ hổng;;x
20/11/2026;102;UBND tỉnh;12/QĐ-UBND;31/02/2026;Quyết định ban hành quy chế;;
20/11/2026;103;UBND tỉnh;13/QĐ-UBND;10/11/2026;Quyết định ban hành quy chế;;
20/11/2026;104;UBND tỉnh;13/QĐ-UBND;10/11/2026;Quyết định ban hành quy chế;;
20/11/2026;105;Bộ Quốc phòng;7/BQP-TM;11/11/2026;Kế hoạch kín;Mật;
20/11/2026;106;;14/QĐ-UBND;10/11/2026;;;
`

func TestARegisterIsImported(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		if _, err := g.ReadImport(g.officer(), g.root, document.In, "so.csv", []byte(register)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not: %v", err)
		}
		if _, err := g.ReadImport(g.clerk(), g.root, document.In, "so.csv", []byte("a;b\n1;2\n")); !refused(err, "file") {
			t.Errorf("no register: %v", err)
		}
		in, err := g.ReadImport(g.clerk(), g.root, document.In, "so.csv", []byte(register))
		if err != nil || in.Secret != 1 {
			t.Fatal(in.Secret, err)
		}
		var grids []string
		if err := d.Read().NewRaw("SELECT grid FROM document_import").Scan(t.Context(), &grids); err != nil || strings.Contains(fmt.Sprint(grids), "kín") {
			t.Errorf("a row marked secret is kept: %v", err)
		}
		lines, err := g.Lines(g.clerk(), in, in.Guess())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, fmt.Sprint(l.Row, len(l.Bad), l.Twice))
		}
		if want := "[3 0 false 4 1 false 5 0 false 6 0 true 8 2 false]"; fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
		if h := lines[0].Head; h.Kind != "cong_van" || h.Number != "1556" || h.Symbol != "BCA-A05" || h.Issuer != "Bộ Công an" || h.Arrival != 101 ||
			h.ArrivedOn != (calendar.Date{Year: 2026, Month: 11, Day: 20}) || lines[2].Head.Kind != "quyet_dinh" {
			t.Errorf("%+v", h)
		}
		other := g.as("p-other", auth.Clerk, g.root)
		if _, _, err := g.TakeImport(other, in.ID, in.Guess()); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's import: %v", err)
		}
		added, left, err := g.TakeImport(g.clerk(), in.ID, in.Guess())
		if err != nil || added != 2 || left != 3 {
			t.Fatal(added, left, err)
		}
		again, err := g.ReadImport(g.clerk(), g.root, document.In, "so.csv", []byte(register))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.TakeImport(g.clerk(), again.ID, again.Guess()); !refused(err, "file") {
			t.Errorf("the same file again: %v", err)
		}
		page, err := g.List(g.officer(), document.Filter{Dir: document.In, Limit: 1})
		if err != nil || page.Total != 2 || page.Next == "" {
			t.Fatal(page.Total, err)
		}
		rest, err := g.List(g.officer(), document.Filter{Dir: document.In, Limit: 1, After: page.Next})
		if err != nil || len(rest.Rows) != 1 || rest.Next != "" || rest.Rows[0].ID == page.Rows[0].ID {
			t.Errorf("the next page: %+v, %v", rest, err)
		}
		g.own(document.OneBook, nil)
		out := strings.NewReplacer("20/11/2026;101", ";", "Tác giả", "Người ký").Replace(register)
		in, err = g.ReadImport(g.clerk(), g.root, document.Out, "di.csv", []byte(out))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.TakeImport(g.clerk(), in.ID, in.Guess()); !refused(err, "file") {
			t.Errorf("numbers brought into an own book: %v", err)
		}
	})
}

func TestChainsKnowPapersThatAreNotHere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		h := g.letter()
		h.Number, h.Symbol, h.Date, h.ArrivedOn, h.Issuer = "4388", "BTTTT-CATTT", calendar.Date{Year: 2026, Month: 11, Day: 2}, day0, "Bộ Thông tin và Truyền thông"
		top, err := g.Register(g.officer(), h)
		if err != nil {
			t.Fatal(err)
		}
		p := g.upTo(document.Draft)
		cite := func(from document.Document, l document.Link) {
			t.Helper()
			if _, err := g.Cite(g.officer(), from.ID, l); err != nil {
				t.Fatal(err)
			}
		}
		cite(top, document.Link{Relation: document.Basis, Cited: document.Cited{Kind: "quyet_dinh", Number: "5", Symbol: "2017/QĐ-TTg", Date: calendar.Date{Year: 2017, Month: 3, Day: 16}, Issuer: "Thủ tướng Chính phủ"}, Standing: document.Replaced})
		cite(p, document.Link{Relation: document.Basis, Cited: document.Cited{Number: "4388", Symbol: "BTTTT-CATTT", Date: h.Date}})
		cite(p, document.Link{Relation: document.Basis, Cited: document.Cited{Subject: "Luật An ninh mạng"}})
		if _, err := g.Cite(g.officer(), p.ID, document.Link{Relation: document.Basis}); !refused(err, "cite_number") {
			t.Errorf("nothing cited: %v", err)
		}
		f, err := g.Get(g.officer(), p.ID)
		if err != nil || len(f.Links) != 2 || f.Links[0].Target != top.ID || f.Links[1].Standing != document.Unknown {
			t.Fatalf("%+v, %v", f.Links, err)
		}
		chain, err := g.Chain(g.officer(), p.ID)
		if err != nil || len(chain) != 2 || len(chain[0].Below) != 1 || chain[0].Below[0].Standing != document.Replaced {
			t.Errorf("%+v, %v", chain, err)
		}
		cite(top, document.Link{Relation: document.Basis, Cited: document.Cited{Number: "4388", Symbol: "BTTTT-CATTT", Date: h.Date}}) // cites itself
		if _, err := g.Chain(g.officer(), p.ID); err != nil {
			t.Error(err)
		}
		up, err := g.Get(g.as("p-z", auth.Viewer, g.root), top.ID)
		if err != nil || len(up.CitedBy) != 0 {
			t.Errorf("a draft that cites is shown to who may not see it: %+v, %v", up.CitedBy, err)
		}
	})
}
