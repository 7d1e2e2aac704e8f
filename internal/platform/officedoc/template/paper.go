// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// names of a paper's placeholders; the bool says that a template must have it.
var names = map[string]bool{
	"co_quan_chu_quan": false, "co_quan": true, "so": true, "ky_hieu": true, "dia_danh": true, "ngay": true,
	"ten_loai": false, "trich_yeu": true, "kinh_gui": false, "can_cu": false, "noi_dung": true,
	"quyen_han": true, "ho_ten": true, "noi_nhan": true, "nguoi_soan": false, "dia_chi": false, "ma_so": false,
	"muc_khan": false, "ten_co_quan": false,
}

// Names are the placeholders of every paper in the order in which they stand on
// it; must says which of them a template cannot do without.
func Names() (list []string, must map[string]bool) {
	return []string{"co_quan_chu_quan", "co_quan", "ten_co_quan", "so", "ky_hieu", "dia_danh", "ngay", "muc_khan", "ten_loai", "trich_yeu", "kinh_gui", "can_cu",
		"noi_dung", "quyen_han", "ho_ten", "noi_nhan", "nguoi_soan", "dia_chi", "ma_so"}, maps.Clone(names)
}

// PaperSchema is what a template for p may hold: the fields of every paper, and
// the tables of p's body and annexes as bang1, bang2, … with the columns c1, c2, ….
func PaperSchema(p officedoc.Paper) Schema {
	s := Schema{Fields: names, Tables: map[string][]string{}}
	for i, t := range tables(p) {
		var columns []string
		for j := range t.Columns {
			columns = append(columns, fmt.Sprintf("c%d", j+1))
		}
		s.Tables[fmt.Sprintf("bang%d", i+1)] = columns
	}
	return s
}

// FromPaper gives the values of p for a template that passed Check with
// PaperSchema of p. Lists have a line each, with their marks.
func FromPaper(p officedoc.Paper) Values {
	number := p.Number
	if len(number) == 1 && number >= "0" && number <= "9" {
		number = "0" + number
	}
	v := Values{Tables: map[string][]map[string]string{}, Fields: map[string]string{
		"co_quan_chu_quan": halves(p.Parent), "co_quan": halves(p.Issuer), "so": number, "ky_hieu": p.Symbol, "dia_danh": p.Place,
		"ngay": officedoc.LongDate(p.Date), "ten_loai": sentence(p.Kind), "trich_yeu": subject(p), "kinh_gui": recipients(p.To),
		"muc_khan": haste[p.Urgency], "ten_co_quan": strings.Join(strings.Fields(p.Issuer), " "),
		"can_cu": basis(p.Basis), "noi_dung": Text(p), "quyen_han": titles(p.Sign), "ho_ten": p.Sign.Name,
		"noi_nhan": listed(p.Copies, true), "nguoi_soan": p.Drafter, "dia_chi": strings.Join(p.Address, "\n"), "ma_so": p.Code,
	}}
	for i, t := range tables(p) {
		records := []map[string]string{}
		for _, row := range append(t.Rows[:len(t.Rows):len(t.Rows)], t.Foot...) {
			r := map[string]string{}
			for j, cell := range row {
				r[fmt.Sprintf("c%d", j+1)] = cell
			}
			records = append(records, r)
		}
		v.Tables[fmt.Sprintf("bang%d", i+1)] = records
	}
	return v
}

// haste are the marks of Nghị định 30/2020/NĐ-CP, Điều 12.
var haste = map[officedoc.Urgency]string{officedoc.Urgent: "Khẩn", officedoc.VeryUrgent: "Thượng khẩn", officedoc.MostUrgent: "Hỏa tốc"}

// Text is what body and annexes of p say but for their tables, a line a
// paragraph. The text of an annex stands under its title.
func Text(p officedoc.Paper) string {
	out := lines(p.Body)
	for _, a := range p.Annexes {
		if more := lines(a.Body); len(more) > 0 {
			out = append(append(out, strings.Join(strings.Fields(a.Title), " ")), more...)
		}
	}
	return strings.Join(out, "\n")
}

