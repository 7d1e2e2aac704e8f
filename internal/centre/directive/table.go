// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The columns of a table of tasks, as the lexicon knows them by their heads.
const (
	columnTask    = "task"
	columnWho     = "who"
	columnWith    = "with" // who helps
	columnDue     = "due"
	columnProduct = "product" // what comes of it
	columnOther   = "other"   // none of these, whatever its head says
)

// columnKinds are the columns in the order in which a head is tried.
var columnKinds = []string{columnOther, columnTask, columnProduct, columnWith, columnDue, columnWho}

// leastCells is how many cells a row of tasks has at least: what, who, when.
const leastCells = 3

// headCell is how long the head of a column may be, in bytes.
const headCell = 80

// taskTable is a table of tasks while its rows are read. Its cells are parted by
// upright bars, as converters write them, by tabs, or by blanks that make columns.
type taskTable struct {
	sep    string   // "|", "\t" or " "; empty outside a table
	heads  []string // of its columns
	kinds  []string
	starts []int // where its columns begin, of blanks
	rows   []*para
	cells  [][]string // of the rows
}

// at is the first column of a kind, -1 for none.
func (t *taskTable) at(kind string) int { return slices.Index(t.kinds, kind) }

// rawLine is one line of the text as it came, with the lines that begin on it.
type rawLine struct {
	text     string
	from, to int // of the lines
}

func (r *reader) raws(from, to int) (out []rawLine) {
	for i := from; i < to; {
		begin := r.lines[i].from
		end := len(r.text)
		if n := strings.IndexByte(r.text[begin:], '\n'); n >= 0 {
			end = begin + n
		}
		l := rawLine{text: r.text[begin:end], from: i}
		for i++; i < to && r.lines[i].from <= end; i++ {
			continue
		}
		l.to = i
		out = append(out, l)
	}
	return out
}

// tables are the rows of tasks of a stretch of lines, by each of the lines they
// take; nil for one that is of the head of a table.
func (r *reader) tables(from, to int) map[int]*para {
	out := map[int]*para{}
	var t taskTable
	for _, raw := range r.raws(from, to) {
		lines := r.lines[raw.from:raw.to]
		if t.sep == "" && !strings.ContainsAny(raw.text, "|\t") && !strings.Contains(raw.text, "  ") {
			continue
		}
		var row *para
		head := false
		if len(lines) == 1 && anyOf(r.x.around, lines[0].low) || r.ofPage(raw.from) && len(lines) == 1 {
			continue
		}
		if row, head = r.row(&t, raw, lines); !head && row == nil {
			if lines[0].apart {
				r.close(&t)
			}
			continue
		}
		for i := raw.from; i < raw.to; i++ {
			if out[i] = row; row != nil {
				row.lines = append(row.lines, i)
			}
		}
	}
	r.close(&t)
	maps.DeleteFunc(out, func(_ int, row *para) bool { return row != nil && row.label.rank == 0 })
	return out
}

// close ends the table that t is in. Where no row says who or when, it is a form to fill
// in, and no row is of tasks.
func (r *reader) close(t *taskTable) {
	given := func(kind string) bool {
		at := t.at(kind)
		return at >= 0 && slices.ContainsFunc(t.cells, func(row []string) bool { return row[at] != "" })
	}
	if !given(columnWho) && !given(columnDue) {
		t.rows = nil
	}
	for i, row := range t.rows {
		r.fill(t, row, t.cells[i])
	}
	*t = taskTable{}
}

