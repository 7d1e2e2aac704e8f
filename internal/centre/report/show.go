// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v paperPage) title(ctx context.Context) string {
	return strings.TrimSuffix(v.f.Form.Title.In(i18n.Lang(ctx))+" · "+v.f.Case.Code, " · ")
}

// edits reports whether the page is a form: the paper has not gone out and the
// reader may write.
func (v paperPage) edits() bool {
	return v.f.MayWrite && (v.f.State == Draft || v.f.State == Printed) && v.f.free("") == nil
}

// entered is how the paper stands in the register of documents, and the way there.
func (v paperPage) entered(ctx context.Context) ui.AlertProps {
	e := v.f.Entry
	a := ui.AlertProps{Tone: ui.Info, Title: strings.TrimSuffix(i18n.T(ctx, "report.entered", e.State)+" · "+e.Code, " · "), Text: i18n.T(ctx, "report.entered.closed")}
	if e.Open {
		a.Text = i18n.T(ctx, "report.entered.open")
	}
	if e.Href != "" {
		a.Action = &ui.Action{Label: i18n.T(ctx, "report.entered.see"), Href: e.Href, Icon: ui.IconDocument}
	}
	return a
}

// enters reports whether the latest print can go into the register.
func (v paperPage) enters(ctx context.Context) bool {
	return v.svc.register != nil && v.f.MayWrite && v.f.State == Printed && auth.May(ctx, mayWrite) && len(v.f.Unseen()) == 0 && (v.f.Entry == nil || v.f.Entry.takes(v.f.Prints[0]))
}

// law says that the text of the form is another today, and offers it.
func (v paperPage) law(ctx context.Context) ui.AlertProps {
	a := ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "report.law."+string(v.f.Law)), Text: i18n.T(ctx, "report.law."+string(v.f.Law)+".text")}
	if v.f.Law == LawNewer && v.edits() {
		a.Action = &ui.Action{Label: i18n.T(ctx, "report.law.take"), Href: href(v.f.ID) + "/law", Post: true, Hidden: []ui.Hidden{v.version()}}
	}
	return a
}

func (v paperPage) sends() bool {
	return v.f.MaySend && (v.f.State == Printed || v.f.State == Sent) && len(v.f.Unseen()) == 0
}

func (v paperPage) version() ui.Hidden {
	return ui.Hidden{Name: "version", Value: strconv.FormatInt(v.f.Version, 10)}
}

func (v paperPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Title: v.f.Form.Title.In(i18n.Lang(ctx)), Code: v.f.Case.Code, State: stateBadge(ctx, v.f.State),
		Owner: unitMark(v.unit), Lead: v.svc.Label(v.f.Paper), Marks: []string{v.f.FormID, v.f.PackID},
		Crumbs: []ui.Link{{Label: i18n.T(ctx, "report.title"), Href: "/papers"}}}
	if v.f.Case.Kind == OfIncident {
		h.Crumbs = append(h.Crumbs, ui.Link{Label: v.f.Case.Code, Href: caseHref(v.f.Case.ID)})
	}
	if v.f.Case.Kind == OfDirective && auth.May(ctx, mayReadDirectives) {
		h.Crumbs = append(h.Crumbs, ui.Link{Label: v.f.Case.Code, Href: directiveHref(v.f.Case.ID)})
	}
	if days := v.f.periodDays(); days != "" {
		h.Marks = append(h.Marks, days)
	}
	for _, o := range obligation.Running(v.f.Duties) {
		if v.svc.meets(v.f.Form, o.PackID, o.FormID) {
			h.Clocks = append(h.Clocks, obligation.Mark(ctx, o, v.now))
		}
	}
	if len(v.f.Prints) > 0 && v.f.State != Withdrawn {
		for _, k := range []Kind{DOCX, PDF, XLSX} {
			if v.f.Prints[0].Hash(k) == "" {
				continue
			}
			h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "report.get."+string(k)), Href: v.fileHref(v.f.Prints[0], k), Icon: ui.IconDownload})
		}
	}
	if v.enters(ctx) {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "report.enter"), Href: href(v.f.ID) + "/enter", Icon: ui.IconDocument, Post: true, Hidden: []ui.Hidden{v.version()}})
	}
	if v.f.MaySend && (v.f.State == Printed || v.f.State == Sent) {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "report.withdraw"), Href: href(v.f.ID) + "/withdraw", Icon: ui.IconUndo, Danger: true})
	}
	if v.f.MayWrite && (v.f.State == Sent || v.f.State == Withdrawn) {
		for _, r := range []Relation{Replace, Correct} {
			h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "report.follow."+string(r)), Href: href(v.f.ID) + "/follow", Post: true,
				Hidden: []ui.Hidden{{Name: "relation", Value: string(r)}}})
		}
	}
	if v.f.State == Printed && v.sends() {
		h.Step = &ui.Action{Label: i18n.T(ctx, "report.sent"), Href: "#sent", Icon: ui.IconSend}
	}
	return h
}

