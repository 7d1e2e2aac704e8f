// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/intake/edge"
)

// TestALineAtAUnitsSiteBecomesAFinding follows lines from a sender at a site
// through a collector, by the network and then on a stick, to a finding at the
// centre; the centre is started anew in between.
func TestALineAtAUnitsSiteBecomesAFinding(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := func() time.Time { return time.Now() }
	h := open(t, dir, clock, "intake.edge", "127.0.0.1:0")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	src := h.source(t, ctx, "DNS xã", "")
	c, code, err := h.Rooms.Collectors.Create(ctx, collector.Collector{Name: "Bộ thu xã", Unit: src.Owner})
	if err != nil {
		t.Fatal(err)
	}
	site, at := t.TempDir(), h.EdgeAddress()
	if _, err := edge.Enrol(t.Context(), edge.Enrolment{Dir: site, Centre: "https://" + at, Code: code, Version: "test", Now: clock}); err != nil {
		t.Fatal(err)
	}
	o := edge.Options{Dir: site, Version: "test", Every: 50 * time.Millisecond, Wait: 5 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	o.Config.Listen.TCP = []string{"127.0.0.1:0"}
	ready, done := make(chan string, 1), make(chan error, 1)
	o.Ready = func(c *edge.Collector) { ready <- c.Addr("tcp/0").String() }
	running, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { done <- edge.Run(running, o) }()
	door := <-ready
	line := func(i int, name string) string {
		return fmt.Sprintf("<30>%s dns-01 dnsmasq[9]: query[A] %s from 10.0.0.%d\n", time.Now().Add(7*time.Hour).UTC().Format("Jan _2 15:04:05"), name, i)
	}
	send(t, "tcp", door, line(1, "evil.test"))
	await(t, "the centre sees a sender nobody knows", func() bool {
		got, err := h.Rooms.Collectors.Get(ctx, c.ID)
		return err == nil && len(got.Said.Unknowns) == 1 && got.Said.Unknowns[0].Addr == "127.0.0.1"
	})
	if _, _, err := h.Rooms.Collectors.AddWay(ctx, collector.Way{Collector: c.ID, Source: string(src.ID), Kind: "syslog-tcp", Network: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	await(t, "the collector hears of the way", func() bool {
		got, err := h.Rooms.Collectors.Get(ctx, c.ID)
		return err == nil && got.Said.WaysAt == 1
	})
	var text strings.Builder
	for i := range 40 {
		text.WriteString(line(i, []string{"good.example", "www.evil.test"}[i%2]))
	}
	send(t, "tcp", door, text.String())
	queries := func(h *house) (n int64) {
		page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Rows {
			n += f.Queries
		}
		return n
	}
	await(t, "twenty queries are in findings", func() bool { return queries(h) == 20 })
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	send(t, "tcp", door, text.String())
	await(t, "they lie in the spool", func() bool {
		st, err := edge.ReadStatus(site)
		return err == nil && st.Backlog > 0 && st.Failure != ""
	})
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	b, err := edge.MakeBundle(site, t.TempDir(), false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h = open(t, dir, clock, "intake.edge", at)
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice is once
		raw, err := app.Ask(t.Context(), dir, "collect.accept", app.AcceptAsk{File: b.File}, func(app.Step) {})
		if err != nil {
			t.Fatal(err)
		}
		var got app.Accepted
		if err := json.Unmarshal(raw, &got); err != nil || got.Taken+got.Repeated != int64(b.Blocks) || got.Missing != "" {
			t.Fatalf("accepted %+v, %v", got, err)
		}
		if _, err := edge.TakeReceipt(site, []byte(got.Receipt)); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "forty queries are in findings", func() bool { return queries(h) == 40 })
	running, stop = context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { done <- edge.Run(running, o) }()
	send(t, "tcp", <-ready, line(9, "evil.test"))
	await(t, "one more by the network", func() bool { return queries(h) == 41 })
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var lines int
	if err := h.Records.Read().NewRaw("SELECT SUM(lines) FROM source_hour").Scan(t.Context(), &lines); err != nil || lines != 81 {
		t.Errorf("%d lines are counted, 81 were sent, %v", lines, err)
	}
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}
