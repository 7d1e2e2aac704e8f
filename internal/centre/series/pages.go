// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the definitions are.
const Path = "/periodic-reports"

func href(id ID) string { return Path + "/" + string(id) }

// Neighbours are what the pages need from other rooms, each in the actor's scope.
type Neighbours struct {
	Units func(ctx context.Context) ([]ui.Option, error)
	Names func(ctx context.Context, ids []string) (map[string]string, error)
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	one := Path + "/{series}"
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + Path + "/offered", Need: mayWrite, Handle: p.offered},
		{Pattern: "POST " + Path + "/offered", Need: mayWrite, Handle: p.take},
		{Pattern: "GET " + Path + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + Path + "/new", Need: mayWrite, Handle: p.add},
		{Pattern: "GET " + one, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + one + "/periods.csv", Need: mayRead, Handle: p.exportPeriods(web.CSV)},
		{Pattern: "GET " + one + "/periods.xlsx", Need: mayRead, Handle: p.exportPeriods(web.XLSX)},
		{Pattern: "GET " + one + "/numbers.csv", Need: mayRead, Handle: p.exportNumbers(web.CSV)},
		{Pattern: "GET " + one + "/numbers.xlsx", Need: mayRead, Handle: p.exportNumbers(web.XLSX)},
		{Pattern: "GET " + one + "/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "POST " + one + "/edit", Need: mayWrite, Handle: p.change},
		{Pattern: "POST " + one + "/stop", Need: mayWrite, Handle: p.step(p.svc.Stop, "series.done.stopped")},
		{Pattern: "POST " + one + "/resume", Need: mayWrite, Handle: p.step(p.svc.Resume, "series.done.resumed")},
		{Pattern: "POST " + one + "/make", Need: mayWrite, Handle: p.make},
		{Pattern: "POST " + one + "/follow", Need: mayWrite, Handle: p.follow},
		{Pattern: "GET " + one + "/delete", Need: mayWrite, Handle: p.sure},
		{Pattern: "POST " + one + "/delete", Need: mayWrite, Handle: p.remove},
	}
}

func seriesOf(r *http.Request) ID { return ID(r.PathValue("series")) }

func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

// filter reads the list's query: q, state, form, unit, every, sort, after.
func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Query: q.Get("q"), State: State(q.Get("state")), Form: q.Get("form"), Unit: q.Get("unit"), Every: rulepack.Every(q.Get("every")), Sort: q.Get("sort"), After: q.Get("after")}
}

type listPage struct {
	p     *Pages
	r     *http.Request
	f     Filter
	page  Page
	rows  []listed
	names map[string]string
	units []ui.Option
	may   bool
}

// list handles GET /periodic-reports.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{p: p, r: r, f: filter(r), may: auth.May(ctx, mayWrite)}
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.rows, err = p.svc.glance(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.names, err = p.names(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "series.title"), Body: listView(v)})
}

func (p *Pages) names(ctx context.Context, rows []Series) (map[string]string, error) {
	var ids []string
	for _, s := range rows {
		ids = append(ids, s.Unit)
	}
	slices.Sort(ids)
	return p.near.Names(ctx, slices.Compact(ids))
}

