// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// Place is a place in a list that is ordered by a whole number and then by id:
// behind the row with Value and ID or, with Back, before it. Its text is what
// a pager's link carries.
type Place struct {
	Value int64
	ID    string
	Back  bool
}

// String writes p as ParsePlace reads it.
func (p Place) String() string {
	way := "n"
	if p.Back {
		way = "p"
	}
	return way + strconv.FormatInt(p.Value, 10) + "." + p.ID
}

// ParsePlace reads a place. ok is false on text that is none: the list then
// starts at its beginning.
func ParsePlace(s string) (p Place, ok bool) {
	way, rest := s[:min(1, len(s))], s[min(1, len(s)):]
	value, id, cut := strings.Cut(rest, ".")
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || !cut || way != "n" && way != "p" {
		return Place{}, false
	}
	return Place{n, id, way == "p"}, true
}

// Seek orders q by the whole number expr and the id column, trusted SQL both,
// and starts it at the place that after names; limit rows and one more are
// read, so that Leaf knows whether there is a next page. Where q selects no more
// than ids, an index can answer it alone, and Ordered reads the rows.
func Seek(q *bun.SelectQuery, expr, id string, desc bool, after string, limit int) *bun.SelectQuery {
	if p, ok := ParsePlace(after); ok {
		way, _ := direction(desc, after)
		q = q.Where("(?, ?) ? (?, ?)", bun.Safe(expr), bun.Safe(id), way, p.Value, p.ID)
	}
	return Ordered(q, expr, id, desc, after).Limit(int64(limit) + 1)
}

// Ordered orders q as Seek does.
func Ordered(q *bun.SelectQuery, expr, id string, desc bool, after string) *bun.SelectQuery {
	_, order := direction(desc, after)
	return q.OrderExpr("? ?, ? ?", bun.Safe(expr), order, bun.Safe(id), order)
}

// direction is which way rows are read from the place that after names.
func direction(desc bool, after string) (way, order bun.Safe) {
	if p, _ := ParsePlace(after); desc != p.Back {
		return "<", "DESC"
	}
	return ">", "ASC"
}

// Leaf cuts the rows that Seek read to one page in reading order, and says
// where its neighbours begin; place tells the place of a row. Empty texts mean
// that there is no such page.
func Leaf[R any](rows []R, after string, limit int, place func(R) Place) (page []R, prev, next string) {
	p, ok := ParsePlace(after)
	more := len(rows) > limit
	page = append([]R(nil), rows[:min(limit, len(rows))]...)
	if p.Back {
		for i, j := 0, len(page)-1; i < j; i, j = i+1, j-1 {
			page[i], page[j] = page[j], page[i]
		}
	}
	if len(page) == 0 {
		return page, "", ""
	}
	if more || p.Back {
		next = place(page[len(page)-1]).String()
	}
	if ok && (more || !p.Back) {
		first := place(page[0])
		first.Back = true
		prev = first.String()
	}
	return page, prev, next
}
