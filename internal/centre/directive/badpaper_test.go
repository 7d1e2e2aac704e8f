// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// novel is a tale of n chapters, with people who ask and order one another, with
// numbered parts and days.
func novel(n int) string {
	var b strings.Builder
	b.WriteString("NGƯỜI GÁC ĐẬP\n\nTiểu thuyết\n\n")
	for i := range n {
		fmt.Fprintf(&b, "Chương %d\nĐêm thứ %d\n\n", i+1, i+1)
		b.WriteString("Chiều hôm ấy trời mưa, ông lão ngồi bên bếp lửa kể chuyện ngày xưa. Chủ tịch xã yêu cầu các đơn vị dân quân tổ chức gác đập suốt đêm, nhưng ai nấy đều mệt lả.\n\n")
		b.WriteString("1. Người con cả\nAnh con cả giao cho em út việc canh lửa, dặn phải về trước ngày 15 tháng Chạp. Các cơ quan trên huyện đã tắt đèn từ lâu.\n\n")
		b.WriteString("2. Người con út\n– Phải báo cho công an xã ngay! – thằng bé hét lên. Bà mẹ thở dài, đề nghị mọi người ngồi xuống ăn đã.\n\n")
	}
	return b.String()
}

// decree is a decree of n articles with six clauses each.
func decree(n int) string {
	var b strings.Builder
	b.WriteString("CHÍNH PHỦ\n\nSố: 999/2026/NĐ-CP\n\nHà Nội, ngày 01 tháng 7 năm 2026\n\nNGHỊ ĐỊNH\n\nQuy định chi tiết về bảo vệ an ninh mạng\n\nCăn cứ Luật An ninh mạng số 116/2025/QH15 ngày 10/12/2025;\n\n")
	for i := range n {
		fmt.Fprintf(&b, "Điều %d. Trách nhiệm bảo vệ hệ thống thông tin loại %d\n\n", i+1, i+1)
		for k := range 6 {
			fmt.Fprintf(&b, "%d. Chủ quản hệ thống thông tin phải rà soát lỗ hổng, điểm yếu, cập nhật bản vá theo Nghị định số %d/2025/NĐ-CP ngày 01/02/2025, báo cáo cơ quan có thẩm quyền chậm nhất %d ngày kể từ khi phát hiện; "+
				"bảo đảm 100%% máy tính được cài phần mềm phòng, chống mã độc. Trường hợp cần thiết thì liên hệ đầu mối để được hướng dẫn, hỗ trợ.\n\n", k+1, i+1, k+3)
		}
	}
	return b.String()
}

// TestTalesAskNothing holds that nothing is made up where nothing is asked.
func TestTalesAskNothing(t *testing.T) {
	x := lexicon(t)
	for name, raw := range map[string]string{
		"novel":  novel(60),
		"prose":  strings.Repeat("Ông giám đốc yêu cầu các phòng, ban tổ chức liên hoan trước ngày 20/12. Ai cũng vui. ", 200),
		"recipe": "Canh chua\n\n1. Rửa cá, để ráo.\n\n2. Phi hành, cho cà chua vào xào.\n\n3. Nêm 2 thìa mắm, tắt bếp sau 15 phút.\n",
	} {
		r := x.Read(raw, today)
		if len(r.Requirements) > 0 || !slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.NoDemand }) {
			t.Errorf("%s: %d requirements: %+v", name, len(r.Requirements), r.Requirements[:min(len(r.Requirements), 2)])
		}
		whole(t, raw, r)
	}
}

// TestTwoColumns tells that lines of two columns may be out of order.
func TestTwoColumns(t *testing.T) {
	var b strings.Builder
	b.WriteString("Số: 5/UBND-KT\n\nKính gửi: Các sở.\n\nĐề nghị thực hiện:\n")
	for i := range 20 {
		fmt.Fprintf(&b, "%d. Rà soát lỗ hổng của mọi máy chủ,        phải cập nhật bản vá trong tháng này\n", i+1)
	}
	r := lexicon(t).Read(b.String(), today)
	if !slices.ContainsFunc(r.Warnings, func(w directive.Warning) bool { return w.Doubt == directive.Columns }) {
		t.Errorf("not told: %+v", r.Warnings)
	}
}
