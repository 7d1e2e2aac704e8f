// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// at reads "2026-11-23 08:00" in Hà Nội.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhenMailIsDue(t *testing.T) {
	t.Parallel()
	packs, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	days := packs.Calendar()
	office := notice.Usual([]auth.Role{auth.UnitOfficer})
	weekends := office
	weekends.WorkingDays = false
	noon := office
	noon.QuietFrom, noon.QuietTo = "11:30", "13:00"
	duty := notice.Usual([]auth.Role{auth.Duty})
	for name, c := range map[string]struct {
		p       notice.Preferences
		now     string
		how     notice.How
		urgency notice.Urgency
		want    string
	}{
		"the next hour of the day":          {office, "2026-11-23 08:00", notice.Digest, notice.Normal, "2026-11-23 13:30"},
		"the very minute":                   {office, "2026-11-23 07:30", notice.Digest, notice.Normal, "2026-11-23 07:30"},
		"after the last hour":               {office, "2026-11-25 13:31", notice.Digest, notice.Normal, "2026-11-26 07:30"},
		"Friday afternoon waits for Monday": {office, "2026-11-27 17:00", notice.Digest, notice.Normal, "2026-11-30 07:30"},
		"Culture Day is passed over":        {office, "2026-11-23 14:00", notice.Digest, notice.Normal, "2026-11-25 07:30"},
		"unless weekends count":             {weekends, "2026-11-27 17:00", notice.Digest, notice.Normal, "2026-11-28 07:30"},
		"a long weekend is passed over":     {office, "2027-04-29 14:00", notice.Digest, notice.Normal, "2027-05-04 07:30"},
		"at once by day":                    {office, "2026-11-23 08:00", notice.AtOnce, notice.Normal, "2026-11-23 08:00"},
		"not in the evening":                {office, "2026-11-23 21:00", notice.AtOnce, notice.Normal, "2026-11-24 06:00"},
		"nor before dawn":                   {office, "2026-11-24 05:59", notice.AtOnce, notice.Normal, "2026-11-24 06:00"},
		"unless it is urgent":               {office, "2026-11-24 02:00", notice.AtOnce, notice.Urgent, "2026-11-24 02:00"},
		"quiet hours within a day":          {noon, "2026-11-24 12:00", notice.AtOnce, notice.Normal, "2026-11-24 13:00"},
		"whoever is on duty is up at night": {duty, "2026-11-24 02:00", notice.AtOnce, notice.Normal, "2026-11-24 02:00"},
		"and on Sundays":                    {duty, "2026-11-29 06:00", notice.Digest, notice.Normal, "2026-11-29 07:30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := c.p.Due(at(t, c.now), c.how, c.urgency, days)
			if !ok || !got.Equal(at(t, c.want)) {
				t.Errorf("due %s, %t; want %s", got.In(calendar.Zone()), ok, c.want)
			}
		})
	}
	if _, ok := office.Due(t0, notice.AppOnly, notice.Urgent, days); ok {
		t.Error("what stays in the product is due by mail")
	}
}

// TestSwappedDays: a Saturday worked in exchange is a working day, the Monday
// given for it is not.
func TestSwappedDays(t *testing.T) {
	t.Parallel()
	monday, saturday := calendar.Date{Year: 2026, Month: 8, Day: 31}, calendar.Date{Year: 2026, Month: 8, Day: 22}
	days, err := calendar.New("", []calendar.Rule{
		{ID: "rest", Name: calendar.Name{VI: "nghỉ", EN: "rest"}, Kind: calendar.Weekly, Weekdays: []time.Weekday{time.Saturday, time.Sunday}},
		{ID: "swap", Name: calendar.Name{VI: "đổi", EN: "swap"}, Kind: calendar.Swap, Swaps: []calendar.Exchange{{Off: monday, Worked: saturday}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := notice.Usual(nil)
	for now, want := range map[string]string{"2026-08-21 14:00": "2026-08-22 07:30", "2026-08-28 14:00": "2026-09-01 07:30"} {
		if got, _ := p.Due(at(t, now), notice.Digest, notice.Normal, days); !got.Equal(at(t, want)) {
			t.Errorf("after %s due %s, want %s", now, got.In(calendar.Zone()), want)
		}
	}
}

func TestHowByRoleAndUrgency(t *testing.T) {
	t.Parallel()
	kind := func(id string) notice.Kind {
		k, ok := notice.KindOf(id)
		if !ok {
			t.Fatalf("no kind %s", id)
		}
		return k
	}
	var p notice.Preferences
	for _, c := range []struct {
		kind string
		role auth.Role
		want notice.How
	}{
		{"incident.opened", auth.Leader, notice.AtOnce}, {"finding.new", auth.Centre, notice.Digest},
		{"finding.new", auth.Duty, notice.AtOnce}, {"account.invited", auth.Administrator, notice.AppOnly},
	} {
		if got := p.How(kind(c.kind), []auth.Role{c.role}); got != c.want {
			t.Errorf("%s tells %s %s, want %s", c.kind, c.role, got, c.want)
		}
	}
	p.Kinds = map[string]notice.How{"incident.opened": notice.AppOnly}
	if p.How(kind("incident.opened"), nil) != notice.AppOnly {
		t.Error("what a person chose does not count")
	}
}

func TestChoicesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*notice.Preferences){
		"hours":      func(p *notice.Preferences) { p.Hours = []string{"25:00"} },
		"quiet_from": func(p *notice.Preferences) { p.QuietFrom = "tối" },
		"quiet_to":   func(p *notice.Preferences) { p.QuietTo = p.QuietFrom },
		"kind.x":     func(p *notice.Preferences) { p.Kinds = map[string]notice.How{"x": notice.AtOnce} },
	} {
		p := notice.Usual(nil)
		spoil(&p)
		if err := p.Check(); err == nil || fault.Of(err).Fields[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	p := notice.Usual(nil)
	p.Hours = []string{"13h30, 7:30; 7h"}
	if err := p.Check(); err != nil || !slices.Equal(p.Hours, []string{"07:00", "07:30", "13:30"}) {
		t.Errorf("hours = %v, %v", p.Hours, err)
	}
}

// FuzzParseHours: what is taken is one to six times of day in order, and reads
// back as itself.
func FuzzParseHours(f *testing.F) {
	f.Add("07:30, 13:30")
	f.Add("7h30;13h")
	f.Add("24:00")
	f.Fuzz(func(t *testing.T, typed string) {
		hours, ok := notice.ParseHours(typed)
		if !ok {
			return
		}
		again, ok := notice.ParseHours(strings.Join(hours, ", "))
		if !ok || !slices.Equal(hours, again) || !slices.IsSorted(hours) || len(hours) < 1 || len(hours) > 6 {
			t.Errorf("%q gave %v, then %v", typed, hours, again)
		}
		for _, h := range hours {
			if _, err := time.Parse("15:04", h); err != nil {
				t.Error(err)
			}
		}
	})
}
