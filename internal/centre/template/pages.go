// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the list of templates stands.
const Path = "/settings/templates"

const (
	papersPath = "/settings/template-papers"
	newPath    = Path + "/new"
	onPage     = 50
)

// Around are what the pages show of other rooms.
type Around struct {
	Units func(ctx context.Context) ([]ui.Option, error)                     // in the actor's sight
	Names func(ctx context.Context, ids []string) (map[string]string, error) // of units; those out of sight are left out
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Around
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Around) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	one, paper := Path+"/{template}", papersPath+"/{form}"
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + papersPath, Need: mayRead, Handle: p.papers},
		{Pattern: "GET " + papersPath + ".csv", Need: mayRead, Handle: p.exportPapers(web.CSV)},
		{Pattern: "GET " + papersPath + ".xlsx", Need: mayRead, Handle: p.exportPapers(web.XLSX)},
		{Pattern: "GET " + paper, Need: mayRead, Handle: p.paper},
		{Pattern: "GET " + paper + "/layout.docx", Need: mayRead, Handle: p.builtin},
		{Pattern: "GET " + paper + "/places.csv", Need: mayRead, Handle: p.exportPlaces(web.CSV)},
		{Pattern: "GET " + paper + "/places.xlsx", Need: mayRead, Handle: p.exportPlaces(web.XLSX)},
		{Pattern: "GET " + newPath, Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + newPath, Need: mayWrite, Body: MaxFile + 1<<20, Handle: p.upload},
		{Pattern: "GET " + one, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + one + "/file", Need: mayRead, Handle: p.file},
		{Pattern: "GET " + one + "/preview.docx", Need: mayRead, Handle: p.preview},
		{Pattern: "GET " + one + "/put", Need: mayWrite, Handle: p.askPut},
		{Pattern: "POST " + one + "/put", Need: mayWrite, Handle: p.put},
		{Pattern: "GET " + one + "/withdraw", Need: mayWrite, Handle: p.askWithdraw},
		{Pattern: "POST " + one + "/withdraw", Need: mayWrite, Handle: p.withdraw},
		{Pattern: "GET " + one + "/remove", Need: mayWrite, Handle: p.askRemove},
		{Pattern: "POST " + one + "/remove", Need: mayWrite, Handle: p.remove},
	}
}

func paperAt(id string) string { return papersPath + "/" + url.PathEscape(id) }

func at(id ID) string { return Path + "/" + string(id) }

func idOf(r *http.Request) ID { return ID(r.PathValue("template")) }

type listPage struct {
	r     *http.Request
	f     Filter
	rows  []Template
	total int64
	next  string
	names map[string]string
	units []ui.Option
	all   []Paper
	may   bool
	svc   *Service
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), Paper: q.Get("paper"), Unit: q.Get("unit"), State: State(q.Get("state")), After: q.Get("after"), Limit: onPage + 1}
}

// list handles GET /settings/templates. Query: q, paper, unit, state, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: filter(r), may: auth.May(ctx, mayWrite), svc: p.svc}
	var err error
	if v.rows, v.total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		v.next = web.With(r, "after", string(v.rows[onPage-1].ID))
	}
	if v.names, err = p.names(ctx, v.rows); err != nil {
		return err
	}
	if v.all, err = p.svc.Papers(ctx); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "template.title"), Body: listView(v)})
}

// names are those of the units of templates; a unit above the reader's own has
// none in their sight.
func (p *Pages) names(ctx context.Context, rows []Template) (map[string]string, error) {
	var ids []string
	for _, t := range rows {
		ids = append(ids, t.Unit)
	}
	return p.near.Names(ctx, ids)
}

func unitName(ctx context.Context, names map[string]string, id string) string {
	if n := names[id]; n != "" {
		return n
	}
	return i18n.T(ctx, "template.unit.above")
}

var exportHeads = []string{"paper", "paper_name", "seq", "name", "unit", "state", "from", "uploaded_by", "uploaded_at", "put_by", "put_at", "put_reason", "withdrawn_by", "withdrawn_at",
	"withdrawn_reason", "note", "file_name", "sha"}

