// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file is what other rooms use: it asks no permission, since what a unit's
// paper looks like follows from the unit.

// fit is what a template lacks for a form of a pack.
type fit struct {
	unfit string
	used  []string
}

// mostFits bounds what is remembered of templates.
const mostFits = 256

// Choose implements report.Layouts. form may also be the id of a kind of
// document.
func (s *Service) Choose(ctx context.Context, unit string, pack *rulepack.Pack, form string, sheet report.Sheet) (report.Layout, error) {
	t, ok, err := inForce(ctx, s.Records.Read(), form, unit, s.today())
	if err != nil || !ok {
		return report.Layout{}, err
	}
	l := report.Layout{ID: string(t.ID), Name: t.Name, Seq: t.Seq, SHA256: t.SHA256}
	f, err := s.fitOf(ctx, t, pack)
	if err != nil {
		return l, err
	}
	lacks := func(name string) bool { return !slices.Contains(f.used, name) }
	switch l.Unfit = f.unfit; {
	case l.Unfit != "":
	case sheet.Urgency != "" && lacks("muc_khan"):
		l.Unfit = "template.unfit.haste"
	case len(sheet.To) > 0 && lacks("kinh_gui"):
		l.Unfit = "template.unfit.to"
	case len(sheet.Basis) > 0 && lacks("can_cu"):
		l.Unfit = "template.unfit.basis"
	}
	return l, nil
}

// fitOf compares a template with what its paper says under a pack: the law may
// have changed since it was checked.
func (s *Service) fitOf(ctx context.Context, t Template, pack *rulepack.Pack) (fit, error) {
	key := t.SHA256 + " " + t.Paper + " " + s.Laws.At(s.today()).Version
	if pack != nil {
		key += " " + pack.Version
	}
	s.mu.Lock()
	f, known := s.fits[key]
	s.mu.Unlock()
	if known {
		return f, nil
	}
	p, ok := s.paper(t.Paper)
	if ok {
		p, ok = p.of(pack)
	}
	if !ok {
		return fit{unfit: "template.unfit.paper"}, nil
	}
	raw, err := s.read(ctx, t.SHA256)
	if err != nil {
		return fit{}, err
	}
	v, err := check(raw, s.places(p))
	if err != nil {
		return fit{}, err
	}
	if f.used = v.Used; !v.Good() {
		f.unfit = "template.unfit.places"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fits) >= mostFits {
		clear(s.fits)
	}
	s.fits[key] = f
	return f, nil
}

// Fill implements report.Layouts.
func (s *Service) Fill(ctx context.Context, l report.Layout, sheet report.Sheet) ([]byte, error) {
	raw, err := s.read(ctx, l.SHA256)
	if err != nil {
		return nil, err
	}
	return fill(raw, sheet)
}

// Used implements report.Layouts.
func (s *Service) Used(ctx context.Context, tx *db.Tx, l report.Layout, kind, object, sha string) error {
	r := useRow{Template: l.ID, Kind: kind, Object: object, SHA: sha, At: db.At(s.now())}
	_, err := tx.NewInsert().Model(&r).On("CONFLICT (kind, object, sha) DO NOTHING").Exec(ctx)
	return db.Error("template.Used", err)
}

// Of implements report.Layouts. The caller has asked whether the actor sees the
// record.
func (s *Service) Of(ctx context.Context, kind, object string) (map[string]report.Layout, error) {
	var rows []struct {
		SHA, ID, Name, File string
		Seq                 int
	}
	err := s.Records.Read().NewSelect().TableExpr("paper_template_use AS u").Join("JOIN paper_template AS t ON t.id = u.template_id").
		ColumnExpr("u.sha AS sha, t.id AS id, t.name AS name, t.sha AS file, t.seq AS seq").Where("u.kind = ?", kind).Where("u.object = ?", object).Scan(ctx, &rows)
	out := map[string]report.Layout{}
	for _, r := range rows {
		out[r.SHA] = report.Layout{ID: r.ID, Name: r.Name, Seq: r.Seq, SHA256: r.File}
	}
	return out, db.Error("template.Of", err)
}

// Href implements report.Layouts.
func (*Service) Href(id string) string { return Path + "/" + id }

// DraftOf is a document's draft in Word: in the template in force for its kind in
// its unit, else in the product's own layout; the layout is then zero or unfit.
func (s *Service) DraftOf(ctx context.Context, unit string, h Head) (report.Layout, []byte, error) {
	const op = "template.DraftOf"
	p, ok := s.paper(documentMark + h.Kind)
	if !ok {
		return report.Layout{}, nil, fault.Bad(op, "kind", "template.bad.paper")
	}
	h.KindTitle = p.Title.VI
	sheet := h.Sheet()
	sheet.Lead = []string{s.word("write")}
	l, err := s.Choose(ctx, unit, nil, p.ID, sheet)
	if err != nil {
		return l, nil, err
	}
	if l.ID != "" && l.Unfit == "" {
		raw, err := s.Fill(ctx, l, sheet)
		return l, raw, err
	}
	var b bytes.Buffer
	err = officedoc.WriteDOCX(&b, sheet.Paper(s.today().Start()))
	return l, b.Bytes(), err
}
