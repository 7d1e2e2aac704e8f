// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

func TestWhatRestsOnAPaperIsToldWithinScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		for _, unit := range []string{"a", "b", "b"} {
			n := duty(unit, "i-"+unit, "24h", t0, 24)
			n.BasisDoc = "paper-1"
			b.open(ctx, n) // the third is the second again
		}
		n := duty("a", "i-2", "24h", t0, 24)
		n.BasisDoc = "paper-1"
		waived := b.open(ctx, n)
		if _, err := b.svc.Waive(as(t, "lanh-dao", auth.Leader, "tinh"), waived.ID, "đã có văn bản khác", waived.Version); err != nil {
			t.Fatal(err)
		}
		b.open(ctx, duty("a", "i-3", "24h", t0, 24))

		on, err := b.svc.ByPaper(ctx, "paper-1")
		if err != nil || on.Total != 3 || len(on.Resting) != 3 || on.Resting[2].ID != waived.ID {
			t.Fatalf("%+v, %v", on, err)
		}
		on, err = b.svc.ByPaper(as(t, "b", auth.UnitOfficer, "b"), "paper-1")
		if err != nil || on.Total != 1 || len(on.Resting) != 1 || on.Resting[0].UnitID != "b" {
			t.Errorf("beyond its scope: %+v, %v", on, err)
		}
		if on, err = b.svc.ByPaper(ctx, ""); err != nil || on.Total != 0 {
			t.Errorf("no paper has %d, %v", on.Total, err)
		}
		if _, err := b.svc.ByPaper(t.Context(), "paper-1"); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody: %v", err)
		}
		p, err := b.svc.List(ctx, obligation.Filter{Document: "paper-1", Unit: "a"})
		if err != nil || p.Total != 2 {
			t.Errorf("%d, %v", p.Total, err)
		}
	})
}

// shelf is a register of two papers, of which one actor sees one alone.
type shelf struct{}

var onShelf = []obligation.Paper{
	{ID: "p1", Cite: "Công văn số 402/UBND-NC ngày 16/11/2026", Subject: "Rà soát phần mềm", Href: "/documents/p1", Sent: 3, Receipts: 2},
	{ID: "p2", Cite: "Báo cáo số 35/BC-SYT ngày 19/11/2026", Subject: "Kết quả rà soát", Issuer: "Sở Y tế", Standing: "Đã bị thay thế", Href: "/documents/p2"}}

func (shelf) Paper(ctx context.Context, id string) (obligation.Paper, error) {
	actor, _ := auth.From(ctx)
	for _, p := range onShelf {
		if p.ID == id && (actor.Home == "tinh" || id == "p2") {
			return p, nil
		}
	}
	return obligation.Paper{}, fault.Missing("shelf")
}

func (s shelf) Find(ctx context.Context, query string, limit int) ([]obligation.Paper, int64, error) {
	var out []obligation.Paper
	for _, p := range onShelf {
		if _, err := s.Paper(ctx, p.ID); err == nil && strings.Contains(i18n.Fold(p.Cite+" "+p.Subject), i18n.Fold(query)) {
			out = append(out, p)
		}
	}
	return out[:min(limit, len(out))], int64(len(out)), nil
}

func (b *bench) shelve() {
	b.svc = obligation.New(obligation.Deps{Records: b.db, Now: func() time.Time { return b.now }, Days: laws(b.t).Calendar(), Papers: shelf{}})
}

