// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// asked is what the list's address asks for.
type asked struct {
	Filter
	state string // as in the address: "open" by default, "all" for all
	since string
}

// readFilter reads the list's query: state, q, indicator, unit, kind, threat, since
// (a day), assignee, sort (last, first, queries, with a minus for descending),
// after. What does not read asks for nothing.
func readFilter(r *http.Request) asked {
	q := r.URL.Query()
	a := asked{state: q.Get("state"), since: q.Get("since"), Filter: Filter{Unit: q.Get("unit"), Kind: q.Get("kind"),
		Threat: q.Get("threat"), Query: q.Get("q"), Indicator: strings.TrimSpace(q.Get("indicator")), Assignee: q.Get("assignee"), After: q.Get("after")}}
	if !slices.Contains(listStates, a.state) {
		a.state = string(AnyOpen)
	}
	if a.state != "all" {
		a.State = State(a.state)
	}
	if day, err := calendar.ParseDate(a.since); err == nil {
		a.Since = day.Start()
	} else {
		a.since = ""
	}
	name, desc := strings.CutPrefix(q.Get("sort"), "-")
	if slices.Contains([]Sort{ByLastSeen, ByFirstSeen, ByQueries}, Sort(name)) {
		a.Sort, a.Desc = Sort(name), desc
	}
	return a
}

// listStates are the choices of the state filter, the default first.
var listStates = []string{string(AnyOpen), string(Waiting), string(Acknowledged), string(Dismissed), string(Handled), "all"}

// KindOptions are the choices of a filter by kind of address.
func KindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range append(unit.AddressKinds(), unit.AddressKind(UnknownKind)) {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "finding.subject."+string(k))})
	}
	return out
}

type queuePage struct {
	r       *http.Request
	asked   asked
	page    Page
	names   map[string]string
	top     map[ID]Top
	units   []ui.Option
	threats []string
	now     time.Time
}

// list handles GET /findings: the duty queue.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := queuePage{r: r, asked: readFilter(r), now: p.now()}
	var err error
	if v.page, err = p.Service.List(ctx, v.asked.Filter); err != nil {
		return err
	}
	if v.names, err = p.unitNames(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.top, err = p.Service.TopNames(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.Units.Options(ctx); err != nil {
		return err
	}
	if v.threats, err = p.Service.Threats(ctx); err != nil {
		return err
	}
	return p.Site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "finding.title"), Body: queueView(v)})
}

func (v queuePage) filtered() bool {
	f := v.asked.Filter
	return v.asked.state != string(AnyOpen) || f.Unit+f.Kind+f.Threat+f.Query+f.Indicator+f.Assignee+v.asked.since != ""
}

func (v queuePage) fields(ctx context.Context) []ui.FieldProps {
	all := i18n.T(ctx, "finding.any")
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "finding.state"), Value: v.asked.state}
	for _, s := range listStates {
		state.Options = append(state.Options, ui.Option{Value: s, Label: i18n.T(ctx, "finding.state."+s)})
	}
	threat := ui.FieldProps{Kind: ui.KindSelect, Name: "threat", Label: i18n.T(ctx, "finding.threat"), Value: v.asked.Threat, Blank: all}
	for _, t := range v.threats {
		threat.Options = append(threat.Options, ui.Option{Value: t, Label: t})
	}
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "finding.search"), Value: v.asked.Query},
		state, threat,
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "finding.unit"), Value: v.asked.Unit, Options: v.units, Blank: all},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "finding.subject"), Value: v.asked.Kind, Options: KindOptions(ctx), Blank: all},
		{Kind: ui.KindSearch, Name: "indicator", Label: i18n.T(ctx, "finding.filter.indicator"), Value: v.asked.Indicator},
		{Kind: ui.KindDate, Name: "since", Label: i18n.T(ctx, "finding.since"), Value: v.asked.since},
	}
}

