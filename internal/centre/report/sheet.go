// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Sheet is what a paper says, in final printed words. The page, the DOCX and
// the PDF show the same sheet, so that no date, number or tick can differ
// between them. It is part of a print's frozen inputs.
type Sheet struct {
	Parent  string        `json:"parent,omitempty"`
	Issuer  string        `json:"issuer"`
	Number  string        `json:"number,omitempty"`
	Symbol  string        `json:"symbol,omitempty"`
	Place   string        `json:"place,omitempty"`
	Date    calendar.Date `json:"date,omitzero"`
	Kind    string        `json:"kind"` // tên loại; empty for a letter
	Subject string        `json:"subject"`
	Urgency string        `json:"urgency,omitempty"` // id in CL-urgency
	To      []string      `json:"to,omitempty"`
	Basis   []string      `json:"basis,omitempty"`
	Lead    []string      `json:"lead,omitempty"` // paragraphs before the parts
	Parts   []Part        `json:"parts"`
	Closing string        `json:"closing,omitempty"`
	Notes   []string      `json:"notes,omitempty"`
	Signer  Signer        `json:"signer,omitzero"`
	Copies  []string      `json:"copies,omitempty"`
	Code    string        `json:"code"`            // small line at the foot
	Leaf    string        `json:"leaf"`            // of the workbook, for all but the tables
	Annex   []*Grid       `json:"annex,omitempty"` // tables of the workbook alone
}

// Part is one numbered part of the body.
type Part struct {
	No    string `json:"no"`
	Title string `json:"title"`
	Annex string `json:"annex,omitempty"` // upright or landscape: stands in an annex of its own
	Refer string `json:"refer,omitempty"` // what the body says of that annex
	Told  bool   `json:"told,omitempty"`  // a line of the body says it already
	Lines []Line `json:"lines"`
}

// Line is one field as printed: words, or ticks. A line without either is a
// blank to fill in.
type Line struct {
	Key      string `json:"key"`
	Label    string `json:"label,omitempty"` // empty when the part's title says it
	Required bool   `json:"required,omitempty"`
	Text     string `json:"text,omitempty"`
	Ticks    []Tick `json:"ticks,omitempty"`
	Inline   bool   `json:"inline,omitempty"` // ticks beside each other
	Grid     *Grid  `json:"grid,omitempty"`   // a table below the label
	Number   bool   `json:"number,omitempty"` // Text is a whole number
}

// Tick is one box of a code list.
type Tick struct {
	Label string `json:"label"`
	On    bool   `json:"on,omitempty"`
	Note  string `json:"note,omitempty"`
}

// sheet compiles the paper as it stands with the given values. What the
// product writes at printing stands as at.
func (s *Service) sheet(p Paper, pack *rulepack.Pack, form rulepack.Form, values map[string]Value, at time.Time) Sheet {
	f := p.Frame
	say := p.words(f.Issuer)
	out := Sheet{Parent: f.Parent, Issuer: f.Issuer, Number: f.Number, Symbol: f.Symbol, Place: f.Place, Date: f.Date,
		Kind: form.DocumentType, Subject: f.Subject, Urgency: f.Urgency, To: f.To, Copies: f.Copies, Signer: f.Signer,
		Code: strings.TrimPrefix(p.Case.Code+" · "+form.ID, " · "), Closing: say(form.Closing)}
	for _, n := range form.Notes {
		out.Notes = append(out.Notes, say(n))
	}
	how := look{ticks: form.Status == rulepack.Law, marks: form.Marks, short: p.short}
	if form.Status == rulepack.Derived && p.Case.Kind != OfDirective { // it names its own
		out.Basis = []string{s.word("report.word.basis", form.Basis)}
	}
	if form.Lead != "" {
		out.Lead = []string{say(form.Lead)}
	}
	if p.Relation != None {
		out.Lead = append([]string{s.word("report.word."+string(p.Relation), p.OfLabel)}, out.Lead...)
	}
	for _, section := range form.Sections {
		part := s.part(section)
		var behind []Part
		for _, fl := range section.Fields {
			v := values[fl.Key]
			if fl.From == "report.written_at" && v.Empty() {
				v = Value{At: at}
			}
			if fl.AsBasis {
				out.Basis = append(out.Basis, v.List...)
				if v.Text != "" { // "Xét đề nghị của …" closes the căn cứ
					out.Basis = append(out.Basis, fl.Label+" "+v.Text)
				}
				continue
			}
			if !shown(fl, v, values) {
				continue
			}
			lines := s.lines(pack, section, fl, v, how)
			if fl.AnnexOver > 0 && len(v.Rows) > fl.AnnexOver && section.Annex == "" {
				line, annex := s.moved(pack, fl, v, lines)
				lines, behind = []Line{line}, append(behind, annex)
			}
			part.Lines = append(part.Lines, lines...)
		}
		if len(part.Lines) > 0 || len(section.Fields) == 0 {
			out.Parts = append(out.Parts, part)
		}
		out.Parts = append(out.Parts, behind...)
	}
	s.leaves(&out)
	s.referTo(&out)
	return out
}

