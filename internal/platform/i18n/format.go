// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package i18n

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Hanoi is the zone every time is shown in, and the default zone of anything
// that names none. Việt Nam has kept UTC+7 without summer time since 1975.
var Hanoi = func() *time.Location {
	if loc, err := time.LoadLocation("Asia/Ho_Chi_Minh"); err == nil {
		return loc
	}
	return time.FixedZone("ICT", 7*60*60)
}()

// Time shows an instant to the minute, "21/11/2026 08:05"; a zero time is "—".
func Time(ctx context.Context, t time.Time) string { return stamp(t, "02/01/2006 15:04") }

// Until shows the end of a term as [Time] does, but for one that ends with a day:
// "30/11/2026 24:00", not the day after at 00:00, which would be read as a day
// more.
func Until(ctx context.Context, t time.Time) string {
	if here := t.In(Hanoi); !t.IsZero() && here.Hour() == 0 && here.Minute() == 0 {
		return here.AddDate(0, 0, -1).Format("02/01/2006") + " 24:00"
	}
	return Time(ctx, t)
}

// Date shows the day of an instant, "21/11/2026"; a zero time is "—".
func Date(ctx context.Context, t time.Time) string { return stamp(t, "02/01/2006") }

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(Hanoi).Format(layout)
}

// Number groups a whole number by thousands: "1.234" in Vietnamese, "1,234" in
// English.
func Number(ctx context.Context, n int64) string {
	sep := "."
	if language(ctx) == English {
		sep = ","
	}
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Duration shows a length of time in its two largest units, without sign:
// "2 ngày 21 giờ", "21 giờ 04 phút", "3 phút". Less than a minute is "dưới 1
// phút".
func Duration(ctx context.Context, d time.Duration) string {
	d = d.Abs()
	days, hours, minutes := int64(d/(24*time.Hour)), int64(d/time.Hour)%24, int64(d/time.Minute)%60
	day, hour, minute, under := "ngày", "giờ", "phút", "dưới 1 phút"
	if language(ctx) == English {
		day, hour, minute, under = "d", "h", "min", "under 1 min"
	}
	two := func(n int64) string {
		if n < 10 {
			return "0" + strconv.FormatInt(n, 10)
		}
		return strconv.FormatInt(n, 10)
	}
	switch {
	case days > 0:
		return Number(ctx, days) + " " + day + " " + two(hours) + " " + hour
	case hours > 0:
		return strconv.FormatInt(hours, 10) + " " + hour + " " + two(minutes) + " " + minute
	case minutes > 0:
		return strconv.FormatInt(minutes, 10) + " " + minute
	default:
		return under
	}
}

// Bytes shows a size in the unit that suits it, "3,4 MB" (decimal units, IEC
// 80000-13 names kept plain).
func Bytes(ctx context.Context, n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return strconv.FormatInt(n, 10) + " B"
	}
	s := strconv.FormatFloat(v, 'f', 1, 64)
	if language(ctx) == Vietnamese {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + " " + units[i]
}
