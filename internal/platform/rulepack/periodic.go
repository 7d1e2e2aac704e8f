// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Remindee is a role among those who are reminded of an obligation.
type Remindee string

// Who is reminded.
const (
	RemindUnit   Remindee = "unit"   // the person it was given to, else those who act for the unit
	RemindHead   Remindee = "head"   // the head of the unit
	RemindAbove  Remindee = "above"  // those who decide in the unit above
	RemindCentre Remindee = "centre" // everybody who may act on it, the centre's people too
)

// ReminderStep is one step of a ladder.
type ReminderStep struct {
	At   int        `yaml:"at" json:"at"` // hours from the end; negative before it
	To   []Remindee `yaml:"to" json:"to"`
	Loud bool       `yaml:"loud" json:"loud,omitempty"` // by mail too in quiet hours
}

// Ladder is when people are reminded of what carries a mark of urgency, before
// the end and after it.
type Ladder struct {
	Urgency string         `yaml:"urgency"` // ordinary, urgent, very_urgent, most_urgent
	Steps   []ReminderStep `yaml:"steps"`   // rising
	Source  Source         `yaml:"source"`
}

// Ladder returns the steps of an urgency; none when the pack has no such ladder.
func (p *Pack) Ladder(urgency string) []ReminderStep {
	l, _ := find(p.Ladders, urgency, func(l Ladder) string { return l.Urgency })
	return l.Steps
}

// Every is how often a duty comes again.
type Every string

// The rhythms.
const (
	Monthly    Every = "month"
	Quarterly  Every = "quarter"
	HalfYearly Every = "half_year"
	Yearly     Every = "year"
	TwoYearly  Every = "two_years" // from even years on
	PerWindow  Every = "campaign"  // each campaign window (đợt cao điểm)
)

// Everies lists all rhythms.
func Everies() []Every { return []Every{Monthly, Quarterly, HalfYearly, Yearly, TwoYearly, PerWindow} }

var everyMonths = map[Every]int{Monthly: 1, Quarterly: 3, HalfYearly: 6, Yearly: 12, TwoYearly: 24}

// DueDay says on which day a periodic duty must be done at the latest.
type DueDay struct {
	// Month and Day name a day of the period's (last) year; for months, quarters
	// and half-years Month is empty and Day a day of the period's last month, 0
	// its last day.
	Month int `yaml:"month"`
	Day   int `yaml:"day"`
	// MonthsAfter moves the day past the period.
	MonthsAfter int `yaml:"months_after"`
	// Before ends the term with the day before: "trước ngày 25/12".
	Before bool `yaml:"before"`
	// Days counts from a campaign window: negative from its first day, zero or
	// more from its last.
	Days int `yaml:"days"`
}

// Periodic is a duty that comes again and again by the calendar.
type Periodic struct {
	ID         string   `yaml:"id"`
	Label      Label    `yaml:"label"`
	Owes       []string `yaml:"owes"`      // kinds of unit that owe it
	Addressee  string   `yaml:"addressee"` // role it is owed to
	Every      Every    `yaml:"every"`
	DataFrom   string   `yaml:"data_from"` // MM-DD: the data of a year begin here, in the year before when after data_to; empty: 01-01
	DataTo     string   `yaml:"data_to"`   // MM-DD, included; empty: 12-31
	Due        DueDay   `yaml:"due"`
	OpenDays   int      `yaml:"open_days_before"` // how many days before its last day it appears
	Form       string   `yaml:"form"`             // id of the form that meets it; may be empty
	Instrument string   `yaml:"instrument"`       // id of the legal text; may be empty for papers of a province
	Basis      string   `yaml:"basis"`
	Urgency    string   `yaml:"urgency"` // empty: ordinary
	Topic      string   `yaml:"topic"`   // of a report: level or risk, by which measures count it; empty: none of them
	Source     Source   `yaml:"source"`
}

// reportTopics are what periodic reports may be about: the levels of systems, and
// risks.
var reportTopics = []string{"", "level", "risk"}

// Campaign is one window of raised watch, as the calendar or a province names
// it.
type Campaign struct {
	ID       string // "tet-2027"
	Label    Label
	From, To calendar.Date
}

// Occurrence is one time that a periodic duty comes.
type Occurrence struct {
	Key      string // "2026", "2026-Q4", "2026-H2", "2026-11", or the campaign's id; for ever the same
	Label    Label  // "15/12/2025–14/12/2026", "Quý IV/2026"
	From, To calendar.Date
	Opens    calendar.Date // from this day on it is owed
	Last     calendar.Date // done by 24:00 of this day it is in time
}

