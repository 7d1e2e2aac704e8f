// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestFoundWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Found(ctx, tx, "Công an tỉnh Khác", "co_quan_tinh")
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("second Found = %v, want Conflict", err)
		}
		if empty, err := h.Empty(t.Context()); err != nil || empty {
			t.Errorf("Empty = %v, %v", empty, err)
		}
		if got, err := h.Get(h.ctx, h.root.ID); err != nil || got.Name != "Công an tỉnh Mẫu" || got.Version != 1 {
			t.Errorf("root = %+v, %v", got, err)
		}
	})
}

func TestBadInputNamesTheField(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.add(t, "UBND xã Bản Mẫu", "")
		first.Code = "H37.12"
		if _, err := h.Update(h.ctx, first); err != nil {
			t.Fatal(err)
		}
		good := unit.Unit{Name: "UBND xã Nà Thử", Kind: "xa", ParentID: h.root.ID}
		for name, c := range map[string]struct {
			change func(*unit.Unit)
			field  string
		}{
			"no name":                     {func(u *unit.Unit) { u.Name = " " }, "name"},
			"unknown kind":                {func(u *unit.Unit) { u.Kind = "village" }, "kind"},
			"no parent":                   {func(u *unit.Unit) { u.ParentID = "" }, "parent_id"},
			"unknown parent":              {func(u *unit.Unit) { u.ParentID = "none" }, "parent_id"},
			"same name under same parent": {func(u *unit.Unit) { u.Name = "ubnd XA ban mau" }, "name"},
			"code of another":             {func(u *unit.Unit) { u.Code = "h37.12" }, "code"},
			"phone without digits":        {func(u *unit.Unit) { u.Hotline = "gọi sau" }, "hotline"},
			"e-mail without at":           {func(u *unit.Unit) { u.Head.Email = "a.b" }, "head_email"},
			"ends before it begins":       {func(u *unit.Unit) { u.ValidFrom, u.ValidTo = day("2025-07-01"), day("2025-06-30") }, "valid_to"},
		} {
			u := good
			c.change(&u)
			_, err := h.Create(h.ctx, u)
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v (%v), want Invalid %s", name, err, fault.Of(errors.Join(err, errNil)).Fields, c.field)
			}
		}
		if _, err := h.Create(h.ctx, good); err != nil {
			t.Error(err)
		}
	})
}

var errNil = errors.New("nil")

func TestOnlyWritersWriteAndOnlyInScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		for _, role := range []auth.Role{auth.Duty, auth.Leader, auth.UnitOfficer, auth.Viewer} {
			ctx := as(t.Context(), role, h.root.ID)
			if _, err := h.Update(ctx, a); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s updates: %v, want Forbidden", role, err)
			}
			if _, err := h.AddRange(ctx, a.ID, unit.NewRange{Text: "10.0.0.1"}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s adds a range: %v, want Forbidden", role, err)
			}
		}
		if _, err := h.Get(t.Context(), a.ID); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody reads: %v, want SignedOut", err)
		}
		inA := as(t.Context(), auth.Centre, a.ID)
		a.Note = "từ trong"
		if _, err := h.Update(inA, a); err != nil {
			t.Errorf("writer of A updates A: %v", err)
		}
		b.Note = "từ ngoài"
		if _, err := h.Update(inA, b); !fault.Is(err, fault.NotFound) {
			t.Errorf("writer of A updates B: %v, want NotFound", err)
		}
		if _, err := h.Create(inA, unit.Unit{Name: "Xã con", Kind: "xa", ParentID: b.ID}); !fault.Is(err, fault.Invalid) {
			t.Errorf("writer of A creates under B: %v, want Invalid", err)
		}
		if _, err := h.Abolish(inA, b.ID, b.Version, unit.Abolition{From: day("2026-01-01")}); !fault.Is(err, fault.NotFound) {
			t.Errorf("writer of A abolishes B: %v, want NotFound", err)
		}
	})
}

