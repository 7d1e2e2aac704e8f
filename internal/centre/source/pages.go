// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Key is a key with which a program sends logs, as the pages show it.
type Key struct {
	ID, Name          string
	CreatedAt, UsedAt time.Time
	Revoked           bool
}

// Neighbours are what the screens need from other rooms; app gives them.
type Neighbours struct {
	Units  func(ctx context.Context) ([]ui.Option, error)        // units in the actor's scope
	Keys   func(ctx context.Context, unit string) ([]Key, error) // of programs that may feed unit
	NewKey func(ctx context.Context, name, unit string) (secret string, err error)
	Revoke func(ctx context.Context, id string) error
	// Armed is how many indicators a file would be compared with now, of those
	// that the actor of ctx may see: a closed list of others is not counted.
	Armed func(ctx context.Context) (int64, error)
	Link  func(path string) string // the full address of a path
	Task  func(job string) string  // the page of a running job; nil without
	// Receive is where senders of a kind reach the centre: "10.1.1.5:514", for HTTP
	// the beginning of an address. listener may be "". nil, or an empty answer:
	// not known here.
	Receive func(kind WayKind, listener string) string
	// Strangers are the senders that no way fits, as the listeners of this process
	// saw them; nil without listeners.
	Strangers func() []Stranger
	// Explained is what may explain that a source is silent: a collector that is
	// not heard of; nil when there is none. May be nil.
	Explained func(ctx context.Context, id ID) (*ui.AlertProps, error)
	// Reception is how what receives the lines of a source does now. May be nil.
	Reception func(ctx context.Context, id ID) Reception
	// Root is the unit that runs the centre.
	Root func(ctx context.Context) (string, error)
}

// Pages are the room's screens and its part of the API.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages { return &Pages{site, svc, near} }

// Routes lists the screens and the API.
func (p *Pages) Routes() []web.Route {
	room := p.svc.Limit + 1<<20 // the form around the file
	return slices.Concat(p.watchRoutes(), p.mappingRoutes(), []web.Route{
		{Pattern: "GET /sources", Need: mayRead, Handle: p.list},
		{Pattern: "GET /sources.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /sources.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET /sources/new", Need: mayWrite, Handle: p.add},
		{Pattern: "POST /sources/new", Need: mayWrite, Handle: p.addPost},
		{Pattern: "GET /sources/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /sources/{id}/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "POST /sources/{id}/edit", Need: mayWrite, Handle: p.editPost},
		{Pattern: "POST /sources/{id}/upload", Need: mayWrite, Body: room, Packed: true, Handle: p.upload},
		{Pattern: "POST /sources/{id}/keys", Need: mayWrite, Handle: p.newKey},
		{Pattern: "POST /sources/{id}/keys/{key}/revoke", Need: mayWrite, Handle: p.revoke},
		{Pattern: "GET /files/{file}", Need: mayRead, Handle: p.file},
		{Pattern: "GET /files/{file}/state", Need: mayRead, Handle: p.fileState},
		{Pattern: "POST /api/v1/ingest/{source}", Need: mayWrite, API: true, Body: p.svc.Limit, Handle: p.ingest},
		{Pattern: "GET /api/v1/files/{file}", Need: mayWrite, API: true, Handle: p.fileAPI},
	})
}

type listPage struct {
	r       *http.Request
	Sources []Listed
	Total   int64
	Filter  Filter
	Units   []ui.Option
	First   string // the first page; empty when this is it
	Next    string
	MayAdd  bool
	Strange bool // the actor may look at senders nobody knows
}

const onPage = 50

func (v listPage) unit(id string) string { return labelOf(v.Units, id) }

func labelOf(options []ui.Option, id string) string {
	for _, o := range options {
		if o.Value == id {
			return strings.TrimSpace(o.Label) // options are indented as a tree
		}
	}
	return ""
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := listPage{r: r, Filter: Filter{Search: q.Get("q"), Unit: q.Get("unit"), Life: Life(q.Get("state")), After: q.Get("after"), Limit: onPage + 1}, MayAdd: auth.May(ctx, mayWrite)}
	var err error
	if v.Sources, v.Total, err = p.svc.List(ctx, v.Filter); err != nil {
		return err
	}
	if v.Units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.Strange, err = p.mayMeet(ctx); err != nil {
		return err
	}
	if len(v.Sources) > onPage {
		v.Sources = v.Sources[:onPage]
		v.Next = web.With(r, "after", string(v.Sources[onPage-1].ID))
	}
	if v.Filter.After != "" {
		v.First = web.With(r, "after", "")
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "source.list.title"), Body: listView(v)})
}

type formPage struct {
	In     Source
	New    bool
	Units  []ui.Option
	Errors map[string]string
}

