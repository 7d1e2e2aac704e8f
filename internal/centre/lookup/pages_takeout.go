// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// takeoutForm is the step before a long result becomes a file.
type takeoutForm struct {
	t     typed
	why   Why
	form  string
	found int64
	errs  map[string]string
}

// newTakeout handles GET /events/takeouts/new. Query: the fields of the page, why.
func (p *Pages) newTakeout(w http.ResponseWriter, r *http.Request) error {
	return p.renderTakeout(w, r, http.StatusOK, takeoutForm{t: typed{Values: r.URL.Query()}, form: string(Parquet)})
}

func (p *Pages) renderTakeout(w http.ResponseWriter, r *http.Request, status int, v takeoutForm) error {
	ctx := r.Context()
	q, _ := v.t.question(p.svc.Now())
	var err error
	if v.why, err = p.svc.Given(ctx, q.Why); fault.Is(err, fault.Invalid) {
		return web.Redirect(w, r, v.t.with(fieldWhy, ""))
	}
	if err != nil {
		return err
	}
	if v.found, err = p.svc.Found(ctx, q); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "lookup.takeout.title"), Body: takeoutFormView(v)})
}

// takeOut handles POST /events/takeouts. Form: the fields of the page, why, form.
func (p *Pages) takeOut(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := takeoutForm{form: r.PostFormValue("form")}
	values := typed{Values: r.PostForm}.copied()
	values.Del("form")
	v.t = typed{Values: values}
	q, _ := v.t.question(p.svc.Now())
	_, err := p.svc.TakeOut(ctx, q, v.t.oldest(), Form(v.form), exportHeads(ctx))
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderTakeout(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "lookup.takeout.asked"))
	return web.Redirect(w, r, takeoutPath)
}

type takeoutsPage struct {
	p    *Pages
	list []Takeout
}

// takeouts handles GET /events/takeouts.
func (p *Pages) takeouts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.svc.Takeouts(ctx)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "lookup.takeouts"), Body: takeoutsView(takeoutsPage{p, list})})
}

// download handles GET /events/takeouts/{takeout}/file.
func (p *Pages) download(w http.ResponseWriter, r *http.Request) error {
	t, file, err := p.svc.OpenTakeout(r.Context(), r.PathValue("takeout"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "events-" + t.AskedAt.In(i18n.Hanoi).Format("20060102-150405") + "." + string(t.Form)}))
	h.Set("Content-Length", strconv.FormatInt(t.Size, 10))
	h.Set("X-Content-SHA256", t.SHA256)
	_, err = io.Copy(w, file)
	return errors.Join(err, file.Close())
}

func (v takeoutsPage) props(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "lookup.takeouts"), Total: int64(len(v.list)), Heads: []ui.Head{{Label: i18n.T(ctx, "lookup.takeout.asked_at")}, {Label: i18n.T(ctx, "lookup.range")},
		{Label: i18n.T(ctx, "lookup.reason")}, {Label: i18n.T(ctx, "lookup.steps.rows"), Numeric: true}, {Label: i18n.T(ctx, "lookup.takeout.state")}, {Label: "SHA-256"}},
		Empty: ui.EmptyProps{Icon: ui.IconDownload, Title: i18n.T(ctx, "lookup.takeouts.none"), Text: i18n.T(ctx, "lookup.takeouts.none.text"),
			Action: &ui.Action{Label: i18n.T(ctx, "lookup.title"), Href: path, Icon: ui.IconSearch}}}
	for _, t := range v.list {
		l.Rows = append(l.Rows, ui.Row{ID: t.ID, Name: i18n.Time(ctx, t.AskedAt), Cells: []templ.Component{ui.Time(t.AskedAt),
			ui.Text(i18n.T(ctx, "lookup.period", i18n.Time(ctx, t.From), i18n.Time(ctx, t.To))), ui.Text(t.Reason), rowsCell(t), v.stateCell(ctx, t), ui.Code(t.SHA256)}})
	}
	return l
}

// stateCell is how far a file is, or the file.
func (v takeoutsPage) stateCell(ctx context.Context, t Takeout) templ.Component {
	switch {
	case t.SHA256 != "":
		return ui.Anchor(ui.Link{Label: i18n.T(ctx, "lookup.takeout.get", string(t.Form), i18n.Bytes(ctx, t.Size)), Href: takeoutPath + "/" + t.ID + "/file", Icon: ui.IconDownload})
	case t.Job.State == jobs.Failed:
		return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "lookup.takeout.failed"), Tone: ui.Bad})
	case t.Job.State == jobs.Cancelled:
		return ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "lookup.takeout.cancelled"), Tone: ui.Neutral})
	}
	text := i18n.T(ctx, "lookup.takeout.writing", i18n.Number(ctx, t.Job.Done), i18n.Number(ctx, min(t.Found, MaxTakeout)))
	if v.p.near.Task == nil || t.Job.ID == "" {
		return ui.Text(text)
	}
	return ui.Anchor(ui.Link{Label: text, Href: v.p.near.Task(t.Job.ID), Icon: ui.IconRunning})
}
