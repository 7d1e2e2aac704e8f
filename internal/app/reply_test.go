// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestADirectiveIsAnswered takes a text in, issues it to two communes, has one of
// them answer, and begins the answers of the centre and of each commune.
func TestADirectiveIsAnswered(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	root := string(must(h.Rooms.Units.Root(ctx))(t))
	one := string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Một", Kind: "xa", ParentID: unit.ID(root)}))(t).ID)
	two := string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Hai", Kind: "xa", ParentID: unit.ID(root)}))(t).ID)
	r := h.Rooms.Directives
	d := must(r.TakeIn(ctx, directive.Arrival{Unit: root, Paste: "ỦY BAN NHÂN DÂN\nTỈNH BẢN MẪU\n\nSố: 8/CT-UBND\n\nBản Mẫu, ngày 20 tháng 11 năm 2026\n\nCHỈ THỊ\nVề việc tăng cường bảo đảm an toàn thông tin\n\nKính gửi: Các đơn vị.\n\nThực hiện Công văn số 4388/BTTTT-CATTT ngày 18/11/2026 của Bộ Thông tin và Truyền thông, yêu cầu các đơn vị thực hiện:\n\n" +
		"1. Rà quét, bóc gỡ mã độc trên toàn bộ máy tính trước ngày 20 tháng 12 năm 2026.\n\n2. Phân công cán bộ trực trong dịp nghỉ lễ.\n"}))(t)
	must(r.Tick(ctx, d.ID, -1))(t)
	f := must(r.Get(ctx, d.ID))(t)
	for _, it := range f.Leaves() {
		must(r.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed}))(t)
	}
	head := f.Head
	head.Subject, head.Issuer = "Tăng cường bảo đảm an toàn thông tin", "UBND tỉnh Bản Mẫu"
	f.Directive = must(r.EditHead(ctx, d.ID, head, f.DocumentID, f.Version))(t)
	must(r.Confirm(ctx, d.ID, f.Version))(t)
	must(r.Issue(ctx, d.ID, directive.Sending{To: []string{"unit:" + one, "unit:" + two}, Last: calendar.DateOf(t0).AddDays(30)}, 0))(t)

	begin := func(of string) report.File {
		t.Helper()
		p := must(h.Rooms.Reports.Begin(ctx, report.Start{Form: "F13", Unit: of, Directive: string(d.ID)}))(t)
		return must(h.Rooms.Reports.Get(ctx, p.ID))(t)
	}
	before := begin(root)
	results := func(f report.File) string {
		var out []string
		for _, row := range f.Values["tasks"].Rows {
			out = append(out, strings.Join(row, "|"))
		}
		return strings.Join(out, "\n")
	}
	if got := results(before); len(before.Values["tasks"].Rows) != 2 || !strings.Contains(got, "00/02 đơn vị hoàn thành, 02 chưa trả lời") && !strings.Contains(got, "0/2 đơn vị hoàn thành, 2 chưa trả lời") {
		t.Errorf("before anybody answered it says\n%s", got)
	}
	if !slices.Equal(before.Frame.To, []string{"Ủy ban nhân dân tỉnh Bản Mẫu"}) || !strings.Contains(before.Values["directive"].Text, "Chỉ thị số 8/CT-UBND ngày") || !strings.Contains(before.Values["above"].Text, "4388/BTTTT-CATTT") {
		t.Errorf("to %q, on %q, above %q", before.Frame.To, before.Values["directive"].Text, before.Values["above"].Text)
	}

	now = now.Add(24 * time.Hour)
	_, owed, err := r.OfUnit(ctx, d.ID, one)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range owed {
		must(h.Rooms.Obligations.Prove(ctx, obligation.ID(o.Obligation), obligation.Evidence{Kind: obligation.ByReceipt, Ref: "Biên bản số 7/BB"}))(t)
		sent := must(r.Answer(ctx, d.ID, o.ID, "Xã Một đã làm xong việc riêng của mình.", o.Version))(t)
		must(r.Accept(ctx, d.ID, sent.ID, sent.Version))(t)
	}
	after := must(h.Rooms.Reports.Get(ctx, before.ID))(t)
	if got := results(after); !strings.Contains(got, "1/2 đơn vị hoàn thành, 1 chưa trả lời") && !strings.Contains(got, "01/02 đơn vị hoàn thành, 01 chưa trả lời") {
		t.Errorf("after one answered it says\n%s", got)
	}
	if got := after.Values["proofs"]; len(got.Rows) != 2 || !strings.Contains(strings.Join(got.Rows[0], "|"), "UBND xã Một|Biên bản số 7/BB|") || !strings.Contains(got.Rows[0][3], calendar.DateOf(now).Start().Format("2/1/2006")) {
		t.Errorf("what proves it is %+v", got)
	}
	// As it stood on the day before anybody answered.
	yesterday := calendar.DateOf(now).AddDays(-1)
	past := must(h.Rooms.Reports.Begin(ctx, report.Start{Form: "F13", Unit: root, Directive: string(d.ID), Kind: "span", From: yesterday, To: yesterday}))(t)
	if got, want := results(must(h.Rooms.Reports.Get(ctx, past.ID))(t)), results(before); past.ID == before.ID || got != want {
		t.Errorf("of the day before it says\n%s\nwant\n%s", got, want)
	}
	if then := must(h.Rooms.Reports.Get(ctx, past.ID))(t); !then.Values["proofs"].Empty() || strings.Contains(fmt.Sprint(then.Sheet.Annex[2]), "số 7/BB") {
		t.Errorf("of the day before it names what came later: %+v", then.Values["proofs"])
	}

	alone := begin(two)
	said := []string{results(alone)}
	for _, g := range alone.Sheet.Annex {
		said = append(said, slices.Concat(g.Rows...)...)
	}
	raw := strings.Join(said, "|")
	if strings.Contains(raw, "việc riêng") || strings.Contains(raw, "xã Một") || !strings.Contains(raw, "UBND xã Hai") {
		t.Errorf("the answer of one commune holds that of another:\n%s", raw)
	}
	officer := auth.With(ctx, auth.Actor{ID: "hai", Name: "Cán bộ xã Hai", Home: two, Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: two}}})
	if _, err := h.Rooms.Reports.Begin(officer, report.Start{Form: "F13", Unit: one, Directive: string(d.ID)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an officer of one commune answers for another: %v", err)
	}
	mine := must(h.Rooms.Reports.Begin(officer, report.Start{Form: "F13", Unit: two, Directive: string(d.ID)}))(t)
	if mine.ID != alone.ID || len(alone.Frame.To) != 1 {
		t.Errorf("the officer begins %s to %q, want %s", mine.ID, alone.Frame.To, alone.ID)
	}

	e := report.Edit{Frame: after.Frame, Fields: map[string]report.Typed{}}
	e.Frame.Signer = report.Signer{Title: "Giám đốc", Name: "Lò Thị Mai"}
	p := must(h.Rooms.Reports.Save(ctx, after.ID, e, after.Version))(t)
	p, made, err := h.Rooms.Reports.Print(ctx, p.ID, p.Version)
	if err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
	_, _, frozen, err := h.Rooms.Reports.Download(ctx, p.ID, made.Seq, report.JSON)
	if err != nil {
		t.Fatal(err)
	}
	in := must(report.Parse(frozen))(t)
	now = now.Add(24 * time.Hour)
	for _, k := range []report.Kind{report.DOCX, report.PDF, report.XLSX, report.JSON} {
		_, _, stored, err := h.Rooms.Reports.Download(ctx, p.ID, made.Seq, k)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := in.Render(k); err != nil || !bytes.Equal(again, stored) {
			t.Errorf("%s printed a day later has other bytes, %v", k, err)
		}
	}

	// In the register it rests on what it answers.
	p = must(h.Rooms.Reports.Enter(ctx, p.ID, p.Version))(t)
	entered := must(h.Rooms.Documents.Get(ctx, register.ID(p.Document)))(t)
	if n := slices.IndexFunc(entered.Links, func(l register.Link) bool { return l.Relation == register.Basis }); n < 0 || entered.Links[n].Number != "8" || entered.Links[n].Symbol != "CT-UBND" {
		t.Errorf("in the register it rests on %+v", entered.Links)
	}
	for _, f := range entered.Files {
		if strings.Contains(f.Name, "-.") {
			t.Errorf("a file is named %q", f.Name)
		}
	}
}

