// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func kindText(ctx context.Context, k Kind) string   { return i18n.T(ctx, "binding.kind."+string(k)) }
func stateText(ctx context.Context, s State) string { return i18n.T(ctx, "binding.state."+string(s)) }

var stateTones = map[State]ui.Tone{Measured: ui.OK, Owed: ui.Info, Waits: ui.Warn, Unbound: ui.Bad}

func stateBadge(ctx context.Context, s State) ui.BadgeProps {
	b := ui.BadgeProps{Text: stateText(ctx, s), Tone: stateTones[s]}
	if s == Person {
		b.Icon = ui.IconPerson
	}
	return b
}

func labels(ctx context.Context, list []rulepack.Label) string {
	var out []string
	for _, l := range list {
		out = append(out, l.In(i18n.Lang(ctx)))
	}
	return strings.Join(out, "; ")
}

// titles are those of the obligations of b.
func titles(ctx context.Context, b Binding) (out []string) {
	for _, t := range b.Obligations {
		out = append(out, t.Title.In(i18n.Lang(ctx)))
	}
	return out
}

func (s *Service) topicNames(ctx context.Context, keys []string) (out []string) {
	for _, k := range keys {
		out = append(out, s.topic(ctx, k))
	}
	return out
}

// topicsOf are the names of the topics that b answers to, the weightiest first.
func (s *Service) topicsOf(ctx context.Context, b Binding) []string {
	var keys []string
	for _, w := range weigh(b.Topics) {
		keys = append(keys, w.said)
	}
	slices.SortStableFunc(keys, func(x, y string) int { return int(b.Topics[y]) - int(b.Topics[x]) })
	return s.topicNames(ctx, keys)
}

// named are the names of bindings by id; one that is gone is shown by its id.
func (s *Service) named(ctx context.Context, ids []string) (out []string) {
	for _, id := range ids {
		name := id
		if b, ok := s.Library.Binding(id); ok {
			name = b.Label.In(i18n.Lang(ctx))
		}
		out = append(out, name)
	}
	return out
}

// roomNames are the rooms that b waits for.
func (s *Service) roomNames(ctx context.Context, b Binding) (out []string) {
	for _, id := range b.Rooms() {
		out = append(out, s.room(ctx, id))
	}
	return out
}

func (s *Service) room(ctx context.Context, id string) string {
	r, _ := s.Library.Room(id)
	return r.Label.In(i18n.Lang(ctx))
}

// measureTexts are the measures of b, each with whether it stands. Of those that
// have no name yet the room they wait for is said, once.
func (s *Service) measureTexts(ctx context.Context, b Binding) (out []string) {
	for _, m := range b.Measures {
		if text := s.measureText(ctx, m); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

func (s *Service) measureText(ctx context.Context, m Measure) string {
	name := s.Titles(ctx, m.Key)
	if name == "" && m.WaitsFor != "" {
		return i18n.T(ctx, "binding.waits", s.room(ctx, m.WaitsFor))
	}
	name = cmp.Or(name, m.Key)
	switch {
	case s.Registered(m.Key):
		return name
	case m.WaitsFor != "":
		return i18n.T(ctx, "binding.measure.waits", name, s.room(ctx, m.WaitsFor))
	}
	return i18n.T(ctx, "binding.measure.absent", name)
}

// target is what a measure must reach, in words.
func (s *Service) target(ctx context.Context, t Target) string {
	text := i18n.T(ctx, "binding.target.own")
	figure := func(v float64) string {
		n := strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), ".", i18n.T(ctx, "binding.point"), 1)
		return i18n.T(ctx, "binding.unit."+t.Unit, n)
	}
	switch {
	case t.Least != nil:
		text = i18n.T(ctx, "binding.target.least", figure(*t.Least))
	case t.Most != nil:
		text = i18n.T(ctx, "binding.target.most", figure(*t.Most))
	case t.Threshold != "":
		text = i18n.T(ctx, "binding.target.law", s.thresholdText(ctx, t.Threshold))
	}
	if t.FromText {
		return i18n.T(ctx, "binding.target.text", text)
	}
	return text
}

