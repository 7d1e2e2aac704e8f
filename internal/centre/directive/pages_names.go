// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// NamesPath is where the names stand that persons explained.
const NamesPath = "/directive-names"

func nameAt(id NameID) string { return NamesPath + "/" + string(id) }

type namesPage struct {
	r     *http.Request
	f     NameFilter
	list  []KeptName
	total int64
	next  string
	names map[string]string
	units []ui.Option
}

func nameFilter(r *http.Request) NameFilter {
	q := r.URL.Query()
	return NameFilter{Query: q.Get("q"), Unit: q.Get("unit"), Forgotten: q.Get("state") == "forgotten", After: NameID(q.Get("after")), Limit: onPage + 1}
}

func (p *Pages) unitsOf(ctx context.Context, list []KeptName) (map[string]string, error) {
	var ids []string
	for _, n := range list {
		ids = append(ids, n.Unit)
	}
	return p.near.Names(ctx, ids)
}

// listNames handles GET /directive-names. Query: q, unit, state (forgotten), after.
func (p *Pages) listNames(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := namesPage{r: r, f: nameFilter(r)}
	var err error
	if v.list, v.total, err = p.svc.KeptNames(ctx, v.f); err != nil {
		return err
	}
	if len(v.list) > onPage {
		v.list = v.list[:onPage]
		v.next = web.With(r, "after", string(v.list[onPage-1].ID))
	}
	if v.names, err = p.unitsOf(ctx, v.list); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "directive.names"), Body: namesView(v)})
}

// exportNames handles GET /directive-names.csv and .xlsx, as the list is filtered.
func (p *Pages) exportNames(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), nameFilter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "directive-names"}
		for _, key := range []string{"name", "means", "unit", "by", "at", "uses", "used", "forgotten"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "directive.names."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]KeptName, string, error) {
			f.After = NameID(after)
			list, _, err := p.svc.KeptNames(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []KeptName) ([][]any, error) {
			names, err := p.unitsOf(ctx, list)
			var out [][]any
			for _, n := range list {
				out = append(out, []any{n.Name, n.means(ctx), names[n.Unit], n.By, n.At, n.Uses, n.UsedAt, n.Forgotten})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}

// means is whom a name means, in words.
func (n KeptName) means(ctx context.Context) string {
	switch {
	case n.Gone:
		return i18n.T(ctx, "directive.names.gone")
	case n.Means.Kind == ToAll:
		return i18n.T(ctx, "directive.actor.all")
	}
	return n.Means.Name
}

func (n KeptName) mark(ctx context.Context) templ.Component {
	if n.Gone {
		return ui.Badge(ui.BadgeProps{Text: n.means(ctx), Tone: ui.Warn})
	}
	return ui.Text(n.means(ctx))
}

func (v namesPage) table(ctx context.Context) ui.ListProps {
	state := ""
	if v.f.Forgotten {
		state = "forgotten"
	}
	l := ui.ListProps{ID: "names", Caption: i18n.T(ctx, "directive.names"), Total: v.total, Next: v.next, Exports: web.Exports(v.r, NamesPath),
		Filtered: v.f.Query != "" || v.f.Unit != "" || v.f.Forgotten, ClearAt: NamesPath,
		Filters: ui.Filter(ui.FilterProps{Action: NamesPath, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "directive.names.search"), Value: v.f.Query},
			{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "directive.names.unit"), Value: v.f.Unit, Blank: i18n.T(ctx, "directive.names.any"), Options: v.units},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "directive.field.state"), Value: state, Blank: i18n.T(ctx, "directive.names.hold"), Options: []ui.Option{{Value: "forgotten", Label: i18n.T(ctx, "directive.names.forgotten")}}}}}),
		Empty: ui.EmptyProps{Icon: ui.IconUnit, Title: i18n.T(ctx, "directive.names.empty"), Text: i18n.T(ctx, "directive.names.empty.text")}}
	for _, key := range []string{"name", "means", "unit", "by", "at", "uses", "used"} {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "directive.names."+key), Numeric: key == "uses"})
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, n := range v.list {
		l.Rows = append(l.Rows, ui.Row{ID: string(n.ID), Name: n.Name, Href: nameAt(n.ID), Cells: []templ.Component{ui.Text(n.Name), n.mark(ctx), ui.Text(v.names[n.Unit]), ui.Text(n.By), ui.Time(n.At), ui.Number(n.Uses), used(ctx, n)}})
	}
	return l
}

