// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"math"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

func TestDatesAndNumbersAreWrittenAsOnPaper(t *testing.T) {
	t.Parallel()
	utc := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, time.UTC) }
	for name, c := range map[string]struct{ got, want string }{
		"day and month below ten and two get a zero": {officedoc.LongDate(utc(2026, 2, 5, 1, 0)), "ngày 05 tháng 02 năm 2026"},
		"March gets no zero":                         {officedoc.LongDate(utc(2026, 3, 31, 1, 0)), "ngày 31 tháng 3 năm 2026"},
		"the evening in London is tomorrow here":     {officedoc.LongDate(utc(2026, 12, 31, 17, 0)), "ngày 01 tháng 01 năm 2027"},
		"no date is a blank":                         {officedoc.LongDate(time.Time{}), "ngày\u00a0\u00a0\u00a0\u00a0tháng\u00a0\u00a0\u00a0\u00a0năm ……"},
		"short date":                                 {officedoc.ShortDate(utc(2026, 3, 5, 20, 0)), "06/03/2026"},
		"no short date":                              {officedoc.ShortDate(time.Time{}), ""},
		"moment":                                     {officedoc.Moment(utc(2026, 11, 21, 1, 5)), "08 giờ 05 phút, ngày 21/11/2026"},
		"no moment":                                  {officedoc.Moment(time.Time{}), ""},
		"thousands":                                  {officedoc.Number(1234567), "1.234.567"},
		"three digits":                               {officedoc.Number(-123), "-123"},
		"least number":                               {officedoc.Number(math.MinInt64), "-9.223.372.036.854.775.808"},
		"count below ten":                            {officedoc.Count(5), "05"},
		"count of none":                              {officedoc.Count(0), "00"},
		"count of many":                              {officedoc.Count(1234), "1.234"},
		"decimal comma":                              {officedoc.Decimal(1.5, 2), "1,5"},
		"thousands and decimals":                     {officedoc.Decimal(-1234.567, 2), "-1.234,57"},
		"no negative zero":                           {officedoc.Decimal(-0.001, 2), "0"},
		"whole":                                      {officedoc.Decimal(100, 0), "100"},
		"negative places":                            {officedoc.Decimal(12.6, -3), "13"},
		"not a number is no data":                    {officedoc.Decimal(math.NaN(), 1), "không có dữ liệu"},
		"share of nothing is no data":                {officedoc.Percent(math.Inf(1), 1), "không có dữ liệu"},
		"percent":                                    {officedoc.Percent(0.125, 1), "12,5%"},
		"all":                                        {officedoc.Percent(1, 1), "100%"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", name, c.got, c.want)
		}
	}
}
