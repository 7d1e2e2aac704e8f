// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"encoding/json"
	"net/http"
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
	typed   typedProof
	errs    map[string]string
}

type typedProof struct{ at, how, ref string }

// show handles GET /obligations/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, r, http.StatusOK, typedProof{at: p.svc.now().In(i18n.Hanoi).Format(localTime)}, nil)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, typed typedProof, errs map[string]string) error {
	ctx := r.Context()
	v := showPage{p: p, now: p.svc.now(), typed: typed, errs: errs}
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
	return p.site.Render(w, r, status, web.View{Title: v.o.Title.In(i18n.Lang(ctx)), Body: showView(v)})
}

// meet handles POST /obligations/{id}/meet. Form: met_at, how, ref, version.
func (p *Pages) meet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := typedProof{r.PostFormValue("met_at"), r.PostFormValue("how"), r.PostFormValue("ref")}
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
	if v.o.State == Open && auth.May(ctx, decide) {
		h.Actions = []ui.Action{
			{Label: i18n.T(ctx, "obligation.ask.waived"), Href: href(v.o.ID) + "/waive"},
			{Label: i18n.T(ctx, "obligation.ask.cancelled"), Href: href(v.o.ID) + "/cancel"},
		}
	}
	return h
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	o, lang := v.o, i18n.Lang(ctx)
	fact := func(key string, c templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "obligation."+key), Value: c}
	}
	facts := []ui.Fact{
		fact("unit", unitMark(v.unit)), fact("addressee", ui.Text(o.Addressee.Name.In(lang))),
		fact("subject", ui.Anchor(v.p.subject(o))), fact("basis", ui.Text(o.Basis)), fact("t0", ui.Time(o.T0)),
		fact("due", ui.Time(o.DueAt)),
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
			if !d.Old.IsZero() {
				e.Detail = i18n.T(ctx, "obligation.moved", i18n.Time(ctx, d.Old), i18n.Time(ctx, d.Due), d.Reason)
			}
		}
		t.Entries = append(t.Entries, e)
	}
	return t
}

func (v showPage) mayMeet(ctx context.Context) bool { return v.o.State == Open && auth.May(ctx, write) }

// proof is a link where the proof is a page of the centre.
func proof(ref string) templ.Component {
	if strings.HasPrefix(ref, "/") {
		return ui.Anchor(ui.Link{Label: ref, Href: ref, Icon: ui.IconDocument})
	}
	return ui.Text(ref)
}
