// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"context"
	"slices"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// eager proposes something for everything it is asked.
type eager struct{ shelf }

func (eager) Propose(context.Context, directive.Leaf) ([]directive.Proposal, error) {
	return []directive.Proposal{{Binding: directive.Binding{ID: "monitoring", VI: "Giám sát", EN: "Monitoring", Kind: directive.ByBoth, Measures: []directive.Goal{{Key: "source.heard"}}}, Score: 1, Reason: []string{"giám sát"}}}, nil
}

const letterHead = "ỦY BAN NHÂN DÂN TỈNH ĐÔNG SƠN\nSố: 88/UBND-NC\n\nĐông Sơn, ngày 12 tháng 6 năm 2026\n\n"

// TestPapersOfOtherMattersBindNothing takes in papers about floods, fire, insurance,
// power and a disease of cattle, with words that papers about information security have too: whatever
// the library would say, no measure is bound to any of their requirements.
func TestPapersOfOtherMattersBindNothing(t *testing.T) {
	papers := map[string]string{
		"flood":   text(t, "mua-lu.txt"),
		"power":   text(t, "luoi-dien.txt"), // the words of watching, incidents and duty rosters
		"disease": text(t, "dich-benh.txt"), // viruses, infections, scanning, alerts
		"fire": letterHead + "V/v tăng cường phòng cháy, chữa cháy mùa hanh khô\n\nKính gửi: Các sở, ban, ngành; Ủy ban nhân dân các xã, phường.\n\nỦy ban nhân dân tỉnh yêu cầu:\n\n" +
			"1. Rà soát, kiểm tra hệ thống báo cháy, hệ thống điện của 100% trụ sở, báo cáo kết quả trước ngày 15/7/2026.\n\n" +
			"2. Phân công lực lượng tại chỗ trực 24/7, bảo đảm thông tin liên lạc thông suốt; sự cố cháy, nổ báo ngay số 114.\n\n" +
			"3. Công an tỉnh tổ chức diễn tập phương án chữa cháy, cứu nạn mỗi năm 01 lần; thanh tra, xử lý nghiêm vi phạm.\n",
		"insurance": letterHead + "V/v thực hiện chính sách bảo hiểm xã hội, bảo hiểm y tế\n\nKính gửi: Các sở, ban, ngành; các doanh nghiệp trên địa bàn.\n\nỦy ban nhân dân tỉnh yêu cầu:\n\n" +
			"1. Bảo hiểm xã hội tỉnh cập nhật dữ liệu người tham gia lên phần mềm quản lý, đạt 100% trước ngày 30/9/2026.\n\n" +
			"2. Các doanh nghiệp đóng đủ bảo hiểm cho người lao động, báo cáo hằng quý qua hệ thống.\n\n" +
			"3. Sở Nội vụ kiểm tra, đôn đốc các đơn vị chậm đóng, tổng hợp kết quả báo cáo Ủy ban nhân dân tỉnh.\n",
	}
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		h.Library = eager{shelf{&h.kept}}
		for name, raw := range papers {
			d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Name: name + ".txt", Data: []byte(raw)})
			if err != nil {
				t.Fatal(name, err)
			}
			f, err := h.Get(mai, d.ID)
			if err != nil {
				t.Fatal(name, err)
			}
			if len(f.Leaves()) < 3 || !slices.ContainsFunc(d.Doubts, func(w directive.Doubted) bool { return w.Doubt == directive.NotSecurity }) {
				t.Errorf("%s: %d requirements, told %+v", name, len(f.Leaves()), d.Doubts)
			}
			for _, it := range f.Leaves() {
				if len(it.Bindings) > 0 || !slices.ContainsFunc(it.Reason, func(w directive.Why) bool { return w.Key == "bind.not_security" }) {
					t.Errorf("%s %s: bound to %+v for %+v", name, it.Path, it.Bindings, it.Reason)
				}
			}
		}
	})
}
