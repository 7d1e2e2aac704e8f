// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Neighbours are what the pages need from other rooms; app gives them.
type Neighbours struct {
	Names func(ctx context.Context, ids []string) (map[string]string, error) // of units in the actor's scope
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages { return &Pages{site, svc, near} }

const (
	measurePath = Path + "/{measure}"
	unitPath    = measurePath + "/units/{unit}"
	trendDays   = 90
	onPage      = 200
)

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.catalogue},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.exportCatalogue(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.exportCatalogue(web.XLSX)},
		{Pattern: "GET " + measurePath, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + measurePath + "/units.csv", Need: mayRead, Handle: p.exportUnits(web.CSV)},
		{Pattern: "GET " + measurePath + "/units.xlsx", Need: mayRead, Handle: p.exportUnits(web.XLSX)},
		{Pattern: "POST " + measurePath + "/recount", Need: mayRecount, Handle: p.recount},
		{Pattern: "GET " + unitPath, Need: mayRead, Handle: p.unit},
		{Pattern: "POST " + unitPath + "/declare", Need: mayDeclare, Handle: p.declare},
		{Pattern: "POST " + unitPath + "/retract", Need: mayDeclare, Handle: p.retract},
	}
}

type cataloguePage struct {
	r     *http.Request
	rows  []catalogueRow
	rooms []string
	room  string
	q     string
}

type catalogueRow struct {
	Measure
	Status
	sum Reading
}

// readCatalogue lists measures, those that failed above. Query: room, q.
func (p *Pages) readCatalogue(r *http.Request) (v cataloguePage, err error) {
	ctx := r.Context()
	v = cataloguePage{r: r, room: r.URL.Query().Get("room"), q: r.URL.Query().Get("q")}
	list, err := p.svc.Readings(ctx, nil, nil)
	if err != nil {
		return v, err
	}
	states, err := p.svc.statuses(ctx, list, p.svc.keys)
	if err != nil {
		return v, err
	}
	by := map[string][]Reading{}
	for _, one := range list {
		by[one.Key] = append(by[one.Key], one)
	}
	for _, m := range p.svc.Catalogue() {
		if !slices.Contains(v.rooms, m.Room()) {
			v.rooms = append(v.rooms, m.Room())
		}
		if v.room != "" && m.Room() != v.room || !matches(m.Title(ctx)+" "+m.word(ctx, "definition"), v.q) {
			continue
		}
		v.rows = append(v.rows, catalogueRow{m, states[m.Key], p.svc.Add(m, by[m.Key])})
	}
	slices.SortStableFunc(v.rows, func(a, b catalogueRow) int { return cmp.Compare(failedFirst(a), failedFirst(b)) })
	return v, nil
}

func failedFirst(r catalogueRow) int {
	if r.Failed.IsZero() {
		return 1
	}
	return 0
}

// matches reports that text holds every word that was typed, without accents.
func matches(text, typed string) bool {
	text = i18n.Fold(text)
	for word := range strings.FieldsSeq(i18n.Fold(typed)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// catalogue handles GET /measures. Query: room, q.
func (p *Pages) catalogue(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readCatalogue(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "measures.title"), Body: catalogueView(v)})
}

// exportCatalogue handles GET /measures.csv and .xlsx, filtered as the page. A
// value is empty where not enough was seen.
func (p *Pages) exportCatalogue(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.readCatalogue(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		return web.Export(w, r, format, web.Sheet{Name: "measures", Heads: heads(ctx, "key", "title", "definition", "source", "coverage", "value", "unit", "seen", "expected",
			"measured", "declared", "partial", "unseen", "counted"), Rows: func(yield func([]any, error) bool) {
			for _, row := range v.rows {
				if !yield([]any{row.Key, row.Title(ctx), row.word(ctx, "definition"), row.word(ctx, "source"), row.word(ctx, "coverage"), cell(row.Measure.Unit, row.sum),
					i18n.T(ctx, "measures.unit."+string(row.Measure.Unit)), row.sum.Seen, row.sum.Expected, int64(row.Measured), int64(row.Declared), int64(row.Partial), int64(row.Unseen), row.Counted}, nil) {
					return
				}
			}
		}})
	}
}

func heads(ctx context.Context, keys ...string) (out []string) {
	for _, key := range keys {
		out = append(out, i18n.T(ctx, "measures.head."+key))
	}
	return out
}

