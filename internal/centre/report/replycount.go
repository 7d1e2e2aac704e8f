// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// This file makes the figures of an answer: who has not answered, what proves what
// was done, and how far the targets are reached.

// silent is a unit that owes an answer to something.
type silent struct {
	unit    board.UnitRow
	clauses []string
	asked   int
	late    int
	due     time.Time       // the earliest
	of      map[string]bool // the units whose part it was asked, by id
	open    map[string]bool // of them, those whose part is not answered
}

// firstSilent is how many silent units the body names where the list of them
// stands in an annex.
const firstSilent = 5

// counts says who answered. A unit is silent while it owes an answer to anything.
func (v *replyView) counts(facts incident.Facts) {
	if v.one != nil {
		return
	}
	var list []silent
	of, open := map[string]bool{}, map[string]bool{} // units as they were asked: they stay as many when some end
	for _, row := range v.r.Board.Rows {
		x := v.owed(row)
		maps.Copy(of, x.of)
		maps.Copy(open, x.open)
		if len(x.clauses) > 0 {
			list = append(list, x)
		}
	}
	asked, owe := len(of), len(open)
	done, all := v.duties()
	if all > 0 {
		facts["directive.duties"], facts["directive.duties_done"] = int64(all), int64(done)
		src := Source{Kind: FromDuty, Key: v.r.Code, Label: v.s.word("report.reply.src.duties"), Rows: int64(all), Href: directiveHref(v.r.ID)}
		v.source("duties", 0, src)
		v.source("duties_done", 0, src)
	}
	units := v.units()
	facts["directive.units"] = int64(units)
	src := Source{Kind: FromAnswers, Key: v.r.Code, Label: v.s.word("report.reply.src.answers"), Rows: int64(len(v.r.Answers)), Href: directiveHref(v.r.ID)}
	v.source("units", 0, Source{Kind: FromDirective, Key: v.r.Code, Label: v.s.word("report.reply.src.units"), Rows: int64(units), Href: directiveHref(v.r.ID)})
	if asked == 0 {
		return
	}
	facts["directive.reported"], facts["directive.silent_count"] = int64(asked-owe), int64(owe)
	v.source("reported", 0, src)
	v.source("silent_count", 0, src)
	if len(list) == 0 {
		return
	}
	// Those that are late with most come first, then those that owe most.
	slices.SortStableFunc(list, func(a, b silent) int {
		return cmp.Or(b.late-a.late, len(b.clauses)-len(a.clauses), cmp.Compare(i18n.Fold(a.unit.Name), i18n.Fold(b.unit.Name)))
	})
	facts["directive.silent"] = v.silentRows(list, owe, asked)
	v.source("silent", 0, src)
}

// units counts the units that were asked something, as they were then.
func (v *replyView) units() int {
	n := map[string]bool{}
	for _, row := range v.r.Board.Rows {
		if !row.Unit.Joined {
			n[row.Unit.ID] = true
		}
		for _, c := range row.Cells {
			if c.Passage != nil {
				for _, u := range c.Passage.From {
					n[u] = true
				}
			}
		}
	}
	return len(n)
}

// duties counts what the requirements ask of all units, and how much of it is done.
func (v *replyView) duties() (done, all int) {
	for _, j := range v.only {
		n := v.owing(j)
		done, all = done+n.done, all+n.asked
	}
	return done, all
}

// owed is what a unit was asked and has not answered.
func (v *replyView) owed(row board.Row) silent {
	x := silent{unit: row.Unit, of: map[string]bool{}, open: map[string]bool{}}
	for j, c := range v.r.Board.Columns {
		if !c.Duty || !v.addressed(j, row.Unit.ID) || row.Cells[j].Duty == nil {
			continue
		}
		a := v.answers[place{row.Unit.ID, c.ID}].State
		asked, open, late := false, false, false
		for _, p := range v.parts(row.Cells[j]) {
			asked, x.of[p.Unit] = true, true
			clock := obligation.OnTime
			if p.Duty != nil {
				clock = p.Duty.Clock(v.now)
			}
			if clock == obligation.MetTime || clock == obligation.MetLate || clock == obligation.Ended || a == Waiting || a == Taken {
				continue
			}
			open, x.open[p.Unit] = true, true
			late = late || clock == obligation.Late
			if p.Duty != nil && (x.due.IsZero() || p.Duty.DueAt.Before(x.due)) {
				x.due = p.Duty.DueAt
			}
		}
		if asked {
			x.asked++
		}
		if open {
			x.clauses = append(x.clauses, v.clause(c))
		}
		if late {
			x.late++
		}
	}
	return x
}

