// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// This file makes the tables that only the workbook of an answer has: every cell
// of the board, every answer in full, every figure with what it was made of.

// annex are the tables behind the paper. Nothing unseen stands in them as a
// number.
func (v *replyView) annex() []*Grid {
	return []*Grid{v.cells(), v.replies(), v.proven(), v.gauges()}
}

// leaf begins a table of the workbook; numbers are the keys of columns of whole
// numbers.
func (v *replyView) leaf(name string, columns ...GridColumn) *Grid {
	g := &Grid{Leaf: v.s.word("report.reply.leaf." + name), Rows: [][]string{}}
	for _, c := range columns {
		c.Head = v.s.word("report.reply.col." + c.Key)
		g.Columns = append(g.Columns, c)
	}
	return g
}

func wide(key string, width float64) GridColumn { return GridColumn{Key: key, Width: width} }

func whole(key string) GridColumn { return GridColumn{Key: key, Width: 50, Number: true} }

// cells are the units by requirements.
func (v *replyView) cells() *Grid {
	g := v.leaf("cells", wide("unit", 150), wide("clause", 40), wide("ask", 200), wide("state", 90), wide("value", 90), wide("target", 60), whole("seen"), whole("expected"),
		wide("due", 70), wide("late", 60), whole("proofs"))
	for _, row := range v.r.Board.Rows {
		for _, j := range v.only {
			cell, c := row.Cells[j], v.r.Board.Columns[j]
			if !v.addressed(j, row.Unit.ID) || cell.State == board.Outside && !cell.Idle {
				continue
			}
			line := []string{row.Unit.Name, v.clause(c), c.Label, v.state(cell.State), "", "", "", "", shortDue(cell.Due), "", strconv.Itoa(v.things(row.Unit.ID, c.ID))}
			if cell.Late {
				line[9] = v.s.word("report.reply.state.late")
			}
			if r := cell.Reading; r != nil {
				line[4], line[5] = v.value(*r, cell.In), v.s.limit(cell.Target, cell.In)
				line[6], line[7] = strconv.FormatInt(r.Seen, 10), strconv.FormatInt(r.Expected, 10)
			}
			g.Rows = append(g.Rows, line)
		}
	}
	return g
}

func (v *replyView) state(s board.State) string {
	if v.states[s] == "" {
		v.states[s] = v.s.word("report.reply.state." + s.Key())
	}
	return v.states[s]
}

// value is a reading as a cell shows it.
func (v *replyView) value(r measure.Reading, u measure.Unit) string {
	if _, ok := r.Value(u); ok {
		return v.s.figure(r, u)
	}
	switch {
	case r.Grade == measure.Measured:
		return v.s.word("report.reply.target.idle")
	case r.Grade == measure.Partial:
		return v.s.word("report.reply.target.short")
	}
	return v.s.word("report.reply.grade.unseen")
}

// shortDue is a moment as the last day it leaves.
func shortDue(due time.Time) string {
	if due.IsZero() {
		return ""
	}
	return officedoc.ShortDate(calendar.DateOf(due.Add(-time.Nanosecond)).Start())
}

// replies are the answers of the units, in full.
func (v *replyView) replies() *Grid {
	g := v.leaf("answers", wide("unit", 150), wide("clause", 40), wide("ask", 180), wide("period", 60), wide("answered", 90), wide("text", 300), wide("by", 100), wide("at", 90), wide("reason", 120))
	names, columns, order := map[string]string{}, map[string]board.Column{}, map[string]int{}
	for n, row := range v.r.Board.Rows {
		names[row.Unit.ID], order[row.Unit.ID] = row.Unit.Name, n
	}
	for n, c := range v.r.Board.Columns {
		columns[c.ID], order[c.ID] = c, n
	}
	list := slices.Clone(v.r.Answers)
	slices.SortStableFunc(list, func(a, b Answer) int {
		return cmp.Or(order[a.Unit]-order[b.Unit], order[a.Column]-order[b.Column], cmp.Compare(a.Period, b.Period))
	})
	for _, a := range list {
		c := columns[a.Column]
		g.Rows = append(g.Rows, []string{names[a.Unit], v.clause(c), c.Label, a.Period, v.s.word("report.reply.answer." + cmp.Or(string(a.State), "none")), a.Text, a.By, minute(a.At), a.Reason})
	}
	return g
}

// proven is all that proves the answers, with the hashes of files and who gave it.
func (v *replyView) proven() *Grid {
	g := v.leaf("proofs", wide("unit", 150), wide("clause", 40), wide("ask", 180), wide("period", 60), wide("kind", 80), wide("ref", 300), wide("by", 100), wide("at", 90), wide("answered", 90),
		wide("judge", 100), wide("judged", 90))
	for _, j := range v.only {
		c := v.r.Board.Columns[j]
		for _, row := range v.r.Board.Rows {
			if !v.addressed(j, row.Unit.ID) {
				continue
			}
			for _, a := range v.every[place{row.Unit.ID, c.ID}] {
				for _, p := range a.Proofs {
					g.Rows = append(g.Rows, []string{row.Unit.Name, v.clause(c), c.Label, a.Period, v.s.word("report.reply.proof.kind." + string(p.Kind)), p.Ref, p.By, minute(p.At),
						v.s.word("report.reply.answer." + cmp.Or(string(a.State), "none")), a.Judge, minute(a.JudgedAt)})
				}
			}
		}
	}
	return g
}

// minute is a moment as a cell shows it.
func minute(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(i18n.Hanoi).Format("15:04 02/01/2006")
}

// gauges are the measures of the units with all they were made of.
func (v *replyView) gauges() *Grid {
	g := v.leaf("measures", wide("measure", 200), wide("key", 110), wide("unit", 150), wide("grade", 90), wide("value", 90), whole("num"), whole("den"), whole("seen"), whole("expected"),
		wide("said", 80), wide("day", 70), wide("run", 150))
	done := map[place]bool{}
	for _, j := range v.only {
		for _, t := range v.r.Board.Columns[j].Measures {
			for _, row := range v.r.Board.Rows {
				at := place{row.Unit.ID, t.Key}
				r, there := v.read[at]
				if p := row.Cells[j].Passage; done[at] || !v.addressed(j, row.Unit.ID) || there && r.Grade == measure.Outside || p != nil && p.To != "" {
					continue
				}
				done[at] = true
				if !there {
					r.Grade = measure.Unseen
				}
				u := v.r.Gauges[t.Key]
				line := []string{u.Title, t.Key, row.Unit.Name, v.s.word("report.reply.grade." + string(r.Grade)), v.value(r, u.In), "", "", strconv.FormatInt(r.Seen, 10),
					strconv.FormatInt(r.Expected, 10), "", "", r.Run}
				if r.Grade == measure.Measured {
					line[5] = strconv.FormatInt(r.Num, 10)
					if u.In != measure.Count {
						line[6] = strconv.FormatInt(r.Den, 10)
					}
				}
				if r.Said != nil {
					line[9] = v.s.claimed(*r.Said, u.In)
				}
				if !r.Day.IsZero() {
					line[10] = officedoc.ShortDate(r.Day.Start())
				}
				g.Rows = append(g.Rows, line)
			}
		}
	}
	return g
}
