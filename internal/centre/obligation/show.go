// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// localTime is how browsers send a moment: minutes, in Vietnam's zone.
const localTime = "2006-01-02T15:04"

type showPage struct {
	p       *Pages
	o       Obligation
	unit    string
	history []audit.Row
	now     time.Time
	typed   typedRecord
	errs    map[string]string

	terms     []Term
	reminders []Reminder
	evidence  []Evidence
	papers    map[string]*Paper // of the register, in the reader's sight, by id
	workers   []Person
	write     bool // the reader may write in the unit
	decide    bool // may decide there, and is another than who owes it or caused it
	answer    bool // may decide on what is asked for: another than who asked
}

// typedRecord is what was typed into the forms of the record's page.
type typedRecord struct {
	at, how, ref  string
	proof, assign url.Values
	claim         string
	found         *foundPapers // of the search for evidence; nil before
}

// show handles GET /obligations/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, r, http.StatusOK, typedRecord{at: p.svc.now().In(i18n.Hanoi).Format(localTime)}, nil)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, typed typedRecord, errs map[string]string) error {
	ctx := r.Context()
	v := showPage{p: p, now: p.svc.now(), typed: typed, errs: errs}
	if v.typed.at == "" {
		v.typed.at = v.now.In(i18n.Hanoi).Format(localTime)
	}
	var err error
	if v.o, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	names, err := p.units.Names(ctx, []string{v.o.UnitID})
	if err != nil {
		return err
	}
	v.unit = names[v.o.UnitID]
	if v.history, err = audit.Of(ctx, p.svc.records, "obligation", string(v.o.ID), 100); err != nil {
		return err
	}
	if err := v.load(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: v.o.Title.In(i18n.Lang(ctx)), Body: showView(v)})
}

// load reads what stands around the record; Get has asked for the right.
func (v *showPage) load(ctx context.Context) error {
	q := v.p.svc.records.Read()
	err := v.rights(ctx)
	if err != nil {
		return err
	}
	if v.terms, err = termsOf(ctx, q, v.o.ID); err != nil {
		return err
	}
	if v.reminders, err = remindersOf(ctx, q, v.o.ID); err != nil {
		return err
	}
	if v.evidence, err = evidenceOf(ctx, q, v.o.ID); err != nil {
		return err
	}
	if v.papers, err = v.p.papersOf(ctx, v.o, v.evidence); err != nil {
		return err
	}
	if t := v.asked(); t != nil {
		actor, _ := auth.From(ctx)
		v.answer = v.answer && t.ByID != actor.ID && v.o.OwedBy != actor.ID
	}
	if v.mayMeet() {
		v.workers, err = v.p.workers(ctx, v.o.UnitID)
		if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
			err = nil
		}
	}
	return err
}

// rights asks what the reader may do with this very record, so that no act is
// offered that would be refused.
func (v *showPage) rights(ctx context.Context) error {
	actor, _ := auth.From(ctx)
	q := v.p.svc.records.Read()
	var err error
	if v.write, err = auth.ScopeOf(actor, write).Holds(ctx, q, v.o.UnitID); err != nil {
		return err
	}
	v.answer, err = auth.ScopeOf(actor, decide).Holds(ctx, q, v.o.UnitID)
	v.decide = v.answer && actor.ID != v.o.OwedBy && actor.ID != v.o.OpenedBy
	return err
}

// meet handles POST /obligations/{id}/meet. Form: met_at, how, ref, version.
func (p *Pages) meet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := typedRecord{at: r.PostFormValue("met_at"), how: r.PostFormValue("how"), ref: r.PostFormValue("ref")}
	at, err := time.ParseInLocation(localTime, typed.at, i18n.Hanoi)
	if err != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, typed,
			map[string]string{"met_at": i18n.T(ctx, "obligation.err.moment")})
	}
	id := ID(r.PathValue("id"))
	o, err := p.svc.Meet(ctx, id, Proof{At: at, How: typed.how, Ref: typed.ref}, formVersion(r))
	if fault.Is(err, fault.Invalid) {
		return p.render(w, r, http.StatusUnprocessableEntity, typed, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	tone, key := ui.OK, "obligation.done.met"
	if o.Clock(p.svc.now()) == MetLate {
		tone, key = ui.Warn, "obligation.done.metlate"
	}
	p.site.Flash(ctx, tone, i18n.T(ctx, key))
	return web.Redirect(w, r, href(id))
}

func (p *Pages) askEnd(to State) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.renderEnd(w, r, http.StatusOK, to, "", nil)
	}
}

// doEnd handles POST /obligations/{id}/waive and …/cancel. Form: reason,
// version.
func (p *Pages) doEnd(to State) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, id, reason := r.Context(), ID(r.PathValue("id")), r.PostFormValue("reason")
		_, err := p.svc.end(ctx, "obligation."+string(to), id, to, reason, formVersion(r))
		if fault.Is(err, fault.Invalid) {
			return p.renderEnd(w, r, http.StatusUnprocessableEntity, to, reason, web.Errors(ctx, err))
		}
		if err != nil {
			return err
		}
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done."+string(to)))
		return web.Redirect(w, r, href(id))
	}
}