func (v paperPage) fileHref(p Print, k Kind) string {
	return fmt.Sprintf("%s/print/%d.%s", href(v.f.ID), p.Seq, k)
}

// steps shows how far the paper has come: Nghị định 30/2020/NĐ-CP, Điều 13-18.
func (v paperPage) steps(ctx context.Context) []ui.Step {
	at := slices.Index([]State{Draft, Printed, Sent}, v.f.State)
	if v.f.State == Printed {
		at = 2 // signing and numbering happen outside; recording what was sent is next
	}
	if v.f.State == Sent {
		at = 4
	}
	var out []ui.Step
	for i, key := range []string{"draft", "print", "sign", "sent"} {
		s := ui.Step{Label: i18n.T(ctx, "report.step."+key)}
		switch {
		case i < at:
			s.State = ui.StepDone
		case i == at:
			s.State = ui.StepNow
		}
		out = append(out, s)
	}
	return out
}

// stops and warns are the linter's two lists.
func (v paperPage) found(stops bool) []Finding {
	var out []Finding
	for _, f := range v.f.Findings {
		if f.Stops == stops {
			out = append(out, f)
		}
	}
	return out
}

func (v paperPage) formErrors() []ui.FieldError {
	var list []ui.FieldError
	keys := []string{}
	for k := range v.errs {
		if k != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		id := "f-" + k
		if slices.ContainsFunc(v.f.Form.Fields(), func(f rulepack.Field) bool { return f.Key == k }) {
			id = fieldID(k)
		}
		list = append(list, ui.FieldError{Field: id, Text: v.errs[k]})
	}
	return list
}

// sentFields are the inputs of the record that the paper went out.
func (v paperPage) sentFields(ctx context.Context) []ui.FieldProps {
	s := v.sending
	field := func(kind ui.Kind, name, value string) ui.FieldProps {
		return ui.FieldProps{Kind: kind, Name: name, ID: "f-sent-" + name, Label: i18n.T(ctx, "report.sent."+name), Value: value, Error: s.Errs[name]}
	}
	at := field(ui.KindDateTime, "sent_at", s.At)
	at.Hint, at.Required = i18n.T(ctx, "report.sent.sent_at.hint"), true
	channel := field(ui.KindSelect, "channel", s.Channel)
	channel.Options, channel.Blank, channel.Required = options(ctx, v.f.Pack, "CL-channel"), i18n.T(ctx, "report.choose"), true
	receipt := field("", "receipt", s.Receipt)
	receipt.Hint, receipt.MaxLength = i18n.T(ctx, "report.sent.receipt.hint"), 200
	file := field(ui.KindFile, "file", "")
	file.Hint = i18n.T(ctx, "report.sent.file.hint", i18n.Bytes(ctx, MaxEvidence))
	number := field("", "number", s.Number)
	number.Hint = i18n.T(ctx, "report.sent.number.hint")
	return []ui.FieldProps{at, channel, receipt, file, number, field(ui.KindDate, "date", s.Date)}
}

func (v paperPage) meets(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	for _, o := range v.f.Owed() {
		out = append(out, ui.FieldProps{Kind: ui.KindCheckbox, Name: "meets", ID: "f-meets-" + string(o.ID), Value: string(o.ID),
			Label:   i18n.T(ctx, "report.sent.meets.one", o.Title.In(i18n.Lang(ctx)), o.Addressee.Name.In(i18n.Lang(ctx)), i18n.Time(ctx, o.DueAt)),
			Checked: slices.Contains(v.sending.Meets, string(o.ID))})
	}
	return out
}

func (v paperPage) sentErrors() []ui.FieldError {
	var list []ui.FieldError
	for _, k := range []string{"sent_at", "channel", "receipt", "meets", "date"} {
		if t := v.sending.Errs[k]; t != "" {
			list = append(list, ui.FieldError{Field: "f-sent-" + k, Text: t})
		}
	}
	return list
}

