// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type showPage struct {
	p        *Pages
	i        Seen
	names    map[string]string
	findings []finding.Seen
	evidence finding.Evidence
	history  []audit.Row
}

// show handles GET /infections/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := showPage{p: p}
	var err error
	if v.i, err = p.Service.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.names, err = p.unitNames(ctx, []Seen{v.i}); err != nil {
		return err
	}
	if v.findings, err = p.Service.Findings.Of(ctx, v.i.Key()); err != nil {
		return err
	}
	if v.evidence, err = finding.ReadEvidence(ctx, p.Service.Findings, p.Places, v.findings); err != nil {
		return err
	}
	v.evidence.Export = href(v.i.ID) + "/hits"
	if v.history, err = audit.Of(ctx, p.Service.Records, "infection", string(v.i.ID), 100); err != nil {
		return err
	}
	return p.Site.Render(w, r, http.StatusOK, web.View{Title: title(ctx, v.i), Body: showView(v)})
}

// title says of the address what may be said of it: "Emotet trên máy 10.1.0.5",
// "Emotet trên một máy sau NAT 10.1.255.3".
func title(ctx context.Context, i Seen) string {
	switch s := i.Subject(); {
	case s.Machine:
		return i18n.T(ctx, "infection.name.machine", i.Threat, i.Addr)
	case s.Behind:
		return i18n.T(ctx, "infection.name.behind", i.Threat, i.Addr, i18n.T(ctx, s.Key))
	}
	return i18n.T(ctx, "infection.name.unknown", i.Threat, i.Addr)
}

// badge is the state of i in a word, an icon and a tone.
func badge(ctx context.Context, i Infection) ui.BadgeProps {
	b := ui.BadgeProps{Text: i18n.T(ctx, "infection.state."+string(i.State))}
	switch i.State {
	case Suspected:
		b.Tone = ui.Warn
	case Confirmed:
		b.Tone, b.Icon = ui.Bad, ui.IconInfection
	case Cleaning:
		b.Tone, b.Icon = ui.Info, ui.IconRunning
	case Cleaned:
		b.Tone = ui.OK
	case FalsePositive:
		b.Icon = ui.IconDismiss
	}
	return b
}

// again says that it came back after cleaning.
func again(ctx context.Context, i Infection) string {
	if i.Episodes < 2 {
		return ""
	}
	return i18n.T(ctx, "infection.again", i18n.Number(ctx, i.Episodes))
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Title: title(ctx, v.i), State: badge(ctx, v.i.Infection), Owner: finding.UnitMark(v.i.UnitID, v.names),
		Crumbs: []ui.Link{{Label: i18n.T(ctx, "infection.title"), Href: "/infections"}, {Label: title(ctx, v.i)}}}
	if s := again(ctx, v.i.Infection); s != "" {
		h.Badges = append(h.Badges, ui.BadgeProps{Text: s, Tone: ui.Warn, Icon: ui.IconRefresh})
	}
	v.actions(ctx, &h)
	return h
}