// pack is the regime in force.
func (s *Service) pack() *rulepack.Pack { return s.Laws.At(calendar.DateOf(s.Now())) }

func (s *Service) thresholdText(ctx context.Context, id string) string {
	if t, ok := s.pack().Threshold(id); ok && t.Label.VI != "" {
		return t.Label.In(i18n.Lang(ctx)) + " – " + strconv.Itoa(t.Value) + map[string]string{"percent": "%"}[t.Unit]
	}
	return id
}

// termText says when an obligation is due, in words.
func (s *Service) termText(ctx context.Context, t Template) string {
	lang, pack := i18n.Lang(ctx), s.pack()
	var parts []string
	if t.FromText {
		parts = append(parts, i18n.T(ctx, "binding.term.text"))
	}
	if id := t.Clock(pack); id != "" {
		c, _ := pack.Clock(id)
		parts = append(parts, i18n.T(ctx, "binding.term.law", c.Label.In(lang)))
	}
	for _, p := range pack.Periodic {
		if slices.Contains(t.Periodic(pack), p.ID) {
			parts = append(parts, i18n.T(ctx, "binding.term.period", p.Label.In(lang)))
		}
	}
	if t.Amount.Unit != "" {
		parts = append(parts, i18n.T(ctx, "binding.term.amount", i18n.T(ctx, "binding.amount."+string(t.Amount.Unit), i18n.Number(ctx, int64(t.Amount.N))), t.Source.Key))
	}
	if len(parts) == 0 {
		return i18n.T(ctx, "binding.term.none")
	}
	return strings.Join(parts, "; ")
}

func (s *Service) formText(ctx context.Context, t Template) string {
	if id := t.Form(s.pack()); id != "" {
		f, _ := s.pack().Form(id)
		return id + " – " + f.Title.In(i18n.Lang(ctx))
	}
	return i18n.T(ctx, "binding.form.none")
}

func (s *Service) addresseeText(ctx context.Context, id string) string {
	if id == Issuer {
		return i18n.T(ctx, "binding.issuer")
	}
	for _, p := range append([]*rulepack.Pack{s.pack()}, s.Laws.Packs()...) {
		if a, ok := p.Addressee(id); ok {
			return a.Label.In(i18n.Lang(ctx))
		}
	}
	return id
}

func (s *Service) addressedText(ctx context.Context, b Binding) string {
	var out []string
	for _, id := range b.Addressed {
		if id == Everyone {
			return i18n.T(ctx, "binding.everyone")
		}
		if k, ok := s.pack().Kind(id); ok {
			out = append(out, k.Label.In(i18n.Lang(ctx)))
		}
	}
	return strings.Join(out, ", ")
}

func options(ctx context.Context, of string, values []string) (out []ui.Option) {
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: i18n.T(ctx, "binding."+of+"."+v)})
	}
	return out
}

