// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"encoding/xml"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// node is a paragraph, table row or text of a part, by its place in the bytes;
// what lies between is kept as it is. The root is the whole part.
type node struct {
	kind       string // "p", "tr", "t" or "" for the root
	raw        []byte // of the whole part
	start, end int    // with its tags
	from, to   int    // between its tags
	up         *node  // nil for the root
	kids       []*node
}

var (
	tag     = regexp.MustCompile(`<(/?)w:(p|tr|t)((?:\s[^<>]*?)?)(/?)>|<!--|<!\[CDATA\[|<\?`)
	place   = regexp.MustCompile(`\{\{\s*([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+)?)\s*\}\}`)
	paraIDs = regexp.MustCompile(`\sw14:(paraId|textId)="[^"]*"`)
)

// parse finds the nodes of a well-formed part.
func parse(raw []byte) *node {
	root := &node{raw: raw, end: len(raw), to: len(raw)}
	stack := []*node{root}
	for at := 0; at < len(raw); {
		m := tag.FindSubmatchIndex(raw[at:])
		if m == nil {
			break
		}
		start, end := at+m[0], at+m[1]
		at = end
		if m[4] < 0 { // a comment, character data, an instruction: passed over
			for open, shut := range map[string]string{"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"} {
				if string(raw[start:end]) == open {
					if n := bytes.Index(raw[end:], []byte(shut)); n >= 0 {
						at = end + n + len(shut)
					}
				}
			}
			continue
		}
		closing, kind, empty := m[3] > m[2], string(raw[at-(m[1]-m[4]):at-(m[1]-m[5])]), m[9] > m[8]
		top := stack[len(stack)-1]
		switch {
		case empty:
		case closing:
			if top.kind == kind && len(stack) > 1 {
				top.to, top.end = start, end
				stack = stack[:len(stack)-1]
			}
		default:
			n := &node{kind: kind, raw: raw, start: start, from: end, end: end, to: end, up: top}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		}
	}
	return root
}

// text is the clear text of a text node.
func (n *node) text() string { return html.UnescapeString(string(n.raw[n.from:n.to])) }

// texts are the text nodes of a paragraph, those of paragraphs in it left out.
func (n *node) texts() []*node {
	var out []*node
	for _, k := range n.kids {
		if k.kind == "t" {
			out = append(out, k)
		}
	}
	return out
}

func (n *node) says() string {
	var b strings.Builder
	for _, t := range n.texts() {
		b.WriteString(t.text())
	}
	return b.String()
}

// names are the placeholders of a paragraph, in small letters.
func (n *node) names() []string {
	var out []string
	for _, m := range place.FindAllStringSubmatch(n.says(), -1) {
		out = append(out, strings.ToLower(m[1]))
	}
	return out
}

// uses adds every placeholder below n.
func (n *node) uses(into map[string]bool) {
	if n.kind == "p" {
		for _, name := range n.names() {
			into[name] = true
		}
	}
	for _, k := range n.kids {
		k.uses(into)
	}
}

// tables are the tables named in a row, rows within it left out.
func (n *node) tables() []string {
	seen := map[string]bool{}
	var walk func(*node)
	walk = func(n *node) {
		if n.kind == "p" {
			for _, name := range n.names() {
				if table, _, dotted := strings.Cut(name, "."); dotted {
					seen[table] = true
				}
			}
		}
		for _, k := range n.kids {
			if k.kind != "tr" {
				walk(k)
			}
		}
	}
	walk(n)
	return slices.Sorted(maps.Keys(seen))
}

// strays finds the paragraphs with columns that stand outside their table's row.
func (n *node) strays(table string, into map[*node][]string) {
	if n.kind == "tr" {
		table = ""
		if list := n.tables(); len(list) > 0 {
			table = list[0]
		}
	}
	if n.kind == "p" {
		for _, name := range n.names() {
			if of, _, dotted := strings.Cut(name, "."); dotted && of != table {
				into[n] = append(into[n], name)
			}
		}
	}
	for _, k := range n.kids {
		k.strays(table, into)
	}
}

// filler writes parts with values.
type filler struct {
	values  Values
	lacking []string
	room    int
	body    bool // the part is the document's body
}

// scope is the record of the row the writing stands in.
type scope struct {
	table  string
	record map[string]string
}

func (f *filler) put(b *strings.Builder, s string) {
	if f.room -= len(s); f.room >= 0 {
		b.WriteString(s)
	}
}

func (f *filler) write(b *strings.Builder, n *node, at *scope) {
	if f.room < 0 {
		return
	}
	switch n.kind {
	case "tr":
		f.row(b, n, at)
	case "p":
		f.paragraph(b, n, at)
	default:
		f.inner(b, n, at, nil)
	}
}

// inner writes n with its kids; texts replaces text nodes.
func (f *filler) inner(b *strings.Builder, n *node, at *scope, texts map[*node]string) {
	pos := n.start
	for _, k := range n.kids {
		f.put(b, string(n.raw[pos:k.start]))
		if s, ok := texts[k]; ok {
			f.put(b, s)
		} else {
			f.write(b, k, at)
		}
		pos = k.end
	}
	f.put(b, string(n.raw[pos:n.end]))
}

