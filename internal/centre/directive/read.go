// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// reader takes one text apart.
type reader struct {
	x     *Lexicon
	today calendar.Date
	text  string
	lines []line
	parts []mark // one a line
	cuts  []cut  // where a part begins inside a line

	cited struct { // by the text that was last asked about
		text string
		list []document.Citation
	}

	article   int  // the last one
	counted   int  // the last row of a table
	announced bool // a sentence asks for what follows numbered
	mixed     bool // information security is one of several matters

	poor   bool      // the text is a poor copy
	mended []Warning // of it
	heads  []int     // lines that are heads of pages
	late   []said    // beside the requirements of texts behind the signature
	out    Reading
}

// mark is what a line was found to be; the zero value is nothing known.
type mark struct {
	kind PartKind
	node *node
}

// cut is a part that begins inside a line.
type cut struct {
	from int
	kind PartKind
}

// Read takes text apart as of today: dates to come are doubtful in what it
// cites. It never fails; what it did not understand is among the warnings. Lines
// in the old encodings of Vietnamese are read too.
func (x *Lexicon) Read(text string, today calendar.Date) Reading {
	r := &reader{x: x, today: today}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFF"), "\r\n", "\n")
	text, recoded := recode(text)
	r.text = norm.NFC.String(text)
	r.lines = r.heal(r.whole(r.columns(split(r.text))))
	r.running()
	r.parts = make([]mark, len(r.lines))
	r.out = Reading{Precision: Undated, Addressees: []string{}, Basis: []Basis{}, Requirements: []Requirement{}, Contacts: []Contact{}, Warnings: []Warning{}}
	if recoded > 0 {
		r.warn(Warning{Doubt: OtherCoding})
	}
	body := r.head()
	end, behind := r.tail(body)
	tree := r.tree(&node{}, r.paragraphs(body, end))
	r.out.Preamble, r.out.Closing = tree.preamble, tree.closing
	r.security()
	if r.official(tree) {
		tree.children = append(tree.children, r.attached(behind)...)
	} else {
		r.out.Closing, tree = "", &node{}
		for i := body; i < end; i++ {
			r.parts[i] = mark{kind: Preamble}
		}
		for i := behind; i < len(r.lines); i++ {
			r.parts[i] = mark{kind: Annex}
		}
		r.cuts = nil
	}
	r.sideBySide(body, end)
	r.finish(tree)
	r.lately()
	r.doubts()
	r.poorly()
	r.out.Parts = r.partition()
	return r.out
}

// official reports whether anything says that the text is an official one: a mark
// of its head or its end; of a numbered text also that it announces what it asks,
// or is about information security. A tale has requirements by chance alone.
func (r *reader) official(root *node) bool {
	o := r.out
	if o.Number != nil || o.Symbol != nil || o.Kind != "" || o.Place != nil || o.Urgency != nil || len(o.Recipients) > 0 ||
		slices.ContainsFunc(r.parts, func(m mark) bool { return m.kind == Motto || m.kind == Addressing }) {
		return true
	}
	numbered := slices.ContainsFunc(root.children, func(n *node) bool { return n.label.rank > 0 })
	return numbered && (r.announced || o.Security)
}

// columnsLeast is how many lines hold two columns of text in a paper that is set
// in two columns.
const columnsLeast = 12

// sideBySide tells where the body is set in two columns: which line follows which
// is doubtful there.
func (r *reader) sideBySide(from, to int) {
	n := 0
	for i := from + 1; i < to; i++ {
		a, b := r.lines[i-1], r.lines[i]
		if a.to == b.from && len(a.text) > 20 && len(b.text) > 20 && !strings.Contains(r.text[a.from:a.to], "\n") {
			n++
		}
	}
	if n >= columnsLeast && n*4 > to-from {
		r.warn(Warning{Doubt: Columns})
	}
}

func (r *reader) warn(w Warning) { r.out.Warnings = append(r.out.Warnings, w) }

func (r *reader) infer(field string) {
	if !slices.Contains(r.out.Inferred, field) {
		r.out.Inferred = append(r.out.Inferred, field)
	}
}

// set keeps a field of the head; an empty one stays null.
func set(to **string, text string) {
	if text != "" {
		*to = &text
	}
}

