// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// order fails unless the words stand in body in this order.
func order(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		_, after, ok := strings.Cut(body, w)
		if !ok {
			t.Fatalf("%q does not come after those before it in %q", w, words)
		}
		body = after
	}
}

func TestTheDutyQueueIsOneAndWhatIsLatestOverdueStandsFirst(t *testing.T) {
	t.Parallel()
	d := busy()
	clock := func(in time.Duration, s ui.ClockState) ui.ClockProps {
		return ui.ClockProps{Due: now.Add(in), Now: now, State: s}
	}
	d.Late = give(home.Lateness{Lines: 2, First: []home.Duty{
		{Title: "quá hạn mới", Href: "/obligations/1", Clock: clock(-time.Hour, ui.ClockLate)},
		{Title: "quá hạn lâu", Href: "/boards/1/columns/2", Units: 37, Clock: clock(-50*time.Hour, ui.ClockLate)}}})
	d.Duties = give(home.Duties{Open: 50, Soon: 12, Late: 38, First: []home.Duty{{Title: "còn xa", Href: "/obligations/3", Clock: clock(90*time.Hour, ui.ClockOn)}}})
	d.Soon = give(home.Lateness{Lines: 1, First: []home.Duty{{Title: "sắp hết hạn", Href: "/obligations?status=soon", Units: 12, Clock: clock(3*time.Hour, ui.ClockSoon)}}})
	d.Findings = give(home.Findings{Open: 1, Oldest: []home.Finding{{Title: "phát hiện cũ", Href: "/findings/1", Since: now.Add(-90 * time.Hour)}}})
	d.Incidents = give(home.Incidents{Open: 1, First: []home.Incident{{Code: "SC-1", Title: "chưa có hạn", Href: "/incidents/1", Since: now.Add(-80 * time.Hour)}}})
	body := today(t, d, "/", 200, auth.Duty)
	_, queue, _ := strings.Cut(body, `id="queue"`)
	order(t, queue, "quá hạn lâu", "37 đơn vị", "quá hạn mới", "sắp hết hạn", "12 đơn vị", "phát hiện cũ", "chưa có hạn", "Tường lửa Xã Im", "Hiện 6 trong 6")
	if strings.Contains(queue, "còn xa") {
		t.Error("what is due much later stands among what burns")
	}
}

func TestTheWallIsForTheDutyDeskAndShowsWhatFits(t *testing.T) {
	t.Parallel()
	d := busy()
	var many []home.Duty
	for i := range 10 {
		many = append(many, home.Duty{Title: fmt.Sprintf("việc %02d", i), Href: "/obligations/1", Clock: ui.ClockProps{Due: now.Add(time.Duration(i-20) * time.Hour), Now: now}})
	}
	d.Duties, d.Late = give(home.Duties{Open: 10, Late: 10}), give(home.Lateness{Lines: 10, First: many})
	body := today(t, d, "/?wall=1", 200, auth.Duty)
	order(t, body, `class="vg-wall"`, `hx-trigger="every 30s"`, "máy chủ không trả lời", "việc 00", "việc 07")
	if strings.Contains(body, "việc 08") || strings.Contains(body, `class="vg-nav"`) {
		t.Error("the wall shows more than fits, or the menu")
	}
	if strings.Contains(today(t, d, "/?wall=1", 200, auth.Leader), "vg-wall\"") {
		t.Error("a leader is shown the wall")
	}
}

// ordered are a province's directives and its units' places.
func ordered(d home.Deps) home.Deps {
	clock := ui.ClockProps{Due: now.Add(40 * time.Hour), Now: now}
	d.Directives = give(home.Directives{Total: 2, Late: 1, List: "/directives", First: []home.Directive{
		{Title: "Công văn 1556/UBND-KGVX", Href: "/directives/1", Clock: &clock, Met: 90, Late: 10, Open: 40, Unseen: 60},
		{Title: "Chỉ đạo chưa ai thấy", Href: "/directives/2"}}})
	place := func(name string, grade ui.Grade, value string) home.Standing {
		return home.Standing{Unit: name, Href: "/units/" + name, Measure: ui.MeasureProps{Value: value, Grade: grade, Seen: 6, Expected: 10}}
	}
	d.Board = give(home.Board{List: "/board", Worst: []home.Standing{place("Xã Kém", ui.Measured, "12%"), place("Xã Khuất", ui.NotSeen, "0%")}, Best: []home.Standing{place("Xã Giỏi", ui.Measured, "97%")}})
	return d
}

func TestALeaderSeesDirectivesWithBarsAndUnitsWithCoverage(t *testing.T) {
	t.Parallel()
	body := today(t, ordered(busy()), "/", 200, auth.Leader)
	order(t, body, "Có 2 chỉ đạo đang có hiệu lực, 1 chỉ đạo có việc quá hạn", "Công văn 1556/UBND-KGVX", "90 đã xong, 10 quá hạn, 40 chưa đến hạn, 60 chưa thấy",
		"Chỉ đạo chưa ai thấy", "không có dữ liệu", "Năm đơn vị kém nhất", "Xã Kém", "12%", "Xã Khuất", "không có dữ liệu", "Năm đơn vị tốt nhất", "Xã Giỏi", "97%")
	if strings.Contains(body, ">0%<") {
		t.Error("a unit that is not seen has a value")
	}
	if !regexp.MustCompile(`<a href="/directives"[^>]*>\s*Có 2 chỉ đạo`).MatchString(body) {
		t.Error("the sentence leads nowhere")
	}
	if plain := today(t, busy(), "/", 200, auth.Leader); strings.Contains(plain, "Chỉ đạo đang có hiệu lực") || strings.Contains(plain, "kém nhất") {
		t.Error("blocks without a room behind them are shown")
	}
}

