// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

func TestDirectoryKnowsSourceAndAge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		at := now
		h := furnishAt(t, d, func() time.Time { return at })
		u := h.add(t, "UBND xã Mường Thử", "")
		h.add(t, "UBND xã Trống", "")
		u.Head.Name, u.Hotline, u.Address = "Lò Thị Mẫu", "0213 3876 421", "Bản 1"
		u.SecurityContact = unit.Contact{Name: "Vàng A Thử", Phone: "0912 345 678"}
		if _, err := h.Update(h.ctx, u); err != nil {
			t.Fatal(err)
		}
		reach := func(r unit.Reach) (names []string) {
			t.Helper()
			p, err := h.Directory(h.ctx, unit.Filter{Reach: r, Kind: "xa"})
			if err != nil || p.Total != int64(len(p.Entries)) {
				t.Fatal(p.Total, err)
			}
			for _, e := range p.Entries {
				names = append(names, e.Name)
			}
			return names
		}
		if got := reach(unit.ReachFresh); !slices.Equal(got, []string{"UBND xã Mường Thử"}) {
			t.Errorf("fresh = %v", got)
		}
		if got := reach(unit.ReachMissing); !slices.Equal(got, []string{"UBND xã Trống"}) {
			t.Errorf("missing = %v", got)
		}
		at = now.AddDate(0, 6, 1)
		if got := reach(unit.ReachStale); !slices.Equal(got, []string{"UBND xã Mường Thử"}) {
			t.Errorf("stale = %v", got)
		}
		officer := as(t.Context(), auth.UnitOfficer, u.ID)
		if err := h.Verify(officer, u.ID, "Công văn 1556/UBND-KGVX"); err != nil {
			t.Fatal(err)
		}
		p, err := h.Directory(officer, unit.Filter{Text: "muong thu"})
		if err != nil || len(p.Entries) != 1 {
			t.Fatal(len(p.Entries), err)
		}
		told := p.Entries[0].Told[unit.FactHotline]
		if told.Source != unit.FromDispatch || told.Reference != "Công văn 1556/UBND-KGVX" || !told.VerifiedAt.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("told = %+v", told)
		}
		if got := reach(unit.ReachStale); len(got) != 0 {
			t.Errorf("stale after the check = %v", got)
		}
		gaps, err := h.Gaps(h.ctx)
		if i := slices.IndexFunc(gaps, func(g unit.Gap) bool { return g.Kind == "xa" }); err != nil || i < 0 || gaps[i].Units != 2 || gaps[i].Missing[unit.FactHotline] != 1 || gaps[i].Stale != 0 {
			t.Errorf("gaps = %+v, %v", gaps, err)
		}
		err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return setting.Put(ctx, tx, at, unit.StaleSetting, 0, unit.StaleAfter{Months: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		at = at.AddDate(0, 1, 1)
		if got := reach(unit.ReachStale); len(got) != 1 {
			t.Errorf("stale with a term of one month = %v", got)
		}
	})
}

func TestOnlyTheOwnUnitIsVerifiedAndDeclared(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		store, err := blob.Open(t.TempDir(), now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		h.Join(unit.Neighbours{Files: store})
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		officer, viewer := as(t.Context(), auth.UnitOfficer, a.ID), as(t.Context(), auth.Viewer, a.ID)
		d := unit.Declared{Machines: 25, Day: day("2026-11-01"), Source: "Kiểm kê quý 4"}
		for what, err := range map[string]error{"b": h.DeclareMachines(officer, b.ID, d), "b verified": h.Verify(officer, b.ID, "")} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v, want NotFound", what, err)
			}
		}
		if err := h.DeclareMachines(viewer, a.ID, d); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a viewer declares: %v", err)
		}
		if err := h.Verify(officer, a.ID, ""); fault.Of(err).Msg != "unit.err.verify_nothing" {
			t.Errorf("nothing to verify: %v", err)
		}
		if err := h.DeclareMachines(officer, a.ID, d); err != nil {
			t.Fatal(err)
		}
		f, again, err := h.HandIn(officer, a.ID, "av.csv", strings.NewReader("máy;virus\n"))
		if err != nil || again || f.Size == 0 {
			t.Fatalf("handed in %+v %v, %v", f, again, err)
		}
		if same, again, err := h.HandIn(officer, a.ID, "av2.csv", strings.NewReader("máy;virus\n")); err != nil || !again || same.ID != f.ID {
			t.Errorf("again = %+v %v, %v", same, again, err)
		}
		if _, _, err := h.HandIn(officer, a.ID, "x", strings.NewReader("")); fault.Of(err).Fields["file"] == "" {
			t.Errorf("an empty file: %v", err)
		}
		_, r, err := h.OpenHanded(h.ctx, a.ID, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if closed := r.Close(); err != nil || closed != nil || string(text) != "máy;virus\n" {
			t.Errorf("the file holds %q, %v %v", text, err, closed)
		}
		if _, _, err := h.OpenHanded(as(t.Context(), auth.Centre, b.ID), a.ID, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("B opens A's file: %v", err)
		}
		c, err := h.Checklist(officer, a.ID)
		if err != nil || c.Missing() != 4 || !c.Has(unit.CheckMachines) || c[5].State != unit.CheckDeclared {
			t.Errorf("checklist = %+v, %v", c, err)
		}
	})
}

