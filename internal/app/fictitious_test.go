// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/centre/account"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/config"
)

const (
	demoHistory = 3 * time.Hour
	demoPause   = 10 * time.Minute
)

// demoNow is a working Monday, 11:00 in Hà Nội: every infected machine has
// asked within demoHistory.
var demoNow = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// demoHouse runs the demo in dir at a moment until its history is read.
func demoHouse(t *testing.T, dir string, now time.Time) (*house, []demo.Invitation) {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": dir, "listen": "127.0.0.1:0"}, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	blankRecords(t, dir)
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Now: func() time.Time { return now }, PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}, Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var list []demo.Invitation
	seeded := false
	err = a.RunDemo(ctx, demo.Options{History: demoHistory, Ready: func(l []demo.Invitation) { list = l },
		Seeded: func() { seeded = true; stop() }})
	if err != nil || !seeded {
		t.Fatalf("the demo ended early: %v", err)
	}
	return &house{App: a}, list
}

func (h *house) stop(t *testing.T) {
	t.Helper()
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// as is the context in which the person of login acts.
func (h *house) as(t *testing.T, login string) context.Context {
	t.Helper()
	var id string
	var epoch int64
	if err := h.Records.Read().NewSelect().Table("account").Column("id", "epoch").Where("login = ?", login).Scan(t.Context(), &id, &epoch); err != nil {
		t.Fatal(err)
	}
	actor, err := h.Rooms.Accounts.Actor(t.Context(), id, epoch)
	if err != nil {
		t.Fatal(err)
	}
	return auth.With(t.Context(), actor)
}

func TestTheDemoIsTheProvinceItSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, invited := demoHouse(t, dir, demoNow)
	h.checkPeople(t, invited)
	h.checkDesk(t)
	h.checkOffice(t)
	h.checkHits(t, demoNow)
	before := h.rows(t)
	h.stop(t)

	h, _ = demoHouse(t, dir, demoNow)
	if after := h.rows(t); !maps.Equal(before, after) {
		t.Errorf("a second start changed the records from %v to %v", before, after)
	}
	h.stop(t)

	h, _ = demoHouse(t, dir, demoNow.Add(demoPause))
	h.checkHits(t, demoNow.Add(demoPause))
	h.stop(t)
}

// checkPeople expects that nobody can sign in but by a link.
func (h *house) checkPeople(t *testing.T, invited []demo.Invitation) {
	t.Helper()
	people, total, err := h.Rooms.Accounts.List(h.as(t, "quantri"), account.Filter{Limit: 100})
	if err != nil || total != 15 {
		t.Fatalf("%d people, %v; want 15", total, err)
	}
	for _, p := range people {
		if p.HasPassword != (p.Login == "quantri") {
			t.Errorf("%s has a password: %v", p.Login, p.HasPassword)
		}
		for _, guess := range []string{"", p.Login, "admin", "demo", "vonggac"} {
			if _, err := h.Rooms.Accounts.SignIn(t.Context(), p.Login, guess); err == nil {
				t.Errorf("%s signs in with %q", p.Login, guess)
			}
		}
	}
	if len(invited) != 8 {
		t.Fatalf("%d invited, want 8", len(invited))
	}
	for _, i := range invited {
		u, err := url.Parse(i.Address)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := h.Rooms.Accounts.Opening(t.Context(), u.Query().Get("token")); err != nil || a.Login != i.Person.Login {
			t.Errorf("the link of %s opens %q, %v", i.Person.Login, a.Login, err)
		}
	}
}

// checkDesk expects what the newcomer finds on the first pages.
func (h *house) checkDesk(t *testing.T) {
	t.Helper()
	ctx := h.as(t, demo.DutyOfficer)
	units, err := h.Rooms.Units.List(ctx, unit.Filter{On: calendar.DateOf(demoNow), Limit: 1})
	if err != nil || units.Total != 40 {
		t.Errorf("%d units today, %v; want 40", units.Total, err)
	}
	cases, err := h.Rooms.Incidents.List(ctx, incident.Filter{Oldest: true, Limit: 10})
	if err != nil || len(cases.Rows) != 2 || cases.Rows[0].Severity.Value != "M2" || cases.Rows[1].Severity.Decided() {
		t.Fatalf("incidents %+v, %v", cases.Rows, err)
	}
	duties, err := h.Rooms.Obligations.Count(ctx)
	if err != nil || duties.Late != 2 {
		t.Errorf("obligations %+v, %v; want the tasks of two communes late, and nothing else", duties, err)
	}
	counts, err := h.Rooms.Findings.Counts(ctx)
	if err != nil || counts.Acknowledged != 4 {
		t.Errorf("findings %+v, %v; want 4 acknowledged", counts, err)
	}
	infections, err := h.Rooms.Infections.Total(h.as(t, demo.UnitOfficer))
	if err != nil || infections.Machines != 1 || infections.NAT+infections.Resolver+infections.Proxy+infections.Unknown != 0 {
		t.Errorf("the commune sees %+v, %v; want its one machine", infections, err)
	}
}