func (v *replyView) silentRows(list []silent, owe, asked int) Rows {
	s := v.s
	out := Rows{Cols: []string{"unit", "clauses", "due", "late"}}
	late := 0
	var first []string
	for n, x := range list {
		what := strings.Join(x.clauses, "; ")
		if len(x.clauses) == x.asked && x.asked > 1 {
			what = s.word("report.reply.silent.all", count(x.asked))
		}
		if x.late > 0 {
			late++
		}
		if n < firstSilent && x.late > 0 {
			first = append(first, s.word("report.reply.silent.one.late", x.unit.Name, count(x.late)))
		} else if n < firstSilent {
			first = append(first, s.word("report.reply.silent.one", x.unit.Name, count(len(x.clauses))))
		}
		out.Rows = append(out.Rows, []string{x.unit.Name, trimmed(what, maxInCell), lastDay(x.due), strconv.Itoa(x.late)})
	}
	out.Say = s.word("report.reply.silent.say", count(owe), count(asked), tenths(float64(owe)*100/float64(asked)), count(late), strings.Join(first, ", "))
	return out
}

// things counts what proves what a unit did for a requirement.
func (v *replyView) things(unit, column string) (n int) {
	for _, a := range v.every[place{unit, column}] {
		n += len(a.Proofs)
	}
	return n
}

// proof says what proves a requirement.
func (v *replyView) proof(j, row int, n owing) string {
	things, units := 0, 0
	c := v.r.Board.Columns[j]
	for _, r := range v.r.Board.Rows {
		if e := v.things(r.Unit.ID, c.ID); e > 0 && v.addressed(j, r.Unit.ID) {
			things, units = things+e, units+1
		}
	}
	switch {
	case n.asked == 0:
		return ""
	case things == 0:
		return v.s.word("report.reply.proof.none")
	}
	v.source("tasks", row, Source{Kind: FromEvidence, Key: c.ID, Label: v.s.word("report.reply.src.proof", v.clause(c)), Rows: int64(things), Href: v.answerHref(c.ID)})
	if v.one == nil {
		return v.s.word("report.reply.proof", count(things), count(units))
	}
	var list []string
	for _, a := range v.every[place{v.one.Unit.ID, c.ID}] {
		for _, p := range a.Proofs {
			list = append(list, p.short())
		}
	}
	return trimmed(strings.Join(list, "; "), mostQuoted)
}

// hashMark stands between the name of a file and its hash where evidence is
// written down.
const hashMark = ", SHA-256 "

// short names a proof as papers do: the hash of a file stands in the workbook.
func (p Proof) short() string {
	if name, _, ok := strings.Cut(p.Ref, hashMark); ok && p.Kind == obligation.ByFile {
		return name
	}
	return p.Ref
}

// mostProofs is how many proofs are printed; all of them stand in the workbook.
const mostProofs = 200

// proofs names what proves the answers, requirement by requirement.
func (v *replyView) proofs(facts incident.Facts) {
	s := v.s
	out := Rows{Cols: []string{"clause", "unit", "what", "by"}}
	units, columns := map[string]bool{}, map[string]bool{}
	asked := 0
	for _, j := range v.only {
		c := v.r.Board.Columns[j]
		if !c.Duty {
			continue
		}
		asked++
		for _, row := range v.r.Board.Rows {
			if !v.addressed(j, row.Unit.ID) {
				continue
			}
			for _, a := range v.every[place{row.Unit.ID, c.ID}] {
				for _, p := range a.Proofs {
					units[row.Unit.ID], columns[c.ID] = true, true
					out.Rows = append(out.Rows, []string{v.clause(c), row.Unit.Name, trimmed(p.short(), maxInCell), v.judged(a)})
				}
			}
		}
	}
	things := len(out.Rows)
	if things == 0 {
		return
	}
	out.Say = s.word("report.reply.proofs.say", count(things), count(len(units)), count(len(columns)), count(asked))
	if things > mostProofs {
		out.Cols, out.Rows = nil, nil
		out.Say += s.word("report.reply.proofs.file", s.word("report.reply.leaf.proofs"))
	}
	facts["directive.proofs"] = out
	v.source("proofs", 0, Source{Kind: FromEvidence, Key: v.r.Code, Label: s.word("report.reply.src.proofs"), Rows: int64(things), Href: directiveHref(v.r.ID)})
}

