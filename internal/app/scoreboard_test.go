// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// issued reads a directive with a requirement for each binding and issues it to
// all units; nobody owes a duty, the measures alone tell.
func (h *house) issued(t *testing.T, ctx context.Context, bindings ...string) (id string, columns []string) {
	t.Helper()
	return h.issuedWith(t, ctx, false, bindings...)
}

// issuedWith is issued where all owe a duty as well, or nobody does.
func (h *house) issuedWith(t *testing.T, ctx context.Context, owed bool, bindings ...string) (id string, columns []string) {
	t.Helper()
	r := h.Rooms.Directives
	var text strings.Builder
	text.WriteString("ỦY BAN NHÂN DÂN\n\nSố: 8/UBND-MAU\n\nKính gửi: Các đơn vị.\n\nYêu cầu các đơn vị thực hiện:\n")
	for i, b := range bindings {
		text.WriteString("\n" + string(rune('1'+i)) + ". Thực hiện yêu cầu của nhóm " + b + ".\n")
	}
	d := must(r.TakeIn(ctx, directive.Arrival{Unit: h.root, Paste: text.String()}))(t)
	must(r.Tick(ctx, d.ID, -1))(t)
	f := must(r.Get(ctx, d.ID))(t)
	for i, it := range f.Leaves() {
		must(r.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed, Edit: true, Short: bindings[i], Actors: []string{"all"}, Bindings: bindings[i : i+1], Owed: owed}))(t)
		columns = append(columns, string(it.ID))
	}
	head := f.Head
	head.Subject = "Giám sát an toàn thông tin"
	f.Directive = must(r.EditHead(ctx, d.ID, head, f.DocumentID, f.Version))(t)
	must(r.Confirm(ctx, d.ID, f.Version))(t)
	must(r.Issue(ctx, d.ID, directive.Sending{To: []string{"all"}, Last: calendar.DateOf(t0).AddDays(30)}, 0))(t)
	return string(d.ID), columns
}

// TestAnInfectionAndASilenceAreOnTheBoardWithinAMinute sends lines of two units'
// sources: the cells of a directive change with the beats of one minute.
func TestAnInfectionAndASilenceAreOnTheBoardWithinAMinute(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	sick := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Alpha", Code: "alpha", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	dumb := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Bravo", Code: "bravo", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	must(h.Rooms.Units.AddRange(ctx, sick.ID, unit.NewRange{Text: "10.1.0.0/16", Kind: unit.Machine}))(t)
	h.arm(t, ctx, "bad.example\n")
	dns := h.source(t, ctx, "DNS Alpha", string(sick.ID))
	fw := must(h.Rooms.Sources.Create(ctx, source.Source{Name: "Tường lửa Bravo", Owner: string(dumb.ID), Format: "fortigate"}))(t)
	must(0, h.Rooms.Sources.SetRhythm(ctx, fw.ID, source.Rhythm{Minutes: 15}))(t)
	way, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: fw.ID, Kind: source.SyslogUDP, Network: "10.2.1.1"})
	if err != nil {
		t.Fatal(err)
	}
	id, columns := h.issued(t, ctx, "infection-index", "monitoring")
	line := func() { // a line of the firewall came just now
		must(0, h.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return h.Rooms.Sources.CountBlock(ctx, tx, source.Counted{Source: fw.ID, Owner: string(dumb.ID), Way: way.ID, Received: now, Bytes: 100, Lines: 1, Parsed: 1,
				Latest: now, Hours: map[time.Time]int64{now: 1}})
		}))(t)
	}
	beats := func() { // of one minute, as often as measures are counted in it: what is counted shows within it
		for spent := app.TendMeasures; spent <= time.Minute; spent += app.TendMeasures {
			now = now.Add(app.TendMeasures - 2*time.Second)
			must(0, h.Attend(t.Context()))(t)
		}
	}
	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	holds := func(when, unit, column string, state board.State, text string) {
		t.Helper()
		table := must(h.Rooms.Boards.Board(ctx, id))(t)
		_, _, cell, ok := table.Find(unit, column)
		if !ok || cell.State != state {
			t.Errorf("%s: the cell is %s (%+v), want %s", when, cell.State.Key(), cell.Reading, state.Key())
		}
		if page := words(t, v, board.Path+"/"+id+"/cells/"+unit+"/"+column); !strings.Contains(page, text) {
			t.Errorf("%s: the page of the cell does not say %q: %.600s", when, text, page)
		}
	}
	line()
	holds("before anything came", string(sick.ID), columns[0], board.NoData, "không có dữ liệu")
	h.read(t, ctx, dns, "sach.log", []byte("Nov 21 08:00:00 dnsmasq[9]: query[A] good.example from 10.1.7.5\n"))
	line()
	beats()
	holds("with a clean log", string(sick.ID), columns[0], board.Met, "không còn trường hợp nào")
	holds("while its source speaks", string(dumb.ID), columns[1], board.Met, "100%")

	h.read(t, ctx, dns, "ban.log", []byte("Nov 21 08:00:50 dnsmasq[9]: query[A] bad.example from 10.1.7.5\n"))
	holds("before the beat", string(sick.ID), columns[0], board.Met, "không còn trường hợp nào")
	beats()
	holds("a minute later", string(sick.ID), columns[0], board.Unmet, "không còn trường hợp nào")

	now = now.Add(14 * time.Minute)
	line()
	beats()
	holds("still speaking", string(dumb.ID), columns[1], board.Met, "100%")
	now = now.Add(14*time.Minute + 5*time.Second) // its rhythm is over a second from now
	holds("silent for its rhythm", string(dumb.ID), columns[1], board.Met, "100%")
	beats()
	holds("a minute later", string(dumb.ID), columns[1], board.Unmet, "0%")
	if page := v.get(t, board.Path+"/"+id+"/cells/"+string(sick.ID)+"/"+columns[0]).Body.String(); !strings.Contains(page, "/infections?unit="+string(sick.ID)) {
		t.Error("the cell does not lead to the machine")
	}
	if page := words(t, v, board.Path+"/"+id); !strings.Contains(page, "UBND xã Alpha") || !strings.Contains(page, "UBND xã Bravo") {
		t.Error("the board lacks a unit")
	}
}

