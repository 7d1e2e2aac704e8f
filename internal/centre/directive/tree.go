// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// para is one paragraph of the body: lines that belong together.
type para struct {
	lines []int
	text  string // without its mark
	label label
	note  string // sign of the footnote it is
	apart bool
	short bool   // its last line ends early
	who   string // of a row of a table of tasks
	due   string
	part  bool // of the rows that follow it
}

var (
	noted  = regexp.MustCompile(`^(?:⁽?([¹²³⁴⁵⁶⁷⁸⁹⁰]{1,2})⁾?|\[(\d{1,2})\]|\((\d{1,2})\) ?)\s*(\S)`)
	raised = strings.NewReplacer("¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9", "⁰", "0")
)

var slashed = regexp.MustCompile(`^[IVX\d]{1,4}/\d`)

// paragraphs puts the lines of the body together, over ends of lines and of pages.
func (r *reader) paragraphs(from, to int) (out []para) {
	rows := r.tables(from, to)
	spaced := r.spaced(from, to)
	for i := from; i < to; i++ {
		l := r.lines[i]
		if row, ok := rows[i]; ok {
			switch {
			case row == nil: // a head
				r.parts[i].kind = Around
			case row.lines[0] == i:
				out = append(out, *row)
			}
			continue
		}
		if anyOf(r.x.around, l.low) || r.ofPage(i) {
			r.parts[i].kind = Around
			continue
		}
		lab := labelled(l.text)
		if r.poor && slashed.MatchString(l.text) {
			lab = label{} // "quý |I/2027"
		}
		var last *para
		if len(out) > 0 {
			last = &out[len(out)-1]
		}
		if m := noted.FindStringSubmatch(l.text); m != nil && (l.apart || last != nil && (last.note != "" || ended(last.text))) && lab.rank == 0 {
			sign := raised.Replace(m[1]) + m[2] + m[3]
			out = append(out, para{lines: []int{i}, text: strings.TrimSpace(l.text[len(m[0])-len(m[4]):]), note: sign, apart: l.apart, short: l.short})
			continue
		}
		if lab.rank >= byBullet && !l.apart && last != nil && !last.short && !ended(last.text) && !strings.HasSuffix(last.text, ",") {
			lab = label{} // a dash in the middle of a sentence, at the end of a line
		}
		switch {
		case last == nil, lab.rank > 0:
		case spaced && !l.apart:
			last.text = glue(last.text, l.text)
			last.lines = append(last.lines, i)
			continue
		case l.apart && r.goesOn(*last, l):
			r.warn(Warning{Doubt: Healed, Text: tailOf(last.text) + " … " + headOf(l.text)})
			last.text = r.joined(last.text, l.text)
			last.lines = append(last.lines, i)
			last.short = l.short
			continue
		case last.label.rank > 0 && upper(last.text) && !upper(l.text): // a heading in capitals, and what stands under it
		case l.apart, last.short && ended(last.text) && !unicode.IsLower(first(l.text)):
		case last.label.rank > 0 && !ended(last.text) && last.short && !unicode.IsLower(first(l.text)) && last.note == "" && r.headed(last.text):
		default:
			last.text = r.joined(last.text, l.text)
			last.lines = append(last.lines, i)
			last.short = l.short
			continue
		}
		out = append(out, para{lines: []int{i}, text: strings.TrimSpace(l.text[lab.size:]), label: lab, apart: l.apart, short: l.short})
	}
	return out
}

// spacedLeast is how many paragraphs with a mark tell whether all stand apart.
const spacedLeast = 5

// spaced reports whether an empty line stands before each paragraph, so that the
// other ends of lines mean nothing: nine in ten of those with a mark.
func (r *reader) spaced(from, to int) bool {
	apart, all := 0, 0
	for _, l := range r.lines[from:to] {
		if labelled(l.text).rank > 0 {
			all++
			if l.apart {
				apart++
			}
		}
	}
	return all >= spacedLeast && apart*10 >= all*9
}

// glue puts the next line behind text: within a symbol that broke at its dash
// without a blank.
func glue(text, next string) string {
	if before, ok := strings.CutSuffix(text, "-"); ok && before != "" && inWord([]rune(before)[len([]rune(before))-1]) {
		return text + next
	}
	return text + " " + next
}