// tail finds where the body that begins at body ends, reads what follows: to whom
// copies go and who signs, and finds where that ends.
func (r *reader) tail(body int) (end, behind int) {
	end, behind = len(r.lines), len(r.lines)
	for i := body; i < len(r.lines); i++ {
		l := r.lines[i]
		if r.x.recipients.MatchString(l.low) || r.x.authority.MatchString(l.low) && upper(l.text) && len(l.text) < 120 {
			end = i
			break
		}
	}
	if end == len(r.lines) {
		for i := body + 1; i < len(r.lines); i++ { // a copy may have lost the signature
			if _, ok := r.opens(i, inBody); ok {
				return i, i
			}
		}
		return r.author(body), behind
	}
	var signer Signer
	var authority []string
	receiving := false
	for i := end; i < len(r.lines); i++ {
		l := r.lines[i]
		at := further
		if signer.Name != "" {
			at = inTail
		}
		if _, ok := r.opens(i, at); ok || r.x.annex.MatchString(l.low) && (l.apart || upper(l.text)) {
			behind = i
			break
		}
		kind := Strange
		switch {
		case r.x.recipients.MatchString(l.low):
			receiving, kind = true, Receiving
			if rest := trim(r.x.recipients.ReplaceAllString(l.low, "")); rest != "" {
				r.out.Recipients = append(r.out.Recipients, trim(l.text[len(l.text)-len(rest):]))
			}
		case r.x.authority.MatchString(l.low) && upper(l.text):
			authority, kind = append(authority, l.text), Signing
		case r.parts[i-1].kind == Signing && len(authority) > 0 && signer == (Signer{}) && !l.apart && upper(l.text) && r.x.unfinished(authority[len(authority)-1], l.text):
			authority[len(authority)-1] += " " + l.text // "TM. ỦY BAN NHÂN", "DÂN"
			kind = Signing
		case receiving && len(authority) == 0 && !l.apart && len(r.out.Recipients) > 0 && !ended(r.out.Recipients[len(r.out.Recipients)-1]) && upper(l.text) && strings.ContainsAny(l.text, ",;"):
			last := &r.out.Recipients[len(r.out.Recipients)-1]
			*last, kind = *last+" "+trim(l.text), Receiving
		case signer.Name != "" && upper(l.text): // below the name nothing is of the signature
		case receiving && bulleted(l.text):
			r.out.Recipients, kind = append(r.out.Recipients, trim(l.text)), Receiving
		case upper(l.text) && len(l.text) < 80 && !strings.ContainsAny(l.text, "_0123456789"): // no file's name either
			kind = Signing
			if signer.Title == "" {
				signer.Title = l.text
			} else {
				signer.Title += " " + l.text
			}
		case r.x.named(l.text) && signer.Name == "" && (len(authority) > 0 || signer.Title != ""):
			signer.Name, kind = l.text, Signing
		case receiving && !l.apart && len(r.out.Recipients) > 0:
			last := &r.out.Recipients[len(r.out.Recipients)-1]
			*last, kind = *last+" "+trim(l.text), Receiving
		case anyOf(r.x.around, l.low):
			kind = Around
		}
		r.parts[i].kind = kind
	}
	if signer.Authority = strings.Join(authority, "; "); signer.Title == "" && len(authority) == 1 {
		// "GIÁM ĐỐC" may stand on the line of the authority: "KT. GIÁM ĐỐC".
		signer.Title = strings.TrimSpace(authority[0][len(r.x.authority.FindString(fold(authority[0]))):])
	}
	if signer != (Signer{}) {
		r.out.Signer = &signer
	}
	return end, behind
}

// unfinished reports whether the name of a body or an office that authority ends
// with goes on with next.
func (x *Lexicon) unfinished(authority, next string) bool {
	low := fold(authority)
	if strings.HasSuffix(low, ",") {
		return true
	}
	rest := strings.TrimSpace(low[len(x.authority.FindString(low)):])
	all := rest + " " + fold(next)
	goesOn := func(name string) bool {
		return len(name) > len(rest) && strings.HasPrefix(name, rest) && (strings.HasPrefix(name, all) || strings.HasPrefix(all, name))
	}
	return rest != "" && (slices.ContainsFunc(x.bodies, goesOn) || slices.ContainsFunc(x.heads, goesOn))
}

// author takes the name that stands alone at the end of an unsigned copy, and
// gives where the body ends.
func (r *reader) author(body int) int {
	end := len(r.lines)
	for end > body {
		l := r.lines[end-1]
		if !(r.x.named(l.text) && l.apart) && !anyOf(r.x.around, l.low) {
			break
		}
		end--
		r.parts[end].kind = Around
	}
	return end
}

// named reports whether text reads as the name of a person: two to six words,
// each with one capital in front, behind a rank or a degree.
func (x *Lexicon) named(text string) bool {
	for {
		rank := begins(fold(text), x.ranks)
		if rank == "" {
			break
		}
		text = strings.TrimLeft(text[len(rank):], " .,")
	}
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 6 {
		return false
	}
	for _, w := range words {
		for i, c := range []rune(w) {
			if i == 0 && !unicode.IsUpper(c) || i > 0 && !unicode.IsLower(c) {
				return false
			}
		}
	}
	return true
}

func bulleted(text string) bool {
	return strings.ContainsRune("-–—•+*·▪●◦", first(text))
}

// partition is the whole text by what its lines were found to be.
func (r *reader) partition() []Part {
	type start struct {
		from int
		kind PartKind
		at   string
	}
	var starts []start
	for i, l := range r.lines {
		s := start{from: l.from, kind: r.parts[i].kind}
		if s.kind == "" {
			s.kind = Strange
		}
		if n := r.parts[i].node; n != nil {
			s.at = n.path
		}
		starts = append(starts, s)
	}
	for _, c := range r.cuts {
		starts = append(starts, start{from: c.from, kind: c.kind})
	}
	slices.SortStableFunc(starts, func(a, b start) int { return a.from - b.from })
	var out []Part
	for _, s := range starts {
		if n := len(out); n > 0 && out[n-1].Kind == s.kind && out[n-1].At == s.at {
			continue
		}
		out = append(out, Part{Kind: s.kind, At: s.at, from: s.from})
	}
	if len(out) == 0 {
		if r.text == "" {
			return []Part{}
		}
		return []Part{{Kind: Around, Text: r.text}}
	}
	out[0].from = 0
	for i := range out {
		to := len(r.text)
		if i+1 < len(out) {
			to = out[i+1].from
		}
		out[i].Text = r.text[out[i].from:to]
	}
	return out
}
