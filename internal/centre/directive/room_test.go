// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

var t0 = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// shelf is a library of one binding a topic, and of one that only asks for proof.
// It counts what it is told to remember.
type shelf struct{ kept *[]string }

func (s shelf) Propose(_ context.Context, l directive.Leaf) ([]directive.Proposal, error) {
	if len(l.Topics) == 0 {
		b, _ := s.Binding("proof")
		return []directive.Proposal{{Binding: b, Score: 0.2}}, nil
	}
	b, _ := s.Binding(l.Topics[0].Key)
	return []directive.Proposal{{Binding: b, Score: 0.9, Reason: []string{l.Topics[0].Key}}}, nil
}

func (s shelf) Remember(_ context.Context, _ *db.Tx, unit, paper string, leaf directive.Leaf, bindings []string) error {
	if unit == "" || paper == "" || leaf.Text == "" {
		return errors.New("what is to be remembered is not said")
	}
	*s.kept = append(*s.kept, strings.Join(bindings, "+"))
	return nil
}

func (shelf) Binding(id string) (directive.Binding, bool) {
	b := directive.Binding{ID: id, VI: "Ràng buộc " + id, EN: "Binding " + id, Kind: directive.ByBoth, Measures: []directive.Goal{{Key: "m." + id}}, Evidence: "báo cáo"}
	if id == "proof" {
		b.Kind, b.Measures = directive.ByEvidence, nil
	}
	return b, id != "gone"
}

func (s shelf) Bindings() []directive.Binding {
	b, _ := s.Binding("proof")
	return []directive.Binding{b}
}

// house is the room with a centre, root, over units u000 to u149.
type house struct {
	*directive.Service
	duties *obligation.Service
	db     *db.DB
	now    time.Time
	tick   func() // at each look at the time; may be nil
	told   []directive.Told
	files  *blob.Store
	kept   []string // bindings the library was told of
}

const bodies = 150

func unitName(n int) string { return fmt.Sprintf("u%03d", n) }

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, obligation.Migrations, jobs.Migrations, directive.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('root', 'root')").Exec(ctx); err != nil {
				return err
			}
			for n := range bodies {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('root', ?), (?, ?)", unitName(n), unitName(n), unitName(n)).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		h := &house{db: d, now: t0}
		if h.files, err = blob.Open(t.TempDir(), t0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.files.Close(); err != nil {
				t.Error(err)
			}
		})
		days, err := calendar.New("test", nil, calendar.Campaign{ID: "tet", Name: calendar.Name{VI: "Tết", EN: "Tết"}, Spans: []calendar.Span{{First: calendar.Date{Year: 2027, Month: 2, Day: 4}, Last: calendar.Date{Year: 2027, Month: 2, Day: 10}}}})
		if err != nil {
			t.Fatal(err)
		}
		now := func() time.Time {
			if h.tick != nil {
				h.tick()
			}
			return h.now
		}
		h.duties = obligation.New(obligation.Deps{Records: d, Now: now, Days: days})
		h.Service = directive.New(directive.Deps{Records: d, Files: h.files, Now: now, Limit: 4 << 20, Words: lexicon(t), Days: days, Obligations: h.duties, Library: shelf{&h.kept},
			Bodies: func(context.Context) ([]directive.Body, error) {
				out := []directive.Body{{Addressee: directive.Addressee{Kind: directive.ToGroup, ID: "all", Name: "Mọi nơi"}, Units: bodies},
					{Addressee: directive.Addressee{Kind: directive.ToUnit, ID: "root", Name: "Trung tâm"}}}
				for n := range bodies {
					out = append(out, directive.Body{Addressee: directive.Addressee{Kind: directive.ToUnit, ID: unitName(n), Name: "Đơn vị " + unitName(n)}})
				}
				return out, nil
			},
			Members: func(_ context.Context, group string, _ calendar.Date) ([]string, error) {
				if group != "all" {
					return nil, fault.Missing("test")
				}
				var out []string
				for n := range bodies {
					out = append(out, unitName(n))
				}
				return out, nil
			},
			Tell: func(_ context.Context, _ *db.Tx, told directive.Told) error {
				h.told = append(h.told, told)
				return nil
			}})
		test(t, h)
	})
}

