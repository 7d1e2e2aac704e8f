// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// ChoicesPath is the page where a person chooses how to hear.
const ChoicesPath = "/account/notices"

// PagesDeps are what the pages are built from. All are required.
type PagesDeps struct {
	Site    *web.Site
	Service *Service
}

// Pages are the screens of the room.
type Pages struct{ PagesDeps }

// NewPages makes the screens.
func NewPages(d PagesDeps) *Pages { return &Pages{d} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Access: web.SignedIn, Handle: p.list},
		{Pattern: "GET /notices.csv", Access: web.SignedIn, Handle: p.export(web.CSV)},
		{Pattern: "GET /notices.xlsx", Access: web.SignedIn, Handle: p.export(web.XLSX)},
		{Pattern: "POST /notices/read", Access: web.SignedIn, Handle: p.read},
		{Pattern: "GET " + ChoicesPath, Access: web.SignedIn, Handle: p.choices},
		{Pattern: "POST " + ChoicesPath, Access: web.SignedIn, Handle: p.choose},
		{Pattern: "GET /settings/mail", Need: mayConfigure, Handle: p.mail},
		{Pattern: "POST /settings/mail", Need: mayConfigure, Handle: p.setMail},
		{Pattern: "POST /settings/mail/test", Need: mayConfigure, Handle: p.tryMail},
		{Pattern: "POST /settings/mail/keep", Need: mayConfigure, Handle: p.setKept},
		{Pattern: "GET /settings/outbox", Need: mayConfigure, Handle: p.outbox},
		{Pattern: "GET /settings/outbox.csv", Need: mayConfigure, Handle: p.exportOutbox(web.CSV)},
		{Pattern: "GET /settings/outbox.xlsx", Need: mayConfigure, Handle: p.exportOutbox(web.XLSX)},
		{Pattern: "POST /settings/outbox", Need: mayConfigure, Handle: p.handleLetters},
		{Pattern: "POST /settings/outbox/drop", Need: mayConfigure, Handle: p.drop},
	}
}

type listPage struct {
	r     *http.Request
	f     Filter
	page  Page
	units map[string]string
}

func readFilter(r *http.Request) Filter {
	q := r.URL.Query()
	f := Filter{Unread: q.Get("show") != "all", Kind: q.Get("kind"), After: q.Get("after")}
	for _, u := range Urgencies() {
		if q.Get("urgency") == u.Key() {
			f.Urgency = u
		}
	}
	return f
}

// list handles GET /notices. Query: show=all, kind, urgency, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: readFilter(r)}
	var err error
	if v.page, err = p.Service.List(ctx, v.f); err != nil {
		return err
	}
	if v.units, err = p.Service.unitsOf(ctx, v.page.Rows); err != nil {
		return err
	}
	return p.Site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "notice.title"), Body: listView(v)})
}

// unitsOf are the labels of units whose notices the reader was shown.
func (s *Service) unitsOf(ctx context.Context, rows []Item) (map[string]string, error) {
	var ids []string
	for _, i := range rows {
		if i.Unit != "" && !slices.Contains(ids, i.Unit) {
			ids = append(ids, i.Unit)
		}
	}
	return s.UnitNames(ctx, s.Records.Read(), ids)
}

