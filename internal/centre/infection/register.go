// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// asked is what the list's address asks for.
type asked struct {
	Filter
	state string // as in the address: "active" by default, "all" for all
	since string
}

// listStates are the choices of the state filter, the default first.
var listStates = []string{string(AnyActive), string(Suspected), string(Confirmed), string(Cleaning), string(Cleaned), string(FalsePositive), "all"}

// readFilter reads the list's query: state, q, unit, kind, threat, since
// (a day), sort (last, first, queries, with a minus for descending; the latest
// seen first by default), after. What does not read asks for nothing.
func readFilter(r *http.Request) asked {
	q := r.URL.Query()
	a := asked{state: q.Get("state"), since: q.Get("since"), Filter: Filter{Unit: q.Get("unit"), Kind: q.Get("kind"),
		Threat: q.Get("threat"), Query: q.Get("q"), After: q.Get("after"), Desc: true}}
	if !slices.Contains(listStates, a.state) {
		a.state = string(AnyActive)
	}
	if a.state != "all" {
		a.State = State(a.state)
	}
	if day, err := calendar.ParseDate(a.since); err == nil {
		a.Since = day.Start()
	} else {
		a.since = ""
	}
	name, desc := strings.CutPrefix(q.Get("sort"), "-")
	switch {
	case name == "last":
		a.Desc = desc
	case slices.Contains([]Sort{ByFirstSeen, ByQueries}, Sort(name)) && name != "":
		a.Sort, a.Desc = Sort(name), desc
	}
	return a
}

type listPage struct {
	r     *http.Request
	asked asked
	page  Page
	total Count
	names map[string]string
	units []ui.Option
	seen  func(n int64) ui.MeasureProps // nil: every figure is as it is
}

// list handles GET /infections.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, asked: readFilter(r)}
	var err error
	if v.page, err = p.Service.List(ctx, v.asked.Filter); err != nil {
		return err
	}
	if v.total, err = p.Service.Total(ctx); err != nil {
		return err
	}
	if p.Seen != nil {
		if v.seen, err = p.Seen(ctx); err != nil {
			return err
		}
	}
	if v.names, err = p.unitNames(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.Units.Options(ctx); err != nil {
		return err
	}
	return p.Site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "infection.title"), Body: listView(v)})
}

func (p *Pages) unitNames(ctx context.Context, rows []Seen) (map[string]string, error) {
	var list []string
	for _, i := range rows {
		list = append(list, i.UnitID, i.Owner)
	}
	slices.Sort(list)
	list = slices.DeleteFunc(slices.Compact(list), func(id string) bool { return id == "" })
	return p.Units.Names(ctx, list)
}

// tiles are the counts by what may be said of the address: what stands behind
// NAT and the like never counts as infected machines.
func (v listPage) tiles(ctx context.Context) []ui.Tile {
	tile := func(key, kind string, n int64, tone ui.Tone) ui.Tile {
		if n == 0 {
			tone = ui.Neutral
		}
		if v.seen != nil {
			return ui.Tile{Label: i18n.T(ctx, "infection.count."+key), Tone: tone, Href: "/infections?kind=" + kind, Measure: v.seen(n)}
		}
		return ui.Tile{Label: i18n.T(ctx, "infection.count."+key), Tone: tone, Href: "/infections?kind=" + kind,
			Measure: ui.MeasureProps{Value: i18n.Number(ctx, n), Grade: ui.Measured}}
	}
	return []ui.Tile{tile("machine", string(unit.Machine), v.total.Machines, ui.Bad),
		tile("behind", Behind, v.total.Behind(), ui.Warn), tile("unknown", UnknownKind, v.total.Unknown, ui.NoData)}
}

func (v listPage) filtered() bool {
	f := v.asked.Filter
	return v.asked.state != string(AnyActive) || f.Unit+f.Kind+f.Threat+f.Query+v.asked.since != ""
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	all := i18n.T(ctx, "finding.any")
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "finding.state"), Value: v.asked.state}
	for _, s := range listStates {
		state.Options = append(state.Options, ui.Option{Value: s, Label: i18n.T(ctx, "infection.state."+s)})
	}
	kinds := append(finding.KindOptions(ctx), ui.Option{Value: Behind, Label: i18n.T(ctx, "infection.kind.behind")})
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "infection.search"), Value: v.asked.Query},
		state,
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "finding.unit"), Value: v.asked.Unit, Options: v.units, Blank: all},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "finding.subject"), Value: v.asked.Kind, Options: kinds, Blank: all},
		{Kind: ui.KindDate, Name: "since", Label: i18n.T(ctx, "finding.since"), Value: v.asked.since},
	}
}

