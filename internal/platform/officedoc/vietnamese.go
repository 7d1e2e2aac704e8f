// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// zone is the paper's clock, Asia/Ho_Chi_Minh: UTC+7 without daylight saving
// since 13 June 1975 (IANA tz database, file asia). A fixed zone needs no zone
// files on the machine.
var zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// noData is printed for a figure that is not a number: never zero, never blank.
const noData = "không có dữ liệu"

// LongDate writes t as in the date line of a paper, "ngày 05 tháng 02 năm 2026":
// days below ten and the months 1 and 2 get a leading zero, other months do not
// (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.4). The day is the one in
// Asia/Ho_Chi_Minh. The zero time gives the blanks of a draft.
func LongDate(t time.Time) string {
	if t.IsZero() {
		const gap = "\u00a0\u00a0\u00a0\u00a0"
		return "ngày" + gap + "tháng" + gap + "năm ……"
	}
	t = t.In(zone)
	month := strconv.Itoa(int(t.Month()))
	if t.Month() <= time.February {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// ShortDate writes t as "05/02/2026" in Asia/Ho_Chi_Minh; the zero time gives "".
func ShortDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("02/01/2006")
}

// Moment writes t to the minute as "08 giờ 05 phút, ngày 21/11/2026" in
// Asia/Ho_Chi_Minh; the zero time gives "".
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(zone)
	return fmt.Sprintf("%02d giờ %02d phút, ngày %s", t.Hour(), t.Minute(), ShortDate(t))
}

// Number writes n with a point between thousands, "1.234".
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	return sign + group(digits)
}

// Count writes n for running text: as [Number], with a leading zero below ten
// ("05 máy", "1.234 máy").
func Count(n int64) string {
	if n >= 0 && n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return Number(n)
}

// Decimal writes v with at most places digits after a comma and points between
// thousands: 1234.5 with 2 places is "1.234,5". Places below zero count as zero.
// What is not a finite number is written "không có dữ liệu".
func Decimal(v float64, places int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return noData
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', max(places, 0), 64), ".")
	fraction = strings.TrimRight(fraction, "0")
	out := group(whole)
	if fraction != "" {
		out += "," + fraction
	}
	if v < 0 && strings.Trim(out, "0,.") != "" {
		out = "-" + out
	}
	return out
}

// Percent writes the share v (0.125 for an eighth) as "12,5%", at most places
// digits after the comma; see [Decimal] for what is not a number.
func Percent(v float64, places int) string {
	if math.IsNaN(v) || math.IsInf(v*100, 0) {
		return noData
	}
	return Decimal(v*100, places) + "%"
}

// group puts a point before every third digit from the right.
func group(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Roman writes n (1..3999) in Roman numerals.
func Roman(n int) string {
	values := [...]int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	marks := [...]string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}
	var b strings.Builder
	for i, v := range values {
		for n >= v {
			b.WriteString(marks[i])
			n -= v
		}
	}
	return b.String()
}

// points are the letters of điểm in Vietnamese order: a, b, c, d, đ, e, …
var points = []string{"a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "x", "y"}

// point writes n (1 for a) as a letter; past y it starts over with two letters.
func point(n int) string {
	n--
	if n < len(points) {
		return points[n]
	}
	return point(n/len(points)) + points[n%len(points)]
}
