// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// orders is a fictitious directive "d-1", kept by "tinh" and issued to units, with
// what is measured and owed of it. Each actor sees the units of their scope.
type orders struct {
	db       *db.DB
	now      func() time.Time
	columns  []board.Column
	units    []board.UnitRow
	readings []measure.Reading
	duties   []obligation.Standing
	answers  []report.Answer
}

const (
	avKey   = "machine.av"
	sickKey = "infection.open"
)

func known(key string) (measure.Measure, bool) {
	switch key {
	case avKey:
		return measure.Measure{Key: key, Unit: measure.Share, Direction: measure.More}, true
	case sickKey:
		return measure.Measure{Key: key, Unit: measure.Count, Direction: measure.Less}, true
	}
	return measure.Measure{}, false
}

// unitNamed are the units "a", "b", "u-3" and so on.
func unitNamed(n int) board.UnitRow {
	switch n {
	case 0:
		return board.UnitRow{ID: "a", Name: "UBND xã Bản Mẫu"}
	case 1:
		return board.UnitRow{ID: "b", Name: "Sở Thí dụ"}
	}
	return board.UnitRow{ID: fmt.Sprint("u-", n+1), Name: fmt.Sprintf("UBND xã Số %03d", n+1)}
}

// fill makes three requirements for some units: a duty, a duty with a condition,
// and a condition alone. Nothing is measured and nothing answered.
func (o *orders) fill(units int) {
	due := o.now().Add(10 * 24 * time.Hour)
	*o = orders{db: o.db, now: o.now, columns: []board.Column{
		{ID: "c1", Path: "1", Label: "Phân công trực", Text: "Phân công lực lượng tại chỗ trực giám sát.", Kind: board.Duty, Duty: true, Due: due},
		{ID: "c2", Path: "2.a", Label: "Phòng, chống mã độc", Text: "Cài đặt phần mềm phòng, chống mã độc cho toàn bộ máy tính.", Kind: board.Both, Duty: true, Due: due,
			Measures: []board.Target{{Key: avKey, Op: board.AtLeast, Value: 95}}},
		{ID: "c3", Path: "2.b", Label: "Máy đang nhiễm", Text: "Xử lý dứt điểm các máy tính nhiễm mã độc.", Kind: board.Condition,
			Measures: []board.Target{{Key: sickKey, Op: board.AtMost, Value: 0}}},
	}}
	for n := range units {
		u := unitNamed(n)
		o.units = append(o.units, u)
		for _, c := range o.columns {
			if c.Duty {
				o.duties = append(o.duties, obligation.Standing{ID: obligation.ID("o-" + c.ID + u.ID), Subject: "d-1", ClockID: c.ID + "@" + u.ID, UnitID: u.ID, State: obligation.Open,
					DueAt: c.Due, SoonAt: c.Due.Add(-time.Hour)})
				o.answers = append(o.answers, report.Answer{Task: "t-" + c.ID + u.ID, Unit: u.ID, Column: c.ID, Duty: "o-" + c.ID + u.ID})
			}
			for _, t := range c.Measures {
				o.readings = append(o.readings, measure.Reading{Key: t.Key, Unit: u.ID, Figure: measure.Figure{Expected: 10}, Grade: measure.Unseen, Tolerance: 5})
			}
		}
	}
}

// measured makes a unit seen, with all that was expected.
func (o *orders) measured(unit, key string, num, den int64) *measure.Reading {
	n := slices.IndexFunc(o.readings, func(r measure.Reading) bool { return r.Unit == unit && r.Key == key })
	r := &o.readings[n]
	r.Figure = measure.Figure{Num: num, Den: den, Seen: max(den, 10), Expected: max(den, 10)}
	r.Grade, r.At, r.Day, r.Run = measure.Measured, o.now().Add(-time.Hour), calendar.DateOf(o.now()), "run-1"
	return r
}

// answered sends an answer; taken meets the duty too.
func (o *orders) answered(unit, column, text string, taken bool) {
	for n := range o.answers {
		if a := &o.answers[n]; a.Unit == unit && a.Column == column {
			a.State, a.Text, a.By, a.At = report.Waiting, text, "Lò Thị Mai", o.now().Add(-time.Hour)
			if taken {
				a.State, a.Judge, a.JudgedAt = report.Taken, "Trần Văn Duyệt", o.now().Add(-time.Hour)
				a.Proofs = []report.Proof{{Kind: obligation.ByDocument, Ref: "Công văn số 12/UBND-VX ngày 20/11/2026", By: "Lò Thị Mai", At: o.now().Add(-time.Hour)},
					{Kind: obligation.ByFile, Ref: "lich-truc.pdf, SHA-256 0a1b2c", By: "Lò Thị Mai", At: o.now().Add(-time.Hour)}}
			}
		}
	}
	for n := range o.duties {
		if d := &o.duties[n]; taken && d.UnitID == unit && d.ClockID == column+"@"+unit {
			d.State, d.MetAt, d.Evidence = obligation.Met, o.now().Add(-time.Hour), 2
		}
	}
}

func (o *orders) late(unit, column string) {
	for n := range o.duties {
		if d := &o.duties[n]; d.UnitID == unit && d.ClockID == column+"@"+unit {
			d.DueAt = o.now().Add(-time.Hour)
		}
	}
}

