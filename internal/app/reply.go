// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file puts together what the answer to a directive says: who it was issued
// to, how their duties and answers stand, and what was measured of them.

// replies are the directives as papers answer them.
type replies struct{ *App }

var _ report.Directives = replies{}

// Reply implements report.Directives.
func (a replies) Reply(ctx context.Context, id, of string, _, to calendar.Date) (report.Reply, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Directives, Act: auth.Read}) {
		return report.Reply{}, report.ErrWithheld
	}
	now := a.opt.Now()
	past := !to.IsZero() && !now.Before(to.End())
	on := calendar.DateOf(now)
	if past { // under the names of that day, with those that stood then
		on = to
	}
	rows, err := a.boardUnits(ctx, on, true)
	if err != nil {
		return report.Reply{}, err
	}
	sh, d, err := boardDirectives(a).sheet(i18n.With(ctx, a.catalogue, i18n.Vietnamese), directive.ID(id), rows)
	if err != nil {
		return report.Reply{}, err
	}
	if of != d.UnitID {
		var below []string
		if err := a.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant").Where("ancestor = ?", of).Scan(ctx, &below); err != nil {
			return report.Reply{}, db.Error("app.replies.Reply", err)
		}
		sh.Units = slices.DeleteFunc(sh.Units, func(u board.UnitRow) bool { return !slices.Contains(below, u.ID) })
	}
	if past {
		now = to.End().Add(-time.Millisecond)
	}
	var duties []obligation.Standing
	if past { // what was done later was not done then
		duties, err = a.Rooms.Obligations.StandingsAt(ctx, board.SubjectKind, id, now)
	} else {
		duties, err = a.Rooms.Obligations.Standings(ctx, board.SubjectKind, []string{id})
	}
	if err != nil {
		return report.Reply{}, err
	}
	if len(sh.Units) == 0 || len(sh.Columns) == 0 {
		return report.Reply{}, fault.Missing("app.replies.Reply")
	}
	slices.SortFunc(sh.Units, func(x, y board.UnitRow) int {
		return cmp.Or(cmp.Compare(i18n.Fold(x.Name), i18n.Fold(y.Name)), cmp.Compare(x.ID, y.ID))
	})
	r := report.Reply{ID: id, Code: d.Code, Version: d.Version, Paper: a.cited(d), Issued: calendar.DateOf(d.IssuedAt), Gauges: map[string]report.Gauge{}, Actors: map[string]string{}}
	if r.Readings, err = a.replyReadings(ctx, sh, r.Gauges, to, past); err != nil {
		return r, err
	}
	r.Readings = sh.Fresh(r.Readings)
	r.Board = board.Fill(sh, r.Readings, a.Rooms.Measures.Measure, duties, now)
	if err := a.replyAnswers(ctx, &r, now); err != nil {
		return r, err
	}
	r.Board.Rows = slices.DeleteFunc(r.Board.Rows, func(row board.Row) bool { // of one that ended, what it did is told
		return row.Counts.Asked == 0 && (row.Unit.Gone() || row.Unit.Joined) && !slices.ContainsFunc(row.Cells, func(c board.Cell) bool { return c.Duty != nil })
	})
	if len(r.Board.Rows) == 0 {
		return r, fault.Missing("app.replies.Reply")
	}
	return r, a.replyHead(ctx, &r, d, of)
}

