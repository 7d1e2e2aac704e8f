// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file joins the reports that come again with the rooms of papers,
// directives, units and people.

// series builds the room.
func (a *App) series() *series.Service {
	s := series.New(series.Deps{Records: a.Records, Now: a.opt.Now, Laws: a.Rooms.Packs, Obligations: a.Rooms.Obligations, Papers: seriesPapers{a}, Campaigns: a.campaigns,
		Occasions: a.occasions, Writers: a.paperWriters, As: a.asWriter, Body: a.seriesBody, Directives: a.seriesDirectives, Directive: a.seriesDirective, Tell: a.tellSeries})
	a.behind.every(time.Minute, "make periodic reports", s.Attend)
	return s
}

// seriesNeighbours are what its pages show of other rooms.
func (a *App) seriesNeighbours() series.Neighbours {
	return series.Neighbours{Units: a.unitOptions, Names: unitNames{a}.Names}
}

// occasions are the campaigns that the calendar knows around now, once each.
func (a *App) occasions() []rulepack.Campaign {
	cal, year := a.Rooms.Packs.Calendar(), calendar.DateOf(a.opt.Now()).Year
	var out []rulepack.Campaign
	for y := year - 3; y <= year+2; y++ {
		for _, w := range cal.Windows(y) {
			if !slices.ContainsFunc(out, func(c rulepack.Campaign) bool { return c.ID == w.Campaign }) {
				out = append(out, rulepack.Campaign{ID: w.Campaign, Label: rulepack.Label(w.Name)})
			}
		}
	}
	return out
}

var mayWritePapers = auth.Permission{Area: auth.Documents, Act: auth.Write}

// paperWriters are the people who may write papers of a unit and belong to a unit
// of the actor's scope, by name.
func (a *App) paperWriters(ctx context.Context, unitID string) ([]series.Person, error) {
	_, scope, err := auth.Need(ctx, "app.paperWriters", mayWritePapers)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	people, err := a.able(ctx, scope, unitID, mayWritePapers, actor.ID)
	out := make([]series.Person, len(people))
	for n, p := range people {
		out[n] = series.Person{ID: p.ID, Name: p.Name}
	}
	return out, err
}

// asWriter is a context in which the program writes papers of a unit with the
// rights of an account, and no more: the draft holds what its writer may see.
func (a *App) asWriter(ctx context.Context, id, unitID string) (context.Context, error) {
	const op = "app.asWriter"
	who, err := a.reader(ctx, id)
	if fault.Is(err, fault.SignedOut) {
		return nil, fault.Missing(op)
	}
	if err != nil {
		return nil, err
	}
	inside, err := auth.ScopeOf(who, mayWritePapers).Holds(ctx, a.Records.Read(), unitID)
	switch {
	case err != nil:
		return nil, db.Error(op, err)
	case !inside:
		return nil, fault.Missing(op)
	}
	return auth.With(ctx, auth.Actor{ID: "system", Name: "system", Home: who.Home, Grants: who.Grants}), nil
}

func (a *App) seriesBody(ctx context.Context, id string) (series.Body, error) {
	root, err := a.wholeCentre(ctx)
	if err != nil {
		return series.Body{}, err
	}
	u, err := a.Rooms.Units.Get(root, unit.ID(id))
	today := calendar.DateOf(a.opt.Now())
	body := series.Body{ID: id, Name: u.Name, Kind: u.Kind, Ended: !u.ValidTo.IsZero() && u.ValidTo.Compare(today) < 0}
	if err != nil || !body.Ended {
		return body, err
	}
	gone, err := a.goneUnits(ctx, today)
	for _, h := range gone[id] {
		body.Heirs = append(body.Heirs, series.Heir{ID: h.ID, Name: h.Name})
	}
	slices.SortFunc(body.Heirs, func(x, y series.Heir) int {
		return cmp.Or(cmp.Compare(i18n.Fold(x.Name), i18n.Fold(y.Name)), cmp.Compare(x.ID, y.ID))
	})
	return body, err
}

