// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

func tcp(sh *shelf, d listener.Directory) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick,
		Listeners: []listener.Listen{{Name: "tcp", Kind: listener.SyslogTCP, Address: "127.0.0.1:0"}}}
}

func TestLinesOverTCPAreStored(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	var peer atomic.Pointer[listener.Peer]
	s := start(t, tcp(sh, directory(func(p listener.Peer) (listener.Way, bool) {
		peer.Store(&p)
		return way, true
	})))
	c := dial(t, s, "tcp")
	send(t, c, "<13>Nov 22 10:00:00 fw1 app: one\n"+counted("<13>Nov 22 10:00:00 fw1 app: two\nlines")+"tail")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	sh.awaitLines(t, 3)
	if got, want := sh.text(), "<13>Nov 22 10:00:00 fw1 app: one\n<13>Nov 22 10:00:00 fw1 app: two#012lines\ntail\n"; got != want {
		t.Errorf("stored %q, want %q", got, want)
	}
	b := sh.blocks[0]
	if b.Source != "s1" || b.Owner != "u1" || b.Way != "w1" || !strings.HasPrefix(b.ID, "net/") || b.Received.Location() != time.UTC {
		t.Errorf("stored %+v", b)
	}
	if p := *peer.Load(); p.Kind != listener.SyslogTCP || p.Listener != "tcp" || p.Addr != loopback || p.Host != "fw1" || p.Certificate != "" {
		t.Errorf("the sender is %+v", p)
	}
	f := eventually(t, s, "closed", func(f listener.Figures) bool { return f.Ways[0].Connections == 0 && f.Ways[0].StoredLines == 3 })
	w := f.Ways[0]
	if w.Lines != 3 || w.Bytes != int64(len(sh.text())) || w.StoredBytes != w.Bytes || w.Last.IsZero() || f.Held != 0 || countOf(w.Counts, listener.Rewritten) != 1 || f.Listeners[0].Accepted != 1 {
		t.Errorf("figures %+v", f)
	}
}

func TestAnUnknownSenderIsSampledAndClosed(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, tcp(sh, directory(func(listener.Peer) (listener.Way, bool) { return listener.Way{}, false })))
	c := dial(t, s, "tcp")
	send(t, c, "<13>Nov 22 10:00:00 fw1 app: who am I\n")
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !isReset(err) {
		t.Errorf("the connection stays: %v", err)
	}
	f := eventually(t, s, "counted", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 1 && f.Listeners[0].Connections == 0 })
	u := f.Listeners[0].Senders
	if len(u) != 1 || u[0].Addr != "127.0.0.1" || u[0].Host != "fw1" || u[0].Count != 1 || u[0].Sample != "<13>Nov 22 10:00:00 fw1 app: who am I" || u[0].First.IsZero() || u[0].Last.IsZero() {
		t.Errorf("senders %+v", u)
	}
	if len(sh.lines()) != 0 || len(f.Ways) != 0 {
		t.Errorf("taken all the same: %q", sh.text())
	}
}

func isReset(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}

// TestAWayTakenAwayEndsItsConnections changes the directory under a connection.
func TestAWayTakenAwayEndsItsConnections(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	var now atomic.Pointer[listener.Way]
	now.Store(&way)
	s := start(t, tcp(sh, directory(func(listener.Peer) (listener.Way, bool) {
		w := now.Load()
		if w == nil {
			return listener.Way{}, false
		}
		return *w, true
	})))
	c := dial(t, s, "tcp")
	send(t, c, "first\n")
	sh.awaitLines(t, 1)
	now.Store(&listener.Way{ID: "w2", Source: "s2", Owner: "u2"})
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for other := false; !other; {
		<-tick.C
		send(t, c, "more\n")
		for _, w := range s.Figures().Ways {
			other = other || w.Way == "w2" && w.Lines > 0 && w.Connections == 1
		}
	}
	now.Store(nil)
	for closed := false; !closed; {
		<-tick.C
		_, err := c.Write([]byte("more\n"))
		closed = err != nil
	}
	if f := s.Figures(); f.Listeners[0].Unknown == 0 {
		t.Errorf("figures %+v", f)
	}
}

