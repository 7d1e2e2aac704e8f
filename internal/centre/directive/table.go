// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strings"
)

// The columns of a table of tasks, as the lexicon knows them by their heads.
const (
	columnTask = "task"
	columnWho  = "who"
	columnDue  = "due"
)

// taskTable is a table of tasks while its rows are read: cells parted by upright
// bars, as converters write them.
type taskTable struct {
	cells          int // of each row; 0 outside a table
	task, who, due int // where those columns are; -1 for none
}

// leastCells is how many cells a row of tasks has at least: what, who, when.
const leastCells = 3

// row reads l as the head of a table of tasks, or as a row of the one that t is
// in. It is neither where a line has other cells than the head.
func (r *reader) row(t *taskTable, l line) (p para, head, ok bool) {
	cells := barred(l.text)
	if len(cells) < leastCells {
		if l.apart {
			*t = taskTable{}
		}
		return p, false, false
	}
	if of := (taskTable{cells: len(cells), task: r.column(cells, columnTask), who: r.column(cells, columnWho), due: r.column(cells, columnDue)}); of.task >= 0 && (of.who >= 0 || of.due >= 0) {
		*t = of
		return p, true, true
	}
	if len(cells) != t.cells || cells[t.task] == "" {
		return p, false, false
	}
	at := func(i int) string {
		if i < 0 {
			return ""
		}
		return cells[i]
	}
	p = para{text: cells[t.task], who: at(t.who), due: at(t.due), apart: true, label: label{rank: byRow, text: "-"}}
	if n := atoi(strings.TrimRight(cells[0], ".")); n > 0 && t.task > 0 {
		p.label.text, p.label.value = strings.TrimRight(cells[0], "."), n
	}
	return p, false, true
}

// column is the first of cells whose words are those of the head of column; -1
// for none.
func (r *reader) column(cells []string, column string) int {
	re := r.x.columns[column]
	if re == nil {
		return -1
	}
	return slices.IndexFunc(cells, func(c string) bool { return re.MatchString(fold(c)) })
}

// barred are the cells of a line that upright bars part.
func barred(text string) []string {
	if !strings.Contains(text, "|") {
		return nil
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "|"), "|")
	cells := strings.Split(text, "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// dueOf are the time limits of a cell that says nothing but when.
func (r *reader) dueOf(cell string) []Deadline {
	for _, before := range r.x.cells {
		if list := r.deadlines(before + cell); len(list) > 0 {
			for i := range list {
				list[i].Text = strings.TrimPrefix(list[i].Text, before)
			}
			return list
		}
	}
	return nil
}
