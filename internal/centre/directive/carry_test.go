// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// later is a text that cites the first, asks one thing of it again and one more.
const later = `ỦY BAN NHÂN DÂN
TỈNH AN BÌNH

Số: 15/UBND-KT
An Bình, ngày 20 tháng 11 năm 2026
V/v tiếp tục bảo đảm an toàn thông tin mạng

Kính gửi: Các sở, ban, ngành tỉnh.

Tiếp theo Công văn số 77/UBND-KT ngày 12 tháng 11 năm 2026 của Ủy ban nhân dân tỉnh, Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị thực hiện các nội dung sau:

1. Rà quét mã độc trên toàn bộ máy tính, hoàn thành trước ngày 25 tháng 12 năm 2026.

2. Cập nhật bản vá cho máy chủ, hoàn thành trước ngày 26 tháng 12 năm 2026.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Nguyễn Văn An
`

func to(units ...int) directive.Sending {
	s := directive.Sending{Last: everyone().Last}
	for _, u := range units {
		s.To = append(s.To, "unit:"+unitName(u))
	}
	return s
}

// TestUnfinishedTasksAreCarriedOver follows what is left of a directive into the
// one that comes after it: everything is somewhere, and nothing is met by it.
func TestUnfinishedTasksAreCarriedOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai, unit := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(7))
		old := h.settled(t, mai, paper)
		if _, err := h.Issue(mai, old.ID, to(7, 8), 0); err != nil {
			t.Fatal(err)
		}
		_, owed, err := h.OfUnit(unit, old.ID, unitName(7))
		if err != nil || len(owed) != 3 {
			t.Fatalf("%d owed, %v", len(owed), err)
		}
		sent, err := h.Answer(unit, old.ID, owed[2].ID, "Đã tuyên truyền", owed[2].Version)
		if err != nil {
			t.Fatal(err)
		}
		now := h.settled(t, mai, later)
		cited, err := h.Cited(mai, now)
		if err != nil || len(cited) != 1 || cited[0].Directive.ID != old.ID || cited[0].Why[0].Key != "cited.both" || cited[0].Left != 5 {
			t.Fatalf("cited %+v, %v", cited, err)
		}
		for query, want := range map[string]int64{"": 1, "77": 1, "no such words": 0} {
			open, total, err := h.Unclosed(mai, now, query, "", 5)
			if err != nil || total != want || len(open) != int(want) || want == 1 && (open[0].Directive.ID != old.ID || open[0].Left != 5) {
				t.Errorf("unclosed for %q: %+v of %d, %v", query, open, total, err)
			}
		}
		if open, total, err := h.Unclosed(mai, now, "", old.ID, 5); err != nil || total != 1 || len(open) != 0 {
			t.Errorf("the page after it: %+v of %d, %v", open, total, err)
		}
		if open, total, err := h.Unclosed(mai, old, "", "", 5); err != nil || total != 0 || len(open) != 0 {
			t.Errorf("a directive before itself: %+v of %d, %v", open, total, err)
		}
		if open, _, err := h.Unclosed(unit, now, "", "", 5); !fault.Is(err, fault.Forbidden) && len(open) != 0 {
			t.Errorf("shown to a body that owes: %+v, %v", open, err)
		}
		if _, err := h.Carry(mai, now.ID, directive.Carrying{From: old.ID, Relation: directive.Follows}); !fault.Is(err, fault.Conflict) {
			t.Errorf("carried before it is issued: %v", err)
		}
		if _, err := h.Issue(mai, now.ID, to(7), 0); err != nil { // u008 gets it by what is carried
			t.Fatal(err)
		}
		left, err := h.Unfinished(mai, now.ID, old.ID)
		if err != nil || len(left.List) != 3 || left.Waiting != 1 || len(left.List[0].Tasks) != 2 || left.List[0].Late() != 0 || left.List[0].Count(directive.Owing) != 2 {
			t.Fatalf("%+v, %v", left, err)
		}
		scan, report, teach := left.List[0], left.List[1], left.List[2]
		if scan.Into != left.Now.Leaves()[0].ID || report.Into != "" {
			t.Errorf("proposed into %q and %q", scan.Into, report.Into)
		}
		if _, err := h.Unfinished(unit, now.ID, old.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("shown to a body that owes: %v", err)
		}
		c := directive.Carrying{From: old.ID, Relation: directive.Follows, Seen: left.Seen, Fates: map[directive.ItemID]directive.Chosen{
			scan.Of.ID: {Fate: directive.CarryInto, Into: scan.Into}, report.Of.ID: {Fate: directive.CarryOwn}, teach.Of.ID: {Fate: directive.EndIt}}}
		for field, bad := range map[string]func(*directive.Carrying){
			"reason":   func(c *directive.Carrying) {},
			"relation": func(c *directive.Carrying) { c.Relation = "cousin" },
			"from":     func(c *directive.Carrying) { c.Reason, c.From = "x", "gone" },
			"into": func(c *directive.Carrying) {
				c.Reason, c.Fates = "x", map[directive.ItemID]directive.Chosen{scan.Of.ID: {Fate: directive.CarryInto, Into: "gone"}}
			},
			"fate": func(c *directive.Carrying) {
				c.Reason, c.Fates = "x", map[directive.ItemID]directive.Chosen{scan.Of.ID: {Fate: "lost"}}
			},
		} {
			x := c
			bad(&x)
			if _, err := h.Carry(mai, now.ID, x); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		c.Reason = "trùng kế hoạch năm"
		if _, err := h.Return(mai, old.ID, sent.ID, "thiếu ảnh", sent.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Carry(mai, now.ID, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("decided on what was not seen: %v", err)
		}
		if left, err = h.Unfinished(mai, now.ID, old.ID); err != nil || left.Waiting != 0 {
			t.Fatalf("%+v, %v", left, err)
		}
		c.Seen = left.Seen
		done, err := h.Carry(mai, now.ID, c)
		if err != nil || done != (directive.Carried{Moved: 4, Ended: 2, Added: 1}) {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := h.Carry(mai, now.ID, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("carried twice: %v", err)
		}
		_, before, err := h.OfUnit(mai, old.ID, unitName(8))
		if err != nil || before[0].State != directive.Moved || before[0].Clock.State != obligation.Cancelled || before[0].Reason == "" || before[2].State != directive.Withdrawn || before[0].Done() {
			t.Errorf("the old ones: %+v, %v", before[0].Task, err)
		}
		f, after, err := h.OfUnit(mai, now.ID, unitName(8))
		if err != nil || len(after) != 2 || after[0].ID != before[0].To || after[1].ID != before[1].To || after[0].Clock.State != obligation.Open || !after[0].Clock.DueAt.After(before[0].Clock.DueAt) || after[1].Period != "2026-11" {
			t.Errorf("the new ones: %+v, %v", after, err)
		}
		if own := f.Leaves()[2]; own.From != report.Of.ID || own.Path != "CT.1" || own.State != directive.Agreed {
			t.Errorf("the requirement of its own: %+v", own)
		}
		if _, ours, err := h.OfUnit(unit, now.ID, unitName(7)); err != nil || len(ours) != 3 {
			t.Errorf("a body that had one already owes %d, %v", len(ours), err)
		}
		if _, err := h.Answer(unit, old.ID, owed[0].ID, "x", owed[0].Version+1); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered what was carried over: %v", err)
		}
		stands, err := h.Standings(mai, old.ID)
		if err != nil || len(stands) != 2 || stands[1].Tasks[directive.Moved] != 2 || stands[1].Total() != 2 || stands[1].Left() != 0 {
			t.Errorf("%+v, %v", stands, err)
		}
		b, err := h.Board(mai, old.ID)
		if err != nil || len(b.Items[0].Units) != 2 || len(b.Items[0].Moved) != 2 || len(b.Items[2].Moved) != 0 {
			t.Errorf("the old board: %+v, %v", b.Items, err)
		}
		h.now = h.now.AddDate(0, 1, 0)
		if err := h.Roll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, before, err = h.OfUnit(mai, old.ID, unitName(8)); err != nil || len(before) != 3 {
			t.Errorf("what was carried over came again with the old one: %d, %v", len(before), err)
		}
		if _, after, err = h.OfUnit(mai, now.ID, unitName(8)); err != nil || len(after) != 3 {
			t.Errorf("it comes again with the new one: %d, %v", len(after), err)
		}
		ears, _, err := h.Earliers(mai, now.ID)
		if err != nil || len(ears) != 1 || ears[0].ID != old.ID || ears[0].Relation != directive.Follows {
			t.Errorf("%+v, %v", ears, err)
		}
		if _, next, err := h.Earliers(mai, old.ID); err != nil || len(next) != 1 || next[0].ID != now.ID {
			t.Errorf("%+v, %v", next, err)
		}
		if _, err := h.Unfinished(mai, old.ID, now.ID); fault.Of(err).Fields["from"] == "" {
			t.Errorf("round in a circle: %v", err)
		}
	})
}