// hidden keeps what the filter form does not show.
func (v listPage) hidden() []ui.Hidden {
	if v.asked.Threat == "" {
		return nil
	}
	return []ui.Hidden{{Name: "threat", Value: v.asked.Threat}}
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	plain := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, key)} }
	sorted := func(key, name string, s Sort, numeric bool) ui.Head {
		h := ui.Head{Label: i18n.T(ctx, key), Sort: web.With(v.r, "sort", "-"+name, "after", ""), Numeric: numeric}
		if v.asked.Sort == s && v.asked.Desc {
			h.Sort, h.Sorted = web.With(v.r, "sort", name, "after", ""), ui.SortDescending
		} else if v.asked.Sort == s {
			h.Sorted = ui.SortAscending
		}
		return h
	}
	return []ui.Head{plain("finding.client"), plain("finding.threat"), plain("finding.unit"), plain("finding.state"),
		sorted("finding.queries", "queries", ByQueries, true), {Label: i18n.T(ctx, "finding.names"), Numeric: true},
		sorted("finding.first", "first", ByFirstSeen, false), sorted("finding.last", "last", ByLastSeen, false)}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, i := range v.page.Rows {
		rows = append(rows, ui.Row{ID: string(i.ID), Name: title(ctx, i), Href: href(i.ID), Tone: badge(ctx, i.Infection).Tone,
			Cells: []templ.Component{finding.Client(i.Addr, i.Subject()), ui.Text(i.Threat), finding.UnitMark(i.UnitID, v.names),
				stateMark(badge(ctx, i.Infection), again(ctx, i.Infection)), ui.Number(i.Queries), ui.Number(i.Names),
				ui.Time(i.FirstSeen), ui.Time(i.LastSeen)}})
	}
	return rows
}

func (v listPage) at(after string) string {
	if after == "" {
		return ""
	}
	return web.With(v.r, "after", after)
}

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

// export handles GET /infections.csv and .xlsx: every row that the list's
// filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		f := readFilter(r).Filter
		f.Limit = exportPage
		return web.Export(w, r, format, web.Sheet{Name: "infections", Heads: finding.Heads(ctx, "finding.client", "finding.subject",
			"finding.threat", "finding.unit", "finding.state", "infection.episodes", "finding.queries", "finding.names", "finding.first",
			"finding.last", "finding.undated", "infection.cleaned", "infection.how", "infection.note"),
			Rows: web.Rows(func(after string) ([]Seen, string, error) {
				f.After = after
				page, err := p.Service.List(ctx, f)
				return page.Rows, page.Next, err
			}, func(rows []Seen) ([][]any, error) {
				names, err := p.unitNames(ctx, rows)
				var out [][]any
				for _, i := range rows {
					out = append(out, []any{i.Addr.String(), i18n.T(ctx, i.Subject().Key), i.Threat, names[i.UnitID],
						i18n.T(ctx, "infection.state."+string(i.State)), i.Episodes, i.Queries, i.Names, i.FirstSeen, i.LastSeen, i.Undated,
						i.CleanedAt, i.CleanedHow, i.Note})
				}
				return out, err
			})})
	}
}

// exportHits handles GET /infections/{id}/hits.csv and .xlsx: all evidence
// behind one infection.
func (p *Pages) exportHits(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		i, err := p.Service.Get(ctx, ID(r.PathValue("id")))
		if err != nil {
			return err
		}
		of, err := p.Service.Findings.Of(ctx, i.Key())
		if err != nil {
			return err
		}
		return finding.WriteHits(w, r, format, p.Service.Findings, p.Places, of)
	}
}

func findingsAt(i Seen) string { return "/findings?state=all&q=" + url.QueryEscape(i.Addr.String()) }