func TestProposalsAreDecidedFieldByField(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		officer := as(t.Context(), auth.UnitOfficer, a.ID)
		if _, err := h.Propose(officer, a.ID, map[string]string{"hotline": ""}, ""); fault.Of(err).Msg != "unit.err.proposal_same" {
			t.Errorf("nothing proposed: %v", err)
		}
		if _, err := h.Propose(officer, a.ID, map[string]string{"hotline": "gọi sau"}, ""); fault.Of(err).Fields["hotline"] == "" {
			t.Errorf("a bad number: %v", err)
		}
		if _, err := h.Propose(officer, b.ID, map[string]string{"hotline": "0213 1"}, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("for another unit: %v", err)
		}
		p, err := h.Propose(officer, a.ID, map[string]string{"hotline": "0213 111", "head_name": "Lò Thị Mẫu", "ranges": "203.0.113.0/24", "range_kind": "nat"}, "vì thay người")
		if err != nil || len(p.Items) != 4 {
			t.Fatalf("proposal = %+v, %v", p, err)
		}
		second, err := h.Propose(officer, a.ID, map[string]string{"hotline": "0213 222"}, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.GetProposal(h.ctx, p.ID)
		if i := slices.IndexFunc(got.Items, func(i unit.ProposalItem) bool { return i.Field == "hotline" }); err != nil || !slices.Equal(got.Items[i].Rivals, []unit.ProposalID{second.ID}) {
			t.Errorf("rivals = %+v, %v", got.Items, err)
		}
		if n, err := h.OpenProposals(h.ctx); err != nil || n != 2 {
			t.Errorf("open = %d, %v", n, err)
		}
		if n, err := h.OpenProposals(officer); err != nil || n != 0 {
			t.Errorf("open for the proposer = %d, %v", n, err)
		}
		inB := as(t.Context(), auth.Centre, b.ID)
		if _, err := h.GetProposal(inB, p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("B reads A's proposal: %v", err)
		}
		if n, err := h.OpenProposals(inB); err != nil || n != 0 {
			t.Errorf("B counts %d, %v", n, err)
		}
		for who, ctx := range map[string]context.Context{"its maker": officer, "a leader": as(t.Context(), auth.Leader, h.root.ID), "an administrator": as(t.Context(), auth.Administrator, h.root.ID)} {
			if _, err := h.DecideProposal(ctx, p.ID, p.Version, unit.Verdict{Reason: "x"}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s decides: %v", who, err)
			}
		}
		take := unit.Verdict{Take: []string{"hotline", "ranges"}}
		if _, err := h.DecideProposal(h.ctx, p.ID, p.Version, take); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("refused in part without reason: %v", err)
		}
		take.Reason = "chưa có quyết định bổ nhiệm"
		if p, err = h.DecideProposal(h.ctx, p.ID, p.Version, take); err != nil || p.State != unit.ProposalPartly {
			t.Fatalf("decided = %+v, %v", p, err)
		}
		u := h.get(t, a.ID)
		if list, err := h.Ranges(h.ctx, a.ID); err != nil || u.Hotline != "0213 111" || u.Head.Name != "" || len(list) != 1 || list[0].Kind != unit.NAT {
			t.Errorf("unit = %+v, ranges %v, %v", u, list, err)
		}
		if got, err = h.GetProposal(officer, second.ID); err != nil || !got.Items[0].Changed() || got.Items[0].Now != "0213 111" {
			t.Errorf("the second after the first = %+v, %v", got, err)
		}
		if _, err := h.DecideProposal(h.ctx, p.ID, p.Version, take); !fault.Is(err, fault.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
		if got, err = h.WithdrawProposal(officer, second.ID, second.Version); err != nil || got.State != unit.ProposalWithdrawn {
			t.Errorf("withdrawn = %+v, %v", got, err)
		}
	})
}

