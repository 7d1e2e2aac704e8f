// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// The tabs of a case, by the query value that opens them.
const (
	tabCourse      = ""
	tabObservables = "observables"
	tabMachines    = "machines"
	tabEvidence    = "evidence"
	tabPapers      = "papers"
)

var tabs = []string{tabCourse, tabObservables, tabMachines, tabEvidence, tabPapers}

type showPage struct {
	p     *Pages
	f     File
	pack  *rulepack.Pack
	unit  string
	tab   string
	now   time.Time
	typed map[string]string // of the tab's form
	errs  map[string]string

	papers templ.Component // nil without
}

// show handles GET /incidents/{id}. Query: tab.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderShow(w, r, http.StatusOK, r.URL.Query().Get("tab"), nil, nil)
}

func (p *Pages) renderShow(w http.ResponseWriter, r *http.Request, status int, tab string, typed, errs map[string]string) error {
	ctx := r.Context()
	if !slices.Contains(tabs, tab) {
		tab = tabCourse
	}
	v := showPage{p: p, tab: tab, now: p.svc.now(), typed: typed, errs: errs}
	var err error
	if v.f, err = p.svc.File(ctx, idOf(r)); err != nil {
		return err
	}
	v.pack = p.svc.Pack(v.f.Incident)
	names, err := p.units.Names(ctx, []string{v.f.UnitID})
	if err != nil {
		return err
	}
	v.unit = names[v.f.UnitID]
	if tab == tabPapers && p.papers != nil {
		if v.papers, err = p.papers(ctx, string(v.f.ID)); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: v.f.Code + " " + v.f.Title, Body: showView(v)})
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	f := v.f
	h := ui.RecordHeadProps{
		Crumbs: []ui.Link{{Label: i18n.T(ctx, "incident.incidents"), Href: "/incidents"}, {Label: f.Code}},
		Code:   f.Code, Marks: []string{f.TLP, i18n.T(ctx, "incident.head.phase", strings.ToLower(i18n.T(ctx, "incident.phase."+string(f.Phase))))},
		Title: f.Title, State: ui.BadgeProps{Text: i18n.T(ctx, "incident.state."+string(f.State)), Tone: map[State]ui.Tone{Open: ui.Info, Closed: ui.OK}[f.State]},
		Badges: []ui.BadgeProps{v.p.severityBadge(ctx, f.Incident)}, Owner: unitMark(v.unit),
		Step: nextStep(ctx, f, v.pack, v.now), Actions: v.actions(ctx),
	}
	if f.Severity.Decided() {
		h.Lead = i18n.T(ctx, "incident.head.severity", f.Severity.By, i18n.Time(ctx, f.Severity.At), f.Severity.Reason)
	}
	for _, o := range obligation.Running(f.Obligations) {
		h.Clocks = append(h.Clocks, obligation.Mark(ctx, o, v.now))
	}
	return h
}

func (v showPage) actions(ctx context.Context) []ui.Action {
	if v.f.State == Closed {
		return nil
	}
	var list []ui.Action
	at := href(v.f.ID)
	if auth.May(ctx, mayWrite) {
		list = append(list, ui.Action{Label: i18n.T(ctx, "incident.edit"), Href: at + "/edit", Icon: ui.IconEdit})
	}
	if auth.May(ctx, mayDecide) {
		if v.f.Severity.Decided() {
			list = append(list, ui.Action{Label: i18n.T(ctx, "incident.severity.change"), Href: at + "/severity"})
		}
		list = append(list, ui.Action{Label: i18n.T(ctx, "incident.close"), Href: at + "/close"})
	}
	return list
}

func (v showPage) tabs(ctx context.Context) []ui.Tab {
	counts := map[string]int{tabObservables: len(v.f.Observables), tabMachines: len(v.f.Machines), tabEvidence: len(v.f.Evidence), tabPapers: len(v.f.Obligations)}
	var out []ui.Tab
	for _, t := range tabs {
		at, key := href(v.f.ID), "course"
		if t != tabCourse {
			at, key = at+"?tab="+t, t
		}
		out = append(out, ui.Tab{Label: i18n.T(ctx, "incident.tab."+key), Href: at, Count: int64(counts[t]), Here: t == v.tab})
	}
	return out
}

// mayAdd reports whether the reader is offered the forms of the tabs.
func (v showPage) mayAdd(ctx context.Context) bool { return auth.May(ctx, mayWrite) }

// timeline is the case's course, the latest moment first.
func (v showPage) timeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "incident.tab.course"), Empty: i18n.T(ctx, "incident.timeline.empty")}
	for _, e := range v.f.Timeline {
		entry := ui.TimelineEntry{Text: e.Text, Actor: e.By, At: e.At}
		if e.Key != "" {
			args := make([]any, len(e.Args))
			for i, a := range e.Args {
				args[i] = v.word(ctx, a)
			}
			entry.Text = i18n.T(ctx, e.Key, args...)
		}
		if e.Kind == Decision {
			entry.Tone = ui.Warn
		}
		if e.RecordedAt.Sub(e.At) >= time.Minute {
			entry.Detail = i18n.T(ctx, "incident.recorded", i18n.Time(ctx, e.RecordedAt))
		}
		t.Entries = append(t.Entries, entry)
	}
	return t
}

