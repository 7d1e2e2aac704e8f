// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format/dnstap"
	"github.com/vonggac/vonggac/internal/intake/listener"
)

// fstrm makes the frames of a Frame Stream (github.com/farsightsec/fstrm).
func frame(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }

func control(kind uint32, content string) []byte {
	body := binary.BigEndian.AppendUint32(nil, kind)
	if content != "" {
		body = binary.BigEndian.AppendUint32(body, 1)
		body = append(body, frame([]byte(content))...)
	}
	return append([]byte{0, 0, 0, 0}, frame(body)...)
}

var (
	tapReady, tapStart, tapStop = control(4, dnstap.ContentType), control(2, dnstap.ContentType), control(3, "")
	tapAccept, tapFinish        = control(1, dnstap.ContentType), control(5, "")
)

// tapped is a dnstap message of an identity: a client's query whose answer has
// some bytes.
func tapped(identity string, size int) []byte {
	b := append([]byte{0x0a, byte(len(identity))}, identity...)
	inner := append([]byte{0x08, 5, 0x22, 4, 192, 0, 2, 7}, 0x52, byte(size)) // type, query_address, query_message
	inner = append(inner, bytes.Repeat([]byte{1}, size)...)
	b = append(b, 0x72, byte(len(inner)))
	return append(append(b, inner...), 0x78, 1)
}

func tapDoor(sh *shelf, d listener.Directory, address string) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick, Listeners: []listener.Listen{{Name: "tap", Kind: listener.Dnstap, Address: address}}}
}

// socket is the path of a socket, short enough for one.
func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "vg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "tap")
}

func expect(t testing.TB, c net.Conn, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("answered %x, %v; want %x", got, err, want)
	}
}

func expectEnd(t testing.TB, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Fatalf("the connection goes on: %d, %v", n, err)
	}
}

// TestDnstapIsAcceptedAndFinished speaks both forms of the stream, by TCP and by
// a socket, in pieces of some bytes; the end is answered when all is stored.
func TestDnstapIsAcceptedAndFinished(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", socket(t)} {
		sh := newShelf()
		peers := make(chan listener.Peer, 100)
		s := start(t, tapDoor(sh, directory(func(p listener.Peer) (listener.Way, bool) {
			peers <- p
			return way, true
		}), address))
		c := dial(t, s, "tap")
		send(t, c, string(tapReady))
		expect(t, c, tapAccept)
		all := string(tapStart) + strings.Repeat(string(frame(tapped("ns1", 20))), 700) + string(tapStop)
		for len(all) > 0 {
			n := min(len(all), 1000)
			send(t, c, all[:n])
			all = all[n:]
		}
		expect(t, c, tapFinish)
		if sh.set(func(*shelf) {}); len(sh.lines()) != 700 {
			t.Errorf("%d lines are stored when the end is answered", len(sh.lines()))
		}
		expectEnd(t, c)
		c = dial(t, s, "tap")
		send(t, c, string(tapStart)+string(frame(tapped("ns1", 0)))+string(tapStop))
		expectEnd(t, c)
		sh.awaitLines(t, 701)
		if got, want := sh.lines()[700], `{"dnstap":"CLIENT_QUERY","identity":"ns1","query_address":"192.0.2.7"}`; got != want {
			t.Errorf("stored %s, want %s", got, want)
		}
		p := <-peers
		if p.Host != "ns1" || p.Kind != listener.Dnstap || p.Addr.IsValid() == filepath.IsAbs(address) {
			t.Errorf("the sender is %+v", p)
		}
		f := s.Figures()
		if f.Ways[0].Lines != 701 || len(f.Ways[0].Counts) != 0 || f.Listeners[0].Accepted != 2 {
			t.Errorf("figures %+v", f)
		}
	}
}

func TestDnstapOfNobodyKnownIsCountedByItsIdentity(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, tapDoor(sh, directory(func(p listener.Peer) (listener.Way, bool) { return way, p.Host == "ns1" }), "127.0.0.1:0"))
	c := dial(t, s, "tap")
	send(t, c, string(tapStart)+strings.Repeat(string(frame(tapped("ns2", 3))), 3))
	expectEnd(t, c)
	f := eventually(t, s, "counted", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 3 })
	if u := f.Listeners[0].Senders[0]; u.Host != "ns2" || u.Addr != "127.0.0.1" || !strings.Contains(u.Sample, "CLIENT_QUERY") || sh.count() != 0 {
		t.Errorf("unknown: %+v", u)
	}
}

