// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// boardPage is the page of one directive.
type boardPage struct {
	r       *http.Request
	whole   Table // unfiltered
	table   Table
	f       Filter
	page    page
	debtors int
	urges   bool // the actor may urge
	asks    bool // the actor decides, and asks the centre to urge
	icons   [states]string
	words
}

// alone says that the reader sees one unit: its requirements are a list then.
func (v *boardPage) alone() bool { return len(v.whole.Rows) == 1 }

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "board.title"), Href: Path}}
}

// under are the crumbs of a page below a board; back is the part of its address.
func under(ctx context.Context, sh Sheet, back string) []ui.Link {
	return append(crumbs(ctx), ui.Link{Label: sh.name(), Href: sheetPath(sh.ID) + back})
}

// name is what a directive is called in few words.
func (sh Sheet) name() string {
	if sh.Number != "" {
		return sh.Number
	}
	if sh.Code != "" {
		return sh.Code
	}
	return sh.Title
}

func sheetPath(id string) string { return Path + "/" + url.PathEscape(id) }

func columnPath(sheet, column string) string {
	return sheetPath(sheet) + "/columns/" + url.PathEscape(column)
}

func cellPath(sheet, unit, column string) string {
	return sheetPath(sheet) + "/cells/" + url.PathEscape(unit) + "/" + url.PathEscape(column)
}

func unitPath(id string) string { return Path + "/units/" + url.PathEscape(id) }

// answerPath is where a unit answers a directive: a page of their room.
func answerPath(sheet, unit string) string {
	return "/directives/" + url.PathEscape(sheet) + "/units/" + url.PathEscape(unit)
}

func headPath(id string) string { return Path + "/heads/" + url.PathEscape(id) }

// about is the line under the title of a directive.
func (sh Sheet) about(ctx context.Context, t Table) string {
	var parts []string
	for _, s := range []string{sh.Number, sh.Issuer, sh.Urgency} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if !sh.Date.IsZero() {
		parts = append(parts, i18n.Date(ctx, sh.Date))
	}
	if len(parts) == 0 {
		parts = append(parts, sh.name())
	}
	return i18n.T(ctx, "board.of", strings.Join(parts, " · "), number(ctx, len(sh.Columns)), number(ctx, sh.addressed()), i18n.Time(ctx, t.At))
}

// ended says since when a unit exists no more and who stands in its place; empty of
// one that exists.
func (u UnitRow) ended(ctx context.Context) string {
	switch names := u.Heirs(); {
	case !u.Gone():
		return ""
	case names != "":
		return i18n.T(ctx, "board.ended.into", i18n.Date(ctx, u.Ended.In(i18n.Hanoi)), names)
	}
	return i18n.T(ctx, "board.ended", i18n.Date(ctx, u.Ended.In(i18n.Hanoi)))
}

// called is the unit in a line, one that ended with what became of it.
func (u UnitRow) called(ctx context.Context) string {
	if s := u.ended(ctx); s != "" {
		return u.Name + " (" + s + ")"
	}
	return u.Name
}

func number(ctx context.Context, n int) string { return i18n.Number(ctx, int64(n)) }

func (v boardPage) actions() []ui.Action {
	var out []ui.Action
	for _, l := range web.Exports(v.r, sheetPath(v.whole.Sheet.ID)+"/export/table", "page") {
		out = append(out, ui.Action{Label: l.Label, Href: l.Href, Icon: ui.IconDownload})
	}
	if v.asks && !v.urges && v.debtors > 0 {
		out = append(out, ui.Action{Label: i18n.T(v.ctx, "board.urge.see", number(v.ctx, v.debtors)), Href: sheetPath(v.whole.Sheet.ID) + "/urge/units" + back(v.r), Icon: ui.IconSend})
	}
	if v.urges && v.debtors > 0 {
		out = append(out, ui.Action{Label: i18n.T(v.ctx, "board.urge", number(v.ctx, v.debtors)), Href: sheetPath(v.whole.Sheet.ID) + "/urge/units" + back(v.r), Icon: ui.IconSend, Primary: true})
	}
	if auth.May(v.ctx, auth.Permission{Area: auth.Documents, Act: auth.Write}) {
		out = append(out, ui.Action{Label: i18n.T(v.ctx, "board.reply"), Href: "/papers/new?directive=" + url.QueryEscape(v.whole.Sheet.ID), Icon: ui.IconReport})
	}
	return out
}

