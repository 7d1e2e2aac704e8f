// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

func udp(sh *shelf, d listener.Directory) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick,
		Listeners: []listener.Listen{{Name: "udp", Kind: listener.SyslogUDP, Address: "127.0.0.1:0"}}}
}

func TestADatagramIsALine(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		sh := newShelf()
		peers := make(chan listener.Peer, 100)
		o := udp(sh, directory(func(p listener.Peer) (listener.Way, bool) {
			peers <- p
			return way, true
		}))
		o.Listeners[0].Address = address
		s := start(t, o)
		c := dial(t, s, "udp")
		for _, d := range []string{"<13>Nov 22 10:00:00 fw1 app: one\n", "two\nlines\r\n\x00", "\n", strings.Repeat("x", 60_000)} {
			send(t, c, d)
		}
		sh.awaitLines(t, 3)
		if got, want := sh.text(), "<13>Nov 22 10:00:00 fw1 app: one\ntwo#012lines\n"+strings.Repeat("x", 60_000)+"\n"; got != want {
			t.Errorf("stored %s, want %s", short(got), short(want))
		}
		if p := <-peers; p.Host != "fw1" || !p.Addr.IsLoopback() || p.Kind != listener.SyslogUDP || p.Listener != "udp" {
			t.Errorf("the sender is %+v", p)
		}
		f := s.Figures()
		l := f.Listeners[0]
		if l.Datagrams != 4 || f.Ways[0].Lines != 3 || countOf(f.Ways[0].Counts, listener.Empty) != 1 {
			t.Errorf("figures %+v", f)
		}
		if runtime.GOOS == "linux" && (!l.KernelDropKnown || l.KernelDrops != 0 || l.ReceiveBuffer == 0) {
			t.Errorf("the kernel tells %+v", l)
		}
	}
}

// TestEveryDatagramIsAccountedFor floods a stream that does not take: what the
// kernel handed over is stored or counted, and what it dropped is told.
func TestEveryDatagramIsAccountedFor(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.blocked = make(chan struct{})
	o := udp(sh, directory(everybody))
	o.Listeners[0].ReceiveBuffer = 64 << 10
	s := start(t, o)
	c := dial(t, s, "udp")
	line, n := "<13>"+strings.Repeat("y", 200), int64(0)
	var f listener.Figures
	for range 2000 { // until more is taken than can be kept; how much the kernel drops depends on the machine
		for range 200 {
			send(t, c, line)
		}
		n += 200
		f = eventually(t, s, "all seen", func(f listener.Figures) bool {
			l := f.Listeners[0]
			return l.Datagrams+l.KernelDrops == n || !l.KernelDropKnown && l.Datagrams > 0
		})
		if len(f.Ways) == 1 && countOf(f.Ways[0].Counts, listener.Overflow) > 500 {
			break
		}
	}
	close(sh.blocked)
	f = eventually(t, s, "stored or counted", func(f listener.Figures) bool { // a datagram is counted first and then taken
		return f.Ways[0].Waiting == 0 && f.Held == 0 && f.Ways[0].StoredLines+countOf(f.Ways[0].Counts, listener.Overflow) >= f.Listeners[0].Datagrams
	})
	w := f.Ways[0]
	over := countOf(w.Counts, listener.Overflow)
	if w.StoredLines+over != f.Listeners[0].Datagrams || over == 0 || int(w.StoredLines) != sh.count() {
		t.Errorf("%d datagrams: %d stored, %d counted over", f.Listeners[0].Datagrams, w.StoredLines, over)
	}
	t.Logf("%d sent: %d by the kernel, of them %d stored and %d without room; %d dropped by the kernel", n, f.Listeners[0].Datagrams, w.StoredLines, over, f.Listeners[0].KernelDrops)
}

