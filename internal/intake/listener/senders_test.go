// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package listener_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// pemFiles writes i where a program can read it.
func (i identity) pemFiles(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(i.cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for path, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: i.leaf.Raw}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// sending is what a configuration of a sender is made of.
type sending struct{ dir, socket, port, ca, cert, key string }

var rsyslogHead = `module(load="imuxsock" SysSock.Use="off" SysSock.RateLimit.Interval="0")
input(type="imuxsock" Socket="%[2]s" RateLimit.Interval="0")
`

var syslogNGHead = `@version: 3.35
options { stats-freq(0); };
source s { unix-dgram("%[2]s" log-iw-size(10000)); };
`

// TestRealSendersForward runs rsyslog and syslog-ng as a unit would set them up
// and counts what they forward.
func TestRealSendersForward(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		program string
		args    func(s sending, conf string) []string
		conf    string // of sending in its order
		tls     bool
		needs   string // file without which it cannot work
	}{
		"rsyslog, newlines": {"rsyslogd", rsyslogArgs, rsyslogHead + `action(type="omfwd" target="127.0.0.1" port="%[3]s" protocol="tcp" template="RSYSLOG_TraditionalForwardFormat")`, false, ""},
		"rsyslog, counted":  {"rsyslogd", rsyslogArgs, rsyslogHead + `action(type="omfwd" target="127.0.0.1" port="%[3]s" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")`, false, ""},
		"rsyslog, TLS": {"rsyslogd", rsyslogArgs, `global(DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="%[4]s" DefaultNetstreamDriverCertFile="%[5]s" DefaultNetstreamDriverKeyFile="%[6]s")
` + rsyslogHead + `action(type="omfwd" target="127.0.0.1" port="%[3]s" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost")`, true, "/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so"},
		"syslog-ng, newlines": {"syslog-ng", syslogNGArgs, syslogNGHead + `destination d { network("127.0.0.1" port(%[3]s) transport("tcp")); };
log { source(s); destination(d); flags(flow-control); };
`, false, ""},
		"syslog-ng, counted over TLS": {"syslog-ng", syslogNGArgs, syslogNGHead + `destination d { syslog("127.0.0.1" port(%[3]s) transport("tls") tls(ca-file("%[4]s") cert-file("%[5]s") key-file("%[6]s") peer-verify(required-trusted))); };
log { source(s); destination(d); flags(flow-control); };
`, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(tc.program)
			if err != nil {
				t.Skipf("%s is not installed here", tc.program)
			}
			if _, err := os.Stat(tc.needs); tc.needs != "" && err != nil {
				t.Skipf("%s is not installed here", tc.needs)
			}
			ca := issue(t, "ca", nil)
			server, client := issue(t, "localhost", &ca), issue(t, "client", &ca)
			sh := newShelf()
			o := tcp(sh, directory(func(p listener.Peer) (listener.Way, bool) {
				return way, p.Host != "" && (!tc.tls || p.Certificate == client.sum())
			}))
			if tc.tls {
				o.Listeners[0].Kind, o.Listeners[0].TLS, o.Listeners[0].ClientCAs = listener.SyslogTLS, &tls.Config{Certificates: []tls.Certificate{server.cert}}, ca.pool()
			}
			s := start(t, o)
			forward(t, path, tc.conf, tc.args, s, ca, client, func(i int) string { return fmt.Sprintf("<13>Nov 22 10:00:00 app[7]: message %d of many\n", i) })
			sh.awaitLines(t, forwarded)
			seen := map[string]bool{}
			for _, l := range sh.lines() {
				if i := strings.Index(l, "message "); i > 0 {
					seen[strings.Fields(l[i:])[1]] = true
				}
			}
			if len(seen) != forwarded {
				t.Errorf("%d of %d messages came", len(seen), forwarded)
			}
			if f := s.Figures(); f.Listeners[0].Unknown != 0 || !strings.HasPrefix(sh.lines()[0], "<13>") {
				t.Errorf("first line %q, figures %+v", sh.lines()[0], f)
			}
		})
	}
}

