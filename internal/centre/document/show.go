// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func dirText(ctx context.Context, d Dir) string { return i18n.T(ctx, "document.dir."+string(d)) }

func stateText(ctx context.Context, s State) string { return i18n.T(ctx, "document.state."+string(s)) }

func standingText(ctx context.Context, s Standing) string {
	if s == "" {
		return ""
	}
	return i18n.T(ctx, "document.standing."+string(s))
}

func dayText(ctx context.Context, d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return i18n.Date(ctx, d.Start())
}

func arrivalText(d Document) string {
	if d.Arrival == 0 {
		return ""
	}
	return Head{Number: strconv.FormatInt(d.Arrival, 10)}.Code()
}

var stateTones = map[State]ui.Tone{Received: ui.Neutral, Draft: ui.Neutral, Submitted: ui.Info, Signed: ui.Info, Numbered: ui.Info, Sealed: ui.Info, Issued: ui.OK}

func stateBadge(ctx context.Context, d Document) ui.BadgeProps {
	if d.Standing == Replaced || d.Standing == Withdrawn {
		return ui.BadgeProps{Text: standingText(ctx, d.Standing), Tone: ui.Warn}
	}
	return ui.BadgeProps{Text: stateText(ctx, d.State), Tone: stateTones[d.State]}
}

func date(d calendar.Date) templ.Component {
	if d.IsZero() {
		return ui.None()
	}
	return ui.Date(d.Start())
}

func unitOf(name, id string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name, Href: "/units/" + id})
}

// tabs are the registers, and what waits for the reader.
func (v listPage) tabs(ctx context.Context) []ui.Tab {
	at := func(key, query string, here bool) ui.Tab {
		return ui.Tab{Label: i18n.T(ctx, key), Href: Path + query, Here: here}
	}
	return []ui.Tab{at("document.tab.all", "", v.f.Dir == "" && !v.f.Mine && !v.f.Open), at("document.tab.in", "?dir=in", v.f.Dir == In), at("document.tab.out", "?dir=out", v.f.Dir == Out && !v.f.Open && !v.f.Mine),
		at("document.tab.mine", "?mine=1", v.f.Mine), at("document.tab.open", "?open=1", v.f.Open && !v.f.Mine)}
}