// mostDirectives bounds the directives that are offered.
const mostDirectives = 200

func (a *App) seriesDirectives(ctx context.Context) ([]series.Directive, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Directives, Act: auth.Read}) {
		return nil, nil
	}
	list, _, err := a.Rooms.Directives.List(ctx, directive.Filter{State: directive.Issued, Limit: mostDirectives})
	var out []series.Directive
	for _, d := range list {
		out = append(out, seriesDirective(d))
	}
	return out, err
}

func (a *App) seriesDirective(ctx context.Context, id string) (series.Directive, error) {
	f, err := a.Rooms.Directives.Get(ctx, directive.ID(id))
	return seriesDirective(f.Directive), err
}

func seriesDirective(d directive.Directive) series.Directive {
	return series.Directive{ID: string(d.ID), Label: strings.TrimSpace(cmp.Or(d.Number, d.Code) + " " + d.Subject), Href: directive.Path + "/" + string(d.ID)}
}

// tellSeries tells the writer of a draft that waits, and those who write papers
// of the unit of one that could not be made.
func (a *App) tellSeries(ctx context.Context, tx *db.Tx, t series.Told) error {
	label := notice.Arg{VI: t.Period.Label.VI, EN: t.Period.Label.EN}
	n := notice.Notice{Kind: "series." + t.Kind, Object: string(t.Series.ID), Href: t.Href, Args: []notice.Arg{notice.Word(t.Series.Title), label}, Dedupe: "series." + t.Kind + "/" + t.Key}
	switch {
	case t.To != "":
		n.To = []string{t.To}
		n.Args = append(n.Args, notice.Arg{Until: t.Period.Last.End()})
	case t.Kind == "followed":
		n.Unit = t.Series.Unit
		n.Args = []notice.Arg{notice.Word(t.Series.Title), notice.Word(t.From), notice.Word(t.Unit)}
	case t.Reason != "":
		n.Unit = t.Series.Unit
		key := "series.problem." + t.Reason
		n.Args = append(n.Args, notice.Arg{VI: a.catalogue.Text(i18n.Vietnamese, key), EN: a.catalogue.Text(i18n.English, key)})
	default:
		n.Unit = t.Series.Unit
		n.Args = append(n.Args, notice.Arg{Until: t.Period.Last.End()})
	}
	return a.Rooms.Notices.Post(ctx, tx, n)
}

// seriesPapers is the room of papers as definitions ask it.
type seriesPapers struct{ *App }

var _ series.Papers = seriesPapers{}

func seriesPaper(id report.ID, g report.Glance) series.Paper {
	return series.Paper{ID: string(id), State: string(g.State), Label: g.Label, Href: "/papers/" + string(id), Prints: g.Prints, SentAt: g.SentAt}
}

// tiedPaper names the duty that a paper of a definition was made for.
func (a *App) tiedPaper(ctx context.Context, paper report.ID) (string, bool, error) {
	return a.Rooms.Series.Tied(ctx, string(paper))
}

// Draft implements series.Papers.
func (a seriesPapers) Draft(ctx context.Context, k series.Ask) (series.Paper, error) {
	if k.Kind != "span" { // the span is what was asked for, the others are told by the form
		k.From, k.To = calendar.Date{}, calendar.Date{}
	}
	st := report.Start{Form: k.Form, Pack: k.Pack, Unit: k.Unit, Directive: k.Directive, Kind: k.Kind, Year: k.Year, Part: k.Part, From: k.From, To: k.To}
	if had, err := a.standing(ctx, st); err != nil || had.ID != "" {
		return had, err
	}
	p, err := a.Rooms.Reports.Begin(ctx, st)
	if err != nil {
		return series.Paper{}, err
	}
	return a.complete(ctx, p, k)
}

