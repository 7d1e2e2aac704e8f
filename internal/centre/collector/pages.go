// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the list of collectors stands.
const Path = "/collectors"

// Choices are what the pages need from other rooms; app gives them.
type Choices struct {
	Units func(ctx context.Context) ([]ui.Option, error) // in the actor's scope
	// Sources are the open ones in the actor's scope of a unit and those below,
	// which alone a collector of that unit may bring lines for.
	Sources func(ctx context.Context, unit string) ([]ui.Option, error)
	Limit   int64 // most bytes of an upload
}

// Pages are the room's screens.
type Pages struct {
	site    *web.Site
	svc     *Service
	choices Choices
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, c Choices) *Pages { return &Pages{site, svc, c} }

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + Path + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + Path + "/new", Need: mayWrite, Handle: p.create},
		{Pattern: "GET " + Path + "/bundle", Need: mayWrite, Handle: p.askBundle},
		{Pattern: "POST " + Path + "/bundle", Need: mayWrite, Body: p.choices.Limit + 1<<20, Handle: p.bundle},
		{Pattern: "GET " + Path + "/{collector}", Need: mayRead, Handle: p.show},
		{Pattern: "GET " + Path + "/{collector}/state", Need: mayRead, Handle: p.state},
		{Pattern: "GET " + Path + "/{collector}/edit", Need: mayWrite, Handle: p.askEdit},
		{Pattern: "POST " + Path + "/{collector}/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "GET " + Path + "/{collector}/code", Need: mayWrite, Handle: p.askCode},
		{Pattern: "POST " + Path + "/{collector}/code", Need: mayWrite, Handle: p.code},
		{Pattern: "GET " + Path + "/{collector}/revoke", Need: mayWrite, Handle: p.askRevoke},
		{Pattern: "POST " + Path + "/{collector}/revoke", Need: mayWrite, Handle: p.revoke},
		{Pattern: "GET " + Path + "/{collector}/ways/new", Need: mayWrite, Handle: p.askWay},
		{Pattern: "POST " + Path + "/{collector}/ways/new", Need: mayWrite, Handle: p.addWay},
		{Pattern: "POST " + Path + "/{collector}/ways/{way}/off", Need: mayWrite, Handle: p.switchWay(false)},
		{Pattern: "POST " + Path + "/{collector}/ways/{way}/on", Need: mayWrite, Handle: p.switchWay(true)},
		{Pattern: "GET " + Path + "/{collector}/bundles/{bundle}/receipt", Need: mayRead, Handle: p.receipt},
	}
}

type listPage struct {
	r       *http.Request
	Rows    []Collector
	Total   int64
	Filter  Filter
	Units   []ui.Option
	Now     time.Time
	First   string
	Next    string
	MayAdd  bool
	Address string // where collectors come in; "" when the centre does not listen
}

const onPage = 50

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), Unit: q.Get("unit"), State: State(q.Get("state")), After: q.Get("after")}
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, Filter: filter(r), Now: p.svc.Now(), MayAdd: auth.May(ctx, mayWrite), Address: p.svc.Address()}
	v.Filter.Limit = onPage + 1
	var err error
	if v.Rows, v.Total, err = p.svc.List(ctx, v.Filter); err != nil {
		return err
	}
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	if len(v.Rows) > onPage {
		v.Rows = v.Rows[:onPage]
		v.Next = web.With(r, "after", string(v.Rows[onPage-1].ID))
	}
	if v.Filter.After != "" {
		v.First = web.With(r, "after", "")
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "collector.title"), Body: listView(v)})
}

