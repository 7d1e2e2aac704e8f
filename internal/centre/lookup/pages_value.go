// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// valuePage is what the house knows of a value that stands in events.
type valuePage struct {
	value string
	addr  bool
	user  bool // a person's name at a machine
	at    time.Time
	unit  ui.Link
	asked bool // of whom an address was, at a time
	cases []ui.Link
}

// value handles GET /events/value: whose an address was, and which cases name
// the value, each as far as the actor may see. Query: value, owner and at (of
// the line it stands in; may be absent), kind=user.
func (p *Pages) value(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), r.URL.Query()
	v := valuePage{value: refangWhole(in.Get("value")), user: in.Get("kind") == "user"}
	if v.value == "" || len(v.value) > maxText {
		return web.Redirect(w, r, path)
	}
	addr, err := netip.ParseAddr(v.value)
	v.addr = err == nil
	if at, err := time.Parse(time.RFC3339, in.Get("at")); v.addr && err == nil && p.near.Whose != nil {
		v.at, v.asked = at, true
		if v.unit, err = p.near.Whose(ctx, in.Get("owner"), addr, at); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	if p.near.Cases != nil {
		if v.cases, err = p.near.Cases.Of(ctx, v.value); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "lookup.about.title", ui.Defang(v.value)), Body: valueView(v)})
}

func (v valuePage) links(ctx context.Context) []ui.Action {
	acts := []ui.Action{{Label: i18n.T(ctx, "lookup.hunt"), Href: "/hunts?value=" + url.QueryEscape(v.value), Icon: ui.IconHunt},
		{Label: i18n.T(ctx, "lookup.about.search"), Href: path + "?q=" + url.QueryEscape(`"`+v.value+`"`), Icon: ui.IconSearch}}
	if v.user { // stands in no list of indicators and in no memory of look-ups
		return []ui.Action{{Label: i18n.T(ctx, "lookup.about.search"), Href: path + "?user=" + url.QueryEscape(v.value), Icon: ui.IconSearch}}
	}
	if v.addr {
		acts[1].Href = path + "?addr=" + url.QueryEscape(v.value)
	}
	return append(acts, web.ObservableMenu(ctx, v.value, ui.ObservableActs{})...)
}

func (v valuePage) facts(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	if v.asked {
		f := ui.Fact{Label: i18n.T(ctx, "lookup.about.unit", i18n.Time(ctx, v.at)), Value: ui.Text(i18n.T(ctx, "lookup.about.unit.none"))}
		if v.unit.Label != "" {
			f.Value = ui.Anchor(v.unit)
		}
		out = append(out, f)
	}
	f := ui.Fact{Label: i18n.T(ctx, "lookup.about.cases"), Value: ui.Text(i18n.T(ctx, "lookup.about.cases.none"))}
	if len(v.cases) > 0 {
		f.Value = linksView(v.cases)
	}
	return append(out, f)
}