func TestOfficerOfAUnitSeesNothingOfAnother(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã Nà Thử", "")
		under := h.add(t, "Trường A", a.ID)
		r := h.addRange(t, b.ID, "203.0.113.0/24", unit.Machine)[0]
		ctx := as(t.Context(), auth.UnitOfficer, a.ID)
		page, err := h.List(ctx, unit.Filter{})
		if err != nil || page.Total != 2 || len(page.Units) != 2 || page.Next != "" {
			t.Fatalf("list of A = %d of %d, %v; want 2 of 2", len(page.Units), page.Total, err)
		}
		for _, u := range page.Units {
			if u.ID != a.ID && u.ID != under.ID || u.ID == a.ID && u.Parent != "" {
				t.Errorf("A sees %s under %q", u.Name, u.Parent)
			}
		}
		for _, f := range []unit.Filter{{Text: "nà thử"}, {Parent: h.root.ID, Text: "thu"}, {Text: "Công an"}} {
			if p, err := h.List(ctx, f); err != nil || p.Total != 0 || len(p.Units) != 0 {
				t.Errorf("%+v found %d, %v", f, p.Total, err)
			}
		}
		tree, err := h.Tree(ctx, day("2026-11-21"))
		if err != nil || len(tree) != 2 || tree[0].ID != a.ID || tree[1].Depth != 1 {
			t.Errorf("tree of A = %+v, %v", tree, err)
		}
		_, getErr := h.Get(ctx, b.ID)
		_, rangesErr := h.Ranges(ctx, b.ID)
		_, checkErr := h.Checklist(ctx, b.ID)
		_, attributeErr := h.Attribute(ctx, b.ID, r.Prefix.Addr(), now)
		for _, err := range []error{getErr, rangesErr, checkErr, attributeErr} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%v, want NotFound", err)
			}
		}
		if m, err := h.Names(ctx, a.ID, b.ID, h.root.ID); err != nil || len(m) != 1 || m[a.ID] == "" {
			t.Errorf("names = %v, %v", m, err)
		}
	})
}

func TestStaleVersionIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		u := h.add(t, "UBND xã A", "")
		u.Note = "một"
		if _, err := h.Update(h.ctx, u); err != nil {
			t.Fatal(err)
		}
		u.Note = "hai"
		if _, err := h.Update(h.ctx, u); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale update = %v, want Conflict", err)
		}
		if got, _ := h.Get(h.ctx, u.ID); got.Note != "một" || got.Version != 2 {
			t.Errorf("note = %q at version %d", got.Note, got.Version)
		}
	})
}

func TestRenameKeepsTheOldNameAsAliasAndIsAudited(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		u := h.add(t, "UBND xã Cũ", "")
		u.Name, u.Head.Phone = "UBND  xã Mới ", "912345678"
		got, err := h.Update(h.ctx, u)
		if err != nil || got.Name != "UBND xã Mới" || !slices.Equal(got.Aliases, []string{"UBND xã Cũ"}) || got.Head.Phone != "0912345678" {
			t.Fatalf("renamed = %+v, %v", got, err)
		}
		if got, err = h.AddAlias(h.ctx, u.ID, "X. Moi"); err != nil || len(got.Aliases) != 2 || got.Version != 3 {
			t.Errorf("with alias = %+v, %v", got, err)
		}
		for _, typed := range []string{"xa cu", "XÃ MỚI", "x. moi"} {
			if p, err := h.List(h.ctx, unit.Filter{Text: typed}); err != nil || p.Total != 1 {
				t.Errorf("search %q found %d, %v", typed, p.Total, err)
			}
		}
		entries, err := audit.Of(t.Context(), h.db, "unit", string(u.ID), 9)
		if err != nil || len(entries) != 3 || entries[1].Action != "unit.update" || entries[2].Action != "unit.create" {
			t.Errorf("audit = %+v, %v", entries, err)
		}
	})
}

