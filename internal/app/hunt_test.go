// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func (h *house) shut(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

// read has a log received and read.
func (h *house) read(t *testing.T, ctx context.Context, src source.Source, name string, log []byte) {
	t.Helper()
	if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, name, source.ByPage, strings.NewReader(string(log))); err != nil {
		t.Fatal(err)
	}
	h.work(t)
}

// evidence is what the findings hold, in words that do not depend on how it
// was found.
func (h *house) evidence(t *testing.T) (out []string) {
	t.Helper()
	for _, sql := range []string{
		"SELECT f.addr || ' ' || f.threat || ' ' || f.state || ' ' || f.first_seen || ' ' || f.last_seen || ' ' || f.queries || ' ' || f.names FROM finding f",
		"SELECT f.addr || ' ' || h.name || ' ' || h.indicator || ' ' || h.list || ' ' || MIN(h.first_seen) || ' ' || MAX(h.last_seen) || ' ' || SUM(h.queries) FROM finding_hit h JOIN finding f ON f.id = h.finding_id GROUP BY f.addr, h.name, h.indicator, h.list",
		"SELECT i.addr || ' ' || i.threat || ' ' || i.state || ' ' || i.first_seen || ' ' || i.last_seen || ' ' || i.queries FROM infection i",
	} {
		var rows []string
		if err := h.Records.Read().NewRaw(sql).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		slices.Sort(rows)
		out = append(out, rows...)
	}
	return out
}

// TestAListThatComesLaterFindsWhatItWouldHaveFound reads the same log before
// and after the list came: the findings are the same.
func TestAListThatComesLaterFindsWhatItWouldHaveFound(t *testing.T) {
	t.Parallel()
	log := infectedLog(5000)
	before, after := open(t, t.TempDir(), nil), open(t, t.TempDir(), nil)
	before.shut(t)
	after.shut(t)
	ctx := before.found(t)
	before.arm(t, ctx, "bad.example\nevil.test\n")
	before.read(t, ctx, before.source(t, ctx, "DNS", ""), "q.log", log)
	want := before.evidence(t)

	ctx = after.found(t)
	after.read(t, ctx, after.source(t, ctx, "DNS", ""), "q.log", log)
	if got := after.evidence(t); len(got) != 0 {
		t.Fatalf("findings without a list: %q", got)
	}
	after.arm(t, ctx, "bad.example\nevil.test\n")
	if got := after.evidence(t); len(want) < 100 || !slices.Equal(got, want) {
		t.Errorf("looked back: %d rows, want %d\n%s", len(got), len(want), diff(want, got))
	}
	var acts int
	if err := after.Records.Read().NewRaw("SELECT COUNT(*) FROM audit_entry WHERE action IN ('hunt.record', 'hunt.retro')").Scan(t.Context(), &acts); err != nil || acts < 2 {
		t.Errorf("%d acts in the trail, %v", acts, err)
	}

	// Switched off and on again, the list is looked for whole; nothing is
	// counted twice.
	lists, err := after.Rooms.Indicators.List(ctx, indicator.Filter{})
	if err != nil || len(lists.Rows) != 1 {
		t.Fatalf("%d lists, %v", len(lists.Rows), err)
	}
	l := lists.Rows[0].List
	for _, on := range []bool{false, true} {
		if l, err = after.Rooms.Indicators.Switch(ctx, l.ID, l.Version, on, "thử"); err != nil {
			t.Fatal(err)
		}
		after.work(t)
	}
	if got := after.evidence(t); !slices.Equal(got, want) {
		t.Errorf("after off and on\n%s", diff(want, got))
	}
}