// moved is a table too long for the body: the line that says there what it holds,
// and the annex in which it stands.
func (s *Service) moved(pack *rulepack.Pack, f rulepack.Field, v Value, lines []Line) (Line, Part) {
	annex := Part{Title: f.Label, Annex: "upright", Refer: s.word("report.word.annex"), Told: true, Lines: lines}
	for n := range annex.Lines {
		annex.Lines[n].Label = "" // the title says it
	}
	return Line{Key: f.Key, Label: strings.TrimRight(f.Label, "?"), Text: s.show(pack, f, v)}, annex
}

// referTo names annexes by their numbers where there are several.
func (s *Service) referTo(out *Sheet) {
	count := 0
	for i := range out.Parts {
		if out.Parts[i].Annex != "" {
			count++
		}
	}
	for i, n := 0, 0; i < len(out.Parts) && count > 1; i++ {
		if out.Parts[i].Annex != "" {
			n++
			out.Parts[i].Refer = s.word("report.word.annex_no", roman(n, "quarter"))
		}
	}
	for _, annex := range out.Parts {
		if !annex.Told {
			continue
		}
		for i := range out.Parts {
			for j := range out.Parts[i].Lines {
				if l := &out.Parts[i].Lines[j]; l.Key == annex.Lines[0].Key && l.Grid == nil {
					l.Text = strings.TrimSuffix(l.Text, ".") + ". " + annex.Refer
				}
			}
		}
	}
}

func (s *Service) part(section rulepack.Section) Part {
	p := Part{No: section.No, Title: section.Title, Annex: section.Annex}
	if p.Annex != "" {
		p.Refer = s.word("report.word.annex")
	}
	return p
}

// shown reports whether a field has a line on the paper.
func shown(f rulepack.Field, v Value, values map[string]Value) bool {
	switch {
	case !inBody(f), f.Aside, idle(f, values):
		return false
	case !v.Empty():
		return true
	case late(f):
		return false
	}
	return f.Req == rulepack.Mandatory || f.Req == rulepack.Automatic || asked(f, values)
}