// TestAnAnswerThatCannotCiteLeavesNothing: the register does not take a number of
// eight digits, so that the answer to the directive with it is no document there,
// and the reader is told which citation it was.
func TestAnAnswerThatCannotCiteLeavesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	ctx := h.found(t)
	root := string(must(h.Rooms.Units.Root(ctx))(t))
	one := string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Một", Kind: "xa", ParentID: unit.ID(root)}))(t).ID)
	r := h.Rooms.Directives
	d := must(r.TakeIn(ctx, directive.Arrival{Unit: root, Paste: "ỦY BAN NHÂN DÂN\nTỈNH BẢN MẪU\n\nSố: 8/CT-UBND\n\nBản Mẫu, ngày 20 tháng 11 năm 2026\n\nCHỈ THỊ\nVề việc tăng cường bảo đảm an toàn thông tin\n\nKính gửi: Các đơn vị.\n\n" +
		"1. Rà quét, bóc gỡ mã độc trên toàn bộ máy tính trước ngày 20 tháng 12 năm 2026.\n"}))(t)
	must(r.Tick(ctx, d.ID, -1))(t)
	f := must(r.Get(ctx, d.ID))(t)
	for _, it := range f.Leaves() {
		must(r.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed}))(t)
	}
	head := f.Head
	head.Number, head.Subject, head.Issuer = "88888888/CT-UBND", "Tăng cường bảo đảm an toàn thông tin", "UBND tỉnh Bản Mẫu"
	f.Directive = must(r.EditHead(ctx, d.ID, head, "", f.Version))(t)
	must(r.Confirm(ctx, d.ID, f.Version))(t)
	must(r.Issue(ctx, d.ID, directive.Sending{To: []string{"unit:" + one}, Last: calendar.DateOf(t0).AddDays(30)}, 0))(t)

	p := must(h.Rooms.Reports.Begin(ctx, report.Start{Form: "F13", Unit: root, Directive: string(d.ID)}))(t)
	of := must(h.Rooms.Reports.Get(ctx, p.ID))(t)
	e := report.Edit{Frame: of.Frame, Fields: map[string]report.Typed{}}
	e.Frame.Signer = report.Signer{Title: "Giám đốc", Name: "Lò Thị Mai"}
	p = must(h.Rooms.Reports.Save(ctx, p.ID, e, of.Version))(t)
	p, _, err := h.Rooms.Reports.Print(ctx, p.ID, p.Version)
	if err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
	before := must(h.Rooms.Documents.List(ctx, register.Filter{}))(t)
	_, err = h.Rooms.Reports.Enter(ctx, p.ID, p.Version)
	if e := fault.Of(err); e.Kind != fault.Invalid || e.Fields["cite_number"] == "" || e.Msg != "app.paper.err.uncited" || !slices.Equal(e.Args, []any{"88888888/CT-UBND"}) {
		t.Errorf("it is refused with %v: %+v", err, e)
	}
	if after := must(h.Rooms.Documents.List(ctx, register.Filter{}))(t); after.Total != before.Total {
		t.Errorf("%d documents before, %d after", before.Total, after.Total)
	}
	if now := must(h.Rooms.Reports.Get(ctx, p.ID))(t); now.Document != "" || now.Version != p.Version {
		t.Errorf("the paper is document %q", now.Document)
	}
}