// goesOn reports whether l, behind an empty line, goes on with p: a sentence
// that a page broke.
func (r *reader) goesOn(p para, l line) bool {
	return p.note == "" && unicode.IsLower(first(l.text)) && !ended(p.text) && !(p.label.rank > 0 && r.headed(p.text))
}

// headed reports whether text names a body and nothing else, as a heading does.
func (r *reader) headed(text string) bool {
	names, rest := r.phrase(text)
	return len(names) > 0 && rest == ""
}

func headOf(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(len(words), 5)], " ")
}

func tailOf(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[max(0, len(words)-5):], " ")
}

// node is a requirement while the tree grows.
type node struct {
	label    label
	path     string
	heading  string
	text     string
	lines    []int
	parent   *node
	children []*node
	bullets  int
	who, due string // of a row of a table of tasks

	preamble, closing string // of a root
}

// tree puts paragraphs under one another and under root by the numbering the text
// uses, and takes out what is no requirement.
func (r *reader) tree(root *node, paras []para) *node {
	begin := r.start(paras)
	for _, p := range paras[:begin] {
		r.keep(p, nil, Preamble)
		if p.note != "" {
			r.note(p)
			continue
		}
		said := p.text
		if p.label.rank > 0 {
			said = p.label.text + " " + said
		}
		root.preamble = strings.TrimSpace(root.preamble + " " + r.mend(said))
	}
	rest := paras[begin:]
	if !slices.ContainsFunc(rest, func(p para) bool { return p.label.rank > 0 }) {
		r.prose(root, rest)
		return root
	}
	last := len(rest)
	for i, p := range rest {
		if p.label.rank > 0 {
			last = i
		}
	}
	var stack []*node
	for i, p := range rest {
		var top *node
		if len(stack) > 0 {
			top = stack[len(stack)-1]
		}
		switch {
		case p.note != "":
			r.keep(p, nil, Note)
			r.note(p)
		case p.label.rank > 0 && r.follows(stack, p):
			stack = r.push(root, stack, p)
		case top == nil:
			r.keep(p, nil, Preamble)
			root.preamble = strings.TrimSpace(root.preamble + " " + r.mend(p.text))
		case i > last && root.path != "" && (top.heading == "" || top.text != "") && r.gives(p.text):
			root.bullets++
			n := &node{label: label{text: "-"}, path: root.path + ".-" + strconv.Itoa(root.bullets), text: p.text, parent: root}
			root.children, stack = append(root.children, n), []*node{n}
			r.keep(p, n, Demand)
		case i > last && (top.heading == "" || top.text != ""):
			r.keep(p, nil, Closing)
			root.closing = strings.TrimSpace(root.closing + " " + r.mend(p.text))
		default:
			if p.label.rank > 0 { // a number out of order is a part of the sentence
				p.text = r.lines[p.lines[0]].text
				for _, n := range p.lines[1:] {
					p.text += " " + r.lines[n].text
				}
			}
			top.text = strings.TrimSpace(top.text + " " + p.text)
			r.keep(p, top, Demand)
		}
	}
	r.unglue(root)
	r.aside(root)
	return root
}

// gives reports whether text, which ends what stands behind a signature, gives
// somebody a duty.
func (r *reader) gives(text string) bool {
	names, rest := r.phrase(text)
	return len(names) > 0 && rest != "" && !anyOf(r.x.closing, fold(strings.TrimRight(text, "./ ")))
}

// aside takes sections off the tree that ask nothing: why a plan is made, what it
// covers, how things stand.
func (r *reader) aside(root *node) {
	if len(root.children) < 2 {
		return
	}
	var preamble func(n *node)
	preamble = func(n *node) {
		root.preamble = strings.TrimSpace(root.preamble + " " + r.mend(strings.TrimSpace(n.heading+" "+n.text)))
		for _, i := range n.lines {
			r.parts[i] = mark{kind: Preamble}
		}
		for _, c := range n.children {
			preamble(c)
		}
	}
	root.children = slices.DeleteFunc(root.children, func(n *node) bool {
		ask := n.heading == "" || len(n.children) == 0 && n.text == "" || !upper(n.heading) && n.label.rank != byRoman && n.label.rank != byCapital || !anyOf(r.x.aside, fold(n.heading))
		if !ask {
			preamble(n)
		}
		return !ask
	})
}

func (r *reader) keep(p para, n *node, kind PartKind) {
	if p.note != "" {
		kind = Note
	}
	for _, i := range p.lines {
		r.parts[i] = mark{kind: kind, node: n}
	}
	if n != nil {
		n.lines = append(n.lines, p.lines...)
	}
}

