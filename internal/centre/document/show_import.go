// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// good is how many lines would be taken over.
func (v previewPage) good() (n int) {
	for _, l := range v.lines {
		if !l.Twice && len(l.Bad) == 0 {
			n++
		}
	}
	return n
}

// mostErrors are the errors shown at once.
const mostErrors = 200

func (v previewPage) report(ctx context.Context) ui.ImportReportProps {
	r := ui.ImportReportProps{File: v.in.Name, DryRun: true, Rows: int64(len(v.lines)), Added: int64(v.good())}
	for _, l := range v.lines {
		if l.Twice {
			r.Same++
		}
		if len(l.Bad) > 0 {
			r.Rejected++
		}
		for _, f := range slices.Sorted(maps.Keys(l.Bad)) {
			if len(r.Cells) == mostErrors {
				r.More++
				continue
			}
			r.Cells = append(r.Cells, ui.CellError{Row: l.Row, Column: v.column(ctx, f), Value: v.cell(l, f), Error: i18n.T(ctx, l.Bad[f])})
		}
	}
	return r
}

// place is the column of a field, or of number and symbol in one.
func (v previewPage) place(f string) (int, bool) {
	at, ok := v.m[Field(f)]
	if !ok && (f == "number" || f == "symbol") {
		at, ok = v.m["code"]
	}
	return at, ok && at < len(v.in.Heads)
}

func (v previewPage) column(ctx context.Context, f string) string {
	if at, ok := v.place(f); ok {
		return v.in.Heads[at]
	}
	return i18n.T(ctx, "document."+f)
}

func (v previewPage) cell(l Line, f string) string {
	at, ok := v.place(f)
	row := l.Row - v.in.First
	if !ok || row < 0 || row >= len(v.in.Rows) || at >= len(v.in.Rows[row]) {
		return ""
	}
	return v.in.Rows[row][at]
}

func (v previewPage) columns(ctx context.Context) (out []ui.FieldProps) {
	var heads []ui.Option
	for i, h := range v.in.Heads {
		heads = append(heads, ui.Option{Value: strconv.Itoa(i), Label: cmp.Or(h, i18n.T(ctx, "document.import.column", i+1))})
	}
	for _, f := range Fields() {
		p := ui.FieldProps{Kind: ui.KindSelect, Name: "col." + string(f), Label: i18n.T(ctx, "document."+string(f)), Blank: i18n.T(ctx, "document.import.none"), Options: heads}
		if at, ok := v.m[f]; ok {
			p.Value = strconv.Itoa(at)
		}
		out = append(out, p)
	}
	return out
}

func (v previewPage) hidden() (out []ui.Hidden) {
	for _, f := range Fields() {
		value := ""
		if at, ok := v.m[f]; ok {
			value = strconv.Itoa(at)
		}
		out = append(out, ui.Hidden{Name: "col." + string(f), Value: value})
	}
	return out
}

// shownLines are the lines that the preview lists.
const shownLines = 100

func (v previewPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "document.import.preview"), Total: int64(len(v.lines)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.import.row"), Numeric: true}, {Label: i18n.T(ctx, "document.code")},
		{Label: i18n.T(ctx, "document.date")}, {Label: i18n.T(ctx, "document.subject")}, {Label: i18n.T(ctx, "document.issuer")}, {Label: i18n.T(ctx, "document.import.verdict")}},
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.import.empty"), Text: i18n.T(ctx, "document.import.empty.text")}}
	for _, line := range v.lines[:min(len(v.lines), shownLines)] {
		b := ui.BadgeProps{Text: i18n.T(ctx, "document.import.good"), Tone: ui.OK}
		if len(line.Bad) > 0 {
			b = ui.BadgeProps{Text: i18n.T(ctx, "document.import.bad"), Tone: ui.Bad}
		} else if line.Twice {
			b = ui.BadgeProps{Text: i18n.T(ctx, "document.import.twice"), Tone: ui.Warn}
		}
		l.Rows = append(l.Rows, ui.Row{ID: strconv.Itoa(line.Row), Name: line.Head.Subject, Cells: []templ.Component{ui.Number(int64(line.Row)), ui.Text(line.Head.Code()), date(line.Head.Date),
			subjectCell(v.codes, Document{Head: line.Head}), ui.Text(line.Head.Issuer), ui.Badge(b)}})
	}
	return l
}
