// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	docx "github.com/vonggac/vonggac/internal/platform/officedoc/template"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Paper is a kind of paper that a template can be for: a form of the rule packs,
// or a kind of document, whose text is written in Word.
type Paper struct {
	ID    string // "F12"; "vb-" and the code of a kind of document
	Title rulepack.Label
	Pack  *rulepack.Pack // the one in force, else the latest that has the form
	Form  rulepack.Form  // zero for a kind of document
	Kind  string         // code in CL-document-kind; empty for a form
}

// documentMark begins the id of a kind of document.
const documentMark = "vb-"

// Place is something that can be filled in.
type Place struct {
	Name  string // "so", "systems.level"
	Label string // as printed; empty for those of every paper
	Help  rulepack.Label
	Must  bool   // a template cannot do without it
	Inner bool   // {{noi_dung}} says it too
	Table string // of a column: the name of its table
	Form  bool   // of this form alone
}

// The places beside those of docx.Names that every form has.
const (
	whole   = "noi_dung"
	leading = "mo_dau"
	closing = "ket_thuc"
	remark  = "ghi_chu"
)

// papers lists what a template can be for, forms first, each by its id.
func (s *Service) papers() []Paper {
	now := s.Laws.At(s.today())
	var out []Paper
	take := func(p *rulepack.Pack) {
		for _, f := range p.Forms {
			if !slices.ContainsFunc(out, func(o Paper) bool { return o.ID == f.ID }) {
				out = append(out, Paper{ID: f.ID, Title: f.Title, Pack: p, Form: f})
			}
		}
	}
	take(now)
	packs := s.Laws.Packs()
	for _, p := range slices.Backward(packs) {
		take(p)
	}
	slices.SortStableFunc(out, func(a, b Paper) int { return compareIDs(a.ID, b.ID) })
	kinds, _ := now.CodeList("CL-document-kind")
	for _, k := range kinds.Items {
		out = append(out, Paper{ID: documentMark + k.ID, Title: k.Label, Pack: now, Kind: k.ID})
	}
	return out
}

// compareIDs sorts F2 before F10.
func compareIDs(a, b string) int {
	for a != "" && b != "" {
		x, y := number(a), number(b)
		if x != "" && y != "" && x != y {
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			return strings.Compare(x, y)
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func number(s string) string {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return strings.TrimLeft(s[:n], "0")
}

// paper finds what a template is for.
func (s *Service) paper(id string) (Paper, bool) {
	all := s.papers()
	n := slices.IndexFunc(all, func(p Paper) bool { return p.ID == id })
	if n < 0 {
		return Paper{}, false
	}
	return all[n], true
}

// title names a paper; the id where the law has it no longer.
func (s *Service) title(ctx context.Context, id string) string {
	if p, ok := s.paper(id); ok {
		return p.Title.In(i18n.Lang(ctx))
	}
	return id
}

// of is p as another pack has it; false where that has no such form.
func (p Paper) of(pack *rulepack.Pack) (Paper, bool) {
	if p.Kind != "" || pack == nil || pack == p.Pack {
		return p, true
	}
	var ok bool
	p.Form, ok = pack.Form(p.ID)
	p.Pack = pack
	return p, ok
}

// places lists what can be filled in a template for p, in printed order.
func (s *Service) places(p Paper) []Place {
	list, must := docx.Names()
	must[whole] = false
	must["ten_loai"] = p.Kind == "" && p.Form.DocumentType != ""
	must["kinh_gui"] = len(p.Form.Recipients) > 0
	must["can_cu"] = p.Kind == "" && p.Form.Status == rulepack.Derived
	var out []Place
	for _, name := range list {
		out = append(out, Place{Name: name, Must: must[name]})
		if name == whole && p.Kind == "" {
			out = append(out, s.formPlaces(p)...)
		}
	}
	return out
}

// formPlaces are those of the form alone.
func (s *Service) formPlaces(p Paper) []Place {
	out := []Place{{Name: leading, Must: true, Inner: true}}
	seen := map[string]bool{}
	for _, part := range s.Forms.Blanked(p.Pack, p.Form).Parts {
		for _, l := range part.Lines {
			f, ok := p.Form.Field(l.Key)
			if !ok || seen[l.Key] {
				continue
			}
			seen[l.Key] = true
			must := f.Req != rulepack.Optional
			if l.Grid == nil {
				out = append(out, Place{Name: f.Key, Label: f.Label, Help: f.Help, Must: must, Inner: true, Form: true})
				continue
			}
			for _, c := range f.Columns {
				out = append(out, Place{Name: f.Key + "." + c.Key, Label: c.Label, Help: rulepack.Label{VI: f.Label, EN: f.Label}, Table: f.Key, Form: true,
					Must: must && c.Type != "seq" && (c.Req == rulepack.Mandatory || len(c.RequiredWhen) > 0)})
			}
		}
	}
	return append(out, Place{Name: closing, Must: p.Form.Closing != "", Inner: true}, Place{Name: remark, Inner: true})
}

// schema is what the placeholders of a template are held against.
func schema(places []Place) docx.Schema {
	out := docx.Schema{Fields: map[string]bool{}, Tables: map[string][]string{}}
	for _, p := range places {
		if p.Table == "" {
			out.Fields[p.Name] = false
			continue
		}
		_, column, _ := strings.Cut(p.Name, ".")
		out.Tables[p.Table] = append(out.Tables[p.Table], column)
	}
	return out
}

// Blank is what the room asks of the room of reports: forms without a paper.
type Blank interface {
	Blanked(pack *rulepack.Pack, form rulepack.Form) report.Sheet
	Compose(pack *rulepack.Pack, form rulepack.Form, frame report.Frame, p report.Plain, lists map[string][]byte, from, to date) (report.Composed, error)
}

func noPaper(op string) error { return fault.Bad(op, "paper", "template.bad.paper") }