func (v listPage) actions(ctx context.Context) (out []ui.Action) {
	if may(ctx, mayWrite) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "document.new.in"), Href: Path + "/new?dir=in", Icon: ui.IconAdd, Primary: true},
			ui.Action{Label: i18n.T(ctx, "document.new.out"), Href: Path + "/new?dir=out", Icon: ui.IconEdit})
	}
	out = append(out, ui.Action{Label: i18n.T(ctx, "document.register"), Href: Path + "/register?dir=" + string(cmp.Or(v.f.Dir, In)), Icon: ui.IconPrint})
	if may(ctx, maySend) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "document.record"), Href: Path + "/record", Icon: ui.IconDocument},
			ui.Action{Label: i18n.T(ctx, "document.import"), Href: Path + "/import", Icon: ui.IconUpload},
			ui.Action{Label: i18n.T(ctx, "document.book"), Href: Path + "/books", Icon: ui.IconSettings})
	}
	return out
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	f := v.f
	filtered := f.State != "" || f.Standing != "" || f.Kind != "" || f.Urgency != "" || f.Unit != "" || f.Query != "" || !f.From.IsZero() || !f.To.IsZero()
	order, sorted := "oldest", ui.SortDescending
	if f.Oldest {
		order, sorted = "", ui.SortAscending
	}
	clear := Path
	switch {
	case f.Mine:
		clear += "?mine=1"
	case f.Open:
		clear += "?open=1"
	case f.Dir != "":
		clear += "?dir=" + string(f.Dir)
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "document.title"), Total: v.page.Total, Filtered: filtered, ClearAt: clear, Exports: web.Exports(v.r, Path),
		Filters: ui.Filter(ui.FilterProps{Action: Path, Clear: clear, Fields: v.filter(ctx), Hidden: v.hidden()}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "document.code")}, {Label: i18n.T(ctx, "document.day"), Sort: web.With(v.r, "sort", order, "after", ""), Sorted: sorted}, {Label: i18n.T(ctx, "document.subject")},
			{Label: i18n.T(ctx, "document.from_to")}, {Label: i18n.T(ctx, "document.unit")}, {Label: i18n.T(ctx, "document.state")}},
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.none"), Text: i18n.T(ctx, "document.none.text")}}
	if f.Mine {
		l.Empty = ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "document.none.mine"), Text: i18n.T(ctx, "document.none.mine.text")}
	} else if may(ctx, mayWrite) {
		l.Empty.Action = &ui.Action{Label: i18n.T(ctx, "document.new.in"), Href: Path + "/new?dir=in", Icon: ui.IconAdd}
	}
	for _, d := range v.page.Rows {
		r := ui.Row{ID: string(d.ID), Name: d.Subject, Href: href(d.ID), Cells: []templ.Component{codeCell(d), date(v.day(d)), subjectCell(v.codes, d), ui.Text(fromTo(d)),
			unitOf(v.names[d.Unit], d.Unit), ui.Badge(stateBadge(ctx, d))}}
		if d.Urgency != "" && d.State != Issued {
			r.Tone = ui.Warn
		}
		l.Rows = append(l.Rows, r)
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	if f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

// day is the day of d in its register.
func (v listPage) day(d Document) calendar.Date {
	switch {
	case d.Dir == In:
		return d.ArrivedOn
	case !d.Date.IsZero():
		return d.Date
	}
	return calendar.DateOf(d.CreatedAt)
}

func fromTo(d Document) string {
	if d.Dir == In {
		return d.Issuer
	}
	list := strings.Split(d.Recipients, "\n")
	if len(list) > 2 {
		return list[0] + "; " + list[1] + "; …"
	}
	return strings.Join(list, "; ")
}

func (v listPage) hidden() (out []ui.Hidden) {
	for _, name := range []string{"dir", "mine", "open", "sort"} {
		if s := v.r.URL.Query().Get(name); s != "" {
			out = append(out, ui.Hidden{Name: name, Value: s})
		}
	}
	return out
}

func options(list []Code) (out []ui.Option) {
	for _, c := range list {
		out = append(out, ui.Option{Value: c.ID, Label: c.Label})
	}
	return out
}

func (v listPage) filter(ctx context.Context) []ui.FieldProps {
	all := i18n.T(ctx, "document.any")
	var states []ui.Option
	for _, s := range States() {
		if v.f.Dir == In && s != Received || v.f.Dir == Out && s == Received {
			continue
		}
		states = append(states, ui.Option{Value: string(s), Label: stateText(ctx, s)})
	}
	fields := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "document.search"), Value: v.f.Query},
		{Kind: ui.KindCheckbox, Name: "content", Label: i18n.T(ctx, "document.content"), Checked: v.f.Content},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "document.kind"), Blank: all, Value: v.f.Kind, Options: options(v.codes.Kinds)},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "document.state"), Blank: all, Value: string(v.f.State), Options: states},
		{Kind: ui.KindSelect, Name: "urgency", Label: i18n.T(ctx, "document.urgency"), Blank: all, Value: v.f.Urgency, Options: options(v.codes.Urgencies)},
		{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "document.from"), Value: v.f.From.String()},
		{Kind: ui.KindDate, Name: "to", Label: i18n.T(ctx, "document.to"), Value: v.f.To.String()}}
	if len(v.units) > 1 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "document.unit"), Blank: all, Value: v.f.Unit, Options: v.units})
	}
	return fields
}

// title is the head of a book in print.
func (v registerPage) title(ctx context.Context) string {
	return i18n.T(ctx, "document.register."+string(v.f.Dir))
}

// heads are the columns of the books in Annex IV of Decree 30/2020, from memory:
// of incoming papers ten, of outgoing ones ten.
func (v registerPage) heads(ctx context.Context) (out []string) {
	keys := []string{"arrived_on", "arrival", "issuer", "code", "date", "kind_subject", "receiver", "passed_on", "signed_for", "note"}
	if v.f.Dir == Out {
		keys = []string{"code", "date", "kind_subject", "signer", "recipients", "archive", "copies", "passed_on", "signed_for", "note"}
	}
	for _, k := range keys {
		out = append(out, i18n.T(ctx, "document."+k))
	}
	return out
}

func (v registerPage) cells(ctx context.Context, d Document) []string {
	what := d.Subject
	if kind, _, _ := strings.Cut(label(v.codes.Kinds, d.Kind), " ("); !strings.HasPrefix(i18n.Fold(what), i18n.Fold(kind)) {
		what = kind + " " + what
	}
	if d.Dir == Out {
		return []string{d.Code(), dayText(ctx, d.Date), what, d.Signer, strings.ReplaceAll(d.Recipients, "\n", "; "), "", "", "", "", d.Note}
	}
	return []string{dayText(ctx, d.ArrivedOn), arrivalText(d), d.Issuer, d.Code(), dayText(ctx, d.Date), what, strings.ReplaceAll(d.Recipients, "\n", "; "), "", "", d.Note}
}