// export handles GET /settings/templates.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "templates", Heads: heads(ctx, exportHeads...)}
		sh.Rows = web.Rows(func(after string) ([]Template, string, error) {
			f.After = after
			list, _, err := p.svc.List(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []Template) ([][]any, error) {
			names, err := p.names(ctx, list)
			var out [][]any
			for _, t := range list {
				var from any = ""
				if !t.From.IsZero() {
					from = t.From.Start()
				}
				out = append(out, []any{t.Paper, p.svc.title(ctx, t.Paper), int64(t.Seq), t.Name, unitName(ctx, names, t.Unit), stateText(ctx, t.State), from, t.ByName, t.UploadedAt, t.PutName, t.PutAt,
					t.PutReason, t.WithdrawnName, t.WithdrawnAt, t.WithdrawnReason, t.Note, t.FileName, t.SHA256})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}

type papersPage struct {
	r   *http.Request
	q   string
	all []Paper
	of  map[string]int64 // templates in force in the actor's sight
	may bool
}

// papers handles GET /settings/template-papers. Query: q.
func (p *Pages) papers(w http.ResponseWriter, r *http.Request) error {
	v, err := p.papersOf(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "template.papers"), Body: papersView(v)})
}

func (p *Pages) papersOf(r *http.Request) (papersPage, error) {
	ctx := r.Context()
	v := papersPage{r: r, q: r.URL.Query().Get("q"), of: map[string]int64{}, may: auth.May(ctx, mayWrite)}
	all, err := p.svc.Papers(ctx)
	if err != nil {
		return v, err
	}
	for _, one := range all {
		if matches(v.q, one.ID+" "+one.Title.VI+" "+one.Title.EN) {
			v.all = append(v.all, one)
		}
	}
	list, _, err := p.svc.List(ctx, Filter{State: InForce})
	for _, t := range list {
		v.of[t.Paper]++
	}
	return v, err
}

// exportPapers handles GET /settings/template-papers.csv and .xlsx.
func (p *Pages) exportPapers(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		v, err := p.papersOf(r)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "papers", Heads: heads(ctx, "paper", "paper_name", "in_force")}
		sh.Rows = web.Rows(func(string) ([]Paper, string, error) { return v.all, "", nil }, func(list []Paper) ([][]any, error) {
			var out [][]any
			for _, one := range list {
				out = append(out, []any{one.ID, one.Title.In(i18n.Lang(ctx)), v.of[one.ID]})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

type paperPage struct {
	Paper
	places []Place
	sample map[string]string
	may    bool
}

func (p *Pages) onePaper(r *http.Request) (v paperPage, err error) {
	v.Paper, v.places, v.sample, err = p.svc.Paper(r.Context(), r.PathValue("form"))
	v.may = auth.May(r.Context(), mayWrite)
	return v, err
}

// paper handles GET /settings/template-papers/{form}: what can be filled in.
func (p *Pages) paper(w http.ResponseWriter, r *http.Request) error {
	v, err := p.onePaper(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Title.In(i18n.Lang(r.Context())), Body: paperView(v)})
}

// exportPlaces handles GET /settings/template-papers/{form}/places.csv and .xlsx.
func (p *Pages) exportPlaces(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		v, err := p.onePaper(r)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "places-" + v.ID, Heads: heads(ctx, "place", "meaning", "must", "sample")}
		sh.Rows = web.Rows(func(string) ([]Place, string, error) { return v.places, "", nil }, func(list []Place) ([][]any, error) {
			var out [][]any
			for _, one := range list {
				out = append(out, []any{one.braced(), one.meaning(ctx), one.asked(ctx), v.sample[one.Name]})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// builtin handles GET /settings/template-papers/{form}/layout.docx.
func (p *Pages) builtin(w http.ResponseWriter, r *http.Request) error {
	one, raw, err := p.svc.Builtin(r.Context(), r.PathValue("form"))
	if err != nil {
		return err
	}
	return send(w, "mau-"+one.ID+".docx", raw)
}

// send answers with a DOCX as a file, never shown in the page.
func send(w http.ResponseWriter, name string, raw []byte) error {
	h := w.Header()
	h.Set("Content-Type", paperfile.DOCX.Media())
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, err := w.Write(raw)
	return err
}

type showPage struct {
	Template
	title   string
	unit    string
	uses    int64
	may     bool
	mine    bool   // the reader uploaded it
	unfit   string // catalogue key of why it cannot be used today
	now     time.Time
	places  map[string]Place
	history []audit.Row
}

func (p *Pages) one(r *http.Request) (v showPage, err error) {
	ctx := r.Context()
	if v.Template, err = p.svc.Get(ctx, idOf(r)); err != nil {
		return v, err
	}
	names, err := p.near.Names(ctx, []string{v.Unit})
	if err != nil {
		return v, err
	}
	v.title, v.unit, v.may = p.svc.title(ctx, v.Paper), unitName(ctx, names, v.Unit), p.svc.MayWrite(ctx, v.Unit)
	actor, _ := auth.From(ctx)
	v.mine, v.now = actor.ID == v.By, p.svc.now()
	v.places = p.placesOf(v.Paper)
	if v.uses, err = p.svc.Uses(ctx, v.ID); err != nil {
		return v, err
	}
	f, err := p.svc.fitOf(ctx, v.Template, nil)
	v.unfit = f.unfit
	return v, err
}

// placesOf are those of a paper by name, to say what is missing by its label.
func (p *Pages) placesOf(id string) map[string]Place {
	out := map[string]Place{}
	if one, ok := p.svc.paper(id); ok {
		for _, pl := range p.svc.places(one) {
			out[pl.Name] = pl
		}
	}
	return out
}

// show handles GET /settings/templates/{template}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	if v.may { // who keeps the templates of the unit sees who did what with them
		if v.history, err = audit.Of(r.Context(), p.svc.Records, "paper_template", string(v.ID), 100); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Name, Body: showView(v)})
}

// file handles GET /settings/templates/{template}/file.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	t, raw, err := p.svc.File(r.Context(), idOf(r))
	if err != nil {
		return err
	}
	return send(w, t.FileName, raw)
}

// preview handles GET /settings/templates/{template}/preview.docx.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request) error {
	t, raw, err := p.svc.Preview(r.Context(), idOf(r))
	if err != nil {
		return err
	}
	return send(w, "xem-truoc-"+t.Paper+"-"+strconv.Itoa(t.Seq)+".docx", raw)
}