func texts[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

func colHeads(ctx context.Context, keys ...string) (out []ui.Head) {
	for _, k := range keys {
		out = append(out, ui.Head{Label: i18n.T(ctx, "binding.field."+k)})
	}
	return out
}

func crumbs(ctx context.Context, more ...ui.Link) []ui.Link {
	return append([]ui.Link{{Label: i18n.T(ctx, "binding.title"), Href: Path}}, more...)
}

func listActions(ctx context.Context) []ui.Action {
	return []ui.Action{{Label: i18n.T(ctx, "binding.rows"), Href: rowsPath, Icon: ui.IconCheck}, {Label: i18n.T(ctx, "binding.choices"), Href: choicesPath, Icon: ui.IconHistory}}
}

func (v listPage) table(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "bindings", Caption: i18n.T(ctx, "binding.title"), Total: int64(len(v.list)), Exports: web.Exports(v.r, Path), Filtered: v.f.on(), ClearAt: Path,
		Filters: ui.Filter(ui.FilterProps{Action: Path, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "binding.search"), Value: v.f.search},
			{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "binding.field.kind"), Value: v.f.kind, Blank: i18n.T(ctx, "binding.any"), Options: options(ctx, "kind", texts(Kinds()))},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "binding.field.state"), Value: v.f.state, Blank: i18n.T(ctx, "binding.any"), Options: options(ctx, "state", texts(States()[:4]))},
			{Kind: ui.KindSelect, Name: "topic", Label: i18n.T(ctx, "binding.field.topics"), Value: v.f.topic, Blank: i18n.T(ctx, "binding.any"), Options: v.topics}}}),
		Heads: colHeads(ctx, "label", "state", "rows", "measures", "evidence"),
		Empty: ui.EmptyProps{Icon: ui.IconLink, Title: i18n.T(ctx, "binding.empty"), Text: i18n.T(ctx, "binding.empty.text")}}
	for _, b := range v.list {
		l.Rows = append(l.Rows, ui.Row{ID: b.ID, Name: b.Label.In(i18n.Lang(ctx)), Href: Path + "/" + b.ID, Cells: []templ.Component{ui.Text(b.Label.In(i18n.Lang(ctx))),
			ui.Badge(stateBadge(ctx, v.svc.state(b))), ui.Text(strings.Join(b.Rows, ", ")), lines(v.svc.measureTexts(ctx, b)), ui.Text(labels(ctx, b.Evidence))}})
	}
	return l
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	lang, s := i18n.Lang(ctx), v.svc
	fact := func(key, text string) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "binding.field."+key), Value: ui.Text(text)}
	}
	out := []ui.Fact{fact("kind", kindText(ctx, v.Kind))}
	if v.Kind == ByPerson {
		out = append(out, fact("why", v.Why.In(lang)))
	}
	if rooms := s.roomNames(ctx, v.Binding); len(rooms) > 0 {
		out = append(out, fact("waits", strings.Join(rooms, ", ")))
	}
	out = append(out, fact("addressed", s.addressedText(ctx, v.Binding)), fact("evidence", labels(ctx, v.Evidence)), fact("next", v.Next.In(lang)),
		fact("topics", strings.Join(s.topicsOf(ctx, v.Binding), ", ")), fact("words", weights(v.words)), fact("actors", weights(v.actors)))
	if v.Own != "" {
		out = append(out, fact("own", v.Own))
	}
	return out
}

// weights are phrases with what each weighs.
func weights(list []weighted) string {
	var out []string
	for _, w := range list {
		out = append(out, "«"+w.said+"» "+strconv.FormatFloat(w.weight, 'f', -1, 64))
	}
	return strings.Join(out, ", ")
}

func (v showPage) measures(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "measures", Caption: i18n.T(ctx, "binding.field.measures"), Total: int64(len(v.Measures)), Heads: colHeads(ctx, "measure", "target", "stands"),
		Empty: ui.EmptyProps{Icon: ui.IconNoData, Title: i18n.T(ctx, "binding.measures.none"), Text: i18n.T(ctx, "binding.measures.none.text")}}
	for _, m := range v.Measures {
		badge := ui.BadgeProps{Text: i18n.T(ctx, "binding.stands"), Tone: ui.OK}
		if !v.svc.Registered(m.Key) {
			badge = ui.BadgeProps{Text: i18n.T(ctx, "binding.absent"), Tone: ui.Warn}
			if m.WaitsFor != "" {
				badge.Text = i18n.T(ctx, "binding.waits", v.svc.room(ctx, m.WaitsFor))
			}
		}
		name := m.Key
		if t := v.svc.Titles(ctx, m.Key); t != "" {
			name = t
		}
		l.Rows = append(l.Rows, ui.Row{ID: m.Key, Name: name, Cells: []templ.Component{ui.Text(name), ui.Text(v.svc.target(ctx, m.Target)), ui.Badge(badge)}})
	}
	return l
}

