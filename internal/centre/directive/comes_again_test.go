// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// tet asks for a word each day of Tết before three in the afternoon, and for a
// report before the 20th of each month.
const tet = `ỦY BAN NHÂN DÂN
TỈNH AN BÌNH

Số: 91/UBND-KT
An Bình, ngày 20 tháng 11 năm 2026
V/v bảo đảm an toàn thông tin mạng dịp Tết Nguyên đán Đinh Mùi 2027

Kính gửi: Các sở, ban, ngành tỉnh.

Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị trực dịp Tết Nguyên đán Đinh Mùi 2027 thực hiện các nội dung sau:

1. Báo cáo nhanh tình hình an toàn thông tin trước 15 giờ hằng ngày.

2. Báo cáo sự cố an toàn thông tin trước ngày 20 hằng tháng.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Nguyễn Văn An
`

// TestWhatComesAgainOpensInTime lives through Tết and the end of a year.
func TestWhatComesAgainOpensInTime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai, unit := as(t, "mai", auth.Centre, "root"), unitName(7)
		d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: tet})
		if err != nil {
			t.Fatal(err)
		}
		f, err := h.Get(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		daily, monthly := f.Leaves()[0], f.Leaves()[1]
		first, last := calendar.Date{Year: 2027, Month: 2, Day: 4}, calendar.Date{Year: 2027, Month: 2, Day: 10}
		if daily.Due.Recurrence != "P1D" || daily.Due.Hour != "15:00" || daily.Due.First != first || daily.Due.Last != last {
			t.Fatalf("daily %+v, %+v", daily.Due, daily.Reason)
		}
		if monthly.Due.Recurrence != "P1M" || monthly.Due.Day != 20 {
			t.Fatalf("monthly %+v", monthly.Due)
		}
		d = h.settled(t, mai, tet)
		if _, err := h.Issue(mai, d.ID, to(7), 0); err != nil {
			t.Fatal(err)
		}
		dues := func() map[string]string {
			t.Helper()
			if err := h.Roll(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, owed, err := h.OfUnit(mai, d.ID, unit)
			if err != nil {
				t.Fatal(err)
			}
			out := map[string]string{}
			for _, o := range owed {
				out[o.Of.Path+" "+o.Period] = o.Clock.DueAt.In(calendar.Zone()).Format("2006-01-02 15:04")
			}
			return out
		}
		for _, c := range []struct {
			now  time.Time
			n    int
			task string
			due  string
		}{
			{t0, 2, "1 2027-02-04", "2027-02-04 15:00"},
			{t0, 2, "2 2026-12", "2026-12-21 00:00"}, // the 20th of November is over
			{time.Date(2026, 12, 31, 17, 30, 0, 0, time.UTC), 3, "2 2027-01", "2027-01-21 00:00"},
			{time.Date(2027, 2, 3, 18, 0, 0, 0, time.UTC), 4, "2 2027-02", "2027-02-21 00:00"},
			{time.Date(2027, 2, 4, 17, 0, 0, 0, time.UTC), 5, "1 2027-02-05", "2027-02-05 15:00"},
			{time.Date(2027, 2, 7, 20, 0, 0, 0, time.UTC), 8, "1 2027-02-07", "2027-02-07 15:00"}, // two days were missed
			{time.Date(2027, 2, 28, 1, 0, 0, 0, time.UTC), 10, "1 2027-02-10", "2027-02-10 15:00"},
			{time.Date(2027, 2, 28, 2, 0, 0, 0, time.UTC), 10, "1 2027-02-10", "2027-02-10 15:00"}, // and no more
		} {
			h.now = c.now
			if got := dues(); len(got) != c.n || got[c.task] != c.due {
				t.Errorf("at %s: %s is due %q, want %q; %d of %d tasks: %v", c.now, c.task, got[c.task], c.due, len(got), c.n, got)
			}
		}
		h.now = time.Date(2027, 3, 25, 2, 0, 0, 0, time.UTC) // behind the 20th: who has it gets April when April comes
		if err := h.Roll(t.Context()); err != nil {
			t.Fatal(err)
		}
		plan, err := h.Issue(mai, d.ID, to(7, 8), 0)
		if err != nil || plan.New != 2 {
			t.Errorf("issued to one more: %d new of %d, %v", plan.New, plan.Total, err)
		}
	})
}