// blank compiles the form without a case, to be filled by hand: every field has
// its place.
func (s *Service) blank(pack *rulepack.Pack, form rulepack.Form) Sheet {
	say := Paper{}.words("…………")
	out := Sheet{Issuer: s.word("report.word.issuer"), Kind: form.DocumentType, Symbol: form.Abbreviation, Subject: say(form.Subject), Code: form.ID,
		Closing: say(form.Closing)}
	for _, n := range form.Notes {
		out.Notes = append(out.Notes, say(n))
	}
	if form.Status == rulepack.Derived {
		out.Basis = []string{s.word("report.word.basis", form.Basis)}
	}
	if form.Lead != "" {
		out.Lead = []string{say(form.Lead)}
	}
	if len(form.Recipients) > 0 {
		out.To = []string{"………………………………"}
	}
	for _, section := range form.Sections {
		part := s.part(section)
		for _, fl := range section.Fields {
			if inBody(fl) && !fl.Aside && !fl.AsBasis {
				part.Lines = append(part.Lines, s.lines(pack, section, fl, Value{Rows: blankRows(pack, fl)}, look{ticks: true, marks: form.Marks, blank: true})...)
			}
		}
		if len(part.Lines) > 0 || len(section.Fields) == 0 {
			out.Parts = append(out.Parts, part)
		}
	}
	for _, fl := range form.Fields() {
		if fl.Type == "sign" {
			out.Signer.Title = s.word("report.word.signer")
		}
	}
	s.leaves(&out)
	s.referTo(&out)
	return out
}

// blankRows are the rows of a table to be filled by hand.
func blankRows(pack *rulepack.Pack, f rulepack.Field) [][]string {
	if len(f.Columns) == 0 || f.Blocks {
		return make([][]string, min(len(f.Columns), 1))
	}
	if list, ok := pack.CodeList(f.RowsOf); ok {
		var out [][]string
		for _, c := range list.Items {
			out = append(out, []string{c.ID})
		}
		return out
	}
	return make([][]string, 4)
}

// look is how lines are printed.
type look struct {
	ticks bool // code lists as boxes, as forms of the law have them
	marks bool // (*) at what is compulsory
	blank bool // to be filled by hand: no words where nothing is known
	short map[string]Short
}

// late reports whether a field may stay empty until the paper is sent.
func late(f rulepack.Field) bool { return f.From == "report.channel" }

// idle reports whether a field is asked for only under a condition that does
// not hold.
func idle(f rulepack.Field, values map[string]Value) bool {
	return f.Req == rulepack.Conditional && len(f.RequiredWhen) > 0 && !asked(f, values)
}

// lines are the field as printed: one line, or, for a table in blocks, one for
// every column of every row.
func (s *Service) lines(pack *rulepack.Pack, section rulepack.Section, f rulepack.Field, v Value, how look) []Line {
	if f.Blocks && len(v.Rows) > 0 {
		return s.blocksOf(pack, f, v)
	}
	line := s.line(pack, f, v, how)
	if line.Grid != nil && section.Annex == "landscape" {
		line.Grid.widen(f.Columns, true)
	}
	if f.Label == section.Title {
		line.Label = ""
	}
	return []Line{line}
}

func (s *Service) line(pack *rulepack.Pack, f rulepack.Field, v Value, how look) Line {
	law := how.ticks
	l := Line{Key: f.Key, Label: strings.TrimRight(f.Label, "?"), Required: how.marks && f.Req == rulepack.Mandatory}
	list, _ := pack.CodeList(f.List)
	switch {
	case law && f.Type == "bool":
		l.Inline = utf8.RuneCountInString(l.Label) <= oneLine-12 // behind a label of two lines they would be torn
		l.Ticks = []Tick{{Label: s.word("report.word.yes"), On: v.Yes != nil && *v.Yes},
			{Label: s.word("report.word.no"), On: v.Yes != nil && !*v.Yes}}
	case law && (f.Type == "multi" || f.Type == "enum" && f.List != "CL-level"):
		long := 0
		for _, c := range list.Items {
			t := Tick{Label: c.Label.VI, On: chosen(v, c.ID), Note: v.Notes[c.ID]}
			l.Ticks = append(l.Ticks, t)
			long += utf8.RuneCountInString(t.String())
		}
		l.Inline = utf8.RuneCountInString(l.Label)+long <= oneLine
	case len(f.Columns) > 0 && len(v.Rows) > 0:
		l.Grid = s.grid(pack, f, v)
	default:
		l.Text = s.show(pack, f, v)
	}
	l.Number = f.Type == "int" && v.Int != nil && f.Count != nil
	if f.Req == rulepack.Automatic && v.Empty() && !how.blank {
		l.Text = s.word("report.word.no_data") // never a zero that nobody counted
		if few, ok := how.short[f.Key]; ok {
			l.Text = s.word("report.word.short", few.Seen, few.Expected)
		}
	}
	return l
}

