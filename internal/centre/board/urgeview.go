// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// urgePage shows who will be urged before anybody is.
type urgePage struct {
	sheet   Sheet
	of      Portion
	from    url.Values // how the board was narrowed
	debtors []Debtor
	drafts  bool
	urges   bool // else the reader decides, and asks the centre to
	words
}

func (v urgePage) lead() string {
	key := "board.urge.lead"
	if !v.urges {
		key = "board.urge.ask.lead"
	}
	lead := i18n.T(v.ctx, key, number(v.ctx, len(v.debtors)), v.sheet.name())
	if only := v.only(); only != "" {
		lead += " " + i18n.T(v.ctx, "board.urge.only", only)
	}
	return lead
}

// only says how the board was narrowed that the reader came from; empty when it was
// not.
func (v urgePage) only() string {
	var parts []string
	f := v.of.Filter
	if f.Show != "" {
		parts = append(parts, i18n.T(v.ctx, "board.urge.only."+string(f.Show)))
	}
	if f.Kind != "" {
		kind := f.Kind
		if len(v.debtors) > 0 {
			kind = v.debtors[0].Unit.KindLabel
		}
		parts = append(parts, kind)
	}
	if f.Query != "" {
		parts = append(parts, i18n.T(v.ctx, "board.urge.only.named", f.Query))
	}
	return strings.Join(parts, "; ")
}

func (v urgePage) path() string { return sheetPath(v.sheet.ID) + "/urge" }

func (v urgePage) query(pairs ...string) string {
	q := maps.Clone(v.from)
	if v.of.Column != "" {
		q.Set("column", v.of.Column)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return query(q)
}

func (v urgePage) hidden() []ui.Hidden {
	out := []ui.Hidden{{Name: "column", Value: v.of.Column}}
	for _, name := range slices.Sorted(maps.Keys(v.from)) {
		out = append(out, ui.Hidden{Name: name, Value: v.from.Get(name)})
	}
	return out
}

// everybody are the hidden fields that name each debtor shown.
func (v urgePage) everybody() []ui.Hidden {
	out := v.hidden()
	for _, d := range v.debtors {
		out = append(out, ui.Hidden{Name: "id", Value: d.Unit.ID})
	}
	return out
}

func (v urgePage) actions() []ui.Action {
	if len(v.debtors) == 0 {
		return nil
	}
	if !v.urges {
		return []ui.Action{{Label: i18n.T(v.ctx, "board.urge.ask"), Title: i18n.T(v.ctx, "board.urge.ask.hint"), Href: v.path() + "/ask", Icon: ui.IconSend, Post: true, Hidden: v.hidden(), Primary: true}}
	}
	out := []ui.Action{{Label: "DOCX", Href: v.path() + "/letter.docx" + v.query(), Icon: ui.IconDownload, Title: i18n.T(v.ctx, "board.urge.letter")},
		{Label: "PDF", Href: v.path() + "/letter.pdf" + v.query(), Icon: ui.IconPrint, Title: i18n.T(v.ctx, "board.urge.letter")}}
	if v.drafts {
		out = append(out, ui.Action{Label: i18n.T(v.ctx, "board.urge.draft"), Href: v.path() + "/draft", Icon: ui.IconDocument, Post: true, Hidden: v.hidden()})
	}
	return append(out, ui.Action{Label: i18n.T(v.ctx, "board.urge.all", number(v.ctx, len(v.debtors))), Href: v.path() + "/units", Icon: ui.IconSend, Post: true,
		Hidden: v.everybody(), Primary: true})
}

func (v urgePage) list() ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(v.ctx, "board.urge.title"), Total: int64(len(v.debtors)),
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(v.ctx, "board.urge.none"), Text: i18n.T(v.ctx, "board.urge.empty.text")}}
	if v.urges && len(v.debtors) > 0 {
		l.Bulk = &ui.Bulk{Action: v.path() + "/units", Hidden: v.hidden(), Buttons: []ui.Submit{{Label: i18n.T(v.ctx, "board.urge.some"), Icon: ui.IconSend}}}
	}
	heads := []struct {
		key     string
		numeric bool
	}{{"unit", false}, {"urge.owed", true}, {"urge.late", true}, {"field.requirement", false}, {"urge.last", false}, {"urge.letter", false}}
	if !v.urges {
		heads = heads[:len(heads)-1]
	}
	for _, h := range heads {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(v.ctx, "board."+h.key), Numeric: h.numeric})
	}
	for _, d := range v.debtors {
		row := ui.Row{ID: d.Unit.ID, Name: d.Unit.Name, Href: unitPath(d.Unit.ID), Tone: look[d.Worst].tone, Cells: []templ.Component{ui.Text(d.Unit.Name),
			ui.Number(int64(len(d.Owed))), ui.Number(int64(d.overdue())), ui.Text(d.brief()), ui.Time(d.Last)}}
		if v.urges {
			row.Cells = append(row.Cells, ui.Anchor(ui.Link{Label: "DOCX", Href: v.path() + "/letter.docx" + v.query("unit", d.Unit.ID)}))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

// brief names the first requirements a unit owes.
func (d Debtor) brief() string {
	const most = 3
	var out []string
	for _, o := range d.Owed[:min(most, len(d.Owed))] {
		out = append(out, o.Column.Label)
	}
	text := strings.Join(out, "; ")
	if len(d.Owed) > most {
		text += "; …"
	}
	return text
}
