// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"regexp"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

const (
	signerWidth = 50.0 // mm, as officedoc keeps it
	leastGap    = 8.0  // mm between title and name that a signature needs
)

// SignerSpot tells where the signer's image goes on raw, a PDF of any maker:
// between title and name of the first signature (Nghị định 30/2020/NĐ-CP, Phụ lục
// I, phần I, mục II.7). ok is false where the file does not tell: a scan, no name,
// title and name on two pages or without room between them. Errors are those of
// [Check]; a DOCX tells nothing.
func SignerSpot(raw []byte) (spot officedoc.Spot, ok bool, err error) {
	p, err := read(raw)
	if err != nil {
		return officedoc.Spot{}, false, err
	}
	if p.format != PDF || p.scan {
		return officedoc.Spot{}, false, nil
	}
	p.find()
	titles, name := (&checker{paper: p}).titles()
	if len(titles) == 0 || name == nil || titles[len(titles)-1].page != name.page {
		return officedoc.Spot{}, false, nil
	}
	title := titles[len(titles)-1]
	for _, q := range p.signer { // a hint in brackets belongs to the title
		if q.n > title.n && q.n < name.n && q.page == name.page {
			title = q
		}
	}
	top, height := title.bottom/mm, (name.top-title.bottom)/mm
	if height < leastGap {
		return officedoc.Spot{}, false, nil
	}
	return officedoc.Spot{Role: officedoc.SignerSpot, Page: name.page, X: (name.x0+name.x1)/2/mm - signerWidth/2, Y: top, Width: signerWidth, Height: height}, true, nil
}

// Blank is a place in a line that was left open, in points from the upper left
// corner of its page.
type Blank struct {
	Page     int
	X, Width float64
	Baseline float64
	Size     float64
	Italic   bool
}

var (
	openNumber = regexp.MustCompile(`^Số:\s*(/\S+)$`)
	openDay    = regexp.MustCompile(`^(.*, ngày)\s*(tháng\s*(\d{1,2})\s*năm\s*(\d{4}))$`)
)

// Blanks are what was left open in the head of raw, a PDF of any maker: where the
// number goes, and the day, with month and year that stand beside it as the paper
// writes them. Nil is nothing left open, or nothing that the file tells. Errors are
// those of [Check].
func Blanks(raw []byte) (number, day *Blank, month, year string, err error) {
	p, err := read(raw)
	if err != nil || p.format != PDF || p.scan {
		return nil, nil, "", "", err
	}
	p.find()
	if p.number != nil {
		if m := openNumber.FindStringSubmatch(p.number.text); m != nil {
			number = p.number.gap("Số:", m[1])
		}
	}
	if p.date != nil {
		if m := openDay.FindStringSubmatch(p.date.text); m != nil {
			day, month, year = p.date.gap(m[1], m[2]), m[3], m[4]
		}
	}
	return number, day, month, year, nil
}

// gap is what lies between two parts of q's one line; nil without room for two
// digits.
func (q *para) gap(before, after string) *Blank {
	if q.lines != 1 || len(q.runs) == 0 || strings.TrimSpace(before) == "" {
		return nil
	}
	r := q.runs[0]
	width := func(s string) float64 { return officedoc.Width(s, r.bold, r.italic, r.size) }
	b := &Blank{Page: q.page, X: q.x0 + width(before), Baseline: q.bottom - 0.216*q.size(), Size: r.size, Italic: r.italic}
	if b.Width = q.x1 - width(after) - b.X; b.Width < width("00") {
		return nil
	}
	return b
}
