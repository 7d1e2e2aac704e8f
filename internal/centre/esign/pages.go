// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Where the pages stand.
const (
	Path            = "/signatures"
	checkPath       = Path + "/check"
	papersPath      = Path + "/papers"
	AuthoritiesPath = "/settings/authorities"
)

// Neighbours are what the pages need from other rooms, each within the actor's scope.
type Neighbours struct {
	Units     func(ctx context.Context) ([]ui.Option, error)
	UnitNames func(ctx context.Context, ids []string) (map[string]string, error)
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
	return append([]web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + Path + "/new", Need: mayWrite, Handle: p.add},
		{Pattern: "POST " + Path + "/new", Need: mayWrite, Body: maxUpload, Handle: p.register},
		{Pattern: "GET " + unitsPath, Need: mayRead, Handle: p.usage},
		{Pattern: "GET " + unitsPath + ".csv", Need: mayRead, Handle: p.exportUsage(web.CSV)},
		{Pattern: "GET " + unitsPath + ".xlsx", Need: mayRead, Handle: p.exportUsage(web.XLSX)},
		{Pattern: "GET " + checkPath, Need: mayRead, Handle: p.askCheck},
		{Pattern: "POST " + checkPath, Need: mayRead, Body: MaxFile + 1<<20, Handle: p.check},
		{Pattern: "GET " + papersPath, Need: mayRead, Handle: p.shares},
		{Pattern: "GET " + papersPath + ".csv", Need: mayRead, Handle: p.exportShares(web.CSV)},
		{Pattern: "GET " + papersPath + ".xlsx", Need: mayRead, Handle: p.exportShares(web.XLSX)},
		{Pattern: "GET " + papersPath + "/new", Need: mayWrite, Handle: p.addPapers},
		{Pattern: "POST " + papersPath + "/new", Need: mayWrite, Body: MaxFile + 1<<20, Handle: p.takePapers},
		{Pattern: "GET " + AuthoritiesPath, Need: mayLookAt, Handle: p.authorities},
		{Pattern: "POST " + AuthoritiesPath, Need: mayTrust, Body: maxUpload, Handle: p.believe},
		{Pattern: "POST " + AuthoritiesPath + "/remove", Need: mayTrust, Handle: p.doubt},
	}, p.keyRoutes()...)
}

const maxUpload = 10 << 20

type listPage struct {
	r     *http.Request
	f     Filter
	page  Page
	names map[string]string
	units []ui.Option
	idle  int64
	soon  int64
	all   int64
	now   time.Time
}

func readFilter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{State: State(q.Get("state")), Kind: Kind(q.Get("kind")), Unit: q.Get("unit"), Query: q.Get("q"), Sort: q.Get("sort"), After: q.Get("after")}
}

// list handles GET /signatures. Query: q, state, kind, unit, sort, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: readFilter(r), now: p.svc.Now()}
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	for _, c := range []struct {
		state State
		into  *int64
	}{{Idle, &v.idle}, {Soon, &v.soon}, {"", &v.all}} {
		page, err := p.svc.List(ctx, Filter{State: c.state, Limit: 1})
		if err != nil {
			return err
		}
		*c.into = page.Total
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.names, err = p.near.UnitNames(ctx, ownersOf(v.page.Rows)); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "esign.title"), Body: listView(v)})
}

func ownersOf(rows []Certificate) (ids []string) {
	for _, c := range rows {
		ids = append(ids, c.Owner)
	}
	return ids
}

const chunk = 500

// export handles GET /signatures.csv and .xlsx: every row the filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), readFilter(r)
		f.Limit = chunk
		now := p.svc.Now()
		return web.Export(w, r, format, web.Sheet{Name: "certificates", Heads: heads(ctx, "holder", "unit", "kind", "serial", "issuer", "from", "until", "used", "uses", "state"),
			Rows: web.Rows(func(after string) ([]Certificate, string, error) {
				f.After = after
				page, err := p.svc.List(ctx, f)
				return page.Rows, page.Next, err
			}, func(rows []Certificate) ([][]any, error) {
				names, err := p.near.UnitNames(ctx, ownersOf(rows))
				var out [][]any
				for _, c := range rows {
					out = append(out, []any{c.Holder, names[c.Owner], i18n.T(ctx, "esign.kind."+string(c.Kind)), c.Serial, c.Issuer, c.From, c.Until, c.LastUsed, c.Uses, stateText(ctx, c.State(now))})
				}
				return out, err
			})})
	}
}