func (v formPage) formats(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "source.format.auto")}}
	for _, f := range format.Logs() {
		out = append(out, ui.Option{Value: f.Name, Label: formatTitle(ctx, f.Name)})
	}
	return append(out, ui.Option{Value: ByMapping, Label: formatTitle(ctx, ByMapping)})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	units, err := p.near.Units(ctx)
	if err != nil {
		return err
	}
	v.Units = units
	title := "source.edit.title"
	if v.New {
		title = "source.new.title"
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, title), Body: formView(v)})
}

func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	return p.renderForm(w, r, http.StatusOK, formPage{New: true, In: Source{Owner: cmp.Or(r.URL.Query().Get("unit"), actor.Home)}})
}

// formSource reads the form fields name, unit, format, zone, note, closed,
// version.
func formSource(r *http.Request) (Source, error) {
	s := Source{ID: ID(r.PathValue("id")), Name: r.PostFormValue("name"), Owner: r.PostFormValue("unit"), Format: r.PostFormValue("format"),
		Zone: r.PostFormValue("zone"), Note: r.PostFormValue("note"), Closed: r.PostFormValue("closed") != ""}
	if text := r.PostFormValue("version"); text != "" {
		version, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return s, &fault.Error{Kind: fault.Conflict, Op: "source.form", Err: err}
		}
		s.Version = version
	}
	return s, nil
}

func (p *Pages) addPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := formSource(r)
	if err != nil {
		return err
	}
	src, err := p.svc.Create(ctx, in)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, formPage{In: in, New: true, Errors: errs})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.flash.created"))
	if src.Format == ByMapping { // nothing can be received without one
		return web.Redirect(w, r, mappingHref(src.ID))
	}
	return web.Redirect(w, r, "/sources/"+string(src.ID))
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	src, err := p.svc.Get(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.renderForm(w, r, http.StatusOK, formPage{In: src})
}

func (p *Pages) editPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := formSource(r)
	if err != nil {
		return err
	}
	if _, err = p.svc.Update(ctx, in); err != nil {
		if errs := web.Errors(ctx, err); errs != nil {
			return p.renderForm(w, r, http.StatusUnprocessableEntity, formPage{In: in, Errors: errs})
		}
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.flash.saved"))
	return web.Redirect(w, r, "/sources/"+string(in.ID))
}

const filesOnPage = 25

type showPage struct {
	Source  Source
	Mapping Mapping // the version in force; Seq 0 when there is none
	Unit    string
	Files   []File
	Work    map[FileID]Work
	Total   int64
	Next    string
	Keys    []Key
	Secret  string // of a key just made, shown once
	Armed   int64
	May     bool
	At      string // address programs send to
	Errors  map[string]string
	watchPart
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderShow(w, r, http.StatusOK, showPage{})
}

func (p *Pages) renderShow(w http.ResponseWriter, r *http.Request, status int, v showPage) error {
	ctx := r.Context()
	src, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v.Source, v.May = src, auth.May(ctx, mayWrite)
	if all, err := p.svc.Mappings(ctx, src.ID); err != nil {
		return err
	} else if len(all) > 0 {
		v.Mapping = all[0]
	}
	if v.Armed, err = p.near.Armed(ctx); err != nil {
		return err
	}
	v.At = p.near.Link("/api/v1/ingest/" + string(src.ID))
	if v.Files, v.Total, err = p.svc.Files(ctx, src.ID, r.URL.Query().Get("before"), filesOnPage); err != nil {
		return err
	}
	v.Work = map[FileID]Work{}
	for _, f := range v.Files {
		if v.Work[f.ID], err = p.svc.Work(ctx, f); err != nil {
			return err
		}
	}
	if len(v.Files) == filesOnPage {
		v.Next = "/sources/" + string(src.ID) + "?before=" + string(v.Files[filesOnPage-1].ID)
	}
	units, err := p.near.Units(ctx)
	if err != nil {
		return err
	}
	v.Unit = labelOf(units, src.Owner)
	if err := p.loadWatch(ctx, &v); err != nil {
		return err
	}
	if v.May {
		if v.Keys, err = p.near.Keys(ctx, src.Owner); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: src.Name, Body: showView(v)})
}

// upload handles POST /sources/{id}/upload, multipart, any number of parts
// named "file"; each streams to disk as it comes.
func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Bad("source.upload", "file", "source.bad.no_file")
	}
	var last File
	n, again := 0, 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		name, err := web.PartName(part)
		if err != nil {
			return err
		}
		f, known, err := p.svc.Receive(ctx, id, path.Base(name), ByPage, part)
		if errs := web.Errors(ctx, err); errs != nil {
			return p.renderShow(w, r, http.StatusUnprocessableEntity, showPage{Errors: errs})
		}
		if err != nil {
			return err
		}
		last = f
		n++
		if known {
			again++
		}
	}
	switch {
	case n == 0:
		return p.renderShow(w, r, http.StatusUnprocessableEntity, showPage{Errors: map[string]string{"file": i18n.T(ctx, "source.bad.no_file")}})
	case again > 0:
		p.site.Flash(ctx, ui.Info, i18n.T(ctx, "source.flash.again", again))
	default:
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.flash.received", n))
	}
	if n == 1 {
		return web.Redirect(w, r, "/files/"+string(last.ID))
	}
	return web.Redirect(w, r, "/sources/"+string(id))
}