// checkOffice expects that no room is empty: papers at every step, terms in every
// state, a rule of the province's own, a time of raised duty, certificates.
func (h *house) checkOffice(t *testing.T) {
	t.Helper()
	ctx := h.as(t, demo.Clerk)
	for _, state := range register.States() {
		if state == register.Sealed { // passed in one breath
			continue
		}
		if p, err := h.Rooms.Documents.List(ctx, register.Filter{State: state}); err != nil || p.Total == 0 {
			t.Errorf("%d papers are %s, %v", p.Total, state, err)
		}
	}
	if p, err := h.Rooms.Documents.List(ctx, register.Filter{Open: true}); err != nil || p.Total != 2 {
		t.Errorf("%d papers wait for receipts, %v", p.Total, err)
	}
	incoming, err := h.Rooms.Documents.List(ctx, register.Filter{Dir: register.In, Urgency: "flash"})
	if err != nil || incoming.Total != 1 {
		t.Fatalf("%d telegrams, %v", incoming.Total, err)
	}
	deep := 0
	for chain := must(h.Rooms.Documents.Chain(ctx, incoming.Rows[0].ID))(t); len(chain) > 0 && chain[0].Target != ""; chain = chain[0].Below {
		deep++
	}
	if deep != 3 {
		t.Errorf("the telegram rests on a chain of %d, want 3", deep)
	}
	head := h.as(t, demo.Director)
	for name, f := range map[string]obligation.Filter{"late": {Clock: obligation.Late}, "met in time": {Clock: obligation.MetTime}, "met late": {Clock: obligation.MetLate},
		"waived": {State: obligation.Waived}, "asked": {State: obligation.Open, Asked: true}, "periodic": {Kind: obligation.PeriodKind}, "on a paper": {Query: "UBND-NC"}} {
		if p, err := h.Rooms.Obligations.List(head, f); err != nil || p.Total == 0 {
			t.Errorf("%d obligations are %s, %v", p.Total, name, err)
		}
	}
	if got := h.told(t, head)["obligation.asked"]; got != 1 {
		t.Errorf("the head was told of %d requests, want 1", got)
	}
	if p, err := h.Rooms.Signatures.List(h.as(t, demo.CentreOfficer), esign.Filter{}); err != nil || p.Total != 3 || !slices.ContainsFunc(p.Rows, func(c esign.Certificate) bool { return c.Uses > 0 }) {
		t.Errorf("certificates %+v, %v", p.Rows, err)
	}
	if _, n, err := h.Rooms.Rules.List(head, rule.Filter{}); err != nil || n != 1 {
		t.Errorf("%d overrides, %v", n, err)
	}
	papers, err := h.Rooms.Reports.List(h.as(t, demo.CentreOfficer), report.Filter{Form: "F12"})
	if err != nil || papers.Total != 1 {
		t.Fatalf("%d annual reports, %v", papers.Total, err)
	}
	if f, err := h.Rooms.Reports.Get(h.as(t, demo.CentreOfficer), papers.Rows[0].ID); err != nil || f.Values["total"].Int == nil || *f.Values["total"].Int != 12 {
		t.Errorf("the annual report counts %+v systems, %v", f.Values["total"], err)
	}
}

// planted is one group of hits, as demo.Expectation counts them.
type planted struct {
	source, name, indicator, list, threat string
	client                                netip.Addr
}

type heard struct {
	count       int64
	first, last time.Time
}

// checkHits expects the hits planted since the demo began, each once, and no
// other.
func (h *house) checkHits(t *testing.T, now time.Time) {
	t.Helper()
	p := demo.New(demo.DefaultSeed)
	want := map[planted]heard{}
	groups := map[planted]bool{}
	for _, e := range demo.NewTraffic(p).Expected(demoNow.Add(-demoHistory), now) {
		name := p.Source(e.Source).Name
		want[planted{name, e.Name, e.Indicator, e.List, e.Threat, e.Client}] = heard{e.Count, e.First.UTC(), e.Last.UTC()}
		groups[planted{threat: e.Threat, client: e.Client}] = true
	}
	if len(groups) < len(p.Infections) {
		t.Fatalf("only %d groups of client and threat are planted, with %d infected machines", len(groups), len(p.Infections))
	}
	got, found := h.hits(t)
	if len(found) != len(groups) {
		t.Errorf("findings of %d clients and threats, want %d", len(found), len(groups))
	}
	for k, w := range want {
		if g := got[k]; g != w {
			t.Errorf("%+v: %+v, want %+v", k, g, w)
		}
		delete(got, k)
	}
	for k, g := range got {
		t.Errorf("nobody planted %+v: %+v", k, g)
	}
}