// Standing lists the periods of p that are owed on day: opened and not past
// their last day, the earliest last day first.
func (p Periodic) Standing(day calendar.Date, campaigns []Campaign) []Occurrence {
	return p.between(day, day, campaigns, func(x Occurrence) bool { return x.Opens.Compare(day) <= 0 && x.Last.Compare(day) >= 0 })
}

// Between lists the periods of p whose last day lies in first..last, both
// included, the earliest last day first.
func (p Periodic) Between(first, last calendar.Date, campaigns []Campaign) []Occurrence {
	return p.between(first, last, campaigns, func(x Occurrence) bool { return x.Last.Compare(first) >= 0 && x.Last.Compare(last) <= 0 })
}

// Next is the first period of p whose last day is not past, opened or not;
// false when there is none, as for campaigns nobody has named.
func (p Periodic) Next(day calendar.Date, campaigns []Campaign) (Occurrence, bool) {
	all := p.between(day, day, campaigns, func(x Occurrence) bool { return x.Last.Compare(day) >= 0 })
	if len(all) == 0 {
		return Occurrence{}, false
	}
	return all[0], true
}

func (p Periodic) between(early, late calendar.Date, campaigns []Campaign, keep func(Occurrence) bool) []Occurrence {
	var out []Occurrence
	add := func(x Occurrence) {
		if x.Opens = x.Last.AddDays(-p.OpenDays); keep(x) {
			out = append(out, x)
		}
	}
	if p.Every == PerWindow {
		for _, c := range campaigns {
			x := Occurrence{Key: c.ID, Label: c.Label, From: c.From, To: c.To, Last: c.To.AddDays(p.Due.Days)}
			if p.Due.Days < 0 {
				x.Last = c.From.AddDays(p.Due.Days)
			}
			add(x)
		}
	} else {
		months := everyMonths[p.Every]
		for first := (early.Year - 2) / 2 * 2 * 12; first < (late.Year+3)*12; first += months {
			add(p.period(first, months))
		}
	}
	slices.SortStableFunc(out, func(a, b Occurrence) int { return a.Last.Compare(b.Last) })
	return out
}

// period is that of the months from number first on, counted from year 0.
func (p Periodic) period(first, months int) Occurrence {
	year, month := first/12, first%12+1
	end := monthDay(first+months-1, 0)
	x := Occurrence{From: calendar.Date{Year: year, Month: time.Month(month), Day: 1}, To: end}
	switch p.Every {
	case Monthly:
		x.Key = fmt.Sprintf("%04d-%02d", year, month)
		x.Label = Label{fmt.Sprintf("Tháng %02d/%d", month, year), fmt.Sprintf("%s %d", time.Month(month), year)}
	case Quarterly:
		q := (month + 2) / 3
		x.Key = fmt.Sprintf("%04d-Q%d", year, q)
		roman := [...]string{"I", "II", "III", "IV"}[q-1]
		x.Label = Label{fmt.Sprintf("Quý %s/%d", roman, year), fmt.Sprintf("Q%d %d", q, year)}
	case HalfYearly:
		h := (month + 5) / 6
		x.Key = fmt.Sprintf("%04d-H%d", year, h)
		x.Label = Label{fmt.Sprintf("6 tháng %s năm %d", [...]string{"đầu", "cuối"}[h-1], year), fmt.Sprintf("%s half of %d", [...]string{"first", "second"}[h-1], year)}
	default:
		p.years(&x, end.Year)
	}
	if p.Due.Month > 0 {
		x.Last = monthDay(end.Year*12+p.Due.Month-1+p.Due.MonthsAfter, p.Due.Day)
	} else {
		x.Last = monthDay(first+months-1+p.Due.MonthsAfter, p.Due.Day)
	}
	if p.Due.Before {
		x.Last = x.Last.AddDays(-1)
	}
	return x
}

// years names a period that ends in year, with the window of its data.
func (p Periodic) years(x *Occurrence, year int) {
	x.Key = fmt.Sprintf("%04d", year)
	x.Label = Label{fmt.Sprintf("Năm %d", year), fmt.Sprintf("%d", year)}
	if p.Every == TwoYearly {
		x.Label = Label{fmt.Sprintf("Giai đoạn %d–%d", year-1, year), fmt.Sprintf("%d–%d", year-1, year)}
	}
	if p.DataTo == "" {
		return
	}
	from, to := parseMonthDay(p.DataFrom), parseMonthDay(p.DataTo)
	x.To = calendar.Date{Year: year, Month: to.Month, Day: to.Day}
	x.From = calendar.Date{Year: year, Month: from.Month, Day: from.Day}
	if x.From.Compare(x.To) > 0 {
		x.From.Year--
	}
	span := fmt.Sprintf("%s–%s", numbers(x.From), numbers(x.To))
	x.Label = Label{span, span}
}

