// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// reformRoutes are the screens of merging, splitting, renaming, moving and
// ending units.
func (p *Pages) reformRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /reforms", Need: mayWrite, Handle: p.reforms},
		{Pattern: "GET /reforms/export.csv", Need: mayWrite, Handle: p.reformsExport(web.CSV)},
		{Pattern: "GET /reforms/export.xlsx", Need: mayWrite, Handle: p.reformsExport(web.XLSX)},
		{Pattern: "GET /reforms/new", Need: mayWrite, Handle: p.reformNew},
		{Pattern: "POST /reforms/new", Need: mayWrite, Handle: p.reformSave},
		{Pattern: "GET /reforms/{reform}", Need: mayWrite, Handle: p.reform},
		{Pattern: "GET /reforms/{reform}/edit", Need: mayWrite, Handle: p.reformEdit},
		{Pattern: "POST /reforms/{reform}/edit", Need: mayWrite, Handle: p.reformSave},
		{Pattern: "POST /reforms/{reform}/share", Need: mayWrite, Handle: p.reformShare},
		{Pattern: "POST /reforms/{reform}/apply", Need: mayWrite, Handle: p.reformApply},
		{Pattern: "POST /reforms/{reform}/withdraw", Need: mayWrite, Handle: p.reformWithdraw},
		{Pattern: "POST /reforms/{reform}/undo", Need: mayWrite, Handle: p.reformUndo},
		{Pattern: "POST /reforms/{reform}/people", Need: mayWrite, Handle: p.reformPeople},
	}
}

func pathOfReform(id ReformID) string { return "/reforms/" + string(id) }

func reformFilter(r *http.Request) ReformFilter {
	q := r.URL.Query()
	return ReformFilter{Text: q.Get("q"), Unit: ID(q.Get("unit")), State: q.Get("state"), Kind: ReformKind(q.Get("kind")), After: q.Get("after")}
}

type reformsPage struct {
	ReformPage
	Filter ReformFilter
	Next   string
	Query  string
}

func (p *Pages) reforms(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := reformsPage{Filter: reformFilter(r)}
	var err error
	if v.ReformPage, err = p.svc.Reforms(ctx, v.Filter); err != nil {
		return err
	}
	if v.ReformPage.Next != "" {
		v.Next = web.With(r, "after", v.ReformPage.Next)
	}
	q := r.URL.Query()
	q.Del("after")
	v.Query = q.Encode()
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.reform.title"), Body: reformsView(v)})
}

func (p *Pages) reformsExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), reformFilter(r)
		f.Limit, f.After = MaxPage, ""
		rows := [][]string{reformHeads(ctx)}
		for {
			page, err := p.svc.Reforms(ctx, f)
			if err != nil {
				return err
			}
			for _, x := range page.Rows {
				rows = append(rows, []string{x.Title, i18n.T(ctx, "unit.reform.kind."+string(x.Kind)), printed(x.From), x.Basis,
					printed(x.BasisDay), i18n.T(ctx, "unit.reform.state."+string(x.State)), x.CreatedBy})
			}
			if f.After = page.Next; f.After == "" {
				return p.sendRows(w, r, "sap-xep-don-vi", format, rows)
			}
		}
	}
}

type reformForm struct {
	ID      ReformID
	Kind    ReformKind
	Version int64
	Typed   url.Values
	Tree    []ui.Option
	Kinds   kinds
	Errors  map[string]string
	Problem string
}

// reformNew handles GET /reforms/new?kind=…&unit=…; without kind it offers them.
func (p *Pages) reformNew(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := reformForm{Kind: ReformKind(q.Get("kind")), Typed: url.Values{"from": {p.svc.today().String()}}}
	if id := ID(q.Get("unit")); id != "" {
		u, err := p.svc.Get(ctx, id)
		if err != nil {
			return err
		}
		v.Typed.Set("units", callable(u))
		v.Typed.Set("name", map[bool]string{true: u.Name}[v.Kind == Rename])
		v.Typed.Set("short_name", map[bool]string{true: u.ShortName}[v.Kind == Rename])
	}
	if !slices.Contains(ReformKinds(), v.Kind) {
		return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.reform.new"), Body: reformChoice(q.Get("unit"))})
	}
	return p.renderReformForm(w, r, http.StatusOK, v)
}

// callable is a text by which Lookup finds u.
func callable(u Unit) string {
	if u.Code != "" {
		return u.Code
	}
	return u.Name
}

