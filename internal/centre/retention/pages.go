// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the page of retention stands.
const Path = "/settings/retention"

const holdsPath = Path + "/holds"

const onPage = 50

// Neighbours are what the pages need from other rooms; app gives them.
type Neighbours struct {
	Units       func(ctx context.Context) ([]ui.Option, error) // in the actor's scope
	Sources     func(ctx context.Context) ([]ui.Option, error)
	SourceNames func(ctx context.Context, ids []string) (map[string]string, error)
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
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + Path + "/days", Need: mayRead, Handle: p.days},
		{Pattern: "GET " + Path + "/days.csv", Need: mayRead, Handle: p.exportDays(web.CSV)},
		{Pattern: "GET " + Path + "/days.xlsx", Need: mayRead, Handle: p.exportDays(web.XLSX)},
		{Pattern: "GET " + holdsPath + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + holdsPath + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + holdsPath + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + holdsPath + "/new", Need: mayWrite, Handle: p.place},
		{Pattern: "GET " + holdsPath + "/{hold}", Need: mayRead, Handle: p.hold},
		{Pattern: "GET " + holdsPath + "/{hold}/ask", Need: mayWrite, Handle: p.sure(InForce, "retention.conflict.asked")},
		{Pattern: "POST " + holdsPath + "/{hold}/ask", Need: mayWrite, Handle: p.askLift},
		{Pattern: "GET " + holdsPath + "/{hold}/lift", Need: mayWrite, Handle: p.sure(Asked, "retention.conflict.not_asked")},
		{Pattern: "POST " + holdsPath + "/{hold}/lift", Need: mayWrite, Handle: p.lift},
		{Pattern: "POST " + holdsPath + "/{hold}/keep", Need: mayWrite, Handle: p.keep},
	}
}

// names says how sources and units are called.
type names struct{ units, sources map[string]string }

func (p *Pages) names(ctx context.Context, sources []string) (names, error) {
	n := names{units: map[string]string{}}
	units, err := p.near.Units(ctx)
	if err != nil {
		return n, err
	}
	for _, o := range units {
		n.units[o.Value] = strings.TrimSpace(o.Label)
	}
	slices.Sort(sources)
	n.sources, err = p.near.SourceNames(ctx, slices.Compact(sources))
	return n, err
}

// source names a source; one that is gone, or was not noted, is said so.
func (n names) source(ctx context.Context, id string) string {
	switch name := n.sources[id]; {
	case id == "":
		return i18n.T(ctx, "retention.source.unknown")
	case name != "":
		return name
	}
	return i18n.T(ctx, "retention.source.gone")
}

// whose says what a hold is about.
func (n names) whose(ctx context.Context, h Hold) string {
	var parts []string
	if h.Source != "" {
		parts = append(parts, n.source(ctx, h.Source))
	}
	if h.Unit != "" {
		parts = append(parts, n.units[h.Unit])
	}
	return strings.Join(parts, " – ")
}

func sourcesOf(holds []Hold) []string {
	var out []string
	for _, h := range holds {
		if h.Source != "" {
			out = append(out, h.Source)
		}
	}
	return out
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), State: State(q.Get("state")), After: q.Get("after"), Limit: onPage + 1}
}

type page struct {
	r     *http.Request
	keeps int // days
	disk  Disk
	holds []Hold
	total int64
	f     Filter
	next  string
	names names
	may   bool
}

// show handles GET /settings/retention. Query: q, state, after, of the holds.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := page{r: r, keeps: p.svc.Days, f: filter(r), may: p.svc.MayDecide(ctx)}
	var err error
	if v.disk, err = p.svc.Disk(ctx); err != nil {
		return err
	}
	if v.holds, v.total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if len(v.holds) > onPage {
		v.holds = v.holds[:onPage]
		v.next = web.With(r, "after", string(v.holds[onPage-1].ID))
	}
	if v.names, err = p.names(ctx, sourcesOf(v.holds)); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "retention.title"), Body: showView(v)})
}