func (v registerPage) filter(ctx context.Context) templ.Component {
	fields := []ui.FieldProps{{Kind: ui.KindSelect, Name: "dir", Label: i18n.T(ctx, "document.dir"), Value: string(v.f.Dir), Options: []ui.Option{{Value: "in", Label: dirText(ctx, In)}, {Value: "out", Label: dirText(ctx, Out)}}},
		{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "document.from"), Value: v.f.From.String()},
		{Kind: ui.KindDate, Name: "to", Label: i18n.T(ctx, "document.to"), Value: v.f.To.String()}}
	if len(v.units) > 1 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "document.unit"), Blank: i18n.T(ctx, "document.any"), Value: v.f.Unit, Options: v.units})
	}
	return ui.Filter(ui.FilterProps{Action: Path + "/register", Fields: fields})
}

func (v registerPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: v.title(ctx), Filters: v.filter(ctx), Total: v.total, Exports: web.Exports(v.r, Path+"/register"), ClearAt: Path + "/register?dir=" + string(v.f.Dir),
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.none"), Text: i18n.T(ctx, "document.register.none")}}
	for _, h := range v.heads(ctx) {
		l.Heads = append(l.Heads, ui.Head{Label: h})
	}
	for _, d := range v.rows {
		row := ui.Row{ID: string(d.ID), Name: d.Subject}
		for _, c := range v.cells(ctx, d) {
			row.Cells = append(row.Cells, ui.Text(c))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func (v formPage) title(ctx context.Context) string {
	switch {
	case v.of.ID != "":
		return i18n.T(ctx, "document.edit")
	case v.record:
		return i18n.T(ctx, "document.record")
	}
	return i18n.T(ctx, "document.new."+string(v.dir))
}

func (v formPage) action() string {
	switch {
	case v.of.ID != "":
		return href(v.of.ID)
	case v.record:
		return Path + "/record"
	}
	return Path
}

func (v formPage) hidden() []ui.Hidden {
	if v.of.ID != "" {
		return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.version, 10)}}
	}
	return []ui.Hidden{{Name: "dir", Value: string(v.dir)}}
}

// fields are those of the form, in the order of the printed head.
func (v formPage) fields(ctx context.Context) (out []ui.FieldProps) {
	add := func(f ui.FieldProps) {
		f.Label, f.Value, f.Error = i18n.T(ctx, "document."+f.Name), v.typed[f.Name], v.errs[f.Name]
		out = append(out, f)
	}
	if v.of.ID == "" {
		add(ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Required: true, Options: v.units, Hint: i18n.T(ctx, "document.unit.hint")})
	}
	if v.dir == In {
		add(ui.FieldProps{Kind: ui.KindDate, Name: "arrived_on", Required: true})
		add(ui.FieldProps{Name: "arrival", InputMode: "numeric", Hint: i18n.T(ctx, "document.arrival.hint")})
	}
	add(ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Required: true, Options: options(v.codes.Kinds)})
	if v.dir == In || v.record {
		add(ui.FieldProps{Name: "number", InputMode: "numeric", Required: v.record, Hint: i18n.T(ctx, "document.number.hint")})
	}
	add(ui.FieldProps{Name: "symbol", MaxLength: maxLine, Hint: i18n.T(ctx, "document.symbol.hint")})
	if v.dir == In || v.record {
		add(ui.FieldProps{Kind: ui.KindDate, Name: "date", Required: v.record})
	}
	add(ui.FieldProps{Name: "issuer", Required: v.dir == In, MaxLength: maxLine})
	add(ui.FieldProps{Name: "place", MaxLength: maxLine})
	add(ui.FieldProps{Kind: ui.KindTextarea, Name: "subject", Required: true, Rows: 3, MaxLength: maxSubject})
	add(ui.FieldProps{Kind: ui.KindSelect, Name: "urgency", Blank: i18n.T(ctx, "document.urgency.none"), Options: options(v.codes.Urgencies)})
	add(ui.FieldProps{Name: "signer", MaxLength: maxLine})
	add(ui.FieldProps{Name: "signer_title", MaxLength: maxLine})
	add(ui.FieldProps{Kind: ui.KindTextarea, Name: "recipients", Rows: 4, Hint: i18n.T(ctx, "document.recipients.hint")})
	add(ui.FieldProps{Kind: ui.KindDate, Name: "reply_by"})
	add(ui.FieldProps{Kind: ui.KindTextarea, Name: "note", Rows: 2})
	return out
}

