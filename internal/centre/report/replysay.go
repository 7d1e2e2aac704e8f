// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// cite names a paper inside a sentence: "Công văn số 1556/UBND-KGVX ngày 30/8/2022
// của UBND tỉnh …". What is blank is left out.
func (s *Service) cite(c Cited) string {
	text := cmp.Or(c.Kind, s.word("report.word.cite"))
	if c.Number != "" {
		text += " " + s.word("report.word.cite.number", c.Number)
	}
	if c.Date != "" {
		text += " " + c.Date
	}
	if c.Issuer != "" {
		text += " " + s.word("report.word.cite.issuer", c.Issuer)
	}
	if c.Number == "" && c.Subject != "" { // nothing else tells it from others
		text += " " + s.about(c.Subject)
	}
	return text
}

// citeWhole is cite with the subject.
func (s *Service) citeWhole(c Cited) string {
	text := s.cite(c)
	if c.Number != "" && c.Subject != "" {
		text += " " + s.about(c.Subject)
	}
	return text
}

// about is a subject behind a paper's name.
func (s *Service) about(subject string) string {
	words := strings.Fields(subject)
	for _, start := range []string{"v/v", "ve viec", "ve"} {
		if n := len(strings.Fields(start)); len(words) > n && i18n.Fold(strings.Join(words[:n], " ")) == start {
			words = words[n:]
			break
		}
	}
	subject = strings.Join(words, " ")
	first, n := utf8.DecodeRuneInString(subject)
	if next, _ := utf8.DecodeRuneInString(subject[n:]); !unicode.IsUpper(next) { // no abbreviation
		subject = string(unicode.ToLower(first)) + subject[n:]
	}
	return s.word("report.word.cite.about", strings.TrimRight(subject, "."))
}

type place struct{ unit, of string }

// replyView says what a Reply holds.
type replyView struct {
	s       *Service
	r       Reply
	now     time.Time
	one     *board.Row // the only unit, when there is one
	read    map[place]measure.Reading
	answers map[place]Answer // the newest of each
	every   map[place][]Answer
	asked   []map[string]bool
	only    []int // columns that ask anything of the units
	sources []Source
	states  map[board.State]string
}

func newReplyView(s *Service, r Reply) *replyView {
	v := &replyView{s: s, r: r, now: r.Board.At, read: make(map[place]measure.Reading, len(r.Readings)), answers: make(map[place]Answer, len(r.Answers)),
		every: make(map[place][]Answer, len(r.Answers)), states: map[board.State]string{}}
	if len(r.Board.Rows) == 1 {
		v.one = &r.Board.Rows[0]
	}
	for _, x := range r.Readings {
		v.read[place{x.Unit, x.Key}] = x
	}
	for _, a := range r.Answers {
		at := place{a.Unit, a.Column}
		v.every[at] = append(v.every[at], a)
		if was, there := v.answers[at]; !there || a.Period > was.Period || a.Period == was.Period && far(a.State) <= far(was.State) {
			v.answers[at] = a // of several for units that ended, the one that is least far
		}
	}
	for j, c := range r.Board.Columns {
		var of map[string]bool
		if c.Units != nil {
			of = map[string]bool{}
			for _, u := range c.Units {
				of[u] = true
			}
		}
		v.asked = append(v.asked, of)
		if v.one == nil || of == nil || of[v.one.Unit.ID] {
			v.only = append(v.only, j)
		}
	}
	return v
}

// far says how far an answer is, 0 for none yet.
func far(s AnswerState) int {
	return slices.Index([]AnswerState{Unanswered, GivenBack, Waiting, Taken}, s)
}

// clause is where a requirement stands in its text, as papers say it.
func (v *replyView) clause(c board.Column) string {
	return cmp.Or(c.Clause, c.Path)
}

// addressed reports whether column j asks something of a unit.
func (v *replyView) addressed(j int, unit string) bool {
	return v.asked[j] == nil || v.asked[j][unit]
}

func (v *replyView) source(field string, row int, src Source) {
	src.Field, src.Row = field, row
	v.sources = append(v.sources, src)
}

func count(n int) string { return officedoc.Number(int64(n)) }

