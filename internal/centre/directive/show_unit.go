// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v unitPage) head(ctx context.Context) ui.RecordHeadProps {
	d, done, gone, all := v.f.Directive, 0, 0, 0
	for _, o := range v.owed {
		if o.State == Withdrawn {
			continue
		}
		all++
		switch {
		case o.Done():
			done++
		case o.State == Moved:
			gone++
		}
	}
	badges := []ui.BadgeProps{{Text: i18n.T(ctx, "directive.done_of", strconv.Itoa(done), strconv.Itoa(all)), Tone: ui.Info}}
	if gone > 0 {
		badges = append(badges, ui.BadgeProps{Text: i18n.T(ctx, "directive.moved_of", strconv.Itoa(gone))})
	}
	return ui.RecordHeadProps{Crumbs: append(crumbs(ctx), ui.Link{Label: d.Code, Href: href(d.ID)}), Code: d.Code, Title: v.name, State: badge(ctx, d), Lead: titleOf(ctx, d) + " · " + leadOf(ctx, d),
		Badges:  badges,
		Actions: v.actions(ctx)}
}

func (v unitPage) actions(ctx context.Context) []ui.Action {
	out := []ui.Action{{Label: i18n.T(ctx, "directive.text"), Href: href(v.f.ID) + "/read", Icon: ui.IconDocument}}
	if v.may && v.f.State == Issued && v.reach.Unit != "" && !v.reach.Has() {
		out = append(out, ui.Action{Label: i18n.T(ctx, "directive.receive"), Href: unitHref(v.f.ID, v.unit) + "/receive", Icon: ui.IconCheck, Post: true, Primary: true})
	}
	if v.may && v.f.State == Issued {
		out = append(out, ui.Action{Label: i18n.T(ctx, "directive.delegate"), Href: unitHref(v.f.ID, v.unit) + "/delegate", Icon: ui.IconSend, Post: true, Title: i18n.T(ctx, "directive.delegate.title")})
	}
	return append(out, v.more...)
}

// asker names who asked: another body's question is shown without it.
func (v unitPage) asker(ctx context.Context, q Question) string {
	if q.Unit == v.unit && q.Unit != "" {
		return v.name
	}
	return i18n.T(ctx, "directive.asked.other")
}

func (v showPage) errOf(q Question) string {
	if v.question == q.ID {
		return v.errs["reply"]
	}
	return ""
}

func taskHref(t Task) string { return href(t.Directive) + "/tasks/" + t.ID }

func (v unitPage) title(ctx context.Context, o Owed) string {
	said := pathText(ctx, o.Of) + ". " + o.Of.Short
	if o.Period != "" {
		said += " (" + o.Period + ")"
	}
	if o.Unit != v.unit {
		said = i18n.T(ctx, "directive.took_over", said, v.names[o.Unit])
	}
	return said
}

// hidden is what every form of a task sends back: its version, and whose page it
// stands on.
func (v unitPage) hidden(o Owed) []ui.Hidden {
	return []ui.Hidden{versionField(o.Version), v.here()}
}

// here is whose page a form stands on. Evidence, which is added to what is there,
// sends nothing else.
func (v unitPage) here() ui.Hidden { return ui.Hidden{Name: "of", Value: v.unit} }

// clock is how long what is owed may still take; of what is settled it is the day
// alone.
func (v unitPage) clock(o Owed) templ.Component {
	if o.Clock.State != obligation.Open {
		return ui.Until(o.Clock.DueAt)
	}
	state := map[obligation.Clock]ui.ClockState{obligation.Late: ui.ClockLate, obligation.Soon: ui.ClockSoon}[o.Clock.Clock(v.now)]
	return ui.Clock(ui.ClockProps{State: state, Due: o.Clock.DueAt, Now: v.now, Short: true})
}

func (v unitPage) facts(ctx context.Context, o Owed) []ui.Fact {
	tone := map[TaskState]ui.Tone{Sent: ui.Info, Returned: ui.Warn, Accepted: ui.OK}[o.State]
	state := ui.BadgeProps{Text: i18n.T(ctx, "directive.task."+string(o.State)), Tone: tone}
	if o.Clock.State == obligation.Met && o.State != Accepted {
		state = ui.BadgeProps{Text: i18n.T(ctx, "directive.task.met"), Tone: ui.OK}
	}
	out := []ui.Fact{{Label: i18n.T(ctx, "directive.item.text"), Value: ui.Text(o.Of.Text)}, {Label: i18n.T(ctx, "directive.field.state"), Value: ui.Badge(state)},
		{Label: i18n.T(ctx, "directive.item.due"), Value: v.clock(o)},
		{Label: i18n.T(ctx, "directive.duty"), Value: ui.Anchor(ui.Link{Label: i18n.T(ctx, "directive.duty.open"), Href: "/obligations/" + o.Obligation})}}
	if o.Of.Due.Sort == Always {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.always"), Value: ui.Text(i18n.T(ctx, "directive.always.text"))})
	}
	if o.Of.Evidence != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.item.evidence"), Value: ui.Text(o.Of.Evidence)})
	}
	if o.Text != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.field.answer"), Value: ui.Multiline(o.Text)}, ui.Fact{Label: i18n.T(ctx, "directive.sent"), Value: ui.Text(o.SentBy + ", " + i18n.Time(ctx, o.SentAt))})
	}
	if o.State == Withdrawn || o.State == Moved {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.field.reason"), Value: ui.Text(o.Reason)})
	}
	out = append(append(out, moved(ctx, "to", v.to[o.ID])...), moved(ctx, "from", v.from[o.ID])...)
	for _, e := range o.Proof {
		switch {
		case e.Kind == obligation.ByFile && slices.ContainsFunc(v.files[o.ID], func(f File) bool { return strings.HasSuffix(e.Ref, f.SHA256) }): // it is linked below
		case e.Document != "":
			out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.field.proof"), Value: ui.Anchor(ui.Link{Label: e.Ref, Href: "/documents/" + e.Document})})
		default:
			out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.field.proof"), Value: ui.Text(e.Ref)})
		}
	}
	for _, f := range v.files[o.ID] {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.field.proof"), Value: ui.Anchor(ui.Link{Label: f.Name, Href: fileHref(f), Icon: ui.IconDownload})})
	}
	return out
}

func (v unitPage) answerLabel(ctx context.Context, o Owed) string {
	if o.State == Owing {
		return i18n.T(ctx, "directive.answer")
	}
	return i18n.T(ctx, "directive.answer.again")
}

func (v unitPage) errOf(o Owed, field string) string {
	if v.task == o.ID {
		return v.errs[field]
	}
	return ""
}

func (v unitPage) typedOf(o Owed, field, was string) string {
	if v.task == o.ID && v.typed != nil {
		return v.typed.Get(field)
	}
	return was
}

// moved links the tasks that took the place of one, or whose place it took.
func moved(ctx context.Context, way string, list []Move) (out []ui.Fact) {
	for _, m := range list {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.moved."+way), Value: ui.Anchor(ui.Link{Label: m.Code + ", " + located(ctx, m.Path), Href: m.Href()})})
	}
	return out
}