// actions puts what the actor may do on the head, the next step of the state
// first: confirm, start cleaning, note the cleaning.
func (v showPage) actions(ctx context.Context, h *ui.RecordHeadProps) {
	i := v.i
	var list []ui.Action
	add := func(key, path string, icon ui.IconName, post bool) {
		a := ui.Action{Label: i18n.T(ctx, "infection.do."+key), Href: href(i.ID) + path, Icon: icon, Post: post}
		if post {
			a.Hidden = []ui.Hidden{{Name: "version", Value: strconv.FormatInt(i.Version, 10)}}
		}
		list = append(list, a)
	}
	write, decide := auth.May(ctx, mayWrite), auth.May(ctx, mayDecide)
	if write && i.State == Suspected && !i.Subject().Behind {
		add("confirm", "/confirm", ui.IconCheck, true)
	}
	if write && (i.State == Suspected || i.State == Confirmed) {
		add("cleaning", "/cleaning", ui.IconRunning, true)
	}
	if write && i.State.Active() {
		add("clean", "/clean", ui.IconCheck, false)
	}
	switch {
	case i.Incident != "":
		list = append(list, ui.Action{Label: i18n.T(ctx, "finding.incident.see"), Href: incidentHref(i.Incident), Icon: ui.IconIncident})
	case i.State.Active() && v.p.OpenIncident != nil && auth.May(ctx, openIncidents):
		add("incident", "/incident", ui.IconIncident, true)
	}
	if decide && i.State.Active() {
		add("false", "/false-positive", ui.IconDismiss, false)
	}
	if write && i.State != Suspected && i.State != FalsePositive || decide && i.State == FalsePositive {
		add("reopen", "/reopen", ui.IconUndo, true)
	}
	if len(list) > 0 && i.State.Active() {
		h.Step, list = &list[0], list[1:]
	}
	h.Actions = list
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	i := v.i
	fact := func(key string, c templ.Component) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: c} }
	facts := []ui.Fact{
		fact("finding.client", finding.Client(i.Addr, i.Subject())), fact("finding.unit", finding.UnitMark(i.UnitID, v.names)),
		fact("finding.owner", finding.UnitMark(i.Owner, v.names)),
		fact("finding.threat", ui.Anchor(ui.Link{Label: i.Threat, Href: "/infections?state=all&threat=" + url.QueryEscape(i.Threat)})),
		fact("finding.queries", ui.Number(i.Queries)), fact("finding.names", ui.Number(i.Names)),
		fact("finding.first", ui.Time(i.FirstSeen)), fact("finding.last", ui.Time(i.LastSeen)),
	}
	if i.Undated > 0 {
		facts = append(facts, fact("finding.undated", ui.Number(i.Undated)))
	}
	if i.Episodes > 1 {
		facts = append(facts, fact("infection.episodes", ui.Number(i.Episodes)))
	}
	if !i.CleanedAt.IsZero() {
		facts = append(facts, fact("infection.cleaned", ui.Text(i18n.T(ctx, "finding.by", i18n.Time(ctx, i.CleanedAt), i.CleanedBy))),
			fact("infection.how", ui.Multiline(i.CleanedHow)))
	}
	if i.Note != "" {
		facts = append(facts, fact("infection.note", ui.Multiline(i.Note)))
	}
	return facts
}

// findingList lists the findings behind the infection.
func (v showPage) findingList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "finding-list", Caption: i18n.T(ctx, "infection.findings"), Total: int64(len(v.findings)),
		Heads: []ui.Head{{Label: i18n.T(ctx, "finding.created")}, {Label: i18n.T(ctx, "finding.state")},
			{Label: i18n.T(ctx, "finding.queries"), Numeric: true}, {Label: i18n.T(ctx, "finding.names"), Numeric: true},
			{Label: i18n.T(ctx, "finding.first")}, {Label: i18n.T(ctx, "finding.last")}},
		Empty: ui.EmptyProps{Icon: ui.IconFinding, Title: i18n.T(ctx, "infection.findings.none"), Text: i18n.T(ctx, "infection.findings.none.text")}}
	for _, f := range v.findings {
		l.Rows = append(l.Rows, ui.Row{ID: string(f.ID), Name: f.Threat, Href: "/findings/" + string(f.ID), Cells: []templ.Component{
			ui.Time(f.CreatedAt), ui.Badge(finding.Badge(ctx, f.Finding)), ui.Number(f.Queries), ui.Number(f.Names),
			ui.Time(f.FirstSeen), ui.Time(f.LastSeen)}})
	}
	return l
}

// timeline is the trail of the infection, newest first, down to its first sign.
func (v showPage) timeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "finding.history"), Entries: finding.Trail(ctx, v.history, "infection.log.")}
	t.Entries = append(t.Entries, ui.TimelineEntry{Text: i18n.T(ctx, "infection.log.made"), Icon: ui.IconInfection, At: v.i.CreatedAt})
	return t
}
