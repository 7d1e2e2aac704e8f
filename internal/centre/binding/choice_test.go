// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// each runs test on both engines, with units a and b below root.
func each(t *testing.T, test func(t *testing.T, d *db.DB, s *binding.Service)) {
	t.Parallel()
	l, packs := library(t), laws(t)
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, binding.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, d, binding.New(binding.Deps{Records: d, Now: func() time.Time { return t0 }, Laws: packs, Library: l, Registered: func(string) bool { return true },
			Titles: func(context.Context, string) string { return "" }, Topics: func(string) ([]string, map[string]string) { return nil, nil }}))
	})
}

func as(t *testing.T, id string, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: id, Name: id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func remember(ctx context.Context, d *db.DB, s *binding.Service, unit, paper string, leaf binding.Leaf, ids ...string) (c binding.Choice, err error) {
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err = s.Remember(ctx, tx, unit, paper, leaf, ids)
		return err
	})
	return c, err
}

func proposed(t *testing.T, ctx context.Context, s *binding.Service, leaf binding.Leaf) (ids []string, reason []string) {
	t.Helper()
	got, err := s.Propose(ctx, leaf)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		ids = append(ids, p.Binding.ID)
	}
	if len(got) > 0 {
		reason = got[0].Reason
	}
	return ids, reason
}

var audited = []binding.Topic{{Key: "audit", Score: 9}}

// TestAChoiceIsRemembered follows a choice from one directive to the next.
func TestAChoiceIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *binding.Service) {
		mai, lan, nam := as(t, "mai", auth.Centre, "root"), as(t, "lan", auth.UnitOfficer, "a"), as(t, "nam", auth.UnitOfficer, "b")
		leaf := binding.Leaf{Text: "Kiểm tra, đánh giá an toàn các cổng thông tin của đơn vị trước ngày 15/12/2026.", Topics: audited}
		first, _ := proposed(t, mai, s, leaf)
		if first[0] != "assessment" {
			t.Fatalf("%v", first)
		}
		c, err := remember(lan, d, s, "a", "12/UBND-VX", leaf, "hunt", "vulnerabilities", "hunt", "")
		if err != nil || !slices.Equal(c.Bindings, []string{"hunt", "vulnerabilities"}) || c.Uses != 1 {
			t.Fatalf("%+v %v", c, err)
		}
		next := binding.Leaf{Text: "Kiểm tra, đánh giá an toàn các cổng thông tin của đơn vị trước ngày 20/6/2027.", Topics: audited}
		ids, reason := proposed(t, lan, s, next)
		if !slices.Equal(ids[:2], []string{"hunt", "vulnerabilities"}) || reason[0] != "@12/UBND-VX" || !slices.Contains(ids, "assessment") {
			t.Errorf("the same demand of another year: %v %v", ids, reason)
		}
		near := binding.Leaf{Text: "Tổ chức kiểm tra, đánh giá an toàn các cổng thông tin của đơn vị trong quý I.", Topics: audited}
		if ids, _ := proposed(t, mai, s, near); ids[0] != "hunt" {
			t.Errorf("a demand of nearly the same words: %v", ids)
		}
		if ids, _ := proposed(t, nam, s, next); ids[0] != "assessment" {
			t.Errorf("another unit sees the choice: %v", ids)
		}
		if ids, _ := proposed(t, mai, s, binding.Leaf{Text: next.Text}); len(ids) > 0 {
			t.Errorf("bound though the text has no topic: %v", ids)
		}
		other := binding.Leaf{Text: "Định kỳ đánh giá tổng thể và gửi kết quả.", Topics: audited}
		if ids, _ := proposed(t, lan, s, other); ids[0] != "assessment" {
			t.Errorf("a demand of other words: %v", ids)
		}
		again, err := remember(lan, d, s, "a", "15/UBND-VX", next, "assessment")
		if err != nil || again.ID != c.ID || again.Uses != 2 || again.Paper != "15/UBND-VX" {
			t.Fatalf("%+v %v", again, err)
		}
		if _, total, err := s.Choices(mai, binding.Filter{Limit: 9}); err != nil || total != 1 {
			t.Errorf("%d choices, %v", total, err)
		}
		if list, _, err := s.Choices(mai, binding.Filter{Limit: 9, Search: "cong thong tin", Topic: "audit"}); err != nil || len(list) != 1 {
			t.Errorf("not found: %v", err)
		}
	})
}

// TestChoicesAreKept holds what may not be stored, and who may change what.
func TestChoicesAreKept(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *binding.Service) {
		mai, lan, nam, view := as(t, "mai", auth.Centre, "root"), as(t, "lan", auth.UnitOfficer, "a"), as(t, "nam", auth.UnitOfficer, "b"), as(t, "v", auth.Viewer, "root")
		leaf := binding.Leaf{Text: "Rà soát lỗ hổng.", Topics: audited}
		for name, ids := range map[string][]string{"unknown": {"nothing"}, "none": {""}, "too many": {"press", "hunt", "awareness", "assessment", "contacts", "hotline"}} {
			if _, err := remember(mai, d, s, "root", "", leaf, ids...); fault.Of(err).Fields["binding"] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := remember(mai, d, s, "root", "", binding.Leaf{Text: " 12/2026 "}, "press"); fault.Of(err).Fields["said"] == "" {
			t.Errorf("no words: %v", err)
		}
		if _, err := remember(nam, d, s, "a", "", leaf, "press"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("for another unit: %v", err)
		}
		if _, err := remember(view, d, s, "root", "", leaf, "press"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by a viewer: %v", err)
		}
		c, err := remember(lan, d, s, "a", strings.Repeat("x", 300), leaf, "press")
		if err != nil || len(c.Paper) != 200 {
			t.Fatal(len(c.Paper), err)
		}
		if _, err := s.Choice(nam, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit sees it: %v", err)
		}
		if _, err := s.Amend(nam, c.ID, c.Version, []string{"hunt"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit changes it: %v", err)
		}
		if _, err := s.Amend(lan, c.ID, c.Version, []string{"nothing"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown binding: %v", err)
		}
		now, err := s.Amend(mai, c.ID, c.Version, []string{"hunt", "", "press"})
		if err != nil || now.Version != c.Version+1 || !slices.Equal(now.Bindings, []string{"hunt", "press"}) || now.Name != "mai" {
			t.Fatalf("%+v %v", now, err)
		}
		if _, err := s.Amend(lan, c.ID, c.Version, []string{"press"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		if err := s.Forget(nam, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit removes it: %v", err)
		}
		if _, total, err := s.Choices(mai, binding.Filter{Limit: 9, Unit: "b"}); err != nil || total != 0 {
			t.Errorf("%d of another unit, %v", total, err)
		}
		if err := s.Forget(lan, c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Choice(mai, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("still there: %v", err)
		}
		if ids, _ := proposed(t, lan, s, leaf); slices.Contains(ids, "press") {
			t.Errorf("still proposed: %v", ids)
		}
		var acts []string
		if err := d.Read().NewRaw("SELECT action FROM audit_entry WHERE kind = 'binding_choice' ORDER BY id").Scan(t.Context(), &acts); err != nil ||
			!slices.Equal(acts, []string{"binding.choose", "binding.amend", "binding.forget"}) {
			t.Errorf("%v %v", acts, err)
		}
	})
}
