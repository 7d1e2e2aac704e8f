// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"
)

// dayOrders reads the dates of the Windows DNS debug log, which follow the
// regional settings of the server: 4/21/2017 7:52:03 AM, 22/12/2021 21:46:04,
// 22.12.2021, 2021-12-22, 20211222.
//
// Which of two small numbers is the day? In this order:
//
//  1. one of them is above 12: it is the day, and the stream is remembered to
//     be so, apart for the 12-hour and the 24-hour clock;
//  2. what the stream was remembered to be;
//  3. dots (22.12.2021) and the Vietnamese marks SA and CH: day first;
//  4. AM or PM: month first, as en-US writes;
//  5. a 24-hour clock: day first, as vi-VN and most of the world write.
type dayOrders struct {
	clock
	learnt [2]dayOrder // by clock: 24-hour, 12-hour
}

type dayOrder uint8

const (
	unknownOrder dayOrder = iota
	dayFirst
	monthFirst
)

func (o *dayOrders) scan(s string) (time.Time, string, stamp) {
	y, a, b, sep, rest, ok := cutDate(s)
	if !ok {
		return time.Time{}, s, noTime
	}
	t, rest, ok := scanDay(strings.TrimLeft(rest, " \t"))
	if !ok {
		return time.Time{}, s, noTime
	}
	mark, after := cutWord(rest)
	half := half12(mark)
	if half != notHalf {
		rest = after
		if t.h < 1 || t.h > 12 {
			return time.Time{}, rest, badTime
		}
		t.h %= 12
		if half.isAfternoon() {
			t.h += 12
		}
	}
	if sep != 0 && o.order(a, b, sep, half) == dayFirst {
		a, b = b, a
	}
	return o.make(y, time.Month(a), b, t, o.zone, rest)
}

// order says which of a and b is the day.
func (o *dayOrders) order(a, b int, sep byte, half half) dayOrder {
	slot := 0
	if half != notHalf {
		slot = 1
	}
	switch {
	case a > 12:
		o.learnt[slot] = dayFirst
		return dayFirst
	case b > 12:
		o.learnt[slot] = monthFirst
		return monthFirst
	case o.learnt[slot] != unknownOrder:
		return o.learnt[slot]
	case sep == '.' || half == morningVI || half == afternoonVI || half == notHalf:
		return dayFirst
	}
	return monthFirst
}

// cutDate reads a date; sep is zero when the year stands first and a is
// certainly the month.
func cutDate(s string) (y, a, b int, sep byte, rest string, ok bool) {
	if len(s) < 8 {
		return 0, 0, 0, 0, s, false
	}
	if v, ok := digits(s, 8); ok && s[0] != '0' {
		return v / 10000, v / 100 % 100, v % 100, 0, s[8:], true
	}
	first, rest, ok1 := number(s, 4)
	if !ok1 || rest == "" || strings.IndexByte("/-.", rest[0]) < 0 {
		return 0, 0, 0, 0, s, false
	}
	sep = rest[0]
	second, rest, ok2 := number(strings.TrimLeft(rest[1:], " "), 2)
	if !ok2 || rest == "" || rest[0] != sep {
		return 0, 0, 0, 0, s, false
	}
	third, rest, ok3 := number(strings.TrimLeft(rest[1:], " "), 4)
	switch {
	case !ok3:
		return 0, 0, 0, 0, s, false
	case first > 999:
		return first, second, third, 0, rest, true
	case third < 100: // 4/21/17
		third += 2000
	}
	return third, first, second, sep, rest, true
}

// half is the half of the day a 12-hour clock names.
type half uint8

const (
	notHalf half = iota
	morning
	afternoon
	morningVI   // SA, sáng
	afternoonVI // CH, chiều
)

func (h half) isAfternoon() bool { return h == afternoon || h == afternoonVI }

func half12(s string) half {
	switch s {
	case "AM", "am", "a.m.":
		return morning
	case "PM", "pm", "p.m.":
		return afternoon
	case "SA":
		return morningVI
	case "CH":
		return afternoonVI
	}
	return notHalf
}
