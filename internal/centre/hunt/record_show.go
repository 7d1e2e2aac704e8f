// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func stateText(ctx context.Context, s State) string { return i18n.T(ctx, "hunt.state."+string(s)) }

func resultText(ctx context.Context, r Result) string {
	if r == "" {
		return ""
	}
	return i18n.T(ctx, "hunt.result."+string(r))
}

// tabs lead from looking back to the records and back.
func tabs(ctx context.Context, records bool) []ui.Tab {
	return []ui.Tab{{Label: i18n.T(ctx, "hunt.title"), Href: "/hunts", Here: !records}, {Label: i18n.T(ctx, "hunt.records"), Href: RecordPath, Here: records}}
}

func (v recordsPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "hunt.records"), Total: v.page.Total, Filtered: v.f.State != "" || v.f.Result != "" || v.f.Unit != "" || v.f.Query != "", ClearAt: RecordPath,
		Filters: ui.Filter(ui.FilterProps{Action: RecordPath, Clear: RecordPath, Fields: v.filter(ctx), Hidden: v.hidden()}), Exports: web.Exports(v.r, RecordPath),
		Heads: []ui.Head{{Label: i18n.T(ctx, "hunt.record.code")}, v.sorted(ctx, "title", "title"), {Label: i18n.T(ctx, "hunt.record.owner")}, {Label: i18n.T(ctx, "hunt.record.state")},
			v.sorted(ctx, "opened_at", ""), {Label: i18n.T(ctx, "hunt.record.concluded_at")}},
		Empty: ui.EmptyProps{Icon: ui.IconHunt, Title: i18n.T(ctx, "hunt.records.none"), Text: i18n.T(ctx, "hunt.records.none.text")}}
	if MayKeep(ctx) {
		l.Empty.Action = &ui.Action{Label: i18n.T(ctx, "hunt.records.add"), Href: RecordPath + "/new", Icon: ui.IconAdd}
	}
	for _, h := range v.page.Rows {
		l.Rows = append(l.Rows, ui.Row{ID: string(h.ID), Name: h.Title, Href: recordHref(h.ID), Cells: []templ.Component{ui.Code(h.Code), titleCell(h), unitOf(v.names, h.Owner),
			stateCell(ctx, h), ui.Time(h.OpenedAt), ui.Time(h.ConcludedAt)}})
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

func unitOf(names map[string]string, id string) templ.Component {
	if name := names[id]; name != "" {
		return ui.Unit(ui.UnitProps{Name: name, Href: "/units/" + id})
	}
	return ui.None()
}

func stateCell(ctx context.Context, h Record) templ.Component {
	b := ui.BadgeProps{Text: stateText(ctx, h.State), Tone: ui.Info}
	if h.State == Concluded {
		b = ui.BadgeProps{Text: resultText(ctx, h.Result), Tone: resultTones[h.Result]}
	}
	return ui.Badge(b)
}

var resultTones = map[Result]ui.Tone{Nothing: ui.OK, FoundFinding: ui.Warn, FoundIncident: ui.Bad, Gap: ui.NoData}

// sorted is a heading that orders the list: newest or oldest first, or by title.
func (v recordsPage) sorted(ctx context.Context, key, sort string) ui.Head {
	h := ui.Head{Label: i18n.T(ctx, "hunt.record."+key), Sort: web.With(v.r, "sort", sort, "after", "")}
	switch {
	case sort == "title" && v.f.Sort == "title":
		h.Sorted = ui.SortAscending
	case sort == "" && v.f.Sort == "oldest":
		h.Sorted = ui.SortAscending
	case sort == "" && v.f.Sort == "":
		h.Sorted, h.Sort = ui.SortDescending, web.With(v.r, "sort", "oldest", "after", "")
	}
	return h
}

func (v recordsPage) hidden() []ui.Hidden {
	if v.f.Sort == "" {
		return nil
	}
	return []ui.Hidden{{Name: "sort", Value: v.f.Sort}}
}

func (v recordsPage) filter(ctx context.Context) []ui.FieldProps {
	any := i18n.T(ctx, "hunt.any")
	fields := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "hunt.record.search"), Value: v.f.Query},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "hunt.record.state"), Blank: any, Value: string(v.f.State), Options: []ui.Option{
			{Value: string(Open), Label: stateText(ctx, Open)}, {Value: string(Concluded), Label: stateText(ctx, Concluded)}}},
		{Kind: ui.KindSelect, Name: "result", Label: i18n.T(ctx, "hunt.record.result"), Blank: any, Value: string(v.f.Result), Options: resultOptions(ctx)}}
	if len(v.units) > 1 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "hunt.record.owner"), Blank: any, Value: v.f.Unit, Options: v.units})
	}
	return fields
}

