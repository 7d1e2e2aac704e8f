// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Layout names a body's own layout of the DOCX of a form. The zero value is the
// product's own.
type Layout struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Seq    int    `json:"version"`
	SHA256 string `json:"sha256"` // of its file
	// Unfit is the catalogue key of why it was in force and could not be used: the
	// paper is then printed in the product's own.
	Unfit string `json:"unfit,omitempty"`
}

// Layouts are bodies' own layouts.
type Layouts interface {
	// Choose names the layout in force today for a form of a pack in a unit; zero
	// when there is none.
	Choose(ctx context.Context, unit string, pack *rulepack.Pack, form string, sheet Sheet) (Layout, error)
	// Fill writes a sheet in a layout. Both alone give the bytes.
	Fill(ctx context.Context, l Layout, sheet Sheet) ([]byte, error)
	// Used is told inside the transaction that keeps a file made in a layout.
	Used(ctx context.Context, tx *db.Tx, l Layout, kind, object, sha string) error
	// Of lists the layouts a record's files were made in, by their SHA-256.
	Of(ctx context.Context, kind, object string) (map[string]Layout, error)
	// Href is where a layout is shown.
	Href(id string) string
}

// layout is the body's own layout for a paper as it stands.
func (s *Service) layout(ctx context.Context, p Paper, sheet Sheet) (Layout, error) {
	if s.layouts == nil {
		return Layout{}, nil
	}
	pack, form, _ := s.form(p)
	return s.layouts.Choose(ctx, p.UnitID, pack, form.ID, sheet)
}

// laid keeps that a print was made in a layout.
func (s *Service) laid(ctx context.Context, tx *db.Tx, l Layout, id ID, sha string) error {
	if l.ID == "" || l.Unfit != "" {
		return nil
	}
	return s.layouts.Used(ctx, tx, l, "paper", string(id), sha)
}

// render prints inputs: the DOCX in the layout they name.
func (s *Service) render(ctx context.Context, in Inputs, k Kind) ([]byte, error) {
	if k != DOCX || in.Layout.ID == "" || in.Layout.Unfit != "" {
		return in.Render(k)
	}
	return s.layouts.Fill(ctx, in.Layout, in.Sheet)
}

// Blanked is the sheet of a form without a paper: every field has its line.
func (s *Service) Blanked(pack *rulepack.Pack, form rulepack.Form) Sheet { return s.blank(pack, form) }

// laid is what the page says of layouts: the one a draft would be printed in,
// and those of its prints.
type laid struct {
	next Layout
	of   map[string]Layout
	href func(id string) string // nil: there are no layouts but the product's
}

func (s *Service) layoutsOf(ctx context.Context, f File) (out laid, err error) {
	if s.layouts == nil {
		return out, nil
	}
	out.href = s.layouts.Href
	if out.next, err = s.layout(ctx, f.Paper, f.Sheet); err != nil {
		return out, err
	}
	out.of, err = s.layouts.Of(ctx, "paper", string(f.ID))
	return out, err
}

// fact says in which layout a print was made.
func (l laid) fact(ctx context.Context, p Print) []ui.Fact {
	if l.href == nil {
		return nil
	}
	value := ui.Text(i18n.T(ctx, "report.layout.own"))
	if used, ok := l.of[p.DOCX]; ok {
		value = ui.Anchor(ui.Link{Label: i18n.T(ctx, "report.layout.named", used.Name, used.Seq), Href: l.href(used.ID), Icon: ui.IconDocument})
	}
	return []ui.Fact{{Label: i18n.T(ctx, "report.layout"), Value: value}}
}

// alert says in which layout a draft would be printed; nil for the product's own.
func (l laid) alert(ctx context.Context) *ui.AlertProps {
	if l.next.ID == "" {
		return nil
	}
	out := &ui.AlertProps{Tone: ui.Info, Text: i18n.T(ctx, "report.layout.next", l.next.Name, l.next.Seq), Action: &ui.Action{Label: i18n.T(ctx, "report.layout.see"), Href: l.href(l.next.ID)}}
	if l.next.Unfit != "" {
		out.Tone, out.Title, out.Text = ui.Warn, i18n.T(ctx, "report.layout.unfit", l.next.Name, l.next.Seq), i18n.T(ctx, l.next.Unfit)
	}
	return out
}

// FullName writes the usual abbreviation of a body's name out, as a paper must.
func (s *Service) FullName(name string) string { return s.fullName(name) }

// Heading is the part's heading as printed, for a layout of the form.
func (p Part) Heading() []officedoc.Block {
	if p.No == "" && p.Title == "" {
		return nil
	}
	return p.blocks()[:1]
}

// Referring is what stands in the body of the paper for a part that is an annex.
func (p Part) Referring() []officedoc.Block {
	if p.Told {
		return nil
	}
	if p.No == "" {
		return []officedoc.Block{officedoc.Text(p.Title + ": " + lowerFirst(p.Refer))}
	}
	return []officedoc.Block{officedoc.Heading{Level: 1, Number: p.No + ".", Text: p.Title}, officedoc.Text(p.Refer)}
}

// Table is the grid as printed, for a layout of the form.
func (g *Grid) Table() officedoc.Table { return g.table() }
