// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type carryPage struct {
	f      Folder
	r      *http.Request
	cited  []Candidate
	open   []Candidate // that something is left of
	total  int64
	next   string
	before []Earlier
	left   *Leftover
	names  map[string]string
	typed  url.Values
	errs   map[string]string
}

// askCarry handles GET /directives/{directive}/carry. Query: q, words of an
// earlier directive; after, the last one of the page before; from, the one that
// is chosen.
func (p *Pages) askCarry(w http.ResponseWriter, r *http.Request) error {
	return p.renderCarry(w, r, http.StatusOK, r.URL.Query().Get("from"), carryPage{})
}

func (p *Pages) renderCarry(w http.ResponseWriter, r *http.Request, status int, from string, v carryPage) error {
	ctx, q := r.Context(), r.URL.Query()
	var err error
	if v.f, err = p.mine(r); err != nil {
		return err
	}
	v.r = r
	if v.f.State != Issued && v.f.State != Confirmed {
		return &fault.Error{Kind: fault.Conflict, Op: "directive.carry", Msg: "directive.conflict." + string(v.f.State)}
	}
	if v.cited, err = p.svc.Cited(ctx, v.f.Directive); err != nil {
		return err
	}
	if v.open, v.total, err = p.svc.Unclosed(ctx, v.f.Directive, q.Get("q"), ID(q.Get("after")), onPage+1); err != nil {
		return err
	}
	if len(v.open) > onPage {
		v.open = v.open[:onPage]
		v.next = web.With(r, "after", string(v.open[onPage-1].Directive.ID))
	}
	if v.before, _, err = p.svc.Earliers(ctx, v.f.ID); err != nil {
		return err
	}
	if from != "" {
		l, err := p.svc.Unfinished(ctx, v.f.ID, ID(from))
		if bad := web.Errors(ctx, err); bad != nil {
			v.errs, status = bad, http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		} else {
			v.left = &l
			var ids []string
			for _, u := range l.List {
				for _, t := range u.Tasks {
					ids = append(ids, t.Unit)
				}
			}
			if v.names, err = p.near.Names(ctx, ids); err != nil {
				return err
			}
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "directive.carry"), Body: carryView(v)})
}

// carry handles POST /directives/{directive}/carry. Form: from, relation, last,
// reason, seen, all (a fate for everything; empty: each as chosen), and for each
// requirement of the earlier one fate.<item>: own, stay, end or into:<item>.
func (p *Pages) carry(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "directive.carry", Err: err}
	}
	form := r.PostForm
	c := Carrying{From: ID(form.Get("from")), Relation: Relation(form.Get("relation")), Last: day(form.Get("last")), Reason: form.Get("reason"), Seen: form.Get("seen"), Fates: map[ItemID]Chosen{}}
	for name := range form {
		item, ok := strings.CutPrefix(name, "fate.")
		if !ok {
			continue
		}
		chosen := form.Get(name)
		if all := form.Get("all"); all == string(Stays) || all == string(EndIt) || all == string(CarryOwn) {
			chosen = all
		}
		fate, into, _ := strings.Cut(chosen, ":")
		c.Fates[ItemID(item)] = Chosen{Fate: Fate(fate), Into: ItemID(into)}
	}
	done, err := p.svc.Carry(ctx, idOf(r), c)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderCarry(w, r, http.StatusUnprocessableEntity, form.Get("from"), carryPage{typed: form, errs: errs})
	}
	if err != nil {
		return err
	}
	count := func(n int) string { return i18n.Number(ctx, int64(n)) }
	if done.Job != "" {
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.carrying", count(done.Moved), count(done.Ended), count(done.Stayed)))
		return web.Redirect(w, r, "/tasks/"+done.Job)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.carried", count(done.Moved), count(done.Ended), count(done.Stayed)))
	return web.Redirect(w, r, href(idOf(r)))
}

func (v carryPage) title(c Candidate) string {
	if c.Directive == nil {
		return c.Paper.Cite
	}
	if c.Directive.Number == "" { // the subject stands beside it
		return c.Directive.Code
	}
	return c.Directive.Code + " – " + c.Directive.Cite()
}

// candidates are directives to be carried on: papers that are none have no tasks.
// A row leads to what is left of it.
func (v carryPage) candidates(ctx context.Context, id, caption string, list []Candidate) ui.ListProps {
	l := ui.ListProps{ID: id, Caption: caption, Heads: []ui.Head{{Label: i18n.T(ctx, "directive.field.number")}, {Label: i18n.T(ctx, "directive.field.subject")}, {Label: i18n.T(ctx, "directive.field.issued_at")},
		{Label: i18n.T(ctx, "directive.carry.left"), Numeric: true}, {Label: i18n.T(ctx, "directive.cited.why")}}}
	for _, c := range list {
		if d := c.Directive; d != nil && (d.State == Issued || d.State == Ended) {
			l.Rows = append(l.Rows, ui.Row{ID: string(d.ID), Name: d.Code, Href: href(v.f.ID) + "/carry?from=" + string(d.ID), Cells: []templ.Component{ui.Text(v.title(c)), ui.Text(titleOf(ctx, *d)),
				ui.Time(d.IssuedAt), ui.Number(int64(c.Left)), ui.Text(whyOf(ctx, c))}})
		}
	}
	l.Total = int64(len(l.Rows))
	return l
}

