// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

const thumb = "ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12"

// way adds a way in and gives its id and token.
func (h *house) way(s source.Source, w source.Way) (source.Way, string) {
	h.t.Helper()
	w.Source = s.ID
	w, token, err := h.AddWay(h.as(auth.Centre, "root"), w)
	if err != nil {
		h.t.Fatal(err)
	}
	return w, token
}

// peer is what a sender shows.
type peer struct{ kind, listener, addr, certificate, host, token, path string }

func (h *house) found(p peer) string {
	addr, err := netip.ParseAddr(p.addr)
	if err != nil {
		addr = netip.Addr{}
	}
	id, _, _, _, _, _ := h.Directory().Find(p.kind, p.listener, addr, p.certificate, p.host, p.token, p.path)
	return id
}

func TestTheMostSpecificWayIsTaken(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		wide, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Network: "10.0.0.0/8"})
		near, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Network: "10.1.2.0/24"})
		one, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Network: "10.1.2.3"})
		named, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Network: "10.0.0.0/8", Host: "FW-01.Tinh.Example."})
		host, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Host: "fw-01.tinh.example"})
		cert, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Certificate: strings.ToUpper(thumb)})
		any, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Listener: "tls-1"})
		six, _ := h.way(s, source.Way{Kind: source.SyslogTLS, Network: "2001:db8::/32"})
		for _, c := range []struct {
			p    peer
			want source.WayID
		}{
			{peer{addr: "10.9.9.9"}, wide.ID},
			{peer{addr: "10.1.2.9"}, near.ID},
			{peer{addr: "10.1.2.3"}, one.ID},
			{peer{addr: "::ffff:10.1.2.3"}, one.ID},
			{peer{addr: "10.1.2.3", host: "fw-01.TINH.example"}, named.ID},
			{peer{addr: "192.0.2.1", host: "fw-01.tinh.example"}, host.ID},
			{peer{addr: "10.1.2.3", host: "fw-01.tinh.example", certificate: thumb}, cert.ID},
			{peer{addr: "10.1.2.3", host: "other", certificate: "ff"}, one.ID},
			{peer{addr: "192.0.2.1", listener: "tls-1"}, any.ID},
			{peer{addr: "192.0.2.1", listener: "tls-2"}, ""},
			{peer{addr: "2001:db8::7"}, six.ID},
			{peer{host: "fw-01"}, ""},
		} {
			c.p.kind = string(source.SyslogTLS)
			if got := h.found(c.p); got != string(c.want) {
				h.t.Errorf("%+v found %q, want %q", c.p, got, c.want)
			}
		}
		if got := h.found(peer{kind: "syslog-udp", addr: "10.1.2.3"}); got != "" {
			h.t.Errorf("a way of another kind was taken: %q", got)
		}
	})
}

func TestATailedFileIsFoundByTheMostExactPath(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		all, _ := h.way(s, source.Way{Kind: source.Tail, Path: "/var/log/*/*.log"})
		dns, _ := h.way(s, source.Way{Kind: source.Tail, Path: "/var/log/named/*.log"})
		one, _ := h.way(s, source.Way{Kind: source.Tail, Path: `D:\log\dns.log`})
		for path, want := range map[string]source.WayID{"/var/log/fw/a.log": all.ID, "/var/log/named/q.log": dns.ID, `D:\log\dns.log`: one.ID, "/etc/x": ""} {
			if got := h.found(peer{kind: "file", path: path}); got != string(want) {
				h.t.Errorf("%s found %q, want %q", path, got, want)
			}
		}
	})
}