// shows are the filters of cells with how many each holds.
func (v boardPage) shows() []ui.Tab {
	out := []ui.Tab{{Label: i18n.T(v.ctx, "board.show.all", number(v.ctx, v.whole.Counts.Asked)), Href: web.With(v.r, "show", "", "page", ""), Here: v.f.Show == ""}}
	for _, s := range Shows() {
		out = append(out, ui.Tab{Label: i18n.T(v.ctx, "board.show."+string(s), number(v.ctx, s.count(v.whole.Counts))), Href: web.With(v.r, "show", string(s), "page", ""), Here: v.f.Show == s})
	}
	return out
}

func (v boardPage) filter() ui.FilterProps {
	p := ui.FilterProps{Action: sheetPath(v.whole.Sheet.ID), Fields: []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(v.ctx, "board.search"), Value: v.f.Query},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(v.ctx, "board.kind"), Value: v.f.Kind, Blank: i18n.T(v.ctx, "board.kind.any"), Options: kindOptions(v.whole.Sheet.Units)},
		{Kind: ui.KindSelect, Name: "sort", Label: i18n.T(v.ctx, "board.sort"), Value: string(v.f.Sort), Blank: i18n.T(v.ctx, "board.sort.group"), Options: []ui.Option{
			{Value: string(ByLate), Label: i18n.T(v.ctx, "board.sort.late")}, {Value: string(ByName), Label: i18n.T(v.ctx, "board.sort.name")}}}}}
	if v.f.Show != "" {
		p.Hidden = []ui.Hidden{{Name: "show", Value: string(v.f.Show)}}
	}
	if v.f != (Filter{}) {
		p.Clear = sheetPath(v.whole.Sheet.ID)
	}
	return p
}

// kindOptions are the kinds of some units, in their order.
func kindOptions(units []UnitRow) []ui.Option {
	out := []ui.Option{}
	for _, u := range slices.SortedStableFunc(slices.Values(units), byKind) {
		if u.Kind != "" && (len(out) == 0 || out[len(out)-1].Value != u.Kind) {
			out = append(out, ui.Option{Value: u.Kind, Label: u.KindLabel})
		}
	}
	return out
}

// sumText is a row's or a group's counts in few words.
func sumText(ctx context.Context, n Counts) string {
	if n.Asked == 0 && n.Moved == 0 {
		return ""
	}
	parts := []string{i18n.T(ctx, "board.row.sum", number(ctx, n.Met), number(ctx, n.Asked))}
	if n.Moved > 0 {
		parts = append(parts, i18n.T(ctx, "board.row.moved", number(ctx, n.Moved)))
	}
	if n.Overdue > 0 {
		parts = append(parts, i18n.T(ctx, "board.row.late", number(ctx, n.Overdue)))
	}
	if n.Unknown > 0 {
		parts = append(parts, i18n.T(ctx, "board.row.unknown", number(ctx, n.Unknown)))
	}
	return strings.Join(parts, " · ")
}

// dotted is text behind other text on its line; of none it is nothing.
func dotted(text string) string {
	if text == "" {
		return ""
	}
	return " · " + text
}

// totalMain is the large text in the foot of a column: units that meet it, never
// a mean.
func totalMain(ctx context.Context, t Total) string {
	return i18n.T(ctx, "board.total.met", number(ctx, t.Counts.Met), number(ctx, t.Counts.Asked))
}

// totalNote is the sum of the figures with its coverage.
func totalNote(ctx context.Context, t Total) string {
	v, ok := t.Value()
	seen := i18n.T(ctx, "board.total.seen", i18n.Number(ctx, t.Figure.Seen), i18n.Number(ctx, t.Figure.Expected))
	fields := i18n.Number(ctx, t.Figure.Num)
	if t.In != measure.Count {
		fields += "/" + i18n.Number(ctx, t.Figure.Den)
	}
	switch {
	case t.Grade == measure.Outside || t.Grade == "":
		return ""
	case ok && t.In == measure.Count:
		return fields + " · " + seen
	case ok:
		return amount(ctx, v, t.In) + " (" + fields + ") · " + seen
	case t.Grade == measure.Measured:
		return i18n.T(ctx, "board.idle") + " · " + seen
	case t.Figure.Seen == 0:
		return i18n.T(ctx, "board.state.nodata")
	}
	return i18n.T(ctx, "board.state.toofew") + " · " + seen + " · " + i18n.T(ctx, "board.total.part", fields)
}

