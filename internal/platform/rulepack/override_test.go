// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

var decided = rulepack.Source{Key: "CV 12/UBND ngày 01/12/2026", Mark: rulepack.Verified}

func real(t testing.TB) *rulepack.Set {
	t.Helper()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func over(target string, v rulepack.Value, from string) rulepack.Override {
	d, err := calendar.ParseDate(from)
	if err != nil {
		panic(err)
	}
	return rulepack.Override{ID: target + from, Pack: "VN-ANM-2026", Target: target, Value: v, Source: decided, From: d}
}

// An override is checked as a file is; the part that is wrong is named.
func TestAWrongOverrideIsRefused(t *testing.T) {
	t.Parallel()
	set := real(t)
	type value = rulepack.Value
	for _, k := range []struct {
		outcome string
		o       rulepack.Override
		field   string
	}{
		{"an unknown unit", over("clocks/hs-tham-dinh-3", value{N: 3, Unit: "week"}, "2026-12-01"), "unit"},
		{"one of an unknown unit", over("clocks/anm-24h", value{N: 1, Unit: "week"}, "2026-12-01"), "unit"},
		{"an amount of nothing", over("clocks/anm-24h", value{N: 0, Unit: "hour"}, "2026-12-01"), "value"},
		{"at once, with a number", over("clocks/anm-24h", value{N: 3, Unit: "immediate"}, "2026-12-01"), "value"},
		{"another unit than the pack's", over("thresholds/budget-share", value{N: 20, Unit: "months"}, "2026-12-01"), "unit"},
		{"more than all", over("thresholds/budget-share", value{N: 120, Unit: "percent"}, "2026-12-01"), "value"},
		{"a period without its level", over("periods/audit", value{N: 3, Unit: "month"}, "2026-12-01"), "target"},
		{"a period of level 6", over("periods/audit/6", value{N: 3, Unit: "month"}, "2026-12-01"), "target"},
		{"a period in hours", over("periods/audit/3", value{N: 3, Unit: "hour"}, "2026-12-01"), "unit"},
		{"a period of an unknown word", over("periods/audit/3", value{Word: "sometimes"}, "2026-12-01"), "value"},
		{"a term in one language", over("terms/security", value{VI: "an ninh"}, "2026-12-01"), "en"},
		{"an unknown status", over("instruments/nd-331-2026", value{Word: "asleep"}, "2026-12-01"), "value"},
		{"no date", over("transitions/systems-conform", value{}, "2026-12-01"), "value"},
		{"an unknown target", over("clocks/none", value{N: 3, Unit: "hour"}, "2026-12-01"), "target"},
		{"an unknown section", over("moons/full", value{}, "2026-12-01"), "target"},
		{"a value where only a source may stand", over("criteria/d13-thu-tuc", value{N: 4}, "2026-12-01"), "value"},
		{"a day before the pack", over("clocks/hs-phe-duyet", value{N: 3, Unit: "hour"}, "2026-06-30"), "from"},
		{"an unknown pack", rulepack.Override{Pack: "NONE", Target: "clocks/hs-phe-duyet", From: day(t, "2026-12-01"), Source: decided}, "target"},
		{"an end before its beginning", func() rulepack.Override {
			o := over("clocks/hs-phe-duyet", value{N: 3, Unit: "hour"}, "2026-12-01")
			o.To = day(t, "2026-11-01")
			return o
		}(), "to"},
		{"no source", func() rulepack.Override {
			o := over("clocks/hs-phe-duyet", value{N: 3, Unit: "hour"}, "2026-12-01")
			o.Source = rulepack.Source{}
			return o
		}(), "source"},
	} {
		err := set.CheckOverride(k.o)
		bad, ok := errors.AsType[*rulepack.OverrideError](err)
		if !ok || bad.Field != k.field {
			t.Errorf("%s: %v, want a fault of %s", k.outcome, err, k.field)
		}
		if len(set.Amend([]rulepack.Override{k.o}, nil)) == 0 {
			t.Errorf("%s: taken all the same", k.outcome)
		}
	}
}

func TestOverridesHoldFromTheirDay(t *testing.T) {
	t.Parallel()
	set := real(t)
	held, _ := set.Get("VN-ANM-2026") // a pack somebody holds stays as it was
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, calendar.Zone())
	list := []rulepack.Override{
		over("clocks/hs-tham-dinh-3", rulepack.Value{N: 10, Unit: "working_day"}, "2026-12-01"),
		over("clocks/hs-tham-dinh-3", rulepack.Value{N: 36, Unit: "hour"}, "2027-01-01"),
		over("clocks/anm-24h", rulepack.Value{N: 2, Unit: "day"}, "2026-12-01"),
		over("thresholds/subjects-basic", rulepack.Value{N: 50000, Unit: "persons"}, "2026-12-01"),
		over("periods/audit/3", rulepack.Value{N: 6, Unit: "month"}, "2026-12-01"),
		over("terms/security", rulepack.Value{VI: "an toàn số", EN: "digital safety"}, "2026-12-01"),
		over("addressees/cong_an_tinh", rulepack.Value{VI: "Công an tỉnh (PA05)", EN: "Provincial police (PA05)"}, "2026-12-01"),
		over("instruments/tt-47-2026", rulepack.Value{Word: "in_force"}, "2026-11-01"),
		over("transitions/systems-conform", rulepack.Value{Date: day(t, "2027-07-01")}, "2026-12-01"),
		over("control_groups/RR", rulepack.Value{}, "2026-12-01"),
	}
	if unfit := set.Amend(list, func() time.Time { return now }); len(unfit) > 0 {
		t.Fatal(unfit)
	}
	before, after, later := set.At(day(t, "2026-11-30")), set.At(day(t, "2026-12-01")), set.At(day(t, "2027-03-01"))
	amount := func(p *rulepack.Pack) calendar.Amount { l, _ := p.Clock("hs-tham-dinh-3"); return l.Amount }
	if amount(before).N != 15 || amount(after).N != 10 || amount(later) != (calendar.Amount{N: 36, Unit: calendar.Hour}) || amount(held).N != 15 {
		t.Errorf("limits %v %v %v, held %v", amount(before), amount(after), amount(later), amount(held))
	}
	c, _ := after.Clock("anm-24h")
	if _, e, ok := c.Due(set.Calendar(), rulepack.Moments{DetectedAt: now}); !ok || e.Counting.Basis == "" || c.Amount.N != 2 {
		t.Errorf("an amount in days has no counting rule: %+v", c)
	}
	if l, _ := after.Clock("hs-tham-dinh-3"); l.Label.VI != "Thẩm định hồ sơ cấp độ 3 trong 15 ngày làm việc (nay là 10 ngày làm việc)" {
		t.Errorf("a changed term is called %q", l.Label.VI)
	}
	if l, _ := later.Clock("hs-tham-dinh-3"); l.Label.EN != "Appraise a level 3 dossier within 15 working days (now 36 hours)" {
		t.Errorf("a term changed twice is called %q", l.Label.EN)
	}
	if l, _ := before.Clock("hs-tham-dinh-3"); l.Label.VI != "Thẩm định hồ sơ cấp độ 3 trong 15 ngày làm việc" {
		t.Errorf("a term that stands is called %q", l.Label.VI)
	}
	audit, _ := after.Period("audit")
	old, _ := held.Period("audit")
	if audit.At(3) != (rulepack.Span{N: 6, Unit: "month"}) || audit.At(4) != old.At(4) || old.At(3) == audit.At(3) {
		t.Errorf("periods %+v, held %+v", audit.Levels, old.Levels)
	}
	if after.Term("security", "vi") != "an toàn số" || before.Term("security", "vi") != "an ninh mạng" {
		t.Error("the term does not follow its day")
	}
	f := rulepack.SystemFacts{Uses: []string{"citizens"}, Information: []string{"personal"}, Persons: 60000}
	if before.Level(f).Level != 2 || after.Level(f).Level != 3 {
		t.Error("the level does not follow the number")
	}
	rr, _ := after.ControlGroup("RR")
	if rr.Source != decided || rr.Label.VI != "Quản lý rủi ro" {
		t.Errorf("a confirmed value: %+v", rr)
	}
	if today, _ := set.Get("VN-ANM-2026"); today.Version != before.Version {
		t.Error("Get does not read today")
	}
	if i, _ := before.Instrument("tt-47-2026"); i.Status != "in_force" || i.Source.Key != decided.Key {
		t.Errorf("instrument %+v", i)
	}
	if o, ok := after.OverrideOf("periods/audit/3"); !ok || o.ID != list[4].ID {
		t.Errorf("override %+v", o)
	}
	versions := map[string]bool{held.Version: true, before.Version: true, after.Version: true, later.Version: true}
	if len(versions) != 4 {
		t.Errorf("four readings have %d versions", len(versions))
	}
}

