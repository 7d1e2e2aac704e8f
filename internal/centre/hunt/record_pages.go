// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// RecordPath is where the records of hunts are.
const RecordPath = "/threat-hunts"

func recordHref(id RecordID) string { return RecordPath + "/" + string(id) }

// Around is what the pages of records ask of other rooms, each within the
// actor's scope.
type Around struct {
	UnitNames   func(ctx context.Context, ids []string) (map[string]string, error)
	Units       func(ctx context.Context) ([]ui.Option, error)
	SourceNames func(ctx context.Context, ids []string) (map[string]string, error)
	Sources     func(ctx context.Context) ([]ui.Option, error)
	// Asked asks a question of the page of events again, under the reason with
	// the id why. Errors: fault.Invalid (reason) when that holds no more.
	Asked func(ctx context.Context, query, why string) (Query, error)
	// Choices are the findings or cases that a hunt may be said to have led to.
	Choices func(ctx context.Context, kind string) ([]ui.Option, error)
	// Related is one of those; no label when the actor may not see it.
	Related func(ctx context.Context, kind, id string) (ui.Link, error)
	// Kept is the measure of the duty to hunt; nil for who may not see it.
	Kept func(ctx context.Context) (*ui.Tile, error)
}

// RecordPages are the screens of the records of hunts.
type RecordPages struct {
	site *web.Site
	svc  *Service
	near Around
}

// NewRecordPages makes the screens.
func NewRecordPages(site *web.Site, svc *Service, near Around) *RecordPages {
	return &RecordPages{site, svc, near}
}

// Routes are the addresses of the records.
func (p *RecordPages) Routes() []web.Route {
	at, one := RecordPath, RecordPath+"/{record}"
	return []web.Route{
		{Pattern: "GET " + at, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + at + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + at + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + at + "/new", Need: mayKeep, Handle: p.add},
		{Pattern: "POST " + at, Need: mayKeep, Handle: p.begin},
		{Pattern: "GET " + at + "/keep", Need: mayKeep, Handle: p.choose},
		{Pattern: "POST " + at + "/keep", Need: mayKeep, Handle: p.keep},
		{Pattern: "GET " + one, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + one + "/edit", Need: mayKeep, Handle: p.edit},
		{Pattern: "POST " + one, Need: mayKeep, Handle: p.replan},
		{Pattern: "POST " + one + "/notes", Need: mayKeep, Handle: p.jot},
		{Pattern: "POST " + one + "/links", Need: mayKeep, Handle: p.lead},
		{Pattern: "GET " + one + "/conclude", Need: mayKeep, Handle: p.askConclude},
		{Pattern: "POST " + one + "/conclude", Need: mayKeep, Handle: p.conclude},
	}
}

func recordOf(r *http.Request) RecordID { return RecordID(r.PathValue("record")) }

type recordsPage struct {
	r     *http.Request
	f     RecordFilter
	page  RecordPage
	names map[string]string
	units []ui.Option
	due   Due
	kept  *ui.Tile
	now   time.Time
}

func readRecordFilter(r *http.Request) RecordFilter {
	q := r.URL.Query()
	return RecordFilter{State: State(q.Get("state")), Result: Result(q.Get("result")), Unit: q.Get("unit"), Query: q.Get("q"), Sort: q.Get("sort"), After: q.Get("after")}
}

// list handles GET /threat-hunts. Query: q, state, result, unit, sort, after.
func (p *RecordPages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := recordsPage{r: r, f: readRecordFilter(r), now: p.svc.Now()}
	var err error
	if v.page, err = p.svc.Hunted(ctx, v.f); err != nil {
		return err
	}
	if v.due, err = p.svc.Due(ctx); err != nil {
		return err
	}
	if p.near.Kept != nil {
		if v.kept, err = p.near.Kept(ctx); err != nil {
			return err
		}
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.names, err = p.owners(ctx, v.page.Rows); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "hunt.records"), Body: recordsView(v)})
}

func (p *RecordPages) owners(ctx context.Context, rows []Record) (map[string]string, error) {
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Owner)
	}
	return p.near.UnitNames(ctx, ids)
}

