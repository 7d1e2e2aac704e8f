// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// drawn is a chain as a picture: boxes with the paper in the middle column, what
// it rests on to the left, what cites it to the right.
type drawn struct {
	width, height int
	boxes         []box
	lines         []line
}

type box struct {
	x, y    int
	code    string
	note    string // relation
	gone    bool   // replaced or withdrawn
	present bool   // the paper of the page
	href    string
}

type line struct{ x1, y1, x2, y2 int }

const (
	boxWide, boxHigh = 210, 44
	boxGapX, boxGapY = 50, 14
	mostBoxes        = 12 // a column; the list beneath has all
)

// chart draws the nearest papers of the chain; nil when there are none.
func (v showPage) chart(ctx context.Context) *drawn {
	left, right := min(len(v.chain), mostBoxes), min(len(v.f.CitedBy), mostBoxes)
	if left+right == 0 {
		return nil
	}
	d := &drawn{height: max(left, right, 1)*(boxHigh+boxGapY) - boxGapY + 2}
	column := func(i int) int { return 1 + i*(boxWide+boxGapX) }
	mid := 0
	if left > 0 {
		mid = 1
	}
	top := func(i, n int) int { return 1 + (d.height-2-n*(boxHigh+boxGapY)+boxGapY)/2 + i*(boxHigh+boxGapY) }
	y := top(0, 1)
	d.boxes = append(d.boxes, box{x: column(mid), y: y, code: cmp.Or(v.f.Code(), i18n.T(ctx, "document.no_number")), note: i18n.T(ctx, "document.chain.this"), present: true})
	add := func(l Link, i, n, col int, from, to int) {
		at := top(i, n)
		d.boxes = append(d.boxes, box{x: column(col), y: at, code: codeOf(l), note: label(v.codes.Relations, string(l.Relation)), gone: l.Standing == Replaced || l.Standing == Withdrawn, href: linkHref(l)})
		d.lines = append(d.lines, line{from, at + boxHigh/2, to, y + boxHigh/2})
	}
	for i, n := range v.chain[:left] {
		add(n.Link, i, left, 0, column(0)+boxWide, column(1))
	}
	for i, l := range v.f.CitedBy[:right] {
		add(l, i, right, mid+1, column(mid+1), column(mid)+boxWide)
	}
	d.width = column(2) + boxWide + 1 // always three columns: letters are of one size
	return d
}

// codeOf names what is cited, in few letters.
func codeOf(l Link) string {
	s := []rune(cmp.Or(l.Cited.Code(), l.Subject))
	if len(s) > 26 {
		s = append(s[:25], '…')
	}
	return string(s)
}

func linkHref(l Link) string {
	if l.Target == "" {
		return ""
	}
	return href(l.Target)
}

func (d drawn) viewBox() string { return "0 0 " + strconv.Itoa(d.width) + " " + strconv.Itoa(d.height) }
