// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func bodyOptions(ctx context.Context, list []Body) (out []ui.Option) {
	for _, kind := range []AddresseeKind{ToGroup, ToUnit} {
		for _, b := range list {
			if b.Kind == kind {
				out = append(out, ui.Option{Value: b.Key(), Label: b.Name, Group: i18n.T(ctx, "directive.actor."+string(kind))})
			}
		}
	}
	return out
}

// fields are those of an item that is changed in its place.
func (v readPage) fields(ctx context.Context, it Item) []ui.FieldProps {
	typed := func(name, was string) string {
		if v.typed != nil {
			return v.typed.Get(name)
		}
		return was
	}
	nth := func(name string, n int, was string) string {
		if v.typed == nil {
			return was
		}
		if list := v.typed[name]; n < len(list) {
			return list[n]
		}
		return ""
	}
	out := []ui.FieldProps{{Name: "short", Label: i18n.T(ctx, "directive.item.short"), Value: typed("short", it.Short), Required: true, MaxLength: mostShort, Error: v.errs["short"], Autofocus: true}}
	bodies := append([]ui.Option{{Value: string(ToAll), Label: i18n.T(ctx, "directive.actor.all")}}, bodyOptions(ctx, v.bodies)...)
	for n := range max(3, len(it.Actors)) {
		was := ""
		if n < len(it.Actors) {
			was = it.Actors[n].Key()
		}
		f := ui.FieldProps{Kind: ui.KindSelect, Name: "actor", ID: "actor-" + strconv.Itoa(n), Label: i18n.T(ctx, "directive.item.who.n", strconv.Itoa(n+1)), Value: nth("actor", n, was), Options: bodies, Blank: i18n.T(ctx, "directive.none")}
		if n == 0 {
			f.Error = v.errs["actors"]
		}
		out = append(out, f)
	}
	sorts := []ui.Option{}
	for _, s := range []Sort{Until, Within, Every, Always} {
		sorts = append(sorts, ui.Option{Value: string(s), Label: i18n.T(ctx, "directive.sort."+string(s))})
	}
	first, last, n, dayOf := "", "", "", ""
	if !it.Due.First.IsZero() {
		first = it.Due.First.String()
	}
	if it.Due.Day > 0 {
		dayOf = strconv.Itoa(it.Due.Day)
	}
	if !it.Due.Last.IsZero() {
		last = it.Due.Last.String()
	}
	if it.Due.Amount.N > 0 {
		n = strconv.Itoa(it.Due.Amount.N)
	}
	units, every := []ui.Option{}, []ui.Option{}
	for _, u := range []calendar.Unit{calendar.Day, calendar.WorkingDay, calendar.Hour, calendar.Month} {
		units = append(units, ui.Option{Value: string(u), Label: i18n.T(ctx, "directive.amount."+string(u))})
	}
	for _, p := range Recurrences() {
		every = append(every, ui.Option{Value: p, Label: i18n.T(ctx, "directive.every."+p)})
	}
	out = append(out,
		ui.FieldProps{Kind: ui.KindSelect, Name: "sort", Label: i18n.T(ctx, "directive.item.due"), Hint: it.Due.Text, Value: typed("sort", string(it.Due.Sort)), Blank: i18n.T(ctx, "directive.none"), Options: sorts, Error: v.errs["sort"]},
		ui.FieldProps{Kind: ui.KindDate, Name: "last", Label: i18n.T(ctx, "directive.item.last"), Hint: i18n.T(ctx, "directive.hint.item.last"), Value: typed("last", last), Error: v.errs["last"]},
		ui.FieldProps{Name: "hour", Label: i18n.T(ctx, "directive.item.hour"), Hint: i18n.T(ctx, "directive.hint.hour"), Value: typed("hour", it.Due.Hour), Error: v.errs["hour"], MaxLength: 5},
		ui.FieldProps{Kind: ui.KindNumber, Name: "n", Label: i18n.T(ctx, "directive.item.n"), Value: typed("n", n), Error: v.errs["amount"] + v.errs["n"], Min: "1", Max: "3660"},
		ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "directive.item.unit"), Value: typed("unit", string(it.Due.Amount.Unit)), Options: units},
		ui.FieldProps{Kind: ui.KindSelect, Name: "recurrence", Label: i18n.T(ctx, "directive.item.recurrence"), Value: typed("recurrence", it.Due.Recurrence), Blank: i18n.T(ctx, "directive.none"), Options: every, Error: v.errs["recurrence"]},
		ui.FieldProps{Kind: ui.KindNumber, Name: "day", Label: i18n.T(ctx, "directive.item.day"), Hint: i18n.T(ctx, "directive.hint.day"), Value: typed("day", dayOf), Error: v.errs["day"], Min: "1", Max: "31"},
		ui.FieldProps{Kind: ui.KindDate, Name: "first", Label: i18n.T(ctx, "directive.item.first"), Value: typed("first", first)})
	bindings := v.bindings(ctx, it)
	for n := range 2 {
		was := ""
		if n < len(it.Bindings) {
			was = it.Bindings[n].ID
		}
		f := ui.FieldProps{Kind: ui.KindSelect, Name: "binding", ID: "binding-" + strconv.Itoa(n), Label: i18n.T(ctx, "directive.item.binding.n", strconv.Itoa(n+1)), Value: nth("binding", n, was), Options: bindings, Blank: i18n.T(ctx, "directive.none")}
		if n == 0 {
			f.Error = v.errs["bindings"]
		}
		out = append(out, f)
	}
	for _, b := range it.Bindings {
		for _, g := range b.Measures {
			name, was := g.Key, ""
			if v.p.near.Measures != nil {
				name = v.p.near.Measures(ctx, g.Key)
			}
			if name == "" { // nothing measures it yet
				continue
			}
			if g.Target != 0 {
				was = strconv.FormatFloat(g.Target, 'f', -1, 64)
			}
			out = append(out, ui.FieldProps{Name: "target." + g.Key, Label: i18n.T(ctx, "directive.item.target", name), Value: typed("target."+g.Key, was), InputMode: "decimal", Error: v.errs["target."+g.Key]})
		}
	}
	owed := it.Owed
	if v.typed != nil {
		owed = v.typed.Get("owed") != ""
	}
	return append(out, ui.FieldProps{Kind: ui.KindTextarea, Name: "evidence", Label: i18n.T(ctx, "directive.item.evidence"), Value: typed("evidence", it.Evidence), Rows: 2, MaxLength: mostText, Error: v.errs["evidence"]},
		ui.FieldProps{Kind: ui.KindCheckbox, Name: "owed", Label: i18n.T(ctx, "directive.owed.yes"), Hint: i18n.T(ctx, "directive.hint.owed"), Checked: owed})
}