func TestOverItsQuotaUDPIsDroppedAndCounted(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	limited := way
	limited.Quota = listener.Quota{Lines: 10}
	o := udp(sh, directory(func(listener.Peer) (listener.Way, bool) { return limited, true }))
	now := time.Unix(1_800_000_000, 0)
	o.Now = func() time.Time { return now }
	s := start(t, o)
	c := dial(t, s, "udp")
	for i := range 80 {
		send(t, c, fmt.Sprintf("line %d", i))
	}
	f := eventually(t, s, "counted", func(f listener.Figures) bool {
		return f.Listeners[0].Datagrams == 80 && len(f.Ways) == 1 && f.Ways[0].StoredLines+countOf(f.Ways[0].Counts, listener.OverQuota) >= 80
	})
	if got := countOf(f.Ways[0].Counts, listener.OverQuota); got != 30 {
		t.Errorf("%d over the quota", got)
	}
	if c := f.Ways[0].Counts[0]; len(c.Samples) != 8 || c.Samples[0] != "line 50" || c.Kept {
		t.Errorf("counts %+v", c)
	}
}

func TestUnknownSendersAreBounded(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, udp(sh, directory(func(listener.Peer) (listener.Way, bool) { return listener.Way{}, false })))
	c := dial(t, s, "udp")
	const n = 400
	for i := range n {
		send(t, c, fmt.Sprintf("<13>Nov 22 10:00:00 host%d app: hello", i))
		if i%50 == 49 { // no more than any kernel keeps
			eventually(t, s, "counted", func(f listener.Figures) bool { return f.Listeners[0].Unknown == int64(i+1) })
		}
	}
	f := eventually(t, s, "counted", func(f listener.Figures) bool { return f.Listeners[0].Unknown == n })
	list := f.Listeners[0].Senders
	if len(list) != 9 || list[0].Host != "" {
		t.Errorf("an address that makes up hosts fills the table: %+v", list)
	}
}

// TestQuietWaysShareAPace has many ways with a line each: their blocks are
// stored one by one.
func TestQuietWaysShareAPace(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := udp(sh, directory(func(p listener.Peer) (listener.Way, bool) {
		return listener.Way{ID: p.Host, Source: "s", Owner: "u"}, true
	}))
	s := start(t, o)
	c := dial(t, s, "udp")
	begin := time.Now()
	for i := range 40 {
		send(t, c, fmt.Sprintf("<13>Nov 22 10:00:00 host%d app: hello", i))
	}
	sh.awaitLines(t, 40)
	if d := time.Since(begin); d < 39*20*time.Millisecond {
		t.Errorf("40 blocks within %s", d)
	}
	if len(sh.blocks) != 40 {
		t.Errorf("%d blocks", len(sh.blocks))
	}
}

// TestLoggerSendsByUDPAndTCP runs logger(1) of util-linux.
func TestLoggerSendsByUDPAndTCP(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("logger")
	if err != nil {
		t.Skip("logger is not installed here")
	}
	sh := newShelf()
	o := udp(sh, directory(everybody))
	o.Listeners = append(o.Listeners, listener.Listen{Name: "tcp", Kind: listener.SyslogTCP, Address: "127.0.0.1:0"})
	s := start(t, o)
	lines := 0
	for _, args := range [][]string{{"-d", "udp", "--rfc3164"}, {"-d", "udp", "--rfc5424"}, {"-T", "tcp", "--rfc3164"}, {"-T", "tcp", "--rfc5424"}, {"-T", "tcp", "--octet-count", "--rfc5424"}} {
		host, port, err := net.SplitHostPort(s.Addr(args[1]).String())
		if err != nil {
			t.Fatal(err)
		}
		args = append([]string{args[0], "-n", host, "-P", port, "-t", "tag"}, append(args[2:], "xin chào from "+args[1])...)
		if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		lines++
		sh.awaitLines(t, lines)
	}
	for i, l := range sh.lines() {
		if !strings.HasPrefix(l, "<13>") || !strings.Contains(l, "xin chào from ") || strings.Contains(l[4:], "<") {
			t.Errorf("line %d is %q", i, l)
		}
		if host := listener.HostOf(l); host == "" {
			t.Errorf("line %d has no host: %q", i, l)
		}
	}
}

var _ stream.Appender = (*shelf)(nil)
