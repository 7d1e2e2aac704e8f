// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// contradicted reports whether the page shows what units say beside what was
// measured: while the paper can still be held back.
func (v paperPage) contradicted() bool {
	return len(v.f.Claims) > 0 && (v.f.State == Draft || v.f.State == Printed)
}

// lets reports whether the reader may let contradictions pass.
func (v paperPage) lets() bool {
	return len(v.f.Unseen()) > 0 && (v.f.MayWrite || v.f.MaySend)
}

// claimed are the contradictions the card shows: those nobody let pass first.
func (v paperPage) claimed() []Contradiction {
	list := slices.Clone(v.f.Claims)
	slices.SortStableFunc(list, func(a, b Contradiction) int { return strings.Compare(a.Note, b.Note) })
	return list[:min(len(list), mostFound)]
}

func (c Contradiction) passed(ctx context.Context) string {
	if c.Note == "" {
		return ""
	}
	return i18n.T(ctx, "report.claims.done", c.Note, c.By, i18n.Time(ctx, c.At))
}

// origins are the sources of one value or row of the preview.
type origins struct {
	list []Source
	hand []string
	see  bool // the reader may follow them
}

func (v paperPage) origins(ctx context.Context) origins {
	return origins{v.f.Sources, v.f.Hand, auth.May(ctx, mayReadDirectives)}
}

func (o origins) of(field string, row int) []Source {
	var out []Source
	for _, s := range o.list {
		if s.Field == field && s.Row == row {
			out = append(out, s)
		}
	}
	return out
}

// byHand reports whether a person wrote what stands in a field that the records
// fill in papers like this one.
func (o origins) byHand(field string) bool { return len(o.list) > 0 && slices.Contains(o.hand, field) }

// rows reports whether the rows of a table have sources of their own.
func (o origins) rows(field string) bool {
	return slices.ContainsFunc(o.list, func(s Source) bool { return s.Field == field && s.Row > 0 })
}

// text is a source as a line of the page.
func (s Source) text(ctx context.Context) string {
	text := i18n.T(ctx, "report.from.of", s.Label, i18n.Number(ctx, s.Rows))
	if !s.Day.IsZero() {
		text += "; " + i18n.T(ctx, "report.from.day", i18n.Date(ctx, s.Day.Start()), s.Run)
	}
	return text
}

func (s Source) link(ctx context.Context) ui.Link {
	return ui.Link{Label: s.text(ctx), Href: s.Href}
}
