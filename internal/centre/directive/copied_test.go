// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// asSent is a paper as its office sent it; the others are copies of it as pages
// and converters make them: lines broken within marked words, cells between bars.
const (
	asSent = `ỦY BAN NHÂN DÂN
TỈNH TAM HÀ

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 48/KH-UBND

Tam Hà, ngày 17 tháng 7 năm 2026

KẾ HOẠCH

THỰC HIỆN CHỈ THỊ SỐ 06/CT-TTG VỀ BẢO ĐẢM AN TOÀN THÔNG TIN MẠNG

Thực hiện Chỉ thị số 06/CT-TTg ngày 02/6/2026, Ủy ban nhân dân tỉnh Tam Hà ban hành Kế hoạch như sau:

1. Sở Khoa học và Công nghệ

a) Giám sát an toàn thông tin các hệ thống thông tin của tỉnh 24/7.

b) Tổng hợp kết quả, báo cáo Ủy ban nhân dân tỉnh trước ngày 30/8/2026.

2. Các sở, ban, ngành cài đặt phần mềm phòng, chống mã độc cho 100% máy trạm.

3. Ủy ban nhân dân các xã, phường phân công cán bộ trực, báo cáo sự cố trong vòng 24 giờ kể từ khi phát hiện.

TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Văn An
`
	wrapped = `|
**ỦY BAN NHÂN
DÂN**
TỈNH TAM HÀ
-------
|
**CỘNG HÒA XÃ
HỘI CHỦ NGHĨA VIỆT NAM**
Độc lập - Tự do - Hạnh phúc
---------------
|
|
Số:
48/KH-UBND
|
*Tam Hà, ngày
17 tháng 7 năm 2026 *
|

** **

**KẾ
HOẠCH**

THỰC HIỆN CHỈ THỊ SỐ
06/CT-TTG VỀ BẢO ĐẢM AN TOÀN THÔNG TIN MẠNG

*Thực hiện Chỉ thị số
06/CT-TTg ngày 02/6/2026, Ủy ban nhân dân tỉnh Tam Hà ban hành Kế hoạch như
sau:*

**1.
Sở Khoa học và Công nghệ**

*a) Giám sát an
toàn thông tin* các hệ thống thông tin của tỉnh 24/7.

b) Tổng hợp
kết quả, báo cáo Ủy ban nhân dân tỉnh trước ngày 30/8/2026.

**2.**
Các sở, ban, ngành cài đặt phần mềm phòng,
chống mã độc cho 100% máy trạm.

**3.** Ủy ban nhân dân các xã,
phường phân công cán bộ trực, báo cáo sự cố trong vòng 24 giờ kể từ khi phát hiện.

|
**TM. ỦY BAN NHÂN
DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Văn An**
|
`
	barred = `| **ỦY BAN NHÂN DÂN**<br>**TỈNH TAM HÀ** | **CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM**<br>Độc lập - Tự do - Hạnh phúc |
| --- | --- |
| Số: 48/KH-UBND | *Tam Hà, ngày 17 tháng 7 năm 2026* |

**KẾ HOẠCH**

THỰC HIỆN CHỈ THỊ SỐ 06/CT-TTG VỀ BẢO ĐẢM AN TOÀN THÔNG TIN MẠNG

Thực hiện Chỉ thị số 06/CT-TTg ngày 02/6/2026, Ủy ban nhân dân tỉnh Tam Hà ban hành Kế hoạch như sau:

**1. Sở Khoa học và Công nghệ**

a) Giám sát an toàn thông tin các hệ thống thông tin của tỉnh 24/7.

b) Tổng hợp kết quả, báo cáo Ủy ban nhân dân tỉnh trước ngày 30/8/2026.

2. Các sở, ban, ngành cài đặt phần mềm phòng, chống mã độc cho 100% máy trạm.

3. Ủy ban nhân dân các xã, phường phân công cán bộ trực, báo cáo sự cố trong vòng 24 giờ kể từ khi phát hiện.

| | TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH Lê Văn An |
`
)

// told is what a reading says, without where in the text it stands and how many
// lines and dashes stand around it.
func told(r directive.Reading) string {
	r.Parts, r.Warnings, r.SecurityScore = nil, nil, 0
	said, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(said)
}

func TestACopyIsReadAsThePaperItIsOf(t *testing.T) {
	t.Parallel()
	x := lexicon(t)
	today := calendar.Date{Year: 2026, Month: 8, Day: 1}
	want := x.Read(asSent, today)
	if want.Number == nil || *want.Number != "48/KH-UBND" || want.Signer == nil || want.Signer.Name != "Lê Văn An" || len(directive.Leaves(want.Requirements)) != 4 || len(want.Warnings) > 1 {
		t.Fatalf("the paper itself: %s, warnings %v", told(want), want.Warnings)
	}
	for name, copied := range map[string]string{"wrapped": wrapped, "barred": barred} {
		got := x.Read(copied, today)
		if told(got) != told(want) {
			t.Errorf("%s:\n got %s\nwant %s", name, told(got), told(want))
		}
		if !reflect.DeepEqual(got.Warnings, want.Warnings) {
			t.Errorf("%s: warnings %v, want %v", name, got.Warnings, want.Warnings)
		}
		var all strings.Builder
		for _, p := range got.Parts {
			all.WriteString(p.Text)
		}
		if all.String() != copied {
			t.Errorf("%s: the parts do not give the text back", name)
		}
	}
}

func TestWhatADecisionPutsInForceIsTakenApart(t *testing.T) {
	t.Parallel()
	text := strings.Replace(asSent, "KẾ HOẠCH\n", "QUYẾT ĐỊNH\n", 1) + `
QUY CHẾ

Quản lý máy chủ dùng chung

Điều 1. Máy chủ dùng chung đặt tại một nơi.
`
	r := lexicon(t).Read(text, calendar.Date{Year: 2026, Month: 8, Day: 1})
	if r.Signer == nil || r.Signer.Title != "PHÓ CHỦ TỊCH" {
		t.Errorf("the signer is %+v", r.Signer)
	}
	last := r.Requirements[len(r.Requirements)-1]
	if last.Path != "Quy chế" || last.Heading != "Quản lý máy chủ dùng chung" || len(last.Children) != 1 || last.Children[0].Path != "Quy chế.Điều 1" {
		t.Errorf("the regulation is %+v", last)
	}
	for _, w := range r.Warnings {
		if w.Doubt == directive.Attached || w.Doubt == directive.Unread {
			t.Errorf("told of: %+v", w)
		}
	}
}
