// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// mappingBody is the most that a form with a mapping file and a sample brings.
const mappingBody = 2 << 20

// mappingRoutes are the addresses of a source's mapping file.
func (p *Pages) mappingRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /sources/{id}/mapping", Need: mayRead, Handle: p.mapping},
		{Pattern: "POST /sources/{id}/mapping", Need: mayWrite, Body: mappingBody, Handle: p.setMapping},
	}
}

type mappingPage struct {
	src      Source
	all      []Mapping
	text     string
	sample   string
	version  int64
	trial    *Trial
	may      bool
	shown    int64 // version of text; 0 when it was typed
	errs     map[string]string
	meanings []format.Meaning
}

// mappingExample is where a new mapping file begins.
const mappingExample = `name: proxy-x
title: Proxy X
form: csv
separator: ";"
columns: [when, who, site, verdict]
fields:
  when: time
  who: src
  site: dst_host
  verdict: action
actions: {PASS: allowed, STOP: blocked}
`

// mapping handles GET /sources/{id}/mapping. Query: v, the version to show.
func (p *Pages) mapping(w http.ResponseWriter, r *http.Request) error {
	return p.renderMapping(w, r, http.StatusOK, mappingPage{})
}

func (p *Pages) renderMapping(w http.ResponseWriter, r *http.Request, status int, v mappingPage) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	var err error
	if v.src, err = p.svc.Get(ctx, id); err != nil {
		return err
	}
	if v.all, err = p.svc.Mappings(ctx, id); err != nil {
		return err
	}
	v.may, v.meanings = auth.May(ctx, mayWrite), format.Meanings()
	if v.version == 0 {
		v.version = v.src.Version
	}
	if r.Method == http.MethodGet {
		v.text = mappingExample
		if len(v.all) > 0 {
			v.text, v.shown = v.all[0].Text, v.all[0].Seq
		}
		if i := slices.IndexFunc(v.all, func(m Mapping) bool { return strconv.FormatInt(m.Seq, 10) == r.URL.Query().Get("v") }); i >= 0 {
			v.text, v.shown = v.all[i].Text, v.all[i].Seq
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "source.mapping.title"), Body: mappingView(v)})
}

// setMapping handles POST /sources/{id}/mapping, multipart. Form: text, file in
// its place, sample, sample_file in its place, version, do ("try" or "save").
func (p *Pages) setMapping(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	form, err := mappingForm(r)
	if err != nil {
		return err
	}
	v := mappingPage{text: form["text"], sample: form["sample"]}
	if v.version, err = strconv.ParseInt(form["version"], 10, 64); err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "source.setMapping", Err: err}
	}
	if form["do"] == "try" {
		t, err := p.svc.TryMapping(ctx, id, v.text, v.sample)
		if v.errs = web.Errors(ctx, err); v.errs != nil {
			return p.renderMapping(w, r, http.StatusUnprocessableEntity, v)
		}
		if err != nil {
			return err
		}
		v.trial = &t
		return p.renderMapping(w, r, http.StatusOK, v)
	}
	m, err := p.svc.SetMapping(ctx, id, v.version, v.text)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderMapping(w, r, http.StatusUnprocessableEntity, v)
	}
	if fault.Is(err, fault.Conflict) { // what was typed stays, and the next try is against what is there now
		v.errs, v.version = map[string]string{"": i18n.T(ctx, "source.mapping.late")}, 0
		return p.renderMapping(w, r, http.StatusConflict, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.mapping.saved", i18n.Number(ctx, m.Seq)))
	return web.Redirect(w, r, "/sources/"+string(id))
}

// mappingForm reads the form's texts. A file that is sent stands in place of the
// text beside it.
func mappingForm(r *http.Request) (map[string]string, error) {
	const op = "source.mappingForm"
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Err: err}
	}
	texts, files := map[string]string{}, map[string]string{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		text, err := web.PartText(part, mappingBody)
		if err != nil {
			return nil, err
		}
		if to := map[string]string{"file": "text", "sample_file": "sample"}[part.FormName()]; to == "" {
			texts[part.FormName()] = text
		} else if sent(part) && text != "" {
			files[to] = text
		}
	}
	maps.Copy(texts, files)
	return texts, nil
}

