// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/engine/format/netflow"
)

// flows takes datagrams of NetFlow and IPFIX in, a line a flow. One goroutine
// has it, that of its socket.
type flows struct {
	d    *door
	of   *netflow.Collector
	text bytes.Buffer
}

// flowPiece is how many bytes of lines a way is offered at once: a datagram of
// short records can make megabytes.
const flowPiece = 64 << 10

func (f *flows) take(data []byte, from netip.Addr, now time.Time) {
	p := Peer{Kind: NetFlow, Listener: f.d.spec.Name, Addr: from}
	w, known := f.d.s.opt.Directory.Find(p)
	if !known {
		f.d.strangers.saw(p, 1, []byte(netflow.Describe(data)), now)
		return
	}
	f.text.Reset()
	_, faults := f.of.Take(&f.text, from, data, now)
	l := f.d.s.lane(w)
	for text := f.text.Bytes(); len(text) > 0; {
		piece := text
		if len(piece) > flowPiece {
			piece = piece[:bytes.LastIndexByte(piece[:flowPiece], '\n')+1]
		}
		text = text[len(piece):]
		lines := bytes.Count(piece, []byte{'\n'})
		if why, taken := l.offer(w, piece, lines, now); !taken {
			line, _, _ := bytes.Cut(piece, []byte{'\n'})
			l.tally.add(notes{{reason: why, lines: int64(lines), bytes: int64(len(piece)), samples: []string{sample(line)}}}, now)
		}
	}
	if f.text.Cap() > 4*fullRun {
		f.text = bytes.Buffer{}
	}
	f.count(faults, now)
}

// count counts what became no line with whoever sent it, which for data that
// waited may be another than the last.
func (f *flows) count(faults []netflow.Fault, now time.Time) {
	for _, x := range faults {
		t := &f.d.tally
		if w, known := f.d.s.opt.Directory.Find(Peer{Kind: NetFlow, Listener: f.d.spec.Name, Addr: x.From}); known {
			t = &f.d.s.lane(w).tally
		}
		t.add(notes{{reason: Reason(x.Word), lines: x.N, bytes: x.Bytes, samples: []string{sample([]byte(x.Text))}}}, now)
	}
}

func (f *flows) done() { f.count(f.of.Left(), f.d.s.now()) }
