// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"net/http"
	"net/url"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// keepPage is the step that keeps a question.
type keepPage struct {
	query url.Values // of the page of events, with why
	hunt  string
	note  string
	open  []ui.Option
	errs  map[string]string
}

// choose handles GET /threat-hunts/keep. Query: that of the page of events, why,
// hunt (chosen beforehand).
func (p *RecordPages) choose(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := keepPage{query: q, hunt: q.Get("hunt")}
	q.Del("hunt")
	return p.renderKeep(w, r, http.StatusOK, v)
}

func (p *RecordPages) renderKeep(w http.ResponseWriter, r *http.Request, status int, v keepPage) error {
	ctx := r.Context()
	page, err := p.svc.Hunted(ctx, RecordFilter{State: Open, Limit: chunk})
	if err != nil {
		return err
	}
	for _, h := range page.Rows {
		v.open = append(v.open, ui.Option{Value: string(h.ID), Label: h.Code + " · " + h.Title})
	}
	if len(v.open) == 1 && v.hunt == "" { // which else
		v.hunt = v.open[0].Value
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "hunt.keep.title"), Body: keepView(v)})
}

// keep handles POST /threat-hunts/keep: asks the question again and keeps what
// it finds. Form: hunt ("new" or an id), note, query.
func (p *RecordPages) keep(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	raw := r.PostFormValue("query")
	values, err := url.ParseQuery(raw)
	if err != nil {
		values = url.Values{}
	}
	v := keepPage{query: values, hunt: r.PostFormValue("hunt"), note: r.PostFormValue("note")}
	switch v.hunt {
	case "":
		v.errs = map[string]string{"hunt": i18n.T(ctx, "hunt.bad.hunt")}
		return p.renderKeep(w, r, http.StatusUnprocessableEntity, v)
	case "new":
		return p.renderPlan(w, r, http.StatusOK, planPage{keep: values.Encode()})
	}
	if _, err := p.svc.Of(ctx, RecordID(v.hunt)); err != nil {
		return err
	}
	why := values.Get("why")
	values.Del("why")
	q, err := p.near.Asked(ctx, values.Encode(), why)
	if fault.Is(err, fault.Invalid) {
		p.site.Flash(ctx, ui.Warn, i18n.T(ctx, "hunt.keep.again"))
		return web.Redirect(w, r, "/events?"+values.Encode()) // where the reason is asked for, and what is wrong is said
	}
	if err != nil {
		return err
	}
	q.Query, q.Note = values.Encode(), v.note
	h, err := p.svc.Keep(ctx, RecordID(v.hunt), q)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		values.Set("why", why)
		return p.renderKeep(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "hunt.done.kept", i18n.Number(ctx, q.Found), h.Code))
	return web.Redirect(w, r, recordHref(h.ID))
}