func resultOptions(ctx context.Context) (out []ui.Option) {
	for _, r := range Results() {
		out = append(out, ui.Option{Value: string(r), Label: resultText(ctx, r)})
	}
	return out
}

// DueAlert says where the duty to hunt stands; nil when there is none.
func DueAlert(ctx context.Context, d Due) *ui.AlertProps {
	months := i18n.Number(ctx, int64(d.Months))
	basis := i18n.T(ctx, "hunt.due.basis", months, d.Basis, d.OwnerName)
	if d.Unsure {
		basis += " " + i18n.T(ctx, "hunt.due.unsure")
	}
	switch d.Standing {
	case Never:
		return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "hunt.due.never"), Text: basis}
	case OnTime:
		return &ui.AlertProps{Tone: ui.OK, Title: i18n.T(ctx, "hunt.due.on_time", i18n.Number(ctx, int64(d.Days)), i18n.Date(ctx, d.Day.Start())), Text: basis}
	case Soon:
		return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "hunt.due.soon", i18n.Number(ctx, int64(d.Days)), i18n.Date(ctx, d.Day.Start())), Text: basis}
	case Overdue:
		return &ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "hunt.due.late", i18n.Number(ctx, int64(d.Days)), i18n.Date(ctx, d.Day.Start())), Text: basis}
	}
	return nil
}

func (v planPage) title(ctx context.Context) string {
	if v.id == "" {
		return i18n.T(ctx, "hunt.records.add")
	}
	return i18n.T(ctx, "hunt.records.edit", v.code)
}

func (v planPage) action() string {
	if v.id == "" {
		return RecordPath
	}
	return recordHref(v.id)
}

func (v planPage) hiddenFields() (out []ui.Hidden) {
	if v.id != "" {
		out = append(out, ui.Hidden{Name: "version", Value: strconv.FormatInt(v.version, 10)})
	}
	if v.keep != "" {
		out = append(out, ui.Hidden{Name: "keep", Value: v.keep})
	}
	return out
}

func (v planPage) fields(ctx context.Context) []ui.FieldProps {
	p := v.plan
	field := func(kind ui.Kind, name, value string) ui.FieldProps {
		return ui.FieldProps{Kind: kind, Name: name, Label: i18n.T(ctx, "hunt.record."+name), Value: value, Error: v.errs[name]}
	}
	title := field(ui.KindText, "title", p.Title)
	title.Required, title.MaxLength = true, maxTitle
	hypothesis := field(ui.KindTextarea, "hypothesis", p.Hypothesis)
	hypothesis.Required, hypothesis.Rows, hypothesis.Hint = true, 5, i18n.T(ctx, "hunt.record.hypothesis.hint")
	tech := field(ui.KindText, "techniques", v.techniques)
	tech.Hint, tech.Mono = i18n.T(ctx, "hunt.record.techniques.hint"), true
	owner := field(ui.KindSelect, "owner", p.Owner)
	owner.Required, owner.Options = true, v.units
	from, to := field(ui.KindDate, "from", v.from), field(ui.KindDate, "to", v.to)
	from.Label, to.Label = i18n.T(ctx, "hunt.from"), i18n.T(ctx, "hunt.to")
	members := field(ui.KindText, "members", p.Members)
	members.Hint, members.MaxLength = i18n.T(ctx, "hunt.record.members.hint"), maxMembers
	return []ui.FieldProps{title, hypothesis, tech, owner, members, from, to}
}

