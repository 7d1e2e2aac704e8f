// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// perPage is how many units a page of a board, or of scores, shows at most: a page
// of a board of three times as many is a megabyte.
const perPage = 50

// whole is the page that holds every row, to be printed.
const whole = "all"

// page is a part of some rows: [From, To) of them, in their order.
// Totals are of all rows, whatever the page.
type page struct {
	No, Of   int // from 1
	From, To int
	All      bool // every row, though they make several pages
}

// pageOf is the page that is asked for of n rows; one that is not there is the
// first, or the last for a number beyond it.
func pageOf(asked string, n int) page {
	p := page{No: 1, Of: max(1, (n+perPage-1)/perPage), To: n}
	if p.All = asked == whole && p.Of > 1; p.All || p.Of == 1 {
		return p
	}
	if no, err := strconv.Atoi(asked); err == nil {
		p.No = min(max(no, 1), p.Of)
	}
	p.From = (p.No - 1) * perPage
	p.To = min(p.From+perPage, n)
	return p
}

// turn is the address of another page, with all else as it is.
func turn(r *http.Request, no int) string {
	if no <= 1 {
		return web.With(r, "page", "")
	}
	return web.With(r, "page", strconv.Itoa(no))
}

// shown says which of n units the page shows.
func (p page) shown(ctx context.Context, n int) string {
	return i18n.T(ctx, "board.page", number(ctx, p.From+1), number(ctx, p.To), number(ctx, n))
}

// groups are the rows of the page under the kinds of their units, one without a
// name where the order is another. The counts of a group are of all its units, on
// whatever page they stand.
func (v *boardPage) groups() []rowGroup {
	if v.f.Sort != "" {
		return []rowGroup{{rows: v.table.Rows[v.page.From:v.page.To]}}
	}
	var out []rowGroup
	for i, r := range v.table.Rows {
		if i == 0 || v.table.Rows[i-1].Unit.Kind != r.Unit.Kind {
			out = append(out, rowGroup{name: r.Unit.KindLabel})
		}
		g := &out[len(out)-1]
		g.counts = g.counts.Plus(r.Counts)
		if i >= v.page.From && i < v.page.To {
			g.rows = append(g.rows, r)
		}
	}
	return slices.DeleteFunc(out, func(g rowGroup) bool { return len(g.rows) == 0 })
}

type rowGroup struct {
	name   string
	rows   []Row
	counts Counts
}
