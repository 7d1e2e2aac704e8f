// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Neighbours is what the pages ask of other rooms.
type Neighbours struct {
	Units  func(ctx context.Context) ([]ui.Option, error)                       // in scope, by name
	Names  func(ctx context.Context, units []string) (map[string]string, error) // short names of units in scope
	People func(ctx context.Context) ([]ui.Option, error)                       // accounts in scope; none for who may not read accounts
	Paths  map[string]string                                                    // kind of record -> path in front of its id
	Texts  *i18n.Catalogue                                                      // to list the actions there are words for
}

// Pages are the screens of the room.
type Pages struct {
	site    *web.Site
	svc     *Service
	near    Neighbours
	actions []string
	kinds   []string
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages {
	p := &Pages{site: site, svc: svc, near: near}
	for _, key := range near.Texts.Keys() {
		if name, ok := strings.CutPrefix(key, "trail.action."); ok {
			p.actions = append(p.actions, name)
		}
		if name, ok := strings.CutPrefix(key, "trail.kind."); ok {
			p.kinds = append(p.kinds, name)
		}
	}
	return p
}

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /audit", Need: read, Handle: p.list},
		{Pattern: "GET /audit.csv", Need: check, Handle: p.export(web.CSV)},
		{Pattern: "GET /audit.xlsx", Need: check, Handle: p.export(web.XLSX)},
		{Pattern: "GET /audit.jsonl", Need: check, Handle: p.jsonl},
		{Pattern: "GET /audit/check", Need: check, Handle: p.showCheck},
		{Pattern: "POST /audit/check", Need: check, Handle: p.ask},
		{Pattern: "GET /audit/{id}", Need: read, Handle: p.show},
	}
}

// asked is what the list's address asks for.
type asked struct {
	Filter
	from, until string
}

// readFilter reads the query: from, until (days), actor, action, kind, object,
// unit, elevated=1, before. What does not read asks for nothing.
func readFilter(r *http.Request) asked {
	q := r.URL.Query()
	a := asked{from: q.Get("from"), until: q.Get("until"), Filter: Filter{Actor: q.Get("actor"), Action: q.Get("action"),
		Kind: q.Get("kind"), Object: strings.TrimSpace(q.Get("object")), Unit: q.Get("unit"), Elevated: q.Get("elevated") == "1"}}
	if day, err := calendar.ParseDate(a.from); err == nil {
		a.From = day.Start()
	} else {
		a.from = ""
	}
	if day, err := calendar.ParseDate(a.until); err == nil {
		a.Until = day.End()
	} else {
		a.until = ""
	}
	a.Before = q.Get("before")
	return a
}

type listPage struct {
	p       *Pages
	r       *http.Request
	asked   asked
	page    Page
	may     bool // the reader may look at the whole chain
	waiting int
	names   map[string]string
	units   []ui.Option
	people  []ui.Option
	last    *Check // newest look at the chain, for who may ask for it
}

// list handles GET /audit.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{p: p, r: r, asked: readFilter(r)}
	var err error
	if v.page, err = p.svc.List(ctx, v.asked.Filter); err != nil {
		return err
	}
	if v.names, err = p.names(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.people, err = p.near.People(ctx); err != nil {
		return err
	}
	if v.may = p.svc.MayCheck(ctx); v.may {
		if _, v.waiting, err = p.svc.Standing(ctx); err != nil {
			return err
		}
		c, ok, err := p.svc.Last(ctx)
		if err != nil {
			return err
		}
		if ok {
			v.last = &c
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "trail.title"), Body: listView(v)})
}

func (p *Pages) names(ctx context.Context, rows []Entry) (map[string]string, error) {
	var ids []string
	for _, e := range rows {
		if e.UnitID != "" {
			ids = append(ids, e.UnitID)
		}
	}
	slices.Sort(ids)
	return p.near.Names(ctx, slices.Compact(ids))
}