// oneLine is how many characters of label and ticks stand on one line.
const oneLine = 62

func chosen(v Value, id string) bool {
	return slices.Contains(v.Codes, id)
}

// show writes a value out as the paper does; "" for an empty one.
func (s *Service) show(pack *rulepack.Pack, f rulepack.Field, v Value) string {
	switch f.Type {
	case "enum", "multi":
		list, _ := pack.CodeList(f.List)
		var words []string
		for _, id := range v.Codes {
			c, _ := list.Find(id)
			w := strings.TrimSpace(strings.TrimPrefix(c.Label.VI, f.Label)) // no "Cấp độ: Cấp độ 2"
			if n := v.Notes[id]; n != "" {
				w += ": " + n
			}
			words = append(words, w)
		}
		return strings.Join(words, "; ")
	case "date":
		return officedoc.ShortDate(v.At)
	case "datetime":
		return officedoc.Moment(v.At)
	case "time":
		at, err := time.ParseInLocation(clockTime, v.Text, i18n.Hanoi)
		if err != nil {
			return v.Text
		}
		return at.Format(s.word("report.word.time_of_day"))
	case "int":
		if v.Int == nil {
			return ""
		}
		return officedoc.Count(*v.Int)
	case "money":
		if v.Int == nil {
			return ""
		}
		return s.word("report.word.money", officedoc.Number(*v.Int))
	case "pct":
		if v.Text == "" {
			return ""
		}
		return strings.Replace(v.Text, ".", ",", 1) + "%"
	case "bool":
		switch {
		case v.Yes == nil:
			return ""
		case *v.Yes:
			return s.word("report.word.yes")
		}
		return s.word("report.word.no")
	case "table", "file":
		if v.Text != "" {
			return v.Text
		}
		if len(v.Rows) > 0 {
			return s.word("report.word.rows", officedoc.Number(int64(len(v.Rows))))
		}
		return strings.Join(v.List, "; ")
	case "unit":
		return s.fullName(v.Text)
	}
	return v.Text
}

// Paper is the sheet as officedoc prints it. Its bytes depend on the sheet and
// on at alone.
func (s Sheet) Paper(at time.Time) officedoc.Paper {
	p := officedoc.Paper{Parent: twoLines(s.Parent), Issuer: twoLines(s.Issuer), Number: s.Number, Symbol: s.Symbol, Place: s.Place,
		Kind: s.Kind, Subject: s.Subject, Urgency: urgencies[s.Urgency], To: s.To, Basis: s.Basis, Copies: s.Copies,
		Code: s.Code, PrintedAt: at, Sign: s.Signer.signature()}
	if !s.Date.IsZero() {
		p.Date = s.Date.Start()
	}
	for _, t := range s.Lead {
		p.Body = append(p.Body, officedoc.Text(t))
	}
	for _, part := range s.Parts {
		if part.Annex == "" {
			p.Body = append(p.Body, part.blocks()...)
			continue
		}
		p.Body = append(p.Body, part.Referring()...)
		a := officedoc.Annex{Title: part.Title, Landscape: part.Annex == "landscape"}
		for _, l := range part.Lines {
			a.Body = append(a.Body, l.blocks()...)
		}
		p.Annexes = append(p.Annexes, a)
	}
	if s.Closing != "" {
		p.Body = append(p.Body, officedoc.Text(s.Closing))
	}
	if len(s.Notes) > 0 {
		p.Body = append(p.Body, officedoc.Paragraph{Runs: []officedoc.Run{{Text: strings.Join(s.Notes, " "), Italic: true}}})
	}
	return p
}

