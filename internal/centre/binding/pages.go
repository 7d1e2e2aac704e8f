// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the library stands.
const Path = "/bindings"

const (
	rowsPath    = Path + "/rows"
	choicesPath = Path + "/choices"
	onPage      = 50
)

// Neighbours are what the pages show of other rooms.
type Neighbours struct {
	Units func(ctx context.Context) ([]ui.Option, error)                     // in the actor's sight
	Names func(ctx context.Context, ids []string) (map[string]string, error) // of units; those out of sight are left out
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	choice := choicesPath + "/{choice}"
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + rowsPath, Need: mayRead, Handle: p.rows},
		{Pattern: "GET " + rowsPath + ".csv", Need: mayRead, Handle: p.exportRows(web.CSV)},
		{Pattern: "GET " + rowsPath + ".xlsx", Need: mayRead, Handle: p.exportRows(web.XLSX)},
		{Pattern: "GET " + choicesPath, Need: mayRead, Handle: p.choices},
		{Pattern: "GET " + choicesPath + ".csv", Need: mayRead, Handle: p.exportChoices(web.CSV)},
		{Pattern: "GET " + choicesPath + ".xlsx", Need: mayRead, Handle: p.exportChoices(web.XLSX)},
		{Pattern: "GET " + choice, Need: mayRead, Handle: p.choice},
		{Pattern: "POST " + choice, Need: mayWrite, Handle: p.amend},
		{Pattern: "GET " + choice + "/remove", Need: mayWrite, Handle: p.askForget},
		{Pattern: "POST " + choice + "/remove", Need: mayWrite, Handle: p.forget},
		{Pattern: "GET " + Path + "/{binding}", Need: mayRead, Handle: p.show},
	}
}

// listFilter narrows the library.
type listFilter struct{ search, kind, state, topic string }

func (f listFilter) on() bool { return f != listFilter{} }

type listPage struct {
	r      *http.Request
	svc    *Service
	f      listFilter
	list   []Binding
	topics []ui.Option
	faults []string
}

func (p *Pages) listed(r *http.Request) listPage {
	ctx, q := r.Context(), r.URL.Query()
	v := listPage{r: r, svc: p.svc, f: listFilter{q.Get("q"), q.Get("kind"), q.Get("state"), q.Get("topic")}, topics: p.svc.topicOptions(ctx)}
	for _, f := range p.svc.Faults {
		v.faults = append(v.faults, strings.Split(f.Error(), "\n")...)
	}
	typed := strings.Fields(i18n.Fold(v.f.search))
	for _, b := range p.svc.Library.All() {
		_, topic := b.Topics[v.f.topic]
		text := i18n.Fold(strings.Join(append([]string{b.ID, b.Label.VI, b.Label.EN}, b.Rows...), " ") + " " + strings.Join(keys(b), " "))
		if v.f.kind != "" && string(b.Kind) != v.f.kind || v.f.topic != "" && !topic || v.f.state != "" && string(p.svc.state(b)) != v.f.state ||
			slices.ContainsFunc(typed, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		v.list = append(v.list, b)
	}
	return v
}

// keys are those of the measures of b.
func keys(b Binding) (out []string) {
	for _, m := range b.Measures {
		out = append(out, m.Key)
	}
	return out
}

// state is how far b can be judged in this program.
func (s *Service) state(b Binding) State { return b.State(s.Registered) }

// topicOptions are the topics that bindings answer to.
func (s *Service) topicOptions(ctx context.Context) (out []ui.Option) {
	keys, names := s.Topics(i18n.Lang(ctx))
	for _, k := range keys {
		out = append(out, ui.Option{Value: k, Label: names[k]})
	}
	return out
}

// list handles GET /bindings. Query: q, kind, state, topic.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "binding.title"), Body: listView(p.listed(r))})
}

func heads(ctx context.Context, keys ...string) (out []string) {
	for _, k := range keys {
		out = append(out, i18n.T(ctx, "binding.field."+k))
	}
	return out
}