// TestPagesOfAUnitAreItsRowsOfTheBoard reads a unit and one below it alone, as
// their pages do: the rows are those of the whole board, and who looks at one unit
// sees no other.
func TestPagesOfAUnitAreItsRowsOfTheBoard(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	ctx := h.found(t)
	alpha := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Alpha", Code: "alpha", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "Phòng Văn hóa Alpha", Code: "alpha-vh", Kind: "xa", ParentID: alpha.ID}))(t)
	bravo := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Bravo", Code: "bravo", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	id, columns := h.issuedWith(t, ctx, true, "infection-index", "monitoring")
	whole := must(h.Rooms.Boards.Board(ctx, id))(t)
	if len(whole.Rows) < 2 || whole.Rows[0].Cells[0].Duty == nil {
		t.Fatalf("%+v", whole.Counts)
	}
	for _, r := range whole.Rows {
		_, tables, err := h.Rooms.Boards.OfUnit(ctx, r.Unit.ID)
		if err != nil || len(tables) != 1 || len(tables[0].Rows) != 1 || !reflect.DeepEqual(tables[0].Rows[0], r) {
			t.Errorf("%s alone: %v, %+v, on the board %+v", r.Unit.Name, err, tables, r)
		}
		for j, column := range columns {
			d, err := h.Rooms.Boards.Cell(ctx, id, r.Unit.ID, column)
			if err != nil || !reflect.DeepEqual(d.Cell, r.Cells[j]) || !strings.Contains(d.Text, "Kính gửi") {
				t.Errorf("%s, %s: %v, %+v, on the board %+v", r.Unit.Name, column, err, d.Cell, r.Cells[j])
			}
		}
	}
	actor, _ := auth.From(ctx)
	actor.Within = string(alpha.ID)
	if _, _, err := h.Rooms.Boards.OfUnit(auth.With(ctx, actor), string(bravo.ID)); !fault.Is(err, fault.NotFound) {
		t.Errorf("who looks at Alpha reads Bravo: %v", err)
	}
	if _, err := h.Rooms.Boards.Cell(auth.With(ctx, actor), id, string(bravo.ID), columns[0]); !fault.Is(err, fault.NotFound) {
		t.Errorf("who looks at Alpha reads a cell of Bravo: %v", err)
	}
}

// TestGoalsAndGroundsAreSaidAsOfficersSayThem: a goal of nothing left is no number of
// things, and what a form rests on is no number of a sample.
func TestGoalsAndGroundsAreSaidAsOfficersSayThem(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	h.found(t)
	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	for path, want := range map[string]string{"/measures/obligation.open_late": "không còn trường hợp nào", "/measures/source.heard": "100%", "/papers/new?form=F13&pack=VN-ATTT-2016": "văn bản chỉ đạo"} {
		page := v.get(t, path)
		if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, "0 cái") || strings.Contains(body, "100 %") || strings.Contains(body, "công văn mẫu") {
			t.Errorf("%s answers %d and does not say %q", path, page.Code, want)
		}
	}
}

// TestTheProofWantedIsSaidInTheReadersLanguage: the words are the library's, which
// has both languages; what a person wrote stays as they wrote it.
func TestTheProofWantedIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	ctx := h.found(t)
	one := string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Một", Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID)
	words := must(i18n.Load(app.Messages()...))(t)
	known, _ := h.Rooms.Bindings.Library.Binding("level-plan")
	id, _ := h.issuedWith(t, ctx, true, "level-plan")
	_, owed, err := h.Rooms.Directives.OfUnit(ctx, directive.ID(id), one)
	noError(t, err)
	for lang, want := range map[i18n.Language]string{i18n.Vietnamese: known.Evidence[0].VI, i18n.English: known.Evidence[0].EN} {
		of := i18n.With(ctx, words, lang)
		if got := must(h.Rooms.Boards.Board(of, id))(t).Sheet.Columns[0].Evidence; want == "" || got != want {
			t.Errorf("%s: the board wants %q, want %q", lang, got, want)
		}
		if got := h.Rooms.Directives.Wanted(of, "biên bản riêng", owed[0].Of.Bindings); got != "biên bản riêng" {
			t.Errorf("%s: what a person wrote is %q", lang, got)
		}
	}
}
