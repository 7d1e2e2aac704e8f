// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type saver func(context.Context, Unit) (Unit, error)

// version is the version a form was made from; 0, which no unit has, when the
// field is missing or broken.
func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

type showPage struct {
	Unit       Unit
	Kind       string
	Names      map[ID]string // of parent, successors and predecessors in the scope
	Ranges     []Range
	Children   []Listed
	Checklist  Checklist
	History    []audit.Row
	Today      calendar.Date
	MayWrite   bool
	MayPropose bool // and not write: such people propose
	MayVerify  bool
	Told       map[Fact]Told
	Tags       []string
	Logged     []ui.Tile // figures that rest on logs
	Typed      url.Values
	Errors     map[string]string // of the range form
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderShow(w, r, http.StatusOK, showPage{})
}

func (p *Pages) renderShow(w http.ResponseWriter, r *http.Request, status int, v showPage) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	u, err := p.svc.Get(ctx, id)
	if err != nil {
		return err
	}
	if v.Ranges, err = p.svc.Ranges(ctx, id); err != nil {
		return err
	}
	if v.Names, err = p.svc.Names(ctx, slices.Concat([]ID{u.ParentID}, u.SuccessorIDs, u.PredecessorIDs)...); err != nil {
		return err
	}
	if v.Checklist, err = p.svc.Checklist(ctx, id); err != nil {
		return err
	}
	children, err := p.svc.List(ctx, Filter{Parent: id, On: p.svc.today(), Limit: MaxPage})
	if err != nil {
		return err
	}
	if v.History, err = audit.Of(ctx, p.svc.db, "unit", string(id), 50); err != nil {
		return err
	}
	v.Unit, v.Kind, v.Children, v.Today, v.MayWrite = u, p.svc.kindLabel(ctx, u.Kind), children.Units, p.svc.today(), auth.May(ctx, mayWrite)
	v.MayPropose = !v.MayWrite && auth.May(ctx, mayPropose)
	v.MayVerify = v.MayWrite || v.MayPropose
	told, err := toldOf(ctx, p.svc.db.Read(), []ID{id})
	if err != nil {
		return err
	}
	v.Told = told[id]
	if v.Tags, err = p.svc.Tags(ctx, id); err != nil {
		return err
	}
	if p.svc.Logged != nil {
		if v.Logged, err = p.svc.Logged(ctx, id); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: u.Name, Body: showView(v)})
}

// addRange handles POST /units/{id}/ranges. Form: range, range_kind,
// range_from, range_to, range_note.
func (p *Pages) addRange(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	n := NewRange{Text: r.PostFormValue("range"), Kind: AddressKind(r.PostFormValue("range_kind")), Note: r.PostFormValue("range_note")}
	bad := map[string]string{}
	for field, d := range map[string]*calendar.Date{"range_from": &n.ValidFrom, "range_to": &n.ValidTo} {
		var ok bool
		if *d, ok = ParseDay(r.PostFormValue(field)); !ok {
			bad[field] = "unit.err.day"
		}
	}
	n.Sure = r.PostFormValue("sure") != ""
	if len(bad) == 0 && !n.Sure {
		// What lies in or over another unit's range is asked about first.
		if others, err := p.svc.Overlaps(ctx, id, n); err == nil && len(others) > 0 {
			return p.askOverlap(w, r, id, others)
		}
	}
	var list []Range
	var err error = &fault.Error{Kind: fault.Invalid, Op: "unit.form", Fields: bad}
	if len(bad) == 0 {
		list, err = p.svc.AddRange(ctx, id, n)
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderShow(w, r, http.StatusUnprocessableEntity, showPage{Typed: r.PostForm, Errors: web.Errors(ctx, err)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.range.flash", i18n.Number(ctx, int64(len(list)))))
	return web.Redirect(w, r, pathOf(id)+"#ranges")
}

type overlapPage struct {
	Unit   Unit
	Others []Overlap
	Typed  url.Values
}

// askOverlap shows what the typed ranges would draw, and from whom.
func (p *Pages) askOverlap(w http.ResponseWriter, r *http.Request, id ID, others []Overlap) error {
	u, err := p.svc.Get(r.Context(), id)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusConflict, web.View{Title: i18n.T(r.Context(), "unit.range.overlap_title"), Body: overlapView(overlapPage{u, others, r.PostForm})})
}

func (v overlapPage) points(ctx context.Context) []string {
	var out []string
	for _, o := range v.Others {
		out = append(out, o.says(ctx))
	}
	return out
}

func (v overlapPage) hidden() []ui.Hidden {
	out := []ui.Hidden{{Name: "sure", Value: "1"}}
	for _, name := range []string{"range", "range_kind", "range_from", "range_to", "range_note"} {
		out = append(out, ui.Hidden{Name: name, Value: v.Typed.Get(name)})
	}
	return out
}

// endRange handles POST …/ranges/{range}/end. Form: last.
func (p *Pages) endRange(w http.ResponseWriter, r *http.Request) error {
	last, ok := ParseDay(r.PostFormValue("last"))
	if !ok {
		return fault.Bad("unit.form", "last", "unit.err.day")
	}
	id := ID(r.PathValue("id"))
	if err := p.svc.EndRange(r.Context(), id, RangeID(r.PathValue("range")), last); err != nil {
		return err
	}
	return web.Redirect(w, r, pathOf(id)+"#ranges")
}

func (p *Pages) removeRange(w http.ResponseWriter, r *http.Request) error {
	id := ID(r.PathValue("id"))
	if err := p.svc.RemoveRange(r.Context(), id, RangeID(r.PathValue("range"))); err != nil {
		return err
	}
	return web.Redirect(w, r, pathOf(id)+"#ranges")
}

// Lookup finds the units of the actor's scope that a text names: by code, else
// name, else short name or alias, each compared without accents and with
// "UBND" left out. More than one is an ambiguity for the caller to report.
func (s *Service) Lookup(ctx context.Context, text string) ([]ID, error) {
	const op = "unit.Lookup"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	m, err := newMatcher(ctx, s.db.Read(), scope, nil)
	if err != nil {
		return nil, db.Error(op, err)
	}
	var out []ID
	for _, n := range m.find(text, func(*node) bool { return true }) {
		out = append(out, n.old.ID)
	}
	return out, nil
}
