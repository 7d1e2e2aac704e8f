// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestACodeEnrolsOneCollectorOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := as(t, auth.Centre, "root")
		c, code, err := d.Create(ctx, collector.Collector{Name: " Bộ thu xã A ", Unit: "a"})
		if err != nil {
			t.Fatal(err)
		}
		var kept string
		if err := d.records.Read().NewRaw("SELECT code FROM collector").Scan(t.Context(), &kept); err != nil || kept == "" || strings.Contains(code, kept) {
			t.Fatalf("kept of the code: %q, %v", kept, err)
		}
		enrol := func(dir, code, print string) error {
			_, err := edge.Enrol(t.Context(), edge.Enrolment{Dir: dir, Centre: "https://" + d.at, Code: code, Fingerprint: print, Version: "test", Now: time.Now})
			return err
		}
		other := newOther(t, code)
		for name, try := range map[string]func() error{
			"a code that was never given": func() error { return enrol(t.TempDir(), other, "") },
			"a code that is mistyped":     func() error { return enrol(t.TempDir(), "A"+code, "") },
			"another fingerprint":         func() error { return enrol(t.TempDir(), code, strings.Repeat("ab", 32)) },
			"a code of another centre":    func() error { return enrol(t.TempDir(), edge.NewCode([]byte("other")), "") },
		} {
			if err := try(); err == nil {
				t.Errorf("%s is taken", name)
			}
		}
		print, err := d.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := enrol(dir, strings.ToLower(strings.ReplaceAll(code, "-", " ")), print); err != nil {
			t.Fatalf("the code as it is read out: %v", err)
		}
		if err := enrol(t.TempDir(), code, ""); !errors.Is(err, edge.ErrRefused) {
			t.Errorf("a code that was used: %v", err)
		}
		id, err := edge.LoadIdentity(dir)
		if err != nil || id.ID != string(c.ID)+".1" || id.Name != "Bộ thu xã A" {
			t.Errorf("identity %+v, %v", id, err)
		}
		_, late, err := d.NewCode(ctx, c.ID, 2)
		if err != nil {
			t.Fatal(err)
		}
		d.shift.Store(int64(73 * time.Hour))
		if err := enrol(t.TempDir(), late, ""); !errors.Is(err, edge.ErrRefused) {
			t.Errorf("a code that ran out: %v", err)
		}
	})
}

// newOther is a code of the same centre that was never given.
func newOther(t *testing.T, code string) string {
	t.Helper()
	first := "A"
	if code[0] == 'A' {
		first = "B"
	}
	return first + code[1:]
}

// A lost answer may be asked for again: the key is the same.
func TestAnEnrolmentMayBeAskedForAgainByTheSameKey(t *testing.T) {
	d := one(t)
	_, code, err := d.Create(as(t, auth.Centre, "root"), collector.Collector{Name: "A", Unit: "a"})
	if err != nil {
		t.Fatal(err)
	}
	l := newLine(t, d.at)
	dir := t.TempDir()
	enrol := func() error {
		_, err := edge.Enrol(t.Context(), edge.Enrolment{Dir: dir, Centre: "https://" + l.ln.Addr().String(), Code: code, Version: "test", Now: time.Now})
		return err
	}
	l.mean.Store(3 << 10)
	for range 200 {
		if enrol() == nil {
			break
		}
	}
	l.mean.Store(0)
	if _, err := edge.LoadIdentity(dir); err != nil {
		if err := enrol(); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := d.records.Read().NewRaw("SELECT COUNT(*) FROM audit_entry WHERE action = 'collector.enrol'").Scan(t.Context(), &n); err != nil || n != 1 {
		t.Errorf("enrolled %d times, %v", n, err)
	}
}

// Every address for collectors but that of enrolling wants a certificate, of a
// collector that stands.
func TestWithoutTheCertificateOfACollectorNothingIsTaken(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	id, err := edge.LoadIdentity(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.X509KeyPair([]byte(id.Certificate), []byte(id.Key))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string, certs ...tls.Certificate) int {
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: certs}, DisableKeepAlives: true}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+d.at+path, bytes.NewReader([]byte("{}")))
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.Do(r)
		if err != nil {
			return 0 // the handshake failed
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
		return res.StatusCode
	}
	paths := []string{edge.PathHello, edge.PathBlocks, edge.PathRenew}
	for _, path := range append(paths, edge.PathEnrol) {
		if got := ask(path); got != http.StatusUnauthorized {
			t.Errorf("%s without a certificate: %d", path, got)
		}
		if got := ask(path, own); path != edge.PathEnrol && got != http.StatusUnprocessableEntity && got != http.StatusOK {
			t.Errorf("%s with one: %d", path, got)
		}
	}
	if _, err := d.Revoke(as(t, auth.Centre, "root"), s.c.ID, "thử", s.now().Version); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if got := ask(path, own); got != http.StatusUnauthorized {
			t.Errorf("%s of a revoked collector: %d", path, got)
		}
	}
	if len(d.blocks) > 0 {
		t.Errorf("%d blocks were stored", len(d.blocks))
	}
}