var endPaths = map[State]string{Waived: "/waive", Cancelled: "/cancel"}

func (p *Pages) renderEnd(w http.ResponseWriter, r *http.Request, status int, to State, reason string, errs map[string]string) error {
	ctx := r.Context()
	o, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	title := i18n.T(ctx, "obligation.ask."+string(to))
	field := ui.FieldProps{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "obligation.reason"), Required: true,
		Value: reason, Error: errs["reason"], MaxLength: maxText}
	props := ui.ConfirmProps{Title: title, Effect: i18n.T(ctx, "obligation.effect."+string(to), o.Title.In(i18n.Lang(ctx))),
		Action: href(o.ID) + endPaths[to], Danger: true, Fields: []ui.FieldProps{field},
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(o.Version, 10)}}, Record: ui.Record{Kind: "obligation", ID: string(o.ID)},
		Submit: ui.Submit{Label: title}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(o.ID)}}
	if errs["reason"] != "" {
		props.Errors = []ui.FieldError{{Field: "reason", Text: errs["reason"]}}
	}
	return p.site.Render(w, r, status, web.View{Title: title, Body: ui.Confirm(props)})
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Title: v.o.Title.In(i18n.Lang(ctx)), State: StateBadge(ctx, v.o, v.now), Owner: unitMark(v.unit),
		Crumbs: []ui.Link{{Label: i18n.T(ctx, "obligation.title"), Href: "/obligations"}, v.p.subject(v.o)}}
	if v.o.Clock(v.now) != Ended {
		h.Clocks = []ui.ClockProps{Mark(ctx, v.o, v.now)}
	}
	if v.o.Urgency > Ordinary {
		h.Badges = append(h.Badges, urgencyBadge(ctx, v.o.Urgency))
	}
	h.Step = v.step(ctx)
	if v.mayMeet() {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "obligation.bulk.remind"), Href: href(v.o.ID) + "/remind", Icon: ui.IconBell, Post: true})
	}
	if v.mayMeet() && !v.decide && v.o.Claim == 0 {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "obligation.ask.ask"), Href: href(v.o.ID) + "/ask", Icon: ui.IconClock})
	}
	if v.o.State == Open && v.decide {
		h.Actions = append(h.Actions,
			ui.Action{Label: i18n.T(ctx, "obligation.ask.extend"), Href: href(v.o.ID) + "/extend"},
			ui.Action{Label: i18n.T(ctx, "obligation.ask.waived"), Href: href(v.o.ID) + "/waive"},
			ui.Action{Label: i18n.T(ctx, "obligation.ask.cancelled"), Href: href(v.o.ID) + "/cancel"})
	}
	return h
}

// step is the next lawful step: to decide on a claim, to make the paper where
// the record it is about makes it, else to record that it was done.
func (v showPage) step(ctx context.Context) *ui.Action {
	subject := v.p.subject(v.o)
	switch {
	case v.o.State != Open:
		return nil
	case v.o.Claim != 0 && v.answer:
		label := i18n.T(ctx, "obligation.step.claim")
		if t := v.asked(); t != nil && t.MoreTime() {
			label = i18n.T(ctx, "obligation.step.asked")
		}
		return &ui.Action{Label: label, Href: "#claim", Primary: true}
	case v.o.FormID != "" && subject.Href != "" && v.write:
		return &ui.Action{Label: i18n.T(ctx, "obligation.step.form", v.o.FormID, subject.Label), Href: subject.Href, Primary: true}
	case v.write:
		return &ui.Action{Label: i18n.T(ctx, "obligation.step.meet"), Href: "#meet", Primary: true}
	}
	return nil
}

func urgencyBadge(ctx context.Context, u Urgency) ui.BadgeProps {
	tone := ui.Warn
	if u == MostUrgent {
		tone = ui.Bad
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "obligation.urgency."+u.Key()), Tone: tone}
}

func (v showPage) assignFields(ctx context.Context) []ui.FieldProps {
	person := ui.FieldProps{Kind: ui.KindSelect, Name: "person", Label: i18n.T(ctx, "obligation.person"), Value: v.o.OwedBy, Error: v.errs["person"],
		Blank: i18n.T(ctx, "obligation.person.nobody")}
	note := ui.FieldProps{Kind: ui.KindTextarea, Name: "note", ID: "f-assign-note", Label: i18n.T(ctx, "obligation.note"), Rows: 2, MaxLength: maxText}
	if v.typed.assign != nil {
		person.Value, note.Value, note.Error = v.typed.assign.Get("person"), v.typed.assign.Get("note"), v.errs["note"]
	}
	for _, x := range v.workers {
		person.Options = append(person.Options, ui.Option{Value: x.ID, Label: x.Name})
	}
	return []ui.FieldProps{person, note}
}

