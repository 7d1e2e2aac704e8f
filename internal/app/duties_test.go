// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// TestALateTaskGoesUpStepByStep gives a commune a task and follows who is told:
// first its officer, or the person it was given to, when late its head, then the
// province; each once a step; nobody of another commune ever.
func TestALateTaskGoesUpStepByStep(t *testing.T) {
	t.Parallel()
	now := t0.Add(2 * 24 * time.Hour) // a Monday
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	person := func(login string, role auth.Role, home string) context.Context {
		a, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: login, Name: "Người " + login, Home: home, Grants: []auth.Grant{{Role: role, Unit: home}}})
		if err != nil {
			t.Fatal(err)
		}
		return auth.With(t.Context(), a.Actor())
	}
	commune := func(name string) string {
		return string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã " + name, Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID)
	}
	an, binh := commune("An"), commune("Bình")
	officer, second, head := person("canbo.an", auth.UnitOfficer, an), person("hai.an", auth.UnitOfficer, an), person("chutich.an", auth.Leader, an)
	above, other := person("trungtam", auth.Centre, h.root), person("canbo.binh", auth.UnitOfficer, binh)
	o := must(h.Rooms.Obligations.Give(ctx, obligation.Task{Title: "Rà soát", Units: []string{an}, Addressee: "Sở", Basis: "CV 1", Last: calendar.DateOf(now).AddDays(23)}))(t)[0]
	told := func(after time.Duration, want ...int64) {
		t.Helper()
		now = o.DueAt.Add(after)
		for range 2 {
			if err := h.Rooms.Obligations.Remind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var got []int64
		for _, who := range []context.Context{officer, second, head, above, other} {
			var n int64
			for kind, times := range h.told(t, who) {
				if strings.HasPrefix(kind, "obligation.") {
					n += times
				}
			}
			got = append(got, n)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v after the end: %v, want %v", after, got, want)
		}
	}
	told(-169*time.Hour, 0, 0, 0, 0, 0)
	told(-168*time.Hour, 1, 1, 0, 0, 0)
	who, _ := auth.From(officer)
	must(h.Rooms.Obligations.Assign(ctx, o.ID, obligation.Person{ID: who.ID, Name: who.Name}, "", o.Version))(t)
	told(-24*time.Hour, 2, 1, 0, 0, 0)
	told(25*time.Hour, 3, 1, 1, 0, 0) // the end itself was missed: the latest step stands for it
	told(73*time.Hour, 4, 1, 2, 1, 0)
	if list := must(h.Rooms.Obligations.Reminders(ctx, o.ID))(t); len(list) != 4 || list[3].People != 4 {
		t.Errorf("%+v", list)
	}
}

// TestPeriodicDutiesFollowTheUnits turns the yearly report on for all communes
// and merges two of them.
func TestPeriodicDutiesFollowTheUnits(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	centre := auth.With(t.Context(), auth.Actor{ID: "cb", Name: "Cán bộ", Home: h.root, Grants: []auth.Grant{{Role: auth.Centre, Unit: h.root}, {Role: auth.Administrator, Unit: h.root}}})
	var ids []unit.ID
	for _, name := range []string{"An", "Bình", "Chung"} {
		ids = append(ids, must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã " + name, Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID)
	}
	group := must(h.Rooms.Units.SaveGroup(centre, unit.Group{Name: "các xã điểm", Members: ids[:2]}))(t)
	must(0, h.Rooms.Obligations.Enable(centre, "bao-cao-nam-van-hanh", "kinds"))(t)
	must(0, h.Rooms.Obligations.Enable(centre, "ra-quet-quy", "group:"+string(group.ID)))(t)
	owed := func() []string {
		t.Helper()
		for range 2 {
			must(0, h.Rooms.Obligations.OpenPeriods(t.Context()))(t)
		}
		var out []string
		for _, o := range must(h.Rooms.Obligations.List(centre, obligation.Filter{State: obligation.Open, Kind: obligation.PeriodKind}))(t).Rows {
			out = append(out, o.Subject.ID+" "+string(o.UnitID))
		}
		slices.Sort(out)
		return out
	}
	want := []string{}
	for i, id := range ids {
		want = append(want, "bao-cao-nam-van-hanh@2026 "+string(id))
		if i < 2 {
			want = append(want, "ra-quet-quy@2026-Q4 "+string(id))
		}
	}
	slices.Sort(want)
	if got := owed(); !slices.Equal(got, want) {
		t.Fatalf("%v\nwant %v", got, want)
	}
	// An ends and Bình stands in its place.
	must(0, h.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw("UPDATE unit SET valid_until = ? WHERE id = ?", calendar.DateOf(now).AddDays(1).Start().UnixMilli(), ids[0]).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("INSERT INTO unit_successor (unit_id, successor_id) VALUES (?, ?)", ids[0], ids[1]).Exec(ctx)
		return err
	}))(t)
	now = now.Add(2 * 24 * time.Hour)
	want = slices.DeleteFunc(want, func(s string) bool { return strings.HasSuffix(s, string(ids[0])) })
	if got := owed(); !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}