// hits are all that the findings hold, and whose findings there are.
func (h *house) hits(t *testing.T) (map[planted]heard, map[planted]bool) {
	t.Helper()
	ctx := h.as(t, demo.CentreOfficer)
	sources, _, err := h.Rooms.Sources.List(ctx, source.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, s := range sources {
		names[string(s.ID)] = s.Name
	}
	page, err := h.Rooms.Findings.List(ctx, finding.Filter{Limit: 1000})
	if err != nil || page.Next != "" {
		t.Fatal(err, page.Next)
	}
	got, found := map[planted]heard{}, map[planted]bool{}
	for _, f := range page.Rows {
		found[planted{threat: f.Threat, client: f.Addr}] = true
		list, total, err := h.Rooms.Findings.Hits(ctx, []finding.Seen{f}, 0, 100_000)
		if err != nil || int64(len(list)) != total {
			t.Fatal(len(list), total, err)
		}
		for _, hit := range list {
			k := planted{names[hit.SourceID], intel.Normalise(hit.Name), intel.Normalise(hit.Indicator), hit.List, f.Threat, f.Addr}
			g, ok := got[k]
			if !ok || hit.First.Before(g.first) {
				g.first = hit.First.UTC()
			}
			if hit.Last.After(g.last) {
				g.last = hit.Last.UTC()
			}
			g.count += hit.Queries
			got[k] = g
		}
	}
	return got, found
}

// rows counts what the demo brings.
func (h *house) rows(t *testing.T) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	for _, table := range []string{"unit", "unit_range", "account", "source", "source_file", "source_block", "indicator_list", "finding", "finding_hit",
		"infection", "incident", "obligation", "obligation_evidence", "obligation_duty", "document", "document_link", "document_dispatch", "rule_override",
		"calendar_decision", "esign_certificate", "report_paper"} {
		n, err := h.Records.Read().NewSelect().Table(table).Count(t.Context())
		if err != nil || n == 0 {
			t.Errorf("%s: %d rows, %v", table, n, err)
		}
		counts[table] = n
	}
	return counts
}

func TestInventedDataStaysOutOfARealCentre(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	if err := h.RunDemo(t.Context(), demo.Options{}); err == nil {
		t.Error("the demo ran in a real centre")
	}
	if empty, err := h.Rooms.Accounts.Empty(t.Context()); err != nil || !empty {
		t.Errorf("empty: %v, %v", empty, err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTheDemoStartsAgainAfterReforms merges, splits and ends units of the demo, one
// of them by hand, and starts it again on a later day: what was done stays, and
// nothing new is opened for units that are no more.
func TestTheDemoStartsAgainAfterReforms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, _ := demoHouse(t, dir, demoNow)
	ctx := h.as(t, "quantri")
	ids := map[string]unit.ID{}
	page, err := h.Rooms.Units.List(ctx, unit.Filter{Limit: unit.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range page.Units {
		ids[u.Code] = u.ID
	}
	first := calendar.DateOf(demoNow)
	reform := func(r unit.Reform, from ...string) {
		t.Helper()
		r.From, r.Basis = first, "NQ 12"
		for _, code := range from {
			r.Spec.Units = append(r.Spec.Units, ids[code])
		}
		r = must(h.Rooms.Units.SaveReform(ctx, r))(t)
		must(h.Rooms.Units.ApplyReform(ctx, r.ID, r.Version, must(h.Rooms.Units.Preview(ctx, r))(t).Digest))(t)
	}
	reform(unit.Reform{Kind: unit.Merge, Spec: unit.Spec{Parts: []unit.Part{{Name: "UBND xã Gộp"}}}}, "GD19", "GD20")
	reform(unit.Reform{Kind: unit.Merge, Spec: unit.Spec{Parts: []unit.Part{{Name: "Sở Y tế và Giáo dục"}}}}, "GD06", "GD07")
	reform(unit.Reform{Kind: unit.Merge, Spec: unit.Spec{Parts: []unit.Part{{Name: "Trung tâm An ninh mạng và Chuyển đổi số"}}}}, "GD01", "GD11")
	reform(unit.Reform{Kind: unit.Split, Spec: unit.Spec{Parts: []unit.Part{{Name: "UBND xã Đông"}, {Name: "UBND xã Tây"}}}}, "GD21")
	reform(unit.Reform{Kind: unit.End}, "GD16")
	reform(unit.Reform{Kind: unit.End}, "GD37")
	h.stop(t)

	gone := map[string]bool{}
	for _, code := range []string{"GD19", "GD20", "GD06", "GD07", "GD01", "GD11", "GD21", "GD16", "GD37"} {
		gone[string(ids[code])] = true
	}
	for _, later := range []time.Duration{demoPause, 30 * 24 * time.Hour} {
		h, _ = demoHouse(t, dir, demoNow.Add(later))
		owed := must(h.Rooms.Obligations.List(h.as(t, "quantri"), obligation.Filter{Kind: obligation.TaskKind, Limit: 1000}))(t)
		for _, o := range owed.Rows {
			if gone[o.UnitID] && o.CreatedAt.After(demoNow) {
				t.Errorf("after %s, %q was opened for a unit that is no more", later, o.Title.VI)
			}
		}
		h.stop(t)
	}
}