// boxes are the units or sources to choose from.
func (v planPage) boxes(ctx context.Context, name string, options []ui.Option, chosen []string) (out []ui.FieldProps) {
	for i, o := range options {
		out = append(out, ui.FieldProps{Kind: ui.KindCheckbox, Name: name, ID: "f-" + name + "-" + strconv.Itoa(i), Group: i18n.T(ctx, "hunt.record."+name), Label: o.Label, Value: o.Value,
			Checked: slices.Contains(chosen, o.Value)})
	}
	return out
}

func (v filePage) head(ctx context.Context) ui.RecordHeadProps {
	f := v.f
	h := ui.RecordHeadProps{Crumbs: []ui.Link{{Label: i18n.T(ctx, "hunt.records"), Href: RecordPath}, {Label: f.Code}}, Code: f.Code, Marks: f.Techniques, Title: f.Title,
		State: ui.BadgeProps{Text: stateText(ctx, f.State), Tone: ui.Info}, Owner: unitOf(v.names, f.Owner), Lead: i18n.T(ctx, "hunt.record.opened", f.OpenedName, i18n.Time(ctx, f.OpenedAt))}
	if f.State == Concluded {
		h.State.Tone = ui.OK
		h.Badges = []ui.BadgeProps{{Text: resultText(ctx, f.Result), Tone: resultTones[f.Result]}}
		h.Lead += ". " + i18n.T(ctx, "hunt.record.closed", f.Concluder, i18n.Time(ctx, f.ConcludedAt))
	}
	if v.mayKeep(ctx) {
		h.Step = &ui.Action{Label: i18n.T(ctx, "hunt.conclude"), Href: recordHref(f.ID) + "/conclude", Icon: ui.IconCheck}
		h.Actions = []ui.Action{{Label: i18n.T(ctx, "hunt.record.search_events"), Href: "/events", Icon: ui.IconSearch}, {Label: i18n.T(ctx, "hunt.record.edit"), Href: recordHref(f.ID) + "/edit", Icon: ui.IconEdit}}
	}
	return h
}

func (v filePage) facts(ctx context.Context) []ui.Fact {
	f := v.f
	facts := []ui.Fact{{Label: i18n.T(ctx, "hunt.record.hypothesis"), Value: ui.Multiline(f.Hypothesis)},
		{Label: i18n.T(ctx, "hunt.record.techniques"), Value: ui.Text(strings.Join(f.Techniques, ", "))},
		{Label: i18n.T(ctx, "hunt.record.units"), Value: ui.Text(cmp.Or(namesOf(ctx, v.names, f.Units), i18n.T(ctx, "hunt.record.units.all")))},
		{Label: i18n.T(ctx, "hunt.record.sources"), Value: ui.Text(cmp.Or(namesOf(ctx, v.sources, f.Sources), i18n.T(ctx, "hunt.record.sources.all")))},
		{Label: i18n.T(ctx, "hunt.period"), Value: ui.Text(Hunt{Question: Question{From: f.From, To: f.To}}.period(ctx))},
		{Label: i18n.T(ctx, "hunt.record.members"), Value: ui.Text(f.Members)}}
	if f.State == Concluded {
		facts = append([]ui.Fact{{Label: i18n.T(ctx, "hunt.record.result"), Value: stateCell(ctx, f.Record)}, {Label: i18n.T(ctx, "hunt.record.conclusion"), Value: ui.Multiline(f.Conclusion)}}, facts...)
	}
	return facts
}

// namesOf are names with what the reader may not see counted.
func namesOf(ctx context.Context, names map[string]string, ids []string) string {
	var out []string
	hidden := 0
	for _, id := range ids {
		if names[id] == "" {
			hidden++
			continue
		}
		out = append(out, names[id])
	}
	slices.Sort(out)
	if hidden > 0 {
		out = append(out, i18n.T(ctx, "hunt.record.hidden", i18n.Number(ctx, int64(hidden))))
	}
	return strings.Join(out, ", ")
}