func (v showPage) title(ctx context.Context) string {
	if c := v.f.Code(); c != "" {
		return c + " " + v.f.Subject
	}
	return v.f.Subject
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	f := v.f
	kind := label(v.codes.Kinds, f.Kind)
	h := ui.RecordHeadProps{Crumbs: []ui.Link{{Label: i18n.T(ctx, "document.title"), Href: Path}, {Label: dirText(ctx, f.Dir), Href: Path + "?dir=" + string(f.Dir)}, {Label: cmp.Or(f.Code(), kind)}},
		Code: cmp.Or(f.Code(), i18n.T(ctx, "document.no_number")), Marks: []string{kind}, Title: f.Subject, State: stateBadge(ctx, f.Document), Owner: unitOf(v.unit, f.Unit)}
	if f.Urgency != "" {
		h.Badges = append(h.Badges, ui.BadgeProps{Text: label(v.codes.Urgencies, f.Urgency), Tone: ui.Bad})
	}
	if !f.ReplyBy.IsZero() && f.Dir == In {
		h.Clocks = []ui.ClockProps{{Due: f.ReplyBy.End().Add(-1), Now: v.now, What: i18n.T(ctx, "document.reply_by")}}
	}
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.Version, 10)}}
	post := func(key, to string, icon ui.IconName) *ui.Action {
		return &ui.Action{Label: i18n.T(ctx, key), Href: href(f.ID) + to, Icon: icon, Post: true, Hidden: version}
	}
	switch {
	case f.May.Seal && slices.ContainsFunc(f.Files, func(one File) bool { return one.Role == SignedFile }):
		h.Step = post("document.step.seal", "/seal", ui.IconCheck)
	case f.May.Issue:
		h.Step = post("document.step.issue", "/issue", ui.IconSend)
	}
	if f.May.Edit {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "document.edit"), Href: href(f.ID) + "/edit", Icon: ui.IconEdit})
	}
	if f.May.Follow {
		for _, rel := range []Relation{Replaces, Corrects, Withdraws} {
			h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "document.follow."+string(rel)), Href: href(f.ID) + "/follow", Icon: ui.IconLink, Post: true, Hidden: []ui.Hidden{{Name: "relation", Value: string(rel)}}})
		}
	}
	return h
}

// way are the steps of an outgoing paper.
func (v showPage) way(ctx context.Context) (out []ui.Step) {
	states := States()[1:]
	at := slices.Index(states, v.f.State)
	for i, s := range states {
		step := ui.Step{Label: stateText(ctx, s), State: ui.StepTodo}
		if i < at || i == at && s == Issued {
			step.State = ui.StepDone
		} else if i == at {
			step.State = ui.StepNow
		}
		out = append(out, step)
	}
	return out
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	f := v.f
	out := []ui.Fact{}
	fact := func(key string, value templ.Component) {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "document."+key), Value: value})
	}
	if f.Dir == In {
		fact("arrival", ui.Text(arrivalText(f.Document)))
		fact("arrived_on", date(f.ArrivedOn))
	}
	fact("code", ui.Text(f.Code()))
	fact("date", date(f.Date))
	fact("issuer", ui.Text(f.Issuer))
	fact("place", ui.Text(f.Place))
	fact("signer", ui.Text(strings.TrimPrefix(f.SignerTitle+", "+f.Signer, ", ")))
	fact("recipients", ui.Multiline(f.Recipients))
	if !f.ReplyBy.IsZero() {
		fact("reply_by", date(f.ReplyBy))
	}
	if f.Note != "" {
		fact("note", ui.Multiline(f.Note))
	}
	fact("drafter", ui.Text(f.DrafterName))
	if f.Recorded && f.Dir == Out {
		fact("recorded", ui.Text(i18n.T(ctx, "document.recorded.yes")))
	}
	return out
}

// doubts are the warnings about the paper itself.
func (v showPage) doubts(ctx context.Context) *ui.AlertProps {
	if len(v.f.Warnings) == 0 {
		return nil
	}
	return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "document.doubts"), Text: warningText(ctx, v.f.Warnings)}
}

func warningText(ctx context.Context, list []Warning) string {
	var out []string
	for _, w := range list {
		out = append(out, i18n.T(ctx, "document.warn."+string(w)))
	}
	return strings.Join(out, " ")
}

func (v showPage) past(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "document.history"), Empty: i18n.T(ctx, "document.history.none")}
	for _, h := range v.history {
		t.Entries = append(t.Entries, ui.TimelineEntry{Text: i18n.T(ctx, "trail.action."+h.Action), Actor: h.ActorName, At: h.At.Time})
	}
	return t
}

