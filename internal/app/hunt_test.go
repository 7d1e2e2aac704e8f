// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
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
	log := infectedLog(20000)
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