// row reads a line as of the head of a table of tasks, or as a row of the one that
// t is in, or as what goes on with its last row. It is neither where a line has other
// cells than the head.
func (r *reader) row(t *taskTable, raw rawLine, lines []line) (row *para, head bool) {
	for _, sep := range []string{"|", "\t", " "} {
		cells, starts := cellsOf(raw.text, lines, sep)
		if len(cells) < leastCells || atoi(strings.TrimRight(cells[0], ".)")) > 0 || slices.ContainsFunc(cells, func(c string) bool { return len(c) > headCell }) {
			continue
		}
		kinds, ok := r.columnsOf(cells)
		if !ok {
			continue
		}
		if !slices.Equal(t.kinds, kinds) || t.sep != sep { // else the head again, on another page
			r.close(t)
		}
		t.sep, t.heads, t.kinds, t.starts = sep, cells, kinds, starts
		return nil, true
	}
	if t.sep == "" {
		return nil, false
	}
	cells, starts := cellsOf(raw.text, lines, t.sep)
	switch {
	case len(cells) == 0:
		return nil, false
	case t.sep == " ":
		if cells = t.placed(cells, starts, lines[0].apart); cells == nil {
			return nil, false
		}
	case len(cells) > len(t.heads), len(cells) < len(t.heads) && (len(cells) < 2 || !rowMark.MatchString(cells[0]) && strings.Join(cells[1:], "") != ""):
		return nil, false
	default:
		cells = append(cells, make([]string, len(t.heads)-len(cells))...)
	}
	if len(t.rows) == 0 && r.underHead(t, cells) {
		return nil, true
	}
	alone := cells[0] != "" && strings.Join(cells[1:], "") == "" && rowMark.MatchString(cells[0])
	if strings.Join(cells, "") == "" || alone { // a row to be filled in
		return nil, true
	}
	unmarked := t.at(columnTask) > 0 && cells[0] == ""
	if n := len(t.rows) - 1; unmarked && (t.sep == " " || cells[t.at(columnTask)] == "") { // its cells go on below
		if n < 0 {
			return nil, false
		}
		for i, c := range cells {
			t.cells[n][i] = strings.TrimSpace(glue(t.cells[n][i], c))
		}
		return t.rows[n], false
	}
	row = &para{apart: true}
	t.rows, t.cells = append(t.rows, row), append(t.cells, cells)
	return row, false
}

// columnsOf tells the columns of a table of tasks by its head.
func (r *reader) columnsOf(heads []string) (kinds []string, ok bool) {
	seen := map[string]bool{}
	for _, h := range heads {
		kind, low := "", fold(h)
		for _, k := range columnKinds {
			if re := r.x.columns[k]; re != nil && low != "" && re.MatchString(low) {
				kind = k
				break
			}
		}
		switch {
		case kind == columnTask && seen[kind]:
			kind = columnProduct // what the task is in full
		case kind != columnProduct && kind != columnOther && seen[kind]:
			kind = ""
		}
		seen[kind] = true
		kinds = append(kinds, kind)
	}
	return kinds, seen[columnTask] && (seen[columnWho] || seen[columnDue])
}

var (
	// rowMark is the number of a row.
	rowMark = regexp.MustCompile(`^(?:\d{1,3}(?:\.\d{1,3}){0,2}|[IVXL]{1,7}|[A-ZĐ]|[a-zđ])[.)]?$`)
	// markAhead is one that stands in one cell with what it numbers.
	markAhead = regexp.MustCompile(`^(?:\d{1,3}(?:\.\d{1,3}){0,2}|[IVXL]{1,7}|[A-ZĐ])[.)]? `)
	counting  = regexp.MustCompile(`^[(\[]?(?:\d{1,2}|[a-zA-Z])[)\]]?$`) // of the columns
	rule      = regexp.MustCompile(`^:?-+:?$`)
	wide      = regexp.MustCompile(` {2,}`)
)

// underHead reports whether cells, right below the head of t, are of it: its second
// line, or the numbers of its columns.
func (r *reader) underHead(t *taskTable, cells []string) bool {
	said, plain := 0, true
	for _, c := range cells {
		if c != "" {
			said++
			plain = plain && (counting.MatchString(c) || rule.MatchString(c))
		}
	}
	if plain && said >= leastCells {
		return true
	}
	if cells[0] != "" || t.kinds[0] == columnTask {
		return false
	}
	heads := slices.Clone(t.heads)
	for i, c := range cells {
		if c == "" {
			continue
		}
		if _, ok := r.columnsOf([]string{c}); !ok && !slices.ContainsFunc(columnKinds, func(k string) bool { return r.x.columns[k] != nil && r.x.columns[k].MatchString(fold(c)) }) {
			if t.sep != " " {
				return false
			}
		}
		if t.sep == " " {
			heads[i] = strings.TrimSpace(heads[i] + " " + c)
		} else {
			heads[i] = c
		}
	}
	kinds, ok := r.columnsOf(heads)
	if ok {
		t.heads, t.kinds = heads, kinds
	}
	return ok
}

