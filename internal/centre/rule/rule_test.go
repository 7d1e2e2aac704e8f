// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule_test

import (
	"context"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// t0 is Monday 23/11/2026, 08:00 in Vietnam.
var t0 = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

const anm = "VN-ANM-2026"

func laws(t *testing.T) *rulepack.Set {
	t.Helper()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func roomOf(t *testing.T, d *db.DB) *rule.Service {
	t.Helper()
	return rule.New(rule.Deps{Records: d, Now: func() time.Time { return t0 }, Log: slog.New(slog.DiscardHandler), Laws: laws(t), Folder: "rulepacks",
		Root: func(context.Context) (string, error) { return "root", nil }})
}

// each runs test on both engines, with unit a below root.
func each(t *testing.T, test func(t *testing.T, d *db.DB, s *rule.Service)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, rule.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"a", "a"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s := roomOf(t, d)
		if err := s.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, d, s)
	})
}

func as(t *testing.T, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: "mai", Name: "Mai", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func draft(target string, v rulepack.Value) rule.Draft {
	return rule.Draft{Pack: anm, Target: target, Value: v, From: calendar.DateOf(t0), Reason: " UBND tỉnh  quy định ",
		Source: rulepack.Source{Key: "CV 12/UBND-NC, mục 3", Mark: rulepack.Verified}}
}

func days(s *rule.Service, at calendar.Date) int {
	l, _ := s.Laws.At(at).Clock("hs-tham-dinh-3")
	return l.Amount.N
}

// TestAValueIsPutInPlaceAndWithdrawn follows one term through the hands of the
// centre: it holds at once for every room, in the trail, and can be undone.
func TestAValueIsPutInPlaceAndWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *rule.Service) {
		mai, today := as(t, auth.Centre, "root"), calendar.DateOf(t0)
		judged := s.Laws.At(today).Version
		o, err := s.Put(mai, draft("clocks/hs-tham-dinh-3", rulepack.Value{N: 10, Unit: "working_day"}))
		if err != nil || o.Was != (rulepack.Value{N: 15, Unit: "working_day"}) || o.Reason != "UBND tỉnh quy định" {
			t.Fatalf("%+v, %v", o, err)
		}
		if days(s, today) != 10 || days(s, today.AddDays(-1)) != 15 {
			t.Errorf("%d days today, %d yesterday", days(s, today), days(s, today.AddDays(-1)))
		}
		if was, ok := s.Laws.Judged(anm, judged); !ok || was.Version != judged {
			t.Error("what was judged before cannot be found again")
		}
		line, _, past, err := s.Item(mai, anm, "clocks/hs-tham-dinh-3")
		if err != nil || len(past) != 1 || past[0].ID != o.ID || len(line.Overrides) != 1 || line.Source.Key != "CV 12/UBND-NC, mục 3" {
			t.Errorf("%+v, %+v, %v", line.Item, past, err)
		}
		other := roomOf(t, d) // another process
		if err := other.Refresh(t.Context()); err != nil || days(other, today) != 10 {
			t.Errorf("another process reads %d days, %v", days(other, today), err)
		}
		if _, err := s.Put(mai, draft("clocks/hs-tham-dinh-3", rulepack.Value{N: 9, Unit: "working_day"})); fault.Of(err).Fields["from"] != "rule.bad.same_day" {
			t.Errorf("two changes begin the same day: %v", err)
		}
		if _, err := s.Withdraw(mai, o.ID, o.Version, " "); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("withdrawn without a reason: %v", err)
		}
		if _, err := s.Withdraw(mai, o.ID, 7, "nhầm"); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn by a stale page: %v", err)
		}
		w, err := s.Withdraw(mai, o.ID, o.Version, "nhập nhầm")
		if err != nil || w.StateOn(today) != rule.Withdrawn || days(s, today) != 15 || s.Laws.At(today).Version != judged {
			t.Errorf("%+v, %d days, %v", w, days(s, today), err)
		}
		if _, err := s.Withdraw(mai, o.ID, w.Version, "nữa"); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		if err := other.Refresh(t.Context()); err != nil || days(other, today) != 15 {
			t.Errorf("another process still reads %d days, %v", days(other, today), err)
		}
		if _, err := s.Put(mai, draft("clocks/hs-tham-dinh-3", rulepack.Value{N: 9, Unit: "working_day"})); err != nil {
			t.Errorf("the day is free again: %v", err)
		}
		acts, err := audit.Of(t.Context(), d, "rule_override", string(o.ID), 10)
		if err != nil || len(acts) != 2 || acts[0].Action+acts[1].Action != "rule.withdrawrule.override" && acts[0].Action+acts[1].Action != "rule.overriderule.withdraw" {
			t.Errorf("the trail says %+v, %v", acts, err)
		}
	})
}