// A record keeps id and version; the reading it was judged under is found again
// after overrides were entered, replaced and withdrawn.
func TestWhatARecordWasJudgedUnderIsFoundAgain(t *testing.T) {
	t.Parallel()
	set := real(t)
	at := func(h int) time.Time { return time.Date(2026, 12, 2, h, 0, 0, 0, time.UTC) }
	d := day(t, "2026-12-02")
	amount := func(p *rulepack.Pack) int { l, _ := p.Clock("hs-phe-duyet"); return l.Amount.N }
	first := over("clocks/hs-phe-duyet", rulepack.Value{N: 3, Unit: "working_day"}, "2026-12-01")
	first.Entered = at(8)
	second := over("clocks/hs-phe-duyet", rulepack.Value{N: 9, Unit: "working_day"}, "2026-12-02")
	second.Entered = at(9)
	var versions []string
	for i, list := range [][]rulepack.Override{nil, {first}, {first, second}} {
		if unfit := set.Amend(list, nil); len(unfit) > 0 {
			t.Fatal(unfit)
		}
		p := set.At(d)
		if want := []int{7, 3, 9}[i]; amount(p) != want {
			t.Errorf("state %d: %d days", i, amount(p))
		}
		versions = append(versions, p.Version)
	}
	first.Withdrawn, second.Withdrawn = at(10), at(11)
	if unfit := set.Amend([]rulepack.Override{first, second}, nil); len(unfit) > 0 {
		t.Fatal(unfit)
	}
	if p := set.At(d); amount(p) != 7 || p.Version != versions[0] {
		t.Errorf("after both were withdrawn: %d days", amount(p))
	}
	for i, want := range []int{7, 3, 9} {
		if p, ok := set.Judged("VN-ANM-2026", versions[i]); !ok || amount(p) != want {
			t.Errorf("version %d is not found again", i)
		}
	}
	if _, ok := set.Judged("VN-ANM-2026", "none"); ok {
		t.Error("a version nobody had is found")
	}
}