func used(ctx context.Context, n KeptName) templ.Component {
	if n.UsedAt.IsZero() {
		return ui.Text(i18n.T(ctx, "directive.names.unused"))
	}
	return ui.Time(n.UsedAt)
}

type namePage struct {
	KeptName
	unit   string
	may    bool
	bodies []Body
	errs   map[string]string
	typed  url.Values
}

func (p *Pages) oneName(r *http.Request) (v namePage, err error) {
	ctx := r.Context()
	if v.KeptName, v.may, err = p.svc.KeptName(ctx, nameOf(r)); err != nil {
		return v, err
	}
	names, err := p.unitsOf(ctx, []KeptName{v.KeptName})
	if err != nil {
		return v, err
	}
	v.unit = names[v.Unit]
	v.bodies, err = p.svc.bodies(ctx)
	return v, err
}

func nameOf(r *http.Request) NameID { return NameID(r.PathValue("name")) }

// name handles GET /directive-names/{name}.
func (p *Pages) name(w http.ResponseWriter, r *http.Request) error {
	v, err := p.oneName(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Name, Body: nameView(v)})
}

// amend handles POST /directive-names/{name}. Form: version, body (a key of an
// addressee, or all).
func (p *Pages) amend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, err := p.svc.Amend(ctx, nameOf(r), r.PostFormValue("body"), version(r))
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.oneName(r)
		if err != nil {
			return err
		}
		v.errs, v.typed = errs, r.PostForm
		return p.site.Render(w, r, http.StatusUnprocessableEntity, web.View{Title: v.Name, Body: nameView(v)})
	}
	return p.named(w, r, err, "directive.names.amended")
}

// forgetName handles POST /directive-names/{name}/forget. Form: version.
func (p *Pages) forgetName(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Forget(r.Context(), nameOf(r), version(r))
	return p.named(w, r, err, "directive.names.done.forgotten")
}

// recallName handles POST /directive-names/{name}/recall. Form: version.
func (p *Pages) recallName(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Recall(r.Context(), nameOf(r), version(r))
	return p.named(w, r, err, "directive.names.done.recalled")
}

func (p *Pages) named(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), said))
	return web.Redirect(w, r, nameAt(nameOf(r)))
}

func (v namePage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Crumbs: []ui.Link{{Label: i18n.T(ctx, "directive.title"), Href: Path}, {Label: i18n.T(ctx, "directive.names"), Href: NamesPath}}, Title: v.Name,
		State: ui.BadgeProps{Text: i18n.T(ctx, "directive.names.hold"), Tone: ui.OK}}
	if !v.Forgotten.IsZero() {
		h.State = ui.BadgeProps{Text: i18n.T(ctx, "directive.names.forgotten"), Tone: ui.NoData}
	}
	switch {
	case !v.may:
	case v.Forgotten.IsZero():
		h.Actions = []ui.Action{{Label: i18n.T(ctx, "directive.names.forget"), Href: nameAt(v.ID) + "/forget", Icon: ui.IconDelete, Post: true, Danger: true, Hidden: []ui.Hidden{versionField(v.Version)}}}
	default:
		h.Actions = []ui.Action{{Label: i18n.T(ctx, "directive.names.recall"), Href: nameAt(v.ID) + "/recall", Icon: ui.IconUndo, Post: true, Hidden: []ui.Hidden{versionField(v.Version)}}}
	}
	return h
}

func (v namePage) facts(ctx context.Context) []ui.Fact {
	fact := func(key string, value templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "directive.names."+key), Value: value}
	}
	out := []ui.Fact{fact("means", v.mark(ctx)), fact("unit", ui.Text(v.unit)), fact("by", ui.Text(v.By)), fact("at", ui.Time(v.At)), fact("uses", ui.Number(v.Uses)), fact("used", used(ctx, v.KeptName))}
	if !v.Forgotten.IsZero() {
		out = append(out, fact("forgotten", ui.Time(v.Forgotten)))
	}
	return out
}

func (v namePage) field(ctx context.Context) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindSelect, Name: "body", Label: i18n.T(ctx, "directive.names.means"), Hint: i18n.T(ctx, "directive.names.amend.hint"), Required: true, Blank: i18n.T(ctx, "directive.none"), Value: v.Target, Error: v.errs["body"],
		Options: append([]ui.Option{{Value: string(ToAll), Label: i18n.T(ctx, "directive.actor.all")}}, bodyOptions(ctx, v.bodies)...)}
	if v.typed != nil {
		f.Value = v.typed.Get("body")
	}
	return f
}