func (v showPage) obligations(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "obligations", Caption: i18n.T(ctx, "binding.field.obligations"), Total: int64(len(v.Obligations)), Heads: colHeads(ctx, "obligation", "form", "term", "addressee", "evidence"),
		Empty: ui.EmptyProps{Icon: ui.IconTask, Title: i18n.T(ctx, "binding.obligations.none"), Text: i18n.T(ctx, "binding.obligations.none.text")}}
	for i, t := range v.Obligations {
		name := t.Title.In(i18n.Lang(ctx))
		l.Rows = append(l.Rows, ui.Row{ID: "o" + strconv.Itoa(i), Name: name, Cells: []templ.Component{ui.Text(name), ui.Text(v.svc.formText(ctx, t)), ui.Text(v.svc.termText(ctx, t)),
			ui.Text(v.svc.addresseeText(ctx, t.Addressee)), ui.Text(labels(ctx, t.Evidence))}})
	}
	return l
}

func (v showPage) answers(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "rows", Caption: i18n.T(ctx, "binding.field.rows"), Total: int64(len(v.rows)), Heads: colHeads(ctx, "row", "ask", "dispatch"),
		Empty: ui.EmptyProps{Icon: ui.IconLink, Title: i18n.T(ctx, "binding.rows.none"), Text: i18n.T(ctx, "binding.rows.none.text")}}
	for _, r := range v.rows {
		l.Rows = append(l.Rows, ui.Row{ID: r.ID, Name: r.ID, Cells: []templ.Component{ui.Code(r.ID), ui.Text(r.Ask.In(i18n.Lang(ctx))), ui.Text(r.Dispatch.In(i18n.Lang(ctx)))}})
	}
	return l
}

func (v rowsPage) tiles(ctx context.Context) (out []ui.Tile) {
	for _, s := range States() {
		if s == Unbound && v.count[s] == 0 {
			continue
		}
		out = append(out, ui.Tile{Label: stateText(ctx, s), Tone: stateTones[s], Href: rowsPath + "?state=" + string(s),
			Measure: ui.MeasureProps{Grade: ui.Measured, Value: i18n.Number(ctx, v.count[s]), Note: i18n.T(ctx, "binding.of", i18n.Number(ctx, v.total))}})
	}
	return out
}

// about is why a row stands where it does.
func (v rowsPage) about(ctx context.Context, l rowLine) string {
	switch l.state {
	case Measured:
		return strings.Join(v.svc.measureTexts(ctx, l.binding), "; ")
	case Owed:
		return strings.Join(titles(ctx, l.binding), "; ")
	case Waits:
		return i18n.T(ctx, "binding.until", strings.Join(v.svc.roomNames(ctx, l.binding), ", "), labels(ctx, l.binding.Evidence))
	case Person:
		return l.binding.Why.In(i18n.Lang(ctx))
	}
	return i18n.T(ctx, "binding.state.unbound.text")
}

func (v rowsPage) table(ctx context.Context) ui.ListProps {
	lang := i18n.Lang(ctx)
	l := ui.ListProps{ID: "rows", Caption: i18n.T(ctx, "binding.rows"), Total: int64(len(v.list)), Exports: web.Exports(v.r, rowsPath), Filtered: v.state != "" || v.dispatch != "", ClearAt: rowsPath,
		Filters: ui.Filter(ui.FilterProps{Action: rowsPath, Fields: []ui.FieldProps{
			{Kind: ui.KindSelect, Name: "dispatch", Label: i18n.T(ctx, "binding.field.dispatch"), Value: v.dispatch, Blank: i18n.T(ctx, "binding.any"), Options: v.dispatches},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "binding.field.state"), Value: v.state, Blank: i18n.T(ctx, "binding.any"), Options: options(ctx, "state", texts(States()))}}}),
		Heads: colHeads(ctx, "row", "ask", "binding", "state", "about"),
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "binding.rows.empty"), Text: i18n.T(ctx, "binding.rows.empty.text")}}
	for _, line := range v.list {
		name := ui.None()
		if line.binding.ID != "" {
			name = ui.Anchor(ui.Link{Label: line.binding.Label.In(lang), Href: Path + "/" + line.binding.ID})
		}
		l.Rows = append(l.Rows, ui.Row{ID: line.ID, Name: line.ID, Cells: []templ.Component{ui.Code(line.ID), asked(line.Ask.In(lang), line.Dispatch.In(lang)), name, ui.Badge(stateBadge(ctx, line.state)), ui.Text(v.about(ctx, line))}})
	}
	return l
}
