// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// workbook writes the sheet as XLSX: the paper on the first leaf, every table on
// one of its own, so that each can be sorted and summed. Numbers are numbers;
// everything else is text, so that nothing runs as a formula.
func (s Sheet) workbook(to io.Writer) (err error) {
	w := &book{f: excelize.NewFile()}
	defer func() { err = errors.Join(err, w.f.Close()) }()
	first := cmp.Or(s.Leaf, "Sheet1")
	w.note(w.f.SetSheetName("Sheet1", first))
	w.bold, err = w.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	w.note(err)
	w.wrap, err = w.f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	w.note(err)
	leaf, err := w.f.NewStreamWriter(first)
	if err != nil {
		return err
	}
	w.note(leaf.SetColWidth(1, 1, 52))
	w.note(leaf.SetColWidth(2, 2, 80))
	n := 0
	line := func(style int, cells ...string) {
		n++
		w.row(leaf, n, style, cells, nil)
	}
	date := ""
	if !s.Date.IsZero() {
		date = officedoc.LongDate(s.Date.Start())
	}
	line(w.bold, s.Parent)
	line(w.bold, s.Issuer)
	line(0, strings.TrimSpace(s.Number+"/"+s.Symbol), strings.Trim(s.Place+", "+date, ", "))
	line(w.bold, s.Kind)
	line(w.bold, s.Subject)
	for _, t := range s.To {
		line(0, "", t)
	}
	for _, t := range append(append([]string{}, s.Basis...), s.Lead...) {
		line(w.wrap, t)
	}
	tables := 0
	for _, part := range s.Parts {
		if part.Title != "" {
			line(w.bold, strings.TrimPrefix(part.No+". "+part.heading(), ". "))
		}
		for _, l := range part.Lines {
			text := l.Text
			for _, t := range l.Ticks {
				text = strings.TrimPrefix(text+"\n"+t.String(), "\n")
			}
			if l.Grid != nil {
				tables++
				text = cmp.Or(l.Grid.Leaf, "Table "+strconv.Itoa(tables))
				w.table(text, l.Grid)
			}
			n++
			w.row(leaf, n, w.wrap, []string{l.Label, text}, []bool{false, l.Number})
		}
	}
	for _, g := range s.Annex {
		line(w.wrap, "", g.Leaf)
		w.table(g.Leaf, g)
	}
	if s.Closing != "" {
		line(w.wrap, s.Closing)
	}
	line(0, s.Signer.Title, s.Signer.Name)
	w.note(leaf.Flush())
	if w.err != nil {
		return w.err
	}
	var raw bytes.Buffer
	if err := w.f.Write(&raw); err != nil {
		return err
	}
	return settled(to, raw.Bytes())
}

// settled writes the parts of a workbook in the order of their names: excelize
// writes those of several leaves in any, and the same paper must have the same
// bytes.
func settled(to io.Writer, raw []byte) error {
	in, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	out := zip.NewWriter(to)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			return err
		}
	}
	return out.Close()
}

type book struct {
	f          *excelize.File
	bold, wrap int
	err        error
}

func (w *book) note(errs ...error) { w.err = errors.Join(w.err, errors.Join(errs...)) }

// row writes one line; cells marked as numbers are numbers where they read so.
func (w *book) row(leaf *excelize.StreamWriter, n, style int, cells []string, numbers []bool) {
	out := make([]any, len(cells))
	for i, text := range cells {
		c := excelize.Cell{StyleID: style, Value: text}
		if i < len(numbers) && numbers[i] {
			if v, err := strconv.ParseInt(strings.ReplaceAll(text, ".", ""), 10, 64); err == nil {
				c.Value = v
			}
		}
		out[i] = c
	}
	at, err := excelize.CoordinatesToCellName(1, n)
	w.note(err)
	if err == nil {
		w.note(leaf.SetRow(at, out))
	}
}

// table writes a table on a leaf of its own, its head frozen.
func (w *book) table(name string, g *Grid) {
	_, err := w.f.NewSheet(name)
	w.note(err)
	leaf, err := w.f.NewStreamWriter(name)
	w.note(err)
	if err != nil {
		return
	}
	var heads []string
	var numbers []bool
	for i, c := range g.Columns {
		heads, numbers = append(heads, c.Head), append(numbers, c.Number)
		w.note(leaf.SetColWidth(i+1, i+1, max(8, min(60, c.Width/5))))
	}
	w.note(leaf.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	w.row(leaf, 1, w.bold, heads, nil)
	for i, r := range g.Rows {
		w.row(leaf, i+2, w.wrap, r, numbers)
	}
	if g.Foot != nil {
		w.row(leaf, len(g.Rows)+2, w.bold, g.Foot, numbers)
	}
	w.note(leaf.Flush())
}
