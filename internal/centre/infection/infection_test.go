// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestOnlyMachinesAreCalledMachines(t *testing.T) {
	t.Parallel()
	for kind, c := range map[unit.AddressKind]struct {
		machine, behind bool
		key             string
	}{
		unit.Machine:  {true, false, "finding.subject.machine"},
		unit.NAT:      {false, true, "finding.subject.nat"},
		unit.Resolver: {false, true, "finding.subject.resolver"},
		unit.Proxy:    {false, true, "finding.subject.proxy"},
		"":            {false, false, "finding.subject.unknown"},
		"later kind":  {false, false, "finding.subject.unknown"},
	} {
		if s := infection.Subject(kind); s.Machine != c.machine || s.Behind != c.behind || s.Key != c.key {
			t.Errorf("%q is %+v", kind, s)
		}
	}
}

func TestNATNeverCountsAsAMachine(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		qbot := *emotet
		qbot.Threat = "Qbot"
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0), hit(&qbot, "10.1.0.5", "q.example", 1, t0),
			hit(emotet, "10.1.255.9", "evil.example", 1, t0), hit(emotet, "10.9.0.1", "evil.example", 1, t0), hit(emotet, "", "evil.example", 1, t0))
		if n := len(h.all(h.officer(), infection.Filter{})); n != 4 {
			t.Errorf("%d infections: a log that hides the client names no machine", n)
		}
		total, err := h.Total(h.officer())
		if want := (infection.Count{Machines: 1, NAT: 1, Unknown: 1}); err != nil || total != want || total.Behind() != 1 {
			t.Errorf("total %+v %v", total, err)
		}
		by, err := h.Counts(h.officer())
		if err != nil || by[string(h.a)] != (infection.Count{Machines: 1, NAT: 1}) || by[""] != (infection.Count{Unknown: 1}) {
			t.Errorf("by unit %+v %v", by, err)
		}
		h.addresses(h.b, "10.9.0.0/16", unit.Resolver) // the plan is corrected: history follows
		if by, err = h.Counts(h.officer()); err != nil || by[string(h.b)] != (infection.Count{Resolver: 1}) || len(by) != 2 {
			t.Errorf("corrected %+v %v", by, err)
		}
		nat := h.all(h.officer(), infection.Filter{Kind: "nat"})[0]
		if _, err := h.Confirm(h.officer(), nat.ID, nat.Version); !fault.Is(err, fault.Conflict) || fault.Of(err).Msg != "infection.err.behind" {
			t.Errorf("an address behind NAT was confirmed: %v", err)
		}
		if rows := h.all(h.officer(), infection.Filter{Kind: infection.Behind}); len(rows) != 2 {
			t.Errorf("%d behind something", len(rows))
		}
		if rows := h.all(h.officer(), infection.Filter{Kind: infection.UnknownKind}); len(rows) != 0 {
			t.Errorf("%d of unknown kind", len(rows))
		}
		if rows := h.all(h.officer(), infection.Filter{Query: "qbot 10.1.0[.]5"}); len(rows) != 1 {
			t.Errorf("search found %d", len(rows))
		}
	})
}

func TestWhoSeesAnInfection(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.root, hit(emotet, "10.1.0.5", "evil.example", 1, t0)) // the centre's resolver saw a machine of a
		i := h.one()
		if i.UnitID != string(h.a) {
			t.Fatalf("attributed to %q", i.UnitID)
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			seen int64
		}{
			"the centre owns the log":                  {h.as(auth.Duty, h.root), 1},
			"the unit of the address, not owner":       {h.as(auth.UnitOfficer, h.a), 1},
			"another unit sees nothing, counts either": {h.as(auth.UnitOfficer, h.b), 0},
		} {
			if n := int64(len(h.all(c.ctx, infection.Filter{}))); n != c.seen {
				t.Errorf("%s: %d rows", name, n)
			}
			total, err := h.Total(c.ctx)
			if err != nil || total.Machines != c.seen || total.Unknown != 0 {
				t.Errorf("%s: total %+v %v", name, total, err)
			}
			by, err := h.Counts(c.ctx)
			of, err2 := h.Of(c.ctx, i.Key())
			if err != nil || err2 != nil || int64(len(by)) != c.seen || int64(len(of)) != c.seen {
				t.Errorf("%s: counts %v, of key %d, %v %v", name, by, len(of), err, err2)
			}
			if _, err := h.Get(c.ctx, i.ID); fault.Is(err, fault.NotFound) != (c.seen == 0) {
				t.Errorf("%s: get: %v", name, err)
			}
		}
		foreign, own := h.as(auth.UnitOfficer, h.b), h.as(auth.UnitOfficer, h.a)
		if _, err := h.Clean(foreign, i.ID, "đã cài lại", i.Version); !fault.Is(err, fault.NotFound) {
			t.Errorf("a foreign officer cleaned: %v", err)
		}
		if _, err := h.MarkFalse(own, i.ID, "nhầm", i.Names, i.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit's officer judged: %v", err)
		}
		if _, err := h.Clean(own, i.ID, "đã cài lại", i.Version); err != nil {
			t.Errorf("a unit's officer cleans the unit's own: %v", err)
		}
	})
}

