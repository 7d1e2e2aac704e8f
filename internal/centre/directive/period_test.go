// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// TestPeriodsInMidSentence holds which words of a period say how often a thing is
// done, wherever in the sentence they stand.
func TestPeriodsInMidSentence(t *testing.T) {
	x := lexicon(t)
	for said, want := range map[string]string{
		"Các đơn vị hằng năm rà soát, đánh giá an toàn thông tin.":                        "every P1Y",
		"Công an tỉnh hằng quý tổng hợp, báo cáo Ủy ban nhân dân tỉnh.":                   "every P3M",
		"Sở Y tế tổ chức kiểm tra hằng năm đối với các đơn vị trực thuộc.":                "every P1Y",
		"Sao lưu dữ liệu hằng ngày tại nơi khác.":                                         "every P1D",
		"Báo cáo kết quả vào ngày làm việc cuối cùng của tháng.":                          "every P1M",
		"Gửi số liệu trước ngày làm việc cuối cùng của quý về Công an tỉnh.":              "every P3M",
		"Chậm nhất ngày làm việc cuối cùng hằng tháng, các đơn vị gửi báo cáo.":           "every P1M",
		"Báo cáo kết quả vào ngày làm việc cuối cùng của tháng 12.":                       "",
		"Cập nhật bản vá cho các lỗ hổng được Microsoft công bố hằng tháng.":              "",
		"Cập nhật bản vá được công bố hằng tháng trên trang của hãng.":                    "",
		"Các cơ quan bố trí kinh phí trong dự toán hằng năm để thực hiện.":                "",
		"Đưa nội dung an toàn thông tin vào kế hoạch công tác hằng năm của đơn vị.":       "",
		"Không sử dụng thiết bị làm việc hằng ngày cho việc riêng.":                       "",
		"Các đơn vị xây dựng kế hoạch hằng năm với các bước cụ thể.":                      "",
		"Sở Tài chính cân đối dự toán hằng năm cho các đơn vị.":                           "",
		"Xây dựng kế hoạch hằng năm và tổ chức thực hiện.":                                "",
		"Ủy ban nhân dân các xã tuyên truyền hằng tuần trên hệ thống truyền thanh cơ sở.": "every P1W",
	} {
		r := x.Read("Số: 1/UBND-VX\n\nĐông Sơn, ngày 05 tháng 01 năm 2027\n\nKính gửi: Các sở.\n\n1. "+said+"\n\n2. Xong.\n", today)
		if d, _ := saysOf(directive.Leaves(r.Requirements)[0]); strings.Join(d, ", ") != want {
			t.Errorf("%s: %q, want %q", said, d, want)
		}
	}
}
