// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/format"
)

func TestDetect(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("# remark\n", 200) + "query[A] example.vn from 192.0.2.1"
	for _, c := range []struct{ name, sample, want string }{
		{"nothing at all is unknown", "", ""},
		{"blank lines are unknown", "\n  \n\t", ""},
		{"remarks alone are unknown", "# list of bad names\n# updated daily", ""},
		{"plain names are unknown", "evil.example\nbad.example", ""},
		{"level words alone are unknown", "[INFO] server started\n[ERROR] disk full", ""},
		{"indented text alone is unknown", "  a\n  b", ""},
		{"lines after the 200th do not count", long, ""},
		{"a Zeek header alone is Zeek", "#separator \\x09\n#path\tdns", "zeek"},
		{"one query among noise decides", "noise\nnoise\nJan  1 00:00:00 dnsmasq[1]: query[A] example.vn from 192.0.2.1", "dnsmasq"},
		{"more queries win over more other events", "DHCPDISCOVER from x\nDHCPDISCOVER from y\nquery[A] example.vn from 192.0.2.1", "dnsmasq"},
		{"equal queries: more known lines win", "client 192.0.2.1#1 (a.vn): query: a.vn IN A + (192.0.2.2)\nDHCPDISCOVER from x", "infoblox"},
		{"equal in all: the first listed wins", "client 192.0.2.1#1 (a.vn): query: a.vn IN A + (192.0.2.2)", "bind9"},
		{"a phrase of BIND inside another program's record is unknown", `{"level":"warn","msg":"error while resolving 'x' for y"}`, ""},
		{"a log in a container's JSON is its own", `{"log":"[1700000000] unbound[1:0] info: 192.0.2.1 a.vn. A IN\n","stream":"stdout"}`, "unbound"},
		{"a log behind a container's head is its own", "2026-01-14T01:15:37.9Z stdout F Jan  1 00:00:00 dnsmasq[1]: query[A] a.vn from 192.0.2.1", "dnsmasq"},
		{"broken JSON is unknown", `{"event_type":"dns`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, err := format.Detect(bytes.Split([]byte(c.sample), []byte("\n")), format.Options{At: received})
			if f.Name != c.want || errors.Is(err, format.ErrUnknown) != (c.want == "") {
				t.Errorf("got %q, %v; want %q", f.Name, err, c.want)
			}
			var unknown *format.UnknownError
			if c.want == "" && (!errors.As(err, &unknown) || len(unknown.Tried) != len(format.All())) {
				t.Errorf("error does not name what was tried: %v", err)
			}
		})
	}
}

func TestLookupKnowsExactlyTheListedNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range format.All() {
		if seen[f.Name] || f.Title == "" || f.New == nil {
			t.Errorf("%q is listed twice or not whole", f.Name)
		}
		seen[f.Name] = true
		if got, ok := format.Lookup(f.Name); !ok || got.Title != f.Title {
			t.Errorf("Lookup(%q) = %v, %v", f.Name, got.Title, ok)
		}
	}
	if _, ok := format.Lookup("BIND9"); ok {
		t.Error("Lookup takes another case")
	}
}
