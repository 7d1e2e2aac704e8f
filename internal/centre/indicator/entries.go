// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Sightings are what is remembered of an observable in the units of the reader.
type Sightings struct {
	Clients, Units, Queries int64
	First, Last             time.Time // zero when nothing was seen
	Cut                     bool      // there is more than was counted
	Href                    string    // where to look back with a reason; may be empty
}

// Mention is a record of another room that an observable stands in.
type Mention struct {
	Label, State, Href string
	At                 time.Time
}

// Mentions are the records of another room that an observable stands in: the
// latest, and the units they lie in.
type Mentions struct {
	Rows  []Mention
	Total int64
	Over  bool   // there are more than Total
	Href  string // where all of them are
	Units []Touched
}

// Touched is a unit that an observable was met in.
type Touched struct {
	Name     string // "" when the address is no unit's
	Href     string // its records; may be empty
	Findings int64
	Last     time.Time
}

// ofHref is where an observable's own page is.
func ofHref(a Asked) string {
	return "/indicators/of?type=" + a.Type.String() + "&value=" + url.QueryEscape(a.Value)
}

type ofPage struct {
	answer   Answer
	holding  []Entry
	related  []Related
	seen     *Sightings
	seenBad  string // sentence of why the memory does not answer
	mentions *Mentions
	typed    allowForm
}

// of handles GET /indicators/of. Query: value, and type unless it follows from
// the value.
func (p *Pages) of(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	asked, problem := Question(q.Get("value"))
	if t, ok := typeNamed(q.Get("type")); ok && problem == "" && (t == asked.Type || asked.Type == intel.MD5 && t == intel.JA3) {
		asked.Type = t
	} else if ok {
		problem = "indicator.ask.bad"
	}
	if problem != "" {
		return web.Redirect(w, r, "/indicators?q="+url.QueryEscape(q.Get("value")))
	}
	return p.renderOf(w, r, http.StatusOK, asked, allowForm{})
}

func (p *Pages) renderOf(w http.ResponseWriter, r *http.Request, status int, asked Asked, typed allowForm) error {
	ctx := r.Context()
	v := ofPage{typed: typed}
	var err error
	if v.answer, err = p.svc.Of(ctx, asked); err != nil {
		return err
	}
	if v.holding, err = p.svc.Holding(ctx, asked); err != nil {
		return err
	}
	if v.related, err = p.svc.Relations(ctx, v.answer); err != nil {
		return err
	}
	if p.choices.Sightings != nil {
		v.seen, err = p.choices.Sightings(ctx, asked)
		if fault.Is(err, fault.Unavailable) {
			v.seenBad = i18n.T(ctx, fault.Of(err).Public())
		} else if err != nil {
			return err
		}
	}
	if p.choices.Findings != nil {
		if v.mentions, err = p.choices.Findings(ctx, asked); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: ui.Defang(asked.Value), Body: ofView(v)})
}

// allowOf handles POST /indicators/of. Form: type, value, exact, reason.
func (p *Pages) allowOf(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := allowForm{name: r.PostFormValue("value"), reason: r.PostFormValue("reason"), exact: r.PostFormValue("exact") != ""}
	asked, problem := Question(typed.name)
	if problem != "" {
		return fault.Bad("indicator.allowOf", "value", problem)
	}
	e, err := p.svc.Allow(ctx, typed.name, typed.exact, typed.reason)
	if typed.errs = web.Errors(ctx, err); typed.errs != nil {
		return p.renderOf(w, r, http.StatusUnprocessableEntity, asked, typed)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "indicator.allow.done", ui.Defang(e.Name)))
	return web.Redirect(w, r, ofHref(asked))
}

func (v ofPage) head(ctx context.Context) ui.PageHeadProps {
	return ui.PageHeadProps{Crumbs: crumbs(ctx), Title: ui.Defang(v.answer.Value), Lead: i18n.T(ctx, "indicator.of.lead", i18n.T(ctx, "indicator.type."+v.answer.Type.String()))}
}

func (v ofPage) heads(ctx context.Context) []ui.Head {
	return heads(ctx, "hit.indicator", "name", "hit.effect", "threat", "tlp", "of.confidence", "of.valid", "of.reference")
}

func heads(ctx context.Context, keys ...string) []ui.Head {
	var out []ui.Head
	for _, k := range keys {
		out = append(out, ui.Head{Label: i18n.T(ctx, "indicator."+k)})
	}
	return out
}

func (v ofPage) rows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, h := range v.answer.Hits {
		verdict, effect := h.effect(ctx)
		threat := ui.None()
		if h.List.Kind == Block {
			threat = ui.Text(h.Threat)
		}
		rows = append(rows, ui.Row{Cells: []templ.Component{h.mark(ctx, verdict), ui.Anchor(ui.Link{Label: title(ctx, h.List), Href: href(h.List.ID)}),
			ui.Badge(effect), threat, ui.Text(string(h.TLP)), h.confidence(ctx), ui.Text(h.valid(ctx)), reference(h.Reference)}})
	}
	return rows
}