// text is the sentence of a notice for its reader.
func (i Item) text(ctx context.Context) string {
	args := make([]any, len(i.Args))
	for n, a := range i.Args {
		switch {
		case !a.At.IsZero():
			args[n] = i18n.Time(ctx, a.At)
		case !a.Until.IsZero():
			args[n] = i18n.Until(ctx, a.Until)
		case a.EN != "" && i18n.Lang(ctx) == string(i18n.English):
			args[n] = a.EN
		default:
			args[n] = a.VI
		}
	}
	return i18n.T(ctx, "notice.text."+i.Kind, args...)
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	show := ui.FieldProps{Kind: ui.KindSelect, Name: "show", Label: i18n.T(ctx, "notice.filter.show"), Value: "unread",
		Options: []ui.Option{{Value: "unread", Label: i18n.T(ctx, "notice.show.unread")}, {Value: "all", Label: i18n.T(ctx, "notice.show.all")}}}
	if !v.f.Unread {
		show.Value = "all"
	}
	kind := ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "notice.kind"), Value: v.f.Kind, Blank: i18n.T(ctx, "notice.any")}
	for _, k := range Kinds() {
		kind.Options = append(kind.Options, ui.Option{Value: k.ID, Label: i18n.T(ctx, "notice.kind."+k.ID)})
	}
	urgency := ui.FieldProps{Kind: ui.KindSelect, Name: "urgency", Label: i18n.T(ctx, "notice.urgency"), Value: v.f.Urgency.Key(), Blank: i18n.T(ctx, "notice.any")}
	for _, u := range Urgencies() {
		urgency.Options = append(urgency.Options, ui.Option{Value: u.Key(), Label: i18n.T(ctx, "notice.urgency."+u.Key())})
	}
	return []ui.FieldProps{show, kind, urgency}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "notice.title"),
		Filters:  ui.Filter(ui.FilterProps{Action: Path, Fields: v.fields(ctx), Clear: Path}),
		Filtered: v.f.Kind != "" || v.f.Urgency != 0, ClearAt: Path,
		Heads: []ui.Head{{Label: i18n.T(ctx, "notice.what")}, {Label: i18n.T(ctx, "notice.urgency")}, {Label: i18n.T(ctx, "notice.unit")},
			{Label: i18n.T(ctx, "notice.at")}, {Label: i18n.T(ctx, "notice.open"), Hide: true}},
		Total: v.page.Total, Exports: web.Exports(v.r, Path),
		Bulk: &ui.Bulk{Action: "/notices/read", Buttons: []ui.Submit{
			{Label: i18n.T(ctx, "notice.read.chosen"), Name: "do", Value: "chosen", Plain: true, Icon: ui.IconCheck},
			{Label: i18n.T(ctx, "notice.read.all"), Name: "do", Value: "all", Plain: true}}},
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "notice.empty"), Text: i18n.T(ctx, "notice.empty.text"),
			Action: &ui.Action{Label: i18n.T(ctx, "notice.choices"), Href: ChoicesPath, Icon: ui.IconSettings}}}
	if v.page.Prev != "" {
		l.Prev = web.With(v.r, "after", v.page.Prev)
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	for _, i := range v.page.Rows {
		tone := ui.Neutral
		if i.ReadAt.IsZero() && i.Urgency == Urgent {
			tone = ui.Bad
		}
		l.Rows = append(l.Rows, ui.Row{ID: i.ID, Name: i18n.T(ctx, "notice.kind."+i.Kind), Href: i.Href, Tone: tone,
			Cells: []templ.Component{whatCell(i), ui.Badge(urgencyBadge(ctx, i.Urgency)), ui.Text(v.units[i.Unit]), ui.Time(i.UpdatedAt), openCell(i)}})
	}
	return l
}

func urgencyBadge(ctx context.Context, u Urgency) ui.BadgeProps {
	tone := map[Urgency]ui.Tone{Low: ui.Neutral, Normal: ui.Info, Urgent: ui.Bad}[u]
	return ui.BadgeProps{Text: i18n.T(ctx, "notice.urgency."+u.Key()), Tone: tone}
}

// read handles POST /notices/read. Form: open=<id>, or do=all, or do=chosen
// with id once for each chosen one.
func (p *Pages) read(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if id := r.PostFormValue("open"); id != "" {
		href, err := p.Service.Open(ctx, id)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, href)
	}
	ids := r.PostForm["id"]
	switch {
	case r.PostFormValue("do") == "all":
		ids = nil
	case len(ids) == 0:
		p.Site.Flash(ctx, ui.Warn, i18n.T(ctx, "notice.err.none_chosen"))
		return web.Redirect(w, r, Path)
	}
	if err := p.Service.MarkRead(ctx, ids...); err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.done.read"))
	return web.Redirect(w, r, Path)
}

// export handles GET /notices.csv and .xlsx: every row that the list's filter
// matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		f := readFilter(r)
		f.Limit = 1000
		heads := texts(ctx, "notice.what", "notice.kind", "notice.urgency", "notice.unit", "notice.times.head", "notice.at", "notice.read.at")
		rows := web.Rows(func(after string) ([]Item, string, error) {
			f.After = after
			page, err := p.Service.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(list []Item) ([][]any, error) {
			units, err := p.Service.unitsOf(ctx, list)
			var lines [][]any
			for _, i := range list {
				lines = append(lines, []any{i.text(ctx), i18n.T(ctx, "notice.kind."+i.Kind), i18n.T(ctx, "notice.urgency."+i.Urgency.Key()), units[i.Unit],
					i.Times, i.UpdatedAt, i.ReadAt})
			}
			return lines, err
		})
		return web.Export(w, r, format, web.Sheet{Name: "notices", Heads: heads, Rows: rows})
	}
}

func texts(ctx context.Context, keys ...string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = i18n.T(ctx, k)
	}
	return out
}