func (p *Pages) renderReformForm(w http.ResponseWriter, r *http.Request, status int, v reformForm) error {
	ctx := r.Context()
	tree, err := p.svc.Tree(ctx, calendar.Date{})
	if err != nil {
		return err
	}
	v.Tree, v.Kinds = treeOptions(tree), p.svc.kinds
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "unit.reform.kind."+string(v.Kind)), Body: reformFormView(v)})
}

func (p *Pages) reformEdit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := p.svc.GetReform(ctx, ReformID(r.PathValue("reform")))
	if err != nil {
		return err
	}
	if x.State != Draft {
		return &fault.Error{Kind: fault.Conflict, Op: "unit.form", Msg: "unit.err.reform_settled"}
	}
	v := reformForm{ID: x.ID, Kind: x.Kind, Version: x.Version, Typed: url.Values{"from": {x.From.String()}, "basis": {x.Basis},
		"basis_day": {x.BasisDay.String()}, "note": {x.Note}, "parent": {string(x.Spec.Parent)}}}
	var from, to []string
	for _, id := range x.Spec.Units {
		u, err := p.svc.Get(ctx, id)
		if err != nil {
			return err
		}
		from = append(from, callable(u))
	}
	for _, part := range x.Spec.Parts {
		if part.Unit == "" {
			to = append(to, part.Name)
			continue
		}
		u, err := p.svc.Get(ctx, part.Unit)
		if err != nil {
			return err
		}
		to = append(to, callable(u))
	}
	v.Typed.Set("units", lines(from))
	v.Typed.Set("parts", lines(to))
	if x.Spec.Keep {
		v.Typed.Set("keep", "1")
	}
	if (x.Kind == Merge || x.Kind == Rename) && len(x.Spec.Parts) == 1 {
		part := x.Spec.Parts[0]
		for field, s := range map[string]string{"into": string(part.Unit), "name": part.Name, "short_name": part.ShortName, "code": part.Code,
			"kind": part.Kind, "parent": string(part.Parent)} {
			v.Typed.Set(field, s)
		}
	}
	return p.renderReformForm(w, r, http.StatusOK, v)
}

