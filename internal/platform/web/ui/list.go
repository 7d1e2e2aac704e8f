// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Sorted is the present order of a column.
type Sorted uint8

const (
	SortNone Sorted = iota
	SortAscending
	SortDescending
)

// Head is one column heading.
type Head struct {
	Label   string
	Sort    string // link that sorts by this column; empty when it cannot be sorted
	Sorted  Sorted
	Numeric bool // right-aligned
	Hide    bool // label is only read out: menu and icon columns
}

// Row is one row. Cells has one component per Head.
type Row struct {
	ID    string // value of the bulk checkbox and suffix of the element id
	Name  string // what the row is, for the checkbox's label
	Href  string // opened by Enter on the row and linked from the first cell
	Tone  Tone   // marks the row's edge; the reason must stand in a cell
	Cells []templ.Component
	Under bool // tells more of the row above and is not counted as one
}

// Bulk lets several rows be chosen and acted upon together.
type Bulk struct {
	Action  string   // POST, field "id" once per chosen row
	Buttons []Submit // one per effect; Name and Value tell them apart
	Hidden  []Hidden
}

// ListProps is the one list of the product.
type ListProps struct {
	ID       string // element id; required when a page has two lists
	Caption  string // read out; say what the rows are
	Filters  templ.Component
	Filtered bool   // a filter is on: the empty state says so
	ClearAt  string // the list without filters
	Heads    []Head
	Rows     []Row
	Total    int64  // rows that match in the actor's scope; negative when not counted
	Over     bool   // more match than Total, which is where counting stopped
	Note     string // further words beside the count
	Prev     string // keyset pager links; empty when there is no such page
	Next     string
	Exports  []Link // CSV, XLSX
	Bulk     *Bulk
	Lines    bool // one line a row in columns of fixed shares: lists of log lines
	Empty    EmptyProps
}

// FilterProps is the usual filter form: GET with a few fields in a row.
type FilterProps struct {
	Action string
	Hidden []Hidden // what must survive, such as the sort order
	Fields []FieldProps
	Clear  string // the address without filters; empty hides the link
}

func (l ListProps) id() string {
	if l.ID == "" {
		return "list"
	}
	return l.ID
}

func (l ListProps) count(ctx context.Context) string {
	n := 0
	for _, r := range l.Rows {
		if !r.Under {
			n++
		}
	}
	shown := i18n.Number(ctx, int64(n))
	if l.Total < 0 {
		return i18n.T(ctx, "ui.list.shown", shown)
	}
	if l.Over {
		return i18n.T(ctx, "ui.list.over", shown, i18n.Number(ctx, l.Total))
	}
	return i18n.T(ctx, "ui.list.count", shown, i18n.Number(ctx, l.Total))
}

func (h Head) aria() string {
	return [...]string{"none", "ascending", "descending"}[h.Sorted]
}

func (h Head) icon() IconName {
	return [...]IconName{IconSort, IconSortUp, IconSortDown}[h.Sorted]
}

// beside is what stands beside the cell where rows are cards: nothing when the
// cell's button says it already.
func (h Head) beside() string {
	if h.Hide {
		return ""
	}
	return h.Label
}

// head returns the heading of column i, or an empty one for a surplus cell.
func (l ListProps) head(i int) Head {
	if i < len(l.Heads) {
		return l.Heads[i]
	}
	return Head{}
}
