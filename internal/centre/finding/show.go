// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type showPage struct {
	p        *Pages
	f        Seen
	names    map[string]string
	people   []ui.Option
	evidence Evidence
	history  []audit.Row
	errs     map[string]string
}

// Evidence is what the tables of names and hits show.
type Evidence struct {
	Names      []Name
	NamesTotal int64
	Hits       []Hit
	HitsTotal  int64
	Places     map[Ref]ui.Link
	Export     string // address of all hits, without the ending of the format
}

// ReadEvidence reads what to show of findings that the reader was shown: the
// first names and hits, with the totals.
func ReadEvidence(ctx context.Context, s *Service, places Places, of []Seen) (e Evidence, err error) {
	if e.Names, e.NamesTotal, err = s.Names(ctx, of, 50); err != nil {
		return e, err
	}
	if e.Hits, e.HitsTotal, err = s.Hits(ctx, of, 0, 100); err != nil {
		return e, err
	}
	e.Places, err = places.links(ctx, e.Hits)
	return e, err
}

// show handles GET /findings/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, r, http.StatusOK, nil)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	v := showPage{p: p, errs: errs}
	var err error
	if v.f, err = p.Service.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.names, err = p.unitNames(ctx, []Seen{v.f}); err != nil {
		return err
	}
	if v.evidence, err = ReadEvidence(ctx, p.Service, p.Places, []Seen{v.f}); err != nil {
		return err
	}
	v.evidence.Export = href(v.f.ID) + "/hits"
	if v.mayAssign(ctx) {
		if v.people, err = p.Service.People(ctx); err != nil {
			return err
		}
	}
	if v.history, err = audit.Of(ctx, p.Service.Records, "finding", string(v.f.ID), 100); err != nil {
		return err
	}
	return p.Site.Render(w, r, status, web.View{Title: v.title(ctx), Body: showView(v)})
}

func (v showPage) title(ctx context.Context) string {
	return i18n.T(ctx, "finding.row", v.f.Threat, clientName(ctx, v.f.Addr))
}

func (v showPage) mayAssign(ctx context.Context) bool {
	return v.f.State.Open() && v.p.Service.People != nil && auth.May(ctx, mayWrite)
}

// clientName is a client in a sentence.
func clientName(ctx context.Context, a netip.Addr) string {
	if !a.IsValid() {
		return i18n.T(ctx, "finding.client.hidden")
	}
	return a.String()
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Title: v.title(ctx), State: Badge(ctx, v.f.Finding), Owner: UnitMark(v.f.UnitID, v.names),
		Crumbs: []ui.Link{{Label: i18n.T(ctx, "finding.title"), Href: "/findings"}, {Label: v.title(ctx)}}}
	if v.f.TLP != "" {
		h.Marks = append(h.Marks, v.f.TLP)
	}
	if v.f.Episode > 1 {
		h.Marks = append(h.Marks, i18n.T(ctx, "finding.episode", i18n.Number(ctx, v.f.Episode)))
	}
	v.actions(ctx, &h)
	return h
}

// actions puts what the actor may do next on the head: the one next step is to
// acknowledge, then to open an incident.
func (v showPage) actions(ctx context.Context, h *ui.RecordHeadProps) {
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.f.Version, 10)}}
	post := func(key, path string, icon ui.IconName) ui.Action {
		return ui.Action{Label: i18n.T(ctx, key), Href: href(v.f.ID) + path, Icon: icon, Post: true, Hidden: version}
	}
	acknowledge, incident := post("finding.acknowledge", "/acknowledge", ui.IconCheck), post("finding.incident.open", "/incident", ui.IconIncident)
	mayOpen := v.f.State.Open() && v.p.OpenIncident != nil && auth.May(ctx, openIncidents)
	switch {
	case v.f.State == Waiting && auth.May(ctx, mayWrite):
		h.Step = &acknowledge
		if mayOpen {
			h.Actions = append(h.Actions, incident)
		}
	case mayOpen:
		h.Step = &incident
	case v.f.Incident != "":
		h.Step = &ui.Action{Label: i18n.T(ctx, "finding.incident.see"), Href: incidentHref(v.f.Incident), Icon: ui.IconIncident}
	}
	if v.f.State.Open() && auth.May(ctx, mayDecide) {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "finding.dismiss"), Href: href(v.f.ID) + "/dismiss", Icon: ui.IconDismiss})
	}
	if v.f.State == Acknowledged && auth.May(ctx, mayWrite) || v.f.State == Dismissed && auth.May(ctx, mayDecide) {
		h.Actions = append(h.Actions, post("finding.reopen", "/reopen", ui.IconUndo))
	}
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	f := v.f
	fact := func(key string, c templ.Component) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: c} }
	facts := []ui.Fact{
		fact("finding.threat", ui.Anchor(ui.Link{Label: f.Threat, Href: "/findings?state=all&threat=" + queryEscape(f.Threat)})),
		fact("finding.client", Client(f.Addr, f.Subject())), fact("finding.unit", UnitMark(f.UnitID, v.names)),
		fact("finding.owner", UnitMark(f.Owner, v.names)), fact("finding.queries", ui.Number(f.Queries)),
		fact("finding.first", moment(f.FirstSeen, f.Undated == f.Queries)), fact("finding.last", moment(f.LastSeen, f.Undated == f.Queries)),
		fact("finding.lists", ui.Text(strings.Join(f.Lists, ", "))), fact("finding.created", ui.Time(f.CreatedAt)),
	}
	if f.Undated > 0 {
		facts = append(facts, fact("finding.undated", ui.Number(f.Undated)))
	}
	if f.Assignee.Name != "" {
		facts = append(facts, fact("finding.assignee", ui.Text(f.Assignee.Name)))
	}
	if f.AckedBy != "" {
		facts = append(facts, fact("finding.acked", ui.Text(i18n.T(ctx, "finding.by", i18n.Time(ctx, f.AckedAt), f.AckedBy))))
	}
	if !f.Closed.At.IsZero() {
		facts = append(facts, fact("finding.closed", ui.Text(i18n.T(ctx, "finding.by", i18n.Time(ctx, f.Closed.At), f.Closed.By))))
	}
	if f.Closed.Reason != "" {
		facts = append(facts, fact("finding.reason", ui.Multiline(f.Closed.Reason)))
	}
	return facts
}

// timeline is the trail of the finding, newest first, down to its making.
func (v showPage) timeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "finding.history"), Entries: Trail(ctx, v.history, "finding.log.")}
	t.Entries = append(t.Entries, ui.TimelineEntry{Text: i18n.T(ctx, "finding.log.made"), Icon: ui.IconFinding, At: v.f.CreatedAt})
	return t
}

// Trail tells audit entries; the sentence of each is the catalogue text of
// prefix and its action.
func Trail(ctx context.Context, rows []audit.Row, prefix string) []ui.TimelineEntry {
	var out []ui.TimelineEntry
	for _, row := range rows {
		e := ui.TimelineEntry{Text: i18n.T(ctx, prefix+row.Action), Actor: row.ActorName, At: row.At.Time}
		if row.ActorID == "system" {
			e.Actor = "" // what the program did needs no name
		}
		var d struct {
			Reason   string `json:"reason"`
			How      string `json:"how"`
			To       string `json:"to"`
			Incident string `json:"incident"`
		}
		if err := json.Unmarshal([]byte(row.Detail), &d); err == nil {
			e.Detail = d.Reason + d.How + d.To
			if d.Incident != "" {
				e.Href = incidentHref(d.Incident)
			}
		}
		out = append(out, e)
	}
	return out
}