func (v readPage) bindings(ctx context.Context, it Item) (out []ui.Option) {
	add := func(id, vi, en string) {
		if i18n.Lang(ctx) == string(i18n.English) && en != "" {
			vi = en
		}
		if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == id }) {
			out = append(out, ui.Option{Value: id, Label: vi})
		}
	}
	for _, b := range it.Bindings {
		add(b.ID, b.VI, b.EN)
	}
	if l := v.p.svc.Library; l != nil {
		for _, b := range l.Bindings() {
			add(b.ID, b.VI, b.EN)
		}
	}
	return out
}

func (v readPage) citeList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "cites", Caption: i18n.T(ctx, "directive.say.basis"), Total: int64(len(v.cites)),
		Heads: []ui.Head{{Label: i18n.T(ctx, "directive.say.basis")}, {Label: i18n.T(ctx, "directive.cite.known")}}}
	for _, c := range v.cites {
		standing := c.Known.Standing
		if standing == "" {
			standing = "unknown"
		}
		tone := map[string]ui.Tone{"in_force": ui.OK, "replaced": ui.Warn, "withdrawn": ui.Warn}[standing]
		l.Rows = append(l.Rows, ui.Row{ID: c.Number + c.At, Name: c.Number, Href: c.Known.Href, Cells: []templ.Component{ui.Text(c.Text), ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "directive.cite."+standing), Tone: tone})}})
	}
	return l
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	d := v.f.Directive
	h := ui.RecordHeadProps{Crumbs: crumbs(ctx), Code: d.Code, Title: titleOf(ctx, d), State: badge(ctx, d), Lead: leadOf(ctx, d)}
	if d.Urgency != "" && d.Urgency != obligation.Ordinary.Key() {
		h.Badges = append(h.Badges, ui.BadgeProps{Text: i18n.T(ctx, "directive.urgency."+d.Urgency), Tone: ui.Bad})
	}
	act := func(key, to string, icon ui.IconName) ui.Action {
		return ui.Action{Label: i18n.T(ctx, key), Href: href(d.ID) + to, Icon: icon}
	}
	read := act("directive.read", "/read", ui.IconDocument)
	switch {
	case v.f.May && d.State == Drafted:
		h.Step = &read
	case v.f.May && d.State == Confirmed:
		issue := act("directive.issue", "/issue", ui.IconSend)
		h.Step, h.Actions = &issue, append(h.Actions, read)
	default:
		h.Actions = append(h.Actions, read)
	}
	more := v.more
	if v.mine {
		ours := act("directive.ours", "/units/"+v.home, ui.IconTask)
		if v.f.May {
			h.Actions = append(h.Actions, ours)
		} else {
			h.Step = &ours
		}
	}
	if d.State == Issued && h.Step == nil && len(more) > 0 { // where it is followed
		h.Step, more = &more[0], more[1:]
	}
	h.Actions = append(h.Actions, act("directive.compare", "/compare", ui.IconSearch))
	h.Actions = append(h.Actions, more...)
	if len(v.reach) > 0 {
		h.Actions = append(h.Actions, act("directive.reach", "/receipts", ui.IconSend))
		if n := missingOf(v.reach); n > 0 {
			h.Badges = append(h.Badges, ui.BadgeProps{Text: i18n.T(ctx, "directive.reach.missing", i18n.Number(ctx, int64(n))), Tone: ui.Warn})
		}
	}
	if v.f.May && d.DraftID == "" && (d.State == Issued || d.State == Confirmed) {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "directive.draft"), Href: href(d.ID) + "/draft", Icon: ui.IconEdit, Post: true})
	}
	if v.f.May {
		switch d.State {
		case Issued:
			h.Actions = append(h.Actions, act("directive.issue.more", "/issue", ui.IconSend), act("directive.carry", "/carry", ui.IconCopy), act("directive.close", "/end", ui.IconLock))
		case Drafted, Confirmed:
			h.Actions = append(h.Actions, act("directive.drop", "/end", ui.IconDismiss))
		}
	}
	return h
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	d := v.f.Directive
	fact := func(key string, value templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "directive.field."+key), Value: value}
	}
	out := []ui.Fact{fact("unit", ui.Text(v.names[d.UnitID])), fact("signer", ui.Text(d.Signer))}
	if v.paper.ID != "" {
		out = append(out, fact("document", ui.Anchor(ui.Link{Label: v.paper.Cite, Href: v.paper.Href})))
	}
	if v.f.May && (d.State == Confirmed || d.State == Issued || d.State == Ended) {
		var links []ui.Link
		if v.drafted.ID != "" {
			links = append(links, ui.Link{Label: i18n.T(ctx, "directive.draft.open"), Href: v.drafted.Href})
		}
		links = append(links, ui.Link{Label: i18n.T(ctx, "directive.letter.docx"), Href: href(d.ID) + "/letter.docx"}, ui.Link{Label: i18n.T(ctx, "directive.letter.pdf"), Href: href(d.ID) + "/letter.pdf"})
		out = append(out, fact("draft", anchors(links)))
	}
	out = append(out, fact("file", ui.Text(d.FileName)), fact("sha", ui.Code(d.FileSHA)), fact("created_at", ui.Text(i18n.Time(ctx, d.CreatedAt)+", "+d.CreatedBy)))
	if !d.ConfirmedAt.IsZero() {
		out = append(out, fact("confirmed_at", ui.Text(i18n.Time(ctx, d.ConfirmedAt)+", "+d.ConfirmedBy)))
	}
	if !d.IssuedAt.IsZero() {
		out = append(out, fact("issued_at", ui.Text(i18n.Time(ctx, d.IssuedAt)+", "+d.IssuedBy)))
	}
	if !d.CommonLast.IsZero() {
		out = append(out, fact("last", ui.Date(d.CommonLast.Start())))
	}
	if !d.EndedAt.IsZero() {
		out = append(out, fact("ended_at", ui.Text(i18n.Time(ctx, d.EndedAt)+", "+d.EndedBy)), fact("reason", ui.Text(d.EndedReason)))
	}
	return out
}