// replyReadings are the measures of a sheet as they stand, or as they stood of a
// day gone by.
func (a replies) replyReadings(ctx context.Context, sh board.Sheet, gauges map[string]report.Gauge, day calendar.Date, past bool) ([]measure.Reading, error) {
	var keys, units []string
	for _, c := range sh.Columns {
		for _, t := range c.Measures {
			m, _ := a.Rooms.Measures.Measure(t.Key)
			gauges[t.Key] = report.Gauge{Title: a.printed("measure." + t.Key + ".title"), In: m.Unit}
			keys = append(keys, t.Key)
		}
	}
	for _, u := range sh.Units {
		units = append(units, u.ID)
	}
	slices.Sort(keys)
	if keys = slices.Compact(keys); len(keys) == 0 {
		return nil, nil
	}
	newest, err := a.Rooms.Measures.Readings(ctx, keys, units)
	if err != nil {
		return nil, err
	}
	if !past {
		statuses, err := a.Rooms.Measures.Statuses(ctx, keys)
		return slices.DeleteFunc(newest, func(r measure.Reading) bool { return statuses[r.Key].Counted.IsZero() }), err
	}
	list, err := a.Rooms.Measures.At(ctx, keys, units, day)
	if err != nil {
		return nil, err
	}
	type place struct{ unit, key string }
	counted, said := map[string]bool{}, map[place]*measure.Claim{}
	for _, key := range keys {
		points, err := a.Rooms.Measures.TrendScope(ctx, key, day, day)
		if err != nil {
			return nil, err
		}
		counted[key] = len(points) > 0
	}
	for _, r := range newest {
		if r.Said != nil && r.Said.At.Before(day.End()) {
			said[place{r.Unit, r.Key}] = r.Said
		}
	}
	var out []measure.Reading
	for _, r := range list {
		if !counted[r.Key] { // nobody counted that day: unseen, not outside
			continue
		}
		if r.Said = said[place{r.Unit, r.Key}]; r.Said != nil && (r.Grade == measure.Partial || r.Grade == measure.Unseen) {
			r.Grade = measure.Declared
		}
		out = append(out, r)
	}
	return out, nil
}

// replyAnswers adds what the units of the board answered up to a moment.
func (a replies) replyAnswers(ctx context.Context, r *report.Reply, now time.Time) error {
	type place struct{ unit, column string }
	in, to := map[string]bool{}, map[place]string{} // whose open duties went over to the unit in their place
	for _, row := range r.Board.Rows {
		in[row.Unit.ID] = true
		for _, c := range row.Cells {
			if c.Passage != nil && c.Passage.To != "" && c.Duty == nil {
				to[place{c.Unit, c.Column}] = c.Passage.To
			}
		}
	}
	tasks, err := a.Rooms.Directives.Tasks(ctx, directive.ID(r.ID))
	if err != nil {
		return err
	}
	proofs, err := a.Rooms.Obligations.Proofs(ctx, board.SubjectKind, r.ID, now)
	if err != nil {
		return err
	}
	states := map[directive.TaskState]report.AnswerState{directive.Sent: report.Waiting, directive.Returned: report.GivenBack, directive.Accepted: report.Taken}
	for _, t := range tasks {
		if !in[t.Unit] {
			continue
		}
		t.Unit = cmp.Or(to[place{t.Unit, string(t.Item)}], t.Unit)
		x := report.Answer{Task: t.ID, Unit: t.Unit, Column: string(t.Item), Period: t.Period, Duty: t.Obligation, State: states[t.State]}
		switch {
		case t.SentAt.IsZero() || t.SentAt.After(now):
			x.State = report.Unanswered
		default:
			x.Text, x.By, x.At, x.Reason = t.Text, t.SentBy, t.SentAt, t.Reason
			if x.State != report.Waiting && t.JudgedAt.After(now) {
				x.State, x.Reason = report.Waiting, ""
			}
			if x.State == report.Taken {
				x.Judge, x.JudgedAt = t.JudgedBy, t.JudgedAt
			}
		}
		for _, e := range proofs[obligation.ID(t.Obligation)] {
			x.Proofs = append(x.Proofs, report.Proof{Kind: e.Kind, Ref: e.Ref, By: e.By, At: e.At})
		}
		r.Answers = append(r.Answers, x)
	}
	return nil
}

