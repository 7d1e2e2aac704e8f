// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// What stands behind the signature: the text that a decision puts in force, and
// annexes. Each is read under a node of its own, by its own numbering; the head of
// the whole stays that of the paper that was signed.

// behind is one text behind the signature.
type behind struct {
	from, title, body int // lines where it begins, where its title does, and where what it says does
	label             string
	heading           string
	annex             bool
}

const (
	aboveMost = 10 // lines of such a head in front of its title
	titleMost = 6  // lines of a title
)

// place is where a line is looked at as the first of a text behind the signature:
// what is asked of one differs.
type place int

const (
	inBody  place = iota // a copy may have lost the signature
	inTail               // behind the signature
	further              // within or behind another such text
)

// opens reports whether a text of its own begins on line i.
func (r *reader) opens(i int, at place) (b behind, ok bool) {
	b.from = i
	if l := r.lines[i]; !upper(l.text) && !anyOf(r.x.motto, l.low) && !r.x.annex.MatchString(l.low) {
		return b, false
	}
	t := i
	for t < min(i+aboveMost, len(r.lines)) && r.aboveTitle(t) {
		t++
	}
	if t >= len(r.lines) || t > i && anyOf(r.x.around, r.lines[i].low) {
		return b, false
	}
	l := r.lines[t]
	mention := r.mentioned(t + 1)
	words := begins(l.low, r.x.behind)
	for _, k := range r.x.kinds {
		if begins(l.low, []string{k.title}) != "" {
			words = k.title
		}
	}
	rest := ""
	switch m := r.x.annex.FindStringSubmatchIndex(l.low); {
	case m != nil && r.annexed(l, m[1], at):
		b.annex, b.label = true, capital(strings.ToLower(group(r.x.annex, l.text, m, "word")))
		if n := group(r.x.annex, l.text, m, "n"); n != "" {
			b.label += " " + n
		}
		rest = strings.TrimSpace(strings.TrimLeft(l.text[m[1]:], "."))
		if r.x.mention.MatchString(strings.TrimLeft(l.low[m[1]:], "(")) {
			rest, mention = "", t
		}
	case !upper(l.text), labelled(l.text).rank > 0:
		return b, false
	case mention > 0:
		if words = l.text[:len(words)]; words == "" {
			words = strings.Join(strings.Fields(l.text)[:min(2, len(strings.Fields(l.text)))], " ")
		}
		b.label, rest = capital(strings.ToLower(words)), l.text
		b.annex = begins(l.low, r.x.behind) != ""
	case at == inTail && (r.kind(l) != "" || words != "" && begins(l.low, r.x.heads) == ""):
		b.label, rest = capital(strings.ToLower(l.text[:len(words)])), l.text
		b.annex = begins(l.low, r.x.behind) != ""
	default:
		return b, false
	}
	b.title, b.body = t, t+1
	said := []string{rest}
	if r.kind(l) != "" {
		said = nil // it is the label
	}
	switch {
	case mention == t:
		b.body = r.closed(t)
	case mention > 0:
		for _, l := range r.lines[t+1 : mention] {
			if !anyOf(r.x.around, l.low) {
				said = append(said, l.text)
			}
		}
		b.body = r.closed(mention)
	default:
		for ; b.body < min(t+titleMost, len(r.lines)); b.body++ {
			l := r.lines[b.body]
			if !r.titles(l) || !upper(l.text) && (strings.Join(said, "") != "" && (l.apart || upper(said[len(said)-1])) || ended(l.text)) {
				break
			}
			said = append(said, l.text)
		}
	}
	b.heading = strings.TrimSpace(strings.Join(said, " "))
	return b, true
}

// aboveTitle reports whether line i may stand above the title of such a text: the
// motto, and the name of who issues it.
func (r *reader) aboveTitle(i int) bool {
	l := r.lines[i]
	if anyOf(r.x.motto, l.low) || anyOf(r.x.around, l.low) {
		return true
	}
	if !upper(l.text) || r.x.authority.MatchString(l.low) || r.kind(l) != "" || begins(l.low, r.x.behind) != "" {
		return false
	}
	return r.x.body(l.low) != "" || begins(l.low, r.x.levels) != ""
}

// mentioned is the line of a title that begins on line i which says with what it
// comes; 0 for none.
func (r *reader) mentioned(i int) int {
	for n := i; n < min(i+titleMost, len(r.lines)); n++ {
		if r.x.mention.MatchString(r.lines[n].low) {
			return n
		}
		if !r.titles(r.lines[n]) && !anyOf(r.x.around, r.lines[n].low) {
			break
		}
	}
	return 0
}

// titles reports whether l may be a line of a title.
func (r *reader) titles(l line) bool {
	return labelled(l.text).rank == 0 && !ended(l.text) && !strings.Contains(l.text, "|") && r.plainHead(l) && r.x.annex.FindString(l.low) == "" && !r.x.recipients.MatchString(l.low) &&
		!r.x.authority.MatchString(l.low) && r.kind(l) == ""
}

// closed is the line behind the bracket that is opened on line i.
func (r *reader) closed(i int) int {
	for n := i; n < min(i+titleMost, len(r.lines)); n++ {
		if strings.HasSuffix(strings.TrimRight(r.lines[n].text, ".*_ "), ")") {
			return n + 1
		}
		if n > i && r.lines[n].apart {
			break
		}
	}
	return i + 1
}

