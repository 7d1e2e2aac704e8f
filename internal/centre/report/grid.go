// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"math"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Grid is a table as printed.
type Grid struct {
	Leaf    string       `json:"leaf"` // of the workbook, on which it stands alone
	Columns []GridColumn `json:"columns"`
	Rows    [][]string   `json:"rows"`
	Foot    []string     `json:"foot,omitempty"` // totals
}

// GridColumn is a column of a Grid.
type GridColumn struct {
	Key    string  `json:"key,omitempty"` // of the form; absent in prints made before there were layouts of a body's own
	Head   string  `json:"head"`
	No     string  `json:"no,omitempty"`     // "(1)"
	Width  float64 `json:"width,omitempty"`  // points
	Number bool    `json:"number,omitempty"` // its cells are whole numbers with points between the thousands
}

// grid prints a table. Rows of code lists print the code's label.
func (s *Service) grid(pack *rulepack.Pack, f rulepack.Field, v Value) *Grid {
	g := &Grid{Rows: make([][]string, 0, len(v.Rows))}
	if len(v.Cols) == 0 {
		v = Value{Rows: v.Rows}
		for _, c := range f.Columns {
			if c.Type != "seq" {
				v.Cols = append(v.Cols, c.Key)
			}
		}
	}
	place := map[string]int{}
	for i, key := range v.Cols {
		place[key] = i
	}
	at := make([]int, len(f.Columns))
	for i, c := range f.Columns {
		g.Columns = append(g.Columns, GridColumn{Key: c.Key, Head: c.Label, No: c.No, Width: c.Width, Number: c.Type == "int" || c.Type == "money"})
		at[i] = -1
		if n, ok := place[c.Key]; ok {
			at[i] = n
		}
	}
	for n, row := range v.Rows {
		line := make([]string, len(f.Columns))
		for i, c := range f.Columns {
			switch {
			case c.Type == "seq":
				line[i] = strconv.Itoa(n + 1)
			case at[i] >= 0 && at[i] < len(row):
				line[i] = s.printCell(pack, c, row[at[i]])
			}
		}
		g.Rows = append(g.Rows, line)
	}
	if f.TotalRow != "" {
		g.Foot = s.foot(f, v)
	}
	g.widen(f.Columns, false)
	return g
}

// Widths in points: of the text on an upright page and on one on its side, and
// what a column needs so that its shortest words stay whole.
const (
	uprightWidth   = 467.0
	landscapeWidth = 714.0
)

var least = map[string]float64{"seq": 36, "date": 68, "datetime": 68, "money": 72, "int": 46, "pct": 46, "bool": 46}

// widen gives every column at least what its type needs, taken from the others
// in proportion. Widths become points.
func (g *Grid) widen(columns []rulepack.Column, landscape bool) {
	total := uprightWidth
	if landscape {
		total = landscapeWidth
	}
	fixed := make([]bool, len(columns))
	for range columns { // a column that is widened narrows others
		room, shares := total, 0.0
		for i := range columns {
			if fixed[i] {
				room -= g.Columns[i].Width
			} else {
				shares += share(columns[i])
			}
		}
		for i, c := range columns {
			if !fixed[i] {
				g.Columns[i].Width = room * share(c) / shares
			}
		}
		settled := true
		for i, c := range columns {
			if need := cmp.Or(least[c.Type], 44); !fixed[i] && g.Columns[i].Width < need {
				g.Columns[i].Width, fixed[i], settled = need, true, false
			}
		}
		if settled {
			break
		}
	}
	for i := range g.Columns {
		g.Columns[i].Width = math.Round(g.Columns[i].Width)
	}
}

func share(c rulepack.Column) float64 { return cmp.Or(c.Width, 1) }

// foot sums the numbers; a column in which nothing was counted stays empty.
func (s *Service) foot(f rulepack.Field, v Value) []string {
	foot := make([]string, len(f.Columns))
	said := false
	for i, c := range f.Columns {
		switch {
		case c.Type == "int" || c.Type == "money":
			if n, ok := v.total(c.Key); ok {
				foot[i] = officedoc.Number(n)
			}
		case !said && c.Type != "seq":
			foot[i], said = f.TotalRow, true
		}
	}
	return foot
}

// blocksOf prints each row as labelled lines; with several rows each begins
// with its number.
func (s *Service) blocksOf(pack *rulepack.Pack, f rulepack.Field, v Value) []Line {
	out := []Line{}
	g := s.grid(pack, f, v)
	for n, row := range g.Rows {
		head := f.Label
		if len(g.Rows) > 1 {
			head += " " + strconv.Itoa(n+1)
		}
		out = append(out, Line{Key: f.Key, Text: head})
		for i, c := range f.Columns {
			if c.Type != "seq" {
				out = append(out, Line{Key: f.Key, Label: c.Label, Text: row[i]})
			}
		}
	}
	return out
}

// leaves names the leaves of the paper as a workbook.
func (s *Service) leaves(out *Sheet) {
	out.Leaf = s.word("report.word.leaf")
	n := 0
	for _, part := range out.Parts {
		for _, l := range part.Lines {
			if l.Grid != nil {
				n++
				l.Grid.Leaf = s.word("report.word.leaf.table", n)
			}
		}
	}
}

func (g *Grid) table() officedoc.Table {
	t := officedoc.Table{Rows: g.Rows}
	for _, c := range g.Columns {
		col := officedoc.Column{Head: c.Head, Width: c.Width}
		if c.No != "" {
			col.Head += "\n" + c.No
		}
		if c.Number {
			col.Align = officedoc.Right
		}
		t.Columns = append(t.Columns, col)
	}
	if g.Foot != nil {
		t.Foot = [][]string{g.Foot}
	}
	return t
}