// Answerable implements report.Directives.
func (o *orders) Answerable(context.Context) ([]report.Named, error) {
	return []report.Named{{ID: "d-1", Code: "CD-2026-0001", Title: "1556/UBND-KGVX", Keeper: "tinh"}}, nil
}

// Reply implements report.Directives.
func (o *orders) Reply(ctx context.Context, id, of string, _, _ calendar.Date) (report.Reply, error) {
	who, _ := auth.From(ctx)
	if !auth.May(ctx, auth.Permission{Area: auth.Directives, Act: auth.Read}) {
		return report.Reply{}, report.ErrWithheld
	}
	var in []string
	sel := o.db.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant").Where("ancestor = ?", of)
	if err := auth.ScopeOf(who, auth.Permission{Area: auth.Directives, Act: auth.Read}).Filter(sel, "descendant").Scan(ctx, &in); err != nil {
		return report.Reply{}, err
	}
	sh := board.Sheet{ID: id, Columns: o.columns}
	for _, u := range o.units {
		if slices.Contains(in, u.ID) {
			sh.Units = append(sh.Units, u)
		}
	}
	if id != "d-1" || len(sh.Units) == 0 {
		return report.Reply{}, fault.Missing("test")
	}
	inside := func(unit string) bool { return slices.Contains(in, unit) }
	r := report.Reply{ID: id, Code: "CD-2026-0001", Version: 4, Issued: calendar.DateOf(t0.AddDate(0, 0, -5)), To: []string{"UBND tỉnh Đông Sơn"},
		Paper:  report.Cited{Kind: "Công văn", Number: "1556/UBND-KGVX", Date: "ngày 30 tháng 8 năm 2026", Issuer: "UBND tỉnh Đông Sơn", Subject: "Tăng cường bảo đảm an toàn thông tin mạng"},
		Above:  []report.Cited{{Number: "4388/BTTTT-CATTT"}},
		Gauges: map[string]report.Gauge{avKey: {Title: "Máy có phòng, chống mã độc", In: measure.Share}, sickKey: {Title: "Máy đang nhiễm", In: measure.Count}},
		Actors: map[string]string{"c1": "Các sở, ngành"}}
	for _, x := range o.readings {
		if inside(x.Unit) {
			r.Readings = append(r.Readings, x)
		}
	}
	for _, a := range o.answers {
		if inside(a.Unit) {
			r.Answers = append(r.Answers, a)
		}
	}
	r.Board = board.Fill(sh, r.Readings, known, o.duties, o.now())
	return r, nil
}

// order fills the directive for some units, which come to lie below "tinh".
func (b *bench) order(units int) *orders {
	b.t.Helper()
	b.orders.fill(units)
	for _, u := range b.orders.units[min(2, units):] {
		b.sql("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh', ?), (?, ?)", u.ID, u.ID, u.ID)
	}
	return b.orders
}

// answer begins the answer of a unit, with its signer.
func (b *bench) answer(ctx context.Context, unit string) report.File {
	b.t.Helper()
	p, err := b.svc.Begin(ctx, report.Start{Form: "F13", Unit: unit, Directive: "d-1"})
	if err != nil {
		b.t.Fatal(err, fault.Of(err).Fields)
	}
	f := b.got(ctx, p.ID)
	e := edit(f)
	e.Frame.Issuer = "Trung tâm Thí dụ"
	if _, err := b.svc.Save(ctx, p.ID, e, f.Version); err != nil {
		b.t.Fatal(err)
	}
	return b.got(ctx, p.ID)
}

func (b *bench) got(ctx context.Context, id report.ID) report.File {
	b.t.Helper()
	f, err := b.svc.Get(ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// printed prints a paper as it stands.
func (b *bench) printed(ctx context.Context, id report.ID) report.Inputs {
	b.t.Helper()
	f := b.got(ctx, id)
	_, made, err := b.svc.Print(ctx, id, f.Version)
	if err != nil {
		b.t.Fatal(err, stopping(f))
	}
	return b.frozen(ctx, id, made.Seq)
}

func (b *bench) frozen(ctx context.Context, id report.ID, seq int) report.Inputs {
	b.t.Helper()
	_, _, raw, err := b.svc.Download(ctx, id, seq, report.JSON)
	if err != nil {
		b.t.Fatal(err)
	}
	in, err := report.Parse(raw)
	if err != nil {
		b.t.Fatal(err)
	}
	return in
}

// cellOf is a cell of a table of a draft.
func cellOf(t testing.TB, f report.File, table string, row int, column string) string {
	t.Helper()
	v := f.Values[table]
	i := slices.Index(v.Cols, column)
	if i < 0 || row >= len(v.Rows) {
		t.Fatalf("%s has no row %d with %s: %v", table, row, column, v)
	}
	return v.Rows[row][i]
}

// only is the one paper of a directive.
func (b *bench) only(directive string) report.Paper {
	b.t.Helper()
	page, err := b.svc.List(as(b.t, "mai", auth.Centre, "tinh"), report.Filter{Directive: directive})
	if err != nil || len(page.Rows) != 1 {
		b.t.Fatalf("the directive has %d papers, %v", len(page.Rows), err)
	}
	return page.Rows[0]
}