// export handles GET /threat-hunts.csv and .xlsx: every row the filter matches.
func (p *RecordPages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), readRecordFilter(r)
		f.Limit = chunk
		var heads []string
		for _, key := range []string{"code", "title", "hypothesis", "techniques", "owner", "state", "result", "conclusion", "author", "members", "opened_at", "concluded_at"} {
			heads = append(heads, i18n.T(ctx, "hunt.record."+key))
		}
		return web.Export(w, r, format, web.Sheet{Name: "threat-hunts", Heads: heads, Rows: web.Rows(func(after string) ([]Record, string, error) {
			f.After = after
			page, err := p.svc.Hunted(ctx, f)
			return page.Rows, page.Next, err
		}, func(rows []Record) ([][]any, error) {
			names, err := p.owners(ctx, rows)
			var out [][]any
			for _, h := range rows {
				out = append(out, []any{h.Code, h.Title, h.Hypothesis, strings.Join(h.Techniques, " "), names[h.Owner], stateText(ctx, h.State), resultText(ctx, h.Result),
					h.Conclusion, h.OpenedName, h.Members, h.OpenedAt, h.ConcludedAt})
			}
			return out, err
		})})
	}
}

// planPage is the form of a plan.
type planPage struct {
	id         RecordID // empty for a new one
	code       string
	version    int64
	plan       Plan
	techniques string // as typed
	from, to   string
	units      []ui.Option
	sources    []ui.Option
	errs       map[string]string
	keep       string // query of the page of events to keep at once; may be empty
}

// add handles GET /threat-hunts/new.
func (p *RecordPages) add(w http.ResponseWriter, r *http.Request) error {
	return p.renderPlan(w, r, http.StatusOK, planPage{})
}

func (p *RecordPages) renderPlan(w http.ResponseWriter, r *http.Request, status int, v planPage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.sources, err = p.near.Sources(ctx); err != nil {
		return err
	}
	if v.plan.Owner == "" && len(v.units) > 0 {
		v.plan.Owner = v.units[0].Value
	}
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: planView(v)})
}

// readPlan reads the form. Form: title, hypothesis, techniques, owner, units and
// sources (one for each), from, to, members, keep.
func readPlan(ctx context.Context, r *http.Request) (v planPage) {
	text := r.PostFormValue
	v = planPage{techniques: text("techniques"), from: text("from"), to: text("to"), keep: text("keep"), plan: Plan{Title: text("title"), Hypothesis: text("hypothesis"),
		Techniques: Techniques(text("techniques")), Owner: text("owner"), Units: r.PostForm["units"], Sources: r.PostForm["sources"], Members: text("members")}}
	for field, d := range map[string]*calendar.Date{"from": &v.plan.From, "to": &v.plan.To} {
		if err := d.UnmarshalText([]byte(text(field))); err != nil {
			if v.errs == nil {
				v.errs = map[string]string{}
			}
			v.errs[field] = i18n.T(ctx, "hunt.bad.date")
		}
	}
	return v
}

// begin handles POST /threat-hunts.
func (p *RecordPages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := readPlan(ctx, r)
	if v.errs != nil {
		return p.renderPlan(w, r, http.StatusUnprocessableEntity, v)
	}
	h, err := p.svc.Begin(ctx, v.plan)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderPlan(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "hunt.done.opened", h.Code))
	if v.keep != "" {
		return web.Redirect(w, r, RecordPath+"/keep?"+v.keep+"&hunt="+url.QueryEscape(string(h.ID)))
	}
	return web.Redirect(w, r, recordHref(h.ID))
}

// edit handles GET /threat-hunts/{record}/edit.
func (p *RecordPages) edit(w http.ResponseWriter, r *http.Request) error {
	f, err := p.svc.Of(r.Context(), recordOf(r))
	if err != nil {
		return err
	}
	if f.State == Concluded {
		return &fault.Error{Kind: fault.Conflict, Op: "hunt.edit", Msg: "hunt.bad.concluded", Args: []any{f.Code}}
	}
	return p.renderPlan(w, r, http.StatusOK, planPage{id: f.ID, code: f.Code, version: f.Version, plan: f.Plan, techniques: strings.Join(f.Techniques, " "), from: f.From.String(), to: f.To.String()})
}

// replan handles POST /threat-hunts/{record}. Form: version and that of begin.
func (p *RecordPages) replan(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	was, err := p.svc.Of(ctx, recordOf(r))
	if err != nil {
		return err
	}
	v := readPlan(ctx, r)
	v.id, v.code = was.ID, was.Code
	if v.version, err = strconv.ParseInt(r.PostFormValue("version"), 10, 64); err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "hunt.edit", Err: err}
	}
	if v.errs == nil {
		_, err = p.svc.Replan(ctx, was.ID, v.plan, v.version)
		v.errs = web.Errors(ctx, err)
	}
	if v.errs != nil {
		return p.renderPlan(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "hunt.done.edited"))
	return web.Redirect(w, r, recordHref(was.ID))
}

