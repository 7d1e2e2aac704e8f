// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Explanation is how a deadline was counted, complete enough to print it again
// without the calendar. It is stored as JSON with the record it explains. Times
// are UTC; printing is in Vietnam's zone.
type Explanation struct {
	Start    time.Time `json:"start"` // T0
	Amount   Amount    `json:"amount"`
	Counting Counting  `json:"counting"`
	LastDay  Date      `json:"last_day"`          // last day counted, before any move; none for hours
	Skipped  []DayOff  `json:"skipped,omitempty"` // days passed over because they are off, in order
	Worked   []Date    `json:"worked,omitempty"`  // rest days counted because they are worked in exchange, in order
	// Unsettled says that a day counted, or the last one, may come to be off by a
	// yearly decision that is not known yet.
	Unsettled bool      `json:"unsettled,omitempty"`
	Due       time.Time `json:"due"`                // the result
	Readings  []Reading `json:"readings,omitempty"` // other readings, all earlier than Due
	Basis     string    `json:"basis,omitempty"`    // citation of the duty, see Citing
	Calendar  string    `json:"calendar,omitempty"` // version of the calendar data
}

// ReadingKind names another way to read a term.
type ReadingKind string

// The other readings of a term in days or months.
const (
	AsHours    ReadingKind = "as_hours"     // every day is 24 hours from T0
	NotMoved   ReadingKind = "not_moved"    // the end does not move past a day off
	FirstDayIn ReadingKind = "first_day_in" // the first day is counted, so it ends a day earlier
)

// Reading is another way to read the same term and when it would end.
type Reading struct {
	Kind ReadingKind `json:"kind"`
	Due  time.Time   `json:"due"`
}

// Citing returns e with the citation of the duty, such as "Công văn
// 1556/UBND-KGVX, mục 3".
func (e Explanation) Citing(basis string) Explanation {
	e.Basis = basis
	return e
}

// RemindBy returns the earliest end under any reading of the term; reminders
// count back from it, lateness from Due.
func (e Explanation) RemindBy() time.Time {
	by := e.Due
	for _, r := range e.Readings {
		if r.Due.Before(by) {
			by = r.Due
		}
	}
	return by
}

// Provisional reports whether the result may change with a yearly decision that
// is not known yet: a day off that is not decided was passed over, or a day
// counted may come to be off.
func (e Explanation) Provisional() bool {
	if e.Unsettled {
		return true
	}
	for _, s := range e.Skipped {
		if s.Provisional {
			return true
		}
	}
	return false
}

// Text returns the count on one line in Vietnamese, or in English when lang is
// "en": "T0 08:00 thứ Bảy 21/11/2026 + 03 ngày (không tính ngày đầu) = 24:00
// thứ Ba 24/11/2026 — Công văn 1556/UBND-KGVX, mục 3".
func (e Explanation) Text(lang string) string {
	w := wordsIn(lang)
	var b strings.Builder
	b.WriteString("T0 " + FormatMoment(e.Start, lang))
	switch e.Amount.Unit {
	case Hour:
		b.WriteString(" + " + w.amount(e.Amount) + " = " + FormatMoment(e.Due, lang))
	case Day, Month:
		b.WriteString(" + " + w.amount(e.Amount) + w.paren(e.Counting, "") + " = " + FormatDayEnd(e.LastDay, lang))
		if len(e.Skipped) > 0 {
			fmt.Fprintf(&b, w.moved, skippedList(e.Skipped, w), FormatDayEnd(e.dueDay(), lang))
		}
	case WorkingDay:
		var notes []string
		if len(e.Skipped) > 0 {
			notes = append(notes, w.without+skippedList(e.Skipped, w))
		}
		for _, d := range e.Worked {
			notes = append(notes, w.with+shortDay(d))
		}
		b.WriteString(" + " + w.amount(e.Amount) + w.paren(e.Counting, strings.Join(notes, "; ")) + " = " + FormatDayEnd(e.dueDay(), lang))
	default:
		b.WriteString(w.atOnce + " = " + FormatMoment(e.Due, lang))
	}
	if e.Provisional() {
		b.WriteString(w.provisional)
	}
	if e.Basis != "" {
		b.WriteString(" — " + e.Basis)
	}
	return b.String()
}

// Steps returns the count as lines for a page: start, term, each day passed
// over and why, result, earlier readings, citations.
func (e Explanation) Steps(lang string) []string {
	w := wordsIn(lang)
	steps := []string{"T0: " + FormatMoment(e.Start, lang)}
	if e.Amount.Unit == Immediate {
		steps = append(steps, w.term+w.immediately)
	} else {
		steps = append(steps, w.term+w.amount(e.Amount))
	}
	days := e.Amount.Unit.Days()
	if days {
		steps = append(steps, w.lastDay+formatDay(e.LastDay, lang))
	}
	for _, s := range e.Skipped {
		line := w.dayOff + formatDay(s.Date, lang) + ": " + s.Name.In(lang)
		if s.Provisional {
			line += w.provisional
		}
		if s.Source != "" {
			line += " — " + s.Source
		}
		steps = append(steps, line)
	}
	result := FormatMoment(e.Due, lang)
	if days {
		result = FormatDayEnd(e.dueDay(), lang)
	}
	for _, d := range e.Worked {
		steps = append(steps, w.worked+formatDay(d, lang))
	}
	steps = append(steps, w.due+result)
	for _, r := range e.Readings {
		at := FormatMoment(r.Due, lang)
		if r.Kind != AsHours {
			at = FormatDayEnd(DateOf(r.Due.Add(-time.Nanosecond)), lang)
		}
		steps = append(steps, w.reading[r.Kind]+at)
	}
	if len(e.Readings) > 0 {
		steps = append(steps, w.remindBy+FormatMoment(e.RemindBy(), lang))
	}
	if days && e.Counting.Basis != "" {
		steps = append(steps, w.counting+e.Counting.Basis)
	}
	if e.Basis != "" {
		steps = append(steps, w.basis+e.Basis)
	}
	return steps
}

// dueDay returns the day whose 24:00 is Due.
func (e Explanation) dueDay() Date { return DateOf(e.Due.Add(-time.Nanosecond)) }

// skippedList names the days passed over, runs with the same name joined:
// "21/11–22/11 nghỉ hằng tuần, 24/11 Ngày Văn hóa Việt Nam".
func skippedList(days []DayOff, w words) string {
	var parts []string
	for i := 0; i < len(days); {
		j := i + 1
		for j < len(days) && days[j].Name == days[i].Name && days[j].Date == days[j-1].Date.AddDays(1) {
			j++
		}
		span := shortDay(days[i].Date)
		if j-i > 1 {
			span += "–" + shortDay(days[j-1].Date)
		}
		parts = append(parts, span+" "+days[i].Name.In(w.lang))
		i = j
	}
	return strings.Join(parts, ", ")
}

func shortDay(d Date) string { return fmt.Sprintf("%02d/%02d", d.Day, int(d.Month)) }