// TestRsyslogRelaysSeveralHosts has rsyslog bring lines of three hosts through
// one connection, of which one is not declared.
func TestRsyslogRelaysSeveralHosts(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("rsyslogd")
	if err != nil {
		t.Skip("rsyslogd is not installed here")
	}
	for _, framing := range []string{"traditional", "octet-counted"} {
		t.Run(framing, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			r := &roll{hosts: map[string]listener.Way{"fw-hq": wayOf("fw-hq"), "fw-xa01": wayOf("fw-xa01")}}
			s := start(t, tcp(sh, r))
			head := strings.Replace(rsyslogHead, `RateLimit.Interval="0")`, `RateLimit.Interval="0" UseSpecialParser="off" ParseHostname="on")`, 2)
			ca := issue(t, "ca", nil)
			forward(t, path, head+`action(type="omfwd" target="127.0.0.1" port="%[3]s" protocol="tcp" TCP_Framing="`+framing+`" template="RSYSLOG_ForwardFormat")`, rsyslogArgs, s, ca, ca,
				func(i int) string {
					return fmt.Sprintf("<13>Nov 22 10:00:00 %s app[7]: message %d of many\n", []string{"fw-hq", "fw-xa01", "may-la"}[i%3], i)
				})
			f := eventually(t, s, "all", func(f listener.Figures) bool {
				n := f.Listeners[0].Unknown
				for _, w := range f.Ways {
					n += w.StoredLines
				}
				return n >= forwarded
			})
			ways := sh.byWay()
			if n := strings.Count(ways["way-fw-hq"], " fw-hq app[7]: message "); n != 667 || n != strings.Count(ways["way-fw-hq"], "\n") {
				t.Errorf("%d lines of one host: %s", n, short(ways["way-fw-hq"]))
			}
			if n := strings.Count(ways["way-fw-xa01"], " fw-xa01 app[7]: message "); n != 667 || n != strings.Count(ways["way-fw-xa01"], "\n") {
				t.Errorf("%d lines of the other: %s", n, short(ways["way-fw-xa01"]))
			}
			if u := f.Listeners[0].Senders; len(u) != 1 || u[0].Host != "may-la" || u[0].Addr != "127.0.0.1" || u[0].Count != 666 || f.Listeners[0].Accepted != 1 {
				t.Errorf("unknown %+v", u)
			}
		})
	}
}

const forwarded = 2000

func rsyslogArgs(s sending, conf string) []string {
	return []string{"-n", "-f", conf, "-i", filepath.Join(s.dir, "pid")}
}

func syslogNGArgs(s sending, conf string) []string {
	in := func(name string) string { return filepath.Join(s.dir, name) }
	return []string{"-F", "--no-caps", "-f", conf, "--persist-file", in("persist"), "--pidfile", in("pid"), "--control", in("ctl")}
}

// forward runs a sender until the test ends and gives it messages.
func forward(t *testing.T, path, conf string, args func(sending, string) []string, s *listener.Server, ca, client identity, message func(i int) string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "vg") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(s.Addr("tcp").String())
	if err != nil {
		t.Fatal(err)
	}
	x := sending{dir: dir, socket: filepath.Join(dir, "log"), port: port}
	x.ca, _ = ca.pemFiles(t, dir, "ca")
	x.cert, x.key = client.pemFiles(t, dir, "client")
	file := filepath.Join(dir, "conf")
	text := fmt.Sprintf(conf, "", x.socket, x.port, x.ca, x.cert, x.key)
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args(x, file)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it ends by the signal
		if t.Failed() {
			t.Logf("%s", said.String())
		}
	})
	c := await(t, x.socket)
	defer c.Close()
	for i := range forwarded {
		if _, err := io.WriteString(c, message(i)); err != nil {
			t.Fatal(err)
		}
	}
}

// await connects to a socket as soon as somebody listens on it.
func await(t *testing.T, path string) net.Conn {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 1500 {
		if c, err := net.Dial("unixgram", path); err == nil {
			return c
		}
		<-tick.C
	}
	t.Fatal("the sender does not start")
	return nil
}
