// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge_test

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/intake/listener"
)

func TestWhatIsSentKeepsToTheBandwidthOfTheHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 5, 59, 0, 0, time.UTC)
	p := &edge.Pace{Rate: 1000, Zone: time.UTC, Now: func() time.Time { return now },
		Hours: []edge.Hours{{From: 8 * time.Hour, To: 17 * time.Hour, Rate: 100}, {From: 22 * time.Hour, To: 6 * time.Hour, Rate: 0}},
		Sleep: func(_ context.Context, d time.Duration) bool { now = now.Add(d); return true }}
	if !p.Paused() {
		t.Error("nothing is to be sent over night")
	}
	sent := func(n int) time.Duration {
		start := now
		for range n {
			if err := p.Take(t.Context(), 500); err != nil {
				t.Fatal(err)
			}
		}
		return now.Sub(start)
	}
	now = now.Add(time.Minute)
	if took := sent(21); p.Paused() || took < 9*time.Second || took > 11*time.Second {
		t.Errorf("10 KB at 1 KB/s took %s", took)
	}
	now = now.Add(3 * time.Hour)
	if took := sent(3); took < 9*time.Second || took > 16*time.Second {
		t.Errorf("1 KB at 100 B/s took %s", took)
	}
	p.Rate, p.Hours = 0, nil
	if took := sent(1000); took != 0 {
		t.Errorf("without limit it took %s", took)
	}
}

func TestAWayFitsAsTheCentreSays(t *testing.T) {
	t.Parallel()
	d := &edge.Directory{}
	if _, ok := d.Find(listener.Peer{Kind: listener.SyslogUDP}); ok {
		t.Error("an empty directory knows somebody")
	}
	ways := []edge.Way{{ID: "any", Kind: "syslog-udp"}, {ID: "net", Kind: "syslog-udp", Network: "10.1.0.0/16"}, {ID: "near", Kind: "syslog-udp", Network: "10.1.2.0/24"},
		{ID: "host", Kind: "syslog-udp", Host: "fw-01"}, {ID: "log", Kind: "file", Path: "/var/log/*.log"}, {ID: "one", Kind: "file", Path: "/var/log/dns.log"},
		{ID: "token", Kind: "http", Token: "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}}
	if err := d.Set(ways); err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddr
	for want, p := range map[string]listener.Peer{
		"any":   {Kind: listener.SyslogUDP, Addr: at("192.0.2.1")},
		"net":   {Kind: listener.SyslogUDP, Addr: at("10.1.9.9")},
		"near":  {Kind: listener.SyslogUDP, Addr: at("::ffff:10.1.2.9"), Host: "other"},
		"host":  {Kind: listener.SyslogUDP, Addr: at("10.1.2.9"), Host: "FW-01."},
		"log":   {Kind: listener.File, Path: "/var/log/fw.log"},
		"one":   {Kind: listener.File, Path: `\var\log\dns.log`},
		"token": {Kind: listener.HTTP, Addr: at("10.1.2.9"), Token: "secret"},
	} {
		if w, ok := d.Find(p); !ok || w.ID != want {
			t.Errorf("%s found %q", want, w.ID)
		}
	}
	for _, p := range []listener.Peer{{Kind: listener.SyslogTCP}, {Kind: listener.HTTP, Token: "other"}, {Kind: listener.HTTP}, {Kind: listener.File, Path: "/etc/x"}} {
		if w, ok := d.Find(p); ok {
			t.Errorf("%s found %q", p, w.ID)
		}
	}
	relayed := []edge.Way{{ID: "a", Kind: "syslog-tcp", Network: "10.1.0.0/16", Host: "fw-01"}, {ID: "rest", Kind: "syslog-tcp", Network: "10.1.0.0/16"}, {ID: "c", Kind: "syslog-tcp"}}
	if err := d.Set(append(relayed, ways...)); err != nil {
		t.Fatal(err)
	}
	for want, p := range map[listener.Way]listener.Peer{
		{ID: "a", Source: "a", ByHost: true}:       {Kind: listener.SyslogTCP, Addr: at("10.1.2.9"), Host: "fw-01"},
		{ID: "rest", Source: "rest", ByHost: true}: {Kind: listener.SyslogTCP, Addr: at("10.1.2.9"), Host: "fw-02"},
		{ID: "c", Source: "c"}:                     {Kind: listener.SyslogTCP, Addr: at("10.2.2.9"), Host: "fw-01"},
	} {
		if w, ok := d.Find(p); !ok || w != want {
			t.Errorf("a relay found %+v, want %+v", w, want)
		}
	}
	if d.Set([]edge.Way{{ID: "bad", Network: "10.1.2.3.4"}}) == nil {
		t.Error("a network that is none is taken")
	}
	if _, ok := d.Find(listener.Peer{Kind: listener.SyslogUDP}); !ok {
		t.Error("ways that cannot be understood replaced the others")
	}
}

func TestAConfigurationSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := "listen:\n  udp: [0.0.0.0:514]\n  files: [/var/log/*.log]\nspool:\n  limit: 20GiB\nforward:\n  rate: 64KiB\n  hours:\n    - {from: \"07:30\", to: \"17:30\", rate: 8KiB}\n"
	c, err := edge.LoadConfig(write(good))
	if err != nil || c.Spool.Limit != 20<<30 || c.Forward.Rate != 64<<10 || len(c.Forward.Hours) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"lisen: {}":                                            "lisen",
		"listen: {udp: [\"514\"]}":                             "host:port",
		"listen: {files: [a.log]}":                             "whole path",
		"spool: {limit: much}":                                 "size",
		"spool: {limit: 1KiB}":                                 "1MiB",
		"log: {level: loud}":                                   "log.level",
		"forward: {hours: [{from: 7, to: 8}]}":                 "time of the day",
		"forward: {hours: [{from: \"07:00\", to: \"07:00\"}]}": "no time",
	} {
		if _, err := edge.LoadConfig(write(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if c, err := edge.LoadConfig(""); err != nil || len(c.Listen.UDP) != 1 {
		t.Errorf("without one: %+v, %v", c, err)
	}
}
