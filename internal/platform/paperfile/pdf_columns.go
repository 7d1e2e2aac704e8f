// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import "sort"

const (
	columnRows = 12  // lines that hold text of both columns, at least
	mostRows   = 500 // of a page whose columns are looked for
)

// rowsOf puts the pieces of a page into lines, the topmost first, each from left
// to right.
func rowsOf(pieces []piece) (rows [][]piece) {
	sort.SliceStable(pieces, func(i, j int) bool { return pieces[i].y > pieces[j].y })
	for len(pieces) > 0 {
		n, y := 1, pieces[0].y
		for n < len(pieces) && y-pieces[n].y < max(2, pieces[0].size/3) {
			n++
		}
		row := pieces[:n]
		pieces = pieces[n:]
		sort.SliceStable(row, func(i, j int) bool { return row[i].x < row[j].x })
		rows = append(rows, row)
	}
	return rows
}

// gap is an empty stretch of a line.
type gap struct{ from, to float64 }

// gaps are the stretches within a row that could part two columns.
func gaps(row []piece) (out []gap) {
	end := row[0].end
	for _, p := range row[1:] {
		if p.x-end > p.size/2 {
			out = append(out, gap{end, p.x})
		}
		end = max(end, p.end)
	}
	return out
}

// columns looks for two columns of running text that begin with the first of
// rows: how many rows they take and where they part. n is 0 where there are none:
// cells of a table or of a head do not fill their column.
func columns(rows [][]piece) (n int, at float64) {
	for _, g := range gaps(rows[0]) {
		both, taken := 0, 0
		for taken < len(rows) {
			row := rows[taken]
			next, ok := g, false
			switch {
			case row[0].x >= g.to-1, row[len(row)-1].end <= g.from+1: // one column is longer
				ok = true
			default:
				for _, o := range gaps(row) {
					if from, to := max(g.from, o.from), min(g.to, o.to); to-from > row[0].size/3 {
						next, ok = gap{from, to}, true
						both++
						break
					}
				}
			}
			if !ok {
				break
			}
			g = next
			taken++
		}
		if both >= columnRows && both > n && filled(rows[:taken], g) {
			n, at = taken, (g.from+g.to)/2
		}
	}
	return n, at
}

// filled reports whether g is as narrow as what parts columns of text, most lines
// on its left end near it, and most on its right begin there.
func filled(rows [][]piece, g gap) bool {
	if g.to-g.from > 4*rows[0][0].size {
		return false
	}
	left, right, both := 0, 0, 0
	for _, row := range rows {
		i := sort.Search(len(row), func(i int) bool { return row[i].x >= g.to-1 })
		if i == 0 || i == len(row) {
			continue
		}
		both++
		if g.from-row[i-1].end < 4*row[i-1].size {
			left++
		}
		if row[i].x-g.to < row[i].size {
			right++
		}
	}
	return left*5 > both*3 && right*5 > both*3
}

// lay puts pieces together into lines; of two columns the left one comes first.
func lay(pieces []piece) (out []string) {
	rows := rowsOf(pieces)
	for len(rows) > 0 {
		n, at := 0, 0.0
		if len(rows) >= columnRows && len(rows) <= mostRows {
			n, at = columns(rows)
		}
		if n == 0 {
			out = append(out, spoken(rows[0])...)
			rows = rows[1:]
			continue
		}
		var right []string
		for _, row := range rows[:n] {
			i := sort.Search(len(row), func(i int) bool { return row[i].x >= at })
			if i > 0 {
				out = append(out, spoken(row[:i])...)
			}
			if i < len(row) {
				right = append(right, spoken(row[i:])...)
			}
		}
		out, rows = append(out, right...), rows[n:]
	}
	return out
}
