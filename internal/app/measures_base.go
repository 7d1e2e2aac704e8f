// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file measures the base rooms, which import no other: units, accounts,
// obligations and papers.

type evalFunc = func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error)

// all is a target: every one. none: not one.
const (
	targetAll  = "all_of_it"
	targetNone = "none_of_it"
)

func (a *App) baseMeasures() []measure.Measure {
	at := func(path string) func(string, measure.Window) string {
		return func(unit string, _ measure.Window) string { return path + unit }
	}
	duties, contacts := at("/obligations?unit="), at("/units/")
	all := at("/obligations?state=all&unit=")
	share := func(key string, area auth.Area, days int, rows func(string, measure.Window) string, eval evalFunc) measure.Measure {
		return measure.Measure{Key: key, Unit: measure.Share, Direction: measure.More, Days: days, Target: targetAll, Area: area, Rows: rows, Eval: eval}
	}
	present := func(m measure.Measure) measure.Measure { m.Present = true; return m }
	return []measure.Measure{
		share("obligation.on_time", auth.Obligations, 90, all, onTime("")),
		share("incident.reported_in_time", auth.Obligations, 365, all, onTime("incident")),
		share("obligation.evidence", auth.Obligations, 365, all, evidenced),
		{Key: "obligation.open_late", Unit: measure.Count, Direction: measure.Less, Target: targetNone, Area: auth.Obligations, Rows: duties, Eval: openLate},
		share("document.receipted", auth.Documents, 90, func(string, measure.Window) string { return "/documents" }, a.receipted),
		present(share("unit.head_named", auth.Units, 0, contacts, headNamed)),
		present(share("unit.contacts_verified", auth.Units, 0, contacts, a.contactsVerified)),
		share("unit.address_plan", auth.Units, 0, contacts, addressPlan),
		present(share("account.second_factor", auth.Accounts, 0, at("/accounts?unit="), secondFactor)),
		present(share("account.in_use", auth.Accounts, 0, at("/accounts?unit="), accountsUsed)),
	}
}

// onTime is how many of the obligations that fell due were met by then; those that
// a rule or a person took away are not asked for. subject narrows to what the
// obligations are about.
func onTime(subject string) evalFunc {
	return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
		sel := q.NewSelect().TableExpr("obligation AS o").ColumnExpr("o.unit_id, COUNT(CASE WHEN o.state = 'met' AND o.met_at <= o.due_at THEN 1 END) AS num").
			ColumnExpr("COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected").Where("o.due_at > ?", db.At(w.From)).Where("o.due_at <= ?", db.At(w.To)).
			Where("o.state IN ('open', 'met')").GroupExpr("o.unit_id")
		if subject != "" {
			sel = sel.Where("o.subject_kind = ?", subject)
		}
		return measure.Tally(ctx, "app.onTime", sel)
	}
}

// openLate counts what stood open past its end, of units that ever owed anything.
func openLate(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	at := db.At(w.To)
	return measure.Tally(ctx, "app.openLate", q.NewSelect().TableExpr("obligation AS o").
		ColumnExpr("o.unit_id, COUNT(CASE WHEN o.due_at < ? AND o.state IN ('open', 'met') AND (o.met_at IS NULL OR o.met_at > ?) THEN 1 END) AS num", at, at).
		ColumnExpr("0 AS den, COUNT(*) AS seen, COUNT(*) AS expected").Where("o.created_at <= ?", at).GroupExpr("o.unit_id"))
}

// evidenced is how many of the obligations that fell due are met with evidence:
// what is not met has none.
func evidenced(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	return measure.Tally(ctx, "app.evidenced", q.NewSelect().TableExpr("obligation AS o").
		ColumnExpr("o.unit_id, COUNT(CASE WHEN o.state = 'met' AND EXISTS (SELECT 1 FROM obligation_evidence AS e WHERE e.obligation_id = o.id) THEN 1 END) AS num").
		ColumnExpr("COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected").Where("o.due_at > ?", db.At(w.From)).Where("o.due_at <= ?", db.At(w.To)).
		Where("o.state IN ('open', 'met')").GroupExpr("o.unit_id"))
}

