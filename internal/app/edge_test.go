// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/source"
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

// TestDnstapAndFlowsThroughACollector has the same DNS server and exporter send
// to a collector at a unit's site and to the centre itself, over real sockets:
// what is kept of both is equal to the field, and what the exporter lost on its
// way to the collector is on its source's page.
func TestDnstapAndFlowsThroughACollector(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir, nil, "intake.edge", "127.0.0.1:0", "intake.dnstap", "127.0.0.1:0", "intake.netflow", "127.0.0.1:0")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n203.0.113.66\n")
	dns, flows := h.source(t, ctx, "DNS", ""), h.source(t, ctx, "Bộ định tuyến", "")
	siteDNS, siteFlows := h.source(t, ctx, "DNS xã", ""), h.source(t, ctx, "Bộ định tuyến xã", "")
	for _, w := range []source.Way{{Source: dns.ID, Kind: source.Dnstap, Host: "ns1"}, {Source: flows.ID, Kind: source.NetFlow, Network: "127.0.0.0/8"}} {
		if _, _, err := h.Rooms.Sources.AddWay(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	c, code, err := h.Rooms.Collectors.Create(ctx, collector.Collector{Name: "Bộ thu xã", Unit: h.root})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []collector.Way{{Collector: c.ID, Source: string(siteDNS.ID), Kind: "dnstap", Host: "NS1"},
		{Collector: c.ID, Source: string(siteFlows.ID), Kind: "netflow", Network: "127.0.0.0/8"}} {
		if _, _, err := h.Rooms.Collectors.AddWay(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	run, err := os.MkdirTemp("", "vg") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(run) }) // of the test alone
	site, socket := t.TempDir(), filepath.Join(run, "tap")
	if _, err := edge.Enrol(t.Context(), edge.Enrolment{Dir: site, Centre: "https://" + h.EdgeAddress(), Code: code, Version: "test", Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	o := edge.Options{Dir: site, Version: "test", Every: 50 * time.Millisecond, Wait: 5 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	o.Config.Listen.Dnstap, o.Config.Listen.NetFlow = []string{"127.0.0.1:0", socket}, []string{"127.0.0.1:0"}
	ready, done := make(chan *edge.Collector, 1), make(chan error, 1)
	o.Ready = func(c *edge.Collector) { ready <- c }
	running, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	defer stop()
	go func() { done <- edge.Run(running, o) }()
	at := <-ready
	await(t, "the collector hears of the ways", func() bool {
		got, err := h.Rooms.Collectors.Get(ctx, c.ID)
		return err == nil && got.Said.WaysAt == 2
	})
	begin, query, finish := tapped("www.evil.test")
	stream := string(begin) + strings.Repeat(string(query), 3) + string(finish)
	for _, tap := range [][2]string{{"tcp", h.door(t, ctx, "dnstap/0")}, {"tcp", at.Addr("dnstap/0").String()}, {"unix", socket}} {
		tapInto(t, tap[0], tap[1], stream)
	}
	for i := range uint32(60) { // six are lost after the tenth
		message := string(flowed(1 + i + []uint32{0, 6}[min(i/10, 1)]))
		send(t, "udp", h.door(t, ctx, "netflow"), message)
		send(t, "udp", at.Addr("netflow/0").String(), message)
	}
	lost := func(id source.ID) bool {
		live, err := h.Rooms.Sources.Live(ctx, id)
		return err == nil && slices.ContainsFunc(live.Losses, func(l source.Loss) bool { return l.What == "dropped" && l.Reason == "lost_flows" && l.N == 6 })
	}
	await(t, "129 hits, and what was lost on the way to the collector", func() bool {
		page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Limit: 100})
		var queries int64
		for _, f := range page.Rows {
			queries += f.Queries
		}
		return err == nil && queries == 3*3+2*60 && lost(siteFlows.ID)
	})
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	kept := map[string]int{}
	for _, row := range rowsKept(t, dir) {
		kept[row]++
	}
	taps, exports := 0, 0
	for row, n := range kept {
		switch {
		case strings.Contains(row, "query.hostname=www.evil.test query.type=A src_endpoint.ip=10.0.0.7") && n == 9:
			taps++
		case strings.Contains(row, "dst_endpoint.ip=203.0.113.66 src_endpoint.ip=10.0.0.8 traffic.bytes_out=512") && n == 120:
			exports++
		default:
			t.Errorf("%d times %s", n, row)
		}
	}
	if taps != 1 || exports != 1 {
		t.Errorf("what came through the collector is not what came directly: %v", kept)
	}
}

// tapInto sends a whole Frame Stream and waits until its end is answered or
// closed.
func tapInto(t *testing.T, network, address, stream string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, stream); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Fatal(err)
	}
}
