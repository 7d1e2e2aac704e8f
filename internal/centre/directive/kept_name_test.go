// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestWhatANameMeansIsLookedAtCorrectedAndForgotten: what a person said once has a
// page; forgetting it only asks again, and can be taken back.
func TestWhatANameMeansIsLookedAtCorrectedAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai, other := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(4))
		text := strings.NewReplacer("1. Rà quét", "1. Hội Tin học tỉnh chủ trì rà quét").Replace(paper)
		read := func() directive.Item {
			t.Helper()
			d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: text})
			if err != nil {
				t.Fatal(err)
			}
			f, err := h.Get(mai, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			return f.Leaves()[0]
		}
		one := func(f directive.NameFilter) directive.KeptName {
			t.Helper()
			list, total, err := h.KeptNames(mai, f)
			if err != nil || len(list) != 1 || total != 1 {
				t.Fatalf("%+v, %d, %v", list, total, err)
			}
			return list[0]
		}
		if list, total, err := h.KeptNames(mai, directive.NameFilter{}); err != nil || total != 0 || len(list) != 0 {
			t.Fatalf("%+v, %d, %v", list, total, err)
		}
		asked := read()
		if _, err := h.Mean(mai, asked.Directive, asked.ID, asked.Unknown[0], "unit:"+unitName(4), true, asked.Version); err != nil {
			t.Fatal(err)
		}
		n := one(directive.NameFilter{Query: "hoi tin"})
		if n.Name != "Hội Tin học tỉnh" || n.Means.ID != unitName(4) || n.By != "mai" || n.Uses != 0 || !n.UsedAt.IsZero() || n.Gone || n.Version != 1 {
			t.Errorf("%+v", n)
		}
		if it := read(); len(it.Unknown) != 0 {
			t.Errorf("asked again: %q", it.Unknown)
		}
		if n = one(directive.NameFilter{Query: "u004"}); n.Uses != 1 || !n.UsedAt.Equal(h.now) {
			t.Errorf("it helped once: %+v", n)
		}
		for name, q := range map[string]directive.NameFilter{"other words": {Query: "hoi nong dan"}, "another body": {Unit: unitName(4)}, "forgotten": {Forgotten: true}, "behind the last": {After: n.ID}} {
			if list, _, err := h.KeptNames(mai, q); err != nil || len(list) != 0 {
				t.Errorf("%s: %+v, %v", name, list, err)
			}
		}
		if list, _, err := h.KeptNames(other, directive.NameFilter{}); err != nil || len(list) != 0 {
			t.Errorf("shown to another body: %+v, %v", list, err)
		}
		if _, err := h.Forget(other, n.ID, n.Version); !fault.Is(err, fault.NotFound) {
			t.Errorf("forgotten by another body: %v", err)
		}
		if _, err := h.Amend(mai, n.ID, "unit:gone", n.Version); fault.Of(err).Fields["body"] == "" {
			t.Errorf("means nobody: %v", err)
		}
		n, err := h.Amend(mai, n.ID, "all", n.Version)
		if err != nil || n.Means.Kind != directive.ToAll || n.Version != 2 {
			t.Fatalf("%+v, %v", n, err)
		}
		if it := read(); len(it.Unknown) != 0 || it.Actors[0].Kind != directive.ToAll {
			t.Errorf("read as before: %+v", it.Actors)
		}
		if _, err := h.Forget(mai, n.ID, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale form was taken: %v", err)
		}
		if n, err = h.Forget(mai, n.ID, n.Version); err != nil || !n.Forgotten.Equal(h.now) {
			t.Fatalf("%+v, %v", n, err)
		}
		for what, err := range map[string]error{"forgotten twice": second(h.Forget(mai, n.ID, n.Version)), "amended": second(h.Amend(mai, n.ID, "all", n.Version))} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		asked = read()
		if len(asked.Unknown) != 1 {
			t.Errorf("a forgotten name is not asked: %+v", asked)
		}
		if n = one(directive.NameFilter{Forgotten: true}); n.Uses != 2 {
			t.Errorf("%+v", n)
		}
		if n, err = h.Recall(mai, n.ID, n.Version); err != nil || !n.Forgotten.IsZero() {
			t.Fatalf("%+v, %v", n, err)
		}
		if it := read(); len(it.Unknown) != 0 {
			t.Errorf("not taken up again: %q", it.Unknown)
		}
		if n, err = h.Forget(mai, n.ID, n.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Mean(mai, asked.Directive, asked.ID, asked.Unknown[0], "unit:"+unitName(9), true, asked.Version); err != nil {
			t.Fatal(err)
		}
		if again := one(directive.NameFilter{}); again.ID != n.ID || again.Means.ID != unitName(9) || again.Version != n.Version+1 || again.Uses != 3 {
			t.Errorf("answered anew: %+v", again)
		}
	})
}

func second[T any](_ T, err error) error { return err }