func TestAPaperOfTheRegisterProvesInItsOwnWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx, unit := newBench(t, d), as(t, "truc", auth.Centre, "tinh"), as(t, "xa", auth.UnitOfficer, "a")
		b.shelve()
		o := b.open(ctx, duty("a", "i1", "24h", t0, 24))
		e, err := b.svc.Prove(ctx, o.ID, obligation.Evidence{Kind: obligation.ByFile, Ref: "chữ gõ để tìm", Document: "p1"})
		if err != nil || e.Kind != obligation.ByDocument || e.Ref != onShelf[0].Cite {
			t.Fatalf("%+v, %v", e, err)
		}
		if _, err := b.svc.Prove(unit, o.ID, obligation.Evidence{Kind: obligation.ByDocument, Document: "p1"}); fault.Of(err).Fields["document"] == "" {
			t.Errorf("a paper out of sight: %v", err)
		}
		if _, err := b.svc.Prove(unit, o.ID, obligation.Evidence{Kind: obligation.ByDocument, Ref: "28/BC-UBND"}); err != nil {
			t.Errorf("a paper that is not registered: %v", err)
		}
		on, err := b.svc.ByPaper(ctx, "p1")
		if err != nil || len(on.Proved) != 1 || on.Proved[0].ID != o.ID {
			t.Errorf("%+v, %v", on, err)
		}
		if on, err = b.svc.ByPaper(as(t, "b", auth.UnitOfficer, "b"), "p1"); err != nil || len(on.Proved) != 0 {
			t.Errorf("beyond its scope: %+v, %v", on, err)
		}
		task := obligation.Task{Title: "Rà soát", Units: []string{"a"}, Addressee: "Tỉnh", BasisDoc: "p1", Last: calendar.Date{Year: 2026, Month: 12, Day: 1}}
		list, err := b.svc.Give(ctx, task)
		if err != nil || list[0].Basis != onShelf[0].Cite || list[0].BasisDoc != "p1" {
			t.Fatalf("%+v, %v", list, err)
		}
		task.BasisDoc = "p9"
		if _, err := b.svc.Give(ctx, task); fault.Of(err).Fields["document"] == "" {
			t.Errorf("a paper that is not there: %v", err)
		}
	})
}

func TestPapersArePickedOnThePage(t *testing.T) {
	t.Parallel()
	all := append(sources[:len(sources):len(sources)], web.Migrations)
	dbtest.Each(t, all, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.shelve()
		n := duty("a", "i1", "24h", t0, 24)
		n.BasisDoc = "p1"
		o := b.open(as(t, "truc", auth.Centre, "tinh"), n)
		at := "/obligations/" + string(o.ID)
		centre := b.browse(t, auth.Actor{ID: "c", Name: "c", Home: "tinh", Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}})
		unit := b.browse(t, auth.Actor{ID: "x", Name: "x", Home: "a", Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "a"}}})
		if body := centre.get(at, 200); !strings.Contains(body, `href="/documents/p1"`) || !strings.Contains(body, "biên nhận 2/3 nơi") {
			t.Error("the basis is no link, or its receipts are not told")
		}
		if body := unit.get(at, 200); strings.Contains(body, "/documents/p1") || !strings.Contains(body, n.Basis) {
			t.Error("a paper out of sight is linked, or not named")
		}
		body := centre.post(at+"/prove", url.Values{"do": {"find"}, "kind": {"document"}, "proof": {"ket qua ra soat"}, "note": {"giữ lại"}}, 200)
		for _, want := range []string{`value="p2" checked`, "Sở Y tế", "Đã bị thay thế", "giữ lại", "ket qua ra soat"} {
			if !strings.Contains(body, want) {
				t.Errorf("the search does not show %q", want)
			}
		}
		if strings.Contains(body, `value="p1"`) || b.audits("obligation.prove") != 0 {
			t.Error("the search finds too much, or keeps something")
		}
		if body := centre.post(at+"/prove", url.Values{"do": {"find"}, "proof": {"không có"}}, 200); !strings.Contains(body, "Sổ văn bản không có") {
			t.Error("a search without result says nothing")
		}
		centre.post(at+"/prove", url.Values{"kind": {"document"}, "proof": {"ket qua"}, "document": {"p2"}}, 200)
		body = unit.post(at+"/prove", url.Values{"kind": {"document"}, "proof": {"28/BC-UBND"}}, 200)
		if !strings.Contains(body, `href="/documents/p2"`) || !strings.Contains(body, "tự khai") || strings.Contains(body, "ket qua") {
			t.Error("evidence is not shown as what it is")
		}
		form := url.Values{"do": {"find"}, "basis": {"402"}, "title": {"Việc mới"}}
		if body := centre.post("/obligations/new", form, 200); !strings.Contains(body, `value="p1"`) || !strings.Contains(body, "Việc mới") {
			t.Error("the form of a task finds no paper")
		}
		for key, value := range map[string]string{"do": "", "document": "p1", "unit": "a", "addressee": "Tỉnh", "last": "2026-12-01"} {
			form.Set(key, value)
		}
		if body := centre.post("/obligations/new", form, 200); !strings.Contains(body, `href="/documents/p1"`) {
			t.Error("the task does not rest on the paper picked")
		}
		form.Set("title", "")
		if body := centre.post("/obligations/new", form, 422); !strings.Contains(body, `value="p1"`) {
			t.Error("the paper picked is lost with an error elsewhere")
		}
	})
}