// cellsOf are the cells of a line, and where they begin on it, counted in letters.
func cellsOf(raw string, lines []line, sep string) (cells []string, starts []int) {
	switch sep {
	case "|":
		text := lines[0].text // as it was mended
		if len(lines) > 1 {
			text = clean(raw)
		}
		return barred(text), nil
	case "\t":
		if !strings.Contains(raw, "\t") || strings.Contains(raw, "|") {
			return nil, nil
		}
		for c := range strings.SplitSeq(strings.TrimRight(raw, "\t\r "), "\t") {
			cells = append(cells, clean(c))
		}
		return cells, nil
	}
	if strings.ContainsAny(raw, "\t|") {
		return nil, nil
	}
	raw = strings.TrimRight(raw, " \r")
	at := len(raw) - len(strings.TrimLeft(raw, " "))
	for at < len(raw) {
		end, next := len(raw), len(raw)
		if m := wide.FindStringIndex(raw[at:]); m != nil {
			end, next = at+m[0], at+m[1]
		}
		cells = append(cells, clean(raw[at:end]))
		starts = append(starts, utf8.RuneCountInString(raw[:at]))
		at = next
	}
	return cells, starts
}

// placed puts the pieces of a line into the columns of t; nil where the line is none of
// the table.
func (t *taskTable) placed(pieces []string, starts []int, apart bool) []string {
	out := make([]string, len(t.heads))
	if m := markAhead.FindString(pieces[0]); m != "" && starts[0] < t.starts[1] && len(pieces) > 1 {
		pieces = append([]string{strings.TrimSpace(m), pieces[0][len(m):]}, pieces[1:]...)
		starts = append([]int{starts[0], starts[0] + utf8.RuneCountInString(m)}, starts[1:]...)
	}
	marked := rowMark.MatchString(pieces[0]) && starts[0] < t.starts[1]
	if !marked && (len(t.rows) == 0 && len(pieces) == 1 || starts[0] < t.starts[1]/2 || apart && len(pieces) == 1) {
		return nil
	}
	if marked && len(pieces) == len(t.starts) { // heads may stand in the middle of their columns
		t.starts = starts
	}
	for i, p := range pieces {
		column := 0
		if i > 0 || !marked {
			column = 1
			for k := 1; k < len(t.starts); k++ {
				if apartBy(t.starts[k], starts[i]) < apartBy(t.starts[column], starts[i]) {
					column = k
				}
			}
		}
		out[column] = strings.TrimSpace(out[column] + " " + p)
	}
	return out
}

func apartBy(a, b int) int { return max(a-b, b-a) }

