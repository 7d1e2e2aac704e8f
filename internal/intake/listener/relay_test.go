// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// roll is a directory by host that relays are asked of.
type roll struct {
	mu    sync.Mutex
	hosts map[string]listener.Way
	off   bool // the sender is no relay any more
}

func (r *roll) Find(p listener.Peer) (listener.Way, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w, ok := r.hosts[p.Host]
	w.ByHost = !r.off
	return w, ok
}

func (r *roll) set(fn func(r *roll)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn(r)
}

func wayOf(host string) listener.Way {
	return listener.Way{ID: "way-" + host, Source: "source-" + host, Owner: "unit-" + host}
}

// byWay is the text stored of each way.
func (s *shelf) byWay() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for _, b := range s.blocks {
		out[b.Way] += string(b.Body)
	}
	return out
}

func from(host string, i int) string {
	return fmt.Sprintf("<13>Nov 22 10:00:%02d %s app: line %d\n", i%60, host, i)
}

// TestEachLineOfARelayGoesToItsHost sends lines of several hosts by turns,
// known and unknown, and lines without one.
func TestEachLineOfARelayGoesToItsHost(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	r := &roll{hosts: map[string]listener.Way{"fw1": wayOf("fw1"), "fw2": wayOf("fw2")}}
	s := start(t, tcp(sh, r))
	c := dial(t, s, "tcp")
	want := map[string]string{}
	var text strings.Builder
	text.WriteString("no header at all\n")
	for i := range 3000 {
		host := []string{"stranger", "fw1", "fw2", "fw2", "other"}[i%5]
		line := from(host, i)
		text.WriteString(line)
		if w, ok := r.hosts[host]; ok {
			want[w.ID] += line
		}
	}
	send(t, c, text.String())
	sh.awaitLines(t, 1800)
	if got := sh.byWay(); !maps.Equal(got, want) {
		t.Errorf("stored %d ways: %v", len(got), short(fmt.Sprint(got)))
	}
	f := eventually(t, s, "unknown", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 1201 })
	hosts := map[string]int64{}
	for _, u := range f.Listeners[0].Senders {
		hosts[u.Host] = u.Count
		if u.Addr != "127.0.0.1" || u.Sample == "" {
			t.Errorf("unknown %+v", u)
		}
	}
	if want := map[string]int64{"": 1, "stranger": 600, "other": 600}; !maps.Equal(hosts, want) {
		t.Errorf("unknown %v", hosts)
	}
	if f.Ways[0].Connections != 1 || f.Ways[1].Connections != 1 {
		t.Errorf("connections %+v", f.Ways)
	}
	// A host becomes known and another is not any more: a second later at most.
	r.set(func(r *roll) {
		r.hosts["stranger"] = wayOf("stranger")
		delete(r.hosts, "fw1")
	})
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		send(t, c, from("stranger", n)+from("fw1", n))
		ways := sh.byWay()
		if last := ways["way-fw1"]; ways["way-stranger"] != "" && n > 30 && len(last) == len(sh.byWay()["way-fw1"]) {
			break
		}
		<-tick.C
	}
	r.set(func(r *roll) { r.off = true })
	_ = c.Close() // what it wrote is read
	f = eventually(t, s, "left", func(f listener.Figures) bool { return f.Listeners[0].Connections == 0 })
	for _, w := range f.Ways {
		if w.Connections != 0 {
			t.Errorf("%s has %d connections", w.Way, w.Connections)
		}
	}
}

// TestARelayOfManyHostsIsBounded brings more hosts than are remembered.
func TestARelayOfManyHostsIsBounded(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	r := &roll{hosts: map[string]listener.Way{"fw1": wayOf("fw1")}}
	s := start(t, tcp(sh, r))
	c := dial(t, s, "tcp")
	const hosts = 10_000
	var text strings.Builder
	for i := range hosts {
		text.WriteString(from(fmt.Sprint("made-up-", i), i))
		if i%1000 == 0 {
			text.WriteString(from("fw1", i))
		}
	}
	send(t, c, text.String())
	sh.awaitLines(t, 10)
	f := eventually(t, s, "counted", func(f listener.Figures) bool { return f.Listeners[0].Unknown == hosts })
	if n := len(f.Listeners[0].Senders); n > 66 {
		t.Errorf("%d senders are kept", n)
	}
	if f.Ways[0].Connections != 1 {
		t.Errorf("figures %+v", f.Ways)
	}
}