// mark is the entry itself, which leads to its own page.
func (h Hit) mark(ctx context.Context, verdict ui.Verdict) templ.Component {
	return ui.Observable(ui.ObservableProps{Value: h.Indicator, Type: i18n.T(ctx, "indicator.type."+h.Type.String()), Verdict: verdict})
}

func (h Hit) confidence(ctx context.Context) templ.Component {
	if h.Confidence == 0 {
		return ui.None()
	}
	return ui.Text(i18n.T(ctx, "indicator.of.percent", int(h.Confidence)))
}

// valid says from when until when h counts.
func (h Hit) valid(ctx context.Context) string {
	switch {
	case h.From.IsZero() && h.Until.IsZero():
		return i18n.T(ctx, "indicator.of.always")
	case h.Until.IsZero():
		return i18n.T(ctx, "indicator.of.from", i18n.Time(ctx, h.From))
	case h.From.IsZero():
		return i18n.T(ctx, "indicator.of.until", i18n.Time(ctx, h.Until))
	}
	return i18n.T(ctx, "indicator.of.between", i18n.Time(ctx, h.From), i18n.Time(ctx, h.Until))
}

// reference is where to read on. It comes from outside, so that it is text and
// no link: who reads it decides where to go.
func reference(s string) templ.Component {
	if s == "" {
		return ui.None()
	}
	return ui.Text(ui.Defang(s))
}

func (v ofPage) seenFacts(ctx context.Context) []ui.Fact {
	s := v.seen
	fact := func(key string, c templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "indicator.seen."+key), Value: c}
	}
	return []ui.Fact{fact("first", ui.Time(s.First)), fact("last", ui.Time(s.Last)), fact("clients", ui.Number(s.Clients)),
		fact("units", ui.Number(s.Units)), fact("queries", ui.Number(s.Queries))}
}

func (v ofPage) mentionRows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, m := range v.mentions.Rows {
		rows = append(rows, ui.Row{Href: m.Href, Name: m.Label, Cells: []templ.Component{ui.Text(m.Label), ui.Text(m.State), ui.Time(m.At)}})
	}
	return rows
}

// unitRows are the units that findings of it lie in.
func (v ofPage) unitRows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, t := range v.mentions.Units {
		name := t.Name
		if name == "" {
			name = i18n.T(ctx, "indicator.mentions.nobody")
		}
		rows = append(rows, ui.Row{Href: t.Href, Name: name, Cells: []templ.Component{ui.Text(name), ui.Number(t.Findings), ui.Time(t.Last)}})
	}
	return rows
}

// entryRows lists entries, each with the way to its own page.
func entryRows(ctx context.Context, hits []Hit) []ui.Row {
	var rows []ui.Row
	for _, h := range hits {
		verdict, effect := h.effect(ctx)
		rows = append(rows, ui.Row{Href: ofHref(Asked{h.Type, h.Indicator}), Name: ui.Defang(h.Indicator), Cells: []templ.Component{h.mark(ctx, verdict),
			ui.Text(title(ctx, h.List)), ui.Badge(effect), ui.Text(h.Threat), ui.Text(string(h.TLP)), h.confidence(ctx), ui.Text(h.valid(ctx))}})
	}
	return rows
}

func entryHeads(ctx context.Context) []ui.Head {
	return heads(ctx, "hit.indicator", "name", "hit.effect", "threat", "tlp", "of.confidence", "of.valid")
}

// relatedText names what the entries of a group share.
func (r Related) referenceText(ctx context.Context) string {
	return i18n.T(ctx, "indicator.related.reference", ui.Defang(r.Ref))
}

func (r Related) threatText(ctx context.Context) string {
	return i18n.T(ctx, "indicator.related.threat", r.Name, title(ctx, r.List))
}

type findPage struct {
	r     *http.Request
	q     Search
	found Found
	asked bool
	lists []ui.Option
	errs  map[string]string
}

func search(r *http.Request) Search {
	q := r.URL.Query()
	return Search{Text: strings.TrimSpace(q.Get("prefix")), Way: Way(q.Get("how")), Type: q.Get("type"), List: ID(q.Get("list")), Part: q.Get("part"), After: q.Get("after")}
}

// find handles GET /indicators/find. Query: prefix (the text, however it is
// taken), how, type, list, part, after.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := findPage{r: r, q: search(r)}
	v.asked = v.q.Text+string(v.q.List) != ""
	status := http.StatusOK
	var err error
	if v.asked {
		v.found, err = p.svc.Find(ctx, v.q)
		if v.errs = web.Errors(ctx, err); v.errs != nil {
			status = http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		}
	} else if _, err := p.svc.Status(ctx); err != nil {
		return err
	}
	page, err := p.svc.List(ctx, Filter{Limit: 1000})
	if err != nil {
		return err
	}
	for _, l := range page.Rows {
		v.lists = append(v.lists, ui.Option{Value: string(l.ID), Label: title(ctx, l.List)})
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "indicator.find"), Body: findView(v)})
}

