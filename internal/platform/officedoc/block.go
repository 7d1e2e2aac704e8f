// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

// Block is one part of a body: [Paragraph], [Heading], [Field], [List], [Table],
// [Chart], [Wide] or [PageBreak].
type Block interface{ block() }

// Run is text of one look inside a paragraph. A "\n" in it starts a new line.
type Run struct {
	Text         string
	Bold, Italic bool
	Note         string // footnote whose mark stands behind the run; counted over the paper
}

// Paragraph is running text: justified, first line indented by 1,27 cm, unless
// Align says otherwise (left, centred and right paragraphs have no indent).
type Paragraph struct {
	Runs  []Run
	Align Align
}

// Align is where the text of a paragraph or a column stands.
type Align uint8

// The zero value is Justify; in a table it means Left.
const (
	Justify Align = iota
	Left
	Center
	Right
)

// Heading is a title in the body with a number of its own kind: level 1 counts
// I, II, III (bold), level 2 counts 1, 2, 3 (bold), level 3 counts a), b), … đ).
// A heading restarts the levels below it. Number, where set, is printed as it is
// ("VII.", "Điều 2.") and does not change the count. Level is 1, 2 or 3; others
// are taken as the nearest. A heading stays with the lines after it.
type Heading struct {
	Level  int
	Number string
	Text   string
}

// Field is one line of a form: label, (*) when Required, and what was filled in.
// With Options it is a code list: tick boxes, one a line below the label, or
// behind it when Inline. A field with neither is printed with a dotted line to
// write on.
type Field struct {
	Label    string
	Required bool
	Value    string
	Options  []Option
	Inline   bool
}

// Option is one value of a code list. Note is what was written behind it ("Khác: …").
type Option struct {
	Label  string
	Ticked bool
	Note   string
}

// Table has a head row, repeated on every page it reaches, and rows that do not
// split over pages unless one is taller than half a page. Every row has as many
// cells as there are columns; an upright page holds 23 columns, one on its side
// 36. Foot rows (totals) are bold. Groups, when there are any, are a row above the
// heads of the columns and cover them all: the head of a column that stands in a
// group without a name fills both rows.
type Table struct {
	Caption string // centred above, bold; may be empty
	Columns []Column
	Groups  []Group
	Rows    [][]string
	Foot    [][]string
}

// Column is a table's column. Width is its share of the text width compared with
// the other columns; zero counts as 1.
type Column struct {
	Head  string
	Width float64
	Align Align
}

// Group is a head over several columns that stand beside each other.
type Group struct {
	Head    string // empty: these columns have no common head
	Columns int    // how many it covers, at least 1
}

// List is an enumeration without numbers: "-" on the first level, "+" on the
// second, "." below. Its depth is at most four.
type List []Item

// Item is one line of a list and what hangs under it.
type Item struct {
	Text  string
	Items []Item
}

// Wide is a part of the body on pages that lie on their side. Page numbers go on.
// It may not hold another.
type Wide []Block

// PageBreak starts a new page.
type PageBreak struct{}

func (Paragraph) block() {}
func (Heading) block()   {}
func (Field) block()     {}
func (Table) block()     {}
func (PageBreak) block() {}
func (List) block()      {}
func (Chart) block()     {}
func (Wide) block()      {}

// Text makes a paragraph of plain text.
func Text(s string) Paragraph { return Paragraph{Runs: []Run{{Text: s}}} }
