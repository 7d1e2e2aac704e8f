// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	docx "github.com/vonggac/vonggac/internal/platform/officedoc/template"
)

// values are what a sheet fills into a template. Names it does not have are
// absent: this paper does not print them.
func values(sheet report.Sheet) docx.Values {
	v := docx.FromPaper(sheet.Paper(time.Time{}))
	v.Tables = map[string][]map[string]string{}
	blank := func(name, text string) { v.Fields[name] = cmp.Or(v.Fields[name], text) }
	blank("so", strings.Repeat("\u00a0", 8)) // as in the product's own layout
	blank("ky_hieu", "…")
	blank("dia_danh", "…………")
	v.Fields[leading], v.Fields[closing], v.Fields[remark] = strings.Join(sheet.Lead, "\n"), sheet.Closing, strings.Join(sheet.Notes, " ")
	for _, name := range []string{"co_quan_chu_quan", "muc_khan", "ten_loai", "kinh_gui", "can_cu", "nguoi_soan", "dia_chi", "ma_so", leading, closing, remark} {
		if v.Fields[name] == "" {
			delete(v.Fields, name)
		}
	}
	for _, part := range sheet.Parts {
		for _, l := range part.Lines {
			switch was, again := v.Fields[l.Key]; {
			case l.Grid != nil:
				v.Tables[l.Key] = records(*l.Grid)
			case again: // a table printed as labelled lines
				label := ""
				if l.Label != "" {
					label = "- " + l.Label + ": "
				}
				v.Fields[l.Key] = was + "\n" + label + text(l)
			default:
				v.Fields[l.Key] = text(l)
			}
		}
	}
	return v
}

// text is what a line says behind its label; a labelled line of a table in blocks
// says its label too.
func text(l report.Line) string {
	var ticks []string
	for _, t := range l.Ticks {
		ticks = append(ticks, t.String())
	}
	if l.Inline {
		ticks = []string{strings.Join(ticks, "\u00a0\u00a0 ")}
	}
	return strings.Join(slices.DeleteFunc(append(ticks, strings.Split(l.Text, "\n")...), func(s string) bool { return s == "" }), "\n")
}

// records are the rows of a table, its totals last.
func records(g report.Grid) []map[string]string {
	rows := g.Rows
	if g.Foot != nil {
		rows = append(rows[:len(rows):len(rows)], g.Foot)
	}
	out := make([]map[string]string, 0, len(rows))
	for _, row := range rows {
		record := map[string]string{}
		for i, c := range g.Columns {
			record[c.Key] = row[i]
		}
		out = append(out, record)
	}
	return out
}

// fill writes a sheet in a template.
func fill(raw []byte, sheet report.Sheet) ([]byte, error) {
	const op = "template.fill"
	r, err := docx.Check(raw, docx.Schema{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	v := values(sheet)
	v.Absent = map[string]bool{}
	for _, name := range r.Used {
		table, column, dotted := strings.Cut(name, ".")
		if !dotted {
			_, has := v.Fields[name]
			v.Absent[name] = !has
			continue
		}
		if _, has := v.Tables[table]; has {
			continue
		}
		v.Tables[table] = []map[string]string{}
		if said := v.Fields[table]; said != "" { // a table of which nothing is known says so
			v.Tables[table] = append(v.Tables[table], map[string]string{column: said})
		}
	}
	for _, name := range r.Used { // a record has every column
		table, column, _ := strings.Cut(name, ".")
		for _, record := range v.Tables[table] {
			if _, has := record[column]; !has {
				record[column] = ""
			}
		}
	}
	out, err := docx.Fill(raw, v)
	if errors.Is(err, docx.ErrTooLarge) {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "template.bad.filled_large", Err: err}
	}
	return out, err
}

// builtin is the product's own layout of a paper as a template to begin with.
func (s *Service) builtin(p Paper) ([]byte, error) {
	sample, err := s.sample(p)
	if err != nil {
		return nil, err
	}
	like := sample.Paper(s.today().Start())
	if p.Kind != "" {
		return docx.Layout(like, []officedoc.Block{officedoc.Text("{{" + whole + "}}")}, nil)
	}
	blank := s.Forms.Blanked(p.Pack, p.Form)
	body := []officedoc.Block{officedoc.Text("{{" + leading + "}}")}
	var annexes []officedoc.Annex
	seen := map[string]bool{}
	for _, part := range blank.Parts {
		if part.Annex != "" {
			a := officedoc.Annex{Title: part.Title, Landscape: part.Annex == "landscape"}
			for _, l := range part.Lines {
				a.Body = append(a.Body, held(l, seen)...)
			}
			annexes = append(annexes, a)
			body = append(body, part.Referring()...)
			continue
		}
		body = append(body, part.Heading()...)
		for _, l := range part.Lines {
			body = append(body, held(l, seen)...)
		}
	}
	body = append(body, officedoc.Text("{{"+closing+"}}"), officedoc.Paragraph{Runs: []officedoc.Run{{Text: "{{" + remark + "}}", Italic: true}}})
	return docx.Layout(like, body, annexes)
}

// held is a line of a form with its placeholder.
func held(l report.Line, seen map[string]bool) []officedoc.Block {
	if seen[l.Key] {
		return nil
	}
	seen[l.Key] = true
	place := "{{" + l.Key + "}}"
	switch {
	case l.Grid != nil:
		t := l.Grid.Table()
		t.Caption, t.Foot = l.Label, nil
		t.Rows = [][]string{nil}
		for _, c := range l.Grid.Columns {
			t.Rows[0] = append(t.Rows[0], "{{"+l.Key+"."+c.Key+"}}")
		}
		return []officedoc.Block{t}
	case l.Label == "":
		return []officedoc.Block{officedoc.Text(place)}
	}
	return []officedoc.Block{officedoc.Field{Label: l.Label, Required: l.Required, Value: place}}
}