// Every value of the real packs is listed with a source, and every one of them
// can at least be confirmed.
func TestItemsListEveryValue(t *testing.T) {
	t.Parallel()
	set := real(t)
	for _, p := range set.Packs() {
		items := p.Items()
		seen := map[string]bool{}
		for _, i := range items {
			if i.Label.VI == "" || i.Label.EN == "" || i.Source.Key == "" || i.Kind == "" || seen[i.Key()] {
				t.Errorf("%s %s: %+v", p.ID, i.Key(), i)
			}
			seen[i.Key()] = true
			target, v := i.Key(), i.Value
			if i.Kind == rulepack.SpanValue {
				target, v = target+"/3", rulepack.Value{N: i.Cells[2].N, Unit: i.Cells[2].Unit, Word: i.Cells[2].Word}
			}
			if err := set.CheckOverride(rulepack.Override{Pack: p.ID, Target: target, Value: v, Source: decided, From: p.From}); err != nil && i.Kind != rulepack.NumberValue {
				t.Errorf("%s %s cannot be confirmed: %v", p.ID, i.Key(), err) // a number may begin after its pack does
			}
		}
		if len(items) < 150 {
			t.Errorf("%s has %d values", p.ID, len(items))
		}
		for _, s := range rulepack.Sections {
			if _, ok := rulepack.KindOf(s); !ok {
				t.Errorf("section %s has no kind", s)
			}
		}
	}
}