func numbers(d calendar.Date) string { return fmt.Sprintf("%02d/%02d/%d", d.Day, int(d.Month), d.Year) }

// monthDay is a day of month number n, counted from year 0; day 0, or one the
// month does not have, is its last.
func monthDay(n, day int) calendar.Date {
	first := calendar.Date{Year: n / 12, Month: time.Month(n%12 + 1), Day: 1}
	last := calendar.Date{Year: (n + 1) / 12, Month: time.Month((n+1)%12 + 1), Day: 1}.AddDays(-1)
	if day == 0 || day > last.Day {
		return last
	}
	return first.AddDays(day - 1)
}

// parseMonthDay reads MM-DD into a date of a leap year; the zero date is none.
func parseMonthDay(s string) calendar.Date {
	d, err := calendar.ParseDate("2000-" + s)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// PeriodicDuty returns the duty with the id, and false when the pack has none.
func (p *Pack) PeriodicDuty(id string) (Periodic, bool) {
	return find(p.Periodic, id, func(d Periodic) string { return d.ID })
}

// Ids of the marks of urgency, as ladders and duties name them.
var urgencyIDs = []string{"ordinary", "urgent", "very_urgent", "most_urgent"}

var formID = regexp.MustCompile(`^F\d{1,2}[a-z]?$`)

// checkPeriodic says what is wrong with the duties and ladders of the pack. That
// a form exists is not asked: papers may name one that is not in the pack yet.
func (b *builder) checkPeriodic() {
	for _, d := range b.pack.Periodic {
		at := b.at["periodic/"+d.ID]
		b.label(at, "label", d.Label)
		b.source(at, d.Source)
		b.oneOf(at, "every", string(d.Every), "month", "quarter", "half_year", "year", "two_years", "campaign")
		b.addressee(at, d.Addressee)
		if d.Instrument != "" {
			b.instrument(at, d.Instrument)
		}
		if d.Basis == "" || len(d.Owes) == 0 {
			b.fail(at, "basis and owes must not be empty")
		}
		for _, k := range d.Owes {
			if _, ok := b.pack.Kind(k); !ok {
				b.fail(at, "kind of unit %q is unknown", k)
			}
		}
		b.oneOf(at, "topic", d.Topic, reportTopics...)
		if d.Urgency != "" {
			b.oneOf(at, "urgency", d.Urgency, urgencyIDs...)
		}
		if d.OpenDays < 1 || d.OpenDays > 366 {
			b.fail(at, "open_days_before is 1..366")
		}
		if d.Form != "" && !formID.MatchString(d.Form) {
			b.fail(at, "form %q is no id of a form", d.Form)
		}
		b.checkDueDay(at, d)
	}
	for _, l := range b.pack.Ladders {
		at := b.at["reminders/"+l.Urgency]
		b.source(at, l.Source)
		b.oneOf(at, "urgency", l.Urgency, urgencyIDs...)
		if len(l.Steps) == 0 {
			b.fail(at, "steps must not be empty")
		}
		for i, s := range l.Steps {
			if i > 0 && s.At <= l.Steps[i-1].At || s.At < -24*366 || s.At > 24*366 {
				b.fail(at, "steps: at must rise, within a year of the end")
			}
			if len(s.To) == 0 {
				b.fail(at, "steps: to must not be empty")
			}
			for _, to := range s.To {
				b.oneOf(at, "to", string(to), string(RemindUnit), string(RemindHead), string(RemindAbove), string(RemindCentre))
			}
		}
	}
}

func (b *builder) checkDueDay(at string, d Periodic) {
	years := d.Every == Yearly || d.Every == TwoYearly
	switch {
	case d.Due.Day < 0 || d.Due.Day > 31 || d.Due.Month < 0 || d.Due.Month > 12 || d.Due.MonthsAfter < 0 || d.Due.MonthsAfter > 24:
		b.fail(at, "due: day is 0..31, month 1..12, months_after 0..24")
	case years != (d.Due.Month > 0):
		b.fail(at, "due: years, and only they, name a month")
	case d.Due.Before && d.Due.Day == 0:
		b.fail(at, "due: before needs a day")
	case d.Every == PerWindow && (d.Due.Day != 0 || d.Due.MonthsAfter != 0), d.Every != PerWindow && d.Due.Days != 0, d.Due.Days < -90 || d.Due.Days > 90:
		b.fail(at, "due: campaigns, and only they, count days -90..90 from their window")
	}
	if (d.DataFrom == "") != (d.DataTo == "") || d.DataTo != "" && (!years || parseMonthDay(d.DataFrom).IsZero() || parseMonthDay(d.DataTo).IsZero()) {
		b.fail(at, "data_from and data_to are MM-DD, both or neither, and only of years")
	}
}