// reformSave handles POST /reforms/new and POST /reforms/{reform}/edit. Form:
// kind_of, units, parts, into, name, short_name, code, kind, parent, keep, from,
// basis, basis_day, note, version.
func (p *Pages) reformSave(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	x := Reform{ID: ReformID(r.PathValue("reform")), Kind: ReformKind(r.PostFormValue("kind_of"))}
	var old Reform
	if x.ID != "" {
		var err error
		if old, err = p.svc.GetReform(ctx, x.ID); err != nil {
			return err
		}
		x = old
		x.Version = version(r)
	}
	if !slices.Contains(ReformKinds(), x.Kind) {
		return &fault.Error{Kind: fault.Invalid, Op: "unit.form", Fields: map[string]string{"kind_of": "unit.err.required"}}
	}
	kind := x.Kind
	err := p.readReform(r, &x)
	if err == nil {
		x, err = p.svc.SaveReform(ctx, x)
	}
	v := reformForm{ID: old.ID, Kind: kind, Version: version(r), Typed: r.PostForm}
	switch {
	case fault.Is(err, fault.Invalid):
		v.Errors = web.Errors(ctx, err)
		v.Problem = v.Errors[""]
		return p.renderReformForm(w, r, http.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, pathOfReform(x.ID))
}

// readReform takes the form into x.
func (p *Pages) readReform(r *http.Request, x *Reform) error {
	const op = "unit.form"
	bad := map[string]string{}
	for field, d := range map[string]*calendar.Date{"from": &x.From, "basis_day": &x.BasisDay} {
		var ok bool
		if *d, ok = ParseDay(r.PostFormValue(field)); !ok {
			bad[field] = "unit.err.day"
		}
	}
	x.Basis, x.Note = r.PostFormValue("basis"), r.PostFormValue("note")
	spec := Spec{Keep: x.Kind == Split && r.PostFormValue("keep") != "", Ranges: x.Spec.Ranges, Children: x.Spec.Children, Facts: x.Spec.Facts}
	for line := range strings.SplitSeq(r.PostFormValue("units"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		id, err := p.one(r.Context(), line, x.From)
		if err != nil {
			return err
		}
		if id == "" {
			bad["units"] = "unit.err.reform_unit"
			continue
		}
		spec.Units = append(spec.Units, id)
	}
	fresh := Part{Name: r.PostFormValue("name"), ShortName: r.PostFormValue("short_name"), Code: r.PostFormValue("code"),
		Kind: r.PostFormValue("kind"), Parent: ID(r.PostFormValue("parent"))}
	switch x.Kind {
	case Merge:
		if into := ID(r.PostFormValue("into")); into != "" {
			fresh = Part{Unit: into}
		}
		spec.Parts = []Part{fresh}
	case Rename:
		spec.Parts = []Part{{Name: fresh.Name, ShortName: fresh.ShortName}}
	case Move:
		spec.Parent = fresh.Parent
	default:
		if err := p.readParts(r, x, &spec, bad); err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	x.Spec = spec
	return nil
}

// readParts reads the units that follow, one a line. What names no unit is, in
// a split, the name of a new one.
func (p *Pages) readParts(r *http.Request, x *Reform, spec *Spec, bad map[string]string) error {
	for line := range strings.SplitSeq(r.PostFormValue("parts"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		id, err := p.one(r.Context(), line, x.From)
		switch {
		case err != nil:
			return err
		case id != "" && !slices.Contains(spec.Units, id):
			spec.Parts = append(spec.Parts, Part{Unit: id})
		case x.Kind == Split:
			spec.Parts = append(spec.Parts, Part{Name: line})
		default:
			bad["parts"] = "unit.err.successor"
		}
	}
	return nil
}

// one finds the unit a line names; empty when it names none or several. Of
// several only those count that exist on the day.
func (p *Pages) one(ctx context.Context, line string, on calendar.Date) (ID, error) {
	list, err := p.svc.Lookup(ctx, line)
	if err != nil {
		return "", err
	}
	var alive []ID
	for _, id := range list {
		u, err := p.svc.Get(ctx, id)
		if err != nil {
			return "", err
		}
		if on.IsZero() || u.ValidOn(on.AddDays(-1)) || u.ValidOn(on) {
			alive = append(alive, id)
		}
	}
	if len(alive) != 1 {
		return "", nil
	}
	return alive[0], nil
}

type reformPage struct {
	Reform
	Effect   Effect
	Touched  []Touched
	Names    map[ID]string
	Ranges   []Range // of a unit with several successors
	Children []Listed
	People   []movable
	MayMove  bool
	Today    calendar.Date
	Locked   string // why it cannot be undone
	Problem  string
}

// movable is somebody whose role ended with their unit.
type movable struct {
	Person
	From ID
	To   []ID
}

func (p *Pages) reform(w http.ResponseWriter, r *http.Request) error {
	return p.renderReform(w, r, http.StatusOK, "")
}

func (p *Pages) renderReform(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	ctx := r.Context()
	x, err := p.svc.GetReform(ctx, ReformID(r.PathValue("reform")))
	if err != nil {
		return err
	}
	v := reformPage{Reform: x, Today: p.svc.today(), Problem: problem, MayMove: p.svc.MovePerson != nil}
	if x.open() {
		err = p.before(ctx, &v)
	} else {
		err = p.after(ctx, &v)
	}
	if err != nil {
		return err
	}
	ids := append(x.Spec.named(), v.Effect.units()...)
	if v.Names, err = p.svc.Names(ctx, ids...); err != nil {
		return err
	}
	for _, u := range v.Effect.Added {
		v.Names[u.ID] = u.Label()
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "unit.reform.kind."+string(x.Kind)), Body: reformView(v)})
}

// units are those that an effect names.
func (e Effect) units() []ID {
	var ids []ID
	for _, s := range e.Changed {
		ids = append(ids, s.Before.ID, s.Before.ParentID, s.After.ParentID)
	}
	for _, s := range e.Ranges {
		ids = append(ids, s.Before.UnitID, s.Given.UnitID)
	}
	return ids
}

// before fills in what an open reform would do, and what is still to be told.
func (p *Pages) before(ctx context.Context, v *reformPage) (err error) {
	if v.Effect, err = p.svc.Preview(ctx, v.Reform); err != nil {
		return err
	}
	if p.svc.Touched != nil {
		if v.Touched, err = p.svc.Touched(ctx, v.Spec.Units); err != nil {
			return err
		}
	}
	if (v.Kind != Split && v.Kind != End) || len(v.Spec.Parts) < 2 && !v.Spec.Keep {
		return nil
	}
	list, err := p.svc.Ranges(ctx, v.Spec.Units[0])
	if err != nil {
		return err
	}
	for _, r := range list {
		if untilMillis(r.ValidTo) > fromMillis(v.From) {
			v.Ranges = append(v.Ranges, r)
		}
	}
	page, err := p.svc.List(ctx, Filter{Parent: v.Spec.Units[0], Limit: MaxPage})
	for _, u := range page.Units {
		if untilMillis(u.ValidTo) > fromMillis(v.From) {
			v.Children = append(v.Children, u)
		}
	}
	return err
}

// after fills in what a settled reform did, who is still to be moved, and
// whether it can be taken back.
func (p *Pages) after(ctx context.Context, v *reformPage) error {
	v.Effect = effect(v.done)
	if v.State != Applied {
		return nil
	}
	key, args, err := p.svc.Undoable(ctx, v.Reform)
	if err != nil {
		return err
	}
	if key != "" {
		v.Locked = i18n.T(ctx, key, args...)
	}
	if p.svc.People == nil {
		return nil
	}
	for _, id := range v.Spec.ended(v.Kind) {
		u, err := p.svc.Get(ctx, id)
		if err != nil {
			return err
		}
		people, err := p.svc.People(ctx, id)
		if err != nil {
			return err
		}
		for _, who := range people {
			v.People = append(v.People, movable{who, id, u.SuccessorIDs})
		}
	}
	return nil
}

// reformShare handles POST /reforms/{reform}/share: what goes where. Form:
// range.ID, child.ID and facts with the number of a part, version.
func (p *Pages) reformShare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := p.svc.GetReform(ctx, ReformID(r.PathValue("reform")))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	x.Version, x.Spec.Ranges, x.Spec.Children = version(r), map[RangeID]int{}, map[ID]int{}
	for field := range r.PostForm {
		n, err := strconv.Atoi(r.PostFormValue(field))
		if err != nil || n < 1 || n > len(x.Spec.Parts) {
			continue
		}
		if id, ok := strings.CutPrefix(field, "range."); ok {
			x.Spec.Ranges[RangeID(id)] = n
		} else if id, ok := strings.CutPrefix(field, "child."); ok {
			x.Spec.Children[ID(id)] = n
		} else if field == "facts" {
			x.Spec.Facts = n
		}
	}
	if _, err := p.svc.SaveReform(ctx, x); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.reform.flash.shared"))
	return web.Redirect(w, r, pathOfReform(x.ID))
}

// reformApply handles POST /reforms/{reform}/apply. Form: digest, version.
func (p *Pages) reformApply(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ReformID(r.PathValue("reform"))
	x, err := p.svc.ApplyReform(ctx, id, version(r), r.PostFormValue("digest"))
	return p.reformDone(w, r, x, err)
}

// reformWithdraw handles POST /reforms/{reform}/withdraw. Form: version.
func (p *Pages) reformWithdraw(w http.ResponseWriter, r *http.Request) error {
	x, err := p.svc.WithdrawReform(r.Context(), ReformID(r.PathValue("reform")), version(r))
	return p.reformDone(w, r, x, err)
}

// reformUndo handles POST /reforms/{reform}/undo. Form: version.
func (p *Pages) reformUndo(w http.ResponseWriter, r *http.Request) error {
	x, err := p.svc.UndoReform(r.Context(), ReformID(r.PathValue("reform")), version(r))
	return p.reformDone(w, r, x, err)
}

// reformDone answers what became of a reform: its page with a word, or its page
// with why not.
func (p *Pages) reformDone(w http.ResponseWriter, r *http.Request, x Reform, err error) error {
	ctx := r.Context()
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		key, args := why(err)
		if fault.Of(err).Msg == "" {
			key = "unit.err.plan_changed"
		}
		return p.renderReform(w, r, fault.Of(err).Kind.Status(), i18n.T(ctx, key, args...))
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.reform.flash."+string(x.State), printed(x.From)))
	return web.Redirect(w, r, pathOfReform(x.ID))
}

// reformPeople handles POST /reforms/{reform}/people: one role goes over to a
// successor. Form: person, role, gone, to.
func (p *Pages) reformPeople(w http.ResponseWriter, r *http.Request) error {
	const op = "unit.form"
	ctx := r.Context()
	x, err := p.svc.GetReform(ctx, ReformID(r.PathValue("reform")))
	if err != nil {
		return err
	}
	from, to := ID(r.PostFormValue("gone")), ID(r.PostFormValue("to"))
	u, err := p.svc.Get(ctx, from)
	if err != nil {
		return err
	}
	if p.svc.MovePerson == nil || !slices.Contains(x.Spec.ended(x.Kind), from) || !slices.Contains(u.SuccessorIDs, to) {
		return &fault.Error{Kind: fault.Invalid, Op: op, Msg: "unit.err.successor"}
	}
	if err := p.svc.MovePerson(ctx, r.PostFormValue("person"), r.PostFormValue("role"), from, to); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.reform.flash.moved"))
	return web.Redirect(w, r, pathOfReform(x.ID))
}