// export handles GET /collectors.csv and .xlsx: every collector that the list's
// filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		units, err := p.choices.Units(ctx)
		if err != nil {
			return err
		}
		now := p.svc.Now()
		sh := web.Sheet{Name: "collectors"}
		for _, key := range []string{"name", "unit", "state", "seen", "version", "backlog", "spool", "next", "missing", "skew", "blocks", "lines", "refused", "note"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "collector.field."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Collector, string, error) {
			f.After = after
			rows, _, err := p.svc.List(ctx, f)
			next := ""
			if len(rows) == f.Limit {
				next = string(rows[len(rows)-1].ID)
			}
			return rows, next, err
		}, func(rows []Collector) ([][]any, error) {
			var out [][]any
			for _, c := range rows {
				out = append(out, []any{c.Name, labelOf(units, c.Unit), stateText(ctx, c.State(now)), c.SeenAt, c.Said.Version, c.Backlog(), c.Said.Bytes,
					int64(c.Next()), c.Missing().String(), int64(c.Skew.Round(time.Second) / time.Second), c.Blocks, c.Lines, c.Said.Refused, c.Note})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

func labelOf(options []ui.Option, id string) string {
	for _, o := range options {
		if o.Value == id {
			return strings.TrimSpace(o.Label) // options are indented as a tree
		}
	}
	return ""
}

func stateText(ctx context.Context, s State) string { return i18n.T(ctx, "collector.state."+string(s)) }

func badge(ctx context.Context, s State) ui.BadgeProps {
	tone := map[State]ui.Tone{Fine: ui.OK, Behind: ui.Warn, Near: ui.Warn, Silent: ui.Bad, Full: ui.Bad, Copied: ui.Bad, Waiting: ui.Info, Lapsed: ui.Warn, Revoked: ui.NoData}[s]
	return ui.BadgeProps{Text: stateText(ctx, s), Tone: tone}
}

type formPage struct {
	In     Collector
	Units  []ui.Option
	Errors map[string]string
}

func (v formPage) isNew() bool { return v.In.ID == "" }

func (v formPage) action() string {
	if v.isNew() {
		return Path + "/new"
	}
	return Path + "/" + string(v.In.ID) + "/edit"
}

func (v formPage) back() string {
	if v.isNew() {
		return Path
	}
	return Path + "/" + string(v.In.ID)
}

func (v formPage) title(ctx context.Context) string {
	if v.isNew() {
		return i18n.T(ctx, "collector.new")
	}
	return i18n.T(ctx, "collector.edit")
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	var err error
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: formView(v)})
}

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	return p.renderForm(w, r, http.StatusOK, formPage{In: Collector{Unit: cmp.Or(r.URL.Query().Get("unit"), actor.Home)}})
}

// rhythm is the chosen one; 0 when none was given, which is the usual one, and -1
// for what is no number, which Check refuses.
func rhythm(r *http.Request) int64 { return count(r.PostFormValue("rhythm")) }

// create handles POST /collectors/new. Form: name, unit, note, rhythm. The code
// is on the answered page, once.
func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{In: Collector{Name: r.PostFormValue("name"), Unit: r.PostFormValue("unit"), Note: r.PostFormValue("note"), Rhythm: rhythm(r)}}
	c, code, err := p.svc.Create(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.tell(w, r, c, code)
}

type codePage struct {
	Collector   Collector
	Code        string
	Address     string
	Fingerprint string
}

// command is what is typed at the collector.
func (v codePage) command() string {
	return "vonggac collect enroll --centre " + cmp.Or(v.Address, "https://CENTRE:6515") + " --code " + v.Code
}

func (p *Pages) tell(w http.ResponseWriter, r *http.Request, c Collector, code string) error {
	v := codePage{Collector: c, Code: code, Address: p.svc.Address()}
	var err error
	if v.Fingerprint, err = p.svc.Fingerprint(); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "collector.code"), Body: codeView(v)})
}

func id(r *http.Request) ID { return ID(r.PathValue("collector")) }

func formVersion(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

func (p *Pages) askEdit(w http.ResponseWriter, r *http.Request) error {
	c, err := p.svc.Get(r.Context(), id(r))
	if err != nil {
		return err
	}
	return p.renderForm(w, r, http.StatusOK, formPage{In: c})
}

// edit handles POST /collectors/{collector}/edit. Form: name, note, rhythm,
// version.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, err := p.svc.Change(ctx, id(r), r.PostFormValue("name"), r.PostFormValue("note"), rhythm(r), formVersion(r))
	if errs := web.Errors(ctx, err); errs != nil {
		c, err := p.svc.Get(ctx, id(r))
		if err != nil {
			return err
		}
		c.Name, c.Note, c.Rhythm, c.Version = r.PostFormValue("name"), r.PostFormValue("note"), rhythm(r), formVersion(r)
		return p.renderForm(w, r, http.StatusUnprocessableEntity, formPage{In: c, Errors: errs})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "collector.saved"))
	return web.Redirect(w, r, Path+"/"+string(id(r)))
}