// cell is a value for a table outside: a plain number, or nothing.
func cell(u Unit, r Reading) string {
	if v, ok := r.Value(u); ok {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

type measurePage struct {
	r *http.Request
	Measure
	Status
	rows   []unitRow // those shown
	all    int
	sum    Reading
	target string
	least  int64
	trend  []Point
	grade  string
	q      string
	sort   string
	next   string
	may    bool // count anew
	errs   map[string]string
	day    string
}

type unitRow struct {
	Reading
	name string
	bad  bool // said otherwise than measured, or short of the target
}

func (p *Pages) readMeasure(r *http.Request) (v measurePage, err error) {
	ctx, q := r.Context(), r.URL.Query()
	v = measurePage{r: r, grade: q.Get("grade"), q: q.Get("q"), sort: q.Get("sort"), may: p.svc.MayRecount(ctx)}
	if v.Measure, err = p.svc.one("measure.Pages", r.PathValue("measure")); err != nil {
		return v, err
	}
	list, err := p.svc.Readings(ctx, []string{v.Key}, nil)
	if err != nil {
		return v, err
	}
	states, err := p.svc.statuses(ctx, list, []string{v.Key})
	if err != nil {
		return v, err
	}
	v.Status, v.sum, v.least = states[v.Key], p.svc.Add(v.Measure, list), p.svc.Least(v.Measure)
	if t, ok := p.svc.threshold(v.Target); ok {
		v.target = i18n.T(ctx, "measures.target."+t.Unit, i18n.Number(ctx, int64(t.Value)))
		if t.Value == 0 && t.Unit == "items" {
			v.target = i18n.T(ctx, "measures.target.items.none")
		}
	}
	ids := make([]string, len(list))
	for i, one := range list {
		ids[i] = one.Unit
	}
	names, err := p.near.Names(ctx, ids)
	if err != nil {
		return v, err
	}
	for _, one := range list {
		if one.Grade == Outside || v.grade == "contradicted" && !one.Contradicted(v.Unit) || v.grade != "" && v.grade != "contradicted" && string(one.Grade) != v.grade ||
			!matches(names[one.Unit], v.q) {
			continue
		}
		reached, told := p.svc.Reached(v.Measure, one)
		v.rows = append(v.rows, unitRow{one, names[one.Unit], told && !reached || one.Contradicted(v.Unit)})
	}
	slices.SortStableFunc(v.rows, func(a, b unitRow) int {
		by := cmp.Compare(i18n.Fold(a.name), i18n.Fold(b.name))
		if v.sort == "name" {
			return by
		}
		return cmp.Or(worse(v.Measure, a.Reading, b.Reading), by)
	})
	v.all = len(v.rows)
	return v, nil
}

// worse orders readings: measured ones first, the worst above, then what was not
// enough seen.
func worse(m Measure, a, b Reading) int {
	rank := map[Grade]int{Measured: 0, Declared: 1, Partial: 2, Unseen: 3, Outside: 4}
	if by := cmp.Compare(rank[a.Grade], rank[b.Grade]); by != 0 {
		return by
	}
	x, _ := a.Value(m.Unit)
	y, _ := b.Value(m.Unit)
	if m.Direction == More {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(y, x)
}

// show handles GET /measures/{measure}. Query: grade, q, sort, after.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderMeasure(w, r, http.StatusOK, nil, "")
}

func (p *Pages) renderMeasure(w http.ResponseWriter, r *http.Request, status int, errs map[string]string, day string) error {
	v, err := p.readMeasure(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v.errs, v.day = errs, day
	if after := r.URL.Query().Get("after"); after != "" {
		if at := slices.IndexFunc(v.rows, func(u unitRow) bool { return u.Unit == after }); at >= 0 {
			v.rows = v.rows[at+1:]
		}
	}
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		v.next = web.With(r, "after", v.rows[onPage-1].Unit)
	}
	today := calendar.DateOf(p.svc.Now())
	if v.trend, err = p.svc.TrendScope(ctx, v.Key, today.AddDays(1-trendDays), today); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: v.Title(ctx), Body: measureView(v)})
}

// exportUnits handles GET /measures/{measure}/units.csv and .xlsx, filtered as the
// page.
func (p *Pages) exportUnits(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.readMeasure(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		return web.Export(w, r, format, web.Sheet{Name: v.Key, Heads: heads(ctx, "of", "grade", "value", "num", "den", "seen", "expected", "said", "counted"),
			Rows: func(yield func([]any, error) bool) {
				for _, u := range v.rows {
					said := ""
					if u.Said != nil {
						if x, ok := u.Said.Value(v.Unit); ok {
							said = strconv.FormatFloat(x, 'f', -1, 64)
						}
					}
					var num, den any = "", ""
					if u.Grade == Measured { // what was counted is told only where enough was seen
						num, den = u.Num, u.Den
					}
					if !yield([]any{u.name, i18n.T(ctx, "measures.grade."+string(u.Grade)), cell(v.Unit, u.Reading), num, den, u.Seen, u.Expected, said, u.At}, nil) {
						return
					}
				}
			}})
	}
}

// recount handles POST /measures/{measure}/recount. Form: day.
func (p *Pages) recount(w http.ResponseWriter, r *http.Request) error {
	ctx, typed := r.Context(), r.PostFormValue("day")
	m, err := p.svc.one("measure.recount", r.PathValue("measure"))
	if err != nil {
		return err
	}
	day, err := calendar.ParseDate(typed)
	if err != nil {
		err = fault.Bad("measure.recount", "day", "measures.bad.day")
	}
	var run Run
	if err == nil {
		run, err = p.svc.Recompute(ctx, day, m.Key)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderMeasure(w, r, http.StatusUnprocessableEntity, errs, typed)
	}
	if err != nil {
		return err
	}
	if len(run.Failed) > 0 {
		p.site.Flash(ctx, ui.Bad, i18n.T(ctx, "measures.recount.failed"))
	} else {
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, "measures.recounted", i18n.Number(ctx, int64(run.Changed))))
	}
	return web.Redirect(w, r, At(m.Key, ""))
}