// bodiesShown is how many bodies stand on one page of a list of them.
const bodiesShown = 50

// stretch says which of all rows stand on the page that begins with from, and leads
// to the pages beside it; at is the address of the page that begins with n.
func stretch(l *ui.ListProps, from, all int, at func(n int) string) (first, last int) {
	if from < 0 || from >= all {
		from = 0
	}
	if from > 0 {
		l.Prev = at(max(0, from-bodiesShown))
	}
	if last = min(from+bodiesShown, all); last < all {
		l.Next = at(last)
	}
	return from, last
}

// beginning is the number of the first row a request asks for; nought where it
// asks for none.
func beginning(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("units"))
	if err != nil {
		return 0
	}
	return n
}

// units is how far each body is.
func (v showPage) units(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "units", Caption: i18n.T(ctx, "directive.units"), Total: int64(len(v.standings)), Heads: []ui.Head{{Label: i18n.T(ctx, "directive.units.unit")}, {Label: i18n.T(ctx, "directive.units.total"), Numeric: true}}}
	shown := []TaskState{Owing, Sent, Returned, Accepted}
	if slices.ContainsFunc(v.standings, func(s Standing) bool { return s.Tasks[Moved] > 0 }) {
		shown = append(shown, Moved)
	}
	for _, s := range shown {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "directive.task."+string(s)), Numeric: true})
	}
	if v.f.May && v.f.State == Issued {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "directive.withdraw"), Hide: true})
	}
	from, last := stretch(&l, v.from, len(v.standings), func(n int) string { return href(v.f.ID) + "?units=" + strconv.Itoa(n) + "#" + l.ID })
	for _, s := range v.standings[from:last] {
		cells := []templ.Component{ui.Text(v.names[s.Unit]), ui.Number(int64(s.Total()))}
		for _, state := range shown {
			cells = append(cells, ui.Number(int64(s.Tasks[state])))
		}
		if v.f.May && v.f.State == Issued {
			if s.Asked || s.Left() > 0 {
				cells = append(cells, ui.ActionLink(ui.Action{Label: i18n.T(ctx, "directive.withdraw"), Href: href(v.f.ID) + "/withdraw?unit=" + s.Unit}))
			} else {
				cells = append(cells, ui.None())
			}
		}
		l.Rows = append(l.Rows, ui.Row{ID: s.Unit, Name: v.names[s.Unit], Href: unitHref(v.f.ID, s.Unit), Cells: cells})
	}
	return l
}

