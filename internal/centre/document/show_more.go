// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func backOf(v formPage) string {
	if v.of.ID != "" {
		return href(v.of.ID)
	}
	return Path
}

func dateTyped(v showPage) string {
	if s, ok := v.typed["date"]; ok {
		return s
	}
	return calendar.DateOf(v.now).String()
}

func symbolTyped(v showPage) string {
	if s, ok := v.typed["symbol"]; ok {
		return s
	}
	return v.f.Symbol
}

func toTyped(v showPage) string {
	if s, ok := v.typed["to"]; ok {
		return s
	}
	if len(v.f.Dispatches) > 0 {
		return ""
	}
	return v.f.Recipients
}

func nowTyped(v showPage, name string) string {
	return cmp.Or(v.typed[name], v.now.In(i18n.Hanoi).Format("2006-01-02T15:04"))
}

var standingTones = map[Standing]ui.Tone{InForce: ui.OK, Replaced: ui.Warn, Withdrawn: ui.Warn, Unknown: ui.NoData}

// citedText names a paper as texts cite it.
func citedText(ctx context.Context, codes Codes, c Cited) string {
	kind := ""
	if c.Kind != "" {
		kind, _, _ = strings.Cut(label(codes.Kinds, c.Kind), " (")
	}
	parts := []string{strings.TrimSpace(kind + " " + c.Code())}
	if !c.Date.IsZero() {
		parts = append(parts, dayText(ctx, c.Date))
	}
	if c.Issuer != "" {
		parts = append(parts, c.Issuer)
	}
	if c.Subject != "" {
		parts = append(parts, c.Subject)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// linkDoubts are the warnings about a cited paper that is not in the register.
func linkDoubts(v showPage, l Link) []Warning {
	if l.Target != "" || l.Number == "" {
		return nil
	}
	return doubts(l.Cited, calendar.DateOf(v.now), false)
}

// citeAction takes a citation that was found into the chain.
func citeAction(ctx context.Context, v showPage, c Citation) ui.Action {
	return ui.Action{Label: i18n.T(ctx, "document.found.add"), Href: href(v.f.ID) + "/links", Icon: ui.IconAdd, Post: true, Hidden: []ui.Hidden{{Name: "relation", Value: string(Basis)},
		{Name: "cite_number", Value: c.Number}, {Name: "cite_symbol", Value: c.Symbol}, {Name: "cite_date", Value: c.Date.String()}, {Name: "cite_issuer", Value: c.Issuer}}}
}

func citeFields(ctx context.Context, v showPage) []ui.FieldProps {
	relation := v.field(ctx, ui.KindSelect, "relation", "document.cite.relation")
	relation.Required, relation.Options = true, options(v.codes.Relations)
	kind := v.field(ctx, ui.KindSelect, "cite_kind", "document.kind")
	kind.Blank, kind.Options = i18n.T(ctx, "document.choose"), options(v.codes.Kinds)
	standing := v.field(ctx, ui.KindSelect, "cite_standing", "document.standing")
	for _, s := range []Standing{Unknown, InForce, Replaced} {
		standing.Options = append(standing.Options, ui.Option{Value: string(s), Label: standingText(ctx, s)})
	}
	return []ui.FieldProps{relation, kind, v.field(ctx, ui.KindText, "cite_number", "document.number"), v.field(ctx, ui.KindText, "cite_symbol", "document.symbol"),
		v.field(ctx, ui.KindDate, "cite_date", "document.date"), v.field(ctx, ui.KindText, "cite_issuer", "document.issuer"), v.field(ctx, ui.KindText, "cite_subject", "document.subject"), standing}
}

func bookFields(ctx context.Context, v bookPage) []ui.FieldProps {
	mode := string(v.rule.Mode)
	if v.typed["mode"] != "" {
		mode = v.typed["mode"]
	}
	var modes []ui.Option
	for _, m := range []Mode{Typed, OneBook, EachKind} {
		modes = append(modes, ui.Option{Value: string(m), Label: i18n.T(ctx, "document.mode."+string(m)), Hint: i18n.T(ctx, "document.mode."+string(m)+".hint")})
	}
	used := func(field, name, key string) ui.FieldProps {
		f := ui.FieldProps{Name: field, Label: i18n.T(ctx, key), Hint: i18n.T(ctx, "document.used.hint"), InputMode: "numeric", Value: v.typed[field], Error: v.errs[field]}
		for _, s := range v.series {
			if s.Name == name && v.typed == nil {
				f.Value = strconv.FormatInt(s.Used, 10)
			}
		}
		return f
	}
	return []ui.FieldProps{{Kind: ui.KindRadio, Name: "mode", Label: i18n.T(ctx, "document.mode"), Value: mode, Options: modes, Required: true, Error: v.errs["mode"]},
		used("used", allKinds, "document.used"),
		{Kind: ui.KindCheckbox, Name: "arrivals", Label: i18n.T(ctx, "document.arrivals"), Checked: v.rule.Arrivals},
		used("used_in", arrivals, "document.used_in")}
}

func seriesList(ctx context.Context, v bookPage) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "document.book.series"), Total: int64(len(v.series)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.series")}, {Label: i18n.T(ctx, "document.series.used"), Numeric: true},
		{Label: i18n.T(ctx, "document.series.given"), Numeric: true}}, Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.series.none"), Text: i18n.T(ctx, "document.series.none.text")}}
	for _, s := range v.series {
		name := label(v.codes.Kinds, s.Name)
		if s.Name == allKinds || s.Name == arrivals {
			name = i18n.T(ctx, "document.series."+s.Name)
		}
		l.Rows = append(l.Rows, ui.Row{ID: s.Name, Name: name, Cells: []templ.Component{ui.Text(name), ui.Number(s.Used), ui.Number(s.Given)}})
	}
	return l
}

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