// TestNothingIsLostWhileTheStreamRefuses sends more than is held and wants all
// of it once the stream takes again.
func TestNothingIsLostWhileTheStreamRefuses(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.refuse = func(stream.Block) error { return errRefused }
	s := start(t, tcp(sh, directory(everybody)))
	const n = 100_000
	c := dial(t, s, "tcp")
	sent := make(chan error, 1)
	go func() {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<13>line %d of the whole, with a few words behind it to make it longer\n", i)
		}
		_, err := io.WriteString(c, b.String())
		sent <- errors.Join(err, c.Close())
	}()
	eventually(t, s, "held back", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && f.Ways[0].Waiting == listener.InFlight && f.Ways[0].Retries > listener.InFlight
	})
	if f := s.Figures(); f.Held > (listener.InFlight+1)*listener.MostRun || f.Ways[0].Lines == n {
		t.Errorf("held %d bytes", f.Held)
	}
	sh.set(func(s *shelf) { s.refuse = nil })
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	sh.awaitLines(t, n)
	seen := map[string]bool{}
	for _, l := range sh.lines() {
		seen[l] = true
	}
	if len(seen) != n || sh.count() != n {
		t.Errorf("%d lines, %d different, want %d", sh.count(), len(seen), n)
	}
	for _, b := range sh.blocks {
		if len(b.Body) > listener.MostRun {
			t.Errorf("a block of %d bytes", len(b.Body))
		}
	}
}

// TestABlockNobodyCanTakeIsGivenUp holds nothing up behind it.
func TestABlockNobodyCanTakeIsGivenUp(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.refuse = func(b stream.Block) error {
		if strings.Contains(string(b.Body), "poison") {
			return fmt.Errorf("%w: it is poison", stream.ErrInvalid)
		}
		return nil
	}
	o := tcp(sh, directory(everybody))
	o.Listeners = append(o.Listeners, listener.Listen{Name: "web", Kind: listener.HTTP, Address: "127.0.0.1:0"})
	s := start(t, o)
	c := dial(t, s, "tcp")
	send(t, c, "poison\n")
	eventually(t, s, "given up", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && countOf(f.Ways[0].Counts, listener.Invalid) == 1 && f.Ways[0].Waiting == 0 && f.Held == 0
	})
	if a, text := push(t, s, "POST", "/ingest", "poison\n"); a.StatusCode != 500 {
		t.Errorf("answered %d %s", a.StatusCode, text)
	}
	send(t, c, "good\n")
	sh.awaitLines(t, 1)
}