func (v carryPage) citesAny() bool {
	return slices.ContainsFunc(v.cited, func(c Candidate) bool {
		return c.Directive != nil && (c.Directive.State == Issued || c.Directive.State == Ended)
	})
}

// unclosed are all of which something is left; the text cites some of them.
func (v carryPage) unclosed(ctx context.Context) ui.ListProps {
	q, at := v.r.URL.Query(), href(v.f.ID)+"/carry"
	for n, o := range v.open {
		if i := slices.IndexFunc(v.cited, func(c Candidate) bool { return c.Directive != nil && c.Directive.ID == o.Directive.ID }); i >= 0 {
			v.open[n].Why = v.cited[i].Why
		}
	}
	l := v.candidates(ctx, "open", i18n.T(ctx, "directive.carry.open"), v.open)
	l.Heads[4].Label = i18n.T(ctx, "directive.carry.cites")
	l.Total, l.Next, l.Filtered, l.ClearAt = v.total, v.next, q.Get("q") != "", at
	l.Filters = ui.Filter(ui.FilterProps{Action: at, Fields: []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "directive.search"), Value: q.Get("q")}}})
	l.Empty = ui.EmptyProps{Icon: ui.IconDirective, Title: i18n.T(ctx, "directive.carry.none"), Text: i18n.T(ctx, "directive.carry.none.text"),
		Action: &ui.Action{Label: i18n.T(ctx, "directive.title"), Href: Path}}
	if q.Get("after") != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

func whyOf(ctx context.Context, c Candidate) string {
	if len(c.Why) == 0 {
		return ""
	}
	return whyText(ctx, c.Why[0])
}

func (v carryPage) value(field, was string) string {
	if v.typed != nil {
		return v.typed.Get(field)
	}
	return was
}

// fates are what may become of one requirement; what is most alike is proposed.
func (v carryPage) fates(ctx context.Context, u Unfinished) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindSelect, Name: "fate." + string(u.Of.ID), Label: i18n.T(ctx, "directive.carry.fate"), Value: string(Stays)}
	for _, it := range v.left.Now.Leaves() {
		if it.takes() {
			f.Options = append(f.Options, ui.Option{Value: string(CarryInto) + ":" + string(it.ID), Label: pathText(ctx, it) + ". " + it.Short, Group: i18n.T(ctx, "directive.fate.into")})
		}
	}
	group := i18n.T(ctx, "directive.fate.other")
	for _, x := range []Fate{CarryOwn, Stays, EndIt} {
		f.Options = append(f.Options, ui.Option{Value: string(x), Label: i18n.T(ctx, "directive.fate."+string(x)), Group: group})
	}
	if u.Into != "" {
		f.Value, f.Hint = string(CarryInto)+":"+string(u.Into), i18n.T(ctx, "directive.carry.alike")
	}
	f.Value = v.value(f.Name, f.Value)
	return f
}

func (v carryPage) fields(ctx context.Context) []ui.FieldProps {
	var relations, all []ui.Option
	for _, r := range Relations() {
		relations = append(relations, ui.Option{Value: string(r), Label: i18n.T(ctx, "directive.relation."+string(r))})
	}
	for _, x := range []Fate{CarryOwn, Stays, EndIt} {
		all = append(all, ui.Option{Value: string(x), Label: i18n.T(ctx, "directive.fate."+string(x))})
	}
	last := ""
	if !v.f.CommonLast.IsZero() {
		last = v.f.CommonLast.String()
	}
	was := string(v.left.Relation)
	if was == "" {
		was = string(Follows)
	}
	return []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "relation", Label: i18n.T(ctx, "directive.carry.relation", v.left.Now.Cite(), v.left.Then.Cite()), Value: v.value("relation", was), Options: relations, Error: v.errs["relation"]},
		{Kind: ui.KindSelect, Name: "all", Label: i18n.T(ctx, "directive.carry.all"), Hint: i18n.T(ctx, "directive.carry.all.hint"), Error: v.errs["all"], Value: v.value("all", ""), Blank: i18n.T(ctx, "directive.carry.each"), Options: all},
		{Kind: ui.KindDate, Name: "last", Label: i18n.T(ctx, "directive.carry.last"), Hint: i18n.T(ctx, "directive.carry.last.hint"), Value: v.value("last", last), Error: v.errs["last"]},
	}
}

func (v carryPage) badges(ctx context.Context, u Unfinished) (out []ui.BadgeProps) {
	add := func(key string, n int, tone ui.Tone) {
		if n > 0 {
			out = append(out, ui.BadgeProps{Text: i18n.T(ctx, key) + ": " + i18n.Number(ctx, int64(n)), Tone: tone})
		}
	}
	add("directive.task.owed", u.Count(Owing), ui.Neutral)
	add("directive.task.returned", u.Count(Returned), ui.Warn)
	add("directive.carry.late", u.Late(), ui.Bad)
	return out
}

func (v carryPage) hidden() []ui.Hidden {
	seen := v.left.Seen
	if v.typed != nil {
		seen = v.typed.Get("seen")
	}
	return []ui.Hidden{versionField(v.f.Version), {Name: "from", Value: string(v.left.Then.ID)}, {Name: "seen", Value: seen}}
}