// TestWhatIsNoDnstapIsCounted sends frames that hold no message, frames too
// large, and things that are no stream at all; good frames beside them are
// taken.
func TestWhatIsNoDnstapIsCounted(t *testing.T) {
	t.Parallel()
	good := string(frame(tapped("ns1", 3)))
	for name, c := range map[string]struct {
		sent   string
		lines  int
		counts map[listener.Reason]int64
	}{
		"frames of something else": {string(tapStart) + string(frame([]byte("hello"))) + good + string(frame([]byte{0xff})) + good + string(tapStop), 2, map[listener.Reason]int64{listener.BadFrame: 2}},
		"a large frame":            {string(tapStart) + good + string(frame(make([]byte, dnstap.MaxFrame+1))) + good + string(tapStop), 2, map[listener.Reason]int64{listener.LargeFrame: 1}},
		"a frame cut off":          {string(tapStart) + good + good[:20], 1, map[listener.Reason]int64{listener.BadFrame: 1}},
		"another content":          {string(control(2, "protobuf:other")) + good, 0, map[listener.Reason]int64{listener.BadStream: 1}},
		"syslog":                   {"<13>Nov 22 10:00:00 host app: hello\n", 0, map[listener.Reason]int64{listener.BadStream: 1}},
		"data without a start":     {good, 0, map[listener.Reason]int64{listener.BadStream: 1}},
		"a hopeless length":        {string(tapStart) + good + "\x7f\xff\xff\xff", 1, map[listener.Reason]int64{listener.BadStream: 1}},
		"only frames of nothing":   {string(tapStart) + strings.Repeat(string(frame([]byte("x"))), 500), 0, map[listener.Reason]int64{listener.BadFrame: 500}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			s := start(t, tapDoor(sh, directory(everybody), "127.0.0.1:0"))
			conn := dial(t, s, "tap")
			send(t, conn, c.sent)
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			expectEnd(t, conn)
			sh.awaitLines(t, c.lines)
			f := eventually(t, s, "the end", func(f listener.Figures) bool { return f.Listeners[0].Connections == 0 })
			counts := f.Listeners[0].Counts
			if len(f.Ways) > 0 {
				counts = append(counts, f.Ways[0].Counts...)
			}
			for r, n := range c.counts {
				if countOf(counts, r) != n || len(counts) != len(c.counts) {
					t.Errorf("counted %+v, want %v", counts, c.counts)
				}
			}
			if sh.count() != c.lines {
				t.Errorf("%d lines", sh.count())
			}
			for _, x := range counts {
				if len(x.Samples) == 0 || x.Kept {
					t.Errorf("no sample of %+v", x)
				}
			}
		})
	}
}

// TestASlowDnstapSenderIsEnded begins a frame and does not end it; one that is
// only silent stays.
func TestASlowDnstapSenderIsEnded(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := tapDoor(sh, directory(everybody), "127.0.0.1:0")
	o.Limits.Line, o.Limits.First = 30*time.Millisecond, 2*time.Second // long enough to send in, even here
	s := start(t, o)
	silent, mute := dial(t, s, "tap"), dial(t, s, "tap")
	send(t, silent, string(tapStart))
	slow := dial(t, s, "tap")
	send(t, slow, string(tapStart)+string(frame(tapped("ns1", 9))[:12]))
	expectEnd(t, slow)
	expectEnd(t, mute)
	f := eventually(t, s, "counted", func(f listener.Figures) bool { return len(f.Listeners[0].Counts) > 0 })
	if countOf(f.Listeners[0].Counts, listener.BadFrame) != 1 {
		t.Errorf("counted %+v", f.Listeners[0].Counts)
	}
	send(t, silent, string(frame(tapped("ns1", 9))))
	sh.awaitLines(t, 1)
}

func TestASocketIsTakenOverFromTheDeadAlone(t *testing.T) {
	t.Parallel()
	path := socket(t)
	first := launch(t, tapDoor(newShelf(), directory(everybody), path))
	second, err := listener.New(tapDoor(newShelf(), directory(everybody), path))
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(t.Context()); err == nil {
		t.Fatal("two listen on one socket")
	}
	stop(t, first)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // as a process that is killed
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	stop(t, launch(t, tapDoor(newShelf(), directory(everybody), path)))
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	third, err := listener.New(tapDoor(newShelf(), directory(everybody), path))
	if err != nil {
		t.Fatal(err)
	}
	if err := third.Start(t.Context()); err == nil {
		t.Error("a file was taken for a socket")
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "precious" {
		t.Errorf("the file is %q, %v", b, err)
	}
}
