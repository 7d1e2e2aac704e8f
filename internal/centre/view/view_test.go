// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package view_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/view"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// each runs test on both engines, with units root over a (over a1) and b.
func each(t *testing.T, test func(t *testing.T, s *view.Service)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, view.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "a1"}, {"root", "b"}, {"a", "a"}, {"a", "a1"}, {"a1", "a1"}, {"b", "b"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, view.New(view.Deps{Records: d, Now: func() time.Time { return t0 },
			Area: func(path string) (auth.Area, bool) {
				areas := map[string]auth.Area{"/incidents": auth.Incidents, "/units": auth.Units}
				area, ok := areas[path]
				return area, ok
			},
			Names: func(_ context.Context, ids []string) (map[string]string, error) {
				out := map[string]string{}
				for _, id := range ids {
					out[id] = "xã " + id
				}
				return out, nil
			}}))
	})
}

func as(t *testing.T, id string, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: id, Name: id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func names(t *testing.T, s *view.Service, ctx context.Context, path string) string {
	t.Helper()
	list, err := s.List(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range list {
		out = append(out, v.Name)
	}
	return strings.Join(out, ",")
}

func TestWhoFindsAView(t *testing.T) {
	each(t, func(t *testing.T, s *view.Service) {
		ofA, ofA1, ofB := as(t, "anh", auth.UnitOfficer, "a"), as(t, "mai", auth.UnitOfficer, "a1"), as(t, "bao", auth.UnitOfficer, "b")
		centre, admin := as(t, "tam", auth.Centre, "root"), as(t, "quan", auth.Administrator, "a")
		own, err := s.Save(ofA, view.View{Path: "/incidents", Query: "?state=all&q=x&after=9", Name: " Của  tôi "}, false)
		if err != nil {
			t.Fatal(err)
		}
		if own.Query != "q=x&state=all" || own.Name != "Của tôi" {
			t.Errorf("kept as %q %q", own.Query, own.Name)
		}
		shared, err := s.Save(ofA, view.View{Path: "/incidents", Query: "q=y", Name: "Chung", Shared: "a"}, false)
		if err != nil {
			t.Fatal(err)
		}
		for who, c := range map[string]struct {
			ctx  context.Context
			want string
		}{"the owner": {ofA, "Chung,Của tôi"}, "an officer below": {ofA1, "Chung"}, "an officer of another unit": {ofB, ""},
			"the centre, which belongs to neither": {centre, ""}, "who may not read cases": {admin, ""}} {
			if c.ctx == admin {
				if _, err := s.List(c.ctx, "/incidents"); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s: %v", who, err)
				}
			} else if got := names(t, s, c.ctx, "/incidents"); got != c.want {
				t.Errorf("%s finds %q, want %q", who, got, c.want)
			}
			if got := names(t, s, c.ctx, ""); got != c.want {
				t.Errorf("%s finds %q of all lists, want %q", who, got, c.want)
			}
		}
		if _, err := s.Get(ofB, shared.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's view by id: %v", err)
		}
		if _, err := s.Get(ofA1, own.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's private view by id: %v", err)
		}
		if _, err := s.Delete(ofA1, shared.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another deletes a shared view: %v", err)
		}
		if _, err := s.Change(ofA1, shared.ID, "Lấy", "", "", 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another renames a shared view: %v", err)
		}
	})
}

func TestWhatCannotBeSaved(t *testing.T) {
	each(t, func(t *testing.T, s *view.Service) {
		officer, viewer := as(t, "anh", auth.UnitOfficer, "a"), as(t, "xem", auth.Inspector, "a")
		for name, c := range map[string]struct {
			ctx   context.Context
			v     view.View
			field string
		}{
			"no name":                     {officer, view.View{Path: "/incidents"}, "name"},
			"a long name":                 {officer, view.View{Path: "/incidents", Name: strings.Repeat("ố", 81)}, "name"},
			"a query that does not read":  {officer, view.View{Path: "/incidents", Name: "x", Query: "%zz"}, "query"},
			"a long query":                {officer, view.View{Path: "/incidents", Name: "x", Query: "q=" + strings.Repeat("x", 3000)}, "query"},
			"shared with another's unit":  {officer, view.View{Path: "/incidents", Name: "x", Shared: "b"}, "unit"},
			"shared with the unit above":  {officer, view.View{Path: "/incidents", Name: "x", Shared: "root"}, "unit"},
			"shared by who may only read": {viewer, view.View{Path: "/incidents", Name: "x", Shared: "a"}, "unit"},
		} {
			if _, err := s.Save(c.ctx, c.v, false); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Save(officer, view.View{Path: "/nowhere", Name: "x"}, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("a list that is not: %v", err)
		}
		for n := range 30 {
			if _, err := s.Save(officer, view.View{Path: "/units", Name: fmt.Sprint("x", n)}, false); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"x1", "x30"} { // taken, too many
			if _, err := s.Save(officer, view.View{Path: "/units", Name: name}, false); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestOneViewOpensFirst(t *testing.T) {
	each(t, func(t *testing.T, s *view.Service) {
		anh, mai := as(t, "anh", auth.UnitOfficer, "a"), as(t, "mai", auth.UnitOfficer, "a1")
		opens := func(ctx context.Context, want string) {
			t.Helper()
			if got, err := s.First(ctx, "/incidents"); got != want || err != nil {
				t.Errorf("%q opens first, %v; want %q", got, err, want)
			}
		}
		one, err := s.Save(anh, view.View{Path: "/incidents", Query: "q=1", Name: "Một", Shared: "a"}, true)
		if err != nil {
			t.Fatal(err)
		}
		opens(anh, "q=1")
		opens(mai, "") // each person chooses
		two, err := s.Save(anh, view.View{Path: "/incidents", Query: "q=2", Name: "Hai"}, true)
		if err != nil {
			t.Fatal(err)
		}
		opens(anh, "q=2")
		if _, err := s.OpenFirst(mai, one.ID, true); err != nil {
			t.Fatal(err)
		}
		opens(mai, "q=1")
		if _, err := s.OpenFirst(anh, two.ID, false); err != nil {
			t.Fatal(err)
		}
		opens(anh, "")
		if _, err := s.Change(anh, one.ID, "Một", "dùng khi trực", "", one.Version); err != nil { // no longer shared
			t.Fatal(err)
		}
		opens(mai, "")
		if _, err := s.Change(anh, one.ID, "Cũ", "", "", one.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		if _, err := s.Delete(anh, one.ID); err != nil {
			t.Fatal(err)
		}
		if got := names(t, s, anh, "/incidents"); got != "Hai" {
			t.Errorf("left are %q", got)
		}
	})
}