func TestAbolishHandsOverToTheSuccessor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b, c := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", ""), h.add(t, "UBND xã C", "")
		r := h.addRange(t, a.ID, "203.0.113.0/24", unit.NAT)[0]
		child := h.add(t, "Trường A", a.ID)
		officer := as(t.Context(), auth.UnitOfficer, b.ID)
		abolish := unit.Abolition{From: day("2026-07-01"), Successors: []unit.ID{b.ID}}
		if _, err := h.Abolish(h.ctx, a.ID, a.Version, abolish); fault.Of(err).Msg != "unit.err.has_children" {
			t.Fatalf("abolish with children = %v", err)
		}
		child.ParentID = c.ID
		if _, err := h.Update(h.ctx, child); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Abolish(h.ctx, a.ID, a.Version, unit.Abolition{From: day("2026-07-01"), Successors: []unit.ID{a.ID}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("own successor = %v, want Invalid", err)
		}
		got, err := h.Abolish(h.ctx, a.ID, a.Version, abolish)
		if err != nil || got.ValidTo != day("2026-06-30") || !slices.Equal(got.SuccessorIDs, []unit.ID{b.ID}) {
			t.Fatalf("abolished = %+v, %v", got, err)
		}
		if _, err := h.Abolish(h.ctx, a.ID, got.Version, abolish); !fault.Is(err, fault.Conflict) {
			t.Errorf("abolished twice = %v, want Conflict", err)
		}
		if _, err := h.Get(officer, a.ID); err != nil {
			t.Errorf("successor's officer does not see the predecessor: %v", err)
		}
		for at, want := range map[string]unit.ID{"2026-06-30": a.ID, "2026-07-01": b.ID} {
			got, err := h.Attribute(h.ctx, h.root.ID, r.Prefix.Addr(), day(at).Start())
			if err != nil || got.UnitID != want || got.Kind != unit.NAT {
				t.Errorf("%s on %s is %+v, %v; want %s", r.Prefix, at, got, err, want)
			}
		}
		if _, err := h.Create(h.ctx, unit.Unit{Name: "Muộn", Kind: "xa", ParentID: a.ID}); fault.Of(err).Fields["parent_id"] != "unit.err.parent_ended" {
			t.Errorf("child of an ended unit = %v", err)
		}
	})
}

func TestMoveUnderOwnChildIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.add(t, "A", "")
		b := h.add(t, "B", a.ID)
		a.ParentID = b.ID
		if _, err := h.Update(h.ctx, a); fault.Of(err).Fields["parent_id"] != "unit.err.circle" {
			t.Errorf("circle = %v", err)
		}
		h.root.ParentID = b.ID
		if _, err := h.Update(h.ctx, h.root); fault.Of(err).Fields["parent_id"] != "unit.err.root" {
			t.Errorf("root moved = %v", err)
		}
	})
}

func TestPagesMeetEveryUnitOnceInBothDirections(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i := range 23 {
			h.add(t, "Xã "+string(rune('A'+i%7))+string(rune('a'+i)), "")
		}
		for _, f := range []unit.Filter{{Limit: 5}, {Limit: 5, Desc: true}, {Limit: 4, Sort: unit.ByKind}, {Limit: 7, Sort: unit.ByCode, Desc: true}} {
			var forth, back []unit.ID
			prev := ""
			for {
				p, err := h.List(h.ctx, f)
				if err != nil || p.Total != 24 {
					t.Fatalf("%+v: %d, %v", f, p.Total, err)
				}
				for _, u := range p.Units {
					forth = append(forth, u.ID)
				}
				back = back[:0]
				for _, u := range p.Units {
					back = append(back, u.ID)
				}
				prev = p.Prev
				if p.Next == "" {
					break
				}
				f.After = p.Next
			}
			for prev != "" {
				f.After = prev
				p, err := h.List(h.ctx, f)
				if err != nil {
					t.Fatal(err)
				}
				var ids []unit.ID
				for _, u := range p.Units {
					ids = append(ids, u.ID)
				}
				back = append(ids, back...)
				prev = p.Prev
			}
			if len(forth) != 24 || !slices.Equal(forth, back) {
				t.Errorf("%+v: forth %d rows, back %d rows, equal %v", f, len(forth), len(back), slices.Equal(forth, back))
			}
		}
		if _, err := h.List(h.ctx, unit.Filter{After: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("broken cursor = %v, want Invalid", err)
		}
	})
}

func TestChecklistCountsWhatIsPresent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		u := h.add(t, "UBND xã A", "")
		if c, err := h.Checklist(h.ctx, u.ID); err != nil || c.Missing() != 6 {
			t.Errorf("empty unit: %+v, %v", c, err)
		}
		u.Head.Name, u.Hotline = "Lò Thị Mẫu", "0213 3876 421"
		u.SecurityContact = unit.Contact{Name: "Vàng A Thử", Phone: "0912 345 678"}
		if _, err := h.Update(h.ctx, u); err != nil {
			t.Fatal(err)
		}
		h.addRange(t, u.ID, "10.1.0.0/24", unit.Machine)
		if c, err := h.Checklist(h.ctx, u.ID); err != nil || c.Missing() != 2 {
			t.Errorf("full unit: %+v, %v", c, err)
		}
	})
}