func TestCleaningClosesTheFindingAndReinfectionOpensBoth(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, change := h.officer(), must[infection.Seen](t)
		h.ask("evil.example", -5)
		i := change(h.Confirm(ctx, h.one().ID, 1))
		i = change(h.StartCleaning(ctx, i.ID, i.Version))
		if _, err := h.Clean(ctx, i.ID, " ", i.Version); fault.Of(err).Fields["how"] == "" {
			t.Errorf("cleaned without a word: %v", err)
		}
		i = change(h.Clean(ctx, i.ID, "cài lại máy", i.Version))
		if i.State != infection.Cleaned || i.CleanedBy != "Cán bộ centre" || !i.CleanedAt.Equal(h.now) || len(h.queue()) != 0 {
			t.Errorf("cleaned %+v, queue %d", i, len(h.queue()))
		}
		h.ask("evil.example", -1) // a log that came late
		if i = h.one(); i.State != infection.Cleaned || i.Queries != 2 || len(h.queue()) != 0 {
			t.Errorf("an old line undid the cleaning: %+v", i)
		}
		version := i.Version
		h.ask("evil.example", 1)
		i = h.one()
		if i.State != infection.Suspected || i.Episodes != 2 || i.Queries != 3 || i.Names != 1 || i.Version != version+1 || len(h.queue()) != 1 {
			t.Errorf("reinfected %+v, queue %d", i, len(h.queue()))
		}
		if _, err := h.Confirm(ctx, i.ID, version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		if of, err := h.findings.Of(ctx, i.Key()); err != nil || len(of) != 2 || of[0].Episode != 2 {
			t.Errorf("findings %+v %v", of, err)
		}
		trail, err := audit.Of(ctx, h.db, "infection", string(i.ID), 10)
		if err != nil || trail[0].Action != "infection.return" || trail[0].ActorName != "system" {
			t.Errorf("trail %+v %v", trail, err)
		}
	})
}

func TestFalsePositiveDecidesOnBothRecords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, change := h.officer(), must[infection.Seen](t)
		h.ask("ads.example", -5)
		i := h.one()
		h.ask("ads2.example", -4)
		if _, err := h.MarkFalse(ctx, i.ID, "quảng cáo", i.Names, i.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("judged with a name nobody saw: %v", err)
		}
		i = h.one()
		i = change(h.MarkFalse(ctx, i.ID, "quảng cáo", i.Names, i.Version))
		if i.State != infection.FalsePositive || len(h.queue()) != 0 {
			t.Errorf("judged %+v, queue %d", i, len(h.queue()))
		}
		h.ask("ads.example", 5)
		if i = h.one(); i.State != infection.FalsePositive || i.Queries != 3 || len(h.queue()) != 0 {
			t.Errorf("the same name undid it: %+v", i)
		}
		h.ask("evil.example", 6)
		if i = h.one(); i.State != infection.Suspected || i.Note != "" || i.Episodes != 1 || i.Names != 3 || len(h.queue()) != 1 {
			t.Errorf("a new name went unseen: %+v", i)
		}
		i = change(h.MarkFalse(ctx, i.ID, "cũng vậy", i.Names, i.Version))
		i = change(h.Reopen(ctx, i.ID, i.Version))
		if q := h.queue(); i.State != infection.Suspected || len(q) != 1 || q[0].Episode != 2 {
			t.Errorf("taken back %+v, queue %+v", i, q)
		}
		h.ask("ads.example", 7) // the older judgement fell with it
		if q := h.queue(); len(q) != 1 || q[0].Names != 2 {
			t.Errorf("names of the older false positive are still kept back: %+v", q)
		}
	})
}

