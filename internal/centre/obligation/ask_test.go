// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web"
)

func TestTimeThatAUnitAsksForIsGivenByAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, centre := newBench(t, d), as(t, "truc", auth.Centre, "tinh")
		var heard []string
		b.svc = obligation.New(obligation.Deps{Records: d, Now: func() time.Time { return b.now },
			Asked: func(_ context.Context, _ *db.Tx, o obligation.Obligation, asked obligation.Term, answered bool) error {
				heard = append(heard, asked.ByID+" "+strconv.FormatInt(asked.Seq, 10)+" "+strconv.FormatBool(answered))
				return nil
			}})
		unit, head := as(t, "xa", auth.UnitOfficer, "a"), as(t, "lanh-dao", auth.Leader, "tinh")
		o := b.open(centre, duty("a", "i1", "24h", t0, 24))
		last := calendar.Date{Year: 2026, Month: 11, Day: 25}
		for _, c := range []struct {
			day    calendar.Date
			reason string
		}{{calendar.Date{}, "x"}, {calendar.Date{Year: 2026, Month: 11, Day: 20}, "x"}, {last, ""}} {
			if _, err := b.svc.Ask(unit, o.ID, c.day, c.reason, o.Version); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v %q: %v", c.day, c.reason, err)
			}
		}
		if _, err := b.svc.Ask(head, o.ID, last, "x", o.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who may not write asked: %v", err)
		}
		asked, err := b.svc.Ask(unit, o.ID, last, "máy chủ đang thay", o.Version)
		if err != nil || asked.Claim == 0 || !asked.DueAt.Equal(o.DueAt) || b.audits("obligation.ask") != 1 {
			t.Fatalf("%+v, %v", asked, err)
		}
		if _, err := b.svc.Ask(unit, o.ID, last, "nữa", asked.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		b.recompute(centre, duty("a", "i1", "24h", t0, 24)) // the same facts again take nothing away
		p, err := b.svc.List(head, obligation.Filter{State: obligation.Open, Asked: true})
		if err != nil || p.Total != 1 {
			t.Fatalf("%d wait, %v", p.Total, err)
		}
		got, err := b.svc.Grant(head, o.ID, "có lý do", asked.Version)
		if err != nil || !got.DueAt.Equal(last.End()) || !got.ExtendedTo.Equal(last.End()) || got.Claim != 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		terms, err := b.svc.Terms(head, o.ID)
		if err != nil || len(terms) != 3 || !terms[1].MoreTime() || terms[2].Cause != obligation.TermExtended {
			t.Errorf("%+v, %v", terms, err)
		}
		got, err = b.svc.Ask(unit, o.ID, last.AddDays(9), "vẫn chưa xong", got.Version)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = b.svc.Refuse(head, o.ID, "đã gia hạn một lần", got.Version); err != nil || got.Claim != 0 || !got.DueAt.Equal(last.End()) {
			t.Errorf("%+v, %v", got, err)
		}
		long := b.open(centre, duty("b", "i2", "24h", t0, 24))
		if long, err = b.svc.Ask(as(t, "xb", auth.UnitOfficer, "b"), long.ID, last, "chờ thiết bị", long.Version); err != nil {
			t.Fatal(err)
		}
		b.recompute(centre, duty("b", "i2", "24h", t0, 240))
		if long, err = b.svc.Grant(head, long.ID, "được", long.Version+1); err != nil || !long.DueAt.Equal(t0.Add(240*time.Hour)) {
			t.Errorf("granting took time away: %+v, %v", long, err)
		}
		if got, err = b.svc.Ask(unit, o.ID, last.AddDays(9), "thiết bị còn ở hải quan", got.Version); err != nil {
			t.Fatal(err)
		}
		if got, err = b.svc.Extend(head, o.ID, last.AddDays(3), "được ba ngày", got.Version); err != nil || got.Claim != 0 || !got.DueAt.Equal(last.AddDays(3).End()) {
			t.Errorf("%+v, %v", got, err)
		}
		heard = slices.DeleteFunc(heard, func(s string) bool { return strings.HasPrefix(s, "xb") })
		if want := []string{"xa 2 false", "xa 2 true", "xa 4 false", "xa 4 true", "xa 6 false", "xa 6 true"}; !slices.Equal(heard, want) {
			t.Errorf("told of %q, want %q", heard, want)
		}
	})
}

func TestActsStandWhereTheyCanBeDone(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		o := b.open(as(t, "truc", auth.Centre, "tinh"), duty("a", "i1", "24h", t0, 24))
		at := "/obligations/" + string(o.ID)
		page := func(id string, role auth.Role, unit string) string {
			return b.browse(t, auth.Actor{ID: id, Name: id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}}).get(at, 200)
		}
		for name, c := range map[string]struct {
			body string
			want map[string]bool
		}{
			"a unit's officer asks":         {page("xa", auth.UnitOfficer, "a"), map[string]bool{at + "/ask": true, at + "/extend": false, at + "/waive": false, at + "/meet": true}},
			"who opened it asks too":        {page("truc", auth.Centre, "tinh"), map[string]bool{at + "/ask": true, at + "/extend": false, at + "/waive": false}},
			"a leader decides":              {page("lanh-dao", auth.Leader, "tinh"), map[string]bool{at + "/ask": false, at + "/extend": true, at + "/waive": true, at + "/meet": false}},
			"who only reads does nothing":   {page("vt", auth.Viewer, "tinh"), map[string]bool{at + "/ask": false, at + "/extend": false, at + "/meet": false, at + "/prove": false}},
			"another officer of the centre": {page("truc2", auth.Centre, "tinh"), map[string]bool{at + "/ask": false, at + "/extend": true, at + "/meet": true}},
		} {
			for act, want := range c.want {
				if strings.Contains(c.body, act+`"`) != want {
					t.Errorf("%s: %s is there: %v", name, act, !want)
				}
			}
		}
		unit := b.browse(t, auth.Actor{ID: "xa", Name: "xa", Home: "a", Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "a"}}})
		form := url.Values{"last": {"2026-11-01"}, "reason": {"máy chủ đang thay"}, "version": {strconv.FormatInt(o.Version, 10)}}
		if body := unit.post(at+"/ask", form, 422); !strings.Contains(body, "máy chủ đang thay") {
			t.Error("what was typed is lost")
		}
		form.Set("last", "2026-11-25")
		if body := unit.post(at+"/ask", form, 200); !strings.Contains(body, "Hạn chưa đổi") || strings.Contains(body, `value="grant"`) {
			t.Error("whoever asked is told it waits, and does not answer")
		}
		if body := page("lanh-dao", auth.Leader, "tinh"); !strings.Contains(body, `value="grant"`) || !strings.Contains(body, "máy chủ đang thay") {
			t.Error("a leader cannot answer")
		}
	})
}
