// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listening are the sockets of this process that wait for connections.
func listening(t *testing.T) map[string]bool {
	t.Helper()
	mine := map[string]bool{}
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, "socket:[") {
			mine[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	open := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile("/proc/self/net/" + table)
		if err != nil {
			continue // a machine without IPv6
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && mine[f[9]] {
				open[table+" "+f[1]+" "+f[9]] = true
			}
		}
	}
	return open
}

// TestTheStreamInThisProcessOpensNoPort runs before the parallel tests, which
// open some of their own.
func TestTheStreamInThisProcessOpensNoPort(t *testing.T) {
	o := options(t)
	before := listening(t)
	s := open(t, o)
	add(t, s, block(1))
	take(t, s, 1, 1, nil)
	for socket := range listening(t) {
		if !before[socket] {
			t.Errorf("socket %s is open", socket)
		}
	}
	info, err := os.Stat(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v", info.Mode())
	}
}
