// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// confirm is the page that asks before an act on f.
func confirm(ctx context.Context, f Feed, act string) ui.ConfirmProps {
	key := "feed." + act
	return ui.ConfirmProps{Title: i18n.T(ctx, key), Action: href(f.ID) + "/" + act, Record: ui.Record{Kind: "feed", ID: string(f.ID)},
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.Version, 10)}}, Submit: ui.Submit{Label: i18n.T(ctx, key+".submit")},
		Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(f.ID)}}
}

// askOn handles GET /feeds/{id}/on: what leaves the house is named first.
func (p *Pages) askOn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if f.URL == "" { // there is nothing to turn on
		return web.Redirect(w, r, href(f.ID))
	}
	n, err := p.svc.Network(ctx)
	if err != nil {
		return err
	}
	c := confirm(ctx, f, "on")
	c.Effect = i18n.T(ctx, "feed.on.effect", hostOf(f.URL), scheduleText(ctx, f.Schedule))
	c.Points = []string{i18n.T(ctx, "feed.on.leaves"), i18n.T(ctx, "feed.on.stays")}
	if f.Auth != AuthNone {
		c.Points = append(c.Points, i18n.T(ctx, "feed.on.key"))
	}
	if n.Proxy != "" {
		c.Points = append(c.Points, i18n.T(ctx, "feed.on.proxy", n.Proxy))
	}
	if u, err := url.Parse(f.URL); err == nil && u.Scheme == "http" {
		c.Points = append(c.Points, i18n.T(ctx, "feed.on.plain"))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// hostOf is the host of an address.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.Host
}

// on handles POST /feeds/{id}/on. Form: version.
func (p *Pages) on(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Switch(ctx, ID(r.PathValue("id")), formVersion(r), true, "")
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "feed.on.done", f.Name))
	return web.Redirect(w, r, href(f.ID))
}

// askOff handles GET /feeds/{id}/off.
func (p *Pages) askOff(w http.ResponseWriter, r *http.Request) error {
	return p.renderOff(w, r, http.StatusOK, "", nil)
}

func (p *Pages) renderOff(w http.ResponseWriter, r *http.Request, status int, reason string, errs map[string]string) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c := confirm(ctx, f, "off")
	c.Effect, c.Danger, c.Errors = i18n.T(ctx, "feed.off.effect", f.Name), true, web.FieldErrors(errs)
	c.Fields = []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "feed.reason"), Value: reason, Error: errs["reason"], Required: true, MaxLength: maxReason}}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// off handles POST /feeds/{id}/off. Form: reason, version.
func (p *Pages) off(w http.ResponseWriter, r *http.Request) error {
	ctx, reason := r.Context(), r.PostFormValue("reason")
	f, err := p.svc.Switch(ctx, ID(r.PathValue("id")), formVersion(r), false, reason)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderOff(w, r, http.StatusUnprocessableEntity, reason, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "feed.off.done", f.Name))
	return web.Redirect(w, r, href(f.ID))
}

// askDelete handles GET /feeds/{id}/delete.
func (p *Pages) askDelete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	_, n, err := p.svc.Runs(ctx, f.ID, RunFilter{Limit: 1})
	if err != nil {
		return err
	}
	c := confirm(ctx, f, "delete")
	c.Effect, c.Danger, c.Hidden = i18n.T(ctx, "feed.delete.effect", f.Name, i18n.Number(ctx, n)), true, nil
	c.Points = []string{i18n.T(ctx, "feed.delete.list"), i18n.T(ctx, "feed.delete.folder")}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// delete handles POST /feeds/{id}/delete.
func (p *Pages) delete(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Delete(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "feed.delete.done", f.Name))
	return web.Redirect(w, r, at)
}

// fetch handles POST /feeds/{id}/fetch.
func (p *Pages) fetch(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if _, err := p.svc.Fetch(ctx, id); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "feed.fetch.done"))
	return web.Redirect(w, r, href(id))
}

// cancel handles POST /feeds/{id}/cancel.
func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if err := p.svc.Cancel(ctx, id); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "feed.cancel.done"))
	return web.Redirect(w, r, href(id))
}

// test handles POST /feeds/{id}/test.
func (p *Pages) test(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	probe, err := p.svc.Test(ctx, id)
	if err != nil {
		return err
	}
	tone, text := ui.OK, probe.text(ctx)
	switch {
	case probe.Why != "":
		tone = ui.Bad
	case probe.Rows > 0 && probe.Usable == 0:
		tone = ui.Warn
	}
	p.site.Flash(ctx, tone, text)
	return web.Redirect(w, r, href(id))
}

// text is what a try found, in words.
func (p Probe) text(ctx context.Context) string {
	if p.Why != "" {
		return i18n.T(ctx, "feed.test.bad", i18n.T(ctx, p.Why, p.WhyArgs...))
	}
	size := i18n.T(ctx, "feed.test.size.unknown")
	if p.Size >= 0 {
		size = i18n.Bytes(ctx, p.Size)
	}
	tags := "feed.test.untagged"
	if p.Tagged {
		tags = "feed.test.tagged"
	}
	if p.Events > 0 {
		return i18n.T(ctx, "feed.test.events", p.Status, size, i18n.T(ctx, tags), i18n.Bytes(ctx, p.Looked), i18n.Number(ctx, p.Events))
	}
	if p.Rows == 0 {
		return i18n.T(ctx, "feed.test.unread", p.Status, size, i18n.T(ctx, tags), i18n.Bytes(ctx, p.Looked))
	}
	return i18n.T(ctx, "feed.test.ok", p.Status, size, i18n.T(ctx, tags), i18n.Bytes(ctx, p.Looked), i18n.Number(ctx, p.Rows), i18n.Number(ctx, p.Usable))
}
