// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func backOf(v formPage) string {
	if v.of.ID != "" {
		return href(v.of.ID)
	}
	return Path
}

func dateTyped(v showPage) string {
	if s, ok := v.typed["date"]; ok {
		return s
	}
	return calendar.DateOf(v.now).String()
}

func symbolTyped(v showPage) string {
	if s, ok := v.typed["symbol"]; ok {
		return s
	}
	return v.f.Symbol
}

func toTyped(v showPage) string {
	if s, ok := v.typed["to"]; ok {
		return s
	}
	if len(v.f.Dispatches) > 0 {
		return ""
	}
	return v.f.Recipients
}

func nowTyped(v showPage, name string) string {
	return cmp.Or(v.typed[name], v.now.In(i18n.Hanoi).Format("2006-01-02T15:04"))
}

var standingTones = map[Standing]ui.Tone{InForce: ui.OK, Replaced: ui.Warn, Withdrawn: ui.Warn, Unknown: ui.NoData}

// citedText names a paper as texts cite it.
func citedText(ctx context.Context, codes Codes, c Cited) string {
	kind := ""
	if c.Kind != "" {
		kind, _, _ = strings.Cut(label(codes.Kinds, c.Kind), " (")
	}
	parts := []string{strings.TrimSpace(kind + " " + c.Code())}
	if !c.Date.IsZero() {
		parts = append(parts, dayText(ctx, c.Date))
	}
	if c.Issuer != "" {
		parts = append(parts, c.Issuer)
	}
	if c.Subject != "" {
		parts = append(parts, c.Subject)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// linkDoubts are the warnings about a cited paper that is not in the register.
func linkDoubts(v showPage, l Link) []Warning {
	if l.Target != "" || l.Number == "" {
		return nil
	}
	return doubts(l.Cited, calendar.DateOf(v.now), false)
}

// citeAction takes a citation that was found into the chain.
func citeAction(ctx context.Context, v showPage, c Citation) ui.Action {
	return ui.Action{Label: i18n.T(ctx, "document.found.add"), Href: href(v.f.ID) + "/links", Icon: ui.IconAdd, Post: true, Hidden: []ui.Hidden{{Name: "relation", Value: string(Basis)},
		{Name: "cite_number", Value: c.Number}, {Name: "cite_symbol", Value: c.Symbol}, {Name: "cite_date", Value: c.Date.String()}, {Name: "cite_issuer", Value: c.Issuer}}}
}

func citeFields(ctx context.Context, v showPage) []ui.FieldProps {
	relation := v.field(ctx, ui.KindSelect, "relation", "document.cite.relation")
	relation.Required, relation.Options = true, options(v.codes.Relations)
	kind := v.field(ctx, ui.KindSelect, "cite_kind", "document.kind")
	kind.Blank, kind.Options = i18n.T(ctx, "document.choose"), options(v.codes.Kinds)
	standing := v.field(ctx, ui.KindSelect, "cite_standing", "document.standing")
	for _, s := range []Standing{Unknown, InForce, Replaced} {
		standing.Options = append(standing.Options, ui.Option{Value: string(s), Label: standingText(ctx, s)})
	}
	return []ui.FieldProps{relation, kind, v.field(ctx, ui.KindText, "cite_number", "document.number"), v.field(ctx, ui.KindText, "cite_symbol", "document.symbol"),
		v.field(ctx, ui.KindDate, "cite_date", "document.date"), v.field(ctx, ui.KindText, "cite_issuer", "document.issuer"), v.field(ctx, ui.KindText, "cite_subject", "document.subject"), standing}
}
