// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestAPrintedAnswerStandsThroughReforms prints the answers of the centre and of a
// commune, renames the commune, merges it, counts its measures anew and lets a
// year pass: pages and files say what was printed. Of a day gone by an answer
// knows what was proved by its last moment in Vietnam and nothing after it.
func TestAPrintedAnswerStandsThroughReforms(t *testing.T) {
	t.Parallel()
	for engine, address := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": postgresAddress} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var more []string
			if a := address(t); a != "" {
				more = []string{"records.address", a}
			}
			now := t0
			h := open(t, t.TempDir(), func() time.Time { return now }, more...)
			h.shut(t)
			testAnswerStands(t, h, &now)
		})
	}
}

func testAnswerStands(t *testing.T, h *house, now *time.Time) {
	ctx := h.found(t)
	papers, units, r := h.Rooms.Reports, h.Rooms.Units, h.Rooms.Directives
	one := must(units.Create(ctx, unit.Unit{Name: "UBND xã Một", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	two := must(units.Create(ctx, unit.Unit{Name: "UBND xã Hai", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	d := must(r.TakeIn(ctx, directive.Arrival{Unit: h.root, Paste: "ỦY BAN NHÂN DÂN\n\nSố: 8/UBND-MAU\n\nKính gửi: Các đơn vị.\n\nYêu cầu các đơn vị thực hiện:\n\n1. Người đứng đầu chịu trách nhiệm.\n"}))(t)
	must(r.Tick(ctx, d.ID, -1))(t)
	f := must(r.Get(ctx, d.ID))(t)
	for _, it := range f.Leaves() {
		must(r.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed, Edit: true, Short: "Người đứng đầu", Actors: []string{"all"}, Bindings: []string{"head-responsible"}, Owed: true}))(t)
	}
	head := f.Head
	head.Subject = "Giám sát an toàn thông tin"
	f.Directive = must(r.EditHead(ctx, d.ID, head, f.DocumentID, f.Version))(t)
	must(r.Confirm(ctx, d.ID, f.Version))(t)
	must(r.Issue(ctx, d.ID, directive.Sending{To: []string{"all"}, Last: calendar.DateOf(t0).AddDays(30)}, 0))(t)

	_, owed, err := r.OfUnit(ctx, d.ID, string(one.ID))
	noError(t, err)
	prove := func(at time.Time, ref string) {
		t.Helper()
		*now = at
		must(h.Rooms.Obligations.Prove(ctx, obligation.ID(owed[0].Obligation), obligation.Evidence{Kind: obligation.ByReceipt, Ref: ref}))(t)
	}
	day := calendar.DateOf(t0)
	prove(day.End().Add(-time.Millisecond), "Phút cuối ngày")
	prove(day.End(), "Phút đầu ngày sau")
	then := must(papers.Begin(ctx, report.Start{Form: "F13", Unit: h.root, Directive: string(d.ID), Kind: "span", From: day, To: day}))(t)
	if v := must(papers.Get(ctx, then.ID))(t).Values["proofs"]; len(v.Rows) != 1 || !strings.Contains(strings.Join(v.Rows[0], "|"), "Phút cuối ngày") {
		t.Errorf("by the end of %s it was proved by %+v", day, v)
	}
	sent := must(r.Answer(ctx, d.ID, owed[0].ID, "Đã làm.", owed[0].Version))(t)
	must(r.Accept(ctx, d.ID, sent.ID, sent.Version))(t)
	must(h.Rooms.Measures.Evaluate(t.Context(), nil, *now))(t)

	type printed struct {
		id    report.ID
		in    report.Inputs
		files map[report.Kind][]byte
	}
	kinds := []report.Kind{report.DOCX, report.PDF, report.XLSX, report.JSON}
	var all []printed
	for _, of := range []string{h.root, string(one.ID)} {
		p := must(papers.Begin(ctx, report.Start{Form: "F13", Unit: of, Directive: string(d.ID)}))(t)
		p = h.filledPaper(t, ctx, string(p.ID))
		if open := must(papers.Get(ctx, p.ID))(t).Unseen(); len(open) > 0 {
			p = must(papers.Acknowledge(ctx, p.ID, "Đã trao đổi.", p.Version))(t)
		}
		p, made, err := papers.Print(ctx, p.ID, p.Version)
		if err != nil {
			t.Fatalf("%v: %+v", err, must(papers.Get(ctx, p.ID))(t).Findings)
		}
		out := printed{id: p.ID, files: map[report.Kind][]byte{}}
		for _, k := range kinds {
			_, _, raw, err := papers.Download(ctx, p.ID, made.Seq, k)
			noError(t, err)
			out.files[k] = raw
		}
		out.in = must(report.Parse(out.files[report.JSON]))(t)
		all = append(all, out)
	}
	same := func(when string) {
		t.Helper()
		for n, p := range all {
			for _, k := range kinds {
				_, _, raw, err := papers.Download(ctx, p.id, 1, k)
				if err != nil || !bytes.Equal(raw, p.files[k]) {
					t.Errorf("%s: the %s of paper %d is another, %v", when, k, n, err)
				}
				if made, err := p.in.Render(k); err != nil || !bytes.Equal(made, p.files[k]) {
					t.Errorf("%s: the %s of paper %d re-runs to other bytes, %v", when, k, n, err)
				}
			}
			f, err := papers.Get(ctx, p.id)
			if err != nil || !reflect.DeepEqual(f.Sheet, p.in.Sheet) {
				t.Errorf("%s: the page of paper %d says something else, %v", when, n, err)
			}
			for key, v := range p.in.Values {
				if !f.Values[key].Equal(v) {
					t.Errorf("%s: %s of paper %d moved from %+v to %+v", when, key, n, v, f.Values[key])
				}
			}
		}
	}
	same("at once")
	one = must(units.Get(ctx, one.ID))(t)
	one.Name = "UBND xã Đổi Tên"
	must(units.Update(ctx, one))(t)
	same("after a unit was renamed")
	*now = now.Add(24 * time.Hour)
	must(h.Rooms.Measures.Evaluate(t.Context(), nil, *now))(t)
	same("after the measures were counted anew")
	reform := must(units.SaveReform(ctx, unit.Reform{Kind: unit.Merge, From: calendar.DateOf(now.In(i18n.Hanoi)), Basis: "NQ 12",
		Spec: unit.Spec{Units: []unit.ID{one.ID, two.ID}, Parts: []unit.Part{{Name: "UBND xã Chung"}}}}))(t)
	must(units.ApplyReform(ctx, reform.ID, reform.Version, must(units.Preview(ctx, reform))(t).Digest))(t)
	*now = now.Add(time.Hour)
	noError(t, h.Rooms.Obligations.OpenPeriods(t.Context()))
	same("after the communes were merged")
	// Of the day before, the communes stand under their names; today the one in their
	// place owes what they owed, and what one of them did is told of it.
	asked := func(of string, to calendar.Date) (lines string) {
		t.Helper()
		p := must(papers.Begin(ctx, report.Start{Form: "F13", Unit: of, Directive: string(d.ID), Kind: "span", From: day, To: to}))(t)
		f := must(papers.Get(ctx, p.ID))(t)
		for _, key := range []string{"tasks", "silent", "proofs"} {
			for _, row := range f.Values[key].Rows {
				lines += strings.Join(row, "|") + "\n"
			}
		}
		return lines
	}
	if got := asked(h.root, day.AddDays(1)); !strings.Contains(got, "1/2 đơn vị hoàn thành, 1 chưa trả lời") || !strings.Contains(got, "UBND xã Hai|1|") || strings.Contains(got, "Chung") {
		t.Errorf("of the day before it says\n%s", got)
	}
	if got := asked(h.root, calendar.DateOf(*now)); !strings.Contains(got, "1/2 đơn vị hoàn thành, 1 chưa trả lời") || !strings.Contains(got, "UBND xã Chung|1|") || !strings.Contains(got, "UBND xã Đổi Tên (nay thuộc UBND xã Chung)|Phút cuối ngày") {
		t.Errorf("after the merger it says\n%s", got)
	}
	heir := must(units.Lookup(ctx, "UBND xã Chung"))(t)[0]
	if got := asked(string(heir), calendar.DateOf(*now)); !strings.Contains(got, "UBND xã Chung|1|") {
		t.Errorf("the merged commune says\n%s", got)
	}
	*now = now.AddDate(1, 1, 0)
	noError(t, h.Rooms.Obligations.OpenPeriods(t.Context()))
	must(h.Rooms.Measures.Evaluate(t.Context(), nil, *now))(t)
	same("a year later")
	must(r.Close(ctx, d.ID, "Đã xong.", must(r.Get(ctx, d.ID))(t).Version))(t)
	same("after the directive was closed")
}