// standing is the paper of a form, unit and period that was not withdrawn; none
// is the zero Paper.
func (a seriesPapers) standing(ctx context.Context, st report.Start) (series.Paper, error) {
	from, to, err := a.Rooms.Reports.Span(st)
	if err != nil {
		return series.Paper{}, err
	}
	for f := (report.Filter{Form: st.Form, Unit: st.Unit, Year: to.Year, Limit: 1000}); ; {
		page, err := a.Rooms.Reports.List(ctx, f)
		if err != nil {
			return series.Paper{}, err
		}
		for _, p := range page.Rows {
			other := p.Case.Kind == report.OfDirective && p.Case.ID != st.Directive
			if p.From == from && p.To == to && !other && p.State != report.Withdrawn && p.Relation == report.None {
				all, err := a.Look(ctx, []string{string(p.ID)})
				return all[string(p.ID)], err
			}
		}
		if f.After = page.Next; f.After == "" {
			return series.Paper{}, nil
		}
	}
}

// reportDue is the key of the field of forms that says by when the report is due.
const reportDue = "due"

// complete writes into a new draft what the definition knows: recipients, the
// directive it answers, who writes it.
func (a seriesPapers) complete(ctx context.Context, p report.Paper, k series.Ask) (series.Paper, error) {
	f, err := a.Rooms.Reports.Get(ctx, p.ID)
	if err != nil {
		return series.Paper{}, err
	}
	e := report.Edit{Frame: f.Frame, Fields: map[string]report.Typed{}}
	if len(k.Recipients) > 0 {
		e.Frame.To = k.Recipients
	}
	known := map[string]string{"person": k.Writer}
	if due, ok := f.Form.Field(reportDue); ok && due.Type == "date" && f.Values[reportDue].Empty() {
		e.Fields[reportDue] = report.Typed{Value: report.Value{At: k.Due.Start()}}
	}
	if k.Directive != "" {
		d, err := a.Rooms.Directives.Get(ctx, directive.ID(k.Directive))
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return series.Paper{}, err
		}
		if known["doc"], err = a.citeDirective(ctx, d.Directive); err != nil {
			return series.Paper{}, err
		}
	}
	for _, fl := range f.Form.Fields() {
		// The first place for a paper, or for who writes, is that of the report itself.
		if text := known[fl.Type]; text != "" && f.Values[fl.Key].Empty() {
			e.Fields[fl.Key] = report.Typed{Value: report.Value{Text: text}}
			known[fl.Type] = ""
		}
	}
	if len(e.Fields) > 0 || len(k.Recipients) > 0 {
		if _, err := a.Rooms.Reports.Save(ctx, p.ID, e, p.Version); err != nil {
			return series.Paper{}, err
		}
	}
	all, err := a.Look(ctx, []string{string(p.ID)})
	return all[string(p.ID)], err
}

// citeDirective is a directive as papers cite it: as the register does where it
// stands there, else by its own head.
func (a *App) citeDirective(ctx context.Context, d directive.Directive) (string, error) {
	if d.DocumentID != "" {
		p, err := (directivePapers{a}).Paper(ctx, d.DocumentID)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return "", err
		}
		if p.Cite != "" {
			return p.Cite, nil
		}
	}
	return strings.TrimSpace(d.Number + " " + d.Subject), nil
}

// Look implements series.Papers.
func (a seriesPapers) Look(ctx context.Context, ids []string) (map[string]series.Paper, error) {
	all, err := a.Rooms.Reports.Glances(ctx, ids)
	out := map[string]series.Paper{}
	for id, g := range all {
		out[id] = seriesPaper(report.ID(id), g)
	}
	return out, err
}

// Printed implements series.Papers.
func (a seriesPapers) Printed(ctx context.Context, id string) ([]series.Number, error) {
	list, err := a.Rooms.Reports.PrintedNumbers(ctx, report.ID(id))
	out := make([]series.Number, 0, len(list))
	for _, n := range list {
		out = append(out, series.Number(n))
	}
	return out, err
}
