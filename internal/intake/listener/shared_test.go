// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/format/dnstap"
	"github.com/vonggac/vonggac/engine/format/netflow"
	"github.com/vonggac/vonggac/internal/intake/listener"
)

const shared = "../../../../shared/data"

// linesOf are what a reader of a file gives.
func linesOf(t *testing.T, r interface{ Read([]byte) (int, error) }) (out []string) {
	t.Helper()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 2<<20)
	for lines.Scan() {
		out = append(out, lines.Text())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestASharedDnstapStreamIsTakenAsItIsReadFromAFile sends the stream that dnsdist
// wrote, by TCP and by a socket.
func TestASharedDnstapStreamIsTakenAsItIsReadFromAFile(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join(shared, "dns-wire", "dnstap.fstrm"))
	if err != nil {
		t.Skip("the shared dnstap file is not here")
	}
	want := linesOf(t, dnstap.NewReader(bytes.NewReader(file)))
	for _, address := range []string{"127.0.0.1:0", socket(t)} {
		sh := newShelf()
		s := start(t, tapDoor(sh, directory(func(p listener.Peer) (listener.Way, bool) { return way, p.Host == "dnsdist" }), address))
		send(t, dial(t, s, "tap"), string(file))
		sh.awaitLines(t, len(want))
		if got := sh.lines(); !slices.Equal(got, want) || len(want) < 2 {
			t.Errorf("stored %q, want %q", got, want)
		}
	}
}

// flowsOf are flows without what depends on who received them and when.
func flowsOf(t *testing.T, lines []string) (out []string) {
	t.Helper()
	for _, l := range lines {
		var v map[string]any
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		if v["error"] != nil || v["src_addr"] == nil { // of a file; here it is counted
			continue
		}
		delete(v, "time_received_ns")
		delete(v, "sampler_address")
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}

// TestSharedFlowsAreTakenAsTheyAreReadFromAFile sends the messages of some thirty
// exporters as datagrams, and wants the flows that reading them from a file
// gives, which netflow.TestRealExporters holds against another collector's.
func TestSharedFlowsAreTakenAsTheyAreReadFromAFile(t *testing.T) {
	t.Parallel()
	cases, err := os.ReadFile(filepath.Join(shared, "netflow-ipfix", "cases.jsonl"))
	if err != nil {
		t.Skip("the shared NetFlow and IPFIX messages are not here")
	}
	flows := 0
	for line := range bytes.Lines(cases) {
		var c struct {
			Case    string
			Packets []string `json:"packets_in_order"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		var packets []string
		for _, name := range c.Packets {
			b, err := os.ReadFile(filepath.Join(shared, "netflow-ipfix", name))
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, string(b))
		}
		dump := strings.Join(packets, "")
		kind := netflow.Sniff([]byte(dump))
		if kind == "" {
			continue
		}
		r, err := netflow.NewReader(strings.NewReader(dump), kind)
		if err != nil {
			t.Fatal(err)
		}
		want := flowsOf(t, linesOf(t, r))
		sh := newShelf()
		s := start(t, flowDoor(sh, directory(everybody)))
		to := dial(t, s, "flows")
		for _, p := range packets {
			send(t, to, p)
		}
		sh.awaitLines(t, len(want))
		eventually(t, s, "all datagrams", func(f listener.Figures) bool { return f.Listeners[0].Datagrams == int64(len(packets)) && f.Held == 0 })
		if got := flowsOf(t, sh.lines()); !slices.Equal(got, want) {
			t.Errorf("%s: %d flows %s, want %d %s", c.Case, len(got), short(strings.Join(got, "\n")), len(want), short(strings.Join(want, "\n")))
		}
		flows += len(want)
	}
	t.Logf("%d flows", flows)
	if flows < 100 {
		t.Errorf("only %d flows", flows)
	}
}
