// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format/dnstap"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
)

// tapped is a Frame Stream with a client's query for a name, and its two
// control frames.
func tapped(name string) (start, query, stop []byte) {
	frame := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	text := func(field byte, b []byte) []byte { return append([]byte{field<<3 | 2, byte(len(b))}, b...) }
	wire := []byte{0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for label := range strings.SplitSeq(name, ".") {
		wire = append(append(wire, byte(len(label))), label...)
	}
	wire = append(wire, 0, 0, 1, 0, 1)
	message := append([]byte{1 << 3, 5}, text(4, []byte{10, 0, 0, 7})...) // CLIENT_QUERY of 10.0.0.7
	message = binary.AppendUvarint(append(message, 8<<3), uint64(t0.Unix()))
	message = append(message, text(10, wire)...)
	query = append(text(1, []byte("ns1")), text(14, message)...)
	query = append(query, 15<<3, 1)
	head := append([]byte{0, 0, 0, 2, 0, 0, 0, 1}, frame([]byte(dnstap.ContentType))...)
	return append(make([]byte, 4), frame(head)...), frame(query), append(make([]byte, 4), frame([]byte{0, 0, 0, 3})...)
}

// flowed is a message of IPFIX: a template and a flow from 10.0.0.8 to
// 203.0.113.66.
func flowed(number uint32) []byte {
	b := []byte{0, 10, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9,
		0, 2, 0, 20, 1, 44, 0, 3, 0, 8, 0, 4, 0, 12, 0, 4, 0, 1, 0, 4,
		1, 44, 0, 16, 10, 0, 0, 8, 203, 0, 113, 66, 0, 0, 2, 0}
	binary.BigEndian.PutUint32(b[4:], uint32(t0.Unix()))
	binary.BigEndian.PutUint32(b[8:], number)
	return b
}

// TestDnstapAndFlowsBecomeFindings has a DNS server and an exporter send to a
// running centre: first unknown, then declared; the names and addresses they
// tell of become findings, their lines are kept for searches, and what the
// exporter lost is on the source's page.
func TestDnstapAndFlowsBecomeFindings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run, err := os.MkdirTemp("", "vg") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(run) }) // of the test alone
	socket := filepath.Join(run, "tap")
	h := open(t, dir, nil, "intake.dnstap", "127.0.0.1:0, "+socket, "intake.netflow", "127.0.0.1:0")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n203.0.113.66\n")
	start, query, stop := tapped("www.evil.test")
	tap, flows := h.door(t, ctx, "dnstap/0"), h.door(t, ctx, "netflow")
	send(t, "tcp", tap, string(start)+string(query))
	send(t, "udp", flows, string(flowed(1)))
	await(t, "both are unknown", func() bool {
		state, err := h.Rooms.Reception.State(ctx)
		if err != nil {
			t.Fatal(err)
		}
		unknown := 0
		for _, l := range state.Listeners {
			unknown += len(l.Senders)
		}
		return unknown == 2
	})
	dns, edge := h.source(t, ctx, "DNS", ""), h.source(t, ctx, "Tường lửa", "")
	for _, w := range []source.Way{{Source: dns.ID, Kind: source.Dnstap, Host: "NS1"}, {Source: edge.ID, Kind: source.NetFlow, Network: "127.0.0.0/8"}} {
		if _, _, err := h.Rooms.Sources.AddWay(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	c, err := (&net.Dialer{}).DialContext(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, b := range [][]byte{start, query, query, stop} {
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := c.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		t.Fatalf("the end of the stream is answered by %d bytes, %v", n, err)
	}
	send(t, "tcp", tap, string(start)+string(query)+string(stop))
	for i := range uint32(60) {
		send(t, "udp", flows, string(flowed(1+i+[]uint32{0, 6}[min(i/10, 1)])))
	}
	found := func() (queries int64, threats []string) {
		page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Rows {
			queries += f.Queries
			threats = append(threats, f.Addr.String())
		}
		slices.Sort(threats)
		return queries, threats
	}
	await(t, "63 hits", func() bool { n, _ := found(); return n == 63 })
	if _, clients := found(); !slices.Equal(clients, []string{"10.0.0.7", "10.0.0.8"}) {
		t.Errorf("findings of %v", clients)
	}
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, nil) // what was counted in the last minute was kept at the end
	live, err := again.Rooms.Sources.Live(ctx, edge.ID)
	if err != nil || !slices.ContainsFunc(live.Losses, func(l source.Loss) bool { return l.What == "dropped" && l.Reason == "lost_flows" && l.N == 6 }) {
		t.Errorf("losses of the exporter: %+v, %v", live.Losses, err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	kept := rowsKept(t, dir)
	for _, want := range []string{"query.hostname=www.evil.test query.type=A src_endpoint.ip=10.0.0.7", "dst_endpoint.ip=203.0.113.66 src_endpoint.ip=10.0.0.8 traffic.bytes_out=512"} {
		if !slices.ContainsFunc(kept, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no row with %s among %d, such as %v", want, len(kept), kept[:min(len(kept), 2)])
		}
	}
	if len(kept) != 63 {
		t.Errorf("%d rows are kept", len(kept))
	}
}

// rowsKept are the fields of the rows in the archive of dir, each row in the
// order of their names.
func rowsKept(t *testing.T, dir string) []string {
	t.Helper()
	a, err := lake.OpenArchive(filepath.Join(dir, "archive"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	all := &remembering{}
	if _, err := a.Mend(t.Context(), all, time.Time{}); err != nil {
		t.Fatal(err)
	}
	return all.seen
}

// remembering is an empty store that remembers what it is given.
type remembering struct {
	counted
	seen []string
}

func (r *remembering) Insert(_ context.Context, rows []lake.Row) (lake.Refused, error) {
	for _, row := range rows {
		var fields []string
		for _, f := range row.Fields {
			fields = append(fields, f.Name+"="+f.Value)
		}
		slices.Sort(fields)
		r.seen = append(r.seen, strings.Join(fields, " "))
	}
	return lake.Refused{}, nil
}
