// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/vonggac/vonggac/engine/format/netflow"
)

const (
	kernelBuffer = 16 << 20 // bytes asked of the kernel for datagrams
	datagram     = 64 << 10 // more than UDP carries over IP
	batchSize    = 32
)

// widen asks the kernel for room. That it gives less is no error; the figures
// tell what it gave.
func (d *door) widen() error {
	n := d.spec.ReceiveBuffer
	if n == 0 {
		n = kernelBuffer
	}
	if forceReceiveBuffer(d.packets, n) == nil {
		return nil
	}
	return d.packets.SetReadBuffer(n)
}

// receive reads datagrams until the door is shut. It never waits for the
// stream: what cannot be kept is counted.
func (d *door) receive() {
	defer d.packets.Close()
	in := newBatch(d.packets)
	take, done := d.taking()
	defer done()
	wait := time.Duration(0)
	for {
		n, err := in.read()
		now := d.s.now()
		d.datagrams.Add(int64(n))
		for i := range n {
			data, from := in.get(i)
			take(data, from, now)
		}
		if err == nil {
			wait = 0
			continue
		}
		select {
		case <-d.s.stopping:
			if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
				return
			}
		default:
		}
		if errors.Is(err, net.ErrClosed) {
			d.fail(err)
			return
		}
		// An unreachable peer may show here on Windows; nothing is wrong then.
		wait = min(max(2*wait, time.Millisecond), time.Second)
		if !pause(d.s.readCtx, wait) {
			return
		}
	}
}

// taking gives what takes a datagram in, and what is done at the end.
func (d *door) taking() (take func(data []byte, from netip.Addr, now time.Time), done func()) {
	if d.spec.Kind == NetFlow {
		f := flows{d: d, of: netflow.NewCollector()}
		return f.take, f.done
	}
	var text []byte
	return func(data []byte, from netip.Addr, now time.Time) { text = d.datagram(text[:0], data, from, now) }, func() {}
}

// datagram takes one line in, using buf.
func (d *door) datagram(buf, data []byte, from netip.Addr, now time.Time) []byte {
	var n notes
	data = bytes.TrimRight(data, "\r\n\x00")
	text, ok := appendLine(buf, data, false, &n)
	p := Peer{Kind: SyslogUDP, Listener: d.spec.Name, Addr: from, Host: hostOf(data)}
	w, known := d.s.opt.Directory.Find(p)
	if !known {
		d.strangers.saw(p, 1, data, now)
		return text
	}
	l := d.s.lane(w)
	if ok {
		if why, taken := l.offer(w, text, 1, now); !taken {
			n = notes{}
			n.add(why, data)
		}
	}
	l.tally.add(n, now)
	return text
}
