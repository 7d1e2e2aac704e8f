// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"sync"
	"time"
)

// clock reads the times of one stream. What a line leaves unsaid comes from
// Options: the zone, and for a line without a year the year nearest to at.
type clock struct {
	zone *time.Location
	at   time.Time
}

// ict is Vietnam's time, without a database in case none is installed: the
// country has kept UTC+7 all year since 1975.
var ict = sync.OnceValue(func() *time.Location {
	if zone, err := time.LoadLocation("Asia/Ho_Chi_Minh"); err == nil {
		return zone
	}
	return time.FixedZone("ICT", 7*3600)
})

func newClock(opt Options) clock {
	c := clock{zone: opt.Zone, at: opt.At}
	if c.zone == nil {
		c.zone = ict()
	}
	return c
}

// stamp tells what stood where a time was looked for.
type stamp uint8

const (
	noTime   stamp = iota // something else
	goodTime              // a time
	badTime               // the shape of a time, but no such day or hour
)

// scan reads a time at the start of s, in any of the shapes DNS servers and
// syslog daemons write, and gives what follows it.
//
//	2025-11-20T10:06:07.123+01:00   ISO 8601, also with a space, ',' or '/'
//	19-Oct-2022 05:34:02.425        BIND
//	Aug 25 20:25:46                 RFC 3164; also with year, weekday, fraction
func (c *clock) scan(s string) (time.Time, string, stamp) {
	switch {
	case len(s) < 15:
		return time.Time{}, s, noTime
	case isDigit(s[0]) && (s[4] == '-' || s[4] == '/'):
		return c.scanISO(s)
	case isDigit(s[0]) && s[2] == '-' && s[6] == '-':
		return c.scanBIND(s)
	case 'A' <= s[0] && s[0] <= 'Z':
		return c.scanBSD(s)
	}
	return time.Time{}, s, noTime
}

func (c *clock) scanISO(s string) (time.Time, string, stamp) {
	y, ok1 := digits(s, 4)
	mo, ok2 := digits(s[5:], 2)
	d, ok3 := digits(s[8:], 2)
	if !ok1 || !ok2 || !ok3 || s[7] != s[4] || s[10] != 'T' && s[10] != ' ' && s[10] != 't' {
		return time.Time{}, s, noTime
	}
	day, rest, ok := scanDay(s[11:])
	if !ok {
		return time.Time{}, s, noTime
	}
	zone, rest := c.scanZone(rest)
	return c.make(y, time.Month(mo), d, day, zone, rest)
}

func (c *clock) scanBIND(s string) (time.Time, string, stamp) {
	d, ok1 := digits(s, 2)
	y, ok2 := digits(s[7:], 4)
	if !ok1 || !ok2 || s[11] != ' ' {
		return time.Time{}, s, noTime
	}
	day, rest, ok := scanDay(s[12:])
	if !ok {
		return time.Time{}, s, noTime
	}
	return c.make(y, month(s[3:6]), d, day, c.zone, rest)
}

func (c *clock) scanBSD(s string) (time.Time, string, stamp) {
	all, weekday := s, false
	if isWeekday(s[:3]) && s[3] == ' ' {
		s, weekday = s[4:], true
	}
	if len(s) < 14 || s[3] != ' ' || month(s[:3]) == 0 {
		return time.Time{}, all, noTime
	}
	mo := month(s[:3])
	d, s, ok := number(strings.TrimLeft(s[4:], " "), 2)
	if !ok || s == "" || s[0] != ' ' {
		return time.Time{}, all, noTime
	}
	s = s[1:]
	y := 0
	if v, ok := digits(s, 4); ok && len(s) > 5 && s[4] == ' ' {
		y, s = v, s[5:]
	}
	day, s, ok := scanDay(s)
	if !ok {
		return time.Time{}, all, noTime
	}
	if after, ok := strings.CutPrefix(s, " "); ok && weekday && y == 0 { // ctime(3) puts the year last
		if v, ok := digits(after, 4); ok {
			y, s = v, after[4:]
		}
	}
	if y == 0 {
		return c.nearest(mo, d, day, s)
	}
	return c.make(y, mo, d, day, c.zone, s)
}

// clockTime is an hour of the day.
type clockTime struct{ h, m, s, ns int }

// scanDay reads h:mm, hh:mm:ss or hh:mm:ss.fraction at the start of s.
func scanDay(s string) (clockTime, string, bool) {
	var t clockTime
	h, rest, ok := number(s, 2)
	if !ok || len(rest) < 3 || rest[0] != ':' {
		return t, s, false
	}
	m, ok := digits(rest[1:], 2)
	if !ok {
		return t, s, false
	}
	t.h, t.m, rest = h, m, rest[3:]
	if len(rest) < 3 || rest[0] != ':' {
		return t, rest, true
	}
	if t.s, ok = digits(rest[1:], 2); !ok {
		return t, s, false
	}
	t.ns, rest = fraction(rest[3:])
	return t, rest, true
}

