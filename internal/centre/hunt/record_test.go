// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

var (
	kinds   = []rulepack.Kind{{ID: "tinh", Label: rulepack.Label{VI: "Tỉnh"}}, {ID: "xa", Label: rulepack.Label{VI: "Xã"}}}
	schemas = []fs.FS{auth.Migrations, audit.Migrations, unit.Migrations, hunt.Migrations}
	t0      = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
)

// ground is a province with two communes that keep hunts.
type ground struct {
	*hunt.Service
	t          *testing.T
	now        time.Time
	root, a, b unit.ID
}

func lay(t *testing.T, d *db.DB) *ground {
	t.Helper()
	g := &ground{t: t, now: t0}
	clock := func() time.Time { return g.now }
	units := unit.New(d, kinds, clock)
	g.Service = hunt.New(hunt.Deps{Records: d, Now: clock, Often: func(context.Context) (hunt.Rhythm, error) {
		return hunt.Rhythm{Months: 6, Basis: "CT 18", Owner: string(g.root)}, nil
	}})
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		u, err := units.Found(ctx, tx, "Tỉnh Mẫu", "tinh")
		g.root = u.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range map[*unit.ID]string{&g.a: "Xã Bản A", &g.b: "Xã Bản B"} {
		u, err := units.Create(g.as(auth.Centre, g.root), unit.Unit{Name: name, Kind: "xa", ParentID: g.root})
		if err != nil {
			t.Fatal(err)
		}
		*id = u.ID
	}
	return g
}

func (g *ground) as(role auth.Role, u unit.ID) context.Context {
	return auth.With(g.t.Context(), auth.Actor{ID: "p-an", Name: "Nguyễn Văn An", Home: string(u), Grants: []auth.Grant{{Role: role, Unit: string(u)}}})
}

func (g *ground) plan(u unit.ID) hunt.Plan {
	return hunt.Plan{Title: "Đường hầm DNS", Hypothesis: "Có máy gửi dữ liệu ra ngoài\nbằng DNS", Techniques: hunt.Techniques("t1071.004, T1048"), Owner: string(u)}
}

func TestAHuntIsKeptFromItsHypothesisToItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		ctx := g.as(auth.Centre, g.root)
		h, err := g.Begin(ctx, g.plan(g.a))
		if err != nil || h.Code != "CS-2026-0001" || h.State != hunt.Open {
			t.Fatalf("%+v, %v", h, err)
		}
		if _, err := g.Jot(ctx, h.ID, "Đã xem 20 tên"); err != nil {
			t.Fatal(err)
		}
		q := hunt.Query{Query: "q=x", Asked: `{"words":"x"}`, From: t0, To: t0.Add(time.Hour), Found: 12, Hash: strings.Repeat("0", 64), Note: "lần đầu"}
		if _, err := g.Keep(ctx, h.ID, q); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Conclude(ctx, h.ID, hunt.FoundIncident, "thành sự cố", h.Version); !refused(err, "result") {
			t.Errorf("a case that nobody linked: %v", err)
		}
		if _, err := g.Lead(ctx, h.ID, "incident", "i-1", false); !refused(err, "incident") {
			t.Errorf("a case that the actor cannot see: %v", err)
		}
		for range 2 {
			if _, err := g.Lead(ctx, h.ID, "incident", "i-1", true); err != nil {
				t.Fatal(err)
			}
		}
		plan := g.plan(g.a)
		plan.Title, plan.From = "Đường hầm DNS, lần hai", calendar.Date{Year: 2026, Month: 11, Day: 1}
		if h, err = g.Replan(ctx, h.ID, plan, h.Version); err != nil || h.Version != 2 {
			t.Fatalf("%+v, %v", h, err)
		}
		if _, err := g.Replan(ctx, h.ID, plan, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		if h, err = g.Conclude(ctx, h.ID, hunt.FoundIncident, "Thành sự cố SC-1.", h.Version); err != nil || h.ConcludedAt.IsZero() || h.Concluder != "Nguyễn Văn An" {
			t.Fatalf("%+v, %v", h, err)
		}
		f, err := g.Of(ctx, h.ID)
		if err != nil || len(f.Queries) != 1 || len(f.Notes) != 1 || len(f.Links) != 1 || f.Queries[0].Found != 12 || f.Result != hunt.FoundIncident ||
			!slices.Equal(f.Techniques, []string{"T1048", "T1071.004"}) || f.From != plan.From {
			t.Errorf("%+v, %v", f, err)
		}
		_, err = g.Jot(ctx, h.ID, "thêm")
		_, errEdit := g.Replan(ctx, h.ID, plan, h.Version)
		_, errEnd := g.Conclude(ctx, h.ID, hunt.Nothing, "x", h.Version)
		for _, err := range []error{err, errEdit, errEnd} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("a concluded hunt is changed: %v", err)
			}
		}
		var acts []string
		if err := d.Read().NewRaw("SELECT action FROM audit_entry WHERE kind = 'hunt_record' ORDER BY id").Scan(t.Context(), &acts); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(acts); got != "[hunt.open hunt.note hunt.keep hunt.link hunt.link hunt.edit hunt.conclude]" {
			t.Errorf("the trail says %s", got)
		}
	})
}