// columnPage is one requirement with the text it stands in.
type columnPage struct {
	table   Table
	column  Column
	text    string // the words of the paper
	at      int    // of the column in the table
	debtors int
	urges   bool
	asks    bool   // decides, and asks the centre to urge
	back    string // of the address of the board
	words
}

// parts cuts the text of a paper around the sentence of a requirement, however its
// lines are broken there; before is the whole of it when the sentence does not
// stand in it.
func parts(text, sentence string) (before, here, after string) {
	words := strings.Fields(sentence)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	if len(words) == 0 {
		return text, "", ""
	}
	re, err := regexp.Compile(strings.Join(words, `\s+`))
	if err != nil { // longer than an expression may be
		return text, "", ""
	}
	at := re.FindStringIndex(text)
	if at == nil {
		return text, "", ""
	}
	return text[:at[0]], text[at[0]:at[1]], text[at[1]:]
}

func (v columnPage) facts(known func(string) (measure.Measure, bool)) []ui.Fact {
	c := v.column
	out := []ui.Fact{{Label: i18n.T(v.ctx, "board.column.sentence"), Value: ui.Multiline(c.Text)},
		{Label: i18n.T(v.ctx, "board.column.kind"), Value: ui.Text(i18n.T(v.ctx, "board.kind."+string(c.Kind)))}}
	for _, t := range c.Measures {
		m, _ := known(t.Key)
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.column.target"), Value: ui.Text(i18n.T(v.ctx, "measure."+t.Key+".title") + " " + limit(v.ctx, t, m.Unit))})
	}
	if c.Evidence != "" {
		out = append(out, ui.Fact{Label: i18n.T(v.ctx, "board.column.evidence"), Value: ui.Text(c.Evidence)})
	}
	return append(out, ui.Fact{Label: i18n.T(v.ctx, "board.column.due"), Value: ui.UntilFrom(c.Due, v.now)})
}

func (v columnPage) actions() []ui.Action {
	label := "board.urge"
	if !v.urges {
		label = "board.urge.see"
	}
	if !v.urges && !v.asks || v.debtors == 0 {
		return nil
	}
	return []ui.Action{{Label: i18n.T(v.ctx, label, number(v.ctx, v.debtors)), Icon: ui.IconSend, Primary: true,
		Href: sheetPath(v.table.Sheet.ID) + "/urge/units?" + url.Values{"column": {v.column.ID}}.Encode()}}
}

func (v columnPage) list() ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(v.ctx, "board.column.all"), Total: int64(v.table.Totals[v.at].Counts.Asked), Empty: empty(v.ctx)}
	for _, h := range []string{"unit", "field.state", "field.value", "field.due", "field.next"} {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(v.ctx, "board."+h)})
	}
	for _, r := range v.table.Rows {
		c := r.Cells[v.at]
		if c.State == Outside {
			continue
		}
		l.Rows = append(l.Rows, ui.Row{ID: r.Unit.ID, Href: cellPath(v.table.Sheet.ID, r.Unit.ID, c.Column) + v.back, Tone: look[c.State].tone,
			Cells: append([]templ.Component{ui.Text(r.Unit.called(v.ctx))}, v.cells(r.Unit, c)...)})
	}
	return l
}

// cells are state, value, due and next step of a unit's cell in a list.
func (w words) cells(u UnitRow, c Cell) []templ.Component {
	value, next := "", ""
	if v := w.main(c); v != w.state[c.State] {
		value = v
	}
	if n := w.note(c); n != "" {
		value = strings.TrimPrefix(value+" · "+n, " · ")
	}
	if !c.Met {
		next = w.next(u, c)
	}
	return []templ.Component{ui.Badge(badge(w.ctx, c.State)), ui.Text(value), ui.UntilFrom(c.Due, w.now), ui.Text(next)}
}

func empty(ctx context.Context) ui.EmptyProps {
	return ui.EmptyProps{Icon: ui.IconDirective, Title: i18n.T(ctx, "board.empty"), Text: i18n.T(ctx, "board.empty.text")}
}
