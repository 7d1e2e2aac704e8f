// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// filledPaper writes what a person has to, so that a paper can be printed.
func (h *house) filledPaper(t *testing.T, ctx context.Context, id string) report.Paper {
	t.Helper()
	f := must(h.Rooms.Reports.Get(ctx, report.ID(id)))(t)
	e := report.Edit{Frame: f.Frame, Fields: map[string]report.Typed{}}
	e.Frame.Signer, e.Frame.Place, e.Frame.Issuer = report.Signer{Title: "Giám đốc", Name: "Lò Thị Mai"}, "Đông Sơn", "Sở Mẫu"
	if len(e.Frame.To) == 0 {
		e.Frame.To = []string{"Bộ Công an"}
	}
	for _, fl := range f.Form.Fields() {
		if fl.Req != "M" || !f.Values[fl.Key].Empty() || fl.Count != nil || fl.Type == "sign" || fl.Type == "table" {
			continue
		}
		v := report.Value{Text: "Nội dung"}
		if fl.Type == "date" {
			v = report.Value{At: calendar.Date{Year: 2027, Month: 6, Day: 30}.Start()}
		}
		e.Fields[fl.Key] = report.Typed{Value: v}
	}
	p := must(h.Rooms.Reports.Save(ctx, f.ID, e, f.Version))(t)
	for _, fl := range f.Form.Fields() {
		if fl.Type != "table" || len(fl.Columns) == 0 || fl.Req != "M" {
			continue
		}
		v := report.Value{}
		rows := [][]string{nil}
		if fl.RowsOf != "" {
			list, _ := f.Pack.CodeList(fl.RowsOf)
			rows = make([][]string, len(list.Items))
		}
		for _, c := range fl.Columns {
			if c.Type == "seq" {
				continue
			}
			v.Cols = append(v.Cols, c.Key)
			for n := range rows {
				cell := "Chữ"
				switch list, _ := f.Pack.CodeList(c.List); {
				case len(list.Items) > 0:
					cell = list.Items[n%len(list.Items)].ID
				case c.Type == "int" || c.Type == "money":
					cell = "2"
				case c.Type == "date":
					cell = "2027-06-30"
				}
				rows[n] = append(rows[n], cell)
			}
		}
		v.Rows = rows
		p = must(h.Rooms.Reports.SaveTable(ctx, f.ID, fl.Key, v, p.Version))(t)
	}
	return p
}