// TestAWrongValueIsRefusedByItsField: nothing is stored and nothing changes.
func TestAWrongValueIsRefusedByItsField(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *rule.Service) {
		mai := as(t, auth.Centre, "root")
		for outcome, k := range map[string]struct {
			edit  func(*rule.Draft)
			field string
		}{
			"an unknown unit":       {func(d *rule.Draft) { d.Value.Unit = "week" }, "unit"},
			"nothing":               {func(d *rule.Draft) { d.Value.N = 0 }, "value"},
			"no such value":         {func(d *rule.Draft) { d.Target = "clocks/none" }, "target"},
			"no such pack":          {func(d *rule.Draft) { d.Pack = "NONE" }, "target"},
			"no reason":             {func(d *rule.Draft) { d.Reason = "" }, "reason"},
			"no source":             {func(d *rule.Draft) { d.Source.Key = " " }, "source"},
			"an unknown mark":       {func(d *rule.Draft) { d.Source.Mark = "sure" }, "source"},
			"no day":                {func(d *rule.Draft) { d.From = calendar.Date{} }, "from"},
			"a day before the pack": {func(d *rule.Draft) { d.From = calendar.Date{Year: 2020, Month: 1, Day: 1} }, "from"},
			"an end first":          {func(d *rule.Draft) { d.To = d.From.AddDays(-1) }, "to"},
		} {
			d := draft("clocks/hs-tham-dinh-3", rulepack.Value{N: 10, Unit: "working_day"})
			k.edit(&d)
			if _, err := s.Put(mai, d); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[k.field] == "" {
				t.Errorf("%s: %v, want a fault of %s", outcome, err, k.field)
			}
		}
		if _, total, err := s.List(mai, rule.Filter{}); total != 0 || err != nil {
			t.Errorf("%d stored, %v", total, err)
		}
	})
}

// TestWhoMayChangeTheLaw: everyone with a role reads, the centre alone writes,
// and only for the whole centre.
func TestWhoMayChangeTheLaw(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *rule.Service) {
		d := draft("clocks/hs-tham-dinh-3", rulepack.Value{N: 10, Unit: "working_day"})
		for _, k := range []struct {
			role auth.Role
			unit string
		}{{auth.Administrator, "root"}, {auth.Viewer, "root"}, {auth.Duty, "root"}, {auth.UnitOfficer, "a"}, {auth.Centre, "a"}} {
			ctx := as(t, k.role, k.unit)
			if _, err := s.Put(ctx, d); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s of %s changes the law: %v", k.role, k.unit, err)
			}
			if packs, err := s.Packs(ctx); err != nil || len(packs) != 2 {
				t.Errorf("%s of %s does not read it: %v", k.role, k.unit, err)
			}
			if s.MayOverride(ctx) {
				t.Errorf("%s of %s is offered to change it", k.role, k.unit)
			}
		}
		if _, err := s.Packs(t.Context()); err == nil {
			t.Error("a stranger reads the law")
		}
	})
}

// TestConfirmedValuesLeaveTheList: the list of values that are not certain is
// what an administrator works down.
func TestConfirmedValuesLeaveTheList(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *rule.Service) {
		mai := as(t, auth.Centre, "root")
		unsure := func() (n int, has bool) {
			lines, err := s.Items(mai, "", rule.ItemFilter{Mark: rulepack.Unsure})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				has = has || l.Key() == "control_groups/RR"
			}
			return len(lines), has
		}
		before, listed := unsure()
		if before < 25 || !listed {
			t.Fatalf("%d values are not certain", before)
		}
		if _, err := s.Put(mai, draft("control_groups/RR", rulepack.Value{})); err != nil {
			t.Fatal(err)
		}
		if after, listed := unsure(); after != before-1 || listed {
			t.Errorf("%d of %d are left", after, before)
		}
	})
}

