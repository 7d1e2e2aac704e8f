// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Among narrows scores to units that can be compared, or to those that cannot.
type Among string

// The parts; the zero value is both.
const (
	Compared Among = "ranked"
	Apart    Among = "apart"
)

// The orders of scores beside ByLate and ByName. The zero value is by rank.
const (
	ByCoverage Sort = "coverage" // the least seen first
	ByUnknown  Sort = "unknown"  // the most unknown first
)

// ScoreFilter narrows and orders scores. It changes no rank: a unit stands among
// all, whoever is shown.
type ScoreFilter struct {
	Among Among
	Kind  string // of unit
	Query string // words of a unit's name, accents free
	Sort  Sort
}

// Narrow keeps the standings that f asks for, in its order.
func (f ScoreFilter) Narrow(list []Standing) []Standing {
	query := i18n.Fold(f.Query)
	list = slices.DeleteFunc(slices.Clone(list), func(s Standing) bool {
		return f.Among == Compared && s.Rank == 0 || f.Among == Apart && s.Rank > 0 || f.Kind != "" && s.Unit.Kind != f.Kind || !holdsWords(i18n.Fold(s.Unit.Name), query)
	})
	by := map[Sort]func(a, b Standing) int{
		ByName:     func(a, b Standing) int { return cmp.Compare(i18n.Fold(a.Unit.Name), i18n.Fold(b.Unit.Name)) },
		ByLate:     func(a, b Standing) int { return b.Counts.Overdue - a.Counts.Overdue },
		ByCoverage: func(a, b Standing) int { return a.Coverage() - b.Coverage() },
		ByUnknown:  func(a, b Standing) int { return b.Counts.Unknown - a.Counts.Unknown },
	}[f.Sort]
	if by != nil {
		slices.SortStableFunc(list, by)
	}
	return list
}

func scoreFilter(r *http.Request) ScoreFilter {
	q := r.URL.Query()
	f := ScoreFilter{Kind: q.Get("kind"), Query: q.Get("q")}
	if p := Among(q.Get("show")); p == Compared || p == Apart {
		f.Among = p
	}
	if s := Sort(q.Get("sort")); slices.Contains([]Sort{ByName, ByLate, ByCoverage, ByUnknown}, s) {
		f.Sort = s
	}
	return f
}

// scoresPage is the order of all units.
type scoresPage struct {
	r       *http.Request
	all     []Standing
	list    []Standing // of all, those that are asked for
	f       ScoreFilter
	page    page
	formula Formula
	ctx     context.Context
}

func (v scoresPage) filter() templ.Component {
	units := make([]UnitRow, len(v.all))
	for i, s := range v.all {
		units[i] = s.Unit
	}
	p := ui.FilterProps{Action: Path + "/scores", Fields: []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(v.ctx, "board.search"), Value: v.f.Query},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(v.ctx, "board.kind"), Value: v.f.Kind, Blank: i18n.T(v.ctx, "board.kind.any"), Options: kindOptions(units)},
		{Kind: ui.KindSelect, Name: "show", Label: i18n.T(v.ctx, "board.score.part"), Value: string(v.f.Among), Blank: i18n.T(v.ctx, "board.score.part.any"), Options: []ui.Option{
			{Value: string(Compared), Label: i18n.T(v.ctx, "board.score.part.ranked")}, {Value: string(Apart), Label: i18n.T(v.ctx, "board.score.part.apart")}}}}}
	if v.f.Sort != "" {
		p.Hidden = []ui.Hidden{{Name: "sort", Value: string(v.f.Sort)}}
	}
	if v.filtered() {
		p.Clear = Path + "/scores"
	}
	return ui.Filter(p)
}

func (v scoresPage) filtered() bool { return v.f.Among != "" || v.f.Kind != "" || v.f.Query != "" }

func (v scoresPage) props() ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(v.ctx, "board.brief.scores"), Total: int64(len(v.list)), Exports: web.Exports(v.r, Path+"/scores", "page"), Empty: noDirectives(v.ctx),
		Filters: v.filter(), Filtered: v.filtered(), ClearAt: Path + "/scores"}
	for _, h := range []struct {
		key     string
		numeric bool
		sort    Sort // "-": not by this
		sorted  ui.Sorted
	}{{"unit", false, ByName, ui.SortAscending}, {"score.rank", true, "", ui.SortAscending}, {"score", true, "-", 0}, {"score.points", true, "-", 0}, {"score.coverage", true, ByCoverage, ui.SortAscending},
		{"count.met", true, "-", 0}, {"count.late", true, ByLate, ui.SortDescending}, {"count.unknown", true, ByUnknown, ui.SortDescending}} {
		head := ui.Head{Label: i18n.T(v.ctx, "board."+h.key), Numeric: h.numeric}
		if h.sort != "-" {
			head.Sort = web.With(v.r, "sort", string(h.sort), "page", "")
		}
		if h.sort == v.f.Sort {
			head.Sorted = h.sorted
		}
		l.Heads = append(l.Heads, head)
	}
	for _, s := range v.list[v.page.From:v.page.To] {
		rank := ui.None()
		if s.Rank > 0 {
			rank = ui.Number(int64(s.Rank))
		}
		n := s.Counts
		l.Rows = append(l.Rows, ui.Row{ID: s.Unit.ID, Href: unitPath(s.Unit.ID), Cells: []templ.Component{ui.Text(s.Unit.called(v.ctx)), rank, ui.Text(scoreText(v.ctx, s)),
			ui.Text(pointsText(v.ctx, s)), ui.Text(coverText(v.ctx, s)), ui.Number(int64(n.Met)), ui.Number(int64(n.Overdue)), ui.Number(int64(n.Unknown))}})
	}
	return l
}
