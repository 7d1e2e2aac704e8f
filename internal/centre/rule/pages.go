// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the list of packs stands.
const Path = "/rules"

const (
	packsPath     = Path + "/packs"
	overridesPath = Path + "/overrides"
)

const onPage = 50

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	value := packsPath + "/{pack}/values/{section}/{key}"
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.packs},
		{Pattern: "GET " + Path + "/unsure", Need: mayRead, Handle: p.unsure},
		{Pattern: "GET " + Path + "/unsure.csv", Need: mayRead, Handle: p.exportUnsure(web.CSV)},
		{Pattern: "GET " + Path + "/unsure.xlsx", Need: mayRead, Handle: p.exportUnsure(web.XLSX)},
		{Pattern: "GET " + Path + "/compare", Need: mayRead, Handle: p.compare},
		{Pattern: "GET " + Path + "/compare.csv", Need: mayRead, Handle: p.exportCompare(web.CSV)},
		{Pattern: "GET " + Path + "/compare.xlsx", Need: mayRead, Handle: p.exportCompare(web.XLSX)},
		{Pattern: "GET " + packsPath + "/{pack}", Need: mayRead, Handle: p.pack},
		{Pattern: "GET " + packsPath + "/{pack}/values.csv", Need: mayRead, Handle: p.exportPack(web.CSV)},
		{Pattern: "GET " + packsPath + "/{pack}/values.xlsx", Need: mayRead, Handle: p.exportPack(web.XLSX)},
		{Pattern: "GET " + packsPath + "/{pack}/print", Need: mayRead, Handle: p.print},
		{Pattern: "GET " + value, Need: mayRead, Handle: p.value},
		{Pattern: "GET " + value + "/override", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + value + "/override", Need: mayWrite, Handle: p.put},
		{Pattern: "GET " + overridesPath, Need: mayRead, Handle: p.overrides},
		{Pattern: "GET " + overridesPath + ".csv", Need: mayRead, Handle: p.exportOverrides(web.CSV)},
		{Pattern: "GET " + overridesPath + ".xlsx", Need: mayRead, Handle: p.exportOverrides(web.XLSX)},
		{Pattern: "GET " + overridesPath + "/{override}", Need: mayRead, Handle: p.override},
		{Pattern: "GET " + overridesPath + "/{override}/withdraw", Need: mayWrite, Handle: p.askWithdraw},
		{Pattern: "POST " + overridesPath + "/{override}/withdraw", Need: mayWrite, Handle: p.withdraw},
	}
}

func packAt(id string) string { return packsPath + "/" + url.PathEscape(id) }

func valueAt(pack string, i rulepack.Item) string {
	return packAt(pack) + "/values/" + url.PathEscape(i.Section) + "/" + url.PathEscape(i.ID)
}

type packsPage struct {
	packs  []Summary
	faults []string // lines of file:line of packs that were refused
	folder string
	unsure int
	unfit  []Override
}

// packs handles GET /rules: the packs, and those that were refused.
func (p *Pages) packs(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := packsPage{folder: p.svc.Folder}
	var err error
	if v.packs, err = p.svc.Packs(ctx); err != nil {
		return err
	}
	for _, s := range v.packs {
		v.unsure += s.Unsure
	}
	for _, err := range p.svc.Faults {
		v.faults = append(v.faults, strings.Split(err.Error(), "\n")...)
	}
	standing, _, err := p.svc.List(ctx, Filter{})
	if err != nil {
		return err
	}
	for _, o := range standing {
		if p.svc.Unfit(o.ID) != nil {
			v.unfit = append(v.unfit, o)
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "rule.title"), Body: packsView(v)})
}

// itemsPage is a list of values, of one pack or of several.
type itemsPage struct {
	r     *http.Request
	at    string // address of the list
	pack  *rulepack.Pack
	part  string
	f     ItemFilter
	lines []Line
	total int
	next  string
	sum   Summary
}

