// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/certificate"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

// desk is a centre with the units a and b under root, a source of each, and a
// stream that remembers what it took.
type desk struct {
	*collector.Service
	t       *testing.T
	records *db.DB
	tls     string // folder of its authority
	at      string // host:port for collectors
	server  *http.Server

	mu     sync.Mutex
	blocks map[string]stream.Block
	order  []string
	stored int              // lines of blocks
	again  int              // blocks of an ID that the stream had
	fails  func(n int) bool // tells which append fails
	calls  int
	lost   []collector.Losses
	told   []string // kind of an alert and how many sources come through
	// listens is since when the centre does.
	listens time.Time
	shift   atomic.Int64 // of its clock
}

func (d *desk) now() time.Time { return time.Now().Add(time.Duration(d.shift.Load())) }

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, collector.Migrations}, func(t *testing.T, records *db.DB) { test(t, newDesk(t, records)) })
}

// one runs a test on one engine: it is about the way to the records.
func one(t *testing.T) *desk {
	t.Helper()
	t.Parallel()
	records, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"))
	if err == nil {
		_, err = records.Migrate(t.Context(), auth.Migrations, audit.Migrations, collector.Migrations)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := records.Close(); err != nil {
			t.Error(err)
		}
	})
	return newDesk(t, records)
}

func newDesk(t *testing.T, records *db.DB) *desk {
	t.Helper()
	d := &desk{t: t, records: records, blocks: map[string]stream.Block{}, tls: t.TempDir()}
	for _, pair := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
		err := records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", pair[0], pair[1]).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	box, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	own, _, err := certificate.Own(d.tls, []string{"centre.test"}, d.now)
	if err != nil {
		t.Fatal(err)
	}
	source := func(id string) collector.Source {
		return collector.Source{ID: id, Name: "Nguồn " + id, Owner: strings.TrimPrefix(id, "src-")}
	}
	d.Service, err = collector.New(collector.Deps{Records: records, Secrets: box, Now: d.now, Append: d.append, Temp: t.TempDir(),
		MaySend: func(ctx context.Context, id string) (collector.Source, error) {
			if id != "src-a" && id != "src-b" {
				return collector.Source{}, fault.Missing("test")
			}
			return source(id), nil
		},
		Sources: func(_ context.Context, ids []string) (map[string]collector.Source, error) {
			out := map[string]collector.Source{}
			for _, id := range ids {
				out[id] = source(id)
			}
			return out, nil
		},
		Authority: func() ([]byte, error) { return d.authority().Raw, nil },
		Sign: func(request, name string) (string, time.Time, error) {
			text, ends, err := certificate.SignClient(d.tls, []byte(request), name, d.now())
			return string(text), ends, err
		},
		Lost: func(_ context.Context, list []collector.Losses) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.lost = append(d.lost, list...)
			return nil
		},
		Told: func(_ context.Context, _ *db.Tx, a collector.Alert) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.told = append(d.told, fmt.Sprintf("%s %d", a.Kind, a.Sources))
			return nil
		},
		Listens: func(context.Context) (time.Time, error) { return d.listens, nil },
		Address: func() string { return "https://" + d.at }})
	if err != nil {
		t.Fatal(err)
	}
	d.listens = time.Now().Add(-24 * time.Hour)
	d.listen(own)
	return d
}

func (d *desk) authority() *x509.Certificate {
	d.t.Helper()
	c, err := certificate.Leaf(filepath.Join(d.tls, "ca.crt"))
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) listen(own *tls.Config) {
	d.t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(d.authority())
	secure := &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool, Time: d.now,
		GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			c, err := own.GetCertificate(h)
			if err != nil {
				return nil, err
			}
			chain := *c
			chain.Certificate = append(append([][]byte{}, c.Certificate...), d.authority().Raw)
			return &chain, nil
		}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	d.at = ln.Addr().String()
	quiet := slog.New(slog.DiscardHandler)
	d.server = &http.Server{Handler: d.Wire(quiet), TLSConfig: secure, ErrorLog: slog.NewLogLogger(quiet.Handler(), slog.LevelDebug)}
	done := make(chan error, 1)
	go func() { done <- d.server.ServeTLS(ln, "", "") }()
	d.t.Cleanup(func() {
		if err := d.server.Close(); err != nil {
			d.t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			d.t.Error(err)
		}
	})
}

// append is the stream.
func (d *desk) append(_ context.Context, b stream.Block) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	if d.fails != nil && d.fails(d.calls) {
		return &fault.Error{Kind: fault.Unavailable, Op: "test"}
	}
	if _, had := d.blocks[b.ID]; had {
		d.again++
		return nil
	}
	d.blocks[b.ID] = b
	d.order = append(d.order, b.ID)
	d.stored += b.Lines
	return nil
}

// count is how many lines were stored.
func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stored
}

// lines are all lines that were stored, with how often.
func (d *desk) lines() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]int{}
	for _, b := range d.blocks {
		for line := range strings.Lines(string(b.Body)) {
			out[strings.TrimSuffix(line, "\n")]++
		}
	}
	return out
}

// holds compares what was stored with what was sent.
func (d *desk) holds(t *testing.T, sent, tails int) {
	t.Helper()
	got, more := d.lines(), 0
	for i := range sent {
		if got[lineOf(i)] == 0 {
			t.Fatalf("line %d of %d is not stored; %d different ones are", i, sent, len(got))
		}
	}
	for _, n := range got {
		more += n - 1
	}
	if more > 0 || len(got) > sent+tails {
		t.Errorf("%d lines were sent, %d different ones are stored and %d twice", sent, len(got), more)
	}
}

