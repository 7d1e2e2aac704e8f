// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "directive.title"), Href: Path}}
}

func newAction(ctx context.Context) []ui.Action {
	if !auth.May(ctx, mayWrite) {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "directive.new"), Href: Path + "/new", Icon: ui.IconAdd, Primary: true}}
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	return append([]ui.Action{{Label: i18n.T(ctx, "directive.names"), Href: NamesPath, Icon: ui.IconUnit}}, newAction(ctx)...)
}

func badge(ctx context.Context, d Directive) ui.BadgeProps {
	tone := map[State]ui.Tone{Drafted: ui.Warn, Confirmed: ui.Info, Issued: ui.OK}[d.State]
	return ui.BadgeProps{Text: i18n.T(ctx, "directive.state."+string(d.State)), Tone: tone}
}

func paperOptions(list []Paper) (out []ui.Option) {
	for _, p := range list {
		label := p.Cite
		if p.Subject != "" && !strings.Contains(label, p.Subject) {
			label += " – " + p.Subject
		}
		if r := []rune(label); len(r) > 140 {
			label = string(r[:140]) + "…"
		}
		out = append(out, ui.Option{Value: p.ID, Label: label})
	}
	return out
}

func urgencies(ctx context.Context) (out []ui.Option) {
	for _, u := range slices.Backward(obligation.Urgencies()) {
		out = append(out, ui.Option{Value: u.Key(), Label: i18n.T(ctx, "directive.urgency."+u.Key())})
	}
	return out
}

func (v listPage) title(ctx context.Context) string {
	if v.f.ToUs {
		return i18n.T(ctx, "directive.to_us")
	}
	return i18n.T(ctx, "directive.title")
}

func (v listPage) tabs(ctx context.Context) []ui.Tab {
	return []ui.Tab{{Label: i18n.T(ctx, "directive.all"), Href: Path, Here: !v.f.ToUs}, {Label: i18n.T(ctx, "directive.to_us"), Href: Path + "?to=us", Here: v.f.ToUs}}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	var states []ui.Option
	for _, s := range States() {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "directive.state."+string(s))})
	}
	clear := Path
	var hidden []ui.Hidden
	if v.f.ToUs {
		clear, hidden = Path+"?to=us", []ui.Hidden{{Name: "to", Value: "us"}}
	}
	if v.f.Late {
		hidden = append(hidden, ui.Hidden{Name: "sort", Value: "late"})
	}
	l := ui.ListProps{ID: "directives", Caption: v.title(ctx), Total: v.total, Next: v.next, Exports: web.Exports(v.r, Path), Filtered: v.f.Query != "" || v.f.State != "" || v.f.Unit != "", ClearAt: clear,
		Filters: ui.Filter(ui.FilterProps{Action: Path, Hidden: hidden, Fields: []ui.FieldProps{
			{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "directive.search"), Value: v.f.Query},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "directive.field.state"), Value: string(v.f.State), Blank: i18n.T(ctx, "directive.state.any"), Options: states}}}),
		Empty: ui.EmptyProps{Icon: ui.IconDirective, Title: i18n.T(ctx, "directive.empty"), Text: i18n.T(ctx, "directive.empty.text")}}
	if v.f.ToUs {
		l.Empty = ui.EmptyProps{Icon: ui.IconDirective, Title: i18n.T(ctx, "directive.empty.us"), Text: i18n.T(ctx, "directive.empty.us.text")}
	} else if auth.May(ctx, mayWrite) {
		l.Empty.Action = &newAction(ctx)[0]
	}
	keepers := v.keepers()
	for _, key := range []string{"code", "subject", "unit", "state", "progress", "next", "issued_at"} {
		if h := (ui.Head{Label: i18n.T(ctx, "directive.field."+key)}); key != "unit" || keepers {
			if key == "progress" {
				h = v.progressHead(ctx)
			}
			l.Heads = append(l.Heads, h)
		}
	}
	switch {
	case v.f.Late && v.f.From > 0:
		l.Prev = web.With(v.r, "from", strconv.Itoa(max(v.f.From-onPage, 0)))
	case v.f.After != "":
		l.Prev = web.With(v.r, "after", "")
	}
	for _, d := range v.rows {
		at := href(d.ID)
		if d.State == Drafted {
			at += "/read"
		}
		if actor, _ := auth.From(ctx); v.f.ToUs {
			at = unitHref(d.ID, actor.Home)
		}
		row := ui.Row{ID: string(d.ID), Name: d.Code, Href: at, Cells: []templ.Component{ui.Code(d.Code), subject(d)}}
		if keepers {
			row.Cells = append(row.Cells, ui.Text(v.names[d.UnitID]))
		}
		n := v.tally[string(d.ID)]
		if n.Late > 0 {
			row.Tone = ui.Bad
		}
		row.Cells = append(row.Cells, ui.Badge(badge(ctx, d)), v.progress(d, n), v.nextDue(n), ui.Date(d.IssuedAt))
		l.Rows = append(l.Rows, row)
	}
	return l
}

