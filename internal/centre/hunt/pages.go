// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Units is what the pages ask of the unit room, within the actor's scope.
type Units interface {
	// Names maps unit ids to short names; ids out of scope are absent.
	Names(ctx context.Context, ids []string) (map[string]string, error)
}

// Pages are the screens of the room.
type Pages struct {
	site  *web.Site
	svc   *Service
	units Units
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, units Units) *Pages { return &Pages{site, svc, units} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /hunts", Need: mayRead, Handle: p.list},
		{Pattern: "POST /hunts", Need: mayRead, Handle: p.search},
		{Pattern: "GET /hunts/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /hunts/{id}/seen.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /hunts/{id}/seen.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
	}
}

func href(id ID) string { return "/hunts/" + string(id) }

// May reports whether the actor may look back by hand.
func May(ctx context.Context) bool { return auth.May(ctx, mayRead) }

// typed is the form as typed.
type typed struct {
	value, from, to, reason string
	exact                   bool
	errs                    map[string]string
}

type listPage struct {
	r     *http.Request
	hunts []Hunt
	total int64
	form  typed
	stats sighting.Stats
	bad   string // sentence of why the memory does not answer; empty when it does
	days  int
}

// pageSize is how many rows a page shows.
const pageSize = 50

// list handles GET /hunts. Query: value and exact, filled into the form beforehand;
// after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.renderList(w, r, http.StatusOK, typed{value: r.URL.Query().Get("value"), exact: r.URL.Query().Get("exact") != ""})
}

func (p *Pages) renderList(w http.ResponseWriter, r *http.Request, status int, form typed) error {
	ctx := r.Context()
	v := listPage{r: r, form: form, days: p.svc.Days}
	var err error
	if v.hunts, v.total, err = p.svc.List(ctx, r.URL.Query().Get("after"), pageSize); err != nil {
		return err
	}
	if v.stats, err = p.svc.Stats(ctx); fault.Is(err, fault.Unavailable) {
		v.bad = i18n.T(ctx, fault.Of(err).Public())
	} else if err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "hunt.title"), Body: listView(v)})
}

// search handles POST /hunts. Form: value, exact, from, to, reason.
func (p *Pages) search(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form := typed{value: r.PostFormValue("value"), from: r.PostFormValue("from"), to: r.PostFormValue("to"), reason: r.PostFormValue("reason"),
		exact: r.PostFormValue("exact") != ""}
	q := Question{Value: form.value, Below: !form.exact, Reason: form.reason}
	badDay := map[string]string{}
	for field, d := range map[string]*calendar.Date{"from": &q.From, "to": &q.To} {
		if err := d.UnmarshalText([]byte(r.PostFormValue(field))); err != nil {
			badDay[field] = i18n.T(ctx, "hunt.bad.date")
		}
	}
	h, err := Hunt{Question: q}, q.Check()
	if len(badDay) == 0 && err == nil {
		h, err = p.svc.Search(ctx, h.Question)
	}
	if form.errs = web.Errors(ctx, err); form.errs != nil || len(badDay) > 0 {
		if form.errs == nil {
			form.errs = map[string]string{}
		}
		maps.Copy(form.errs, badDay)
		return p.renderList(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, href(h.ID))
}

type showPage struct {
	r      *http.Request
	h      Hunt
	f      Filter
	seen   []Seen
	totals Totals
	all    Totals // without the filter
	names  map[string]string
	since  string // words on what the memory lacks; empty when nothing
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: finding.Refang(q.Get("q")), Sort: q.Get("sort"), After: q.Get("after"), Limit: pageSize}
}

// show handles GET /hunts/{id}. Query: q, sort, after.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := showPage{r: r, f: filter(r)}
	var err error
	if v.h, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.seen, v.totals, err = p.svc.Found(ctx, v.h, v.f); err != nil {
		return err
	}
	v.all = v.totals
	if v.f.Search != "" {
		if _, v.all, err = p.svc.Found(ctx, v.h, Filter{Limit: 1}); err != nil {
			return err
		}
	}
	if v.names, err = p.names(ctx, v.seen); err != nil {
		return err
	}
	stats, err := p.svc.Stats(ctx)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	if err == nil {
		v.since = i18n.T(ctx, "hunt.since", i18n.Time(ctx, stats.Since))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "hunt.of", ui.Defang(v.h.Value)), Body: showView(v)})
}

func (p *Pages) names(ctx context.Context, list []Seen) (map[string]string, error) {
	var ids []string
	for _, s := range list {
		if s.UnitID != "" {
			ids = append(ids, s.UnitID)
		}
	}
	slices.Sort(ids)
	return p.units.Names(ctx, slices.Compact(ids))
}

// export handles GET /hunts/{id}/seen.csv and .xlsx: every row that the
// filter matches. That it was taken out is noted first.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		h, err := p.svc.Get(ctx, ID(r.PathValue("id")))
		if err != nil {
			return err
		}
		if err := p.svc.Exported(ctx, h); err != nil {
			return err
		}
		f := filter(r)
		f.Limit = chunk
		return web.Export(w, r, format, web.Sheet{Name: "hunt", Heads: finding.Heads(ctx, "hunt.client", "hunt.subject", "hunt.unit", "hunt.name", "hunt.role", "hunt.names",
			"hunt.days", "hunt.queries", "hunt.first", "hunt.last", "hunt.undated"),
			Rows: web.Rows(func(after string) ([]Seen, string, error) {
				f.After = after
				list, _, err := p.svc.Found(ctx, h, f)
				if len(list) < chunk {
					return list, "", err
				}
				return list, list[len(list)-1].ID, err
			}, func(list []Seen) ([][]any, error) { return p.exportRows(ctx, list) })})
	}
}

func (p *Pages) exportRows(ctx context.Context, list []Seen) ([][]any, error) {
	names, err := p.names(ctx, list)
	var out [][]any
	for _, s := range list {
		addr := ""
		if s.Addr.IsValid() {
			addr = s.Addr.String()
		}
		out = append(out, []any{addr, i18n.T(ctx, finding.SubjectOf(s.AddrKind, s.Addr).Key), names[s.UnitID], s.Name, finding.ActivityText(ctx, s.Roles), s.Names, s.Days, s.Queries,
			s.First, s.Last, s.Undated})
	}
	return out, err
}