func TestDecisionsOnFindingsReachTheInfection(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := h.officer()
		h.ask("ads.example", -5)
		f := h.queue()[0]
		dismissed, err := h.findings.Dismiss(ctx, f.ID, finding.Dismissal{Reason: "quảng cáo", FalsePositive: true, Names: 1}, f.Version)
		if err != nil {
			t.Fatal(err)
		}
		if i := h.one(); i.State != infection.FalsePositive || i.Note != "quảng cáo" {
			t.Errorf("after the dismissal %+v", i)
		}
		if _, err := h.findings.Reopen(ctx, f.ID, dismissed.Version); err != nil {
			t.Fatal(err)
		}
		i := h.one()
		if i.State != infection.Suspected {
			t.Errorf("after taking it back %+v", i)
		}
		if _, err := h.Confirm(ctx, i.ID, i.Version); err != nil {
			t.Fatal(err)
		}
		f = h.queue()[0]
		if _, err := h.findings.Dismiss(ctx, f.ID, finding.Dismissal{Reason: "x", FalsePositive: true, Names: 1}, f.Version); err != nil {
			t.Fatal(err)
		}
		if i := h.one(); i.State != infection.Confirmed {
			t.Errorf("a dismissal overruled who confirmed: %+v", i)
		}
	})
}

func TestIncidentIsNotedOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.ask("evil.example", -5)
		i := h.one()
		link := func(incident string) infection.Seen {
			err := h.db.Write(h.officer(), func(ctx context.Context, tx *db.Tx) error {
				if err := h.LinkIncident(ctx, tx, incident, i.Key(), finding.Key{Owner: "x"}); err != nil {
					return err
				}
				return audit.Add(ctx, tx, h.now, audit.Entry{Action: "incident.open", Kind: "incident", Object: incident})
			})
			if err != nil {
				t.Fatal(err)
			}
			return h.one()
		}
		if got := link("inc-1"); got.Incident != "inc-1" || got.Version != 2 {
			t.Errorf("linked %+v", got)
		}
		if got := link("inc-1"); got.Version != 2 {
			t.Errorf("linked twice %+v", got)
		}
		if got := link(""); got.Incident != "" {
			t.Errorf("unlinked %+v", got)
		}
	})
}

func TestUndatedSignsAreDatedByReceipt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.a, hit(emotet, "10.1.0.5", "evil.example", 4, time.Time{}))
		if i := h.one(); i.Undated != 4 || !i.FirstSeen.Equal(h.now) || !i.LastSeen.Equal(h.now) {
			t.Errorf("undated %+v", i)
		}
	})
}

func TestListPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for n, addr := range []string{"10.1.0.1", "10.1.0.2", "10.1.0.3"} {
			h.record(h.a, hit(emotet, addr, "evil.example", int64(n+1), t0.Add(time.Duration(n)*time.Minute)))
		}
		for _, f := range []infection.Filter{{Limit: 2, Desc: true}, {Limit: 2, Desc: true, Sort: infection.ByFirstSeen}, {Limit: 2, Desc: true, Sort: infection.ByQueries}} {
			first := must[infection.Page](t)(h.List(h.officer(), f))
			f.After = first.Next
			second := must[infection.Page](t)(h.List(h.officer(), f))
			var got []string
			for _, i := range slices.Concat(first.Rows, second.Rows) {
				got = append(got, i.Addr.String())
			}
			if !slices.Equal(got, []string{"10.1.0.3", "10.1.0.2", "10.1.0.1"}) || second.Next != "" || second.Prev == "" || first.Total != 3 {
				t.Errorf("sort %q: %v", f.Sort, got)
			}
		}
	})
}

// BenchmarkBlockOf5000Hits is what one full block costs both rooms.
func BenchmarkBlockOf5000Hits(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			h := furnish(b, open(b, sources...))
			var hits []scan.Hit
			for i := range 5000 {
				client := fmt.Sprintf("10.1.%d.%d", i/5/250, 1+i/5%250)
				hits = append(hits, hit(emotet, client, fmt.Sprintf("n%d.evil.example", i%5), 2, t0))
			}
			for b.Loop() {
				h.record(h.root, hits...)
			}
		})
	}
}