// keepers reports whether the page has directives of several bodies, as far as the
// reader may know: one name in every row says nothing.
func (v listPage) keepers() bool {
	return slices.ContainsFunc(v.rows, func(d Directive) bool { return v.names[d.UnitID] != v.names[v.rows[0].UnitID] })
}

// progressHead sorts by what is late, and back.
func (v listPage) progressHead(ctx context.Context) ui.Head {
	h := ui.Head{Label: i18n.T(ctx, "directive.field.progress"), Sort: web.With(v.r, "sort", "late", "after", "", "from", "")}
	if v.f.Late {
		h.Sort, h.Sorted = web.With(v.r, "sort", "", "after", "", "from", ""), ui.SortDescending
	}
	return h
}

// nextDue is the term that ends next.
func (v listPage) nextDue(n obligation.Tally) templ.Component {
	if n.Next.IsZero() {
		return ui.None()
	}
	return ui.Clock(ui.ClockProps{Due: n.Next, Now: v.now, Short: true})
}

// from is number and issuer of the paper, as far as it has them.
func (d Directive) from() string {
	return strings.Join(slices.DeleteFunc([]string{d.Number, d.Issuer}, func(s string) bool { return s == "" }), " · ")
}

// undone is what is not done of what is owed, in words.
func undone(ctx context.Context, n obligation.Tally) string {
	var out []string
	for _, part := range []struct {
		key string
		n   int64
	}{{"said", n.Said}, {"running", n.Running()}} {
		if part.n > 0 {
			out = append(out, i18n.T(ctx, "directive.tally."+part.key, i18n.Number(ctx, part.n)))
		}
	}
	return strings.Join(out, " · ")
}

func (v readPage) open() bool { return v.f.State == Drafted || v.f.State == Confirmed }

// may reports whether the reader may decide on it now.
func (v readPage) may(it Item) bool {
	return v.f.May && (v.open() || v.f.State == Issued && it.State != Agreed)
}

func (v readPage) sure() (n int) {
	for _, it := range v.f.Items {
		if it.Leaf && it.State == Proposed && it.Sure {
			n++
		}
	}
	return n
}

func (v readPage) left(ctx context.Context) ui.BadgeProps {
	all := len(v.f.Leaves())
	done := all - v.f.Left()
	tone := ui.Warn
	if done == all {
		tone = ui.OK
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "directive.progress", strconv.Itoa(done), strconv.Itoa(all)), Tone: tone}
}

