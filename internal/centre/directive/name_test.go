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

// TestAnUnknownNameIsAsked: a demand on somebody whom the register does not know
// goes to nobody before a person said who that is.
func TestAnUnknownNameIsAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		text := strings.NewReplacer("1. Rà quét", "1. Hội Tin học tỉnh chủ trì rà quét", "2. Báo cáo", "2. Hội Tin học tỉnh báo cáo").Replace(paper)
		d, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: text})
		if err != nil {
			t.Fatal(err)
		}
		f, err := h.Get(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		one := f.Leaves()[0]
		if len(one.Unknown) != 1 || one.Unknown[0] != "Hội Tin học tỉnh" || len(one.Actors) != 0 || one.Sure {
			t.Fatalf("asked: %q of %q, to %+v", one.Unknown, one.Said, one.Actors)
		}
		if _, err := h.Decide(mai, d.ID, one.ID, one.Version, directive.Decision{State: directive.Agreed}); fault.Of(err).Fields["actors"] == "" {
			t.Errorf("agreed to with a name that nobody has: %v", err)
		}
		for field, bad := range map[string]string{"body": "unit:gone"} {
			if _, err := h.Mean(mai, d.ID, one.ID, one.Unknown[0], bad, false, one.Version); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", bad, err)
			}
		}
		if _, err := h.Mean(mai, d.ID, one.ID, "Ai đó", "all", false, one.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a name that was not asked: %v", err)
		}
		n, err := h.Mean(mai, d.ID, one.ID, one.Unknown[0], "unit:"+unitName(4), true, one.Version)
		if err != nil || n != 2 {
			t.Fatalf("%d, %v", n, err)
		}
		if _, err := h.Mean(mai, d.ID, one.ID, one.Unknown[0], "all", false, one.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		if f, err = h.Get(mai, d.ID); err != nil || len(f.Leaves()[1].Unknown) != 0 || f.Leaves()[1].Actors[0].ID != unitName(4) {
			t.Errorf("%+v, %v", f.Leaves()[1].Actors, err)
		}
		again, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: text})
		if err != nil {
			t.Fatal(err)
		}
		if f, err = h.Get(mai, again.ID); err != nil || len(f.Leaves()[0].Unknown) != 0 || f.Leaves()[0].Actors[0].ID != unitName(4) {
			t.Errorf("it was not remembered: %+v, %v", f.Leaves()[0], err)
		}
	})
}