func heads(ctx context.Context, keys ...string) (out []string) {
	for _, k := range keys {
		out = append(out, i18n.T(ctx, "esign.field."+k))
	}
	return out
}

// formPage is an upload: of certificates, of papers, of authorities.
type formPage struct {
	unit, kind, from, to string
	units                []ui.Option
	errs                 map[string]string
	done                 *Result
}

func (p *Pages) units(ctx context.Context, v *formPage) (err error) {
	v.units, err = p.near.Units(ctx)
	if v.unit == "" && len(v.units) > 0 {
		v.unit = v.units[0].Value
	}
	return err
}

// uploaded is the file of a form.
func uploaded(r *http.Request) ([]byte, error) {
	f, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, fault.Bad("esign.form", "file", "esign.bad.file")
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err == nil && len(data) == 0 {
		err = fault.Bad("esign.form", "file", "esign.bad.file")
	}
	return data, err
}

// add handles GET /signatures/new.
func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	return p.renderAdd(w, r, http.StatusOK, formPage{kind: string(Personal)})
}

func (p *Pages) renderAdd(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	if err := p.units(ctx, &v); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "esign.add"), Body: addView(v)})
}

// register handles POST /signatures/new. Form: file, unit, kind.
func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := uploaded(r)
	v := formPage{unit: r.PostFormValue("unit"), kind: r.PostFormValue("kind")}
	var done Result
	if err == nil {
		done, err = p.svc.Register(ctx, Incoming{Unit: v.unit, Kind: Kind(v.kind), Data: data})
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderAdd(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if len(done.Rejected) > 0 {
		v.done = &done
		return p.renderAdd(w, r, http.StatusOK, v)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.registered", i18n.Number(ctx, int64(done.Taken)), i18n.Number(ctx, int64(done.Same))))
	return web.Redirect(w, r, Path)
}

type checkPage struct {
	found *Checked
	may   bool // note a use
	none  bool // no authority is trusted
	errs  map[string]string
}

// askCheck handles GET /signatures/check.
func (p *Pages) askCheck(w http.ResponseWriter, r *http.Request) error {
	return p.renderCheck(w, r, http.StatusOK, checkPage{})
}

func (p *Pages) renderCheck(w http.ResponseWriter, r *http.Request, status int, v checkPage) error {
	ctx := r.Context()
	t, err := p.svc.Trust(ctx)
	if err != nil {
		return err
	}
	v.none, v.may = len(t.Roots) == 0, auth.May(ctx, mayWrite)
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "esign.check"), Body: checkView(v)})
}

// check handles POST /signatures/check. Form: file, note.
func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := uploaded(r)
	var found Checked
	if err == nil {
		found, err = p.svc.Check(ctx, data, r.PostFormValue("note") != "")
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderCheck(w, r, http.StatusUnprocessableEntity, checkPage{errs: errs})
	}
	if err != nil {
		return err
	}
	return p.renderCheck(w, r, http.StatusOK, checkPage{found: &found})
}

type authoritiesPage struct {
	list []Authority
	may  bool
	errs map[string]string
	now  time.Time

	inside  bool // papers may be signed here
	version int64
}

// authorities handles GET /settings/authorities.
func (p *Pages) authorities(w http.ResponseWriter, r *http.Request) error {
	return p.renderAuthorities(w, r, http.StatusOK, nil)
}

func (p *Pages) renderAuthorities(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	v := authoritiesPage{errs: errs, now: p.svc.Now()}
	var err error
	if v.list, err = p.svc.Authorities(ctx); err != nil {
		return err
	}
	if v.inside, v.version, err = p.svc.Inside(ctx); err != nil {
		return err
	}
	_, _, err = p.svc.everywhere(ctx, "esign.authorities", mayTrust)
	v.may = err == nil
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "esign.authorities"), Body: authoritiesView(v)})
}

// believe handles POST /settings/authorities. Form: file.
func (p *Pages) believe(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := uploaded(r)
	var done Result
	if err == nil {
		done, err = p.svc.Believe(ctx, data)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderAuthorities(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.believed", i18n.Number(ctx, int64(done.Taken)), i18n.Number(ctx, int64(done.Same))))
	return web.Redirect(w, r, AuthoritiesPath)
}

// doubt handles POST /settings/authorities/remove. Form: authority (an id).
func (p *Pages) doubt(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.svc.Doubt(ctx, r.PostFormValue("authority")); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.doubted"))
	return web.Redirect(w, r, AuthoritiesPath)
}