func TestACollectorIsSeenWithinItsUnitOnly(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		c, _, err := d.Create(as(t, auth.Centre, "root"), collector.Collector{Name: "A", Unit: "a"})
		if err != nil {
			t.Fatal(err)
		}
		if got, n, err := d.List(as(t, auth.UnitOfficer, "a"), collector.Filter{State: collector.Waiting}); err != nil || n != 1 || len(got) != 1 {
			t.Errorf("its own officer sees %d of %d, %v", len(got), n, err)
		}
		if got, n, err := d.List(as(t, auth.UnitOfficer, "b"), collector.Filter{}); err != nil || n != 0 || len(got) != 0 {
			t.Errorf("another's officer sees %d of %d, %v", len(got), n, err)
		}
		if _, err := d.Get(as(t, auth.UnitOfficer, "b"), c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's officer: %v", err)
		}
		if _, err := d.Revoke(as(t, auth.UnitOfficer, "a"), c.ID, "x", 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an officer who may only look revokes: %v", err)
		}
		if _, err := d.Revoke(as(t, auth.Centre, "b"), c.ID, "x", 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("the centre's officer of another unit revokes: %v", err)
		}
		if _, _, err := d.Create(as(t, auth.Centre, "b"), collector.Collector{Name: "A", Unit: "a"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a collector is added elsewhere: %v", err)
		}
		ctx := as(t, auth.Centre, "root")
		if _, _, err := d.AddWay(ctx, collector.Way{Collector: c.ID, Source: "src-b", Kind: "syslog-tcp"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a source of another unit: %v", err)
		}
		w, _, err := d.AddWay(ctx, collector.Way{Collector: c.ID, Source: "src-a", Kind: "syslog-tcp", Network: "10.1.2.3"})
		if err != nil || w.Network != "10.1.2.3/32" || w.Owner != "a" {
			t.Fatalf("%+v, %v", w, err)
		}
		if _, _, err := d.AddWay(ctx, collector.Way{Collector: c.ID, Source: "src-a", Kind: "syslog-tcp", Network: "10.1.2.3/32"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("the same sender twice: %v", err)
		}
		for _, s := range collector.States() {
			if _, n, err := d.List(ctx, collector.Filter{State: s}); err != nil || n != map[collector.State]int64{collector.Waiting: 1}[s] {
				t.Errorf("%d collectors are %s, %v", n, s, err)
			}
		}
	})
}

// bundled writes a bundle and gives its bytes.
func (s *site) bundled(fresh bool) []byte {
	s.t.Helper()
	b, err := edge.MakeBundle(s.dir, s.t.TempDir(), fresh, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := os.ReadFile(b.File)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// TestBundlesBringWhatTheLinkDoesNot carries bundles out of order, twice, and
// beside a link that comes back.
func TestBundlesBringWhatTheLinkDoesNot(t *testing.T) {
	d := one(t)
	ctx := as(t, auth.Centre, "root")
	l := newLine(t, d.at)
	s := settle(t, d, l.ln.Addr().String())
	l.shut.Store(true)
	s.run(nil)
	fill := func() {
		for range 10 {
			if !s.push(5) {
				t.Fatal("refused")
			}
		}
		await(t, "the status knows", func() bool { st, err := edge.ReadStatus(s.dir); return err == nil && int(st.Next) == s.sent/5+1 })
	}
	fill()
	first := s.bundled(false)
	fill()
	second := s.bundled(true)
	if bytes.Contains(first, []byte("n1.example")) {
		t.Error("a bundle can be read by whoever finds it")
	}
	b, err := d.Accept(ctx, bytes.NewReader(second))
	if err != nil || b.Taken != 10 || b.Missing != "1-10" {
		t.Fatalf("the second first: %+v, %v", b, err)
	}
	b, err = d.Accept(ctx, bytes.NewReader(first))
	if err != nil || b.Taken != 10 || b.Missing != "" {
		t.Fatalf("then the first: %+v, %v", b, err)
	}
	d.holds(t, s.sent, 0)
	for _, raw := range [][]byte{first, second} {
		if b, err = d.Accept(ctx, bytes.NewReader(raw)); err != nil || b.Taken != 0 || b.Repeated != 10 {
			t.Fatalf("again: %+v, %v", b, err)
		}
	}
	if _, err := edge.TakeReceipt(s.dir, []byte(strings.Replace(b.Receipt, `"next":21`, `"next":22`, 1))); !errors.Is(err, edge.ErrReceipt) {
		t.Errorf("a receipt that was changed: %v", err)
	}
	if _, err := edge.TakeReceipt(s.dir, []byte(b.Receipt)); err != nil {
		t.Fatal(err)
	}
	await(t, "the running collector takes the receipt", func() bool {
		st, err := edge.ReadStatus(s.dir)
		return err == nil && st.Wanted == 21 && st.Backlog == 0
	})
	if _, err := edge.MakeBundle(s.dir, t.TempDir(), false, time.Now()); !errors.Is(err, edge.ErrNothing) {
		t.Errorf("a bundle of nothing: %v", err)
	}
	fill()
	third := s.bundled(false)
	l.shut.Store(false)
	s.arrived()
	if b, err = d.Accept(ctx, bytes.NewReader(third)); err != nil || b.Taken != 0 || b.Repeated != 10 {
		t.Errorf("what came by the link: %+v, %v", b, err)
	}
	d.holds(t, s.sent, 0)
	s.stop()
	fresh := s.bundled // of a stopped collector
	s.run(nil)
	l.shut.Store(true)
	s.push(5)
	s.stop()
	if b, err = d.Accept(ctx, bytes.NewReader(fresh(false))); err != nil || b.Taken != 1 {
		t.Errorf("of a stopped collector: %+v, %v", b, err)
	}
	if _, err := edge.TakeReceipt(s.dir, []byte(b.Receipt)); err != nil {
		t.Error(err)
	}
	d.holds(t, s.sent, 0)
}

func TestABundleThatWasChangedGivesNothing(t *testing.T) {
	d := one(t)
	ctx := as(t, auth.Centre, "root")
	l := newLine(t, d.at)
	s := settle(t, d, l.ln.Addr().String())
	l.shut.Store(true)
	s.run(nil)
	s.push(50)
	s.stop()
	raw := s.bundled(false)
	for at := 0; at < len(raw); at += 1 + len(raw)/97 {
		bad := bytes.Clone(raw)
		bad[at] ^= 1
		if b, err := d.Accept(ctx, bytes.NewReader(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("byte %d of %d changed: %+v, %v", at, len(raw), b, err)
		}
		if b, err := d.Accept(ctx, bytes.NewReader(raw[:at])); !fault.Is(err, fault.Invalid) {
			t.Errorf("cut at %d: %+v, %v", at, b, err)
		}
	}
	if _, err := d.Accept(as(t, auth.Centre, "b"), bytes.NewReader(raw)); !fault.Is(err, fault.Invalid) {
		t.Errorf("by who may not know the collector: %v", err)
	}
	if len(d.blocks) > 0 {
		t.Errorf("%d blocks were stored", len(d.blocks))
	}
	other := one2(t, d, s)
	if _, err := d.Accept(ctx, bytes.NewReader(other)); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed by another collector's key: %v", err)
	}
	if b, err := d.Accept(ctx, bytes.NewReader(raw)); err != nil || b.Taken != 1 {
		t.Errorf("as it was: %+v, %v", b, err)
	}
}

// one2 is a bundle under the collector's name, signed by another's key.
func one2(t *testing.T, d *desk, s *site) []byte {
	t.Helper()
	thief := settle(t, d, d.at)
	mine, err := os.ReadFile(filepath.Join(thief.dir, "collector.json"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := edge.LoadIdentity(thief.dir)
	if err != nil {
		t.Fatal(err)
	}
	mine = bytes.Replace(mine, []byte(id.ID), []byte(string(s.c.ID)+".1"), 1)
	if err := os.WriteFile(filepath.Join(s.dir, "collector.json"), mine, 0o600); err != nil {
		t.Fatal(err)
	}
	return s.bundled(false)
}
