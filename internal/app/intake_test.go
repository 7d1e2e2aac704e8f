// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/source"
)

// receiving is a started centre that listens for syslog by TCP.
func receiving(t *testing.T, dir string) *house {
	t.Helper()
	h := open(t, dir, nil, "intake.tcp", "127.0.0.1:0", "intake.udp", "127.0.0.1:0")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// door is where a listener stands.
func (h *house) door(t *testing.T, ctx context.Context, name string) string {
	t.Helper()
	state, err := h.Rooms.Reception.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range state.Listeners {
		if strings.HasPrefix(l.Name, name) {
			return l.Address
		}
	}
	t.Fatalf("no listener %s in %+v", name, state.Listeners)
	return ""
}

// await asks until ok, which the centre brings about by itself.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("a minute passed without: %s", what)
		}
	}
}

func send(t *testing.T, network, address, text string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestALineFromTheNetworkBecomesAFinding sends syslog by TCP and UDP from a
// sender that is known and one that is not, stops the centre in between, and
// follows the lines to findings, hours and counters.
func TestALineFromTheNetworkBecomesAFinding(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := receiving(t, dir)
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	tcp := h.door(t, ctx, "tcp")
	line := func(i int, name string) string {
		return fmt.Sprintf("<30>Nov 21 08:00:%02d dns-01 dnsmasq[9]: query[A] %s from 10.0.0.%d\n", i%60, name, i)
	}
	send(t, "tcp", tcp, line(1, "evil.test"))
	await(t, "the unknown sender is counted", func() bool {
		state, err := h.Rooms.Reception.State(ctx)
		return err == nil && state.Listeners[1].Unknown+state.Listeners[0].Unknown > 0
	})
	src := h.source(t, ctx, "DNS", "")
	way, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogTCP, Network: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.SyslogUDP, Network: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 50 {
		text.WriteString(line(i, []string{"good.example", "WWW.Evil.test"}[i%2]))
	}
	send(t, "tcp", tcp, text.String())
	found := func() (n, queries int64) {
		page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Rows {
			queries += f.Queries
		}
		return page.Total, queries
	}
	await(t, "25 findings", func() bool { n, _ := found(); return n == 25 })
	send(t, "udp", h.door(t, ctx, "udp"), line(1, "a.evil.test"))
	await(t, "the datagram", func() bool { _, q := found(); return q == 26 })
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}

	h = receiving(t, dir)
	defer func() {
		if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	send(t, "tcp", h.door(t, ctx, "tcp"), line(3, "b.evil.test"))
	await(t, "what came after the start", func() bool { _, q := found(); return q == 27 })
	var lines, marks int64
	err = h.Records.Read().NewRaw("SELECT (SELECT SUM(lines) FROM source_hour WHERE source_id = ?), (SELECT COUNT(*) FROM source_taken)", string(src.ID)).Scan(t.Context(), &lines, &marks)
	if err != nil || lines != 52 || marks < 3 {
		t.Errorf("%d lines in hours, %d blocks, %v; way %s", lines, marks, err, way.ID)
	}
}