func (v readPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Crumbs: append(crumbs(ctx), ui.Link{Label: v.f.Code, Href: href(v.f.ID)}), Code: v.f.Code, Title: titleOf(ctx, v.f.Directive), State: badge(ctx, v.f.Directive), Lead: leadOf(ctx, v.f.Directive)}
	if v.f.May && v.open() {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "directive.head.edit"), Href: href(v.f.ID) + "/head", Icon: ui.IconEdit})
	}
	h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "directive.compare"), Href: href(v.f.ID) + "/compare", Icon: ui.IconSearch})
	if v.f.May && (v.f.State == Confirmed || v.f.State == Issued) {
		issue := ui.Action{Label: i18n.T(ctx, "directive.issue"), Href: href(v.f.ID) + "/issue", Icon: ui.IconSend, Primary: true}
		if v.f.State == Issued {
			issue.Label, issue.Primary = i18n.T(ctx, "directive.issue.more"), false
		}
		h.Actions = append(h.Actions, issue)
	}
	return h
}

func titleOf(ctx context.Context, d Directive) string {
	if d.Subject == "" {
		return i18n.T(ctx, "directive.untitled")
	}
	return d.Subject
}

// leadOf is number, day and issuer in one line; a blank says so.
func leadOf(ctx context.Context, d Directive) string {
	blank := func(key, text string) string {
		if text == "" {
			text = i18n.T(ctx, "directive.say.none")
		}
		return i18n.T(ctx, "directive.say."+key) + ": " + text
	}
	number := d.Number
	if number == "" && d.Symbol != "" { // the number is left blank before it
		number = "…/" + d.Symbol
	}
	return strings.Join([]string{blank("number", number), blank("date", dayText(ctx, d.Date)), blank("issuer", d.Issuer)}, " · ")
}

// dayText is the date of a text ("2024-08-30", "2024-08", "2024") as it is shown.
func dayText(ctx context.Context, date string) string {
	if day, err := calendar.ParseDate(date); err == nil {
		return i18n.Date(ctx, day.Start())
	}
	if year, month, ok := strings.Cut(date, "-"); ok { // the text leaves the day blank
		return month + "/" + year
	}
	return date
}

// warningText is a warning in the reader's language, on one line.
func warningText(ctx context.Context, w Warning) string {
	said := w.Say(ctx)
	if w.At != "" {
		said += " (" + i18n.T(ctx, "directive.at", w.At) + ")"
	}
	return said
}

func mendable(d Doubt) bool {
	return slices.Contains([]Doubt{NoNumber, NoDate, NoIssuer, NoSubject, NoSigner, NotRegistered, Unclear}, d)
}

func pathText(ctx context.Context, it Item) string { return Clause(ctx, it.Path) }

// dashed is what stands in a path for a dash: in "1.f.-2" the second under 1.f.
var dashed = regexp.MustCompile(`\.?-(\d+)(?:\.([^-]))?`)

// Clause is the path of a requirement as papers cite it, in the language of ctx: a
// dash has no number in its text, so that it is counted. The path itself stays the
// key.
func Clause(ctx context.Context, path string) string {
	if path == closingPath {
		return i18n.T(ctx, "directive.clause.closing")
	}
	said := dashed.ReplaceAllStringFunc(path, func(part string) string {
		m := dashed.FindStringSubmatch(part)
		n := m[1]
		if len(n) == 1 || n == "10" {
			n = i18n.T(ctx, "directive.clause.nth."+n)
		}
		said := ", " + i18n.T(ctx, "directive.clause.dash", n)
		if m[2] != "" { // what stands under the dash
			said += ", " + m[2]
		}
		return said
	})
	return strings.TrimPrefix(said, ", ")
}

// located is Clause as a sentence names it: "mục 1.a", "Điều 2, mục 1",
// "Phụ lục I, mục II.3".
func located(ctx context.Context, path string) string {
	if path == closingPath || strings.HasPrefix(path, "-") {
		return Clause(ctx, path)
	}
	if first, rest, _ := strings.Cut(path, "."); strings.Contains(first, " ") { // it says itself what it is
		if rest == "" {
			return first
		}
		return first + ", " + located(ctx, rest)
	}
	return i18n.T(ctx, "directive.clause", Clause(ctx, path))
}

