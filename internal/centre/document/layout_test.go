// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
)

// TestLayoutIsCheckedAndNothingKept holds files against the layout rules; what
// may not come in is refused there as in the register.
func TestLayoutIsCheckedAndNothingKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		found, err := g.Layout(g.officer(), "cv.docx", bytes.NewReader(docx(t, "Đường dây nóng")))
		if err != nil || found.Checked == 0 || found.Count(lint.Error) == 0 { // one line of text is no paper
			t.Fatalf("%+v, %v", found, err)
		}
		for name, k := range map[string]struct {
			file string
			data []byte
		}{"a mark of secrecy": {"a.docx", docx(t, "UBND TỈNH MẪU", "TỐI MẬT")}, "a secret name": {"kế hoạch (MẬT).docx", docx(t, "x")},
			"no paper": {"a.txt", []byte("chữ")}, "broken": {"a.pdf", []byte("%PDF-1.7 x")}} {
			if _, err := g.Layout(g.officer(), k.file, bytes.NewReader(k.data)); !refused(err, "file") {
				t.Errorf("%s: %v", name, err)
			}
		}
		page, err := g.List(g.officer(), document.Filter{})
		if err != nil || page.Total != 0 {
			t.Errorf("%d papers are kept: %v", page.Total, err)
		}
	})
}