// export handles GET /bindings.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, s := r.Context(), p.svc
		v := p.listed(r)
		sh := web.Sheet{Name: "bindings", Heads: heads(ctx, "id", "label", "kind", "state", "rows", "topics", "measures", "waits", "obligations", "evidence", "next", "why", "own")}
		sh.Rows = web.Rows(func(string) ([]Binding, string, error) { return v.list, "", nil }, func(list []Binding) ([][]any, error) {
			var out [][]any
			for _, b := range list {
				out = append(out, []any{b.ID, b.Label.In(i18n.Lang(ctx)), kindText(ctx, b.Kind), stateText(ctx, s.state(b)), strings.Join(b.Rows, ", "), strings.Join(s.topicsOf(ctx, b), ", "),
					strings.Join(s.measureTexts(ctx, b), "; "), strings.Join(s.roomNames(ctx, b), ", "), strings.Join(titles(ctx, b), "; "), labels(ctx, b.Evidence), b.Next.In(i18n.Lang(ctx)),
					b.Why.In(i18n.Lang(ctx)), b.Own})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

type showPage struct {
	Binding
	svc  *Service
	rows []Row
}

// show handles GET /bindings/{binding}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := p.svc.Get(ctx, r.PathValue("binding"))
	if err != nil {
		return err
	}
	v := showPage{Binding: b, svc: p.svc}
	for _, row := range p.svc.Library.Rows() {
		if slices.Contains(b.Rows, row.ID) {
			v.rows = append(v.rows, row)
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: b.Label.In(i18n.Lang(ctx)), Body: showView(v)})
}

type rowsPage struct {
	r          *http.Request
	svc        *Service
	state      string
	dispatch   string      // number of one dispatch; empty: all
	dispatches []ui.Option // that there are rows of
	list       []rowLine
	count      map[State]int64 // of all rows
	total      int64
}

// rowLine is a row of the table with what answers it.
type rowLine struct {
	Row
	binding Binding
	state   State
}

func (p *Pages) table(r *http.Request) rowsPage {
	v := rowsPage{r: r, svc: p.svc, state: r.URL.Query().Get("state"), dispatch: r.URL.Query().Get("dispatch"), count: map[State]int64{}}
	lang := i18n.Lang(r.Context())
	for _, row := range p.svc.Library.Rows() {
		line := rowLine{Row: row, state: Unbound}
		if b, ok := p.svc.Library.Binding(row.Binding); ok {
			line.binding, line.state = b, p.svc.state(b)
		}
		v.total++
		v.count[line.state]++
		of, _, _ := strings.Cut(row.ID, "-")
		if n := len(v.dispatches); n == 0 || v.dispatches[n-1].Value != of {
			v.dispatches = append(v.dispatches, ui.Option{Value: of, Label: row.Dispatch.In(lang)})
		}
		if (v.state == "" || string(line.state) == v.state) && (v.dispatch == "" || of == v.dispatch) {
			v.list = append(v.list, line)
		}
	}
	return v
}

// rows handles GET /bindings/rows: the table of demands, whole. Query: state,
// dispatch.
func (p *Pages) rows(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "binding.rows"), Body: rowsView(p.table(r))})
}

// exportRows handles GET /bindings/rows.csv and .xlsx, filtered as the page.
func (p *Pages) exportRows(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, v := r.Context(), p.table(r)
		lang := i18n.Lang(ctx)
		sh := web.Sheet{Name: "binding-rows", Heads: heads(ctx, "row", "dispatch", "ask", "binding", "state", "measures", "waits", "why", "evidence")}
		sh.Rows = web.Rows(func(string) ([]rowLine, string, error) { return v.list, "", nil }, func(list []rowLine) ([][]any, error) {
			var out [][]any
			for _, l := range list {
				out = append(out, []any{l.ID, l.Dispatch.In(lang), l.Ask.In(lang), l.binding.Label.In(lang), stateText(ctx, l.state), strings.Join(p.svc.measureTexts(ctx, l.binding), "; "),
					strings.Join(p.svc.roomNames(ctx, l.binding), ", "), l.binding.Why.In(lang), labels(ctx, l.binding.Evidence)})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}