func (r *reader) note(p para) {
	r.out.Footnotes = append(r.out.Footnotes, Footnote{Mark: p.note, Text: r.mend(p.text)})
}

// start is the first paragraph of the requirements: behind the sentence that
// announces them, where what follows is numbered, else the first that is.
func (r *reader) start(paras []para) int {
	bulleted := 0
	for i, p := range paras {
		if p.label.rank == 0 && p.note == "" && i+1 < len(paras) && paras[i+1].label.rank > 0 && paras[i+1].label.value <= 1 && anyOf(r.x.begin, fold(p.text)) {
			if paras[i+1].label.value == 1 || r.asking(p.text) {
				r.announced = r.announced || r.asking(p.text)
				return i + 1
			}
			if bulleted == 0 {
				bulleted = i + 1 // it may list what happened
			}
		}
	}
	if bulleted > 0 {
		return bulleted
	}
	for i, p := range paras {
		if p.label.rank > 0 {
			return i
		}
	}
	for i, p := range paras {
		if anyOf(r.x.begin, fold(p.text)) {
			return i + 1
		}
	}
	for i, p := range paras {
		if p.note == "" && !r.x.grounds.MatchString(fold(p.text)) {
			return i
		}
	}
	return len(paras)
}

// asking reports whether text asks something of somebody.
func (r *reader) asking(text string) bool {
	low := fold(text)
	return slices.ContainsFunc(r.x.asks, func(w string) bool { return find(low, w) >= 0 })
}

// follows reports whether the number of p may stand where it does: next in its
// order, or first of a new one. What may not is told and is no mark, unless it
// begins a paragraph of its own.
func (r *reader) follows(stack []*node, p para) bool {
	if p.label.value == 0 && p.label.rank != byLetter {
		return true
	}
	if p.label.rank >= byRow { // rows may be counted through the parts of their table
		if p.label.rank == byRow {
			if p.label.value != 1 && p.label.value != r.counted+1 {
				r.warn(Warning{Doubt: Disordered, Text: p.label.text, Hint: strconv.Itoa(r.counted + 1)})
			}
			r.counted = p.label.value
		}
		return true
	}
	want := 1
	for i := len(stack) - 1; i >= 0; i-- {
		if n := stack[i]; n.label.rank == p.label.rank {
			want = n.label.value + 1
			if (p.label.rank == byLetter || p.label.rank == byCapital) && order(strings.ToLower(p.label.text), plainLetters) == order(strings.ToLower(n.label.text), plainLetters)+1 {
				return true
			}
			break
		}
	}
	if p.label.rank == byArticle { // articles are counted through chapters
		want = r.article + 1
	}
	switch {
	case p.label.value == want, p.label.value == 1:
	case !p.apart && len(stack) > 0 && !ended(stack[len(stack)-1].text) && stack[len(stack)-1].text != "":
		return false // an article of another paper is cited, say
	default:
		r.warn(Warning{Doubt: Disordered, Text: p.label.text, Hint: strconv.Itoa(want)})
	}
	if p.label.rank == byArticle {
		r.article = p.label.value
	}
	return true
}