func as(t *testing.T, id string, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: id, Name: id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// paper is an official text with three demands, of which the first names a day,
// the second comes again and the third has no time limit.
const paper = `ỦY BAN NHÂN DÂN
TỈNH AN BÌNH

Số: 77/UBND-KT
An Bình, ngày 12 tháng 11 năm 2026
V/v tăng cường bảo đảm an toàn thông tin mạng

Kính gửi: Các sở, ban, ngành tỉnh.

Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị thực hiện các nội dung sau:

1. Rà quét mã độc trên toàn bộ máy tính, hoàn thành trước ngày 20 tháng 12 năm 2026.

2. Báo cáo sự cố an toàn thông tin định kỳ hằng tháng về Sở Khoa học và Công nghệ.

3. Tuyên truyền nâng cao nhận thức về an toàn thông tin cho cán bộ.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Nguyễn Văn An
`

// settled takes text in and agrees to all it asks.
func (h *house) settled(t *testing.T, ctx context.Context, text string) directive.Directive {
	t.Helper()
	d, err := h.TakeIn(ctx, directive.Arrival{Unit: "root", Paste: text})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Tick(ctx, d.ID, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := h.DecideSure(ctx, d.ID); err != nil && !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	f, err := h.Get(ctx, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range f.Leaves() {
		if it.State != directive.Proposed {
			continue
		}
		now, err := h.Get(ctx, d.ID) // what was said of one name holds for others
		if err != nil {
			t.Fatal(err)
		}
		it = now.Items[it.Seq-1]
		for len(it.Unknown) > 0 {
			if _, err := h.Mean(ctx, d.ID, it.ID, it.Unknown[0], "all", false, it.Version); err != nil {
				t.Fatalf("%s: %v", it.Path, err)
			}
			now, err := h.Get(ctx, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			it = now.Items[it.Seq-1]
		}
		if _, err := h.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed}); err != nil {
			t.Fatalf("%s: %v", it.Path, err)
		}
	}
	if f, err = h.Get(ctx, d.ID); err != nil {
		t.Fatal(err)
	}
	if f.Subject == "" {
		head := f.Head
		head.Subject = "Chỉ đạo"
		if f.Directive, err = h.EditHead(ctx, d.ID, head, "", f.Version); err != nil {
			t.Fatal(err)
		}
	}
	d, err = h.Confirm(ctx, d.ID, f.Version)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func everyone() directive.Sending {
	return directive.Sending{To: []string{"group:all"}, Last: calendar.Date{Year: 2026, Month: 12, Day: 31}}
}

// TestADirectiveIsIssuedAndAnswered follows one from its arrival to an accepted
// answer.
func TestADirectiveIsIssuedAndAnswered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai, unit, other := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(7)), as(t, "lan", auth.UnitOfficer, unitName(8))
		d := h.settled(t, mai, paper)
		if d.Code != "CD-2026-0001" || d.Number != "77/UBND-KT" || d.State != directive.Confirmed {
			t.Fatalf("%+v", d)
		}
		if _, err := h.Get(unit, d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen before it was issued: %v", err)
		}
		if _, err := h.Issue(mai, d.ID, directive.Sending{To: []string{"group:all"}}, d.Version); fault.Of(err).Fields["last"] == "" {
			t.Errorf("issued without the day that an item needs: %v", err)
		}
		few := directive.Sending{To: []string{"unit:" + unitName(7)}, Last: everyone().Last}
		plan, err := h.Plan(mai, d.ID, few)
		if err != nil || plan.Total != 3 || plan.New != 3 || plan.Common != 1 {
			t.Fatalf("%+v, %v", plan, err)
		}
		if all, err := h.Plan(mai, d.ID, directive.Sending{To: []string{"all"}, Last: few.Last}); err != nil || len(all.Units) != bodies {
			t.Errorf("all are %d, %v", len(all.Units), err)
		}
		if _, err := h.Issue(mai, d.ID, few, d.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Issue(mai, d.ID, few, d.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was issued: %v", err)
		}
		again, err := h.Issue(mai, d.ID, few, 0)
		if err != nil || again.New != 0 {
			t.Errorf("issued again: %+v, %v", again, err)
		}
		if _, err := h.Get(other, d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen by a body it was not issued to: %v", err)
		}
		f, owed, err := h.OfUnit(unit, d.ID, unitName(7))
		if err != nil || len(owed) != 3 || f.May {
			t.Fatalf("%d tasks, may %v, %v", len(owed), f.May, err)
		}
		if owed[0].Clock.Clause == "" || directive.ItemOf(owed[0].Clock.ClockID) != owed[0].Item || owed[1].Period != "2026-11" {
			t.Errorf("%+v", owed[1])
		}
		if _, err := h.Answer(other, d.ID, owed[0].ID, "x", owed[0].Version); !fault.Is(err, fault.NotFound) {
			t.Errorf("answered by another body: %v", err)
		}
		sent, err := h.Answer(unit, d.ID, owed[0].ID, "Đã quét 120 máy", owed[0].Version)
		if err != nil || sent.State != directive.Sent {
			t.Fatalf("%+v, %v", sent, err)
		}
		if _, err := h.Accept(unit, d.ID, sent.ID, sent.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("accepted by who answered: %v", err)
		}
		back, err := h.Return(mai, d.ID, sent.ID, "thiếu biên bản", sent.Version)
		if err != nil || back.State != directive.Returned {
			t.Fatalf("%+v, %v", back, err)
		}
		if sent, err = h.Answer(unit, d.ID, back.ID, "Đã quét, có biên bản", back.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Accept(mai, d.ID, sent.ID, sent.Version); err != nil {
			t.Fatal(err)
		}
		o, err := h.duties.Get(mai, obligation.ID(sent.Obligation))
		if err != nil || o.State != obligation.Met || o.Proof.How != "Đã quét, có biên bản" {
			t.Errorf("%+v, %v", o, err)
		}
		if n, err := h.Withdraw(mai, d.ID, "", unitName(7), "sai nơi nhận"); err != nil || n != 2 {
			t.Errorf("withdrawn %d, %v", n, err)
		}
		if _, err := h.Get(unit, d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen though withdrawn: %v", err)
		}
		if more, err := h.Issue(mai, d.ID, few, 0); err != nil || more.New != 2 {
			t.Errorf("issued after withdrawing: %+v, %v", more, err)
		}
		h.now = h.now.AddDate(0, 1, 0)
		for range 2 {
			if err := h.Roll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, owed, err = h.OfUnit(unit, d.ID, unitName(7)); err != nil || len(owed) != 4 {
			t.Errorf("%d tasks in the next month, %v", len(owed), err)
		}
		b, err := h.Board(mai, d.ID)
		if err != nil || len(b.Items) != 3 || len(b.Units) != 1 || len(b.Items[0].Units) != 1 || b.Items[2].Last != few.Last {
			t.Errorf("%+v, %v", b, err)
		}
		kinds := map[string]bool{}
		for _, told := range h.told {
			kinds[told.Kind] = true
		}
		for _, k := range []string{"issued", "withdrawn", "sent", "returned", "accepted"} {
			if !kinds["directive."+k] {
				t.Errorf("nobody was told that it was %s", k)
			}
		}
	})
}

// TestSeedsAreIssuedToAProvince takes texts written by others to 150 units.
func TestSeedsAreIssuedToAProvince(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join(shared, "seeds", "*.txt"))
	if err != nil || len(seeds) == 0 {
		t.Skip("no dispatches beside this tree")
	}
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		for _, path := range seeds {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			d := h.settled(t, mai, string(raw))
			read := time.Since(begun)
			begun = time.Now()
			plan, err := h.Issue(mai, d.ID, everyone(), d.Version)
			if err != nil || plan.New == 0 || plan.New != plan.Total {
				t.Fatalf("%s: %+v, %v", filepath.Base(path), plan.New, err)
			}
			t.Logf("%s: read and agreed %v; %d tasks to %d units in %v", filepath.Base(path)[:3], read.Round(time.Millisecond), plan.New, len(plan.Units), time.Since(begun).Round(time.Millisecond))
			standings, err := h.Standings(mai, d.ID)
			if err != nil || len(standings) != bodies {
				t.Errorf("%d units stand, %v", len(standings), err)
			}
		}
		list, total, err := h.List(mai, directive.Filter{Limit: 10})
		if err != nil || int(total) != len(seeds) || len(list) != len(seeds) {
			t.Errorf("%d of %d listed, %v", len(list), total, err)
		}
		if _, total, err := h.List(as(t, "nam", auth.UnitOfficer, unitName(3)), directive.Filter{Limit: 10, ToUs: true}); err != nil || int(total) != len(seeds) {
			t.Errorf("a unit was sent %d, %v", total, err)
		}
	})
}

