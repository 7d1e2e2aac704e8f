// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepacks_test

import (
	"testing"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// The sixteen systems whose levels were worked out by hand from the texts of
// both regimes. A zero stands where a regime has no rule for the case.
func TestLevelsOfTheGoldenSystems(t *testing.T) {
	t.Parallel()
	set := load(t)
	type facts = rulepack.SystemFacts
	procedures := facts{Uses: []string{"citizens"}, Information: []string{"personal"}, Administrative: true, ServiceGrade: 4, Persons: 300}
	feedback := func(persons int) facts {
		return facts{Uses: []string{"citizens"}, Information: []string{"personal"}, Persons: persons}
	}
	health := func(persons int) facts {
		f := feedback(persons)
		f.Sensitive = persons
		return f
	}
	both := procedures
	both.Uses, both.Reach = []string{"infrastructure", "citizens"}, []string{"agency"}
	risky := feedback(8000)
	risky.Risk = 3
	for _, k := range []struct {
		system   string
		facts    facts
		old, now int
	}{
		{"internal notice board", facts{Uses: []string{"internal"}, Information: []string{"public"}}, 1, 1},
		{"department LAN and e-mail", facts{Uses: []string{"internal"}, Information: []string{"private"}}, 2, 2},
		{"HR system of 250.000 records, staff only", facts{Uses: []string{"internal"}, Information: []string{"personal"}, Persons: 250000}, 2, 2},
		{"portal of a commune, public only", facts{Uses: []string{"citizens"}, Information: []string{"public"}, ServiceGrade: 1}, 2, 2},
		{"feedback app, 8.000 users", feedback(8000), 2, 2},
		{"feedback app, 12.000 users", feedback(12000), 3, 2},
		{"feedback app, 120.000 subjects", feedback(120000), 3, 3},
		{"health booking, 10.000 sensitive", health(10000), 3, 3},
		{"health booking, 9.999 sensitive", health(9999), 2, 2},
		{"administrative procedures of the province", procedures, 3, 3},
		{"provincial data centre", facts{Uses: []string{"infrastructure"}, Reach: []string{"province"}}, 3, 3},
		{"server room of one department", facts{Uses: []string{"infrastructure"}, Reach: []string{"agency"}}, 2, 2},
		{"SCADA of works of class II", facts{Uses: []string{"control"}, Works: []string{"II"}}, 3, 3},
		{"server room and procedures in one system", both, 3, 3},
		{"feedback app whose risk is above its level", risky, 2, 3},
		{"a system with state secrets", facts{Uses: []string{"internal"}, Information: []string{"state_secret"}}, 3, 3},
		{"state secrets, especially serious harm", facts{Uses: []string{"internal"}, Information: []string{"state_secret"}, Harms: []rulepack.HarmFact{{Interest: "national_security", Degree: "especially_serious"}}}, 5, 5},
		{"the boundary of 100.000 subjects", feedback(100000), 3, 3},
		{"one below it", feedback(99999), 3, 2},
		{"national e-government that may stop", facts{Uses: []string{"citizens"}, NationalEGov: true}, 2, 2},
		{"national e-government without a stop", facts{Uses: []string{"citizens"}, NationalEGov: true, NonStop: true}, 4, 4},
		{"serious harm to public order", facts{Harms: []rulepack.HarmFact{{Interest: "order", Degree: "serious"}}}, 3, 3},
		{"harm to public order", facts{Harms: []rulepack.HarmFact{{Interest: "order", Degree: "harm"}}}, 0, 3},
		{"nothing known", facts{}, 0, 0},
	} {
		if err := k.facts.Validate(); err != nil {
			t.Errorf("%s: %v", k.system, err)
		}
		for day, want := range map[string]int{"2026-06-30": k.old, "2026-11-21": k.now} {
			p := set.At(date(t, day))
			got := p.Level(k.facts)
			if got.Level != want {
				t.Errorf("%s under %s: level %d, want %d for %+v", k.system, p.ID, got.Level, want, got.Reasons)
			}
			for i, r := range got.Reasons {
				if r.Basis == "" || r.Label.VI == "" || i == 0 && r.Level != want {
					t.Errorf("%s under %s: reason %+v", k.system, p.ID, r)
				}
			}
		}
	}
}

// A risk assessment raises a level and never lowers it.
func TestRiskOnlyRaises(t *testing.T) {
	t.Parallel()
	p := load(t).At(date(t, "2026-11-21"))
	f := rulepack.SystemFacts{Uses: []string{"infrastructure"}, Reach: []string{"province"}}
	for risk, want := range []int{3, 3, 3, 3, 4, 5} {
		f.Risk = risk
		if got := p.Level(f).Level; got != want {
			t.Errorf("risk %d: level %d, want %d", risk, got, want)
		}
	}
}

// What the tables of the texts say, cell by cell where a slip would hurt most.
func TestLawHoldsTheFiguresOfItsTexts(t *testing.T) {
	t.Parallel()
	set := load(t)
	old, now := set.At(date(t, "2026-06-30")), set.At(date(t, "2026-11-21"))
	for _, k := range []struct {
		pack   *rulepack.Pack
		clock  string
		amount calendar.Amount
		mark   rulepack.Mark
	}{
		{now, "hs-tra-loi", calendar.Amount{N: 5, Unit: calendar.WorkingDay}, rulepack.Verified},
		{now, "hs-tham-dinh-3", calendar.Amount{N: 15, Unit: calendar.WorkingDay}, rulepack.Verified},
		{now, "hs-tham-dinh-45", calendar.Amount{N: 25, Unit: calendar.WorkingDay}, rulepack.Verified},
		{now, "hs-phe-duyet", calendar.Amount{N: 7, Unit: calendar.WorkingDay}, rulepack.Verified},
		{old, "hs-tham-dinh-3", calendar.Amount{N: 15, Unit: calendar.Day}, rulepack.Unsure},
		{old, "hs-tham-dinh-45", calendar.Amount{N: 30, Unit: calendar.Day}, rulepack.Unsure},
		{old, "hs-phe-duyet", calendar.Amount{N: 7, Unit: calendar.WorkingDay}, rulepack.Unsure},
	} {
		if c, ok := k.pack.Clock(k.clock); !ok || c.Amount != k.amount || c.Source.Mark != k.mark {
			t.Errorf("%s %s: %+v", k.pack.ID, k.clock, c)
		}
	}
	for _, k := range []struct {
		day   string
		share int
	}{{"2019-06-06", 0}, {"2019-06-07", 10}, {"2026-06-30", 10}, {"2026-07-01", 15}} {
		if th, ok := set.At(date(t, k.day)).Threshold("budget-share"); ok != (k.share > 0) || th.Value != k.share {
			t.Errorf("the share of %s is %+v", k.day, th)
		}
	}
	for _, p := range []*rulepack.Pack{old, now} {
		audit, _ := p.Period("audit")
		logs, _ := p.Period("log-kept")
		for level, want := range map[int][2]rulepack.Span{
			1: {{N: 2, Unit: "year"}, {Word: "unstated"}}, 2: {{N: 2, Unit: "year"}, {N: 1, Unit: "month"}},
			3: {{N: 1, Unit: "year"}, {N: 3, Unit: "month"}}, 4: {{N: 1, Unit: "year"}, {N: 6, Unit: "month"}},
			5: {{N: 6, Unit: "month"}, {N: 12, Unit: "month"}},
		} {
			if got := [2]rulepack.Span{audit.At(level), logs.At(level)}; got != want {
				t.Errorf("%s level %d: %+v", p.ID, level, got)
			}
		}
		for level := 1; level <= 5; level++ {
			if a, ok := p.AuthorityOf(level); !ok || (len(a.Opinion) > 0) != (level >= 4) {
				t.Errorf("%s level %d: %+v", p.ID, level, a)
			}
		}
		if len(p.Layers) != 4 {
			t.Errorf("%s has %d layers", p.ID, len(p.Layers))
		}
	}
	groups, _ := now.Count("control-groups")
	for level := 1; level <= 5; level++ {
		n := 0
		for _, g := range now.Groups {
			if level >= g.FromLevel {
				n++
			}
		}
		if n != groups.Levels[level-1] {
			t.Errorf("level %d has %d groups, the standard %d", level, n, groups.Levels[level-1])
		}
	}
	if i, _ := old.Instrument("nd-85-2016"); i.Status != "unclear" || i.Source.Mark != rulepack.Unsure {
		t.Errorf("decree 85: %+v", i)
	}
}