func itemBadge(ctx context.Context, it Item) ui.BadgeProps {
	b := ui.BadgeProps{Text: i18n.T(ctx, "directive.item."+string(it.State)), Tone: map[ItemState]ui.Tone{Proposed: ui.Warn, Agreed: ui.OK}[it.State]}
	if it.State == Proposed && it.Sure {
		b.Text, b.Tone = i18n.T(ctx, "directive.item.sure"), ui.Info
	}
	return b
}

func whyText(ctx context.Context, w Why) string {
	if w.Key == "bind" && len(w.Said) > 0 {
		return i18n.T(ctx, "directive.why.bind", w.Said[0], strings.Join(w.Said[1:], "; "))
	}
	args := make([]any, len(w.Said))
	for i, s := range w.Said {
		args[i] = s
	}
	return i18n.T(ctx, "directive.why."+w.Key, args...)
}

// termText is a time limit in words.
func termText(ctx context.Context, t Term) string {
	hour := ""
	if t.Hour != "" {
		hour = i18n.T(ctx, "directive.term.hour", t.Hour) + " "
	}
	switch t.Sort {
	case Until:
		if hour != "" {
			return hour + i18n.Date(ctx, t.Last.Start())
		}
		return i18n.T(ctx, "directive.term.until", i18n.Date(ctx, t.Last.Start()))
	case Within:
		said := t.Amount.In(i18n.Lang(ctx))
		if t.Trigger == "" {
			return i18n.T(ctx, "directive.term.within.issue", said)
		}
		return i18n.T(ctx, "directive.term.within", said, t.Trigger)
	case Always:
		return i18n.T(ctx, "directive.term.always", i18n.T(ctx, "directive.every."+t.Recurrence))
	case Every:
		said := hour + i18n.T(ctx, "directive.term.every", i18n.T(ctx, "directive.every."+t.Recurrence))
		if t.Day > 0 {
			said += ", " + i18n.T(ctx, "directive.term.day", strconv.Itoa(t.Day))
		}
		if !t.First.IsZero() {
			said += ", " + i18n.T(ctx, "directive.term.first", i18n.Date(ctx, t.First.Start()))
		}
		if !t.Last.IsZero() {
			said += ", " + i18n.T(ctx, "directive.term.until", i18n.Date(ctx, t.Last.Start()))
		}
		return said
	}
	if t.Text != "" {
		return i18n.T(ctx, "directive.term.odd", t.Text)
	}
	return ""
}

func actorsText(ctx context.Context, it Item) string {
	var out []string
	for _, a := range it.Actors {
		if a.Kind == ToAll {
			return i18n.T(ctx, "directive.actor.all")
		}
		out = append(out, a.Name)
	}
	for _, name := range it.Unknown {
		out = append(out, i18n.T(ctx, "directive.unknown.who", name))
	}
	return strings.Join(out, "; ")
}

func thresholdText(t Threshold) string {
	mark := ""
	switch {
	case t.Least:
		mark = "≥ "
	case t.Most:
		mark = "≤ "
	}
	value := mark + strconv.FormatFloat(t.Value, 'f', -1, 64)
	if t.Unit == "percent" || t.Unit == "%" {
		return value + "%"
	}
	return strings.TrimSpace(value + " " + t.Unit)
}