// judged says who took an answer with what proves it.
func (v *replyView) judged(a Answer) string {
	switch {
	case a.State == Taken && a.Judge != "":
		return v.s.word("report.reply.judged", a.Judge, officedoc.ShortDate(a.JudgedAt.In(i18n.Hanoi)))
	case a.State == GivenBack:
		return v.s.word("report.reply.answer.returned")
	}
	return v.s.word("report.reply.judged.none")
}

// lastDay is a moment as the last day it leaves, in stored form.
func lastDay(due time.Time) string {
	if due.IsZero() {
		return ""
	}
	return calendar.DateOf(due.Add(-time.Nanosecond)).String() // a term that ends with a day ends at the start of the next
}

// aim is a target with the requirements that ask for it of the same units.
type aim struct {
	target  board.Target
	column  int // the first
	clauses []string
}

// aims are the targets of the requirements, the first first. Requirements that ask
// the same of the same units are one; those that ask it of others are told apart.
func (v *replyView) aims() []aim {
	var out []aim
	for _, j := range v.only {
		c := v.r.Board.Columns[j]
		for _, t := range c.Measures {
			n := slices.IndexFunc(out, func(a aim) bool { return a.target == t && v.sameUnits(a.column, j) })
			if n < 0 {
				out = append(out, aim{target: t, column: j, clauses: []string{v.clause(c)}})
			} else if !slices.Contains(out[n].clauses, v.clause(c)) {
				out[n].clauses = append(out[n].clauses, v.clause(c))
			}
		}
	}
	return out
}

// sameUnits reports whether two columns ask something of the same units of the
// board.
func (v *replyView) sameUnits(i, j int) bool {
	return i == j || !slices.ContainsFunc(v.r.Board.Rows, func(row board.Row) bool { return v.addressed(i, row.Unit.ID) != v.addressed(j, row.Unit.ID) })
}

// targets are the figures that measures are held to.
func (v *replyView) targets(facts incident.Facts) {
	s := v.s
	out := Rows{Cols: []string{"clause", "what", "target", "now", "base", "coverage"}}
	for _, a := range v.aims() {
		t := a.target
		g := v.r.Gauges[t.Key]
		n := v.look(a.column, t)
		if n.total == 0 {
			continue
		}
		now, base := s.word("report.reply.grade.unseen"), ""
		switch { // a sum that lacks a unit would move by what is not seen
		case n.measured > 0 && n.whole():
			x, _ := n.sum.Value(g.In)
			now = s.amount(x, g.In)
		case n.idle > 0 && n.whole():
			now = s.word("report.reply.target.idle")
		case n.measured+n.idle+n.partial > 0:
			now = s.word("report.reply.target.short")
		}
		if n.measured > 0 && g.In != measure.Count {
			base = officedoc.Number(n.sum.Num) + "/" + officedoc.Number(n.sum.Den)
		}
		cover := s.word("report.reply.cover", count(n.measured+n.idle), count(n.total))
		if v.one != nil {
			cover = officedoc.Number(n.last.Seen) + "/" + officedoc.Number(n.last.Expected)
		}
		out.Rows = append(out.Rows, []string{strings.Join(a.clauses, "; "), g.Title, s.limit(t, g.In), now, base, cover})
		v.source("targets", len(out.Rows), v.measured(t.Key, n))
	}
	if len(out.Rows) > 0 {
		facts["directive.targets"] = out
	}
}
