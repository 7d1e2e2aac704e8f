// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// bindingLibrary is the library of bindings as directives ask it.
type bindingLibrary struct{ *App }

var _ directive.Library = bindingLibrary{}

// Propose implements directive.Library.
func (a bindingLibrary) Propose(ctx context.Context, leaf directive.Leaf) ([]directive.Proposal, error) {
	list, err := a.Rooms.Bindings.Propose(ctx, askedOf(leaf))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := make([]directive.Proposal, len(list))
	for i, p := range list {
		out[i] = directive.Proposal{Binding: a.bound(p.Binding), Score: p.Sure}
		for _, why := range p.Reason {
			out[i].Reason = append(out[i].Reason, a.Rooms.Bindings.ReasonText(ctx, why))
		}
	}
	return out, nil
}

func askedOf(leaf directive.Leaf) binding.Leaf {
	out := binding.Leaf{Text: leaf.Text, Heading: leaf.Heading, Actors: leaf.Actors}
	for _, t := range leaf.Topics {
		out.Topics = append(out.Topics, binding.Topic{Key: t.Key, Score: t.Score, Words: t.Words})
	}
	for _, t := range leaf.Thresholds {
		out.Thresholds = append(out.Thresholds, binding.Figure{Value: t.Value, Unit: t.Unit, Least: t.Least, Most: t.Most})
	}
	return out
}

// Binding implements directive.Library.
func (a bindingLibrary) Binding(id string) (directive.Binding, bool) {
	b, ok := a.Rooms.Bindings.Library.Binding(id)
	return a.bound(b), ok
}

// Bindings implements directive.Library.
func (a bindingLibrary) Bindings() []directive.Binding {
	all := a.Rooms.Bindings.Library.All()
	out := make([]directive.Binding, len(all))
	for i, b := range all {
		out[i] = a.bound(b)
	}
	return out
}

// Remember implements directive.Library.
func (a bindingLibrary) Remember(ctx context.Context, tx *db.Tx, unit, paper string, leaf directive.Leaf, ids []string) error {
	_, err := a.Rooms.Bindings.Remember(ctx, tx, unit, paper, askedOf(leaf), ids)
	return err
}

// bound is a binding with the figures and forms that the pack in force gives it.
func (a *App) bound(b binding.Binding) directive.Binding {
	pack := a.pack()
	out := directive.Binding{ID: b.ID, VI: b.Label.VI, EN: b.Label.EN, Kind: directive.BindingKind(b.Kind), Evidence: proofs(b.Evidence, i18n.Vietnamese), EvidenceEN: proofs(b.Evidence, i18n.English)}
	if room, ok := a.Rooms.Bindings.Library.Room(b.WaitsFor); ok {
		out.WaitsFor = room.Label.VI
	}
	for _, m := range b.Measures {
		g := directive.Goal{Key: m.Key, Unit: m.Target.Unit}
		switch {
		case m.Target.Least != nil:
			g.Target, g.Least = *m.Target.Least, true
		case m.Target.Most != nil:
			g.Target, g.Most = *m.Target.Most, true
		case m.Target.Threshold != "":
			if t, ok := pack.Threshold(m.Target.Threshold); ok {
				g.Target = float64(t.Value)
				known, _ := a.Rooms.Measures.Measure(m.Key)
				g.Least, g.Most = known.Direction != measure.Less, known.Direction == measure.Less
			}
		}
		out.Measures = append(out.Measures, g)
	}
	for _, t := range b.Obligations {
		out.Obligations = append(out.Obligations, directive.Template{VI: t.Title.VI, EN: t.Title.EN, FormID: t.Form(pack)})
	}
	return out
}

func proofs(list []rulepack.Label, lang i18n.Language) string {
	said := make([]string, len(list))
	for i, l := range list {
		said[i] = l.In(string(lang))
	}
	return strings.Join(said, "; ")
}
