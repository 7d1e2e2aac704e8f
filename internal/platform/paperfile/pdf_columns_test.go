// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// TestColumnsOfAPDF reads two columns of running text one after the other, and
// what stands side by side in a table row by row.
func TestColumnsOfAPDF(t *testing.T) {
	read := func(left, right string) string {
		p := fpdf.New("P", "mm", "A4", "")
		p.AddPage()
		p.SetFont("Helvetica", "", 11)
		p.Text(20, 15, "A line above that goes over the whole width of the page, as a heading of a gazette may do it")
		for i := range 20 {
			p.Text(20, 25+float64(i)*6, fmt.Sprintf(left, i))
			p.Text(101, 25+float64(i)*6, fmt.Sprintf(right, i))
		}
		var b bytes.Buffer
		if err := p.Output(&b); err != nil {
			t.Fatal(err)
		}
		got, err := paperfile.Read(t.Context(), "a.pdf", b.Bytes(), paperfile.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return got.Text
	}
	text := read("left %02d text of a column that is filled", "right %02d text of a column that is filled")
	if last, first := strings.LastIndex(text, "left 19"), strings.Index(text, "right 00"); last < 0 || first < last {
		t.Errorf("columns are mixed: %s", text)
	}
	text = read("left %02d", "right %02d")
	if a, b := strings.Index(text, "right 00"), strings.Index(text, "left 01"); a < 0 || b < a {
		t.Errorf("rows of a table are torn: %s", text)
	}
}
