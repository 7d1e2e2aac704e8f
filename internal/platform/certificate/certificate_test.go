// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package certificate_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/certificate"
)

var start = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// shake does a whole handshake as a client that trusts authority, and returns
// the certificate the server showed.
func shake(t *testing.T, server *tls.Config, authority []byte, host string, now time.Time, newest uint16) (*x509.Certificate, error) {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		t.Fatal("the authority is no PEM certificate")
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			err = errors.Join(conn.(*tls.Conn).Handshake(), conn.Close())
		}
		done <- errors.Join(err, l.Close())
	}()
	here, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := tls.Client(here, &tls.Config{RootCAs: pool, ServerName: host, Time: at(now), MinVersion: tls.VersionTLS10, MaxVersion: newest})
	err = c.Handshake()
	if closed := here.Close(); closed != nil {
		t.Error(closed)
	}
	<-done // the server's view of a refused client is not asked for
	if err != nil {
		return nil, err
	}
	return c.ConnectionState().PeerCertificates[0], nil
}

func own(t *testing.T, dir string, now func() time.Time, hosts ...string) (*tls.Config, []byte) {
	t.Helper()
	cfg, authority, err := certificate.Own(dir, hosts, now)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, authority
}

func TestOwnCertificateIsGoodForItsHostsOnly(t *testing.T) {
	t.Parallel()
	cfg, authority := own(t, t.TempDir(), at(start), "soc.example.vn", "10.1.2.3", "::1")
	for host, good := range map[string]bool{"soc.example.vn": true, "10.1.2.3": true, "::1": true, "evil.example.vn": false, "10.1.2.4": false} {
		if _, err := shake(t, cfg, authority, host, start, tls.VersionTLS13); (err == nil) != good {
			t.Errorf("handshake with %s: %v", host, err)
		}
	}
	if _, err := shake(t, cfg, authority, "::1", start, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	if _, err := shake(t, cfg, authority, "::1", start, tls.VersionTLS12); err != nil {
		t.Errorf("TLS 1.2: %v", err)
	}
}

func TestAuthorityStaysAndServerIsRenewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg, authority := own(t, dir, at(start), "a.vn")
	first, err := shake(t, cfg, authority, "a.vn", start, tls.VersionTLS13)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	for name, tc := range map[string]struct {
		after time.Duration
		hosts []string
		same  bool
	}{
		"a restart keeps it":               {0, []string{"a.vn"}, true},
		"31 days before its end it stays":  {366 * day, []string{"A.vn."}, true},
		"within 30 days it is made again":  {368 * day, []string{"a.vn"}, false},
		"after its end too":                {800 * day, []string{"a.vn"}, false},
		"other names have it made again":   {0, []string{"a.vn", "b.vn"}, false},
		"a clock set back does so as well": {-day, []string{"a.vn"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			now := start.Add(tc.after)
			cfg, again := own(t, copied, at(now), tc.hosts...)
			if tc.after >= 0 && !bytes.Equal(authority, again) {
				t.Error("the authority changed")
			}
			got, err := shake(t, cfg, again, "a.vn", now, tls.VersionTLS13)
			if err != nil {
				t.Fatal(err)
			}
			if got.Equal(first) != tc.same {
				t.Errorf("same certificate = %v, want %v", !tc.same, tc.same)
			}
		})
	}
}

func TestRunningServerRenewsByItself(t *testing.T) {
	t.Parallel()
	now := start
	cfg, authority := own(t, t.TempDir(), func() time.Time { return now }, "a.vn")
	first, err := shake(t, cfg, authority, "a.vn", now, tls.VersionTLS13)
	if err != nil {
		t.Fatal(err)
	}
	now = start.Add(396 * 24 * time.Hour)
	second, err := shake(t, cfg, authority, "a.vn", now, tls.VersionTLS13)
	if err != nil || second.Equal(first) {
		t.Errorf("a day before its end: same = %v, %v", second != nil && second.Equal(first), err)
	}
}

func TestAuthorityThatRanOutIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, authority := own(t, dir, at(start), "a.vn")
	later := start.AddDate(10, 0, 0)
	cfg, again := own(t, dir, at(later), "a.vn")
	if bytes.Equal(authority, again) {
		t.Fatal("the authority stayed")
	}
	if _, err := shake(t, cfg, again, "a.vn", later, tls.VersionTLS13); err != nil {
		t.Error(err)
	}
}

func TestAnotherAuthorityMakesAnotherServerCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own(t, dir, at(start), "a.vn")
	if err := os.Remove(filepath.Join(dir, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	cfg, authority := own(t, dir, at(start), "a.vn")
	if _, err := shake(t, cfg, authority, "a.vn", start, tls.VersionTLS13); err != nil {
		t.Error(err)
	}
}

func TestKeysAreReadableByTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no permission bits")
	}
	dir := t.TempDir()
	_, authority := own(t, dir, at(start), "a.vn")
	for name, want := range map[string]os.FileMode{"ca.pem": 0o600, "server.pem": 0o600, "ca.crt": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm()&^want != 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(dir, "ca.crt")); err != nil || !bytes.Equal(got, authority) || bytes.Contains(got, []byte("PRIVATE")) {
		t.Errorf("ca.crt = %s, %v", got, err)
	}
}

func TestDamagedAuthorityIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own(t, dir, at(start), "a.vn")
	path := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(path, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := certificate.Own(dir, []string{"a.vn"}, at(start)); err == nil || !strings.Contains(err.Error(), "ca.pem is damaged") {
		t.Errorf("Own = %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "junk" {
		t.Errorf("file = %q, %v", got, err)
	}
	if _, _, err := certificate.Own(t.TempDir(), nil, at(start)); err == nil {
		t.Error("a certificate for no host was made")
	}
}

func TestGivenFiles(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	_, authority := own(t, one, at(start), "a.vn")
	own(t, two, at(start), "a.vn")
	a, b := filepath.Join(one, "server.pem"), filepath.Join(two, "server.pem")
	cfg, err := certificate.Files(a, a, start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shake(t, cfg, authority, "a.vn", start, tls.VersionTLS13); err != nil {
		t.Error(err)
	}
	for name, tc := range map[string]struct {
		cert, key string
		now       time.Time
		want      string
	}{
		"key of another certificate": {a, b, start, "private key does not match"},
		"ran out":                    {a, a, start.AddDate(2, 0, 0), "ran out at 2027"},
		"not valid yet":              {a, a, start.AddDate(-1, 0, 0), "check the clock"},
		"no certificate":             {filepath.Join(one, "none"), a, start, "certificate: open"},
		"no key":                     {a, filepath.Join(one, "none"), start, "key of the certificate: open"},
		"no PEM":                     {filepath.Join(one, "ca.crt"), filepath.Join(one, "ca.crt"), start, "with key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := certificate.Files(tc.cert, tc.key, tc.now); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Files = %v, want %q", err, tc.want)
			}
		})
	}
}

func TestNamesOfAServer(t *testing.T) {
	t.Parallel()
	for want, got := range map[string][]string{
		"127.0.0.1 ::1 localhost soc soc.example.vn": certificate.Names(":443", "https://SOC.example.vn:8443", "soc"),
		"10.1.2.3 127.0.0.1 ::1 localhost":           certificate.Names("10.1.2.3:443", "", ""),
		"127.0.0.1 ::1 localhost":                    certificate.Names("[::]:443", "https://localhost:443", "localhost"),
	} {
		if !slices.Equal(strings.Fields(want), got) {
			t.Errorf("names = %v, want %s", got, want)
		}
	}
}
