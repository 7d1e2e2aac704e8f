// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// A draft notice, checked for letters the font lacks and printed both ways.
func Example() {
	found := time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)
	p := officedoc.Paper{
		Parent: "Ủy ban nhân dân tỉnh Đông Sơn", Issuer: "Sở Khoa học và Công nghệ",
		Symbol: "TB-SKHCN", Place: "Đông Sơn", Date: found,
		Kind: "Thông báo", Subject: "Ban đầu sự cố an ninh mạng", Mark: "Dự thảo", Code: "SC-2026-000017",
		To: []string{"Công an tỉnh Đông Sơn"},
		Body: []officedoc.Block{
			officedoc.Heading{Level: 1, Text: "Thông tin chung"},
			officedoc.Field{Label: "Thời điểm phát hiện", Required: true, Value: officedoc.Moment(found)},
			officedoc.Field{Label: "Có dữ liệu cá nhân bị ảnh hưởng", Inline: true,
				Options: []officedoc.Option{{Label: "Có"}, {Label: "Không", Ticked: true}}},
			officedoc.Table{
				Columns: []officedoc.Column{{Head: "Máy", Width: 3}, {Head: "Số lượt", Align: officedoc.Right}},
				Rows:    [][]string{{"PC-01", officedoc.Number(1234)}},
			},
		},
		Sign: officedoc.Signature{
			As:   []officedoc.Capacity{{Mark: officedoc.ForHead, Title: "Giám đốc"}, {Title: "Phó Giám đốc"}},
			Name: "Lê Thị Ngọc Ánh",
		},
		Copies: []string{"Như trên", "Lưu: VT, CĐS"},
	}
	missing, err := officedoc.Missing(p)
	var docx, pdf bytes.Buffer
	if err == nil {
		err = officedoc.WriteDOCX(&docx, p)
	}
	if err == nil {
		err = officedoc.WritePDF(&pdf, p)
	}
	fmt.Println(len(missing), err, docx.String()[:2], pdf.String()[:4])
	// Output: 0 <nil> PK %PDF
}