// TestAThousandReconnects counts at both ends.
func TestAThousandReconnects(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, tcp(sh, directory(everybody)))
	var next atomic.Int64
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for {
				i := next.Add(1)
				if i > 1000 {
					return
				}
				c, err := net.Dial("tcp", s.Addr("tcp").String())
				if err != nil {
					t.Error(err)
					return
				}
				for k := range i % 7 {
					if _, err := fmt.Fprintf(c, "<13>connection %d line %d\n", i, k); err != nil {
						t.Error(err)
					}
				}
				if _, err := fmt.Fprintf(c, "connection %d last line", i); err != nil {
					t.Error(err)
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	senders.Wait()
	want := 1000
	for i := 1; i <= 1000; i++ {
		want += i % 7
	}
	sh.awaitLines(t, want)
	f := eventually(t, s, "all closed", func(f listener.Figures) bool { return f.Listeners[0].Connections == 0 && f.Ways[0].Waiting == 0 })
	if got := int(f.Ways[0].StoredLines); got != want || sh.count() != want || f.Listeners[0].Accepted != 1000 {
		t.Errorf("sent %d, counted %d, stored %d, %d connections", want, got, sh.count(), f.Listeners[0].Accepted)
	}
}

// TestTenThousandIdleConnectionsCostLittle opens them, sends a line by each,
// which gives back what it was read with, and measures.
func TestTenThousandIdleConnectionsCostLittle(t *testing.T) {
	const want = 10_000
	n := openFiles(want)
	if n < want {
		t.Logf("the system lets this process have only %d connections", n)
	}
	sh := newShelf()
	o := tcp(sh, directory(everybody))
	o.Limits.Address = n
	s := start(t, o)
	before := memory()
	list := make([]net.Conn, n)
	for i := range list {
		c, err := net.Dial("tcp", s.Addr("tcp").String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		list[i] = c
		send(t, c, "<13>hello "+strings.Repeat("x", i%2000)+"\n")
	}
	sh.awaitLines(t, n)
	sh.set(func(s *shelf) { s.blocks = nil })
	f := eventually(t, s, "open", func(f listener.Figures) bool { return f.Ways[0].Connections == n })
	if f.Listeners[0].Connections != n {
		t.Errorf("figures %+v", f.Listeners[0])
	}
	each := (memory() - before) / int64(n)
	t.Logf("%d idle connections: %d bytes each, both ends of them counted", n, each)
	if each > 24<<10 {
		t.Errorf("%d bytes a connection", each)
	}
}

func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// TestASlowSenderIsLetGo begins lines and does not end them.
func TestASlowSenderIsLetGo(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := tcp(sh, directory(everybody))
	o.Limits.Line, o.Limits.First = 50*time.Millisecond, 2*time.Second // long enough to send in, even here
	s := start(t, o)
	quiet := dial(t, s, "tcp")
	send(t, quiet, "a whole line\n")
	slow := dial(t, s, "tcp")
	send(t, slow, "never end")
	silent := dial(t, s, "tcp")
	for _, c := range []net.Conn{silent, slow} {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the connection stays: %v", err)
		}
	}
	sh.awaitLines(t, 2)
	f := eventually(t, s, "one left", func(f listener.Figures) bool { return f.Listeners[0].Connections == 1 })
	if countOf(f.Ways[0].Counts, listener.NoNewline) != 1 {
		t.Errorf("figures %+v", f)
	}
	send(t, quiet, "is welcome for ever\n")
	sh.awaitLines(t, 3)
}

// TestBegunLinesAreBounded holds more begun lines than allowed.
func TestBegunLinesAreBounded(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := tcp(sh, directory(everybody))
	o.Limits.Begun = 300 << 10
	s := start(t, o)
	for range 8 {
		c := dial(t, s, "tcp")
		_, _ = io.WriteString(c, strings.Repeat("x", 200<<10)) // the connection may be ended before all is written
	}
	eventually(t, s, "let go", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && countOf(f.Ways[0].Counts, listener.Held) >= 5
	})
}

// TestTooManyConnectionsAreCounted opens one more than allowed.
func TestTooManyConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := tcp(sh, directory(everybody))
	o.Limits.Connections, o.Limits.Address = 3, 2
	s := start(t, o)
	var in []net.Conn
	for range 2 {
		in = append(in, dial(t, s, "tcp"))
		send(t, in[len(in)-1], "in\n")
	}
	sh.awaitLines(t, 2)
	if _, err := dial(t, s, "tcp").Read(make([]byte, 1)); err == nil {
		t.Error("a third of the same address is let in")
	}
	f := eventually(t, s, "counted", func(f listener.Figures) bool { return countOf(f.Listeners[0].Counts, listener.Crowded) == 1 })
	if got := f.Listeners[0].Counts[0].Samples; len(got) != 1 || got[0] != "127.0.0.1" {
		t.Errorf("samples %q", got)
	}
	if err := in[0].Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, s, "left", func(f listener.Figures) bool { return f.Listeners[0].Connections == 1 })
	send(t, dial(t, s, "tcp"), "in\n")
	sh.awaitLines(t, 3)
}

// TestOverItsQuotaTCPSlowsDown sends more than the quota lets through at once,
// on a clock that stands still, so that a slow machine earns it nothing: all is
// stored, and the sender was made to wait.
func TestOverItsQuotaTCPSlowsDown(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	limited := way
	limited.Quota = listener.Quota{Lines: 20_000}
	o := tcp(sh, directory(func(listener.Peer) (listener.Way, bool) { return limited, true }))
	at := time.Now()
	o.Now = func() time.Time { return at }
	s := start(t, o)
	const n = 20_000*listener.Burst + 15_000
	c := dial(t, s, "tcp")
	begin := time.Now()
	send(t, c, strings.Repeat("a line\n", n))
	sh.awaitLines(t, n)
	f := s.Figures()
	if f.Ways[0].Slowed < 750*time.Millisecond || time.Since(begin) < 100*time.Millisecond {
		t.Errorf("slowed by %s within %s", f.Ways[0].Slowed, time.Since(begin))
	}
}