type showPage struct {
	Collector Collector
	Unit      string
	Ways      []Way
	Sources   map[string]Source
	Bundles   []Bundle
	Now       time.Time
	May       bool
}

func (p *Pages) load(r *http.Request) (v showPage, err error) {
	ctx := r.Context()
	v.Now = p.svc.Now()
	if v.Collector, err = p.svc.Get(ctx, id(r)); err != nil {
		return v, err
	}
	if v.May, err = p.svc.MayDecide(ctx, v.Collector); err != nil {
		return v, err
	}
	if v.Ways, v.Sources, err = p.svc.Ways(ctx, v.Collector.ID); err != nil {
		return v, err
	}
	if v.Bundles, err = p.svc.Bundles(ctx, v.Collector.ID); err != nil {
		return v, err
	}
	units, err := p.choices.Units(ctx)
	v.Unit = labelOf(units, v.Collector.Unit)
	return v, err
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Collector.Name, Body: showView(v)})
}

// state answers the part of the page that follows the collector.
func (p *Pages) state(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	return p.site.Fragment(w, r, http.StatusOK, stateView(v))
}

func (p *Pages) askCode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.svc.Get(ctx, id(r))
	if err != nil {
		return err
	}
	v := ui.ConfirmProps{Title: i18n.T(ctx, "collector.code.new"), Effect: i18n.T(ctx, "collector.code.effect", c.Name), Action: Path + "/" + string(c.ID) + "/code",
		Hidden: version(c), Record: record(c), Submit: ui.Submit{Label: i18n.T(ctx, "collector.code.submit")}, Cancel: back(ctx, c)}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Title, Body: ui.Confirm(v)})
}

// code handles POST /collectors/{collector}/code. Form: version.
func (p *Pages) code(w http.ResponseWriter, r *http.Request) error {
	c, code, err := p.svc.NewCode(r.Context(), id(r), formVersion(r))
	if err != nil {
		return err
	}
	return p.tell(w, r, c, code)
}

func version(c Collector) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(c.Version, 10)}}
}

func record(c Collector) ui.Record { return ui.Record{Kind: "collector", ID: string(c.ID)} }

func back(ctx context.Context, c Collector) ui.Link {
	return ui.Link{Label: i18n.T(ctx, "web.back"), Href: Path + "/" + string(c.ID)}
}

func (p *Pages) askRevoke(w http.ResponseWriter, r *http.Request) error {
	return p.renderRevoke(w, r, http.StatusOK, "", nil)
}

func (p *Pages) renderRevoke(w http.ResponseWriter, r *http.Request, status int, reason string, errs map[string]string) error {
	ctx := r.Context()
	c, err := p.svc.Get(ctx, id(r))
	if err != nil {
		return err
	}
	v := ui.ConfirmProps{Title: i18n.T(ctx, "collector.revoke"), Effect: i18n.T(ctx, "collector.revoke.effect", c.Name), Danger: true,
		Action: Path + "/" + string(c.ID) + "/revoke", Hidden: version(c), Record: record(c), Errors: web.FieldErrors(errs),
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "collector.reason"), Value: reason, Error: errs["reason"],
			Required: true, MaxLength: 500}},
		Submit: ui.Submit{Label: i18n.T(ctx, "collector.revoke")}, Cancel: back(ctx, c)}
	return p.site.Render(w, r, status, web.View{Title: v.Title, Body: ui.Confirm(v)})
}

// revoke handles POST /collectors/{collector}/revoke. Form: reason, version.
func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx, reason := r.Context(), r.PostFormValue("reason")
	_, err := p.svc.Revoke(ctx, id(r), reason, formVersion(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderRevoke(w, r, http.StatusUnprocessableEntity, reason, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "collector.revoked"))
	return web.Redirect(w, r, Path+"/"+string(id(r)))
}