// TestAChainOfGroundsIsNoCircle goes from a ministry down to a commune and back.
func TestAChainOfGroundsIsNoCircle(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Papers = &shelfOfPapers{}
		mai := as(t, "mai", auth.Centre, "root")
		var chain []directive.Directive
		for n, text := range []string{paper, later, strings.ReplaceAll(later, "15/UBND", "16/UBND")} {
			d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: text})
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				if d, err = h.Rest(mai, d.ID, chain[n-1].ID, "", d.Version); err != nil || d.Parent != chain[n-1].ID {
					t.Fatalf("%+v, %v", d, err)
				}
			}
			chain = append(chain, d)
		}
		top := chain[0]
		for _, below := range chain {
			if _, err := h.Rest(mai, top.ID, below.ID, "", top.Version); fault.Of(err).Fields["parent"] == "" {
				t.Errorf("%s rests on %s: %v", top.Code, below.Code, err)
			}
		}
		if _, err := h.Rest(mai, top.ID, "", "gone", top.Version); fault.Of(err).Fields["document"] == "" {
			t.Errorf("rests on no paper: %v", err)
		}
		if _, err := h.Rest(mai, top.ID, "", top.DocumentID, top.Version); fault.Of(err).Fields["document"] == "" {
			t.Errorf("rests on itself: %v", err)
		}
		if _, err := h.Rest(mai, chain[1].ID, "", "", 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale form was taken: %v", err)
		}
		up, down, err := h.Chain(mai, chain[1])
		if err != nil || len(up) != 1 || up[0].Directive.ID != top.ID || len(down) != 1 || down[0].Directive.ID != chain[2].ID {
			t.Errorf("%+v %+v, %v", up, down, err)
		}
		if up, _, err = h.Chain(mai, chain[2]); err != nil || len(up) != 2 || up[1].Directive.ID != top.ID || up[1].Steps != 2 {
			t.Errorf("%+v, %v", up, err)
		}
		if d, err := h.Rest(mai, chain[2].ID, "", "", chain[2].Version); err != nil || d.Parent != "" {
			t.Errorf("%+v, %v", d, err)
		}
		found, err := h.Search(mai, chain[2], "77/UBND-KT", 5)
		if err != nil || len(found) != 1 || found[0].Directive.ID != top.ID {
			t.Errorf("%+v, %v", found, err)
		}
		if cited, err := h.Cited(as(t, "nam", auth.UnitOfficer, unitName(3)), chain[1]); err != nil || len(cited) != 0 {
			t.Errorf("a body that sees neither is told of %+v, %v", cited, err)
		}
	})
}
