// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestUnitsThatEndDuringADirective issues a directive to five communes, merges two,
// splits one and ends one: board, page of a unit, head, scores and answer tell the
// same, and no sum gets better.
func TestUnitsThatEndDuringADirective(t *testing.T) {
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
			testUnitsEnd(t, h, &now)
		})
	}
}

func testUnitsEnd(t *testing.T, h *house, now *time.Time) {
	ctx := h.found(t)
	units, boards, directives := h.Rooms.Units, h.Rooms.Boards, h.Rooms.Directives
	commune := map[string]string{}
	for _, name := range []string{"Anh", "Bình", "Cả", "Dung", "Em"} {
		commune[name] = string(must(units.Create(ctx, unit.Unit{Name: "UBND xã " + name, Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID)
	}
	id, columns := h.issuedWith(t, ctx, true, "level-plan", "head-responsible")
	answer := func(name string, n int) {
		t.Helper()
		_, owed, err := directives.OfUnit(ctx, directive.ID(id), commune[name])
		noError(t, err)
		sent := must(directives.Answer(ctx, directive.ID(id), owed[n].ID, "Đã làm.", owed[n].Version))(t)
		must(directives.Accept(ctx, directive.ID(id), sent.ID, sent.Version))(t)
	}
	answer("Anh", 0) // one of its two
	answer("Em", 0)
	answer("Em", 1)
	before := must(boards.Board(ctx, id))(t)
	scores := func(tables ...board.Table) (points, weight float64) {
		for _, s := range boards.Scores(tables) {
			points, weight = points+s.Points, weight+s.Weight
		}
		return points, weight
	}
	pointsBefore, weightBefore := scores(before)

	*now = now.Add(24 * time.Hour)
	first := calendar.DateOf(now.In(i18n.Hanoi))
	reform := func(kind unit.ReformKind, from []string, parts ...string) {
		t.Helper()
		r := unit.Reform{Kind: kind, From: first, Basis: "NQ 12"}
		for _, name := range from {
			r.Spec.Units = append(r.Spec.Units, unit.ID(commune[name]))
		}
		for _, name := range parts {
			r.Spec.Parts = append(r.Spec.Parts, unit.Part{Name: "UBND xã " + name})
		}
		r = must(units.SaveReform(ctx, r))(t)
		must(units.ApplyReform(ctx, r.ID, r.Version, must(units.Preview(ctx, r))(t).Digest))(t)
	}
	reform(unit.Merge, []string{"Anh", "Bình"}, "Chung")
	reform(unit.Split, []string{"Cả"}, "Đông", "Tây")
	reform(unit.End, []string{"Dung"})
	chung := string(must(units.Lookup(ctx, "UBND xã Chung"))(t)[0])

	after := must(boards.Board(ctx, id))(t)
	if a, b := after.Counts, before.Counts; a.Asked != 10 || a != b {
		t.Errorf("%+v became %+v", b, a)
	}
	points, weight := scores(after)
	if points > pointsBefore || weight != weightBefore {
		t.Errorf("scores of %v out of %v became %v out of %v", pointsBefore, weightBefore, points, weight)
	}
	holds := func(table board.Table, unit, column string, state board.State, to string, counts int) {
		t.Helper()
		_, _, c, ok := table.Find(unit, column)
		went := ""
		if c.Passage != nil {
			went = c.Passage.To
		}
		if !ok || c.State != state || went != to || c.For() != counts {
			t.Errorf("cell of %s: %t %s, went to %q, for %d; want %s, %q, %d", unit, ok, c.State.Key(), went, c.For(), state.Key(), to, counts)
		}
	}
	holds(after, commune["Anh"], columns[0], board.Met, "", 1)
	holds(after, commune["Anh"], columns[1], board.Outside, chung, 1)
	holds(after, commune["Bình"], columns[0], board.Outside, chung, 1)
	holds(after, chung, columns[0], board.Doing, "", 1)
	holds(after, chung, columns[1], board.NoData, "", 2) // nobody has counted it yet
	holds(after, commune["Cả"], columns[0], board.Doing, "", 1)
	holds(after, commune["Dung"], columns[1], board.NoData, "", 1)
	u, tables, err := boards.OfUnit(ctx, chung)
	noError(t, err)
	if len(tables) != 1 || u.ID != chung {
		t.Fatalf("%d tables of %s", len(tables), u.Name)
	}
	holds(tables[0], chung, columns[1], board.NoData, "", 2)
	own, all := boards.Scores(tables), boards.Scores([]board.Table{after})
	found := false
	for _, s := range all {
		found = found || s.Unit.ID == chung && s.Tally == own[0].Tally
		if s.Unit.ID == commune["Anh"] || s.Unit.ID == commune["Bình"] {
			t.Errorf("%s stands among the scores", s.Unit.Name)
		}
	}
	if len(own) != 1 || !found {
		t.Errorf("its score is %+v, of the list %+v", own, all)
	}

	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	day := "22/11/2026"
	for path, want := range map[string][]string{
		"/boards/" + id:                   {"kết thúc hoạt động từ " + day + ", nay là UBND xã Chung", "nay là UBND xã Đông, UBND xã Tây", "UBND xã Dung", "Chuyển sang UBND xã Chung", "gồm 2 đơn vị cũ"},
		"/boards/units/" + chung:          {"Gồm cả phần của", "UBND xã Anh", "UBND xã Bình", "/directives/" + id + "/units/" + commune["Bình"]},
		"/boards/units/" + commune["Anh"]: {"nay là UBND xã Chung", "1 yêu cầu còn lại đã chuyển sang"},
		"/boards/heads/" + chung:          {"Gồm cả phần của", "UBND xã Bình"},
		"/boards/scores":                  {"UBND xã Chung", "UBND xã Cả (kết thúc hoạt động từ " + day},
		"/boards/" + id + "/cells/" + commune["Cả"] + "/" + columns[0]:  {"phát hành tiếp cho đơn vị kế thừa", `href="/directives/` + id + `"`},
		"/boards/" + id + "/cells/" + commune["Anh"] + "/" + columns[1]: {"Chuyển sang", "UBND xã Chung"},
		"/boards/" + id + "/cells/" + chung + "/" + columns[1]:          {"Gồm cả phần của", "UBND xã Anh"},
		"/boards/" + id + "/columns/" + columns[1]:                      {"UBND xã Cả (kết thúc hoạt động", "phát hành tiếp"},
		"/directives/" + id + "/units/" + commune["Bình"]:               {"UBND xã Bình"},
		"/": {"Giám sát an toàn thông tin"},
	} {
		page := v.get(t, path)
		for _, text := range want {
			if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), text) {
				t.Errorf("%s answers %d without %q", path, page.Code, text)
			}
		}
	}

	// The officer of the merged commune sees what came to it, and answers it.
	officer := auth.With(ctx, auth.Actor{ID: "officer", Name: "Cán bộ", Home: chung, Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: chung}}})
	mine := must(boards.Board(officer, id))(t)
	holds(mine, chung, columns[1], board.NoData, "", 2)
	if f := must(directives.Get(officer, directive.ID(id)))(t); f.ID != directive.ID(id) {
		t.Errorf("it sees %s", f.ID)
	}
	_, took, err := directives.OfUnit(officer, directive.ID(id), chung)
	noError(t, err)
	from := map[string]int{}
	for _, o := range took {
		from[o.Unit]++
	}
	if len(took) != 3 || from[commune["Anh"]] != 1 || from[commune["Bình"]] != 2 { // what Anh had done stays its own
		t.Errorf("it took over %v", from)
	}
	if _, _, err := directives.OfUnit(ctx, directive.ID(id), string(must(units.Lookup(ctx, "UBND xã Đông"))(t)[0])); !fault.Is(err, fault.NotFound) {
		t.Errorf("a part of a commune that was split owes: %v", err)
	}
	page := v.get(t, "/directives/"+id+"/units/"+chung)
	for _, text := range []string{"nhận của UBND xã Bình", "nhận của UBND xã Anh", "/units/" + chung + "/questions", took[0].ID} {
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), text) {
			t.Errorf("the page of the merged commune answers %d without %q", page.Code, text)
		}
	}
	must(directives.Ask(officer, directive.ID(id), chung, "Nộp ở đâu?"))(t)
	for n, of := range []string{chung, "nowhere"} {
		sent := must(directives.Answer(officer, directive.ID(id), took[n].ID, "Đã làm.", took[n].Version))(t)
		want := "/directives/" + id + "/units/" + map[int]string{0: chung, 1: sent.Unit}[n]
		status, at, _ := v.post(t, "/directives/"+id+"/tasks/"+sent.ID+"/return", "of", of, "version", strconv.FormatInt(sent.Version, 10), "reason", "Thiếu.")
		if status != http.StatusSeeOther || !strings.HasPrefix(at, want+"#t-") {
			t.Errorf("returned, it answers %d and leads to %s, want %s", status, at, want)
		}
	}
	said := func(of string, to calendar.Date) string {
		t.Helper()
		p := must(h.Rooms.Reports.Begin(ctx, report.Start{Form: "F13", Unit: of, Directive: id, Kind: "span", From: calendar.DateOf(t0), To: to}))(t)
		f := must(h.Rooms.Reports.Get(ctx, p.ID))(t)
		var lines strings.Builder
		for _, key := range []string{"tasks", "silent"} {
			for _, row := range f.Values[key].Rows {
				lines.WriteString(strings.Join(row, "|") + "\n")
			}
		}
		return lines.String()
	}
	then := said(h.root, calendar.DateOf(t0))
	if !strings.Contains(then, "1/5 đơn vị hoàn thành, 4 chưa trả lời") || strings.Contains(then, "Chung") {
		t.Errorf("of the day before it says\n%s", then)
	}
	today := said(h.root, first)
	for _, want := range []string{"2/5 đơn vị hoàn thành, 1 chưa trả lời, 2 đã kết thúc hoạt động, chưa giao lại", "1/5 đơn vị hoàn thành, 2 chưa trả lời, 2 đã kết thúc",
		"UBND xã Cả (nay thuộc UBND xã Đông, UBND xã Tây)", "UBND xã Dung (đã kết thúc hoạt động)"} {
		if !strings.Contains(today, want) {
			t.Errorf("after the reforms it does not say %q\n%s", want, today)
		}
	}

	// A person gives what the split left open to one of its parts and takes it back.
	dong := string(must(units.Lookup(ctx, "UBND xã Đông"))(t)[0])
	must(directives.Issue(ctx, directive.ID(id), directive.Sending{To: []string{"unit:" + dong}}, must(directives.Get(ctx, directive.ID(id)))(t).Version))(t)
	must(directives.Withdraw(ctx, directive.ID(id), "", commune["Cả"], "Đã tách."))(t)
	settled := must(boards.Board(ctx, id))(t)
	holds(settled, dong, columns[0], board.Doing, "", 1)
	if _, _, _, there := settled.Find(commune["Cả"], columns[0]); there || settled.Counts != after.Counts {
		t.Errorf("given on it counts %+v, was %+v", settled.Counts, after.Counts)
	}
	// Who acts for the merged commune is reminded of what came to it.
	invited, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: "canbo.chung", Name: "Cán bộ Chung", Home: chung, Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: chung}}})
	noError(t, err)
	*now = t0.AddDate(0, 0, 29)
	noError(t, h.Rooms.Obligations.Remind(t.Context()))
	told := h.told(t, auth.With(t.Context(), invited.Actor()))
	if n := told["obligation.soon"]; n < 3 {
		t.Errorf("the officer of the merged commune was told %+v", told)
	}
	if late := said(h.root, first); !strings.Contains(late, "UBND xã Chung|") { // of a day gone by, with the units of that day
		t.Errorf("of the day of the reforms it says\n%s", late)
	}
}

