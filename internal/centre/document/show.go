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
	h.Actions = append(h.Actions, v.acts...)
	if v.drafts {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "document.draft"), Href: href(f.ID) + "/draft", Icon: ui.IconFile, Post: true})
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
		l.Rows = append(l.Rows, ui.Row{ID: f.ID, Name: f.Name, Cells: []templ.Component{fileCell(f, v.layouts[f.SHA256]), roleCell(f), ui.Text(i18n.Bytes(ctx, f.Size)), v.signature(ctx, f), ui.Text(i18n.T(ctx, "document.by", i18n.Time(ctx, f.AddedAt), f.By))}})
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
		if !f.Current || f.Role == Annex {
			continue
		}
		for _, c := range f.Cites {
			if !slices.ContainsFunc(out, func(o Citation) bool { return o.Number == c.Number && o.Symbol == c.Symbol && o.Date == c.Date }) {
				out = append(out, c)
			}
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