// items is what it asks.
func (v showPage) items(ctx context.Context) ui.ListProps {
	leaves := v.f.Leaves()
	l := ui.ListProps{ID: "items", Caption: i18n.T(ctx, "directive.items"), Total: int64(len(leaves)), Heads: []ui.Head{{Label: i18n.T(ctx, "directive.item.path")}, {Label: i18n.T(ctx, "directive.item.short")},
		{Label: i18n.T(ctx, "directive.item.who")}, {Label: i18n.T(ctx, "directive.item.due")}, {Label: i18n.T(ctx, "directive.field.state")}}}
	if v.f.May && v.f.State == Issued {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "directive.withdraw"), Hide: true})
	}
	for _, it := range leaves {
		due := termText(ctx, it.Due)
		if it.takes() && it.Due.Sort == "" && !v.f.CommonLast.IsZero() {
			due = i18n.T(ctx, "directive.common", termText(ctx, Term{Sort: Until, Last: v.f.CommonLast}))
		}
		cells := []templ.Component{ui.Text(pathText(ctx, it)), ui.Text(it.Short), ui.Text(actorsText(ctx, it)), ui.Text(due), ui.Badge(itemBadge(ctx, it))}
		if v.f.May && v.f.State == Issued {
			if it.State == Agreed && it.Owed {
				do := i18n.T(ctx, "directive.withdraw")
				if it.Due.Sort == Always { // it is never done: a person closes it
					do = i18n.T(ctx, "directive.close_item")
				}
				cells = append(cells, ui.ActionLink(ui.Action{Label: do, Href: href(v.f.ID) + "/withdraw?item=" + string(it.ID)}))
			} else {
				cells = append(cells, ui.None())
			}
		}
		l.Rows = append(l.Rows, ui.Row{ID: string(it.ID), Name: it.Short, Href: v.f.readAt(it), Cells: cells})
	}
	return l
}