func versionOf(f Folder) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.Version, 10)}}
}

func (v showPage) field(ctx context.Context, kind ui.Kind, name, key string) ui.FieldProps {
	return ui.FieldProps{Kind: kind, Name: name, Label: i18n.T(ctx, key), Value: v.typed[name], Error: v.errs[name]}
}

// only are the errors of some fields: a page with several forms shows each its own.
func (v showPage) only(fields ...string) []ui.FieldError {
	var out []ui.FieldError
	for _, name := range fields {
		if v.errs[name] != "" {
			out = append(out, ui.FieldError{Field: name, Text: v.errs[name]})
		}
	}
	return out
}

func (v showPage) filesList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "files", Caption: i18n.T(ctx, "document.files"), Total: int64(len(v.f.Files)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.file.name")}, {Label: i18n.T(ctx, "document.file.role")},
		{Label: i18n.T(ctx, "document.file.size"), Numeric: true}, {Label: i18n.T(ctx, "document.file.signature")}, {Label: i18n.T(ctx, "document.file.added")}},
		Empty: ui.EmptyProps{Icon: ui.IconFile, Title: i18n.T(ctx, "document.files.none"), Text: i18n.T(ctx, "document.files.none.text")}}
	for _, f := range slices.Backward(v.f.Files) {
		l.Rows = append(l.Rows, ui.Row{ID: f.ID, Name: f.Name, Cells: []templ.Component{fileCell(f), roleCell(f), ui.Text(i18n.Bytes(ctx, f.Size)), v.signature(ctx, f), ui.Text(i18n.T(ctx, "document.by", i18n.Time(ctx, f.AddedAt), f.By))}})
	}
	return l
}

func (v showPage) signature(ctx context.Context, f File) templ.Component {
	r, known := v.checked[f.ID]
	switch {
	case !known:
		return ui.Text(i18n.T(ctx, "document.signature.unchecked"))
	case r.Bad:
		return ui.Badge(ui.BadgeProps{Text: r.Text, Tone: ui.Bad})
	case r.OK:
		return ui.Badge(ui.BadgeProps{Text: r.Text, Tone: ui.OK})
	}
	return ui.Text(r.Text)
}

func (v showPage) roleOptions(ctx context.Context) (out []ui.Option) {
	for _, r := range v.f.roles() {
		out = append(out, ui.Option{Value: string(r), Label: i18n.T(ctx, "document.role."+string(r))})
	}
	return out
}

// found are the citations that the present files hold.
func (v showPage) found() (out []Citation) {
	for _, f := range v.f.Files {
		if f.Current && f.Role != Annex {
			out = append(out, f.Cites...)
		}
	}
	return out
}

// known reports whether c stands in the chain already, or is the paper itself.
func (v showPage) known(c Citation) bool {
	key := citeKey(c.Number, c.Symbol)
	return key == "" || key == citeKey(v.f.Number, v.f.Symbol) || slices.ContainsFunc(v.f.Links, func(l Link) bool { return citeKey(l.Number, l.Symbol) == key })
}

func (v showPage) sentList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "sent", Caption: i18n.T(ctx, "document.sent"), Total: int64(len(v.f.Dispatches)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.sent.to")}, {Label: i18n.T(ctx, "document.sent.channel")},
		{Label: i18n.T(ctx, "document.sent.at")}, {Label: i18n.T(ctx, "document.sent.receipt")}},
		Empty: ui.EmptyProps{Icon: ui.IconSend, Title: i18n.T(ctx, "document.sent.none"), Text: i18n.T(ctx, "document.sent.none.text")}}
	for _, d := range v.f.Dispatches {
		l.Rows = append(l.Rows, ui.Row{ID: d.ID, Name: d.Recipient, Cells: []templ.Component{ui.Text(d.Recipient), ui.Text(label(v.codes.Channels, d.Channel)), ui.Time(d.SentAt), receiptCell(v, d)}})
	}
	return l
}

// waiting reminds of recipients who have not confirmed.
func (v showPage) waiting(ctx context.Context) *ui.AlertProps {
	n := 0
	for _, d := range v.f.Dispatches {
		if d.Waits(v.now) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "document.sent.waiting", i18n.Number(ctx, int64(n)))}
}

func verdictBadge(ctx context.Context, s Step) ui.BadgeProps {
	tone := map[Verdict]ui.Tone{Agreed: ui.OK, Returned: ui.Warn, Waiting: ui.Neutral}[s.State]
	key := string(s.State)
	if s.Signs && s.State == Agreed {
		key = "signed"
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "document.verdict."+key), Tone: tone}
}
