// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// more adds a unit to the province.
func (o *office) more(name string) string {
	o.t.Helper()
	u, err := unit.New(o.db, kinds, o.Now).Create(o.as(auth.Centre, o.root), unit.Unit{Name: name, Kind: "so", ParentID: unit.ID(o.root)})
	if err != nil {
		o.t.Fatal(err)
	}
	return string(u.ID)
}

func (o *office) got(id series.ID) series.Series {
	o.t.Helper()
	x, _, err := o.Get(o.as(auth.Centre, o.root), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return x
}

// ends ends a unit in favour of others.
func (o *office) ends(id string, heirs ...string) {
	b := series.Body{ID: id, Name: "Sở Cũ", Kind: "so", Ended: true}
	for _, h := range heirs {
		b.Heirs = append(b.Heirs, series.Heir{ID: h, Name: "Sở " + h})
	}
	o.bodies = map[string]series.Body{id: b}
}

func (o *office) trail(id series.ID) (acts []string) {
	o.t.Helper()
	rows, err := audit.Of(o.t.Context(), o.db, "series", string(id), 50)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, r := range rows {
		acts = append(acts, r.Action+" "+r.ActorID)
	}
	return acts
}

// The report of a unit that was merged goes on with the unit in its place, in the
// trail and once; what was made stays with the one that made it.
func TestADefinitionFollowsAMerger(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		x := o.add(quarterly())
		o.turn(day(2026, 12, 20, 8))
		heir := o.more("Sở Mới")
		o.ends(o.a, heir)
		o.turn(day(2027, 1, 5, 8))
		x = o.got(x.ID)
		if x.Unit != heir || x.WasUnit != o.a || x.WasName != "Sở Cũ" || x.FollowedAt.IsZero() || x.State != series.Active || x.Version != 2 {
			t.Fatalf("it is %+v", x)
		}
		if acts := o.trail(x.ID); !slices.Contains(acts, "series.follow system") {
			t.Errorf("trail %v", acts)
		}
		told := slices.IndexFunc(o.told, func(x series.Told) bool { return x.Kind == "followed" })
		if told < 0 || o.told[told].Series.Unit != heir || o.told[told].From != "Sở Cũ" {
			t.Errorf("told %+v", o.told)
		}
		o.turn(day(2027, 3, 20, 8))
		if len(o.made) != 2 || o.made[0].Unit != o.a || o.made[1].Unit != heir {
			t.Errorf("drafts %+v", o.made)
		}
		if s := o.standings(x.ID); s["2026-Q4"] != series.Drafted || s["2027-Q1"] != series.Drafted {
			t.Errorf("%v", s)
		}
		var owed []string
		if err := d.Read().NewRaw("SELECT unit_id FROM obligation ORDER BY id").Scan(t.Context(), &owed); err != nil || !slices.Equal(owed, []string{o.a, heir}) {
			t.Errorf("owed by %v, %v", owed, err)
		}
		// The reform is taken back: so is what came of it.
		o.bodies = map[string]series.Body{heir: {}}
		o.turn(day(2027, 3, 21, 8))
		if x = o.got(x.ID); x.Unit != o.a || x.WasUnit != "" || !x.FollowedAt.IsZero() {
			t.Errorf("after the reform was taken back it is %+v", x)
		}
	})
}