// tenths is v with at most one decimal, cut and not rounded, so that what is not
// whole never reads as whole.
func tenths(v float64) string {
	whole, part := math.Modf(v + 1e-9)
	text := officedoc.Number(int64(whole))
	if tenth := int(part * 10); tenth > 0 {
		return text + "," + strconv.Itoa(tenth)
	} else if part > 1e-6 && whole == 0 { // not nothing
		return "< 0,1"
	}
	return text
}

// amount is a value with its unit.
func (s *Service) amount(v float64, u measure.Unit) string {
	switch u {
	case measure.Share:
		return tenths(v) + "%"
	case measure.Hours:
		return s.word("report.reply.hours", tenths(v))
	}
	return tenths(v)
}

// limit is a target in words.
func (s *Service) limit(t board.Target, u measure.Unit) string {
	sign := "≥ "
	if t.Op == board.AtMost {
		sign = "≤ "
	}
	return sign + s.amount(t.Value, u)
}

// figure is a measured value with what it was made of: "83% (199/240)".
func (s *Service) figure(r measure.Reading, u measure.Unit) string {
	v, _ := r.Value(u)
	text := s.amount(v, u)
	if u != measure.Count {
		text += " (" + officedoc.Number(r.Num) + "/" + officedoc.Number(r.Den) + ")"
	}
	return text
}

// claimed is what a unit says of itself.
func (s *Service) claimed(c measure.Claim, u measure.Unit) string {
	if x, ok := c.Value(u); ok {
		return s.amount(x, u)
	}
	return officedoc.Number(c.Num) + "/" + officedoc.Number(c.Den)
}

// seen is what a measure shows of the units that a requirement asks something of.
type seen struct {
	total, measured, idle, partial, unseen, said, reach int
	sum                                                 measure.Reading // of those that were measured
	last                                                measure.Reading // of the only unit
	newest                                              measure.Reading // of those that were counted
}

func (v *replyView) look(j int, t board.Target) seen {
	g := v.r.Gauges[t.Key]
	var out seen
	for _, row := range v.r.Board.Rows {
		if !v.addressed(j, row.Unit.ID) {
			continue
		}
		r, there := v.read[place{row.Unit.ID, t.Key}]
		if !there {
			r = measure.Reading{Key: t.Key, Unit: row.Unit.ID, Grade: measure.Unseen}
		}
		if r.Grade == measure.Outside {
			continue
		}
		if p := row.Cells[j].Passage; p != nil && p.To != "" {
			continue // what is measured went over
		}
		units := row.Cells[j].For()
		out.total += units
		out.last = r
		if r.At.After(out.newest.At) {
			out.newest = r
		}
		x, ok := r.Value(g.In)
		switch {
		case ok:
			out.measured += units
			out.sum.Figure = out.sum.Figure.Add(r.Figure)
			if t.Holds(x) {
				out.reach += units
			}
		case r.Grade == measure.Measured:
			out.idle += units
		case r.Said != nil:
			out.said += units
		case r.Grade == measure.Partial:
			out.partial += units
		default:
			out.unseen += units
		}
	}
	out.sum.Grade = measure.Measured
	return out
}

// whole reports whether all that it concerns was seen: only then may a share of
// nothing or of all be said.
func (n seen) whole() bool { return n.measured+n.idle == n.total }

// say is what the measure shows, as a part of a sentence.
func (v *replyView) say(t board.Target, n seen) string {
	s, g := v.s, v.r.Gauges[t.Key]
	if v.one != nil {
		return v.sayOne(t, n)
	}
	var parts []string
	switch {
	case n.total == 0:
		return ""
	case n.measured == 0 && n.idle == 0:
		parts = append(parts, s.word("report.reply.none", g.Title))
	case n.measured == 0:
		parts = append(parts, s.word("report.reply.idle", g.Title, count(n.idle)))
	default:
		value := s.figure(n.sum, g.In)
		if x, _ := n.sum.Value(g.In); g.In == measure.Share && (x <= 0 || x >= 100) && !n.whole() {
			value = officedoc.Number(n.sum.Num) + "/" + officedoc.Number(n.sum.Den)
		}
		parts = append(parts, s.word("report.reply.measured", g.Title, value, count(n.measured+n.idle), count(n.total)),
			s.word("report.reply.reach", count(n.reach), s.limit(t, g.In)))
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"unseen", n.unseen}, {"partial", n.partial}, {"said", n.said}} {
		if x.n > 0 && (n.measured+n.idle > 0 || x.key != "unseen") {
			parts = append(parts, s.word("report.reply."+x.key, count(x.n)))
		}
	}
	return strings.Join(parts, ", ")
}