// word says an argument in the reader's language.
func (v showPage) word(ctx context.Context, a Arg) string {
	switch a.Kind {
	case "time":
		if ms, err := strconv.ParseInt(a.Value, 10, 64); err == nil {
			return i18n.Time(ctx, time.UnixMilli(ms))
		}
	case "phase":
		return i18n.T(ctx, "incident.phase."+a.Value)
	case "sign":
		return i18n.T(ctx, "incident.sign."+a.Value)
	case "answer":
		return answerWord(ctx, Answer(a.Value))
	case "field":
		return i18n.T(ctx, "incident."+a.Value)
	case "code":
		if part := strings.SplitN(a.Value, "/", 3); len(part) == 3 {
			if p, ok := v.p.svc.laws.Get(part[0]); ok {
				return codeLabel(ctx, p, part[1], part[2])
			}
		}
	case "clock":
		pack, id, _ := strings.Cut(a.Value, "/")
		if p, ok := v.p.svc.laws.Get(pack); ok {
			if c, ok := p.Clock(id); ok {
				return c.Label.In(i18n.Lang(ctx))
			}
		}
	}
	return a.Value
}

// facts are what the case says, for the first tab.
func (v showPage) facts(ctx context.Context) []ui.Fact {
	f, s := v.f, v.f.System
	var out []ui.Fact
	add := func(key string, c templ.Component) {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "incident."+key), Value: c})
	}
	text := func(key, value string) {
		if value != "" {
			add(key, ui.Multiline(value))
		}
	}
	add("detected_at", ui.Time(f.DetectedAt))
	if !f.Law.First.Equal(f.DetectedAt) {
		add("first_detected_at", ui.Time(f.Law.First))
	}
	if !f.OccurredAt.IsZero() {
		add("occurred_at", ui.Time(f.OccurredAt))
	}
	text("types", v.choice(ctx, "CL-incident-type", f.Types))
	text("detection", v.choice(ctx, "CL-detection", f.Detection))
	text("description", f.Description)
	add("harm_security", ui.Text(v.claim(ctx, f.HarmSecurity)))
	add("serious_interruption", ui.Text(v.claim(ctx, f.SeriousInterruption)))
	subjects := ""
	if f.DataSubjects > 0 {
		subjects = i18n.T(ctx, "incident.subjects", i18n.Number(ctx, f.DataSubjects))
	}
	add("personal_data", ui.Text(v.claim(ctx, Claim{f.PersonalData, subjects})))
	if f.PersonalData == Yes {
		add("breach_known_at", ui.Time(f.BreachKnown()))
		if !f.BreachLaw.First.Equal(f.BreachKnown()) {
			add("first_breach_at", ui.Time(f.BreachLaw.First))
		}
		add("may_harm", ui.Text(answerWord(ctx, f.Breach.MayHarm)))
		add("location_biometric", ui.Text(answerWord(ctx, f.Breach.LocationOrBiometric)))
		add("processor", ui.Text(answerWord(ctx, f.Breach.Processor)))
	}
	var signs []string
	for _, sign := range f.Signs {
		signs = append(signs, i18n.T(ctx, "incident.sign."+string(sign)))
	}
	text("signs", strings.Join(signs, "\n"))
	text("measures", f.MeasuresTaken)
	text("support", f.SupportAsked)
	text("notified", v.choice(ctx, "CL-notified", f.Notified))
	text("system_name", s.Name)
	if s.Level != "" {
		text("system_level", codeLabel(ctx, v.pack, "CL-level", s.Level))
	}
	text("system_approval", s.Approval)
	text("system_owner", s.Owner)
	text("system_operator", s.Operator)
	text("cause", f.Cause)
	text("close_note", f.CloseNote)
	add("pack", ui.Text(v.law(ctx, f.Law, f.DetectedAt)))
	if f.PersonalData == Yes && (f.BreachLaw.PackID != f.Law.PackID || f.BreachLaw.PackHash != f.Law.PackHash) {
		add("breach_pack", ui.Text(v.law(ctx, f.BreachLaw, f.BreachKnown())))
	}
	add("opened", ui.Text(i18n.T(ctx, "incident.by", i18n.Time(ctx, f.OpenedAt), f.OpenedBy)))
	return out
}

// law names what a matter is judged under, with the first characters of its hash.
func (v showPage) law(ctx context.Context, j Judgement, t time.Time) string {
	p, same := v.p.svc.judged(j, t)
	key := "incident.pack.changed"
	if same {
		key = "incident.pack.as_then"
	}
	return i18n.T(ctx, key, p.Title.In(i18n.Lang(ctx)), j.PackHash[:min(8, len(j.PackHash))])
}

// pendingTerms are the questions nobody has answered whose yes makes something
// owed, with what that is.
func (v showPage) pendingTerms(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	for _, q := range v.p.svc.Pending(v.f) {
		var terms []string
		for _, d := range q.Terms {
			terms = append(terms, i18n.T(ctx, "incident.pending.term", d.Title.In(i18n.Lang(ctx)), i18n.Time(ctx, d.Explanation.Due)))
		}
		out = append(out, ui.Fact{Label: i18n.T(ctx, "incident."+q.Name), Value: ui.Multiline(strings.Join(terms, "\n"))})
	}
	return out
}

func (v showPage) pendingCard(ctx context.Context) ui.CardProps {
	c := ui.CardProps{Title: i18n.T(ctx, "incident.pending"), Screen: true}
	if v.mayAdd(ctx) {
		c.Actions = []ui.Action{{Label: i18n.T(ctx, "incident.pending.answer"), Href: href(v.f.ID) + "/edit"}}
	}
	return c
}

func (v showPage) choice(ctx context.Context, list string, c Choice) string {
	var words []string
	for _, id := range c.IDs {
		words = append(words, codeLabel(ctx, v.pack, list, id))
	}
	if c.Text != "" {
		words = append(words, c.Text)
	}
	return strings.Join(words, "; ")
}

func (v showPage) claim(ctx context.Context, c Claim) string {
	answer := answerWord(ctx, c.Answer)
	if c.Text != "" {
		answer += ". " + c.Text
	}
	return answer
}
