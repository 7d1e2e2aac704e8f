// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/document"
)

func TestCitationsAreFoundAndDoubted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Căn cứ Công văn số 1768/STTTT-BCVTCNTT ngày 19/8/2024 của Sở Thông tin và Truyền thông tỉnh Lai Châu về việc": "1768|STTTT-BCVTCNTT|2024-08-19|[]",
		"Thông tư số 20/2017/TT-BTTTT ngày 12/9/2017 của Bộ Thông tin và Truyền thông,":                                "20|2017/TT-BTTTT|2017-09-12|[]",
		"Thông tư số 20/2016/TT-BTTTT ngày 12/9/2017 của Bộ Thông tin và Truyền thông":                                 "20|2016/TT-BTTTT|2017-09-12|[other_year]",
		"Chỉ thị số 14/CT-TTg ngày 07-6-2019 của Thủ tướng Chính phủ":                                                  "14|CT-TTg|2019-06-07|[]",
		"và Bộ Công an tại Văn bản số 3001/BTTTT-CATTT ngày 06-9-2019;":                                                "3001|BTTTT-CATTT|2019-09-06|[other_symbol]",
		"Văn bản số 4791/BTTTT-CATTT ngày 31 tháng 12 năm 2019":                                                        "4791|BTTTT-CATTT|2019-12-31|[]",
		"Văn bản số 4791/BTTTT-CATTT ngày 31 tháng 2 năm 2019":                                                         "4791|BTTTT-CATTT||[bad_date]",
		"Công văn số 12/UBND-VX ngày 01/01/2030":                                                                       "12|UBND-VX|2030-01-01|[bad_date]",
		"Số: /UBND-VX ngày  tháng 5 năm 2024":                                                                          "|UBND-VX||[bad_date no_number]",
		"Quyết định 632/QĐ-TTg ngày 10/5/2017 của Ủy ban nhân dân tỉnh":                                                "632|QĐ-TTg|2017-05-10|[other_symbol]",
		"Kết luận số 61-KL/TW ngày 08/3/2019 của Bộ Chính trị về":                                                      "61|KL/TW|2019-03-08|[]",
		"Kế hoạch số 77-KH/TU ngày 09/4/2019 của Ban Thường vụ Tỉnh ủy;":                                               "77|KH/TU|2019-04-09|[]",
		"Kế hoạch số 77-KH/TU ngày 09/4/2019 của Bộ Công an;":                                                          "77|KH/TU|2019-04-09|[other_symbol]",
		"Thông tư số 04/2016/TT-BNNPTNT ngày 10/5/2016 của Bộ trưởng Bộ Nông nghiệp và PTNT":                           "4|2016/TT-BNNPTNT|2016-05-10|[]",
		"Quyết định số 128/QĐ-LĐTBXH ngày 17/3/2017 của Bộ Lao động - Thương binh và Xã hội":                           "128|QĐ-LĐTBXH|2017-03-17|[]",
		"Kế hoạch số 5/KH-UBND":         "5|KH-UBND||[no_date]",
		"trực 24/7 và 01 lần/02 năm":    "",
		"xem https://a.vn/TIN-TUC/2024": "",
	} {
		var got []string
		for _, c := range document.Citations(text, day0) {
			got = append(got, fmt.Sprintf("%s|%s|%s|%v", c.Number, c.Symbol, c.Date, c.Warnings))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, s, want)
		}
	}
}

// TestCitationsOfTheSeeds reads real letters where they are at hand.
func TestCitationsOfTheSeeds(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../../../shared/seeds/*.txt")
	if err != nil || len(paths) == 0 {
		t.Skip("no letters to read")
	}
	n := 0
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range document.Citations(string(raw), day0) {
			t.Logf("%s %s: %s %v", filepath.Base(p), c.Text, c.Issuer, c.Warnings)
			n++
		}
	}
	if n < 10 {
		t.Errorf("only %d citations", n)
	}
}

func FuzzCitations(f *testing.F) {
	f.Add("Thông tư số 20/2017/TT-BTTTT ngày 12/9/2017 của Bộ Thông tin và Truyền thông")
	f.Add("Số: /UBND-VX ngày … tháng 5 năm 2024")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range document.Citations(text, day0) {
			if !utf8.ValidString(c.Text) || c.Symbol == "" {
				t.Errorf("%q: %+v", text, c)
			}
		}
	})
}