func (v showPage) proofFields(ctx context.Context) []ui.FieldProps {
	kind := ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "obligation.evidence.kind"), Value: v.typed.proof.Get("kind"), Error: v.errs["kind"]}
	for _, k := range EvidenceKinds() {
		kind.Options = append(kind.Options, ui.Option{Value: string(k), Label: i18n.T(ctx, "obligation.evidence."+string(k))})
	}
	note := ui.FieldProps{Kind: ui.KindTextarea, Name: "note", ID: "f-proof-note", Label: i18n.T(ctx, "obligation.note"), Rows: 2, MaxLength: maxText, Value: v.typed.proof.Get("note")}
	if v.typed.proof != nil {
		note.Error = v.errs["note"]
	}
	hint := i18n.T(ctx, "obligation.evidence.hint")
	if v.p.svc.papers != nil {
		hint += " " + i18n.T(ctx, "obligation.find.hint")
	}
	out := []ui.FieldProps{kind, {Name: "proof", Label: i18n.T(ctx, "obligation.evidence.ref"), Hint: hint, Value: v.typed.proof.Get("proof"),
		Error: cmp.Or(v.errs["proof"], v.errs["document"]), Required: v.typed.found == nil, MaxLength: 300}}
	return append(append(out, v.typed.found.fields(ctx, v.typed.proof.Get("document"))...), note)
}

// mayProve: what was met may still be proved better.
func (v showPage) mayProve() bool {
	return (v.o.State == Open || v.o.State == Met) && v.write
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	o, lang := v.o, i18n.Lang(ctx)
	fact := func(key string, c templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "obligation."+key), Value: c}
	}
	facts := []ui.Fact{
		fact("unit", unitMark(v.unit)), fact("addressee", ui.Text(o.Addressee.Name.In(lang))),
		fact("subject", ui.Anchor(v.p.subject(o))), fact("basis", paperMark(o.Basis, v.papers[o.BasisDoc])), fact("t0", ui.Time(o.T0)),
		fact("due", ui.Until(o.DueAt)),
	}
	if o.OwedName != "" {
		facts = append(facts, fact("person", ui.Text(o.OwedName)))
	}
	if o.Clause != "" {
		facts = append(facts, fact("clause", ui.Text(o.Clause)))
	}
	if !o.FirstT0.Equal(o.T0) && !o.FirstT0.IsZero() {
		facts = append(facts, fact("first", ui.Time(o.FirstT0)))
	}
	if o.FormID != "" {
		facts = append(facts, fact("form", ui.Text(o.FormID)))
	}
	if o.PackID != "" {
		facts = append(facts, fact("pack", ui.Code(o.PackID+" "+o.PackHash[:min(12, len(o.PackHash))])))
	}
	switch o.State {
	case Met:
		facts = append(facts, fact("met_at", ui.Time(o.Proof.At)), fact("how", ui.Multiline(o.Proof.How)),
			fact("recorded", ui.Text(i18n.T(ctx, "obligation.by", i18n.Time(ctx, o.RecordedAt), o.RecordedBy))))
		if o.Proof.Ref != "" {
			facts = append(facts, fact("ref", proof(o.Proof.Ref)))
		}
	case Cancelled, Waived:
		facts = append(facts, fact("reason", ui.Multiline(o.Ending.Reason)),
			fact("ended", ui.Text(i18n.T(ctx, "obligation.by", i18n.Time(ctx, o.Ending.At), o.Ending.By))))
	}
	return facts
}

// timeline tells the audit trail of the record, newest first.
func (v showPage) timeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "obligation.history")}
	for _, row := range v.history {
		var d struct {
			Reason string    `json:"reason"`
			Old    time.Time `json:"old_due_at"`
			Due    time.Time `json:"due_at"`
		}
		e := ui.TimelineEntry{Text: i18n.T(ctx, "obligation.log."+row.Action), Actor: row.ActorName, At: row.At.Time}
		if err := json.Unmarshal([]byte(row.Detail), &d); err == nil {
			e.Detail = d.Reason
			switch {
			case row.Action == "obligation.ask": // nothing moved
				e.Detail = i18n.T(ctx, "obligation.term.asked", i18n.Until(ctx, d.Due)) + ". " + d.Reason
			case !d.Old.IsZero():
				e.Detail = i18n.T(ctx, "obligation.moved", i18n.Until(ctx, d.Old), i18n.Until(ctx, d.Due), d.Reason)
			}
		}
		t.Entries = append(t.Entries, e)
	}
	return t
}

func (v showPage) mayMeet() bool { return v.o.State == Open && v.write }

// proof is a link where the proof is a page of the centre.
func proof(ref string) templ.Component {
	if strings.HasPrefix(ref, "/") {
		return ui.Anchor(ui.Link{Label: ref, Href: ref, Icon: ui.IconDocument})
	}
	return ui.Text(ref)
}