// TestNothingStaysOpenOfAUnitThatIsReleased splits a commune that was held to
// conditions alone and takes the directive back from it.
func TestNothingStaysOpenOfAUnitThatIsReleased(t *testing.T) {
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
			ctx := h.found(t)
			units, boards, directives := h.Rooms.Units, h.Rooms.Boards, h.Rooms.Directives
			whole := string(must(units.Create(ctx, unit.Unit{Name: "UBND xã Cả", Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID)
			other := string(must(units.Create(ctx, unit.Unit{Name: "UBND xã Khác", Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID)
			id, columns := h.issuedWith(t, ctx, false, "infection-index")
			now = now.Add(24 * time.Hour)
			r := unit.Reform{Kind: unit.Split, From: calendar.DateOf(now.In(i18n.Hanoi)), Basis: "NQ 12"}
			r.Spec.Units, r.Spec.Parts = []unit.ID{unit.ID(whole)}, []unit.Part{{Name: "UBND xã Đông"}, {Name: "UBND xã Tây"}}
			r = must(units.SaveReform(ctx, r))(t)
			must(units.ApplyReform(ctx, r.ID, r.Version, must(units.Preview(ctx, r))(t).Digest))(t)

			if _, _, c, ok := must(boards.Board(ctx, id))(t).Find(whole, columns[0]); !ok || c.State != board.NoData {
				t.Fatalf("before: %t, %s", ok, c.State.Key())
			}
			v := &visitor{handler: h.Handler()}
			v.signIn(t, "mai")
			if page := v.get(t, "/directives/"+id+"/units/"+other); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Không có việc nào phải trả lời") {
				t.Errorf("the page of who owes conditions alone answers %d", page.Code)
			}
			at := "/directives/" + id + "/withdraw"
			if page := v.get(t, "/directives/"+id); !strings.Contains(page.Body.String(), at+"?unit="+whole) {
				t.Error("it cannot be taken back on the page")
			}
			if status, to, body := v.post(t, at, "unit", whole, "reason", "Đã tách."); status != http.StatusSeeOther || to != "/directives/"+id {
				t.Fatalf("it answers %d, %s\n%s", status, to, body)
			}
			if page := v.get(t, "/directives/"+id).Body.String(); !strings.Contains(page, "không còn việc nào mở") || strings.Contains(page, at+"?unit="+whole) || !strings.Contains(page, at+"?unit="+other) {
				t.Error("the page does not say that it was taken back")
			}
			settled := must(boards.Board(ctx, id))(t)
			if _, _, _, there := settled.Find(whole, columns[0]); there || settled.Counts.Asked != 1 {
				t.Errorf("of what was taken back the board asks %+v", settled.Counts)
			}
			if _, _, err := directives.OfUnit(ctx, directive.ID(id), whole); !fault.Is(err, fault.NotFound) {
				t.Errorf("it still owes: %v", err)
			}
			if list := must(directives.Reaches(ctx, directive.ID(id)))(t); len(list) != 1 || list[0].Unit != other {
				t.Errorf("it is still to receive: %+v", list)
			}
		})
	}
}
