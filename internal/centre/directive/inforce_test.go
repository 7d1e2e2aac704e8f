// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// TestAllInForceAreWhatEachIsAlone reads several directives at once and one by one, by
// the centre, by a unit and by nobody's reader: both say the same, the newest first.
func TestAllInForceAreWhatEachIsAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		if list, err := h.InForce(mai); err != nil || len(list) != 0 {
			t.Errorf("of nothing: %+v, %v", list, err)
		}
		var issued []directive.ID
		for _, units := range [][]int{{7, 8}, {8, 9, 10}, {7}} {
			d := h.settled(t, mai, paper)
			if _, err := h.Issue(mai, d.ID, to(units...), 0); err != nil {
				t.Fatal(err)
			}
			issued = append(issued, d.ID)
		}
		h.settled(t, mai, later) // not issued
		if _, err := h.Withdraw(mai, issued[1], "", unitName(9), "sai nơi nhận"); err != nil {
			t.Fatal(err)
		}
		ended := h.settled(t, mai, later)
		if _, err := h.Issue(mai, ended.ID, to(7), 0); err != nil {
			t.Fatal(err)
		}
		f, err := h.Get(mai, ended.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Close(mai, ended.ID, "Đã xong.", f.Version); err != nil {
			t.Fatal(err)
		}
		for name, who := range map[string]struct {
			ctx  context.Context
			sees []directive.ID
		}{
			"the centre": {mai, []directive.ID{issued[2], issued[1], issued[0]}},
			"a unit":     {as(t, "nam", auth.UnitOfficer, unitName(8)), []directive.ID{issued[1], issued[0]}},
			"another":    {as(t, "lan", auth.UnitOfficer, unitName(11)), nil},
		} {
			list, err := h.InForce(who.ctx)
			if err != nil || len(list) != len(who.sees) {
				t.Fatalf("%s sees %d, %v", name, len(list), err)
			}
			for n, id := range who.sees {
				alone, err := h.Board(who.ctx, id)
				if err != nil || !reflect.DeepEqual(list[n], alone) || len(alone.Items) != 3 || len(alone.Units) == 0 || len(alone.Items[0].Units) != len(alone.Units) {
					t.Errorf("%s: %s is\n%+v\nof all, and alone\n%+v, %v", name, id, list[n], alone, err)
				}
			}
		}
	})
}

// TestWhatIsLateStandsFirst issues two directives of which the older one falls due
// first, and turns the pages of the list.
func TestWhatIsLateStandsFirst(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		issue := func(last calendar.Date) directive.ID {
			d := h.settled(t, mai, paper)
			if _, err := h.Issue(mai, d.ID, directive.Sending{To: []string{"unit:" + unitName(7)}, Last: last}, d.Version); err != nil {
				t.Fatal(err)
			}
			return d.ID
		}
		old := issue(calendar.DateOf(h.now).AddDays(1))
		h.now = h.now.Add(time.Second)
		newer := issue(calendar.DateOf(h.now).AddDays(90))
		draft := h.settled(t, mai, paper).ID
		order := func(ctx context.Context, f directive.Filter) (out []directive.ID) {
			t.Helper()
			f.Limit = 10
			list, _, err := h.List(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range list {
				out = append(out, d.ID)
			}
			return out
		}
		if got := order(mai, directive.Filter{Late: true}); !slices.Equal(got, []directive.ID{draft, newer, old}) {
			t.Errorf("nothing is late: %v", got)
		}
		h.now = h.now.AddDate(0, 0, 3)
		if got := order(mai, directive.Filter{Late: true}); !slices.Equal(got, []directive.ID{old, draft, newer}) {
			t.Errorf("the old one is late: %v", got)
		}
		if got := order(mai, directive.Filter{Late: true, From: 1}); !slices.Equal(got, []directive.ID{draft, newer}) {
			t.Errorf("behind the first: %v", got)
		}
		if got := order(mai, directive.Filter{}); !slices.Equal(got, []directive.ID{draft, newer, old}) {
			t.Errorf("the newest first: %v", got)
		}
		if got := order(as(t, "lan", auth.UnitOfficer, unitName(8)), directive.Filter{Late: true}); len(got) != 0 {
			t.Errorf("a unit it was not sent to sees %v", got)
		}
	})
}
