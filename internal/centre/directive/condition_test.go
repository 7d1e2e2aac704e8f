// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "testing"

// TestATermRunsFromWhatTheSentenceSays reads what stands in front of a length and
// behind it: a term that begins with something to come is not one of the paper.
func TestATermRunsFromWhatTheSentenceSays(t *testing.T) {
	t.Parallel()
	x, err := Words()
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{x: x}
	for _, c := range []struct {
		text, trigger string
		paper         bool // it runs from the paper itself
	}{
		{"Phát hiện máy nhiễm thì báo Sở trong vòng 02 giờ.", "phát hiện máy nhiễm", false},
		{"Khi nhận được cảnh báo, trả lời trong 03 ngày làm việc.", "nhận được cảnh báo", false},
		{"Nếu mất kết nối phải gọi trực ban, chậm nhất 30 ngày có báo cáo.", "mất kết nối", false},
		{"Ngay sau khi hệ thống chạy lại, trong 05 ngày gửi báo cáo.", "hệ thống chạy lại", false},
		{"Gỡ bỏ trong 24 giờ kể từ khi nhận được yêu cầu.", "nhận được yêu cầu", false},
		{"Rà quét, phát hiện, xử lý xong trong vòng 10 ngày.", "", true},
		{"Không khai thác được thì thôi. Báo cáo trong 10 ngày.", "", true},
		{"Báo cáo trong 48 giờ kể từ khi nhận được Công điện.", "nhận được Công điện", true},
		{"Gửi về Sở trong thời hạn 05 ngày làm việc kể từ ngày nhận được văn bản này.", "nhận được văn bản này", true},
		{"Hoàn thành trong 30 ngày kể từ ngày ban hành.", "ban hành", true},
		{"Trả lời trong 05 ngày kể từ ngày nhận được văn bản cảnh báo.", "nhận được văn bản cảnh báo", false},
	} {
		list := r.deadlines(c.text)
		if len(list) != 1 || fold(list[0].Trigger) != fold(c.trigger) || received(list[0].Trigger) != c.paper {
			t.Errorf("%s: %+v, of the paper %v", c.text, list, len(list) > 0 && received(list[0].Trigger))
		}
	}
}