// facts are who, by when, how much, what measures and proves it.
func (p *Pages) facts(ctx context.Context, it Item) []ui.Fact {
	fact := func(key, text string) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "directive.item."+key), Value: ui.Text(text)}
	}
	out := []ui.Fact{fact("who", actorsText(ctx, it)), fact("due", termText(ctx, it.Due))}
	var marks []string
	for _, t := range it.Thresholds {
		marks = append(marks, thresholdText(t))
	}
	if len(marks) > 0 {
		out = append(out, fact("threshold", strings.Join(marks, "; ")))
	}
	var measures []string
	var bound []ui.Link
	for _, b := range it.Bindings {
		name := b.VI
		if i18n.Lang(ctx) == string(i18n.English) && b.EN != "" {
			name = b.EN
		}
		if b.WaitsFor != "" {
			name = i18n.T(ctx, "directive.waits", name, b.WaitsFor)
		}
		link := ui.Link{Label: name}
		if _, there := p.svc.binding(b.ID); there && p.near.Binding != nil {
			link.Href = p.near.Binding(b.ID)
		}
		bound = append(bound, link)
		for _, g := range b.Measures {
			said := g.Key
			if p.near.Measures != nil {
				said = p.near.Measures(ctx, g.Key)
			}
			if said == "" { // nothing measures it yet
				continue
			}
			if g.Target != 0 {
				said += " (" + thresholdText(Threshold{Value: g.Target, Unit: g.Unit, Least: g.Least, Most: g.Most}) + ")"
			}
			measures = append(measures, said)
		}
	}
	out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.item.binding"), Value: anchors(bound)}, fact("measure", strings.Join(measures, "; ")))
	owed := i18n.T(ctx, "directive.owed.no")
	if it.Owed {
		owed = i18n.T(ctx, "directive.owed.yes")
	}
	out = append(out, fact("owed", owed))
	if it.Evidence != "" {
		out = append(out, fact("evidence", p.svc.Wanted(ctx, it.Evidence, it.Bindings)))
	}
	if it.By != "" {
		out = append(out, fact("by", it.By+", "+i18n.Time(ctx, it.At)))
	}
	return out
}

// behind says where it stands in what follows the signature: the annex or text, its
// parts and its row. The paper itself needs no such words.
func (v readPage) behind(ctx context.Context, it Item) []ui.Fact {
	steps := []string{it.Label}
	for at := it; at.Parent != ""; {
		n := slices.IndexFunc(v.f.Items, func(o Item) bool { return o.Path == at.Parent })
		if n < 0 {
			return nil
		}
		at = v.f.Items[n]
		said := at.Label
		if at.Heading != "" {
			said += ". " + shorten(at.Heading, "")
		}
		steps = append(steps, said)
		if at.Parent == "" && standsBehind(at.Label) {
			slices.Reverse(steps)
			return []ui.Fact{{Label: i18n.T(ctx, "directive.item.from"), Value: ui.Text(strings.Join(steps, " › "))}}
		}
	}
	return nil
}

// acts are what may be decided on it; the first is what Enter does.
func (v readPage) acts(ctx context.Context, it Item) []ui.Action {
	at := href(v.f.ID) + "/items/" + string(it.ID)
	to := func(s ItemState) []ui.Hidden {
		return []ui.Hidden{versionField(it.Version), {Name: "state", Value: string(s)}}
	}
	edit := ui.Action{Label: i18n.T(ctx, "directive.item.edit"), Href: href(v.f.ID) + "/read?edit=" + string(it.ID) + "#" + anchor(it.Path), Icon: ui.IconEdit}
	undo := ui.Action{Label: i18n.T(ctx, "directive.item.undo"), Href: at, Post: true, Hidden: to(Proposed), Icon: ui.IconUndo}
	switch it.State {
	case Agreed:
		return []ui.Action{edit, undo}
	case NotOurs:
		return []ui.Action{undo}
	}
	not := ui.Action{Label: i18n.T(ctx, "directive.item.not_ours.do"), Href: at, Post: true, Hidden: to(NotOurs), Icon: ui.IconDismiss}
	if len(it.Unknown) > 0 { // the question comes first
		return []ui.Action{edit, not}
	}
	return []ui.Action{{Label: i18n.T(ctx, "directive.item.agree"), Href: at, Post: true, Hidden: to(Agreed), Icon: ui.IconCheck, Primary: true}, edit, not}
}