func TestARelayIsKnownByAllButTheHost(t *testing.T) {
	each(t, func(h *house) {
		a, b := h.source("a"), h.source("b")
		one, _ := h.way(a, source.Way{Kind: source.SyslogTCP, Network: "10.1.2.3", Host: "fw-01", Relay: true})
		two, _ := h.way(b, source.Way{Kind: source.SyslogTCP, Network: "10.1.2.3", Host: "fw-02"})
		h.way(b, source.Way{Kind: source.SyslogTCP, Network: "10.9.9.9", Host: "fw-03"})
		relays := func(kind, addr string) bool {
			return h.Directory().Relays(kind, "", netip.MustParseAddr(addr), "")
		}
		if !relays("syslog-tcp", "10.1.2.3") || relays("syslog-tcp", "10.9.9.9") || relays("syslog-tls", "10.1.2.3") {
			h.t.Error("who relays is told wrongly")
		}
		for host, want := range map[string]source.WayID{"FW-01": one.ID, "fw-02": two.ID, "fw-09": ""} {
			if got := h.found(peer{kind: "syslog-tcp", addr: "10.1.2.3", host: host}); got != string(want) {
				h.t.Errorf("%s found %q, want %q", host, got, want)
			}
		}
		one.Relay = false
		if _, err := h.ChangeWay(h.as(auth.Centre, "root"), one); err != nil {
			h.t.Fatal(err)
		}
		if relays("syslog-tcp", "10.1.2.3") {
			h.t.Error("it relays still")
		}
	})
}

func TestWaysByDnstapAndNetFlow(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		tap, _ := h.way(s, source.Way{Kind: source.Dnstap, Listener: "dnstap//run/vonggac/dnstap.sock", Host: "NS1"})
		flow, _ := h.way(s, source.Way{Kind: source.NetFlow, Network: "10.0.0.0/8"})
		for want, p := range map[source.WayID]peer{tap.ID: {kind: "dnstap", listener: "dnstap//run/vonggac/dnstap.sock", host: "ns1"}, flow.ID: {kind: "netflow", addr: "10.2.3.4"}} {
			if got := h.found(p); got != string(want) {
				h.t.Errorf("%+v found %q, want %q", p, got, want)
			}
		}
	})
}

func TestTwoWaysThatFitTheSameSendersAreRefused(t *testing.T) {
	each(t, func(h *house) {
		a, b := h.source("a"), h.source("b")
		ctx := h.as(auth.Centre, "root")
		first, _ := h.way(a, source.Way{Kind: source.SyslogUDP, Network: "10.1.2.77/24"})
		_, _, err := h.AddWay(h.as(auth.Centre, "b"), source.Way{Source: b.ID, Kind: source.SyslogUDP, Network: "10.1.2.0/24"})
		if !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), string(a.ID)) {
			h.t.Fatalf("the same network again: %v", err)
		}
		first.Off = true
		off, err := h.ChangeWay(ctx, first)
		if err != nil {
			h.t.Fatal(err)
		}
		second, _ := h.way(b, source.Way{Kind: source.SyslogUDP, Network: "10.1.2.0/24"})
		if got := h.found(peer{kind: "syslog-udp", addr: "10.1.2.9"}); got != string(second.ID) {
			h.t.Errorf("found %q, want the way that is on", got)
		}
		off.Off = false
		if _, err := h.ChangeWay(ctx, off); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("on again beside the other: %v", err)
		}
		if _, err := h.ChangeWay(ctx, first); !fault.Is(err, fault.Conflict) {
			h.t.Errorf("an outdated version: %v", err)
		}
	})
}

func TestATokenIsShownOnceAndEnds(t *testing.T) {
	each(t, func(h *house) {
		s, ctx := h.source("a"), h.as(auth.Centre, "root")
		w, token := h.way(s, source.Way{Kind: source.HTTP, Lines: 100, Bytes: 1 << 20})
		id, src, owner, lines, bytes, ok := h.Directory().Find("http", "", netip.Addr{}, "", "", token, "")
		if !ok || id != string(w.ID) || src != string(s.ID) || owner != "a" || lines != 100 || bytes != 1<<20 {
			h.t.Fatalf("found %q %q %q %d %d %t", id, src, owner, lines, bytes, ok)
		}
		w, next, err := h.RotateToken(ctx, w.ID, w.Version)
		if err != nil || h.found(peer{kind: "http", token: token}) != "" || h.found(peer{kind: "http", token: next}) != string(w.ID) {
			h.t.Fatalf("after rotation the old token works or the new one does not: %v", err)
		}
		var stored []string
		if err := h.records.Read().NewRaw("SELECT token FROM source_way UNION SELECT detail FROM audit_entry").Scan(ctx, &stored); err != nil {
			h.t.Fatal(err)
		}
		if strings.Contains(strings.Join(stored, " "), next) {
			h.t.Error("the token is stored as it is")
		}
		if w, err = h.RevokeToken(ctx, w.ID, w.Version); err != nil || !w.Off || h.found(peer{kind: "http", token: next}) != "" {
			h.t.Errorf("revoked: %+v, %v", w, err)
		}
		w.Off = false
		if _, err := h.ChangeWay(ctx, w); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("on without token: %v", err)
		}
		if _, _, err := h.RotateToken(h.as(auth.Centre, "b"), w.ID, w.Version); !fault.Is(err, fault.NotFound) {
			h.t.Errorf("another unit's officer: %v", err)
		}
		if _, _, err := h.RotateToken(h.as(auth.Duty, "a"), w.ID, w.Version); !fault.Is(err, fault.Forbidden) {
			h.t.Errorf("who may only read: %v", err)
		}
	})
}