// TestListsNarrow asks the list of overrides and the list of values for parts.
func TestListsNarrow(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *rule.Service) {
		mai, today := as(t, auth.Centre, "root"), calendar.DateOf(t0)
		put := func(target string, v rulepack.Value, from, to calendar.Date) {
			d := draft(target, v)
			d.From, d.To = from, to
			if _, err := s.Put(mai, d); err != nil {
				t.Fatal(err)
			}
		}
		put("periods/audit/3", rulepack.Value{N: 6, Unit: "month"}, today, calendar.Date{})
		put("periods/audit/4", rulepack.Value{Word: "periodic"}, today.AddDays(5), calendar.Date{})
		put("periods/log-kept/3", rulepack.Value{N: 9, Unit: "month"}, today.AddDays(-9), today.AddDays(-2))
		for _, k := range []struct {
			f    rule.Filter
			want int64
		}{
			{rule.Filter{}, 3}, {rule.Filter{State: rule.InForce}, 1}, {rule.Filter{State: rule.Coming}, 1}, {rule.Filter{State: rule.Over}, 1},
			{rule.Filter{State: rule.Withdrawn}, 0}, {rule.Filter{Pack: "VN-ATTT-2016"}, 0}, {rule.Filter{Target: "periods/audit"}, 2},
			{rule.Filter{Target: "periods/audit/4"}, 1}, {rule.Filter{Search: "luu nhat ky"}, 1},
		} {
			k.f.Limit = 10
			if list, total, err := s.List(mai, k.f); err != nil || total != k.want || int64(len(list)) != k.want {
				t.Errorf("%+v: %d, %v", k.f, total, err)
			}
		}
		for _, k := range []struct {
			f    rule.ItemFilter
			want string
		}{
			{rule.ItemFilter{Sections: []string{"clocks"}, Search: "tra loi ho so chua"}, "clocks/hs-tra-loi"},
			{rule.ItemFilter{Sections: []string{"penalties"}, Search: "khong bao cao"}, "penalties/incident-not-reported"},
			{rule.ItemFilter{Changed: true}, "periods/audit"},
		} {
			if lines, err := s.Items(mai, anm, k.f); err != nil || len(lines) != 1 || lines[0].Key() != k.want {
				t.Errorf("%+v: %d values, %v", k.f, len(lines), err)
			}
		}
		if _, err := s.Items(mai, "NONE", rule.ItemFilter{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a pack that is not there: %v", err)
		}
	})
}

// TestTwoPacksAreCompared: what the change of the law in 2026 added, removed
// and changed.
func TestTwoPacksAreCompared(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *rule.Service) {
		mai := as(t, auth.Viewer, "a")
		all, err := s.Compare(mai, "VN-ATTT-2016", anm, nil)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]string{}
		for _, d := range all {
			kinds[d.Key] = d.Kind()
		}
		for key, want := range map[string]string{"clocks/hs-tham-dinh-3": "changed", "clocks/hs-tra-loi": "added", "thresholds/users": "removed",
			"thresholds/budget-share": "changed", "terms/security": "changed", "kinds/xa": "", "periods/audit": ""} {
			if kinds[key] != want {
				t.Errorf("%s: %q, want %q", key, kinds[key], want)
			}
		}
		if same, err := s.Compare(mai, anm, anm, nil); err != nil || len(same) != 0 {
			t.Errorf("a pack differs from itself: %d, %v", len(same), err)
		}
		if limits, err := s.Compare(mai, "VN-ATTT-2016", anm, []string{"clocks"}); err != nil || len(limits) == 0 || len(limits) >= len(all) {
			t.Errorf("%d of %d differences are clocks, %v", len(limits), len(all), err)
		}
	})
}