// fill makes of the cells of a row what it asks.
func (r *reader) fill(t *taskTable, p *para, cells []string) {
	get := func(kind string) string {
		if i := t.at(kind); i >= 0 {
			return cells[i]
		}
		return ""
	}
	mark, text := "", get(columnTask)
	if t.at(columnTask) > 0 {
		mark = cells[0]
	}
	said := slices.DeleteFunc(slices.Clone(cells), func(c string) bool { return c == "" })
	same := len(said) > 1 && !slices.ContainsFunc(said, func(c string) bool { return c != said[0] }) // one cell over all columns
	if same || text == "" && len(said) == 1 {
		mark, text = "", said[0]
		if l := labelled(text); l.rank > 0 && l.rank < byBullet {
			mark, text = l.text, strings.TrimSpace(text[l.size:])
		}
		p.label, p.part = r.rowLabel(mark), true
		if mark == "" {
			p.label.rank = byRowPart
		}
		p.text = text
		return
	}
	if l := labelled(text); l.rank >= byBullet {
		text = strings.TrimSpace(text[l.size:])
	}
	p.label = r.rowLabel(mark)
	p.who, p.due = get(columnWho), get(columnDue)
	p.part = p.who+p.due+get(columnWith)+get(columnProduct) == "" && (p.label.rank == byRowRoman || p.label.rank == byRowCapital)
	if at := slices.Index(t.rows, p); at > 0 {
		above := t.rows[at-1]
		if slices.Contains(r.x.ditto, fold(p.who)) {
			p.who = above.who
		}
		if slices.Contains(r.x.ditto, fold(p.due)) {
			p.due = above.due
		}
		if p.label.value == 0 && (above.label.rank == byRow && above.who+above.due == "" || above.label.rank == byRowItem) {
			p.label.rank = byRowItem
		}
	}
	var more []string
	add := func(head, cell string) {
		if cell != "" && !slices.Contains(r.x.ditto, fold(cell)) {
			if upper(head) {
				head = strings.ToLower(head)
			}
			more = append(more, capital(head)+": "+cell)
		}
	}
	if m := r.x.shared.FindStringSubmatchIndex(fold(p.who)); m != nil { // "Chủ trì: …; phối hợp: …"
		who := p.who
		lead, with := 2*r.x.shared.SubexpIndex("lead"), 2*r.x.shared.SubexpIndex("with")
		p.who = who[m[lead]:m[lead+1]]
		more = append(more, capital(strings.TrimSpace(who[m[lead+1]:m[with+1]])))
		more[0] = strings.TrimLeft(more[0], ";,. ")
	}
	for i, kind := range t.kinds {
		switch {
		case kind == columnWith, kind == columnProduct:
			add(t.heads[i], cells[i])
		case kind == columnDue && p.due != "" && len(r.dueOf(p.due)) == 0:
			add(t.heads[i], p.due)
		}
	}
	p.text = text
	for _, s := range more {
		if !ended(p.text) {
			p.text += "."
		}
		p.text = strings.TrimSpace(p.text + " " + s)
	}
}

// rowLabel is the mark of a row of a table.
func (r *reader) rowLabel(mark string) label {
	mark = strings.TrimRight(mark, ".) ")
	l := label{rank: byRow, text: mark}
	switch {
	case !rowMark.MatchString(mark):
		l.text = "-"
	case atoi(mark) > 0:
		l.value = atoi(mark)
		l.text = strings.TrimLeft(mark, "0")
	case mark[0] >= '0' && mark[0] <= '9':
		parts := strings.Split(mark, ".")
		l.rank, l.value = byRowDots+len(parts)-2, atoi(parts[len(parts)-1])
	case roman.MatchString(mark + ". a"):
		l.rank, l.value = byRowRoman, numeral(mark)
	case upper(mark + mark):
		l.rank, l.value = byRowCapital, order(strings.ToLower(mark), plainLetters+"đ")
	default:
		l.rank, l.value = byRowLetter, order(mark, plainLetters+"đ")
	}
	return l
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

// dueOf are the time limits of a cell that says nothing but when; of a stretch of
// time the end counts.
func (r *reader) dueOf(cell string) []Deadline {
	said := []string{cell}
	if from := r.x.stretch.FindString(fold(cell)); from != "" {
		said = []string{cell[len(from):], cell}
	}
	var undated []Deadline // in a paper without a date, or a month taken for a day
	for _, s := range said {
		ahead := r.x.cells
		if s != "" && unicode.IsDigit(first(s)) {
			ahead = slices.Concat(ahead, r.x.figures)
		}
		for _, before := range ahead {
			list := r.deadlines(before + s)
			for i := range list {
				list[i].Text = strings.TrimPrefix(list[i].Text, before)
			}
			switch {
			case len(list) == 0:
			case list[0].Sort != Until || !list[0].Last.IsZero():
				return list
			case undated == nil:
				undated = list
			}
		}
	}
	return undated
}
