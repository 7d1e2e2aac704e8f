// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestThisYearIsComparedWithLast finds what is new, changed, dropped and the same,
// and proposes again what was decided on the same.
func TestThisYearIsComparedWithLast(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		last := h.settled(t, mai, paper)
		next := strings.NewReplacer("Số: 77", "Số: 91", "2. Báo cáo sự cố an toàn thông tin định kỳ hằng tháng về Sở Khoa học và Công nghệ.", "2. Bố trí kinh phí cho hoạt động giám sát.",
			"20 tháng 12 năm 2026", "25 tháng 12 năm 2026", "hoàn thành", "kết thúc việc này").Replace(paper)
		d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: next, Parent: last.ID})
		if err != nil {
			t.Fatal(err)
		}
		_, _, pairs, err := h.Compare(mai, d.ID, last.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []directive.Change
		for _, p := range pairs {
			got = append(got, p.Change)
		}
		want := []directive.Change{directive.Reworded, directive.Fresh, directive.Unchanged, directive.Gone}
		if len(got) != len(want) {
			t.Fatalf("%v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("pair %d is %s, want %s", i, got[i], want[i])
			}
		}
		if n, err := h.TakeOver(mai, d.ID, last.ID); err != nil || n != 1 {
			t.Fatalf("%d were taken over, %v", n, err)
		}
		f, err := h.Get(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		it := f.Leaves()[2]
		if it.State != directive.Proposed || it.From == "" || !it.Sure || it.Reason[len(it.Reason)-1].Said[0] != last.Code {
			t.Errorf("%+v", it)
		}
		if _, _, _, err := h.Compare(mai, d.ID, d.ID); !fault.Is(err, fault.Invalid) {
			t.Errorf("compared with itself: %v", err)
		}
		if _, err := h.TakeOver(as(t, "x", auth.UnitOfficer, unitName(1)), d.ID, last.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("taken over by a body that does not see it: %v", err)
		}
	})
}