// TestNothingOfASecretIsKept refuses what may not come in.
func TestNothingOfASecretIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		for name, in := range map[string]directive.Arrival{
			"paste":    {Unit: "root", Paste: "MẬT\n" + paper},
			"file":     {Unit: "root", Name: "cong-van-MAT.txt", Data: []byte("MẬT\n\n" + paper)},
			"novel":    {Unit: "root", Paste: novel(40)},
			"too many": {Unit: "root", Paste: decree(170)},
			"nothing":  {Unit: "root"},
			"unit":     {Unit: "elsewhere", Paste: paper},
			"document": {Unit: "root", Document: "gone"},
			"parent":   {Unit: "root", Paste: paper, Parent: "gone"},
			"picture":  {Unit: "root", Name: "a.png", Data: []byte("\x89PNG\r\n\x1a\n0000")},
		} {
			if _, err := h.TakeIn(mai, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		kept := 0
		if err := h.files.All(t.Context(), func(blob.Ref) error { kept++; return nil }); err != nil || kept != 0 {
			t.Errorf("%d files were kept, %v", kept, err)
		}
		if _, total, err := h.List(mai, directive.Filter{Limit: 5}); err != nil || total != 0 {
			t.Errorf("%d directives, %v", total, err)
		}
		if _, err := h.TakeIn(as(t, "x", auth.Inspector, "root"), directive.Arrival{Unit: "root", Paste: paper}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an inspector took one in: %v", err)
		}
	})
}