// replyHead says whom it goes to, what it rests on and who must act.
func (a replies) replyHead(ctx context.Context, r *report.Reply, d directive.Directive, of string) error {
	f, err := a.Rooms.Directives.Get(ctx, d.ID)
	if err != nil {
		return err
	}
	r.Due = d.CommonLast
	for _, it := range f.Items {
		var who []string
		for _, x := range it.Actors {
			if x.Kind != directive.ToAll && x.Name != "" {
				who = append(who, x.Name)
			}
		}
		r.Actors[string(it.ID)] = strings.Join(who, "; ")
	}
	if of == d.UnitID {
		card, err := cards{a.App}.Card(ctx, of)
		if err != nil {
			return err
		}
		if d.Issuer != "" && i18n.Fold(d.Issuer) != i18n.Fold(card.Name) {
			r.To = []string{d.Issuer}
		}
	} else if len(r.Board.Rows) == 1 {
		_, owed, err := a.Rooms.Directives.OfUnit(ctx, d.ID, r.Board.Rows[0].Unit.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		for _, o := range owed {
			if o.Clock.Addressee.Name.VI != "" && r.To == nil {
				r.To = []string{o.Clock.Addressee.Name.VI}
			}
		}
	}
	return a.replyAbove(ctx, r, d)
}

// mostAbove is how many papers above a directive are named.
const mostAbove = 3

// replyAbove names what a directive carries on: the directives it was made from,
// else what its own preamble rests on.
func (a replies) replyAbove(ctx context.Context, r *report.Reply, d directive.Directive) error {
	for at := d; at.Parent != "" && len(r.Above) < mostAbove; {
		f, err := a.Rooms.Directives.Get(ctx, at.Parent)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		at = f.Directive
		r.Above = append(r.Above, a.cited(at))
	}
	if len(r.Above) > 0 {
		return nil
	}
	reading, err := a.Rooms.Directives.Reading(ctx, d)
	if err != nil {
		return err
	}
	for _, b := range reading.Basis {
		if b.At == "preamble" && b.Number != "" && len(r.Above) < mostAbove {
			c := report.Cited{Number: b.Number, Issuer: b.Issuer}
			if !b.Date.IsZero() {
				c.Date = officedoc.LongDate(b.Date.Start())
			}
			r.Above = append(r.Above, c)
		}
	}
	return nil
}

// cited names a directive as papers do.
func (a replies) cited(d directive.Directive) report.Cited {
	kinds, _ := a.pack().CodeList("CL-document-kind")
	kind, _ := kinds.Find(d.Kind)
	called, _, _ := strings.Cut(kind.Label.VI, " (") // "Công điện (CĐ)": the abbreviation stands in the symbol
	c := report.Cited{Kind: called, Number: d.Number, Issuer: d.Issuer, Subject: d.Subject}
	for layout, day := range map[directive.Precision]string{directive.ToDay: d.Date, directive.ToMonth: d.Date + "-01", directive.ToYear: d.Date + "-01-01"} {
		on, err := calendar.ParseDate(day)
		if err != nil || layout != d.Precision {
			continue // a head that is not dated to this
		}
		switch layout {
		case directive.ToDay:
			c.Date = officedoc.LongDate(on.Start())
		case directive.ToMonth:
			c.Date = a.printed("app.reply.month", int(on.Month), on.Year)
		case directive.ToYear:
			c.Date = a.printed("app.reply.year", on.Year)
		}
	}
	return c
}

// Answerable implements report.Directives.
func (a replies) Answerable(ctx context.Context) ([]report.Named, error) {
	var out []report.Named
	if !auth.May(ctx, auth.Permission{Area: auth.Directives, Act: auth.Read}) {
		return nil, nil
	}
	for _, state := range []directive.State{directive.Issued, directive.Ended} {
		list, _, err := a.Rooms.Directives.List(ctx, directive.Filter{State: state, Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			out = append(out, report.Named{ID: string(d.ID), Code: d.Code, Title: d.Cite(), Keeper: d.UnitID})
		}
	}
	return out, nil
}

// replyTo leads from a directive to the papers that answer it, for whoever sees
// papers.
func (a *App) replyTo(ctx context.Context, d directive.Directive) []ui.Action {
	if d.IssuedAt.IsZero() || !auth.May(ctx, auth.Permission{Area: auth.Documents, Act: auth.Read}) {
		return nil
	}
	q := url.Values{"directive": {string(d.ID)}}.Encode()
	out := []ui.Action{{Label: i18n.T(ctx, "app.reply.papers"), Href: "/papers?" + q, Icon: ui.IconDocument}}
	if auth.May(ctx, auth.Permission{Area: auth.Documents, Act: auth.Write}) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "app.reply.new"), Href: "/papers/new?" + q, Icon: ui.IconReport})
	}
	return out
}