func (v *replyView) sayOne(t board.Target, n seen) string {
	s, g := v.s, v.r.Gauges[t.Key]
	limit := s.limit(t, g.In)
	switch {
	case n.total == 0:
		return ""
	case n.measured > 0 && n.last.Contradicted(g.In):
		return s.word("report.reply.one.differs", g.Title, s.figure(n.last, g.In), limit, s.claimed(*n.last.Said, g.In))
	case n.measured > 0:
		return s.word("report.reply.one", g.Title, s.figure(n.last, g.In), limit)
	case n.idle > 0:
		return s.word("report.reply.one.idle", g.Title)
	case n.said > 0:
		return s.word("report.reply.one.said", g.Title, s.claimed(*n.last.Said, g.In))
	case n.partial > 0:
		return s.word("report.reply.one.partial", g.Title, officedoc.Number(n.last.Seen), officedoc.Number(n.last.Expected))
	}
	return s.word("report.reply.none", g.Title)
}

// owing counts where the units stand with the task of a requirement; each is in
// one of done, late, sent, silent and ended: of a unit that exists no more, and that
// nobody has given to another yet.
type owing struct{ asked, done, late, sent, silent, ended int }

func (v *replyView) owing(j int) (n owing) {
	c := v.r.Board.Columns[j]
	if !c.Duty {
		return n
	}
	for _, row := range v.r.Board.Rows {
		if !v.addressed(j, row.Unit.ID) {
			continue
		}
		for _, p := range v.parts(row.Cells[j]) {
			n.add(v, row, c.ID, p)
		}
	}
	return n
}

// add counts where one unit stands with its task.
func (n *owing) add(v *replyView, row board.Row, column string, p board.Part) {
	clock := obligation.OnTime
	if p.Duty != nil {
		clock = p.Duty.Clock(v.now)
	}
	n.asked++
	switch {
	case clock == obligation.MetTime || clock == obligation.MetLate:
		n.done++
	case clock == obligation.Late:
		n.late++
	case v.answers[place{row.Unit.ID, column}].State == Waiting || v.answers[place{row.Unit.ID, column}].State == Taken:
		n.sent++
	case row.Unit.Gone():
		n.ended++
	default:
		n.silent++
	}
}

// parts are the units whose task a cell shows, each with its duty: one but where it
// holds the part of units that ended.
func (v *replyView) parts(c board.Cell) []board.Part {
	switch {
	case c.Passage != nil && c.Passage.To == "":
		return c.Passage.Owed
	case c.Duty == nil && c.State == board.Outside: // the duty ended or went over, and nothing else is asked
		return nil
	}
	return []board.Part{{Unit: c.Unit, Duty: c.Duty}}
}

// mostQuoted is how many characters of an answer stand in a table; all of it
// stands in the workbook.
const mostQuoted = 400

// sayDuty is how the task of column j went.
func (v *replyView) sayDuty(j int, n owing) []string {
	s := v.s
	if n.asked == 0 {
		return nil
	}
	if v.one == nil {
		parts := []string{s.word("report.reply.done", count(n.done), count(n.asked))}
		for _, x := range []struct {
			key string
			n   int
		}{{"late", n.late}, {"sent", n.sent}, {"silent", n.silent}, {"ended", n.ended}} {
			if x.n > 0 {
				parts = append(parts, s.word("report.reply."+x.key, count(x.n)))
			}
		}
		return []string{strings.Join(parts, ", ")}
	}
	cell, a := v.one.Cells[j], v.answers[place{v.one.Unit.ID, v.r.Board.Columns[j].ID}]
	var out []string
	switch {
	case n.done > 0 && cell.Duty != nil:
		out = append(out, s.word("report.reply.one.done", officedoc.ShortDate(cell.Duty.MetAt.In(i18n.Hanoi))))
	case n.late > 0:
		out = append(out, s.word("report.reply.one.late"))
	case n.sent > 0:
		out = append(out, s.word("report.reply.one.sent", officedoc.ShortDate(a.At.In(i18n.Hanoi))))
	default:
		out = append(out, s.word("report.reply.one.silent"))
	}
	if a.Text != "" {
		text := strings.Join(strings.Fields(a.Text), " ")
		if r := []rune(text); len(r) > mostQuoted {
			text = string(r[:mostQuoted]) + "…"
		}
		out = append(out, s.word("report.reply.one.text", strings.TrimRight(text, ".")))
	}
	return out
}