// sentence writes s with a capital at its start and small letters after.
func sentence(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

// recipients begin on a line of their own when they are several: below the words
// "Kính gửi:".
func recipients(to []string) string {
	if len(to) > 1 {
		return "\n" + listed(to, true)
	}
	return listed(to, false)
}

// subject stands in lines of about equal length under a title, and runs on in
// the narrow column of a letter.
func subject(p officedoc.Paper) string {
	if p.Kind == "" {
		return p.Subject
	}
	return officedoc.TitleLines(p.Subject)
}

// basis closes each căn cứ, a single one too.
func basis(in []string) string {
	if len(in) == 1 {
		return strings.TrimRight(strings.TrimSpace(in[0]), ";., ") + "."
	}
	return listed(in, false)
}

// halves breaks a long name of a body near its middle, as a typist would; a name
// that has lines keeps them.
func halves(s string) string {
	const short = 22 // letters that surely stand on one line
	s = strings.TrimSpace(s)
	if len([]rune(s)) <= short || strings.Contains(s, "\n") {
		return s
	}
	middle, best := len(s)/2, -1
	for i, r := range s {
		if r == ' ' && (best < 0 || max(i-middle, middle-i) < max(best-middle, middle-best)) {
			best = i
		}
	}
	if best < 0 {
		return s
	}
	return s[:best] + "\n" + s[best+1:]
}

// listed closes each line with ";" and the last with ".".
func listed(in []string, dashed bool) string {
	var out []string
	for i, s := range in {
		s = strings.TrimRight(strings.TrimSpace(s), ";., ")
		if dashed {
			s = "- " + s
		}
		switch {
		case len(in) == 1 && !dashed:
		case i == len(in)-1:
			s += "."
		default:
			s += ";"
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

var authorities = map[officedoc.Authority]string{officedoc.ForCollege: "TM. ", officedoc.Acting: "Q. ", officedoc.ForHead: "KT. ", officedoc.ByOrder: "TL. ", officedoc.ByDelegation: "TUQ. "}

func titles(s officedoc.Signature) string {
	var out []string
	for _, a := range s.As {
		out = append(out, authorities[a.Mark]+strings.ToUpper(a.Title))
	}
	return strings.Join(out, "\n")
}

// lines is the body as text, a line a paragraph; tables are left to their rows.
func lines(in []officedoc.Block) []string {
	var out []string
	for _, b := range in {
		switch b := b.(type) {
		case officedoc.Paragraph:
			var text strings.Builder
			for _, r := range b.Runs {
				text.WriteString(r.Text)
			}
			out = append(out, strings.Join(strings.Fields(text.String()), " "))
		case officedoc.Heading:
			out = append(out, strings.TrimSpace(b.Number+" "+b.Text))
		case officedoc.Field:
			value := b.Value
			for _, o := range b.Options {
				if o.Ticked {
					value = strings.TrimLeft(value+"; "+strings.TrimSpace(o.Label+" "+o.Note), "; ")
				}
			}
			out = append(out, "- "+strings.TrimRight(b.Label, ": ")+": "+value)
		case officedoc.List:
			out = append(out, items(b, "- ")...)
		case officedoc.Wide:
			out = append(out, lines(b)...)
		}
	}
	return out
}

func items(in []officedoc.Item, mark string) []string {
	var out []string
	for _, it := range in {
		out = append(append(out, mark+it.Text), items(it.Items, "+ ")...)
	}
	return out
}

func tables(p officedoc.Paper) []officedoc.Table {
	var out []officedoc.Table
	var walk func([]officedoc.Block)
	walk = func(in []officedoc.Block) {
		for _, b := range in {
			switch b := b.(type) {
			case officedoc.Table:
				out = append(out, b)
			case officedoc.Wide:
				walk(b)
			}
		}
	}
	walk(p.Body)
	for _, a := range p.Annexes {
		walk(a.Body)
	}
	return out
}

func written(p officedoc.Paper) ([]part, error) {
	var b bytes.Buffer
	if err := officedoc.WriteDOCX(&b, p); err != nil {
		return nil, err
	}
	parts, err := open(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return parts, nil
}

var ruled = regexp.MustCompile(`<w:p><w:pPr><w:keepNext/><w:pBdr>.*?</w:p>`)

// withRulesOf gives the lines under issuer, motto and title of document the
// lengths they have in real, since a placeholder is shorter than what it stands
// for.
func withRulesOf(document, real string) string {
	lines, n := ruled.FindAllString(real, -1), 0
	return ruled.ReplaceAllStringFunc(document, func(line string) string {
		if n++; n <= len(lines) {
			return lines[n-1]
		}
		return line
	})
}

// Default is the product's own layout as a template for papers like p: with a
// title when p has one, and with p's tables as rows to be repeated.
func Default(p officedoc.Paper) ([]byte, error) {
	body := []officedoc.Block{officedoc.Text("{{noi_dung}}")}
	for i, t := range tables(p) {
		row := officedoc.Table{Caption: t.Caption, Columns: t.Columns, Groups: t.Groups, Rows: [][]string{nil}}
		for j := range t.Columns {
			row.Rows[0] = append(row.Rows[0], fmt.Sprintf("{{bang%d.c%d}}", i+1, j+1))
		}
		body = append(body, row)
	}
	return Layout(p, body, nil)
}

// Layout is the product's own head and foot of papers like p as a template, with
// a body and annexes that hold placeholders of the caller's. The lines under
// issuer and title have the length they have on p.
func Layout(p officedoc.Paper, body []officedoc.Block, annexes []officedoc.Annex) ([]byte, error) {
	own := officedoc.Paper{
		Parent: "{{CO_QUAN_CHU_QUAN}}", Issuer: "{{CO_QUAN}}", Number: "{{so}}", Symbol: "{{ky_hieu}}", Place: "{{dia_danh}}",
		Subject: "{{trich_yeu}}", Sign: officedoc.Signature{As: []officedoc.Capacity{{Title: "{{quyen_han}}"}}, Name: "{{ho_ten}}"},
		Copies: []string{"{{noi_nhan}}"}, Code: "{{ma_so}}", PrintedAt: p.PrintedAt, Body: body, Annexes: annexes,
	}
	if p.Kind != "" {
		own.Kind = "{{TEN_LOAI}}"
	}
	switch {
	case len(p.To) == 1:
		own.To = []string{"{{kinh_gui}}"}
	case len(p.To) > 1: // of two lines, one to be repeated and one to be dropped
		own.To = []string{"{{kinh_gui}}", "{{kinh_gui}}"}
	}
	if len(p.Basis) > 0 {
		own.Basis = []string{"{{can_cu}}"}
	}
	parts, err := written(own)
	if err != nil {
		return nil, err
	}
	real, err := written(p)
	if err != nil {
		return nil, err
	}
	for i := range parts {
		if parts[i].name == "word/document.xml" {
			parts[i].data = []byte(placed(withRulesOf(string(parts[i].data), string(real[i].data))))
		}
	}
	return pack(parts)
}

var (
	// A date left open, with the breaks that lines of the head may have.
	blankDate = regexp.MustCompile(broken(officedoc.LongDate(time.Time{})))
	annexOf   = regexp.MustCompile(`\(Kèm theo .*?\)</w:t>`)
)

// broken matches text whose blanks may be breaks of a line.
func broken(text string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(text), " ", `(?: |</w:t><w:br/><w:t xml:space="preserve">)`)
}

// hastily is a boxed line for the mark of haste below the number.
const hastily = `<w:p><w:pPr><w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/><w:left w:val="single" w:sz="6" w:space="4" w:color="000000"/>` +
	`<w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/><w:right w:val="single" w:sz="6" w:space="4" w:color="000000"/></w:pBdr>` +
	`<w:spacing w:before="160" w:after="0" w:line="240" w:lineRule="auto"/><w:ind w:left="680" w:right="680"/><w:jc w:val="center"/></w:pPr>` +
	`<w:r><w:rPr><w:b/><w:bCs/><w:sz w:val="26"/><w:szCs w:val="26"/></w:rPr><w:t>{{MUC_KHAN}}</w:t></w:r></w:p>`

// placed puts placeholders where the writer of papers puts words of its own.
func placed(s string) string {
	s = annexOf.ReplaceAllStringFunc(s, func(ref string) string { return strings.ReplaceAll(ref, "{{CO_QUAN}}", "{{ten_co_quan}}") })
	s = blankDate.ReplaceAllLiteralString(s, "{{ngay}}")
	s = strings.ReplaceAll(s, "{{QUYEN_HAN}}", "{{quyen_han}}")
	s = strings.Replace(s, "- {{noi_nhan}}.", "{{noi_nhan}}", 1)
	s = strings.Replace(s, "{{can_cu}}.", "{{can_cu}}", 1)
	s = strings.Replace(s, "- {{kinh_gui}};", "{{kinh_gui}}", 1)
	if at := strings.Index(s, "- {{kinh_gui}}."); at >= 0 {
		start, end := strings.LastIndex(s[:at], "<w:p>"), at+strings.Index(s[at:], "</w:p>")+len("</w:p>")
		s = s[:start] + s[end:]
	}
	if at := strings.Index(s, "{{ky_hieu}}"); at >= 0 { // the mark of haste stands last in the cell of the number
		at += strings.Index(s[at:], "</w:tc>")
		s = s[:at] + hastily + s[at:]
	}
	return s
}