// TestStopStoresWhatWasRead stops in the middle of a line and a run.
func TestStopStoresWhatWasRead(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	o := tcp(sh, directory(everybody))
	o.Limits.Run = time.Hour
	s := launch(t, o)
	c := dial(t, s, "tcp")
	send(t, c, "one\ntwo\nthr")
	eventually(t, s, "read", func(f listener.Figures) bool { return len(f.Ways) == 1 && f.Ways[0].Lines == 2 })
	stop(t, s)
	if got := sh.text(); got != "one\ntwo\nthr\n" {
		t.Errorf("stored %q", got)
	}
	if f := s.Figures(); f.Ways[0].StoredLines != 3 || f.Held != 0 {
		t.Errorf("figures %+v", f)
	}
}

// TestWhatCannotBeStoredBeforeTheEndIsCounted stops while the stream does not
// take: every line that was read is counted as unstored.
func TestWhatCannotBeStoredBeforeTheEndIsCounted(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.refuse = func(stream.Block) error { return errRefused }
	s := launch(t, tcp(sh, directory(everybody)))
	c := dial(t, s, "tcp")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for { // until the connection is closed
			if _, err := io.WriteString(c, strings.Repeat("a line of some length, of which there are many\n", 1000)); err != nil {
				return
			}
		}
	}()
	eventually(t, s, "held back", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && f.Ways[0].Waiting == listener.InFlight && f.Ways[0].Retries > 2*listener.InFlight
	})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stop says %v", err)
	}
	<-done
	f := s.Figures()
	w := f.Ways[0]
	if lost := countOf(w.Counts, listener.Unstored); lost < w.Lines || w.StoredLines != 0 || f.Held != 0 {
		t.Errorf("%d lines read, %d counted, figures %+v", w.Lines, lost, f)
	}
}

func tlsOptions(sh *shelf, d listener.Directory, server identity) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick, Listeners: []listener.Listen{{Name: "tls", Kind: listener.SyslogTLS,
		Address: "127.0.0.1:0", TLS: &tls.Config{Certificates: []tls.Certificate{server.cert}}}}}
}

func dialTLS(t testing.TB, s *listener.Server, c *tls.Config) (*tls.Conn, error) {
	t.Helper()
	nc, err := tls.Dial("tcp", s.Addr("tls").String(), c)
	if err == nil {
		t.Cleanup(func() { _ = nc.Close() })
	}
	return nc, err
}

func TestACertificateTellsWhoSends(t *testing.T) {
	t.Parallel()
	ca := issue(t, "ca", nil)
	server, client := issue(t, "server", &ca), issue(t, "client", &ca)
	sh := newShelf()
	s := start(t, tlsOptions(sh, directory(func(p listener.Peer) (listener.Way, bool) {
		return way, p.Certificate == client.sum() && p.Kind == listener.SyslogTLS
	}), server))
	c, err := dialTLS(t, s, &tls.Config{RootCAs: ca.pool(), Certificates: []tls.Certificate{client.cert}})
	if err != nil {
		t.Fatal(err)
	}
	send(t, c, counted("<13>1 - h a - - - over TLS")+strings.Repeat("x", 100_000)+"\n")
	sh.awaitLines(t, 2)
	bare, err := dialTLS(t, s, &tls.Config{RootCAs: ca.pool()})
	if err != nil {
		t.Fatal(err)
	}
	send(t, bare, "<13>1 - h a - - - nobody\n")
	f := eventually(t, s, "refused", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 1 })
	if sh.count() != 2 || f.Listeners[0].Senders[0].Certificate != "" {
		t.Errorf("figures %+v", f)
	}
}