func (v listPage) filtered() bool {
	f := v.asked.Filter
	return v.asked.from+v.asked.until+f.Actor+f.Action+f.Kind+f.Object+f.Unit != "" || f.Elevated
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	any := i18n.T(ctx, "trail.any")
	people := append([]ui.Option{{Value: "system", Label: i18n.T(ctx, "trail.system")}}, v.people...)
	fields := []ui.FieldProps{
		{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "trail.from"), Value: v.asked.from},
		{Kind: ui.KindDate, Name: "until", Label: i18n.T(ctx, "trail.until"), Value: v.asked.until},
		{Kind: ui.KindSelect, Name: "action", Label: i18n.T(ctx, "trail.action"), Value: v.asked.Action, Blank: any, Options: v.p.actionOptions(ctx)},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "trail.kind"), Value: v.asked.Kind, Blank: any, Options: v.p.kindOptions(ctx)},
	}
	if len(v.people) > 0 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "actor", Label: i18n.T(ctx, "trail.actor"), Value: v.asked.Actor, Blank: any, Options: people})
	}
	return append(fields,
		ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "trail.unit"), Value: v.asked.Unit, Blank: any, Options: v.units},
		ui.FieldProps{Name: "object", Label: i18n.T(ctx, "trail.object"), Value: v.asked.Object, Mono: true},
		ui.FieldProps{Kind: ui.KindSelect, Name: "elevated", Label: i18n.T(ctx, "trail.elevated"), Value: map[bool]string{true: "1"}[v.asked.Elevated],
			Blank: any, Options: []ui.Option{{Value: "1", Label: i18n.T(ctx, "trail.elevated.only")}}})
}

func (p *Pages) actionOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, a := range p.actions {
		kind, _, _ := strings.Cut(a, ".")
		out = append(out, ui.Option{Value: a, Label: i18n.T(ctx, "trail.action."+a), Group: p.kindName(ctx, kind)})
	}
	return out
}

func (p *Pages) kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range p.kinds {
		out = append(out, ui.Option{Value: k, Label: i18n.T(ctx, "trail.kind."+k)})
	}
	return out
}

// actionName is the act in words, or its code where there are none.
func (p *Pages) actionName(ctx context.Context, action string) string {
	if slices.Contains(p.actions, action) {
		return i18n.T(ctx, "trail.action."+action)
	}
	return action
}

// noTime is how a detail holds an instant that was not given.
const noTime = "0001-01-01T00:00:00Z"

// lists are values that hold several things, not one before and after.
var lists = []string{"successors", "members", "outside", "kinds", "allows", "grants"}

// beforeAfter shows a change, which a detail holds as a pair, with an arrow.
func beforeAfter(name, text string) string {
	var pair []string
	if err := json.Unmarshal([]byte(text), &pair); err != nil || len(pair) != 2 || slices.Contains(lists, name) {
		return text // anything else stands as it is
	}
	if pair[0] == "" {
		return pair[1]
	}
	return pair[0] + " → " + cmp.Or(pair[1], "∅")
}

// values are the named values of a detail for a reader: names and yes or no in
// words, nothing where nothing was given. The exports keep the names as stored.
func (p *Pages) values(ctx context.Context, detail string) []Value {
	var out []Value
	for _, v := range Values(detail) {
		switch v.Text {
		case "", "[]", noTime:
			continue
		case "true", "false":
			v.Text = i18n.T(ctx, "trail.value."+v.Text)
		default:
			v.Text = beforeAfter(v.Name, v.Text)
		}
		if key := "trail.field." + v.Name; p.near.Texts.Has(key) {
			v.Name = i18n.T(ctx, key)
		}
		out = append(out, v)
	}
	return out
}

func (p *Pages) kindName(ctx context.Context, kind string) string {
	if slices.Contains(p.kinds, kind) {
		return i18n.T(ctx, "trail.kind."+kind)
	}
	return kind
}

func actorName(ctx context.Context, e Entry) string {
	if e.ActorID == "system" {
		return i18n.T(ctx, "trail.system")
	}
	return e.ActorName
}

// record is a link to what was acted on, where it has a page.
func (p *Pages) record(ctx context.Context, e Entry) templ.Component {
	if e.Object == "" {
		return ui.Text(p.kindName(ctx, e.Kind))
	}
	l := ui.Link{Label: p.kindName(ctx, e.Kind)}
	if path, ok := p.near.Paths[e.Kind]; ok {
		l.Href = path + e.Object
	}
	return ui.Anchor(l)
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	return []ui.Head{{Label: i18n.T(ctx, "trail.at")}, {Label: i18n.T(ctx, "trail.actor")},
		{Label: i18n.T(ctx, "trail.action")}, {Label: i18n.T(ctx, "trail.kind")}, {Label: i18n.T(ctx, "trail.unit")}, {Label: i18n.T(ctx, "trail.detail")}}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, e := range v.page.Rows {
		action := v.p.actionName(ctx, e.Action)
		row := ui.Row{ID: e.ID, Name: i18n.T(ctx, "trail.row", action, stamp(e)), Href: "/audit/" + e.ID, Cells: []templ.Component{
			moment(e), ui.Text(actorName(ctx, e)), ui.Text(action), v.p.record(ctx, e),
			unitMark(v.names[e.UnitID]), ui.Text(v.p.short(ctx, e.Detail))}}
		if e.Elevated != "" {
			row.Tone = ui.Bad
			row.Cells[2] = elevatedCell(action)
		}
		rows = append(rows, row)
	}
	return rows
}