// TestOnlyAddedIndicatorsAreLookedFor replaces a list and reads on: what was
// counted stays as it is, what is new is looked for, what is allowed is not
// found.
func TestOnlyAddedIndicatorsAreLookedFor(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	src := h.source(t, ctx, "DNS", "")
	var b strings.Builder
	for i := range 20 {
		for n, name := range []string{"evil.test", "www.bad.example", "fine.bad.example", "good.example"} {
			fmt.Fprintf(&b, "Nov 20 08:%02d:%02d dnsmasq[1]: query[A] %s from 10.0.0.%d\n", i, n, name, n+1)
		}
	}
	h.read(t, ctx, src, "a.log", []byte(b.String()))
	if _, err := h.Rooms.Indicators.Allow(ctx, "fine.bad.example", false, "của đơn vị"); err != nil {
		t.Fatal(err)
	}
	h.work(t)
	lists, err := h.Rooms.Indicators.List(ctx, indicator.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lists.Rows {
		if l.List.Builtin {
			continue
		}
		f, err := h.Rooms.Indicators.Store(ctx, "bad2.txt", strings.NewReader("evil.test\nbad.example\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Rooms.Indicators.Replace(ctx, l.List.ID, l.List.Version, "", f); err != nil {
			t.Fatal(err)
		}
	}
	h.work(t)
	got := []string{}
	if err := h.Records.Read().NewRaw("SELECT f.addr || ' ' || h.name || ' ' || h.day || ' ' || SUM(h.queries) FROM finding_hit h JOIN finding f ON f.id = h.finding_id GROUP BY f.addr, h.name, h.day ORDER BY 1").Scan(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"10.0.0.1 evil.test 2026-11-20 20", "10.0.0.2 www.bad.example 2026-11-20 20"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	var detail string
	if err := h.Records.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = 'hunt.retro' ORDER BY id DESC LIMIT 1").Scan(t.Context(), &detail); err != nil || !strings.Contains(detail, `"indicators":1,`) {
		t.Errorf("the last looking back was %s, %v; want one indicator", detail, err)
	}
}

// TestLookingBackShowsOwnUnitsOnly has two officers and the centre look for the
// same name: each sees the machines of their units, counts included, and
// nobody the hunt of another.
func TestLookingBackShowsOwnUnitsOnly(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	ctx := h.found(t)
	officers := map[string]context.Context{}
	for i, word := range []string{"alpha", "bravo"} {
		u, err := h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã " + word, Code: word, Kind: "xa", ParentID: unit.ID(h.root)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Rooms.Units.AddRange(ctx, u.ID, unit.NewRange{Text: fmt.Sprintf("10.%d.0.0/16", i+1), Kind: unit.Machine}); err != nil {
			t.Fatal(err)
		}
		officers[word] = auth.With(t.Context(), auth.Actor{ID: word, Name: word, Home: string(u.ID), Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: string(u.ID)}}})
	}
	h.read(t, ctx, h.source(t, ctx, "DNS", ""), "q.log", []byte("Nov 20 08:00:00 dnsmasq[1]: query[A] www.bad.example from 10.1.0.5\n"+
		"Nov 20 08:00:01 dnsmasq[1]: query[A] bad.example from 10.2.0.5\nNov 20 08:00:02 dnsmasq[1]: query[A] bad.example from 10.9.0.5\n"+
		"Nov 20 08:00:03 dnsmasq[1]: query[A] notbad.example from 10.1.0.6\n"))
	q := hunt.Question{Value: "hxxp://Bad[.]Example/x", Below: true, Reason: "công văn 12"}
	want := map[string]string{"alpha": "10.1.0.5", "bravo": "10.2.0.5", "centre": "10.1.0.5 10.2.0.5 10.9.0.5"}
	asked := map[string]hunt.Hunt{}
	officers["centre"] = ctx
	for word, as := range officers {
		found, err := h.Rooms.Hunts.Search(as, q)
		if err != nil {
			t.Fatal(err)
		}
		asked[word] = found
		list, totals, err := h.Rooms.Hunts.Found(as, found, hunt.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			got = append(got, s.Addr.String())
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want[word] || int(totals.Clients) != len(got) || int(totals.Queries) != len(got) {
			t.Errorf("%s sees %q and counts %+v, want %s", word, got, totals, want[word])
		}
	}
	if _, err := h.Rooms.Hunts.Get(officers["alpha"], asked["bravo"].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the hunt of another gave %v", err)
	}
	q.Reason = " "
	if _, err := h.Rooms.Hunts.Search(ctx, q); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["reason"] == "" {
		t.Errorf("without reason: %v", err)
	}
	viewer := auth.With(t.Context(), auth.Actor{ID: "v", Grants: []auth.Grant{{Role: auth.Viewer, Unit: h.root}, {Role: auth.Administrator, Unit: h.root}}})
	if _, err := h.Rooms.Hunts.Search(viewer, q); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a viewer: %v", err)
	}
	var details []string
	if err := h.Records.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = 'hunt.search'").Scan(t.Context(), &details); err != nil || len(details) != 3 || !strings.Contains(details[0], "công văn 12") {
		t.Errorf("the trail holds %q, %v", details, err)
	}
}
