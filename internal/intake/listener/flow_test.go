// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// number16s are big-endian numbers of 16 bits.
func number16s(list ...uint16) []byte {
	var b []byte
	for _, n := range list {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

// flowSet is a set of IPFIX; flowMessage a message of some (RFC 7011 §3).
func flowSet(id uint16, body []byte) []byte {
	return append(number16s(id, uint16(4+len(body))), body...)
}

func flowMessage(number uint32, sets ...[]byte) []byte {
	all := bytes.Join(sets, nil)
	b := number16s(10, uint16(16+len(all)))
	for _, n := range []uint32{1_800_000_000, number, 7} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, all...)
}

var (
	flowTemplate = flowSet(2, number16s(300, 2, 8, 4, 12, 4)) // source and destination
	flowRecord   = []byte{192, 0, 2, 7, 203, 0, 113, 9}
)

const flowLine = `{"type":"IPFIX","time_received_ns":1800000000000000000,"sampler_address":"127.0.0.1","bytes":0,"packets":0,"src_addr":"192.0.2.7","dst_addr":"203.0.113.9","src_port":0,"dst_port":0}`

func flowDoor(sh *shelf, d listener.Directory) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick,
		Listeners: []listener.Listen{{Name: "flows", Kind: listener.NetFlow, Address: "127.0.0.1:0"}}}
}

func flowData(number uint32, n int) string {
	return string(flowMessage(number, flowSet(300, bytes.Repeat(flowRecord, n))))
}

func TestFlowsBecomeLines(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	peers := make(chan listener.Peer, 10_000)
	s := start(t, flowDoor(sh, directory(func(p listener.Peer) (listener.Way, bool) {
		peers <- p
		return way, true
	})))
	c := dial(t, s, "flows")
	send(t, c, flowData(1, 2))                                  // waits for its template
	send(t, c, string(flowMessage(1, flowTemplate)))            // it comes
	send(t, c, flowData(3, 5))                                  // as usual
	send(t, c, "no flow at all")                                // counted
	send(t, c, string(flowMessage(8, flowSet(999, []byte{1})))) // never described
	sh.awaitLines(t, 7)
	for i, l := range sh.lines() {
		if l != flowLine {
			t.Errorf("line %d is %s", i, l)
		}
	}
	f := eventually(t, s, "counted", func(f listener.Figures) bool {
		return f.Listeners[0].Datagrams == 5 && len(f.Ways) == 1 && countOf(f.Ways[0].Counts, listener.BadPacket) > 0
	})
	if p := <-peers; p.Kind != listener.NetFlow || p.Addr != loopback || p.Listener != "flows" || p.Host != "" {
		t.Errorf("the exporter is %+v", p)
	}
	if f.Ways[0].Lines != 7 || countOf(f.Ways[0].Counts, listener.BadPacket) != 1 {
		t.Errorf("figures %+v", f.Ways)
	}
}

// TestALargeMessageOfSmallFlowsIsTakenInPieces has 8,000 flows in a datagram
// and blocks of no more than they may have.
func TestALargeMessageOfSmallFlowsIsTakenInPieces(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, flowDoor(sh, directory(everybody)))
	c := dial(t, s, "flows")
	send(t, c, string(flowMessage(1, flowTemplate)))
	send(t, c, flowData(1, 8000))
	f := eventually(t, s, "all there", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && f.Ways[0].StoredLines+countOf(f.Ways[0].Counts, listener.Overflow) == 8000
	})
	sh.set(func(sh *shelf) {
		for _, b := range sh.blocks {
			if len(b.Body) > listener.MostRun {
				t.Errorf("a block has %d bytes", len(b.Body))
			}
		}
	})
	t.Logf("%d stored, %+v", f.Ways[0].StoredLines, f.Ways[0].Counts)
}

func TestWhatAnExporterLostIsCountedWithIt(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := start(t, flowDoor(sh, directory(everybody)))
	c := dial(t, s, "flows")
	send(t, c, string(flowMessage(100, flowTemplate)))
	for i := range uint32(60) { // late ones are waited for
		gap := uint32(0)
		if i >= 5 {
			gap = 12
		}
		send(t, c, flowData(100+2*i+gap, 2))
	}
	f := eventually(t, s, "counted", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && countOf(f.Ways[0].Counts, listener.LostFlows) > 0
	})
	if n := countOf(f.Ways[0].Counts, listener.LostFlows); n != 12 {
		t.Errorf("%d flows are lost", n)
	}
	if x := f.Ways[0].Counts[0]; x.Kept || len(x.Samples) != 1 || !strings.Contains(x.Samples[0], "domain 7") {
		t.Errorf("counted %+v", x)
	}
}

func TestFlowsOverTheQuotaAndOfNobodyAreCounted(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	limited := way
	limited.Quota = listener.Quota{Lines: 10}
	known := make(chan struct{})
	o := flowDoor(sh, directory(func(p listener.Peer) (listener.Way, bool) {
		select {
		case <-known:
			return limited, true
		default:
			return listener.Way{}, false
		}
	}))
	at := time.Unix(1_800_000_000, 0)
	o.Now = func() time.Time { return at }
	s := start(t, o)
	c := dial(t, s, "flows")
	send(t, c, flowData(1, 1))
	f := eventually(t, s, "unknown", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 1 })
	if u := f.Listeners[0].Senders[0]; u.Addr != "127.0.0.1" || u.Sample != "IPFIX, observation domain 7, 28 bytes" {
		t.Errorf("unknown %+v", u)
	}
	close(known)
	send(t, c, string(flowMessage(1, flowTemplate)))
	for i := range uint32(8) {
		send(t, c, flowData(1+10*i, 10))
	}
	f = eventually(t, s, "all", func(f listener.Figures) bool {
		return len(f.Ways) == 1 && f.Ways[0].StoredLines+countOf(f.Ways[0].Counts, listener.OverQuota) == 80
	})
	if f.Ways[0].StoredLines != 50 || len(f.Ways[0].Counts[0].Samples) == 0 {
		t.Errorf("figures %+v", f.Ways[0])
	}
}

// TestWhatWaitsAtTheEndIsCounted stops while data wait for their template.
func TestWhatWaitsAtTheEndIsCounted(t *testing.T) {
	t.Parallel()
	sh := newShelf()
	s := launch(t, flowDoor(sh, directory(func(p listener.Peer) (listener.Way, bool) { return way, p.Addr == netip.MustParseAddr("127.0.0.1") })))
	c := dial(t, s, "flows")
	send(t, c, flowData(1, 3))
	eventually(t, s, "seen", func(f listener.Figures) bool { return f.Listeners[0].Datagrams == 1 })
	stop(t, s)
	if f := s.Figures(); countOf(f.Ways[0].Counts, listener.NoTemplate) != 1 {
		t.Errorf("figures %+v", f.Ways)
	}
}