// export handles GET /periodic-reports.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "periodic-reports"}
		for _, key := range []string{"title", "form", "unit", "every", "writer", "lead", "recipients", "state", "next", "trouble", "created"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "series.col."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Series, string, error) {
			f.After = after
			page, err := p.svc.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(rows []Series) ([][]any, error) {
			names, err := p.names(ctx, rows)
			if err != nil {
				return nil, err
			}
			all, err := p.svc.glance(ctx, rows)
			var out [][]any
			for _, s := range all {
				next := ""
				if s.next != nil {
					next = s.next.Label.In(i18n.Lang(ctx)) + ", " + i18n.Date(ctx, s.next.Last.Start())
				}
				out = append(out, []any{s.Title, s.Form, names[s.Unit], everyText(ctx, s.Every), s.WriterName, int64(s.Lead), strings.Join(s.To, "; "),
					i18n.T(ctx, "series.state."+string(s.State)), next, int64(s.trouble), s.CreatedAt})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}

type showPage struct {
	File
	r       *http.Request
	svc     *Service
	numbers Table
	period  string // as chosen
	unit    string // as chosen
	taker   string // title of the definition that took its place
	errs    map[string]string
}

// show handles GET /periodic-reports/{series}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, r, http.StatusOK, "", nil)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, period string, errs map[string]string) error {
	ctx := r.Context()
	v := showPage{r: r, svc: p.svc, period: period, errs: errs}
	var err error
	if v.File, err = p.svc.Open(ctx, seriesOf(r)); err != nil {
		return err
	}
	if v.numbers, err = p.svc.Numbers(ctx, v.File); err != nil {
		return err
	}
	if v.TakenBy != "" {
		by, _, err := p.svc.Get(ctx, v.TakenBy)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		v.taker = by.Title
	}
	v.unit = r.PostFormValue("unit")
	return p.site.Render(w, r, status, web.View{Title: v.Title, Body: showView(v)})
}

// exportPeriods handles GET /periodic-reports/{series}/periods.csv and .xlsx.
func (p *Pages) exportPeriods(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		f, err := p.svc.Open(ctx, seriesOf(r))
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "periods"}
		for _, key := range []string{"period", "from", "to", "begins", "due", "standing", "paper", "sent", "problem"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "series.col."+key))
		}
		sh.Rows = web.Rows(func(string) ([]Entry, string, error) { return f.Entries, "", nil }, func(rows []Entry) ([][]any, error) {
			var out [][]any
			for _, e := range rows {
				out = append(out, []any{e.Label.In(i18n.Lang(ctx)), e.From.Start(), e.To.Start(), e.Begins.Start(), e.Last.Start(), standingText(ctx, e), e.Of.Label, e.Of.SentAt, problemText(ctx, e.Problem)})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// exportNumbers handles GET /periodic-reports/{series}/numbers.csv and .xlsx: a
// column a period.
func (p *Pages) exportNumbers(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		f, err := p.svc.Open(ctx, seriesOf(r))
		if err != nil {
			return err
		}
		t, err := p.svc.Numbers(ctx, f)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "numbers", Heads: []string{i18n.T(ctx, "series.col.number")}}
		for _, c := range t.Columns {
			head := c.Label.In(i18n.Lang(ctx))
			if !c.Printed {
				head += " (" + i18n.T(ctx, "series.numbers.none") + ")"
			}
			sh.Heads = append(sh.Heads, head)
		}
		sh.Rows = web.Rows(func(string) ([]NumberRow, string, error) { return t.Rows, "", nil }, func(rows []NumberRow) ([][]any, error) {
			var out [][]any
			for _, n := range rows {
				line := []any{n.label()}
				for _, v := range n.Values {
					switch {
					case v == nil:
						line = append(line, "")
					case *v == float64(int64(*v)):
						line = append(line, int64(*v))
					default:
						line = append(line, numberText(ctx, *v))
					}
				}
				out = append(out, line)
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// step handles POST .../stop and .../resume. Form: version.
func (p *Pages) step(do func(context.Context, ID, int64) (Series, error), done string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		s, err := do(ctx, seriesOf(r), version(r))
		if err != nil {
			return err
		}
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
		return web.Redirect(w, r, href(s.ID))
	}
}

// make handles POST /periodic-reports/{series}/make. Form: period.
func (p *Pages) make(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	run, err := p.svc.Make(ctx, seriesOf(r), r.PostFormValue("period"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, r.PostFormValue("period"), errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "series.done.made", run.Label.In(i18n.Lang(ctx))))
	return web.Redirect(w, r, href(seriesOf(r)))
}

// follow handles POST /periodic-reports/{series}/follow. Form: unit, version.
func (p *Pages) follow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := p.svc.Follow(ctx, seriesOf(r), r.PostFormValue("unit"), version(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, "", errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "series.done.followed"))
	return web.Redirect(w, r, href(s.ID))
}

// sure handles GET /periodic-reports/{series}/delete.
func (p *Pages) sure(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, may, err := p.svc.Get(ctx, seriesOf(r))
	if err == nil && !may {
		err = &fault.Error{Kind: fault.Forbidden, Op: "series.sure"}
	}
	if err != nil {
		return err
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "series.delete.title"), Effect: i18n.T(ctx, "series.delete.effect", s.Title), Action: href(s.ID) + "/delete", Danger: true,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(s.Version, 10)}}, Record: ui.Record{Kind: "series", ID: string(s.ID)},
		Submit: ui.Submit{Label: i18n.T(ctx, "series.delete")}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(s.ID)}}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// remove handles POST /periodic-reports/{series}/delete. Form: version.
func (p *Pages) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.svc.Delete(ctx, seriesOf(r), version(r)); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "series.done.deleted"))
	return web.Redirect(w, r, Path)
}