// TestAPeriodicReportRunsFromItsDefinitionToTheDutyItMeets takes the quarterly
// and the yearly report from what the packs propose to the sent paper: drafts are
// made by the program, the duty of the period is met by the sending, once in
// time and once late, and the printed numbers stand on the page.
func TestAPeriodicReportRunsFromItsDefinitionToTheDutyItMeets(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			now := t0
			var more []string
			if engine == "postgres" {
				more = []string{"records.address", postgresAddress(t)}
			}
			h := open(t, t.TempDir(), func() time.Time { return now }, more...)
			h.shut(t)
			ctx := h.found(t)
			so := string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "Sở Mẫu", Kind: "so", ParentID: unit.ID(h.root)}))(t).ID)
			who, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: "vana", Name: "Vàng A", Home: so, Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: so}}})
			if err != nil {
				t.Fatal(err)
			}
			me := auth.With(t.Context(), who.Actor())
			clerk := auth.With(t.Context(), auth.Actor{ID: "thu", Name: "Văn thư", Home: so, Grants: []auth.Grant{{Role: auth.Clerk, Unit: so}}})
			// The centre turned the quarterly duty on besides: it is owed once all the same.
			noError(t, h.Rooms.Obligations.Enable(ctx, "bao-cao-quy-rui-ro", "kinds"))
			year := must(h.Rooms.Series.Take(me, so, "VN-ANM-2026", "bao-cao-nam-van-hanh"))(t)
			quarter := must(h.Rooms.Series.Take(me, so, "VN-ANM-2026", "bao-cao-quy-rui-ro"))(t)
			tick := func(at time.Time) {
				t.Helper()
				now = at
				noError(t, h.Rooms.Obligations.OpenPeriods(t.Context()))
				noError(t, h.Rooms.Series.Attend(t.Context()))
				noError(t, h.Rooms.Series.Attend(t.Context()))
			}
			entry := func(x series.Series, key string) series.Entry {
				t.Helper()
				f := must(h.Rooms.Series.Open(me, x.ID))(t)
				n := slices.IndexFunc(f.Entries, func(e series.Entry) bool { return e.Key == key })
				if n < 0 {
					t.Fatalf("%s has no %s: %+v", x.Title, key, f.Entries)
				}
				return f.Entries[n]
			}
			send := func(x series.Series, key string, at time.Time) obligation.Obligation {
				t.Helper()
				e := entry(x, key)
				if e.Standing != series.Drafted || e.Obligation == "" {
					t.Fatalf("%s %s: %+v", x.Title, key, e)
				}
				p := h.filledPaper(t, me, e.Paper)
				p, _, err := h.Rooms.Reports.Print(me, p.ID, p.Version)
				if err != nil {
					t.Fatalf("%v: %+v", err, must(h.Rooms.Reports.Get(me, report.ID(e.Paper)))(t).Findings)
				}
				f := must(h.Rooms.Reports.Get(me, p.ID))(t)
				var owed []obligation.ID
				for _, o := range f.Owed() {
					owed = append(owed, o.ID)
				}
				if duty, tied, err := h.Rooms.Series.Tied(me, string(p.ID)); err != nil || !tied || duty != e.Obligation {
					t.Errorf("%s %s is tied to %q, %v", x.Title, key, duty, err)
				}
				if !slices.Contains(owed, obligation.ID(e.Obligation)) {
					t.Fatalf("%s %s may not meet its duty: %v", x.Title, key, owed)
				}
				channels, _ := f.Pack.CodeList("CL-channel")
				channel := channels.Items[0].ID
				now = at
				must(h.Rooms.Reports.Send(clerk, p.ID, report.Dispatch{At: at, Channel: channel, Receipt: "1", Meets: []obligation.ID{obligation.ID(e.Obligation)}}, p.Version))(t)
				return must(h.Rooms.Obligations.Get(ctx, obligation.ID(e.Obligation)))(t)
			}
			at := func(y int, m time.Month, d, hour int) time.Time { return time.Date(y, m, d, hour, 0, 0, 0, i18n.Hanoi) }
			tick(at(2026, 12, 5, 9))
			if o := send(year, "2026", at(2026, 12, 18, 9)); o.State != obligation.Met || o.Clock(now) != obligation.MetTime || o.FormID != "F12" {
				t.Errorf("the yearly duty: %+v", o)
			}
			tick(at(2026, 12, 20, 9))
			if o := send(quarter, "2026-Q4", at(2027, 1, 4, 9)); o.Clock(now) != obligation.MetLate || o.Subject.ID != "bao-cao-quy-rui-ro@2026-Q4" {
				t.Errorf("the quarterly duty: %+v", o)
			}
			if e := entry(quarter, "2026-Q4"); e.Standing != series.SentLate {
				t.Errorf("it stands %q", e.Standing)
			}
			if e := entry(year, "2026"); e.Standing != series.SentOn {
				t.Errorf("it stands %q", e.Standing)
			}
			var n int
			if err := h.Records.Read().NewRaw("SELECT COUNT(*) FROM obligation WHERE subject_id = 'bao-cao-quy-rui-ro@2026-Q4' AND unit_id = ?", so).Scan(t.Context(), &n); err != nil || n != 1 {
				t.Errorf("the quarter is owed %d times, %v", n, err)
			}
			table := must(h.Rooms.Series.Numbers(me, must(h.Rooms.Series.Open(me, year.ID))(t)))(t)
			total := slices.IndexFunc(table.Rows, func(r series.NumberRow) bool { return r.Key == "total" })
			if total < 0 || *table.Rows[total].Values[0] != 1 {
				t.Errorf("printed numbers %+v", table.Rows)
			}
			if got := h.told(t, me); got["series.drafted"] != 2 {
				t.Errorf("told %v", got)
			}
			// What is made for a term from before the definition is owed by nobody.
			past := must(h.Rooms.Series.Make(me, quarter.ID, "2026-Q2"))(t)
			if duty, tied, err := h.Rooms.Series.Tied(me, past.Paper); err != nil || !tied || duty != "" {
				t.Errorf("the past is tied to %q, %v", duty, err)
			}
			// A paper that stands already is taken over, not made again.
			now = at(2027, 3, 1, 9)
			own := must(h.Rooms.Reports.Begin(me, report.Start{Form: "F4", Unit: so, Kind: "quarter", Year: 2027, Part: 1}))(t)
			tick(at(2027, 3, 20, 9))
			if e := entry(quarter, "2027-Q1"); e.Paper != string(own.ID) {
				t.Errorf("%s beside %s", e.Paper, own.ID)
			}
			// Its writer leaves: the next period says so, and nobody else's rights are used.
			noError(t, h.Rooms.Accounts.SetDisabled(ctx, who.ID, who.Version, true))
			tick(at(2027, 6, 20, 9))
			f := must(h.Rooms.Series.Open(ctx, quarter.ID))(t)
			if e := f.Entries[slices.IndexFunc(f.Entries, func(e series.Entry) bool { return e.Key == "2027-Q2" })]; e.Standing != series.NotMade || e.Problem != series.NoWriter {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestAnAnswerToADirectiveComesAgain defines a quarterly answer to a directive:
// without the directive it is refused, and the draft of a quarter is of that
// directive and quarter alone, once.
func TestAnAnswerToADirectiveComesAgain(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "Sở Mẫu", Kind: "so", ParentID: unit.ID(h.root)}))(t)
	id, _ := h.issued(t, ctx, "monitoring")
	other, _ := h.issued(t, ctx, "infection-index")
	actor, _ := auth.From(ctx)
	plan := series.Plan{Title: "Kết quả hằng quý", Form: "F13", Unit: h.root, Every: rulepack.Quarterly, Lead: 5, Writer: actor.ID}
	if _, err := h.Rooms.Series.Add(ctx, plan); fault.Of(err).Fields["directive"] != "series.bad.answers" {
		t.Errorf("without a directive: %v", err)
	}
	var made []report.Paper
	for _, of := range []string{id, other} {
		plan.Directive = of
		x := must(h.Rooms.Series.Add(ctx, plan))(t)
		must(h.Rooms.Series.Make(ctx, x.ID, "2026-Q4"))(t)
		if _, err := h.Rooms.Series.Make(ctx, x.ID, "2026-Q4"); err == nil {
			t.Error("the same quarter is made twice")
		}
		page := must(h.Rooms.Reports.List(ctx, report.Filter{Directive: of}))(t)
		if len(page.Rows) != 1 {
			t.Fatalf("%d papers answer %s", len(page.Rows), of)
		}
		made = append(made, page.Rows...)
	}
	for n, p := range made {
		if p.FormID != "F13" || p.Case.Kind != report.OfDirective || p.Case.ID != []string{id, other}[n] || p.From.String() != "2026-10-01" || p.To.String() != "2026-12-31" {
			t.Errorf("the draft is %+v of %s to %s", p.Case, p.From, p.To)
		}
	}
}