type wayForm struct {
	Collector    Collector
	In           Way
	Lines, Bytes string // as typed
	Sources      []ui.Option
	Errors       map[string]string
}

func (p *Pages) renderWay(w http.ResponseWriter, r *http.Request, status int, v wayForm) error {
	ctx := r.Context()
	var err error
	if v.Collector, err = p.svc.Get(ctx, id(r)); err != nil {
		return err
	}
	if v.Sources, err = p.choices.Sources(ctx, v.Collector.Unit); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "collector.way.new"), Body: wayView(v)})
}

// askWay handles GET /collectors/{collector}/ways/new. Query: kind, network,
// host, path of a sender that nobody knows yet.
func (p *Pages) askWay(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.renderWay(w, r, http.StatusOK, wayForm{In: Way{Kind: cmp.Or(q.Get("kind"), Kinds()[0]), Network: q.Get("network"), Host: q.Get("host"), Path: q.Get("path")}})
}

// count reads a number that a person typed, spaces and dots between thousands
// included; nothing is 0 and what is no number -1, which Check refuses.
func count(text string) int64 {
	text = strings.NewReplacer(" ", "", "\u00a0", "", ".", "").Replace(text)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// addWay handles POST /collectors/{collector}/ways/new. Form: source, kind,
// listener, network, host, path, lines, bytes, note.
func (p *Pages) addWay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := wayForm{Lines: r.PostFormValue("lines"), Bytes: r.PostFormValue("bytes")}
	v.In = Way{Collector: id(r), Source: r.PostFormValue("source"), Kind: r.PostFormValue("kind"), Listener: r.PostFormValue("listener"),
		Network: r.PostFormValue("network"), Host: r.PostFormValue("host"), Path: r.PostFormValue("path"), Note: r.PostFormValue("note"),
		Lines: count(v.Lines), Bytes: count(v.Bytes)}
	_, token, err := p.svc.AddWay(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderWay(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if token != "" {
		c, err := p.svc.Get(ctx, id(r))
		if err != nil {
			return err
		}
		return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "collector.token"), Body: tokenView(c, token)})
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "collector.way.added"))
	return web.Redirect(w, r, Path+"/"+string(id(r)))
}

// switchWay handles POST /collectors/{collector}/ways/{way}/off and /on. Form:
// version.
func (p *Pages) switchWay(on bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := p.svc.SwitchWay(r.Context(), id(r), WayID(r.PathValue("way")), on, formVersion(r)); err != nil {
			return err
		}
		p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "collector.saved"))
		return web.Redirect(w, r, Path+"/"+string(id(r)))
	}
}

func (p *Pages) askBundle(w http.ResponseWriter, r *http.Request) error {
	return p.renderBundle(w, r, http.StatusOK, nil)
}

func (p *Pages) renderBundle(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "collector.bundle"), Body: bundleView(errs)})
}

// bundle handles POST /collectors/bundle, multipart: one part named "file",
// which streams to disk as it comes.
func (p *Pages) bundle(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	none := func() error {
		return p.renderBundle(w, r, http.StatusUnprocessableEntity, map[string]string{"file": i18n.T(ctx, "collector.bad.no_file")})
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return none()
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return none()
		}
		if err != nil {
			return err
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		b, err := p.svc.Accept(ctx, part)
		if errs := web.Errors(ctx, err); errs != nil {
			return p.renderBundle(w, r, http.StatusUnprocessableEntity, errs)
		}
		if err != nil {
			return err
		}
		p.site.Flash(ctx, b.tone(), b.words(ctx))
		return web.Redirect(w, r, Path+"/"+string(b.Collector)+"#bundles")
	}
}

// receipt handles GET /collectors/{collector}/bundles/{bundle}/receipt.
func (p *Pages) receipt(w http.ResponseWriter, r *http.Request) error {
	b, err := p.svc.Bundle(r.Context(), id(r), BundleID(r.PathValue("bundle")))
	if err != nil {
		return err
	}
	if b.Receipt == "" {
		return fault.Missing("collector.receipt")
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename=\"vonggac-"+strconv.FormatInt(b.Number, 10)+".receipt\"")
	_, err = io.WriteString(w, b.Receipt)
	return err
}