// annexed reports whether l, which names an annex up to its byte end, is the first line
// of it: no sentence begins so.
func (r *reader) annexed(l line, end int, at place) bool {
	rest := strings.TrimLeft(l.low[end:], ". ")
	switch {
	case upper(l.text), rest == "", at == inTail && l.apart:
		return true
	}
	mark := strings.TrimRight(l.low[:end], " ")
	return l.apart && !ended(l.text) && strings.ContainsAny(mark[len(mark)-1:], ".:-(")
}

// attached reads what stands behind the signature from line from on. What asks
// nothing stays one part of the text, and is told.
func (r *reader) attached(from int) (out []*node) {
	var all []behind
	for i := from; i < len(r.lines); i++ {
		b, ok := r.opens(i, further)
		if i == from && !ok {
			b, ok = r.opens(i, inTail)
		}
		if !ok {
			continue
		}
		if n := len(all) - 1; n < 0 || b.annex != all[n].annex || b.label != all[n].label || b.heading != "" && b.heading != all[n].heading { // else it goes on, on another page
			all = append(all, b)
		}
		i = max(i, b.body-1)
	}
	seen := map[string]int{}
	for i, b := range all {
		to := len(r.lines)
		if i+1 < len(all) {
			to = all[i+1].from
		}
		path := b.label
		if seen[b.label]++; seen[b.label] > 1 {
			path += "-" + strconv.Itoa(seen[b.label])
		}
		n := &node{label: label{text: b.label}, path: path, heading: b.heading}
		if !r.readBehind(b, to, n) {
			continue
		}
		out = append(out, n)
	}
	return out
}

// readBehind reads the text b, which ends before line to, under n. It is false where
// the text asks nothing.
func (r *reader) readBehind(b behind, to int, n *node) bool {
	warned, noted, cut := len(r.out.Warnings), len(r.out.Footnotes), len(r.cuts)
	end := r.signedAgain(b.body, to)
	if !anyOf(r.x.idle, fold(b.heading)) {
		r.article, r.counted = 0, 0
		paras := r.paragraphs(b.body, end)
		if !b.annex || slices.ContainsFunc(paras, func(p para) bool { return p.label.rank >= byRow }) || r.mostAsk(paras) {
			r.tree(n, paras)
		}
	}
	if len(n.children) == 0 {
		r.out.Warnings, r.out.Footnotes, r.cuts = r.out.Warnings[:warned], r.out.Footnotes[:noted], r.cuts[:cut]
		for i := b.from; i < to; i++ {
			r.parts[i] = mark{kind: Annex}
			r.late = append(r.late, said{r.lines[i].text, n.path, true})
		}
		r.warn(Warning{Doubt: Attached, Text: strings.TrimSpace(r.lines[b.title].text)})
		return false
	}
	for i := b.from; i < b.body; i++ {
		switch l := r.lines[i]; {
		case anyOf(r.x.motto, l.low):
			r.parts[i] = mark{kind: Motto}
		case anyOf(r.x.around, l.low):
			r.parts[i] = mark{kind: Around}
		case i < b.title:
			r.parts[i] = mark{kind: Issuing}
		default:
			r.parts[i] = mark{kind: Demand, node: n}
			n.lines = append(n.lines, i)
		}
	}
	for i := end; i < to; i++ {
		if r.parts[i].kind = Signing; anyOf(r.x.around, r.lines[i].low) {
			r.parts[i].kind = Around
		}
	}
	r.late = append(r.late, said{n.preamble, n.path, false}, said{n.closing, n.path, false})
	return true
}

// standsBehind reports whether a requirement with a label of nothing above it is a text
// behind the signature: no numbering is called so.
func standsBehind(name string) bool {
	return name != "" && !bulleted(name) && labelled(name+". Aa").rank == 0
}

// said is a text beside the requirements, which may hold contacts and cite papers.
type said struct {
	text, at string
	apart    bool // it was left as it stands
}

// lately reads what stands beside the requirements of texts behind the signature.
func (r *reader) lately() {
	for _, s := range r.late {
		r.out.Contacts = append(r.out.Contacts, r.contacts(s.text, s.at)...)
		if !s.apart {
			r.cites(s.text, s.at)
		}
	}
}

// signedAgain is where a text that is signed itself ends, between the lines from
// and to.
func (r *reader) signedAgain(from, to int) int {
	for i := from; i < to; i++ {
		if l := r.lines[i]; r.x.recipients.MatchString(l.low) || r.x.authority.MatchString(l.low) && upper(l.text) && len(l.text) < 120 {
			return i
		}
	}
	end := to
	for end > from && anyOf(r.x.around, r.lines[end-1].low) {
		end--
	}
	if end-2 < from || !r.x.named(r.lines[end-1].text) || !r.lines[end-1].apart {
		return to
	}
	at := end - 1
	for at > from && upper(r.lines[at-1].text) && begins(r.lines[at-1].low, r.x.heads) != "" {
		at--
	}
	if at == end-1 {
		return to
	}
	return at
}

// mostAsk reports whether half of the marked paragraphs of an annex ask something: how
// a thing is done may be numbered too.
func (r *reader) mostAsk(paras []para) bool {
	all, ask := 0, 0
	for i, p := range paras {
		if p.label.rank == 0 || i+1 < len(paras) && strings.HasSuffix(p.text, ":") {
			continue
		}
		all++
		if names, rest := r.phrase(p.text); len(names) > 0 && rest != "" && unicode.IsUpper(first(p.text)) {
			ask++
		}
	}
	return all > 0 && ask*2 >= all
}