func sent(part *multipart.Part) bool { return part.FileName() != "" }

func (v mappingPage) crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "source.list.title"), Href: "/sources"}, {Label: v.src.Name, Href: "/sources/" + string(v.src.ID)}}
}

func mappingHref(id ID) string { return "/sources/" + string(id) + "/mapping" }

// versions are the rows of the history.
func (v mappingPage) versions(ctx context.Context) ui.ListProps {
	head := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, "source.mapping."+key)} }
	l := ui.ListProps{Caption: i18n.T(ctx, "source.mapping.versions"), Total: int64(len(v.all)),
		Heads: []ui.Head{head("version"), head("name"), head("at"), head("by")},
		Empty: ui.EmptyProps{Icon: ui.IconHistory, Title: i18n.T(ctx, "source.mapping.empty"), Text: i18n.T(ctx, "source.mapping.empty.text")}}
	for _, m := range v.all {
		n := strconv.FormatInt(m.Seq, 10)
		l.Rows = append(l.Rows, ui.Row{ID: n, Name: n, Href: mappingHref(v.src.ID) + "?v=" + n, Cells: []templ.Component{ui.Text(n), ui.Text(m.Title), ui.Time(m.At), ui.Text(m.By)}})
	}
	return l
}

// read are the events of a trial.
func (t *Trial) read(ctx context.Context) ui.ListProps {
	head := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, "source.trial."+key)} }
	l := ui.ListProps{Caption: i18n.T(ctx, "source.trial.events"), Heads: []ui.Head{head("time"), head("src"), head("dst"), head("what"), head("action")},
		Total: int64(len(t.Events)), Empty: ui.EmptyProps{Icon: ui.IconFile, Title: i18n.T(ctx, "source.trial.nothing"), Text: i18n.T(ctx, "source.trial.nothing.text")}}
	for i, a := range t.Events {
		action := ui.None()
		if a.Action != event.Unsaid {
			action = ui.Text(i18n.T(ctx, map[event.Action]string{event.Allowed: "source.trial.allowed", event.Blocked: "source.trial.blocked"}[a.Action]))
		}
		l.Rows = append(l.Rows, ui.Row{ID: strconv.Itoa(i), Name: strconv.Itoa(i + 1), Cells: []templ.Component{ui.Time(a.Time), cell(end(a.Src)), cell(end(a.Dst)), cell(what(a)), action}})
	}
	return l
}

func cell(text string) templ.Component {
	if text == "" {
		return ui.None()
	}
	return ui.Code(text)
}

// mappingLink names what the link to the mapping file is for.
func mappingLink(ctx context.Context, v showPage) string {
	switch {
	case v.May && v.Mapping.Seq == 0:
		return i18n.T(ctx, "source.mapping.add")
	case v.May:
		return i18n.T(ctx, "source.mapping.edit")
	}
	return i18n.T(ctx, "source.mapping.see")
}

// fileFormat is how a file was read.
func fileFormat(ctx context.Context, f File) string {
	if f.Mapping != 0 {
		return i18n.T(ctx, "source.mapping.of_file", i18n.Number(ctx, f.Mapping))
	}
	return formatTitle(ctx, f.Format)
}

// end is one end of an activity: name, address and port, as far as they are said.
func end(e event.Endpoint) string {
	out := e.Host
	if e.Addr.IsValid() && e.Host != e.Addr.String() {
		out = strings.TrimSpace(out + " " + e.Addr.String())
	}
	switch {
	case e.Port == 0:
	case e.Addr.IsValid() && e.Host == "":
		return netip.AddrPortFrom(e.Addr, e.Port).String()
	default:
		out = strings.TrimSpace(out + " :" + strconv.Itoa(int(e.Port)))
	}
	return out
}

// what is the rest of an activity that is looked up or shown, parted by points.
func what(a event.Activity) string {
	var out []string
	for _, text := range append([]string{a.HTTP.URL, a.Query, a.TLS.SNI, a.File.Name, a.File.SHA256, a.File.SHA1, a.File.MD5, a.TLS.JA3, a.TLS.JA4, a.Email.From}, a.Email.To...) {
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if len(out) == 0 && a.Title != "" {
		out = append(out, a.Title)
	}
	return cutWord(strings.Join(out, " · "))
}