// TestOnlyWhatWasAgreedCounts decides on items one by one.
func TestOnlyWhatWasAgreedCounts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: paper})
		if err != nil {
			t.Fatal(err)
		}
		f, err := h.Get(mai, d.ID)
		if err != nil || f.Left() != 3 {
			t.Fatalf("%d left, %v", f.Left(), err)
		}
		if _, err := h.Confirm(mai, d.ID, f.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed with all left: %v", err)
		}
		one := f.Leaves()[0]
		if one.Due.Sort != directive.Until || one.Due.Last.String() != "2026-12-20" && one.Due.Last.String() != "2026-12-19" || len(one.Bindings) != 1 || len(one.Reason) == 0 {
			t.Errorf("%+v", one)
		}
		edit := directive.Decision{State: directive.Agreed, Edit: true, Short: "Quét mã độc", Actors: []string{"unit:" + unitName(1)}, Bindings: []string{"proof"},
			Due: directive.Term{Sort: directive.Within, Amount: calendar.Amount{N: 5, Unit: calendar.Day}}, Owed: true, Evidence: "biên bản"}
		for field, bad := range map[string]func(*directive.Decision){
			"short":      func(c *directive.Decision) { c.Short = "" },
			"actors":     func(c *directive.Decision) { c.Actors = []string{"unit:gone"} },
			"bindings":   func(c *directive.Decision) { c.Bindings = []string{"gone"} },
			"amount":     func(c *directive.Decision) { c.Due.Amount.N = 0 },
			"last":       func(c *directive.Decision) { c.Due = directive.Term{Sort: directive.Until} },
			"recurrence": func(c *directive.Decision) { c.Due = directive.Term{Sort: directive.Every, Recurrence: "P7D"} },
		} {
			c := edit
			bad(&c)
			if _, err := h.Decide(mai, d.ID, one.ID, one.Version, c); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		got, err := h.Decide(mai, d.ID, one.ID, one.Version, edit)
		if err != nil || got.State != directive.Agreed || got.Short != "Quét mã độc" || got.Bindings[0].ID != "proof" || got.By != "mai" {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := h.Decide(mai, d.ID, one.ID, one.Version, edit); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was taken: %v", err)
		}
		for _, it := range f.Leaves()[1:] {
			if _, err := h.Decide(mai, d.ID, it.ID, it.Version, directive.Decision{State: directive.NotOurs}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.Tick(mai, d.ID, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Confirm(mai, d.ID, 0); err != nil {
			t.Fatal(err)
		}
		plan, err := h.Plan(mai, d.ID, everyone())
		if err != nil || plan.Total != 1 || len(plan.Tasks) != 1 || !slices.Equal(plan.Tasks[0].Units, []string{unitName(1)}) {
			t.Errorf("%+v, %v", plan, err)
		}
		if _, err := h.Decide(mai, d.ID, one.ID, got.Version, directive.Decision{State: directive.Proposed}); err != nil {
			t.Fatal(err)
		}
		if f, err = h.Get(mai, d.ID); err != nil || f.State != directive.Drafted || f.Left() != 1 {
			t.Errorf("after taking a decision back: %s, %d left, %v", f.State, f.Left(), err)
		}
		if _, err := h.Drop(mai, d.ID, "đến nhầm", f.Version); err != nil {
			t.Error(err)
		}
		r, err := h.Reading(mai, f.Directive)
		if err != nil || len(r.Parts) == 0 {
			t.Errorf("%v", err)
		}
	})
}