// newKey handles POST /sources/{id}/keys. Form: name. The secret is on the
// answered page once.
func (p *Pages) newKey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	src, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	secret, err := p.near.NewKey(ctx, r.PostFormValue("name"), src.Owner)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderShow(w, r, http.StatusUnprocessableEntity, showPage{Errors: errs})
	}
	if err != nil {
		return err
	}
	return p.renderShow(w, r, http.StatusOK, showPage{Secret: secret})
}

func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err // a source the actor does not see has no keys to end
	}
	if err := p.near.Revoke(ctx, r.PathValue("key")); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.flash.revoked"))
	return web.Redirect(w, r, "/sources/"+r.PathValue("id"))
}

type filePage struct {
	File   File
	Source Source
	Work   Work
	MayRun bool   // the reader may have the work done again
	Task   string // the page of the work; empty when there is none
}

func (p *Pages) load(r *http.Request) (v filePage, err error) {
	if v.File, err = p.svc.File(r.Context(), FileID(r.PathValue("file"))); err != nil {
		return v, err
	}
	ctx := r.Context()
	if v.Source, err = p.svc.Get(ctx, v.File.Source); err != nil {
		return v, err
	}
	if v.Work, err = p.svc.Work(ctx, v.File); err != nil {
		return v, err
	}
	v.MayRun = auth.May(ctx, mayWrite)
	if p.near.Task != nil && v.Work.ID != "" {
		v.Task = p.near.Task(v.Work.ID)
	}
	return v, nil
}

func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.File.Name, Body: fileView(v)})
}

// fileState answers the part of the page that follows the work.
func (p *Pages) fileState(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	if v.File.State == Done || v.File.State == Broken || v.Work.GivenUp() {
		w.Header().Set("HX-Refresh", "true") // the account is ready: show the whole page
	}
	return p.site.Fragment(w, r, http.StatusOK, jobView(v))
}

// reasons lists counts by reason, most first.
func reasons(by map[format.Reason]int64) []format.Reason {
	var out []format.Reason
	for why := range by {
		out = append(out, why)
	}
	slices.SortFunc(out, func(a, b format.Reason) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b))
	})
	return out
}

// received is the API's word on a file. Counts are lines; State is "waiting",
// "running", "done" or "broken".
type received struct {
	ID       FileID                  `json:"id"`
	SHA256   string                  `json:"sha256"`
	Size     int64                   `json:"size"`
	State    State                   `json:"state"`
	Again    bool                    `json:"already_received"`
	Format   string                  `json:"format,omitempty"`
	Lines    int64                   `json:"lines"`
	Parsed   int64                   `json:"parsed"`
	Skipped  map[format.Reason]int64 `json:"skipped"`
	Rejected map[format.Reason]int64 `json:"rejected"`
	Hits     int64                   `json:"hits"`
	Problem  string                  `json:"problem,omitempty"`
}

func answer(ctx context.Context, f File, again bool) received {
	out := received{ID: f.ID, SHA256: f.SHA256, Size: f.Size, State: f.State, Again: again, Format: f.Format, Lines: f.Account.Lines,
		Parsed: f.Account.Parsed, Skipped: f.Account.Skipped, Rejected: f.Account.Rejected, Hits: f.Account.Hits}
	if f.Problem != "" {
		out.Problem = i18n.T(ctx, f.Problem, f.Line)
	}
	return out
}

// ingest handles POST /api/v1/ingest/{source}: the body is one log, plain,
// gzip or zstd; its name comes in Content-Disposition or X-File-Name. 202 when
// stored (the work goes on), 200 when the same bytes were received before.
func (p *Pages) ingest(w http.ResponseWriter, r *http.Request) error {
	name := r.Header.Get("X-File-Name")
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		name = params["filename"]
	}
	f, again, err := p.svc.Receive(r.Context(), ID(r.PathValue("source")), path.Base(name), ByAPI, r.Body)
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	if again {
		status = http.StatusOK
	}
	w.Header().Set("Location", "/api/v1/files/"+string(f.ID))
	web.WriteJSON(w, status, answer(r.Context(), f, again))
	return nil
}

// fileAPI handles GET /api/v1/files/{file}: whoever may send follows what became
// of the file.
func (p *Pages) fileAPI(w http.ResponseWriter, r *http.Request) error {
	f, err := p.svc.Sent(r.Context(), FileID(r.PathValue("file")))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, answer(r.Context(), f, false))
	return nil
}