func (v queuePage) heads(ctx context.Context) []ui.Head {
	plain := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, key)} }
	sorted := func(key string, s Sort, numeric bool) ui.Head {
		h := ui.Head{Label: i18n.T(ctx, key), Sort: web.With(v.r, "sort", "-"+string(s), "after", ""), Numeric: numeric}
		if v.asked.Sort == s && v.asked.Desc {
			h.Sort, h.Sorted = web.With(v.r, "sort", string(s), "after", ""), ui.SortDescending
		} else if v.asked.Sort == s {
			h.Sort, h.Sorted = web.With(v.r, "sort", "", "after", ""), ui.SortAscending
		}
		return h
	}
	return []ui.Head{plain("finding.threat"), plain("finding.name"), plain("finding.client"), plain("finding.unit"),
		sorted("finding.queries", ByQueries, true), sorted("finding.first", ByFirstSeen, false), sorted("finding.last", ByLastSeen, false),
		plain("finding.state")}
}

func (v queuePage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, f := range v.page.Rows {
		name := i18n.T(ctx, "finding.row", f.Threat, clientName(ctx, f.Addr))
		rows = append(rows, ui.Row{ID: ChoiceOf(f.Finding).String(), Name: name, Href: href(f.ID), Tone: Badge(ctx, f.Finding).Tone,
			Cells: []templ.Component{ui.Text(f.Threat), v.name(ctx, f), Client(f.Addr, f.Subject()), UnitMark(f.UnitID, v.names),
				ui.Number(f.Queries), moment(f.FirstSeen, f.Undated == f.Queries), moment(f.LastSeen, f.Undated == f.Queries),
				standingMark(Badge(ctx, f.Finding), v.waiting(ctx, f))}})
	}
	return rows
}

// name is the mark of the value seen most, what it is and did, and how many
// others there are.
func (v queuePage) name(ctx context.Context, f Seen) templ.Component {
	top := v.top[f.ID]
	o := ui.ObservableProps{Value: top.Name, Type: RoleText(ctx, top.Type, top.Roles), Verdict: ui.VerdictBad}
	if f.Names > 1 {
		o.Why = i18n.T(ctx, "finding.more_names", i18n.Number(ctx, f.Names-1))
	}
	return ui.Observable(o)
}

// waiting says since when nobody has looked, else who sees to it.
func (v queuePage) waiting(ctx context.Context, f Seen) string {
	switch {
	case f.State == Waiting && f.Assignee.Name != "":
		return i18n.T(ctx, "finding.waiting_for", i18n.Duration(ctx, v.now.Sub(f.CreatedAt)), f.Assignee.Name)
	case f.State == Waiting:
		return i18n.T(ctx, "finding.waiting", i18n.Duration(ctx, v.now.Sub(f.CreatedAt)))
	case f.State == Acknowledged:
		return f.Assignee.Name
	}
	return f.Closed.By
}

func (v queuePage) bulk(ctx context.Context) *ui.Bulk {
	b := &ui.Bulk{Action: "/findings/bulk"}
	if auth.May(ctx, mayWrite) {
		b.Buttons = append(b.Buttons, ui.Submit{Label: i18n.T(ctx, "finding.acknowledge.chosen"), Name: "do", Value: "acknowledge", Icon: ui.IconCheck})
	}
	if auth.May(ctx, mayDecide) {
		b.Buttons = append(b.Buttons, ui.Submit{Label: i18n.T(ctx, "finding.dismiss.chosen"), Name: "do", Value: "dismiss", Icon: ui.IconDismiss, Plain: true})
	}
	if len(b.Buttons) == 0 {
		return nil
	}
	return b
}

func (v queuePage) at(after string) string {
	if after == "" {
		return ""
	}
	return web.With(v.r, "after", after)
}

// Badge is the state of f in a word, an icon and a tone.
func Badge(ctx context.Context, f Finding) ui.BadgeProps {
	b := ui.BadgeProps{Text: i18n.T(ctx, "finding.state."+string(f.State))}
	switch f.State {
	case Waiting:
		b.Tone = ui.Warn
	case Acknowledged:
		b.Tone, b.Icon = ui.Info, ui.IconWatch
	case Dismissed:
		b.Icon = ui.IconDismiss
		if f.Closed.Muted {
			b.Text = i18n.T(ctx, "finding.state.false_positive")
		}
	case Handled:
		b.Tone = ui.OK
	}
	return b
}