func (v filePage) queries(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "queries", Caption: i18n.T(ctx, "hunt.queries.kept"), Total: int64(len(v.f.Queries)), Heads: []ui.Head{{Label: i18n.T(ctx, "hunt.query")}, {Label: i18n.T(ctx, "hunt.period")},
		{Label: i18n.T(ctx, "hunt.query.found"), Numeric: true}, {Label: i18n.T(ctx, "hunt.query.hash")}, {Label: i18n.T(ctx, "hunt.query.kept")}},
		Empty: ui.EmptyProps{Icon: ui.IconSearch, Title: i18n.T(ctx, "hunt.queries.none"), Text: i18n.T(ctx, "hunt.queries.none.text")}}
	for _, q := range v.f.Queries {
		l.Rows = append(l.Rows, ui.Row{ID: q.ID, Name: askedText(ctx, q), Cells: []templ.Component{queryCell(q), ui.Text(i18n.T(ctx, "hunt.span", i18n.Time(ctx, q.From), i18n.Time(ctx, q.To))),
			ui.Number(q.Found), ui.Code(q.Hash), ui.Text(i18n.T(ctx, "hunt.by", i18n.Time(ctx, q.At), q.By))}})
	}
	return l
}

// askedText is the conditions of a question, as people read them.
func askedText(ctx context.Context, q Query) string {
	var asked map[string]string
	if err := json.Unmarshal([]byte(q.Asked), &asked); err != nil || len(asked) == 0 {
		return i18n.T(ctx, "hunt.query.all")
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		parts = append(parts, i18n.T(ctx, "hunt.asked."+name)+": "+asked[name])
	}
	return strings.Join(parts, "; ")
}

func (v filePage) log(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "hunt.log"), Empty: i18n.T(ctx, "hunt.log.empty")}
	for _, n := range slices.Backward(v.f.Notes) {
		t.Entries = append(t.Entries, ui.TimelineEntry{Text: n.Text, Actor: n.By, At: n.At})
	}
	return t
}

func (v concludePage) fields(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Kind: ui.KindRadio, Name: "result", Label: i18n.T(ctx, "hunt.record.result"), Value: v.result, Error: v.errs["result"], Required: true, Options: v.results(ctx)},
		{Kind: ui.KindTextarea, Name: "conclusion", Label: i18n.T(ctx, "hunt.record.conclusion"), Hint: i18n.T(ctx, "hunt.record.conclusion.hint"), Value: v.words, Error: v.errs["conclusion"],
			Required: true, Rows: 6},
	}
}

func (v concludePage) results(ctx context.Context) []ui.Option {
	out := resultOptions(ctx)
	for i := range out {
		out[i].Hint = i18n.T(ctx, "hunt.result."+out[i].Value+".hint")
	}
	return out
}

func (v keepPage) fields(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "hunt", Label: i18n.T(ctx, "hunt.keep.into"), Value: v.hunt, Error: v.errs["hunt"], Required: true, Blank: i18n.T(ctx, "hunt.keep.choose"),
			Options: append([]ui.Option{{Value: "new", Label: i18n.T(ctx, "hunt.records.add")}}, v.open...)},
		{Kind: ui.KindTextarea, Name: "note", Label: i18n.T(ctx, "hunt.keep.note"), Value: v.note, Error: v.errs["note"], MaxLength: maxMembers, Rows: 2},
	}
}

func versionOf(f File) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.Version, 10)}}
}

// only are the errors of some fields: a page with several forms shows each its own.
func only(errs map[string]string, fields ...string) []ui.FieldError {
	var out []ui.FieldError
	for _, name := range fields {
		if errs[name] != "" {
			out = append(out, ui.FieldError{Field: name, Text: errs[name]})
		}
	}
	return out
}

func addAction(ctx context.Context) []ui.Action {
	if !MayKeep(ctx) {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "hunt.records.add"), Href: RecordPath + "/new", Icon: ui.IconAdd}}
}