func itemFilter(r *http.Request) ItemFilter {
	q := r.URL.Query()
	return ItemFilter{Search: q.Get("q"), Sections: sectionsOf(q.Get("part")), Mark: rulepack.Mark(q.Get("mark")), Changed: q.Get("changed") != ""}
}

// cut keeps one page of the lines: those behind the place named by after.
func (v *itemsPage) cut(all []Line) {
	v.total = len(all)
	if after := v.r.URL.Query().Get("after"); after != "" {
		for n, l := range all {
			if place(l) == after {
				all = all[n+1:]
				break
			}
		}
	}
	if len(all) > onPage {
		all = all[:onPage]
		v.next = web.With(v.r, "after", place(all[onPage-1]))
	}
	v.lines = all
}

// place names a line of a list: a value may have several versions.
func place(l Line) string { return l.Pack.ID + " " + l.Key() + " " + l.From.String() }

// pack handles GET /rules/packs/{pack}. Query: part, q, mark, changed, after.
func (p *Pages) pack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := itemsPage{r: r, f: itemFilter(r), part: r.URL.Query().Get("part")}
	var err error
	if v.pack, err = p.svc.Pack(ctx, r.PathValue("pack")); err != nil {
		return err
	}
	v.at = packAt(v.pack.ID)
	all, err := p.svc.Items(ctx, v.pack.ID, v.f)
	if err != nil {
		return err
	}
	v.cut(all)
	packs, err := p.svc.Packs(ctx)
	if err != nil {
		return err
	}
	for _, s := range packs {
		if s.Pack.ID == v.pack.ID {
			v.sum = s
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: named(ctx, v.pack.Title), Body: packView(v)})
}

// unsure handles GET /rules/unsure: the values of every pack that an
// administrator should confirm. Query: q, after.
func (p *Pages) unsure(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := itemsPage{r: r, f: unsureFilter(r), at: Path + "/unsure"}
	all, err := p.svc.Items(ctx, "", v.f)
	if err != nil {
		return err
	}
	v.cut(all)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "rule.unsure"), Body: unsureView(v)})
}

func unsureFilter(r *http.Request) ItemFilter {
	return ItemFilter{Search: r.URL.Query().Get("q"), Mark: rulepack.Unsure}
}

type printPage struct {
	pack  *rulepack.Pack
	parts []printPart
}

type printPart struct {
	key   string
	lines []Line
}

// print handles GET /rules/packs/{pack}/print: the whole pack on one page.
func (p *Pages) print(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := printPage{}
	var err error
	if v.pack, err = p.svc.Pack(ctx, r.PathValue("pack")); err != nil {
		return err
	}
	for _, part := range parts {
		lines, err := p.svc.Items(ctx, v.pack.ID, ItemFilter{Sections: part.Sections})
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			v.parts = append(v.parts, printPart{part.Key, lines})
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: named(ctx, v.pack.Title), Body: printView(v)})
}

type valuePage struct {
	Line
	versions []rulepack.Item
	past     []Override
	may      bool
	svc      *Service
}

// value handles GET /rules/packs/{pack}/values/{section}/{key}.
func (p *Pages) value(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.one(ctx, r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: named(ctx, v.Label), Body: valueView(v)})
}

func (p *Pages) one(ctx context.Context, r *http.Request) (v valuePage, err error) {
	v.Line, v.versions, v.past, err = p.svc.Item(ctx, r.PathValue("pack"), r.PathValue("section")+"/"+r.PathValue("key"))
	v.may, v.svc = p.svc.MayOverride(ctx), p.svc
	return v, err
}

func crumbs(ctx context.Context, more ...ui.Link) []ui.Link {
	return append([]ui.Link{{Label: i18n.T(ctx, "rule.title"), Href: Path}}, more...)
}

func packCrumb(ctx context.Context, p *rulepack.Pack) ui.Link {
	return ui.Link{Label: named(ctx, p.Title), Href: packAt(p.ID)}
}