// receipted is how many papers sent were receipted, of those sent long enough ago
// or receipted already.
func (a *App) receipted(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	wait := a.span("receipt_wait")()
	return measure.Tally(ctx, "app.receipted", q.NewSelect().TableExpr("document_dispatch AS s").Join("JOIN document AS d ON d.id = s.document_id").
		ColumnExpr("d.unit_id, COUNT(CASE WHEN s.received_at <= ? THEN 1 END) AS num, COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected", db.At(w.To)).
		Where("s.sent_at >= ?", db.At(w.From)).Where("s.sent_at < ?", db.At(w.To.Add(-wait))).GroupExpr("d.unit_id"))
}

// headNamed are the units whose head somebody verified: of the others nobody knows.
func headNamed(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	return perUnit(ctx, q, w, "CASE WHEN u.head_name <> '' AND EXISTS (SELECT 1 FROM unit_fact AS f WHERE f.unit_id = u.id AND f.fact = 'head') THEN 1 ELSE 0 END", 1)
}

// contactsVerified is how many of the four facts one needs to reach a unit were
// verified lately, of those it told.
func (a *App) contactsVerified(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	fresh := db.At(w.To.Add(-a.span("contact_fresh")()))
	return measure.Tally(ctx, "app.contactsVerified", q.NewSelect().TableExpr("unit AS u").
		ColumnExpr("u.id AS unit_id, (SELECT COUNT(*) FROM unit_fact AS f WHERE f.unit_id = u.id AND f.verified_at >= ?) AS num", fresh).
		ColumnExpr("4 AS den, (SELECT COUNT(*) FROM unit_fact AS f WHERE f.unit_id = u.id) AS seen, 4 AS expected").
		Where("u.valid_from <= ?", db.At(w.To)).Where("u.valid_until > ?", db.At(w.To)))
}

// addressPlan are the units of which some address is known.
func addressPlan(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	at := db.At(w.To)
	return perUnit(ctx, q, w, "CASE WHEN EXISTS (SELECT 1 FROM unit_range AS g WHERE g.unit_id = u.id AND g.valid_from <= ? AND g.valid_until > ?) THEN 1 ELSE 0 END", 1, at, at)
}

// perUnit asks one thing of every unit that stands: known, an SQL expression over
// unit AS u, is how much of n; what is not known is not seen.
func perUnit(ctx context.Context, q bun.IDB, w measure.Window, known string, n int64, args ...any) (map[string]measure.Figure, error) {
	return measure.Tally(ctx, "app.perUnit", q.NewSelect().TableExpr("unit AS u").ColumnExpr("u.id AS unit_id").ColumnExpr(known+" AS num", args...).
		ColumnExpr(known+" AS seen", args...).ColumnExpr("? AS den, ? AS expected", n, n).Where("u.valid_from <= ?", db.At(w.To)).Where("u.valid_until > ?", db.At(w.To)))
}

// secondFactor is how many people of a unit sign in with a second factor. A unit
// without people is none that this asks for.
func secondFactor(ctx context.Context, q bun.IDB, _ measure.Window) (map[string]measure.Figure, error) {
	return people(ctx, q, "COUNT(CASE WHEN a.second_at IS NOT NULL THEN 1 END)")
}

// accountsUsed is how many people of a unit signed in within the last 90 days.
func accountsUsed(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
	return people(ctx, q, "COUNT(CASE WHEN a.signed_in_at >= ? THEN 1 END)", db.At(calendar.DateOf(w.To).AddDays(-89).Start()))
}

func people(ctx context.Context, q bun.IDB, num string, args ...any) (map[string]measure.Figure, error) {
	return measure.Tally(ctx, "app.people", q.NewSelect().TableExpr("account AS a").ColumnExpr("a.home_unit AS unit_id").ColumnExpr(num+" AS num", args...).
		ColumnExpr("COUNT(*) AS den, COUNT(*) AS seen, COUNT(*) AS expected").Where("NOT a.disabled").Where("NOT a.break_glass").GroupExpr("a.home_unit"))
}
