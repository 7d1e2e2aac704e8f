// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// TestOneAnswerSettlesAll: when a person says whom a name means, the requirements
// that were doubtful for that name alone are confirmed with the others in one
// click; those with another doubt stay to be looked at.
func TestOneAnswerSettlesAll(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		text := strings.Join([]string{"UBND TỈNH AN LĨNH", "Số: 8/UBND-KT", "An Lĩnh, ngày 02 tháng 11 năm 2026", "V/v an toàn thông tin mạng", "Kính gửi: Các cơ quan.", "Ủy ban nhân dân tỉnh yêu cầu:",
			"1. Sở Thủy lợi", "a) Rà quét mã độc mọi máy trạm trước ngày 20/12/2026.", "b) Cập nhật bản vá cho máy chủ trước ngày 22/12/2026.",
			"c) Cử người trực giám sát an toàn thông tin trước ngày 10/12/2026, báo cáo kết quả trước ngày 30/12/2026.", "Nơi nhận:", "- Như trên;", "CHỦ TỊCH", "Lò Văn Thắng"}, "\n\n")
		d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: text})
		if err != nil {
			t.Fatal(err)
		}
		sure := func() (out []string) {
			t.Helper()
			f, err := h.Get(mai, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range f.Leaves() {
				if it.Sure {
					out = append(out, it.Path)
				}
			}
			return out
		}
		if got := sure(); len(got) > 0 {
			t.Fatalf("sure before anybody said who it is: %q", got)
		}
		f, err := h.Get(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		it := f.Leaves()[0]
		if n, err := h.Mean(mai, d.ID, it.ID, it.Unknown[0], "unit:"+unitName(2), false, it.Version); err != nil || n != 3 {
			t.Fatalf("%d, %v", n, err)
		}
		if got := sure(); !slices.Equal(got, []string{"1.a", "1.b"}) {
			t.Errorf("sure now: %q", got)
		}
		if n, err := h.DecideSure(mai, d.ID); err != nil || n != 2 {
			t.Errorf("confirmed in one click: %d, %v", n, err)
		}
	})
}