// short is the detail in one line of a list.
func (p *Pages) short(ctx context.Context, detail string) string {
	var parts []string
	for _, v := range p.values(ctx, detail) {
		if v.Text != "" {
			text := []rune(v.Text)
			if len(text) > 40 {
				text = append(text[:39], '…')
			}
			parts = append(parts, v.Name+": "+string(text))
		}
	}
	line := []rune(strings.Join(parts, " · "))
	if len(line) > 110 {
		return string(line[:109]) + "…"
	}
	return string(line)
}

func (v listPage) note(ctx context.Context) string {
	if v.waiting == 0 {
		return ""
	}
	return i18n.T(ctx, "trail.unsealed", i18n.Number(ctx, int64(v.waiting)))
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	if !v.may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "trail.check"), Href: "/audit/check", Icon: ui.IconCheck}}
}

func (v listPage) next() string {
	if v.page.Next == "" {
		return ""
	}
	return web.With(v.r, "before", v.page.Next)
}

func (v listPage) prev() string {
	if v.asked.Before == "" {
		return ""
	}
	return web.With(v.r, "before", "")
}

func (v listPage) exports(ctx context.Context) []ui.Link {
	if !auth.May(ctx, check) {
		return nil
	}
	query := strings.TrimPrefix(web.With(v.r, "before", ""), v.r.URL.Path)
	return append(web.Exports(v.r, "/audit", "before"), ui.Link{Label: "JSONL", Href: "/audit.jsonl" + query})
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

type showPage struct {
	p    *Pages
	e    Entry
	prev string
	name string // of the unit
}

// show handles GET /audit/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := showPage{p: p}
	var err error
	if v.e, v.prev, err = p.svc.Get(ctx, r.PathValue("id")); err != nil {
		return err
	}
	names, err := p.names(ctx, []Entry{v.e})
	if err != nil {
		return err
	}
	v.name = names[v.e.UnitID]
	return p.site.Render(w, r, http.StatusOK, web.View{Title: p.actionName(ctx, v.e.Action), Body: showView(v)})
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "trail.at"), Value: moment(v.e)},
		{Label: i18n.T(ctx, "trail.actor"), Value: ui.Text(actorName(ctx, v.e))},
		{Label: i18n.T(ctx, "trail.actor_id"), Value: ui.Code(v.e.ActorID)},
		{Label: i18n.T(ctx, "trail.action"), Value: ui.Text(v.p.actionName(ctx, v.e.Action))},
		{Label: i18n.T(ctx, "trail.code"), Value: ui.Code(v.e.Action)},
		{Label: i18n.T(ctx, "trail.kind"), Value: v.p.record(ctx, v.e)},
		{Label: i18n.T(ctx, "trail.object"), Value: ui.Code(v.e.Object)},
		{Label: i18n.T(ctx, "trail.unit"), Value: unitMark(v.name)},
	}
	if v.e.Elevated != "" {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "trail.elevated"), Value: ui.Code(v.e.Elevated)})
	}
	return facts
}

func (v showPage) detail(ctx context.Context) []ui.Fact {
	var facts []ui.Fact
	for _, d := range v.p.values(ctx, v.e.Detail) {
		facts = append(facts, ui.Fact{Label: d.Name, Value: ui.Multiline(d.Text)})
	}
	return facts
}

func (v showPage) chain(ctx context.Context) []ui.Fact {
	return []ui.Fact{
		{Label: i18n.T(ctx, "trail.seq"), Value: ui.Number(v.e.Seq)},
		{Label: i18n.T(ctx, "trail.hash"), Value: ui.Code(v.e.Hash)},
		{Label: i18n.T(ctx, "trail.prev"), Value: ui.Code(v.prev)},
		{Label: i18n.T(ctx, "trail.entry"), Value: ui.Code(v.e.ID)},
	}
}