func (v paperPage) sendingFacts(ctx context.Context, s Sending) []ui.Fact {
	channels, _ := v.f.Pack.CodeList("CL-channel")
	c, _ := channels.Find(s.Channel)
	fact := func(key string, value templ.Component) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: value} }
	facts := []ui.Fact{fact("report.sent.sent_at", ui.Time(s.At)), fact("report.sent.channel", ui.Text(c.Label.In(i18n.Lang(ctx)))),
		fact("report.sent.print", ui.Number(int64(s.Seq)))}
	if s.Receipt != "" {
		facts = append(facts, fact("report.sent.receipt", ui.Text(s.Receipt)))
	}
	if s.File.SHA256 != "" {
		facts = append(facts, fact("report.sent.file", ui.Anchor(ui.Link{Label: s.File.Name, Href: href(v.f.ID) + "/sent/" + s.ID, Icon: ui.IconEvidence})),
			fact("report.hash", ui.Code(s.File.SHA256)))
	}
	return append(facts, fact("report.sent.recorded", ui.Text(i18n.T(ctx, "report.by", i18n.Time(ctx, s.RecordedAt), s.RecordedBy))))
}

func (v paperPage) printFacts(ctx context.Context, p Print) []ui.Fact {
	link := func(k Kind) templ.Component {
		return ui.Anchor(ui.Link{Label: i18n.T(ctx, "report.get."+string(k)), Href: v.fileHref(p, k), Icon: ui.IconDownload})
	}
	fact := func(key string, value templ.Component) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: value} }
	facts := []ui.Fact{fact("report.print.at", ui.Text(i18n.T(ctx, "report.by", i18n.Time(ctx, p.At), p.By))),
		fact("report.print.docx", link(DOCX)), fact("report.hash", ui.Code(p.DOCX)),
		fact("report.print.pdf", link(PDF)), fact("report.hash", ui.Code(p.PDF)),
		fact("report.print.json", link(JSON)), fact("report.hash", ui.Code(p.Inputs))}
	facts = append(facts, v.laid.fact(ctx, p)...)
	if p.XLSX != "" {
		facts = append(facts, fact("report.print.xlsx", link(XLSX)), fact("report.hash", ui.Code(p.XLSX)))
	}
	return facts
}

func (v paperPage) changes() []ui.DiffRow {
	var out []ui.DiffRow
	for _, c := range v.f.Changes {
		out = append(out, ui.DiffRow{Label: c.Label, Before: c.Printed, After: c.Now})
	}
	return out
}

// mail is the subject of the e-mail that carries the paper, with the mark that
// the form asks for ("[TBSC]", TT 20/2017/TT-BTTTT, Mẫu 03).
func (v paperPage) mail() string {
	s := strings.ReplaceAll(v.f.Form.Title.VI+" - "+v.f.Case.Code+" - "+v.f.Frame.Issuer, " -  - ", " - ")
	if v.f.Form.SubjectMark != "" {
		return v.f.Form.SubjectMark + " " + s
	}
	return s
}

// timeline tells the audit trail of the paper, newest first.
func (v paperPage) timeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "report.history")}
	for _, row := range v.history {
		var d struct {
			Reason string `json:"reason"`
			Seq    int    `json:"seq"`
			Late   bool   `json:"late"`
		}
		e := ui.TimelineEntry{Text: i18n.T(ctx, "report.log."+row.Action), Actor: row.ActorName, At: row.At.Time}
		if err := json.Unmarshal([]byte(row.Detail), &d); err == nil {
			e.Detail = d.Reason
			if d.Seq > 0 {
				e.Text += " " + strconv.Itoa(d.Seq)
			}
			if d.Late {
				e.Tone, e.Detail = ui.Warn, i18n.T(ctx, "report.log.late")
			}
		}
		t.Entries = append(t.Entries, e)
	}
	return t
}

// sections are those with anything to fill in.
func (v paperPage) sections() []rulepack.Section {
	return slices.DeleteFunc(slices.Clone(v.f.Form.Sections), func(s rulepack.Section) bool { return !slices.ContainsFunc(s.Fields, inBody) })
}

// sectionCard folds a section in which nothing is left to correct and nothing
// was changed by hand, so that the form shows first what still needs a person.
func (v paperPage) sectionCard(ctx context.Context, s rulepack.Section) ui.CardProps {
	c := ui.CardProps{Title: cmp.Or(strings.TrimSuffix(strings.TrimPrefix(s.No+". "+s.Title, ". "), ". "), i18n.T(ctx, "report.edit")), Fold: true, Note: i18n.T(ctx, "report.section.fine")}
	for _, f := range s.Fields {
		if v.problem(ctx, f.Key) != "" {
			c.Open, c.Note = true, i18n.T(ctx, "report.section.todo")
		}
		c.Open = c.Open || v.f.ByHand(f.Key)
	}
	if c.Open && c.Note == i18n.T(ctx, "report.section.fine") {
		c.Note = ""
	}
	return c
}