// Of two units merged into one with the same report, one definition goes on and
// the other says which.
func TestOfTwoMergedOneReportGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		first := o.add(quarterly())
		heir, other, mine := o.more("Sở Mới"), o.more("Sở Kia"), o.a
		o.a = other
		second := o.add(quarterly())
		third := o.add(series.Plan{Form: "F12", Duty: "bao-cao-nam-van-hanh", Every: "year", Lead: 5})
		o.ends(mine, heir)
		o.bodies[other] = series.Body{ID: other, Name: "Sở Kia", Ended: true, Heirs: []series.Heir{{ID: heir, Name: "Sở Mới"}}}
		o.turn(day(2026, 12, 20, 8))
		if x := o.got(first.ID); x.Unit != heir || x.State != series.Active {
			t.Errorf("the first is %+v", x)
		}
		if x := o.got(second.ID); x.Unit != heir || x.State != series.Stopped || x.TakenBy != first.ID {
			t.Errorf("the second is %+v", x)
		}
		if x := o.got(third.ID); x.Unit != heir || x.State != series.Active || x.TakenBy != "" {
			t.Errorf("another report is %+v", x)
		}
		if quarters := slices.DeleteFunc(slices.Clone(o.made), func(a series.Ask) bool { return a.Form != "F4" }); len(quarters) != 1 {
			t.Errorf("drafts %+v", quarters)
		}
		x, err := o.Resume(o.as(auth.Centre, o.root), second.ID, o.got(second.ID).Version)
		if err != nil || x.TakenBy != "" {
			t.Errorf("resumed %+v, %v", x, err)
		}
	})
}

// When the reform is taken back, the definition that was stopped for a twin runs
// again for its own unit.
func TestWhatWasStoppedForATwinComesBackWithItsUnit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		first := o.add(quarterly())
		heir, other, mine := o.more("Sở Mới"), o.more("Sở Kia"), o.a
		o.a = other
		second := o.add(quarterly())
		o.ends(mine, heir)
		o.bodies[other] = series.Body{ID: other, Name: "Sở Kia", Ended: true, Heirs: []series.Heir{{ID: heir, Name: "Sở Mới"}}}
		o.turn(day(2026, 12, 1, 8))
		if x := o.got(second.ID); x.State != series.Stopped || x.TakenBy != first.ID {
			t.Fatalf("the second is %+v", x)
		}
		o.bodies = map[string]series.Body{heir: {}}
		o.turn(day(2026, 12, 20, 8))
		for unit, id := range map[string]series.ID{mine: first.ID, other: second.ID} {
			if x := o.got(id); x.Unit != unit || x.State != series.Active || x.TakenBy != "" || x.WasUnit != "" {
				t.Errorf("after the reform was taken back it is %+v", x)
			}
		}
		if len(o.made) != 2 {
			t.Errorf("drafts %+v", o.made)
		}
	})
}

// Of a unit that was split a person says which part goes on; until then nothing is
// made, and the definition says why.
func TestAfterASplitAPersonChooses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		x := o.add(quarterly())
		one, two := o.more("Sở Một"), o.more("Sở Hai")
		o.ends(o.a, one, two)
		o.turn(day(2026, 12, 20, 8))
		ctx := o.as(auth.Centre, o.root)
		f, err := o.Open(ctx, x.ID)
		if err != nil || f.Problem != series.NoHeir || f.Why != series.NoHeir || len(o.made) != 0 {
			t.Fatalf("it is %+v with %d drafts, %v", f.Series, len(o.made), err)
		}
		if len(o.told) != 1 || o.told[0].Kind != "failed" || o.told[0].Reason != series.NoHeir {
			t.Errorf("told %+v", o.told)
		}
		if _, err := o.Follow(ctx, x.ID, o.root, f.Version); fault.Of(err).Fields["unit"] != "series.bad.heir" {
			t.Errorf("given to a unit that is not in its place: %v", err)
		}
		if _, err := o.Follow(ctx, x.ID, two, f.Version+1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale page: %v", err)
		}
		if _, err := o.Follow(o.as(auth.UnitOfficer, o.a), x.ID, two, f.Version); fault.Of(err).Fields["unit"] != "series.bad.unit" {
			t.Errorf("given to a unit out of sight: %v", err)
		}
		got, err := o.Follow(ctx, x.ID, two, f.Version)
		if err != nil || got.Unit != two || got.Problem != "" {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := o.Follow(ctx, x.ID, one, got.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("given away again: %v", err)
		}
		if acts := strings.Join(o.trail(x.ID), " "); !strings.Contains(acts, "series.follow an") {
			t.Errorf("trail %v", acts)
		}
		o.turn(day(2026, 12, 21, 8))
		if len(o.made) != 1 || o.made[0].Unit != two {
			t.Errorf("drafts %+v", o.made)
		}
	})
}
