// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choice is an obligation as a person saw it in a list when choosing it.
type Choice struct {
	ID      ID
	Version int64
}

// String writes c as ParseChoice reads it.
func (c Choice) String() string { return string(c.ID) + "." + strconv.FormatInt(c.Version, 10) }

// ParseChoice reads a choice. What does not read chooses nothing that exists.
func ParseChoice(s string) Choice {
	id, version, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		n = -1
	}
	return Choice{ID(id), n}
}

// maxBulk bounds what one act reaches.
const maxBulk = 200

// Done is what came of an act on one of several obligations.
type Done struct {
	Obligation Obligation
	Err        error // nil when it was done; each fails alone
}

// Each does fn with each of the chosen obligations of the actor's scope, each in
// a transaction of its own, so that one that fails costs only itself. Those that
// the actor cannot see are left out; it fails with fault.NotFound when none is
// left, and with fault.Invalid for none or too many.
func (s *Service) Each(ctx context.Context, list []Choice, fn func(ctx context.Context, c Choice) error) ([]Done, error) {
	const op = "obligation.Each"
	if _, _, err := auth.Need(ctx, op, write); err != nil {
		return nil, err
	}
	if len(list) == 0 || len(list) > maxBulk {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "obligation.err.chosen"}
	}
	var out []Done
	for _, c := range list {
		o, err := s.Get(ctx, c.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			err = fn(ctx, c)
		}
		if k := fault.Of(err); err != nil && (k.Kind == fault.Internal || k.Kind == fault.Unavailable) {
			return out, err
		}
		out = append(out, Done{o, err})
	}
	if len(out) == 0 {
		return nil, fault.Missing(op)
	}
	return out, nil
}

func chosen(r *http.Request) []Choice {
	var list []Choice
	for _, id := range r.PostForm["id"] {
		if c := ParseChoice(id); !slices.ContainsFunc(list, func(x Choice) bool { return x.ID == c.ID }) {
			list = append(list, c)
		}
	}
	return list
}

// back is where a bulk act came from: a list of this room.
func back(r *http.Request) string {
	if at := r.PostFormValue("back"); at == "/obligations" || strings.HasPrefix(at, "/obligations?") {
		return at
	}
	return "/obligations"
}

// bulk handles POST /obligations/bulk. Form: id (once per row, see Choice), do
// (remind, assign), back.
func (p *Pages) bulk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "obligation.bulk", Err: err}
	}
	list := chosen(r)
	if r.PostFormValue("do") == "assign" {
		return p.askAssign(w, r, list)
	}
	done, err := p.svc.Each(ctx, list, func(ctx context.Context, c Choice) error { return p.svc.RemindNow(ctx, c.ID) })
	if err != nil {
		return err
	}
	return p.results(w, r, "remind", done)
}

// askAssign asks to whom the chosen are given.
func (p *Pages) askAssign(w http.ResponseWriter, r *http.Request, list []Choice) error {
	ctx := r.Context()
	seen, err := p.svc.Each(ctx, list, func(context.Context, Choice) error { return nil })
	if err != nil {
		return err
	}
	title := i18n.T(ctx, "obligation.bulk.assign")
	person := ui.FieldProps{Kind: ui.KindSelect, Name: "person", Label: i18n.T(ctx, "obligation.person"), Blank: i18n.T(ctx, "obligation.person.nobody")}
	var units []string
	props := ui.ConfirmProps{Title: title, Effect: i18n.T(ctx, "obligation.bulk.effect", i18n.Number(ctx, int64(len(seen)))),
		Action: "/obligations/bulk/assign", Hidden: []ui.Hidden{{Name: "back", Value: back(r)}},
		Submit: ui.Submit{Label: title}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: back(r)}}
	for _, d := range seen {
		units = append(units, d.Obligation.UnitID)
		props.Hidden = append(props.Hidden, ui.Hidden{Name: "id", Value: Choice{d.Obligation.ID, d.Obligation.Version}.String()})
		props.Points = append(props.Points, d.Obligation.Title.In(i18n.Lang(ctx))+" — "+d.Obligation.Subject.Label)
	}
	slices.Sort(units)
	for _, u := range slices.Compact(units) {
		people, err := p.workers(ctx, u)
		if err != nil {
			return err
		}
		for _, x := range people {
			if !slices.ContainsFunc(person.Options, func(o ui.Option) bool { return o.Value == x.ID }) {
				person.Options = append(person.Options, ui.Option{Value: x.ID, Label: x.Name})
			}
		}
	}
	props.Fields = []ui.FieldProps{person, {Kind: ui.KindTextarea, Name: "note", Label: i18n.T(ctx, "obligation.note"), MaxLength: maxText, Rows: 2}}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: title, Body: ui.Confirm(props)})
}

// bulkAssign handles POST /obligations/bulk/assign. Form: id, person, note, back.
func (p *Pages) bulkAssign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "obligation.bulk", Err: err}
	}
	to, note := r.PostFormValue("person"), r.PostFormValue("note")
	done, err := p.svc.Each(ctx, chosen(r), func(ctx context.Context, c Choice) error {
		_, err := p.assignTo(ctx, c.ID, to, note, c.Version)
		return err
	})
	if err != nil {
		return err
	}
	return p.results(w, r, "assign", done)
}

// workers are the people of a unit; none when nobody can tell.
func (p *Pages) workers(ctx context.Context, unit string) ([]Person, error) {
	if p.near.Workers == nil {
		return nil, nil
	}
	return p.near.Workers(ctx, unit)
}

// assignTo gives an obligation to a person who works in its unit.
func (p *Pages) assignTo(ctx context.Context, id ID, person, note string, version int64) (Obligation, error) {
	const op = "obligation.Assign"
	o, err := p.svc.Get(ctx, id)
	if err != nil {
		return o, err
	}
	var to Person
	if person != "" {
		people, err := p.workers(ctx, o.UnitID)
		if err != nil {
			return o, err
		}
		i := slices.IndexFunc(people, func(x Person) bool { return x.ID == person })
		if i < 0 {
			return o, fault.Bad(op, "person", "obligation.err.person")
		}
		to = people[i]
	}
	return p.svc.Assign(ctx, id, to, note, version)
}

type resultsPage struct {
	do   string
	back string
	done []Done
}

func (p *Pages) results(w http.ResponseWriter, r *http.Request, do string, done []Done) error {
	ctx := r.Context()
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "obligation.bulk.results"), Body: resultsView(resultsPage{do, back(r), done})})
}

func (v resultsPage) lead(ctx context.Context) string {
	n := 0
	for _, d := range v.done {
		if d.Err == nil {
			n++
		}
	}
	return i18n.T(ctx, "obligation.bulk.done", i18n.Number(ctx, int64(n)), i18n.Number(ctx, int64(len(v.done))))
}

// result is what came of one row in words.
func (v resultsPage) result(ctx context.Context, d Done) ui.BadgeProps {
	if d.Err == nil {
		return ui.BadgeProps{Text: i18n.T(ctx, "obligation.bulk.ok."+v.do), Tone: ui.OK}
	}
	e := fault.Of(d.Err)
	key := e.Msg
	for _, reason := range e.Fields {
		key = reason
	}
	if key == "" {
		key = map[fault.Kind]string{fault.Conflict: "obligation.bulk.changed", fault.Forbidden: "obligation.bulk.forbidden"}[e.Kind]
	}
	return ui.BadgeProps{Text: i18n.T(ctx, key), Tone: ui.Bad}
}