// stateOf is the state of a requirement over all units: done only when all of
// them are, and unknown where nothing but data is missing.
func stateOf(n board.Counts) string {
	switch {
	case n.Asked == 0:
		return "not_begun"
	case n.Met == n.Asked:
		return "done"
	case n.Late > 0:
		return "late"
	case n.Unmet > 0 || n.Pending > 0:
		if n.Met == 0 && n.Unmet == 0 && n.Unknown == 0 {
			return "not_begun"
		}
		return "doing"
	}
	return "no_data"
}

// tasks are the requirements in the order of the text.
func (v *replyView) tasks(facts incident.Facts) {
	s := v.s
	out := Rows{Cols: []string{"clause", "what", "unit", "due", "state", "result", "proof"}}
	for _, j := range v.only {
		c := v.r.Board.Columns[j]
		n := v.owing(j)
		parts := v.sayDuty(j, n)
		row := len(out.Rows) + 1
		if n.asked > 0 {
			v.source("tasks", row, Source{Kind: FromDuty, Key: c.ID, Label: s.word("report.reply.src.duty", v.clause(c)), Rows: int64(n.asked), Href: v.columnHref(c.ID)})
		}
		if said := v.said(c.ID); said > 0 {
			v.source("tasks", row, Source{Kind: FromAnswers, Key: c.ID, Label: s.word("report.reply.src.answers"), Rows: said, Href: v.answerHref(c.ID)})
		}
		for _, t := range c.Measures {
			seen := v.look(j, t)
			if text := v.say(t, seen); text != "" {
				parts = append(parts, text)
				v.source("tasks", row, v.measured(t.Key, seen))
			}
		}
		if len(parts) == 0 {
			parts = append(parts, s.word("report.reply.nobody"))
		}
		state := stateOf(v.r.Board.Totals[j].Counts)
		if state == "not_begun" && n.sent+n.done > 0 {
			state = "doing"
		}
		who := cmp.Or(v.r.Actors[c.ID], s.word("report.reply.all"))
		if v.one != nil {
			who = v.one.Unit.Name
		}
		out.Rows = append(out.Rows, []string{v.clause(c), trimmed(c.Text, maxInCell), trimmed(who, maxInCell), v.due(j), state,
			trimmed(upperFirst(strings.Join(parts, "; "))+".", maxInCell), v.proof(j, row, n)})
	}
	if len(out.Rows) > 0 {
		facts["directive.tasks"] = out
	}
}

// said counts the answers to a requirement.
func (v *replyView) said(column string) (n int64) {
	for _, a := range v.r.Answers {
		if a.Column == column && a.State != Unanswered {
			n++
		}
	}
	return n
}

func trimmed(text string, most int) string {
	text = i18n.NFC(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// due is the last day of a requirement; of one that comes again, that of the
// present period.
func (v *replyView) due(j int) string {
	due := v.r.Board.Columns[j].Due
	for _, row := range v.r.Board.Rows {
		if d := row.Cells[j].Duty; d != nil && v.r.Board.Columns[j].Due.IsZero() && d.DueAt.After(due) {
			due = d.DueAt
		}
	}
	return lastDay(due)
}

func (v *replyView) columnHref(column string) string {
	if v.one != nil {
		return board.Path + "/" + v.r.ID + "/cells/" + v.one.Unit.ID + "/" + column
	}
	return board.Path + "/" + v.r.ID + "/columns/" + column
}

// answerHref is where the answers stand.
func (v *replyView) answerHref(column string) string {
	if v.one != nil {
		return directiveHref(v.r.ID) + "/units/" + v.one.Unit.ID
	}
	return v.columnHref(column)
}

// measured is the source of what a measure shows.
func (v *replyView) measured(key string, n seen) Source {
	src := Source{Kind: FromMeasure, Key: key, Label: v.r.Gauges[key].Title, Rows: int64(n.total), Day: n.newest.Day, Run: n.newest.Run, Href: "/measures/" + key}
	if v.one != nil {
		src.Unit, src.Href = v.one.Unit.ID, src.Href+"/units/"+v.one.Unit.ID
	}
	return src
}