func (v issuePage) fields(ctx context.Context) (out []ui.FieldProps) {
	options := append([]ui.Option{{Value: string(ToAll), Label: i18n.T(ctx, "directive.issue.all")}}, bodyOptions(ctx, v.bodies)...)
	for n := range max(3, len(v.to.To)+1) {
		value := ""
		if n < len(v.to.To) {
			value = v.to.To[n]
		}
		f := ui.FieldProps{Kind: ui.KindSelect, Name: "to", ID: "to-" + strconv.Itoa(n), Label: i18n.T(ctx, "directive.issue.to.n", strconv.Itoa(n+1)), Value: value, Options: options, Blank: i18n.T(ctx, "directive.none")}
		if n == 0 {
			f.Error, f.Required, f.Hint = v.errs["to"], true, i18n.T(ctx, "directive.hint.to")
		}
		out = append(out, f)
	}
	last := v.last
	if last == "" && !v.f.CommonLast.IsZero() {
		last = v.f.CommonLast.String()
	}
	return append(out, ui.FieldProps{Kind: ui.KindDate, Name: "last", Label: i18n.T(ctx, "directive.field.last"), Hint: i18n.T(ctx, "directive.hint.last"), Value: last, Error: v.errs["last"]})
}

func (v issuePage) summary(ctx context.Context) string {
	return i18n.T(ctx, "directive.issue.summary", i18n.Number(ctx, int64(len(v.plan.Units))), i18n.Number(ctx, int64(v.plan.Total)), i18n.Number(ctx, int64(v.plan.New)))
}

func (v issuePage) send(ctx context.Context) ui.Action {
	a := ui.Action{Label: i18n.T(ctx, "directive.issue.send"), Href: href(v.f.ID) + "/issue", Post: true, Primary: true, Icon: ui.IconSend, Hidden: []ui.Hidden{versionField(v.f.Version), {Name: "last", Value: v.last}}}
	for _, k := range v.to.To {
		a.Hidden = append(a.Hidden, ui.Hidden{Name: "to", Value: k})
	}
	return a
}

func (v issuePage) tasks(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "tasks", Caption: i18n.T(ctx, "directive.items"), Total: int64(len(v.plan.Tasks)), Heads: []ui.Head{{Label: i18n.T(ctx, "directive.item.path")}, {Label: i18n.T(ctx, "directive.item.short")},
		{Label: i18n.T(ctx, "directive.item.who")}, {Label: i18n.T(ctx, "directive.issue.count"), Numeric: true}, {Label: i18n.T(ctx, "directive.item.due")}},
		Empty: ui.EmptyProps{Icon: ui.IconTask, Title: i18n.T(ctx, "directive.issue.empty"), Text: i18n.T(ctx, "directive.issue.empty.text")}}
	for _, t := range v.plan.Tasks {
		due := ui.None()
		if !t.Due().IsZero() {
			due = ui.Until(t.Due())
		}
		row := ui.Row{ID: string(t.Item.ID), Name: t.Item.Short, Cells: []templ.Component{ui.Text(pathText(ctx, t.Item)), ui.Text(t.Item.Short), ui.Text(actorsText(ctx, t.Item)), ui.Number(int64(len(t.Units) + t.Have)), due}}
		if len(t.Units)+t.Have == 0 {
			row.Tone = ui.Warn
			row.Cells[2] = ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "directive.issue.nobody"), Tone: ui.Warn})
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}
