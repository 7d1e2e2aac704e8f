// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// Table is what an expert's pipes make of the rows.
type Table struct {
	Columns []string
	Rows    [][]string // one value for each column; "" where a row has none
	Cut     bool       // there are more rows than these
}

// MaxTable is the most rows of a table on a page.
const MaxTable = 500

// tabled puts q with its pipes; limit is below lake.MaxTable.
func tabled(ctx context.Context, store lake.Store, scope lake.Scope, q *Question, limit int) (*Table, error) {
	query := q.query()
	query.Expert = q.Expert
	list, err := store.Table(ctx, scope, query, limit+1)
	if err != nil {
		return nil, err
	}
	t := &Table{Columns: columnsOf(list, q.read.Pipes), Cut: len(list) > limit}
	for _, row := range list[:min(len(list), limit)] {
		line := make([]string, len(t.Columns))
		for i, name := range t.Columns {
			line[i] = row[name]
		}
		t.Rows = append(t.Rows, line)
	}
	if !ordered(q.read.Pipes) { // as the engine came upon them: nobody can read that
		slices.SortFunc(t.Rows, compareLines)
	}
	return t, nil
}

// columnsOf are the columns of list in the order in which the pipes name them,
// then by name.
func columnsOf(list []map[string]string, pipes string) []string {
	names := map[string]bool{}
	for _, row := range list {
		for name := range row {
			names[name] = true
		}
	}
	place := func(name string) int {
		if at := regexp.MustCompile(`(^|[^\w.])` + regexp.QuoteMeta(name) + `($|[^\w.])`).FindStringIndex(pipes); at != nil {
			return at[0]
		}
		return len(pipes)
	}
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

// ordered reports whether pipes say in which order their rows come.
func ordered(pipes string) bool {
	return slices.ContainsFunc([]string{"| sort", "| top", "| first", "| last", "| facets"}, func(p string) bool { return strings.Contains(pipes, p) })
}

// compareLines orders by the first column that differs, numbers as numbers.
func compareLines(a, b []string) int {
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		x, errX := strconv.ParseFloat(a[i], 64)
		y, errY := strconv.ParseFloat(b[i], 64)
		if errX == nil && errY == nil && x != y {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(a[i], b[i])
	}
	return 0
}

// places are the owners and sources that t names, as rows of nothing else.
func (t *Table) places() (out []lake.Row) {
	if t == nil {
		return nil
	}
	for i, name := range t.Columns {
		for _, row := range t.Rows {
			switch name {
			case lake.FieldOwner:
				out = append(out, lake.Row{Owner: row[i]})
			case lake.FieldSource:
				out = append(out, lake.Row{Source: row[i]})
			}
		}
	}
	return out
}