// push puts p into the tree: beside what has a mark of its kind, else under
// what stands before it.
func (r *reader) push(root *node, stack []*node, p para) []*node {
	depth := len(stack)
	for i, n := range stack {
		if n.label.rank == p.label.rank {
			depth = i
			// A list that begins again inside a member that announces it is its own.
			if top := stack[len(stack)-1]; p.label.value == 1 && n.label.value > 0 && i < len(stack)-1 && strings.HasSuffix(top.text, ":") {
				depth = len(stack)
			}
			break
		}
	}
	if depth == len(stack) && depth > 0 && stack[0].label.rank >= byBullet && p.label.rank <= byNumber && !strings.HasSuffix(strings.TrimSpace(stack[depth-1].heading+stack[depth-1].text), ":") {
		depth = 0 // numbers stand under no dash that announces none: a list before them ended
	}
	if p.label.rank >= byDots && p.label.rank < byLetter { // 9.1 belongs to 9
		prefix := p.label.text[:strings.LastIndex(p.label.text, ".")]
		for i, n := range stack {
			if n.label.text == prefix {
				depth = i + 1
			}
		}
	}
	row := p.label.rank >= byRow
	if row && depth == len(stack) { // a table is of what announces it
		for depth > 0 && stack[depth-1].label.rank < byRow && stack[depth-1].heading == "" && !strings.HasSuffix(stack[depth-1].text, ":") {
			depth--
		}
	}
	parent := root
	if depth > 0 {
		parent = stack[depth-1]
	}
	n := &node{label: p.label, parent: parent, who: p.who, due: p.due}
	name := p.label.text
	taken := func(c *node) bool { return c.label.text == name }
	if p.label.rank >= byBullet && (!row || p.label.value == 0 || n.parent.path == "" || slices.ContainsFunc(parent.children, taken)) {
		parent.bullets++
		name = "-" + strconv.Itoa(parent.bullets)
	}
	switch {
	case parent.path == "":
		n.path = name
	case (row && name == p.label.text || p.label.rank >= byDots && p.label.rank < byLetter) && strings.HasPrefix(p.label.text, parent.label.text+"."): // 9.1 below 9
		n.path = parent.path + strings.TrimPrefix(p.label.text, parent.label.text)
	default:
		n.path = parent.path + "." + name
	}
	if row && p.part {
		n.heading = p.text
	} else if row {
		n.text = p.text
	} else if r.headed(p.text) || (!ended(p.text) && len(p.text) < 160) || strings.HasSuffix(p.text, ":") && r.headed(strings.TrimSuffix(p.text, ":")) {
		n.heading = p.text
	} else {
		n.text = p.text
	}
	parent.children = append(parent.children, n)
	r.keep(p, n, Demand)
	return append(stack[:depth:depth], n)
}

// prose makes a requirement of each paragraph that asks something, or of each
// such sentence where there is one paragraph.
func (r *reader) prose(root *node, paras []para) {
	asks := func(s string) bool {
		low := fold(s)
		if begins(low, r.x.verbs) != "" {
			return true
		}
		names, rest := r.phrase(s)
		return len(names) > 0 && rest != "" || r.asking(s)
	}
	add := func(text string, lines []int) {
		root.bullets++
		n := &node{path: "-" + strconv.Itoa(root.bullets), text: text, parent: root, lines: lines}
		root.children = append(root.children, n)
		for _, i := range lines {
			r.parts[i] = mark{kind: Demand, node: n}
		}
	}
	var body []para
	for _, p := range paras {
		if p.note != "" {
			r.keep(p, nil, Note)
			r.note(p)
			continue
		}
		body = append(body, p)
	}
	for i, p := range body {
		low := fold(strings.TrimRight(p.text, "./ "))
		switch {
		case i == len(body)-1 && i > 0 && (anyOf(r.x.closing, low) || !asks(p.text)):
			r.keep(p, nil, Closing)
			root.closing = strings.TrimSpace(root.closing + " " + r.mend(p.text))
		case len(body) <= 2:
			for _, s := range sentences(p.text) {
				if asks(s) {
					add(s, p.lines)
				} else if n := len(root.children); n > 0 {
					root.children[n-1].text += " " + s
				}
			}
			if len(root.children) == 0 {
				r.keep(p, nil, Preamble)
			}
		case asks(p.text):
			add(p.text, p.lines)
		default:
			r.keep(p, nil, Preamble)
			root.preamble = strings.TrimSpace(root.preamble + " " + r.mend(p.text))
		}
	}
}

// unglue takes the closing sentence off the last leaf, where a copy lost the end
// of the paragraph between them.
func (r *reader) unglue(root *node) {
	n := root
	for len(n.children) > 0 {
		n = n.children[len(n.children)-1]
	}
	said := sentences(n.text)
	if n == root || root.closing != "" || len(said) < 2 {
		return
	}
	last := said[len(said)-1]
	low := fold(strings.TrimRight(last, "./ "))
	if begins(low, r.x.heads) == "" && begins(low, r.x.bodies) == "" || !anyOf(r.x.closing, low) {
		return
	}
	line := r.lines[n.lines[len(n.lines)-1]]
	at := strings.LastIndex(r.text[line.from:line.to], headOf(last))
	if at < 0 {
		return
	}
	n.text = strings.TrimSpace(strings.TrimSuffix(n.text, last))
	root.closing = r.mend(last)
	r.cuts = append(r.cuts, cut{from: line.from + at, kind: Closing})
	r.warn(Warning{Doubt: Glued, Text: headOf(last), At: n.path})
}