func TestAUnitAnswersOnlyDirectivesWithSomethingLeft(t *testing.T) {
	t.Parallel()
	d := ordered(busy())
	d.Directives = give(home.Directives{Total: 2, List: "/directives", First: []home.Directive{
		{Title: "Đã làm xong", Href: "/directives/1", Met: 3}, {Title: "Còn nợ", Href: "/boards/2", Reply: "/directives/2/units/1", From: "UBND tỉnh", Met: 1, Open: 2}}})
	body := today(t, d, "/", 200, auth.UnitOfficer)
	_, reply, _ := strings.Cut(body, "Cần trả lời")
	order(t, reply, `href="/directives/2/units/1"`, "Còn nợ", "UBND tỉnh", "Dự thảo báo cáo quý", "Hiện 3 trong 3")
	if strings.Contains(reply, "Đã làm xong") {
		t.Error("what is answered still waits")
	}
}

// TestDrawCanBeRepeated holds the draw to what its page promises: the ranks were
// worked out with sha256sum of "2026-11-21\nu1" and so on.
func TestDrawCanBeRepeated(t *testing.T) {
	t.Parallel()
	ids := func(list []home.Body) (out []string) {
		for _, b := range list {
			out = append(out, b.ID)
		}
		return out
	}
	var frame []home.Body
	for i := range 5 {
		frame = append(frame, home.Body{ID: fmt.Sprintf("u%d", i+1)})
	}
	want := []string{"u3", "u1", "u2", "u4", "u5"}
	if got := ids(home.Draw("2026-11-21", 5, frame)); !slices.Equal(got, want) {
		t.Errorf("drew %v, want %v", got, want)
	}
	slices.Reverse(frame)
	more := ids(home.Draw("2026-11-21", 6, append(frame, home.Body{ID: "u1000"})))
	if more = slices.DeleteFunc(more, func(s string) bool { return s == "u1000" }); !slices.Equal(more, want) {
		t.Errorf("another order or one more body changes the draw: %v", more)
	}
	if got := home.Draw("x", -1, frame); len(got) != 0 {
		t.Errorf("drew %d of less than none", len(got))
	}
	if got := home.Draw("x", 9, frame); len(got) != 5 {
		t.Errorf("drew %d of 5", len(got))
	}
}

func TestASampleThatCannotBeDrawnSaysWhy(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{"n=0": "Cần một số nguyên từ 1 đến 200", "n=abc": "Cần một số nguyên", "n=99999999999999999999": "Cần một số nguyên",
		"seed=" + strings.Repeat("x", 65): "Tối đa 64 ký tự"} {
		body := today(t, busy(), "/?"+query, 422, auth.Inspector)
		if !strings.Contains(body, want) || strings.Contains(body, "SHA-256") {
			t.Errorf("%s: not refused with %q", query, want)
		}
	}
	body := today(t, busy(), "/?seed=abc&n=2&kind=x%C3%A3", 200, auth.Inspector)
	order(t, body, `value="abc"`, "Bốc 2 trong 2 đơn vị", "abc")
	if strings.Contains(body, "/units/u3") {
		t.Error("a unit of another kind was drawn")
	}
}

// TestNothingSeenIsNeverAFigure: with no log source heard, no page shows a number
// for what rests on logs.
func TestNothingSeenIsNeverAFigure(t *testing.T) {
	t.Parallel()
	for _, role := range []auth.Role{auth.Duty, auth.Centre, auth.Leader, auth.UnitOfficer, auth.Inspector} {
		d := fresh()
		d.Sources = func(context.Context, time.Time) (home.Sources, error) {
			return home.Sources{Expected: 10, SilentTotal: 10}, nil
		}
		body := today(t, d, "/", 200, role)
		if got := figure(t, body, "Máy nhiễm mã độc"); !strings.Contains(got, "không có dữ liệu") || regexp.MustCompile(`^\s*0\b`).MatchString(got) {
			t.Errorf("%s: infected machines read %q", role, got)
		}
	}
}

// TestWhoIsLateIsOneLineADemand: what many units owe for one cause does not push
// all else off the page.
func TestWhoIsLateIsOneLineADemand(t *testing.T) {
	t.Parallel()
	d := busy()
	clock := ui.ClockProps{Due: now.Add(-9 * 24 * time.Hour), Now: now, State: ui.ClockLate}
	d.Late = give(home.Lateness{Lines: 12, First: []home.Duty{{Title: "Rà quét mã độc", Href: "/boards/1/columns/2", Units: 37, Unit: "Xã Một", Subject: ui.Link{Label: "CĐ-2026-0001", Href: "/directives/1"}, Clock: clock}}})
	for _, role := range []auth.Role{auth.Centre, auth.Leader} {
		_, late, _ := strings.Cut(today(t, d, "/", 200, role), `id="late"`)
		order(t, late, "Rà quét mã độc", "37 đơn vị", "trễ 9 ngày", "CĐ-2026-0001", "Hiện 1 trong 12")
		if late, _, _ = strings.Cut(late, "Hiện 1 trong 12"); strings.Contains(late, "Xã Một") || !strings.Contains(late, `href="/boards/1/columns/2"`) {
			t.Errorf("%s: one of many is named, or the line leads elsewhere", role)
		}
	}
}
