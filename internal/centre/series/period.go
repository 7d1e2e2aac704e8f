// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Period is one time that a definition's report is due.
type Period struct {
	Key      string         // "2026-Q4", "peak-tet-2027"; for ever the same
	Label    rulepack.Label // "Quý IV/2026"
	From, To calendar.Date  // what the report is about, both included
	Begins   calendar.Date  // from this day on its draft is made
	Last     calendar.Date  // sent by 24:00 of this day it is in time

	kind       string // as forms name it
	year, part int
	of         rulepack.Occurrence // of the pack's duty; zero without
}

// terms is what the periods of a definition are reckoned from.
type terms struct {
	pack     *rulepack.Pack
	form     rulepack.Form
	duty     rulepack.Periodic // zero id: the definition's own term
	plan     Plan
	campaign []rulepack.Campaign
}

// terms finds form and duty of a plan in its pack; problem says which is not
// there.
func (s *Service) terms(p Plan, windows []rulepack.Campaign) (t terms, problem string) {
	pack, ok := s.Laws.Get(p.Pack)
	if !ok {
		pack = s.Laws.At(calendar.DateOf(s.Now()))
	}
	t = terms{pack: pack, plan: p}
	if t.form, ok = pack.Form(p.Form); !ok || !written(t.form) {
		return t, NoForm
	}
	if !slices.Contains(t.form.Periods.Every, kinds[p.Every]) {
		return t, NoPeriod
	}
	if p.Duty != "" {
		if t.duty, ok = pack.PeriodicDuty(p.Duty); !ok || t.duty.Form != p.Form || t.duty.Every != p.Every {
			return t, NoDuty
		}
	}
	for _, w := range windows {
		if p.Occasion == "" || strings.HasPrefix(w.ID, p.Occasion+"-") {
			t.campaign = append(t.campaign, w)
		}
	}
	return t, ""
}

// written reports whether a form is written period by period.
func written(f rulepack.Form) bool {
	return f.About == rulepack.OfPeriod || f.About == rulepack.OfDirective
}

// between lists the periods whose term ends in first..last, the earliest first.
func (t terms) between(first, last calendar.Date) []Period {
	d, slack := t.duty, 0
	if d.ID == "" { // the end of the period, and so many days more
		d, slack = rulepack.Periodic{Every: t.plan.Every}, mostDue+31 // the year of a form may end earlier than the calendar's
		if d.Every == rulepack.Yearly {
			d.Due = rulepack.DueDay{Month: 12, Day: 31}
		}
	}
	var out []Period
	for _, o := range d.Between(first.AddDays(-slack), last.AddDays(slack), t.campaign) {
		p := t.period(o)
		if p.Last.Compare(first) >= 0 && p.Last.Compare(last) <= 0 {
			out = append(out, p)
		}
	}
	return out
}

func (t terms) period(o rulepack.Occurrence) Period {
	p := Period{Key: o.Key, Label: o.Label, From: o.From, To: o.To, Last: o.Last, kind: kinds[t.plan.Every], year: o.To.Year, part: 1}
	switch t.plan.Every {
	case rulepack.Monthly:
		p.part = int(o.From.Month)
	case rulepack.Quarterly:
		p.part = (int(o.From.Month) + 2) / 3
	case rulepack.HalfYearly:
		p.part = (int(o.From.Month) + 5) / 6
	}
	if from, to, ok := t.form.Periods.Between(p.kind, p.year, p.part); ok {
		p.From, p.To = from, to
	}
	if t.duty.ID == "" {
		p.Last = p.To.AddDays(t.plan.DueDays)
	} else {
		p.of = o
	}
	p.Begins = p.Last.AddDays(-t.plan.Lead)
	return p
}