func lineOf(i int) string {
	return fmt.Sprintf("<30>Nov 21 08:00:00 dns-01 dnsmasq[9]: query[A] n%d.example from 10.0.0.1", i)
}

// as is somebody with a role in a unit.
func as(t *testing.T, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), auth.Actor{ID: "mai", Name: "Mai", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// site is a collector in a folder.
type site struct {
	t     *testing.T
	d     *desk
	dir   string
	c     collector.Collector
	token string // of its senders
	door  string // host:port they push to
	sent  int    // lines that were acknowledged
	tails int    // lines of noise beside them
	stop  func()
}

// settle adds a collector of unit a with one way by HTTP, and enrols it at
// address.
func settle(t *testing.T, d *desk, address string) *site {
	t.Helper()
	ctx := as(t, auth.Centre, "root")
	c, code, err := d.Create(ctx, collector.Collector{Name: "Bộ thu xã A", Unit: "a"})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := d.AddWay(ctx, collector.Way{Collector: c.ID, Source: "src-a", Kind: "http"})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, d: d, dir: t.TempDir(), c: c, token: token}
	s.enrol(code, address)
	return s
}

func (s *site) enrol(code, address string) {
	s.t.Helper()
	if _, err := edge.Enrol(s.t.Context(), edge.Enrolment{Dir: s.dir, Centre: "https://" + address, Code: code, Version: "test", Now: time.Now}); err != nil {
		s.t.Fatal(err)
	}
}

// run runs the collector in this process until the end of the test, or stop.
func (s *site) run(change func(o *edge.Options)) {
	s.t.Helper()
	o := edge.Options{Dir: s.dir, Version: "test", Every: 50 * time.Millisecond, Wait: 2 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	o.Config.Listen.HTTP = []string{"127.0.0.1:0"}
	o.Limits.Run = 5 * time.Millisecond
	if change != nil {
		change(&o)
	}
	ready, done := make(chan string, 1), make(chan error, 1)
	o.Ready = func(c *edge.Collector) {
		at := c.Addr("http/0")
		if at == nil { // the port is given
			at = c.Addr("http/" + o.Config.Listen.HTTP[0])
		}
		ready <- at.String()
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	go func() { done <- edge.Run(ctx, o) }()
	select {
	case s.door = <-ready:
	case err := <-done:
		s.t.Fatal(err)
	}
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(s.stop)
}

// push sends lines with the next numbers and reports whether they were
// acknowledged.
func (s *site) push(n int) bool {
	s.t.Helper()
	var body bytes.Buffer
	for i := range n {
		body.WriteString(lineOf(s.sent+i) + "\n")
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+s.door+"/ingest", &body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Idempotency-Key", fmt.Sprint(s.sent))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		return false
	}
	s.sent += n
	return true
}

// await asks until ok, which others bring about.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(2*time.Minute)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("two minutes passed without: %s", what)
		}
	}
}

// arrived waits until the centre has all that was acknowledged.
func (s *site) arrived() {
	s.t.Helper()
	await(s.t, "everything arrives", func() bool { return s.d.count() >= s.sent+s.tails })
	s.d.holds(s.t, s.sent, s.tails)
}

// counted waits until the centre has counted what arrived, which it does after
// it stored it.
func (s *site) counted() *collector.Collector {
	s.t.Helper()
	await(s.t, "all that arrived is counted", func() bool { return s.now().Lines >= int64(s.sent+s.tails) })
	return s.now()
}

func (s *site) now() *collector.Collector {
	s.t.Helper()
	c, err := s.d.Get(as(s.t, auth.Centre, "root"), s.c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return &c
}

// line is a link between collector and centre that somebody cuts: every
// connection ends after some bytes of either direction, while mean is set.
type line struct {
	t    *testing.T
	to   string
	ln   net.Listener
	mean atomic.Int64 // bytes of a connection on average; 0: it is left alone
	shut atomic.Bool  // nothing gets through
	cuts atomic.Int64
	all  sync.WaitGroup
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, to: to, ln: ln}
	l.all.Go(l.accept)
	t.Cleanup(func() {
		l.shut.Store(true)
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
		l.all.Wait()
	})
	return l
}

func (l *line) accept() {
	for {
		c, err := l.ln.Accept()
		if err != nil {
			return
		}
		l.all.Go(func() { l.carry(c) })
	}
}

func (l *line) carry(in net.Conn) {
	defer in.Close()
	if l.shut.Load() {
		return
	}
	out, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer out.Close()
	left := &atomic.Int64{}
	left.Store(1 << 40)
	if mean := l.mean.Load(); mean > 0 {
		left.Store(1 + rand.Int64N(2*mean))
	}
	var both sync.WaitGroup
	cut := sync.OnceFunc(func() { in.Close(); out.Close() })
	pipe := func(to, from net.Conn) {
		defer cut()
		buf := make([]byte, 4<<10)
		for {
			if err := from.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
				return
			}
			n, err := from.Read(buf)
			if left.Add(-int64(n)) < 0 {
				n = rand.IntN(n + 1) // a part of it gets through
				err = io.EOF
				l.cuts.Add(1)
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
			if errors.Is(err, os.ErrDeadlineExceeded) && !l.shut.Load() {
				continue
			}
			if err != nil {
				return
			}
		}
	}
	both.Go(func() { pipe(out, in) })
	both.Go(func() { pipe(in, out) })
	both.Wait()
}

// pushPadded is push of one line with a tail.
func (s *site) pushPadded(tail string) bool {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+s.door+"/ingest", strings.NewReader(lineOf(s.sent)+"\n"+tail+"\n"))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Idempotency-Key", fmt.Sprint("padded ", s.sent))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		return false
	}
	s.sent++
	s.tails++
	return true
}