func TestWaysOfAClosedSourceLetNobodyIn(t *testing.T) {
	each(t, func(h *house) {
		s, ctx := h.source("a"), h.as(auth.Centre, "root")
		w, _ := h.way(s, source.Way{Kind: source.SyslogUDP, Network: "10.1.1.1"})
		p := peer{kind: "syslog-udp", addr: "10.1.1.1"}
		if h.found(p) != string(w.ID) {
			h.t.Fatal("not found at all")
		}
		s.Closed = true
		if _, err := h.Update(ctx, s); err != nil {
			h.t.Fatal(err)
		}
		if got := h.found(p); got != "" {
			h.t.Errorf("found %q", got)
		}
	})
}

func TestAWayThatCannotBeSaysWhichFieldIsWrong(t *testing.T) {
	t.Parallel()
	for field, w := range map[string]source.Way{
		"kind":        {Kind: "smoke"},
		"network":     {Kind: source.SyslogUDP},
		"path":        {Kind: source.Tail, Path: "[a"},
		"certificate": {Kind: source.SyslogTLS, Certificate: "12"},
		"host":        {Kind: source.SyslogUDP, Host: "a b"},
		"listener":    {Kind: source.SyslogUDP, Listener: strings.Repeat("x", 121)},
		"lines":       {Kind: source.HTTP, Lines: -1},
		"relay":       {Kind: source.SyslogUDP, Host: "fw", Relay: true},
	} {
		err := w.Check()
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field] == "" {
			t.Errorf("%+v: %v; want a word on %s", w, err, field)
		}
	}
	for field, w := range map[string]source.Way{"host": {Kind: source.SyslogTLS, Network: "10.1.2.3", Relay: true}, "network": {Kind: source.Dnstap}, "certificate": {Kind: source.NetFlow, Network: "10.1.2.3", Certificate: thumb}} {
		if err := w.Check(); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field] == "" {
			t.Errorf("%+v: %v; want a word on %s", w, err, field)
		}
	}
	for _, text := range []string{"10.1.2.3/33", "::ffff:10.0.0.0/104", "fw"} {
		w := source.Way{Kind: source.SyslogUDP, Network: text}
		if err := w.Check(); err == nil {
			t.Errorf("network %q was taken", text)
		}
	}
}

// FuzzWay: what Check takes can be found again by the very thing it asks for.
func FuzzWay(f *testing.F) {
	f.Add("10.0.0.0/8", "fw", "udp-1")
	f.Add("::ffff:1.2.3.4", "", "")
	f.Add("2001:db8::1%eth0", "A.", "")
	f.Fuzz(func(t *testing.T, network, host, listener string) {
		w := source.Way{Kind: source.SyslogUDP, Network: network, Host: host, Listener: listener}
		if w.Check() != nil {
			return
		}
		again := w
		if err := again.Check(); err != nil || again != w {
			t.Errorf("checked twice: %+v, then %+v, %v", w, again, err)
		}
		if w.Network != "" {
			if p, err := netip.ParsePrefix(w.Network); err != nil || p.Masked() != p {
				t.Errorf("network %q: %v", w.Network, err)
			}
		}
	})
}