func (v findPage) fields(ctx context.Context) []ui.FieldProps {
	anything := i18n.T(ctx, "indicator.filter.any")
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "prefix", Label: i18n.T(ctx, "indicator.find.prefix"), Hint: i18n.T(ctx, "indicator.find.hint"), Value: v.q.Text, Error: v.errs["prefix"]},
		{Kind: ui.KindSelect, Name: "how", Label: i18n.T(ctx, "indicator.find.how"), Value: string(v.q.Way), Options: wayOptions(ctx), Error: v.errs["how"]},
		{Kind: ui.KindSelect, Name: "type", Label: i18n.T(ctx, "indicator.find.type"), Value: v.q.Type, Blank: anything, Options: typeOptions(ctx), Error: v.errs["type"]},
		{Kind: ui.KindSelect, Name: "list", Label: i18n.T(ctx, "indicator.name"), Value: string(v.q.List), Blank: anything, Options: v.lists},
	}
}

func wayOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, w := range Ways() {
		out = append(out, ui.Option{Value: string(w), Label: i18n.T(ctx, "indicator.find.how."+string(w))})
	}
	return out
}

func typeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, t := range Types() {
		out = append(out, ui.Option{Value: t.String(), Label: i18n.T(ctx, "indicator.type."+t.String())})
	}
	return out
}

func (v findPage) exports() []ui.Link {
	if !v.asked || v.errs != nil {
		return nil
	}
	return web.Exports(v.r, "/indicators/find", "after", "part")
}

func (v findPage) next() string {
	if v.found.Next == "" {
		return ""
	}
	return web.With(v.r, "after", v.found.Next, "part", v.found.Part)
}

func (v findPage) first() string {
	if v.q.After == "" {
		return ""
	}
	return web.With(v.r, "after", "")
}

// partial says how far the search came, nil when it saw all there is.
func (v findPage) partial(ctx context.Context) *ui.AlertProps {
	f := v.found
	if f.Rest == "" && !f.Begun {
		return nil
	}
	a := &ui.AlertProps{Tone: ui.Info, Title: i18n.T(ctx, "indicator.find.last"), Text: i18n.T(ctx, "indicator.find.last.text")}
	if f.Rest != "" {
		a.Tone, a.Title, a.Text = ui.Warn, i18n.T(ctx, "indicator.find.part", i18n.Number(ctx, f.Seen), i18n.Number(ctx, f.Of)), i18n.T(ctx, "indicator.find.part.text")
		a.Action = &ui.Action{Label: i18n.T(ctx, "indicator.find.on"), Href: web.With(v.r, "part", f.Rest, "after", ""), Icon: ui.IconNext}
	} else {
		a.Action = &ui.Action{Label: i18n.T(ctx, "indicator.find.again"), Href: web.With(v.r, "part", "", "after", "")}
	}
	return a
}

func (v findPage) empty(ctx context.Context) ui.EmptyProps {
	key := "indicator.find.ask"
	if v.asked {
		key = "indicator.find.none"
	}
	return ui.EmptyProps{Icon: ui.IconSearch, Title: i18n.T(ctx, key), Text: i18n.T(ctx, key+".text")}
}

// needed is the permission that a search asks for.
func needed(ctx context.Context) error {
	_, err := needView(ctx, "indicator.Find")
	return err
}

// findExport handles GET /indicators/find.csv and .xlsx.
func (p *Pages) findExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, q := r.Context(), search(r)
		if err := needed(ctx); err != nil {
			return err
		}
		held, err := p.svc.Current(ctx) // one for the whole file
		defer held.Release()
		if err != nil && !fault.Is(err, fault.Unavailable) {
			return err
		}
		sh := web.Sheet{Name: "indicators-found"}
		for _, h := range append(entryHeads(ctx), heads(ctx, "of.reference")...) {
			sh.Heads = append(sh.Heads, h.Label)
		}
		sh.Rows = web.Rows(func(after string) ([]Hit, string, error) {
			if q.Part = after; q.Text+string(q.List) == "" { // as the page: nothing asked, nothing found
				return nil, "", nil
			}
			return p.svc.piece(ctx, held, q)
		}, func(hits []Hit) ([][]any, error) {
			var out [][]any
			for _, h := range hits {
				confidence := ""
				_, effect := h.effect(ctx)
				if h.Confidence > 0 {
					confidence = strconv.Itoa(int(h.Confidence))
				}
				out = append(out, []any{h.Indicator, title(ctx, h.List), effect.Text, h.Threat, string(h.TLP), confidence, h.valid(ctx), h.Reference})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}