func refused(err error, field string) bool {
	return fault.Is(err, fault.Invalid) && fault.Of(err).Fields[field] != ""
}

func TestAnotherUnitsHuntIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		ofA, ofB, reader := g.as(auth.UnitOfficer, g.a), g.as(auth.UnitOfficer, g.b), g.as(auth.Inspector, g.a)
		h, err := g.Begin(ofA, g.plan(g.a))
		if err != nil {
			t.Fatal(err)
		}
		_, get := g.Of(ofB, h.ID)
		_, jot := g.Jot(ofB, h.ID, "x")
		_, end := g.Conclude(ofB, h.ID, hunt.Nothing, "x", 1)
		for _, err := range []error{get, jot, end} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("another unit's hunt: %v", err)
			}
		}
		if page, err := g.Hunted(ofB, hunt.RecordFilter{}); err != nil || page.Total != 0 || len(page.Rows) != 0 {
			t.Errorf("%+v, %v", page, err)
		}
		if _, err := g.Begin(ofA, g.plan(g.b)); !refused(err, "owner") {
			t.Errorf("a hunt led by another unit: %v", err)
		}
		plan := g.plan(g.a)
		plan.Units = []string{string(g.b)}
		if _, err := g.Begin(ofA, plan); !refused(err, "units") {
			t.Errorf("a hunt in another unit: %v", err)
		}
		if _, err := g.Of(reader, h.ID); err != nil {
			t.Error(err)
		}
		if _, err := g.Jot(reader, h.ID, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who only reads writes: %v", err)
		}
		if _, err := g.Conclude(ofA, h.ID, hunt.Nothing, "không thấy", 1); err != nil {
			t.Fatal(err)
		}
		if due, err := g.Due(ofB); err != nil || due.Standing != hunt.NotOwed {
			t.Errorf("a unit that owes none: %+v, %v", due, err)
		}
		centre := g.as(auth.Centre, g.root)
		if due, err := g.Due(centre); err != nil || due.Standing != hunt.Never {
			t.Errorf("a hunt that a unit led meets what the centre owes: %+v, %v", due, err)
		}
		if h, err = g.Begin(centre, g.plan(g.root)); err == nil {
			_, err = g.Conclude(centre, h.ID, hunt.Nothing, "không thấy", 1)
		}
		if err != nil {
			t.Fatal(err)
		}
		if due, err := g.Due(g.as(auth.Centre, g.root)); err != nil || due.Standing != hunt.OnTime || due.Days != 0 {
			t.Errorf("%+v, %v", due, err)
		}
		g.now = t0.AddDate(0, 7, 0)
		if due, err := g.Due(g.as(auth.Centre, g.root)); err != nil || due.Standing != hunt.Overdue || due.Day != (calendar.Date{Year: 2027, Month: 5, Day: 21}) {
			t.Errorf("%+v, %v", due, err)
		}
	})
}

func TestAListGivesEachHuntOnceInEveryOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		ctx := g.as(auth.Centre, g.root)
		for n := range 7 {
			p := g.plan([]unit.ID{g.a, g.b}[n%2])
			p.Title = fmt.Sprintf("Săn %c", 'a'+(n*3)%7)
			g.now = t0.Add(time.Duration(n/2) * time.Hour)
			h, err := g.Begin(ctx, p)
			if err == nil && n == 3 {
				_, err = g.Conclude(ctx, h.ID, hunt.Gap, "thiếu nhật ký", 1)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for sort, want := range map[string]string{"": "CS-2026-0007", "oldest": "CS-2026-0001", "title": "CS-2026-0001"} {
			var got []string
			f := hunt.RecordFilter{Sort: sort, Limit: 2}
			for pages := 0; pages == 0 || f.After != ""; pages++ {
				page, err := g.Hunted(ctx, f)
				if err != nil || page.Total != 7 {
					t.Fatalf("%d, %v", page.Total, err)
				}
				for _, h := range page.Rows {
					got = append(got, h.Code)
				}
				f.After = page.Next
			}
			if got[0] != want || len(got) != 7 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 7 {
				t.Errorf("sort %q: %v", sort, got)
			}
		}
		for name, c := range map[string]struct {
			f    hunt.RecordFilter
			want int64
		}{
			"a state":     {hunt.RecordFilter{State: hunt.Concluded}, 1},
			"a result":    {hunt.RecordFilter{Result: hunt.Gap}, 1},
			"a unit":      {hunt.RecordFilter{Unit: string(g.a)}, 4},
			"a technique": {hunt.RecordFilter{Query: "t1071.004"}, 7},
			"no accents":  {hunt.RecordFilter{Query: "du lieu ra ngoai"}, 7},
			"a number":    {hunt.RecordFilter{Query: "2026-0004"}, 1},
		} {
			if page, err := g.Hunted(ctx, c.f); err != nil || page.Total != c.want {
				t.Errorf("%s: %d, %v, want %d", name, page.Total, err, c.want)
			}
		}
	})
}

func TestAPlanIsRefusedInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		for field, change := range map[string]func(p *hunt.Plan){
			"title":      func(p *hunt.Plan) { p.Title = " " },
			"hypothesis": func(p *hunt.Plan) { p.Hypothesis = "" },
			"techniques": func(p *hunt.Plan) { p.Techniques = hunt.Techniques("T10") },
			"owner":      func(p *hunt.Plan) { p.Owner = "" },
			"members":    func(p *hunt.Plan) { p.Members = strings.Repeat("x", 501) },
			"to": func(p *hunt.Plan) {
				p.From, p.To = calendar.Date{Year: 2026, Month: 2, Day: 2}, calendar.Date{Year: 2026, Month: 2, Day: 1}
			},
		} {
			p := g.plan(g.a)
			change(&p)
			if _, err := g.Begin(g.as(auth.Centre, g.root), p); !refused(err, field) {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestWhenTheNextHuntIsDue(t *testing.T) {
	t.Parallel()
	day := func(y, m, d int) calendar.Date { return calendar.Date{Year: y, Month: time.Month(m), Day: d} }
	six := hunt.Rhythm{Months: 6}
	for name, c := range map[string]struct {
		every       hunt.Rhythm
		last, today calendar.Date
		standing    hunt.Standing
		due         calendar.Date
		days        int
	}{
		"nobody owes any":           {hunt.Rhythm{}, day(2026, 1, 1), day(2026, 2, 1), hunt.NotOwed, calendar.Date{}, 0},
		"none was ever concluded":   {six, calendar.Date{}, day(2026, 2, 1), hunt.Never, calendar.Date{}, 0},
		"fresh":                     {six, day(2026, 1, 10), day(2026, 1, 11), hunt.OnTime, day(2026, 7, 10), 1},
		"a month before":            {six, day(2026, 1, 10), day(2026, 6, 10), hunt.Soon, day(2026, 7, 10), 151},
		"the last day":              {six, day(2026, 1, 10), day(2026, 7, 10), hunt.Soon, day(2026, 7, 10), 181},
		"the day after":             {six, day(2026, 1, 10), day(2026, 7, 11), hunt.Overdue, day(2026, 7, 10), 182},
		"the month has no such day": {six, day(2025, 8, 31), day(2025, 9, 1), hunt.OnTime, day(2026, 2, 28), 1},
		"over the end of a year":    {six, day(2025, 12, 1), day(2026, 1, 1), hunt.OnTime, day(2026, 6, 1), 31},
	} {
		if d := hunt.DueAt(c.every, c.last, c.today); d.Standing != c.standing || d.Day != c.due || d.Days != c.days {
			t.Errorf("%s: %+v", name, d)
		}
	}
}