func (f *filler) row(b *strings.Builder, n *node, at *scope) {
	tables := n.tables()
	if len(tables) == 0 {
		f.inner(b, n, at, nil)
		return
	}
	records, ok := f.values.Tables[tables[0]]
	if !ok {
		f.lacking = append(f.lacking, tables[0])
		return
	}
	if len(records) == 0 && n.alone() { // a table without a row is no table
		blank := map[string]string{}
		for _, name := range n.below() {
			_, column, _ := strings.Cut(name, ".")
			blank[column] = ""
		}
		records = append(records, blank)
	}
	for i, record := range records {
		var one strings.Builder
		f.inner(&one, n, &scope{tables[0], record}, nil)
		s := one.String()
		if i > 0 {
			s = paraIDs.ReplaceAllString(s, "") // they name one paragraph only
		}
		b.WriteString(s)
	}
}

// alone reports that n is the only row of its table.
func (n *node) alone() bool {
	return !bytes.HasSuffix(n.raw[:n.start], []byte("</w:tr>")) && bytes.HasPrefix(n.raw[n.end:], []byte("</w:tbl>"))
}

// below are the placeholders of n and of all that is in it.
func (n *node) below() []string {
	all := map[string]bool{}
	n.uses(all)
	return slices.Sorted(maps.Keys(all))
}

// value is what a placeholder prints.
func (f *filler) value(name string, at *scope) string {
	low := strings.ToLower(name)
	var v string
	ok := f.values.Absent[low]
	if table, column, dotted := strings.Cut(low, "."); ok {
		// nothing stands for it
	} else if dotted {
		if at != nil && at.table == table {
			v, ok = at.record[column]
		}
	} else {
		v, ok = f.values.Fields[low]
	}
	if !ok {
		f.lacking = append(f.lacking, low)
	}
	v = strings.ReplaceAll(v, "\r\n", "\n")
	if name == strings.ToUpper(name) && name != low {
		v = strings.ToUpper(v)
	}
	return v
}

// idle reports that a paragraph has placeholders and none of them a place on
// this paper, and that the document is whole without it: it ends no section or
// field and holds no picture.
func (f *filler) idle(n *node) bool {
	names := n.names()
	if len(names) == 0 || len(n.kids) != len(n.texts()) || slices.ContainsFunc(names, func(name string) bool { return !f.values.Absent[name] }) {
		return false
	}
	for _, held := range []string{"<w:sectPr", "<w:fldChar", "<w:drawing", "<w:pict", "<w:object"} {
		if bytes.Contains(n.raw[n.from:n.to], []byte(held)) {
			return false
		}
	}
	return true
}

// drops reports that an idle paragraph can go: it stands in the body, or beside
// one of its cell that stays.
func (f *filler) drops(n *node) bool {
	if !f.idle(n) {
		return false
	}
	if n.up.kind != "tr" {
		return n.up.kind == "" && f.body
	}
	here := slices.Index(n.up.kids, n)
	for i := here - 1; i >= 0 && n.up.kids[i].kind == "p" && n.up.kids[i].end == n.up.kids[i+1].start; i-- {
		if !f.idle(n.up.kids[i]) {
			return true
		}
	}
	for i := here + 1; i < len(n.up.kids) && n.up.kids[i].kind == "p" && n.up.kids[i].start == n.up.kids[i-1].end; i++ {
		if !f.idle(n.up.kids[i]) {
			return true
		}
	}
	return false
}

// paragraph writes a paragraph, once for each line of a value that is alone in
// it.
func (f *filler) paragraph(b *strings.Builder, n *node, at *scope) {
	says := n.says()
	found := place.FindAllStringSubmatchIndex(says, -1)
	if len(found) == 0 {
		f.inner(b, n, at, nil)
		return
	}
	if f.drops(n) {
		return
	}
	values := make([]string, len(found))
	for i, m := range found {
		values[i] = f.value(says[m[2]:m[3]], at)
	}
	lines, words := []string{values[0]}, false
	if len(found) == 1 {
		lines = strings.Split(values[0], "\n")
		words = strings.ContainsFunc(says[:found[0][0]]+says[found[0][1]:], unicode.IsLetter)
	}
	if !words && len(lines) > 1 {
		lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	}
	for i, line := range lines {
		values[0] = line
		from, to := 0, len(says)
		if words && i > 0 {
			from = found[0][0]
		}
		if words && i < len(lines)-1 {
			to = found[0][1]
		}
		var one strings.Builder
		f.inner(&one, n, at, n.replaced(found, values, from, to))
		s := one.String()
		if i > 0 {
			s = paraIDs.ReplaceAllString(s, "")
		}
		b.WriteString(s)
	}
}

// replaced is the XML of each text node of a paragraph with the values in: a
// value stands in the node in which its placeholder begins. Of the paragraph's
// own text only what lies within from and to stays.
func (n *node) replaced(found [][]int, values []string, from, to int) map[*node]string {
	out := map[*node]string{}
	begin := 0
	for _, t := range n.texts() {
		text := t.text()
		end := begin + len(text)
		var b strings.Builder
		pos := begin
		keep := func(until int) {
			if a, z := max(pos, from), min(until, to); a < z {
				b.WriteString(text[a-begin : z-begin])
			}
		}
		touched := begin < from || end > to
		for i, m := range found {
			if m[1] <= begin || m[0] >= end {
				continue
			}
			touched = true
			if m[0] >= pos {
				keep(m[0])
				b.WriteString(values[i])
			}
			pos = min(m[1], end)
		}
		keep(end)
		if touched {
			out[t] = textXML(b.String())
		}
		begin = end
	}
	return out
}

// textXML writes a text node; line ends break the line.
func textXML(s string) string {
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteString("<w:br/>")
		}
		b.WriteString(`<w:t xml:space="preserve">`)
		// Into a builder nothing fails; what XML cannot hold becomes U+FFFD.
		_ = xml.EscapeText(&b, []byte(line))
		b.WriteString("</w:t>")
	}
	return b.String()
}