func TestGroupsFollowMergers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b, c := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", ""), h.add(t, "UBND xã C", "")
		if err := h.SetTags(h.ctx, c.ID, []string{"Biên giới"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.SaveGroup(h.ctx, unit.Group{Name: "Không ai"}); fault.Of(err).Fields["kinds"] == "" {
			t.Errorf("a group of nothing: %v", err)
		}
		save := func(g unit.Group) unit.Group {
			t.Helper()
			g, err := h.SaveGroup(h.ctx, g)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		communes := save(unit.Group{Name: "UBND các xã, phường", Kinds: []string{"xa", "phuong"}, Outside: []unit.ID{c.ID}})
		named := save(unit.Group{Name: "Các xã điểm", Members: []unit.ID{a.ID}})
		border := save(unit.Group{Name: "Các xã biên giới", Kinds: []string{"xa"}, Tag: "biên giới"})
		if _, err := h.reform(t, unit.Merge, "2026-07-01", merged("UBND xã Chung", a, b)); err != nil {
			t.Fatal(err)
		}
		for _, q := range []struct {
			group unit.Group
			on    string
			want  []string
		}{
			{communes, "2026-06-30", []string{"UBND xã A named=rule", "UBND xã B named=rule"}},
			{communes, "2026-07-01", []string{"UBND xã Chung named=rule"}},
			{named, "2026-06-30", []string{"UBND xã A named=named"}},
			{named, "2026-07-01", []string{"UBND xã Chung named=successor"}},
			{border, "2026-07-01", []string{"UBND xã C named=rule"}},
		} {
			list, err := h.Resolve(h.ctx, q.group.ID, day(q.on))
			var got []string
			for _, m := range list {
				got = append(got, m.Unit.Name+" named="+string(m.Why))
			}
			if err != nil || !slices.Equal(got, q.want) {
				t.Errorf("%s on %s = %v, %v; want %v", q.group.Name, q.on, got, err, q.want)
			}
		}
		if _, err := h.GetGroup(as(t.Context(), auth.Centre, c.ID), communes.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a writer of C reads the centre's group: %v", err)
		}
		communes.Version = 7
		if _, err := h.SaveGroup(h.ctx, communes); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale: %v", err)
		}
	})
}

// TestOverlapsAreAskedAboutAndForeignOnesRefused holds the defect that a
// delegated writer could draw another unit's hits by a longer private prefix.
func TestOverlapsAreAskedAboutAndForeignOnesRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.add(t, "UBND xã A", ""), h.add(t, "UBND xã B", "")
		school := h.add(t, "Trường A", a.ID)
		h.addRange(t, a.ID, "10.1.0.0/16", unit.Machine)
		inB := as(t.Context(), auth.Centre, b.ID)
		for _, text := range []string{"10.1.2.0/24", "10.0.0.0/8"} {
			for _, sure := range []bool{false, true} {
				if _, err := h.AddRange(inB, b.ID, unit.NewRange{Text: text, Sure: sure}); fault.Of(err).Fields["range"] != "unit.err.range_foreign" {
					t.Errorf("a writer of B adds %s (sure %t): %v", text, sure, err)
				}
			}
			if _, err := h.AddRange(h.ctx, b.ID, unit.NewRange{Text: text}); fault.Of(err).Fields["range"] != "unit.err.range_overlap" {
				t.Errorf("the centre adds %s unasked: %v", text, err)
			}
		}
		if _, err := h.AddRange(inB, b.ID, unit.NewRange{Text: "10.1.0.0/16"}); err != nil {
			t.Errorf("the same private prefix: %v", err)
		}
		if _, err := h.AddRange(as(t.Context(), auth.Centre, a.ID), school.ID, unit.NewRange{Text: "10.1.7.0/24"}); fault.Of(err).Fields["range"] != "unit.err.range_foreign" {
			t.Errorf("inside the prefix that B has too: %v", err) // B's logs aside, it would draw from neither's
		}
		others, err := h.Overlaps(h.ctx, b.ID, unit.NewRange{Text: "10.1.2.0/24"})
		if err != nil || len(others) != 1 || others[0].Unit.ID != a.ID || !others[0].Draws() {
			t.Errorf("overlaps = %+v, %v", others, err)
		}
		if _, err := h.AddRange(h.ctx, b.ID, unit.NewRange{Text: "10.1.2.0/24", Sure: true}); err != nil {
			t.Error(err)
		}
		_, plan, err := h.PlanImport(inB, "b.csv", []byte("Tên đơn vị;Loại;Dải IP\nThôn B;xã;10.1.3.0/24\n"))
		if err != nil || plan.Count(unit.RowRejected) != 1 {
			t.Errorf("imported by a writer of B: %+v, %v", plan.Cells, err)
		}
		_, plan, err = h.PlanImport(h.ctx, "c.csv", []byte("Tên đơn vị;Loại;Dải IP\nXã C;xã;10.1.3.0/24\n"))
		if err != nil || plan.Count(unit.RowNew) != 1 || len(plan.Cells) != 1 || !plan.Cells[0].Warn {
			t.Errorf("imported by the centre: %+v, %v", plan.Cells, err)
		}
	})
}
