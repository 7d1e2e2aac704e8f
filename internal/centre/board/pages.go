// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Path is where the scoreboards stand.
const Path = "/boards"

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

// Routes are the addresses of the room. Parts of a directive stand two levels
// below it, since /boards/units/{unit} is a page of its own.
func (p *Pages) Routes() []web.Route {
	of := Path + "/{directive}"
	return []web.Route{
		{Pattern: "GET " + Path, Need: read, Handle: p.brief},
		{Pattern: "GET " + Path + "/wall", Need: read, Handle: p.wall},
		{Pattern: "GET " + Path + "/wall/state", Need: read, Handle: p.wallState},
		{Pattern: "GET " + Path + "/scores", Need: read, Handle: p.scores},
		{Pattern: "GET " + Path + "/scores.csv", Need: read, Handle: p.exportScores(web.CSV)},
		{Pattern: "GET " + Path + "/scores.xlsx", Need: read, Handle: p.exportScores(web.XLSX)},
		{Pattern: "GET " + Path + "/units/{unit}", Need: read, Handle: p.unit},
		{Pattern: "GET " + Path + "/heads/{unit}", Need: read, Handle: p.head},
		{Pattern: "POST " + Path + "/heads/{unit}/accept", Need: read, Handle: p.accept},
		{Pattern: "GET " + of, Need: read, Handle: p.board},
		{Pattern: "GET " + of + "/export/table.csv", Need: read, Handle: p.export(web.CSV)},
		{Pattern: "GET " + of + "/export/table.xlsx", Need: read, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + of + "/columns/{column}", Need: read, Handle: p.column},
		{Pattern: "GET " + of + "/cells/{unit}/{column}", Need: read, Handle: p.cell},
		{Pattern: "GET " + of + "/urge/units", Need: read, Handle: p.owing},
		{Pattern: "POST " + of + "/urge/units", Need: write, Handle: p.urge},
		{Pattern: "GET " + of + "/urge/letter.docx", Need: write, Handle: p.letter(false)},
		{Pattern: "GET " + of + "/urge/letter.pdf", Need: write, Handle: p.letter(true)},
		{Pattern: "POST " + of + "/urge/draft", Need: write, Handle: p.draft},
		{Pattern: "POST " + of + "/urge/ask", Need: decide, Handle: p.ask},
	}
}

func filter(r *http.Request) Filter { return filterOf(r.URL.Query()) }

func filterOf(q url.Values) Filter {
	f := Filter{Kind: q.Get("kind"), Query: q.Get("q")}
	if s := Show(q.Get("show")); slices.Contains(Shows(), s) {
		f.Show = s
	}
	if s := Sort(q.Get("sort")); s == ByLate || s == ByName {
		f.Sort = s
	}
	return f
}

// board handles GET /boards/{directive}. Query: show, kind, q, sort, page.
func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := p.svc.Board(ctx, r.PathValue("directive"))
	if err != nil {
		return err
	}
	v := &boardPage{r: r, whole: t, f: filter(r), urges: auth.May(ctx, write), asks: auth.May(ctx, decide), words: newWords(ctx, t.At)}
	v.table = t.Narrow(v.f, p.svc.Measures.Measure)
	v.debtors = debtors(elsewhere(ctx, v.table), "")
	v.page = pageOf(r.URL.Query().Get("page"), len(v.table.Rows))
	return p.site.Render(w, r, http.StatusOK, web.View{Title: t.Sheet.Title, Body: boardView(v)})
}

// column handles GET /boards/{directive}/columns/{column}: the full sentence,
// the paper with the clause lit, every unit with its cell. Query: that of the board
// the reader came from.
func (p *Pages) column(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("column")
	t, err := p.svc.Board(ctx, r.PathValue("directive"))
	if err != nil {
		return err
	}
	v := columnPage{table: t.Narrow(Filter{Sort: ByName}, p.svc.Measures.Measure), urges: auth.May(ctx, write), asks: auth.May(ctx, decide), debtors: debtors(elsewhere(ctx, t), id), back: back(r), words: newWords(ctx, t.At)}
	if v.at = slices.IndexFunc(t.Columns, func(c Column) bool { return c.ID == id }); v.at < 0 {
		return missing()
	}
	v.column = t.Columns[v.at]
	if v.text, err = p.svc.Directives.Text(ctx, t.Sheet.ID); err != nil {
		return err
	}
	slices.SortStableFunc(v.table.Rows, func(a, b Row) int {
		return int(severity[a.Cells[v.at].State]) - int(severity[b.Cells[v.at].State])
	})
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.column.Label, Body: columnView(v, p.svc.Measures.Measure)})
}

// cell handles GET /boards/{directive}/cells/{unit}/{column}: "Số này từ đâu?".
// Query: as column.
func (p *Pages) cell(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Cell(ctx, r.PathValue("directive"), r.PathValue("unit"), r.PathValue("column"))
	if err != nil {
		return err
	}
	v := cellPage{Detail: d, words: newWords(ctx, d.Table.At), known: p.svc.Measures.Measure, back: back(r)}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: d.Row.Unit.Name + " · " + d.Column.Label, Body: cellView(v)})
}

// export handles GET /boards/{directive}/export/table.csv and .xlsx: a row a unit
// and requirement, as the board is filtered.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		t, err := p.svc.Board(ctx, r.PathValue("directive"))
		if err != nil {
			return err
		}
		f := filter(r)
		t = t.Narrow(f, p.svc.Measures.Measure)
		sh := web.Sheet{Name: "board", Rows: exportRows(ctx, t, f.Show)}
		for _, key := range []string{"unit", "kind", "export.clause", "field.requirement", "export.sentence", "field.state", "field.value", "export.num", "export.den",
			"export.seen", "export.expected", "export.grade", "export.said", "field.due", "export.late", "export.evidence", "export.at"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "board."+key))
		}
		return web.Export(w, r, format, sh)
	}
}

func exportRows(ctx context.Context, t Table, show Show) func(yield func([]any, error) bool) {
	w := newWords(ctx, t.At)
	return func(yield func([]any, error) bool) {
		for _, r := range t.Rows {
			for j, c := range r.Cells {
				if c.State == Outside || show != "" && !show.takes(c) {
					continue
				}
				if !yield(w.exportRow(r.Unit, t.Columns[j], c), nil) {
					return
				}
			}
		}
	}
}

func (w words) exportRow(u UnitRow, col Column, c Cell) []any {
	var figures [4]any
	grade, value, said := "", "", ""
	for i := range figures {
		figures[i] = ""
	}
	if m := c.Reading; m != nil {
		grade = i18n.T(w.ctx, "board.grade."+string(m.Grade))
		figures[2], figures[3] = m.Seen, m.Expected
		if v, ok := c.Value(); ok {
			value = amount(w.ctx, v, c.In)
			figures[0], figures[1] = m.Num, m.Den
		}
		if m.Said != nil {
			said = saidText(w.ctx, *m.Said, c.In)
		}
	}
	late := ""
	if c.Late {
		late = i18n.T(w.ctx, "board.state.late")
	}
	return []any{u.called(w.ctx), u.KindLabel, col.Clause, col.Label, col.Text, w.state[c.State], value, figures[0], figures[1], figures[2], figures[3], grade, said,
		local(c.Due), late, c.Evidence, local(w.now)}
}

func local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(i18n.Hanoi)
}
