// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type unitPage struct {
	Measure
	id, name string
	own      Reading
	below    *Reading // with the units below; nil when there are none
	origin   *Provenance
	trend    []Point
	claims   []Version
	rows     string // address of the rows behind; "" when there are none for the actor
	least    int64
	may      bool // declare
	errs     map[string]string
	num, den string // as typed
	note     string
}

// newest is the version that a new declaration follows.
func (v unitPage) newest() string {
	if len(v.claims) == 0 {
		return "0"
	}
	return strconv.FormatInt(v.claims[0].N, 10)
}

func (p *Pages) readUnit(ctx context.Context, key, unit string) (v unitPage, err error) {
	v = unitPage{id: unit}
	if v.Measure, _, err = p.svc.seen(ctx, "measure.unit", key, unit); err != nil {
		return v, err
	}
	names, err := p.near.Names(ctx, []string{unit})
	if err != nil {
		return v, err
	}
	v.name, v.least = names[unit], p.svc.Least(v.Measure)
	list, err := p.svc.Readings(ctx, []string{key}, []string{unit})
	if err != nil {
		return v, err
	}
	if len(list) != 1 {
		return v, fault.Missing("measure.unit")
	}
	v.own = list[0]
	below, err := p.svc.Below(ctx, unit)
	if err != nil {
		return v, err
	}
	if below {
		sums, err := p.svc.Sums(ctx, []string{key}, []string{unit})
		if err != nil {
			return v, err
		}
		if len(sums) == 1 {
			v.below = &sums[0]
		}
	}
	if !v.own.Day.IsZero() {
		o, err := p.svc.Origin(ctx, key, unit, v.own.Day)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return v, err
		}
		if err == nil {
			v.origin = &o
		}
	}
	if v.Rows != nil && auth.May(ctx, auth.Permission{Area: v.Area, Act: auth.Read}) {
		w := Window{}
		if v.origin != nil {
			w = v.origin.Window
		}
		v.rows = v.Rows(unit, w)
	}
	today := calendar.DateOf(p.svc.Now())
	if v.trend, err = p.svc.Trend(ctx, key, unit, today.AddDays(1-trendDays), today); err != nil {
		return v, err
	}
	if v.Declares {
		v.may = p.svc.MayDeclare(ctx, key, unit)
		if v.claims, err = p.svc.Claims(ctx, key, unit); err != nil {
			return v, err
		}
	}
	return v, nil
}

// unit handles GET /measures/{measure}/units/{unit}: where the figure comes from.
func (p *Pages) unit(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readUnit(r.Context(), r.PathValue("measure"), r.PathValue("unit"))
	if err != nil {
		return err
	}
	return p.renderUnit(w, r, http.StatusOK, v)
}

func (p *Pages) renderUnit(w http.ResponseWriter, r *http.Request, status int, v unitPage) error {
	return p.site.Render(w, r, status, web.View{Title: v.Title(r.Context()), Body: unitView(v)})
}

// declare handles POST /measures/{measure}/units/{unit}/declare. Form: num, den,
// note, version.
func (p *Pages) declare(w http.ResponseWriter, r *http.Request) error {
	ctx, key, unit := r.Context(), r.PathValue("measure"), r.PathValue("unit")
	m, err := p.svc.one("measure.declare", key)
	if err != nil {
		return err
	}
	c := Claim{Num: number(r, "num"), Note: r.PostFormValue("note")}
	if m.Unit != Count {
		c.Den = number(r, "den")
	}
	err = p.svc.Declare(ctx, key, unit, c, version(r))
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.readUnit(ctx, key, unit)
		if err != nil {
			return err
		}
		v.errs, v.num, v.den, v.note = errs, r.PostFormValue("num"), r.PostFormValue("den"), r.PostFormValue("note")
		return p.renderUnit(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "measures.declared"))
	return web.Redirect(w, r, At(key, unit))
}

// retract handles POST /measures/{measure}/units/{unit}/retract. Form: version.
func (p *Pages) retract(w http.ResponseWriter, r *http.Request) error {
	ctx, key, unit := r.Context(), r.PathValue("measure"), r.PathValue("unit")
	if err := p.svc.Retract(ctx, key, unit, version(r)); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "measures.retracted"))
	return web.Redirect(w, r, At(key, unit))
}

// number reads a whole number; what is none is refused by the rules.
func number(r *http.Request, field string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(r.PostFormValue(field)), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil || n < 0 {
		return -1 // no record has it: a conflict
	}
	return n
}