// twoLines breaks a committee's name before its area, as heads of papers do.
func twoLines(name string) string {
	rest, ok := committee(name)
	if !ok || rest == "" {
		return name
	}
	return strings.TrimSpace(strings.TrimSuffix(name, rest)) + "\n" + rest
}

var urgencies = map[string]officedoc.Urgency{"urgent": officedoc.Urgent, "very_urgent": officedoc.VeryUrgent, "flash": officedoc.MostUrgent}

// Boxes of a code list whose label is the heading above it. officedoc draws
// these two runes itself.
const (
	boxEmpty  = "\u2610\u00a0"
	boxTicked = "\u2612\u00a0"
)

// heading is the part's title; it carries the mark of a line that it labels.
func (p Part) heading() string {
	for _, l := range p.Lines {
		if l.Label == "" && l.Required {
			return p.Title + " (*)"
		}
	}
	return p.Title
}

func (p Part) blocks() []officedoc.Block {
	var out []officedoc.Block
	switch {
	case p.No == "" && p.Title != "":
		out = append(out, officedoc.Paragraph{Runs: []officedoc.Run{{Text: p.heading(), Bold: true}}, Align: officedoc.Center})
	case p.No != "":
		out = append(out, officedoc.Heading{Level: 1, Number: p.No + ".", Text: p.heading()})
	}
	for _, l := range p.Lines {
		out = append(out, l.blocks()...)
	}
	return out
}

// blocks are the line's field and, where its text has several paragraphs, those
// after the first.
func (l Line) blocks() []officedoc.Block {
	var out []officedoc.Block
	if l.Grid != nil {
		t := l.Grid.table()
		t.Caption = l.Label
		if l.Required && l.Label != "" {
			t.Caption += " (*)"
		}
		return append(out, t)
	}
	if l.Label == "" {
		var ticks []string
		for _, t := range l.Ticks {
			ticks = append(ticks, t.String())
		}
		if l.Inline {
			ticks = []string{strings.Join(ticks, "\u00a0\u00a0 ")}
		}
		for _, t := range append(ticks, strings.Split(l.Text, "\n")...) {
			if t != "" {
				out = append(out, officedoc.Text(t))
			}
		}
		return out
	}
	first, more, _ := strings.Cut(l.Text, "\n")
	f := officedoc.Field{Label: l.Label, Required: l.Required, Value: first, Inline: l.Inline}
	for _, t := range l.Ticks {
		f.Options = append(f.Options, officedoc.Option{Label: t.Label, Ticked: t.On, Note: t.Note})
	}
	out = append(out, f)
	for t := range strings.SplitSeq(more, "\n") {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, officedoc.Text(t))
		}
	}
	return out
}

// String is the tick as one printed line.
func (t Tick) String() string {
	box := boxEmpty
	if t.On {
		box = boxTicked
	}
	if t.Note != "" {
		return box + t.Label + ": " + t.Note
	}
	return box + t.Label
}

// signature is the block as officedoc prints it.
func (g Signer) signature() officedoc.Signature {
	var as []officedoc.Capacity
	if g.College != "" {
		as = append(as, officedoc.Capacity{Mark: officedoc.ForCollege, Title: g.College})
	}
	switch mark := authorities[g.Authority]; {
	case mark == officedoc.Acting:
		as = append(as, officedoc.Capacity{Mark: mark, Title: g.Title})
	case mark != officedoc.InOwnName:
		as = append(as, officedoc.Capacity{Mark: mark, Title: g.For}, officedoc.Capacity{Title: g.Title})
	case g.Title != "":
		as = append(as, officedoc.Capacity{Title: g.Title})
	}
	return officedoc.Signature{As: as, Name: g.Name}
}

var authorities = map[string]officedoc.Authority{"q": officedoc.Acting, "kt": officedoc.ForHead, "tl": officedoc.ByOrder, "tuq": officedoc.ByDelegation}