// Whatever a person types, an override is refused by a field that the form has,
// or the pack it gives still answers and passes the checks of files.
func FuzzOverride(f *testing.F) {
	f.Add("clocks/hs-tham-dinh-3", 10, "working_day", "", "", "", "2026-12-01")
	f.Add("clocks/anm-24h", 0, "immediate", "", "", "", "2026-12-01")
	f.Add("periods/audit/9", 1, "month", "periodic", "", "", "2026-12-01")
	f.Add("periods//", -1, "", "none", "", "", "2026-12-01")
	f.Add("terms/security", 0, "", "", "a", "b", "2026-07-01")
	f.Add("instruments/nd-331-2026", 0, "", "lapsed", "", "", "2099-01-01")
	set := real(f)
	fields := map[string]bool{"target": true, "value": true, "unit": true, "vi": true, "en": true, "source": true, "from": true, "to": true}
	f.Fuzz(func(t *testing.T, target string, n int, unit, word, vi, en, from string) {
		d, err := calendar.ParseDate(from)
		if err != nil {
			return
		}
		o := rulepack.Override{ID: "o", Pack: "VN-ANM-2026", Target: target, Value: rulepack.Value{N: n, Unit: unit, Word: word, VI: vi, EN: en}, Source: decided, From: d}
		if err := set.CheckOverride(o); err != nil {
			if bad, ok := errors.AsType[*rulepack.OverrideError](err); !ok || !fields[bad.Field] {
				t.Fatalf("refused without a field: %v", err)
			}
			return
		}
		mine, err := set.At(d).Apply([]rulepack.Override{o})
		if err != nil || mine.Version == set.At(d).Version {
			t.Fatalf("accepted and not applied: %v", err)
		}
		for _, i := range mine.Items() {
			if i.Label.VI == "" {
				t.Errorf("%s has no name", i.Key())
			}
		}
		for _, l := range mine.AllClocks {
			if err := l.Amount.Validate(); err != nil {
				t.Error(err)
			}
		}
	})
}

// A term that a person put in place is what the forms say from that day on, in
// every text; what else a form holds stays, other overrides included.
func TestATermPutInPlaceRewordsTheForms(t *testing.T) {
	t.Parallel()
	set := real(t)
	before := set.At(calendar.Date{Year: 2026, Month: 11, Day: 30})
	unfit := set.Amend([]rulepack.Override{
		over("terms/incident", rulepack.Value{VI: "sự cố không gian số", EN: "digital incident"}, "2026-12-01"),
		over("terms/security", rulepack.Value{VI: "an toàn số", EN: "digital safety"}, "2026-12-01"),
		over("forms/F1b", rulepack.Value{}, "2026-12-01"),
	}, func() time.Time { return time.Date(2026, 12, 5, 3, 0, 0, 0, time.UTC) })
	if len(unfit) > 0 {
		t.Fatal(unfit)
	}
	now, _ := set.Get("VN-ANM-2026")
	for id, want := range map[string][2]string{
		"F1b":  {"Ban đầu về sự cố không gian số", "{issuer} thông báo ban đầu về sự cố không gian số với các nội dung sau:"},
		"F7":   {"Kết quả trực, bảo đảm an toàn số {period}", "{issuer} báo cáo kết quả trực, bảo đảm an toàn số như sau:"},
		"F5P4": {"Phương án bảo đảm an toàn số theo cấp độ", ""},
	} {
		f, _ := now.Form(id)
		if f.Subject != want[0] || f.Lead != want[1] {
			t.Errorf("%s reads %q, %q", id, f.Subject, f.Lead)
		}
		was, _ := before.Form(id)
		if was.Subject == f.Subject || f.About != was.About || len(f.Fields()) != len(was.Fields()) || f.Status != was.Status {
			t.Errorf("%s: before it read %q; about %q and %q", id, was.Subject, was.About, f.About)
		}
	}
	p4, _ := now.Form("F5P4")
	if field, _ := p4.Field("regulation"); field.Label != "Quy chế bảo đảm an toàn số (số, ngày, cơ quan ban hành)" {
		t.Errorf("a label reads %q", field.Label)
	}
	if f, _ := now.Form("F1b"); f.Source != decided {
		t.Errorf("the source put in place is lost: %+v", f.Source)
	}
	if f, _ := set.At(calendar.Date{Year: 2026, Month: 11, Day: 30}).Form("F1b"); f.Subject != "Ban đầu về sự cố an ninh mạng" {
		t.Errorf("on the day before it reads %q", f.Subject)
	}
	if written, _ := set.Written("VN-ANM-2026"); written == nil {
		t.Error("the pack as written is gone")
	} else if f, _ := written.Form("F1b"); f.Subject != "Ban đầu về sự cố an ninh mạng" {
		t.Errorf("the pack as written reads %q", f.Subject)
	}
}