// filePage is the record of one hunt.
type filePage struct {
	r        *http.Request
	f        File
	names    map[string]string // of units
	sources  map[string]string
	links    []ui.Link
	findings []ui.Option
	cases    []ui.Option
	typed    map[string]string
	errs     map[string]string
}

// show handles GET /threat-hunts/{record}.
func (p *RecordPages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderFile(w, r, http.StatusOK, nil, nil)
}

func (p *RecordPages) renderFile(w http.ResponseWriter, r *http.Request, status int, typed, errs map[string]string) error {
	ctx := r.Context()
	v := filePage{r: r, typed: typed, errs: errs}
	var err error
	if v.f, err = p.svc.Of(ctx, recordOf(r)); err != nil {
		return err
	}
	if v.names, err = p.near.UnitNames(ctx, append([]string{v.f.Owner}, v.f.Units...)); err != nil {
		return err
	}
	if v.sources, err = p.near.SourceNames(ctx, v.f.Sources); err != nil {
		return err
	}
	for _, l := range v.f.Links {
		link, err := p.near.Related(ctx, l.Kind, l.Ref)
		if err != nil {
			return err
		}
		if link.Label == "" {
			link = ui.Link{Label: i18n.T(ctx, "hunt.link.hidden."+l.Kind)}
		}
		v.links = append(v.links, link)
	}
	if v.mayKeep(ctx) {
		if v.findings, err = p.near.Choices(ctx, "finding"); err != nil {
			return err
		}
		if v.cases, err = p.near.Choices(ctx, "incident"); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: v.f.Code + " " + v.f.Title, Body: fileView(v)})
}

func (v filePage) mayKeep(ctx context.Context) bool { return v.f.State == Open && MayKeep(ctx) }

// answer ends a form of the record: back to it, or the record again with what
// was typed and the reasons.
func (p *RecordPages) answer(w http.ResponseWriter, r *http.Request, err error, done string, fields ...string) error {
	ctx := r.Context()
	if errs := web.Errors(ctx, err); errs != nil {
		typed := map[string]string{}
		for _, name := range fields {
			typed[name] = r.PostFormValue(name)
		}
		return p.renderFile(w, r, http.StatusUnprocessableEntity, typed, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, recordHref(recordOf(r)))
}

// jot handles POST /threat-hunts/{record}/notes. Form: text.
func (p *RecordPages) jot(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Jot(r.Context(), recordOf(r), r.PostFormValue("text"))
	return p.answer(w, r, err, "hunt.done.noted", "text")
}

// lead handles POST /threat-hunts/{record}/links. Form: finding, incident; one
// suffices.
func (p *RecordPages) lead(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	err := error(fault.Bad("hunt.link", "finding", "hunt.bad.link"))
	for _, kind := range []string{"finding", "incident"} {
		ref := r.PostFormValue(kind)
		if ref == "" {
			continue
		}
		var link ui.Link
		if link, err = p.near.Related(ctx, kind, ref); err == nil {
			_, err = p.svc.Lead(ctx, recordOf(r), kind, ref, link.Label != "")
		}
		if err != nil {
			break
		}
	}
	return p.answer(w, r, err, "hunt.done.linked", "finding", "incident")
}

// concludePage is the step before a hunt is concluded.
type concludePage struct {
	f             File
	result, words string
	errs          map[string]string
}

// askConclude handles GET /threat-hunts/{record}/conclude.
func (p *RecordPages) askConclude(w http.ResponseWriter, r *http.Request) error {
	return p.renderConclude(w, r, http.StatusOK, concludePage{})
}

func (p *RecordPages) renderConclude(w http.ResponseWriter, r *http.Request, status int, v concludePage) error {
	ctx := r.Context()
	var err error
	if v.f, err = p.svc.Of(ctx, recordOf(r)); err != nil {
		return err
	}
	if v.f.State == Concluded {
		return &fault.Error{Kind: fault.Conflict, Op: "hunt.conclude", Msg: "hunt.bad.concluded", Args: []any{v.f.Code}}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "hunt.conclude.title", v.f.Code), Body: concludeView(v)})
}

// conclude handles POST /threat-hunts/{record}/conclude. Form: result,
// conclusion, version.
func (p *RecordPages) conclude(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := concludePage{result: r.PostFormValue("result"), words: r.PostFormValue("conclusion")}
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "hunt.conclude", Err: err}
	}
	h, err := p.svc.Conclude(ctx, recordOf(r), Result(v.result), v.words, version)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderConclude(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "hunt.done.concluded", h.Code))
	return web.Redirect(w, r, recordHref(h.ID))
}