func TestACertificateOfAnotherAuthorityIsRefused(t *testing.T) {
	t.Parallel()
	ca, other := issue(t, "ca", nil), issue(t, "other", nil)
	server, client, alien := issue(t, "server", &ca), issue(t, "client", &ca), issue(t, "alien", &other)
	sh := newShelf()
	o := tlsOptions(sh, directory(everybody), server)
	o.Listeners[0].ClientCAs = ca.pool()
	s := start(t, o)
	if c, err := dialTLS(t, s, &tls.Config{RootCAs: ca.pool(), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &alien.cert, nil }}); err == nil {
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("a certificate nobody we know signed is taken: %v", err)
		}
	}
	eventually(t, s, "counted", func(f listener.Figures) bool { return countOf(f.Listeners[0].Counts, listener.Handshake) == 1 })
	c, err := dialTLS(t, s, &tls.Config{RootCAs: ca.pool(), Certificates: []tls.Certificate{client.cert}})
	if err != nil {
		t.Fatal(err)
	}
	send(t, c, "ours\n")
	sh.awaitLines(t, 1)
}

// TestNoSecretIsPrinted prints a peer in every way.
func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	p := listener.Peer{Kind: listener.HTTP, Token: "s3cret", Addr: loopback}
	for _, s := range []string{fmt.Sprint(p), fmt.Sprintf("%v %+v %#v %s", p, p, p, p), fmt.Sprintf("%+v", &p), p.LogValue().String()} {
		if strings.Contains(s, "s3cret") {
			t.Errorf("printed %q", s)
		}
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	t.Parallel()
	_, err := listener.New(listener.Options{Appender: newShelf(), Directory: directory(everybody), Listeners: []listener.Listen{
		{Name: "a", Kind: listener.SyslogTLS, Address: "127.0.0.1:0"},
		{Name: "a", Kind: listener.SyslogTCP, Address: "nowhere"},
		{Name: "web", Kind: listener.HTTP, Address: "0.0.0.0:0"},
		{Name: "file", Kind: listener.File, Paths: []string{"relative"}},
		{Name: "odd", Kind: "gopher", Address: "127.0.0.1:0"},
	}})
	for _, want := range []string{"no server certificate", "two of this name", "host:port", "in the clear", "absolute", "no folder", "gopher"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

func TestATakenAddressIsNamed(t *testing.T) {
	t.Parallel()
	o := tcp(newShelf(), directory(everybody))
	first := start(t, o)
	o.Listeners = append(o.Listeners, listener.Listen{Name: "again", Kind: listener.SyslogTCP, Address: first.Addr("tcp").String()})
	s, err := listener.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "again") {
		t.Errorf("got %v", err)
	}
}

// TestTheEndOfARushDoesNotWaitForMore sends much and hangs up, where lines else
// wait an hour for more. A few lines do wait.
func TestTheEndOfARushDoesNotWaitForMore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		wait bool
	}{
		"rush":      {text: strings.Repeat("a line of some length, of which there are many\n", 12_000)},
		"few lines": {text: "one\ntwo\n", wait: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			o := tcp(sh, directory(everybody))
			o.Limits.Run = time.Hour
			s := start(t, o)
			for i := range int64(2) { // memory of stored blocks is used again
				n := (i + 1) * int64(strings.Count(tc.text, "\n"))
				c := dial(t, s, "tcp")
				send(t, c, tc.text)
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				eventually(t, s, "read", func(f listener.Figures) bool {
					return len(f.Ways) == 1 && f.Ways[0].Connections == 0 && f.Ways[0].Lines == n
				})
				if tc.wait {
					if f := s.Figures(); f.Ways[0].Waiting != 0 || f.Ways[0].Blocks != 0 {
						t.Errorf("figures %+v", f)
					}
					return
				}
				sh.awaitLines(t, int(n))
			}
			if got := sh.text(); got != tc.text+tc.text {
				t.Errorf("stored %s", short(got))
			}
		})
	}
}

// TestStoringIsPressedWhileBlocksWait holds the stream back for a while.
func TestStoringIsPressedWhileBlocksWait(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	sh.blocked = make(chan struct{})
	s := start(t, tcp(sh, directory(everybody)))
	if s.Pressed() {
		t.Error("pressed by nothing")
	}
	c := dial(t, s, "tcp")
	send(t, c, strings.Repeat("a line of some length, of which there are many\n", 12_000))
	eventually(t, s, "two blocks", func(f listener.Figures) bool { return len(f.Ways) == 1 && f.Ways[0].Waiting >= 2 })
	if !s.Pressed() {
		t.Error("not pressed by two blocks that wait")
	}
	close(sh.blocked)
	eventually(t, s, "calm", func(f listener.Figures) bool { return f.Held == 0 && !s.Pressed() })
}