// fraction reads ".123" or ",123" in nanoseconds; more than nine digits are cut.
func fraction(s string) (int, string) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || !isDigit(s[1]) {
		return 0, s
	}
	ns, i := 0, 1
	for scale := 100_000_000; i < len(s) && isDigit(s[i]); i++ {
		ns += int(s[i]-'0') * scale
		scale /= 10
	}
	return ns, s[i:]
}

// scanZone reads Z, +07:00, +0700, " +0700" or " UTC"; without one the
// stream's zone holds.
func (c *clock) scanZone(s string) (*time.Location, string) {
	if s != "" && s[0]|0x20 == 'z' {
		return time.UTC, s[1:]
	}
	if strings.HasPrefix(s, " UTC") && (len(s) == 4 || s[4] == ' ') {
		return time.UTC, s[4:]
	}
	t := strings.TrimPrefix(s, " ")
	if len(t) < 5 || t[0] != '+' && t[0] != '-' {
		return c.zone, s
	}
	h, ok1 := digits(t[1:], 2)
	rest := strings.TrimPrefix(t[3:], ":")
	m, ok2 := digits(rest, 2)
	if !ok1 || !ok2 || h > 15 || m > 59 || len(rest) > 2 && isDigit(rest[2]) {
		return c.zone, s
	}
	offset := h*3600 + m*60
	if t[0] == '-' {
		offset = -offset
	}
	if offset == 0 {
		return time.UTC, rest[2:]
	}
	return time.FixedZone("", offset), rest[2:]
}

func (c *clock) make(y int, mo time.Month, d int, t clockTime, zone *time.Location, rest string) (time.Time, string, stamp) {
	if y < 1970 || !isDay(y, mo, d) || t.h > 23 || t.m > 59 || t.s > 60 {
		return time.Time{}, rest, badTime
	}
	return time.Date(y, mo, d, t.h, t.m, t.s, t.ns, zone).UTC(), rest, goodTime
}

// nearest gives a day without a year the year that brings it nearest to c.at.
// 29 February may be up to eight years off (around 1900 and 2100).
func (c *clock) nearest(mo time.Month, d int, t clockTime, rest string) (time.Time, string, stamp) {
	best, state := time.Time{}, badTime
	year := c.at.In(c.zone).Year()
	for off := 0; off <= 8 && (off <= 1 || state == badTime); off++ {
		for _, y := range [2]int{year - off, year + off} {
			at, _, ok := c.make(y, mo, d, t, c.zone, rest)
			if ok == goodTime && (state == badTime || at.Sub(c.at).Abs() < best.Sub(c.at).Abs()) {
				best, state = at, goodTime
			}
		}
	}
	return best, rest, state
}

// epoch reads seconds since 1970 with an optional fraction; values too large
// for seconds are milliseconds (Zeek's JSON::TS_MILLIS, .NET dates).
func epoch(s string) (time.Time, bool) {
	sec, rest, ok := number(s, 13)
	if !ok {
		return time.Time{}, false
	}
	ns, rest := fraction(rest)
	if rest != "" {
		return time.Time{}, false
	}
	if sec >= 1e11 {
		return time.UnixMilli(int64(sec)).UTC(), true
	}
	return time.Unix(int64(sec), int64(ns)).UTC(), true
}

func isDay(y int, mo time.Month, d int) bool {
	if mo < 1 || mo > 12 || d < 1 || d > 31 {
		return false
	}
	return d <= 28 || time.Date(y, mo, d, 0, 0, 0, 0, time.UTC).Day() == d
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits reads exactly n digits at the start of s.
func digits(s string, n int) (int, bool) {
	if len(s) < n {
		return 0, false
	}
	v := 0
	for i := range n {
		if !isDigit(s[i]) {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, true
}

// number reads one to most digits at the start of s; more are no number.
func number(s string, most int) (int, string, bool) {
	v, i := 0, 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i == most {
			return 0, s, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, s[i:], i > 0
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// month reads "Jan"; zero is no month.
func month(s string) time.Month {
	if i := strings.Index(months, s); i >= 0 && i%3 == 0 && len(s) == 3 {
		return time.Month(i/3 + 1)
	}
	return 0
}

func isWeekday(s string) bool {
	i := strings.Index("MonTueWedThuFriSatSun", s)
	return i >= 0 && i%3 == 0 && len(s) == 3
}