// export handles GET /settings/retention/holds.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "holds"}
		for _, key := range []string{"name", "whose", "from", "to", "reason", "reference", "state", "placed_by", "placed_at", "asked_by", "asked_reason", "lifted_by", "lifted_at"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "retention.field."+key))
		}
		var n names
		sh.Rows = web.Rows(func(after string) ([]Hold, string, error) {
			f.After = after
			list, _, err := p.svc.List(ctx, f)
			if err != nil {
				return nil, "", err
			}
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			n, err = p.names(ctx, sourcesOf(list))
			return list, next, err
		}, func(list []Hold) ([][]any, error) {
			var out [][]any
			for _, h := range list {
				out = append(out, []any{h.Name, n.whose(ctx, h), h.From.Start(), h.To.Start(), h.Reason, h.Reference, i18n.T(ctx, "retention.state."+string(h.State)),
					h.PlacedName, h.PlacedAt, h.AskedName, h.AskedReason, h.LiftedName, h.LiftedAt})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

type formPage struct {
	in             Order
	from, to       string // as typed
	units, sources []ui.Option
	errs           map[string]string
}

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.renderForm(w, r, http.StatusOK, formPage{})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.sources, err = p.near.Sources(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "retention.place"), Body: formView(v)})
}

// place handles POST /settings/retention/holds/new. Form: name, source, unit,
// from, to, reason, reference.
func (p *Pages) place(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{from: r.PostFormValue("from"), to: r.PostFormValue("to")}
	v.in = Order{Name: r.PostFormValue("name"), Source: r.PostFormValue("source"), Unit: r.PostFormValue("unit"), Reason: r.PostFormValue("reason"),
		Reference: r.PostFormValue("reference")}
	v.in.From, v.in.To = day(v.from), day(v.to)
	h, err := p.svc.Place(ctx, v.in)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "retention.placed"))
	return web.Redirect(w, r, holdsPath+"/"+string(h.ID))
}

// day reads a day; what is none is the zero one, which the rules refuse.
func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

type holdPage struct {
	Hold
	files []lake.HeldCopy
	names names
	may   bool
	me    string // account id
}

func (p *Pages) hold(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.one(ctx, r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Name, Body: holdView(v)})
}

func (p *Pages) one(ctx context.Context, r *http.Request) (v holdPage, err error) {
	if v.Hold, v.files, err = p.svc.Get(ctx, ID(r.PathValue("hold"))); err != nil {
		return v, err
	}
	actor, _ := auth.From(ctx)
	v.me, v.may = actor.ID, p.svc.MayDecide(ctx)
	v.names, err = p.names(ctx, sourcesOf([]Hold{v.Hold}))
	return v, err
}

func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

// sure handles GET /settings/retention/holds/{hold}/ask, on which one person asks
// to lift a hold, and .../lift, on which another does: the page before the act,
// as long as the hold stands where the act begins.
func (p *Pages) sure(in State, otherwise string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.one(r.Context(), r)
		if err == nil && v.State != in {
			err = &fault.Error{Kind: fault.Conflict, Op: "retention.sure", Msg: otherwise}
		}
		if err != nil {
			return err
		}
		c := v.confirm(r.Context(), "")
		return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
	}
}

// askLift handles POST /settings/retention/holds/{hold}/ask. Form: version,
// reason.
func (p *Pages) askLift(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, err := p.svc.AskLift(ctx, ID(r.PathValue("hold")), version(r), r.PostFormValue("reason"))
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.one(ctx, r)
		if err != nil {
			return err
		}
		c := v.confirm(ctx, r.PostFormValue("reason"))
		for i := range c.Fields {
			c.Fields[i].Error = errs[c.Fields[i].Name]
		}
		c.Errors = web.FieldErrors(errs)
		return p.site.Render(w, r, http.StatusUnprocessableEntity, web.View{Title: c.Title, Body: ui.Confirm(c)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "retention.asked"))
	return web.Redirect(w, r, holdsPath+"/"+string(h.ID))
}

// lift handles POST /settings/retention/holds/{hold}/lift. Form: version.
func (p *Pages) lift(w http.ResponseWriter, r *http.Request) error {
	h, err := p.svc.Lift(r.Context(), ID(r.PathValue("hold")), version(r))
	if err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "retention.lifted"))
	return web.Redirect(w, r, holdsPath+"/"+string(h.ID))
}

// keep handles POST /settings/retention/holds/{hold}/keep. Form: version.
func (p *Pages) keep(w http.ResponseWriter, r *http.Request) error {
	h, err := p.svc.Keep(r.Context(), ID(r.PathValue("hold")), version(r))
	if err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "retention.kept"))
	return web.Redirect(w, r, holdsPath+"/"+string(h.ID))
}
