// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ParseDay reads a day as people write it: 1/7/2025, 01-07-2025, 01.07.2025,
// 2025-07-01, "ngày 1/7/2025", any of them with a time behind; a two-digit
// year is of this century. Months are never first. Empty text is the zero
// Date. What is no day of 1900..2200 is refused.
func ParseDay(s string) (d calendar.Date, ok bool) {
	s = strings.TrimSpace(strings.TrimPrefix(i18n.Fold(s), "ngay "))
	if s == "" {
		return d, true
	}
	s, _, _ = strings.Cut(s, " ")
	s, _, _ = strings.Cut(s, "t")
	parts := strings.Split(strings.NewReplacer("-", "/", ".", "/").Replace(s), "/")
	if len(parts) != 3 {
		return d, false
	}
	if len(parts[0]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	if len(parts[2]) == 2 {
		parts[2] = "20" + parts[2]
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || len(p) > 4 {
			return d, false
		}
		n[i] = v
	}
	d = calendar.Date{Year: n[2], Month: time.Month(n[1]), Day: n[0]}
	if d.AddDays(0) != d || d.Year < 1900 || d.Year > 2200 {
		return calendar.Date{}, false
	}
	return d, true
}

// within reports whether d lies in from..to, both included, zero ends open.
func within(d, from, to calendar.Date) bool {
	return (from.IsZero() || from.Compare(d) <= 0) && (to.IsZero() || d.Compare(to) <= 0)
}

// printed is a day as people read it, "01/07/2025"; empty for no day.
func printed(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Start().Format("02/01/2006")
}

// At rest a span of days is two instants: the first millisecond of the first
// day, and the first one after the last day. Open ends are the least and the
// greatest number used, so that SQL compares without NULL.
const (
	dawn = int64(-1 << 62)
	dusk = int64(1 << 62)
)

func fromMillis(d calendar.Date) int64 {
	if d.IsZero() {
		return dawn
	}
	return d.Start().UnixMilli()
}

func untilMillis(d calendar.Date) int64 {
	if d.IsZero() {
		return dusk
	}
	return d.End().UnixMilli()
}

func fromDay(ms int64) calendar.Date {
	if ms == dawn {
		return calendar.Date{}
	}
	return calendar.DateOf(time.UnixMilli(ms))
}

func untilDay(ms int64) calendar.Date {
	if ms == dusk {
		return calendar.Date{}
	}
	return calendar.DateOf(time.UnixMilli(ms - 1))
}
