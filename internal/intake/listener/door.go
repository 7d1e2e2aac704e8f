// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// door is one listener while it runs.
type door struct {
	s         *Server
	spec      Listen
	tally     tally
	strangers strangers
	accepted  atomic.Int64
	datagrams atomic.Int64

	listener net.Listener // of TCP, TLS and HTTP
	packets  *net.UDPConn
	web      *http.Server
	requests chan struct{} // a place for each HTTP request read at once
	files    *follower

	mu      sync.Mutex
	conns   map[net.Conn]struct{}
	guests  map[netip.Addr]int // connections by address
	failure string
}

// bind opens the socket.
func (d *door) bind(ctx context.Context) error {
	var lc net.ListenConfig
	var err error
	switch d.spec.Kind {
	case SyslogUDP, NetFlow:
		var pc net.PacketConn
		if pc, err = lc.ListenPacket(ctx, "udp", d.spec.Address); err != nil {
			return err
		}
		d.packets = pc.(*net.UDPConn) // what "udp" gives
		return d.widen()
	case File:
		d.files, err = newFollower(d)
		return err
	}
	if filepath.IsAbs(d.spec.Address) {
		d.listener, err = listenHere(ctx, d.spec.Address)
		return err
	}
	if d.listener, err = lc.Listen(ctx, "tcp", d.spec.Address); err != nil {
		return err
	}
	if d.spec.TLS != nil && (d.spec.Kind == SyslogTLS || d.spec.Kind == HTTP) {
		d.spec.TLS = asking(d.spec)
	}
	if d.spec.Kind == HTTP {
		d.openHTTP()
	}
	return nil
}

// asking gives the TLS configuration that asks for client certificates.
func asking(spec Listen) *tls.Config {
	c := spec.TLS.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	c.ClientAuth, c.ClientCAs = tls.RequestClientCert, nil
	if spec.ClientCAs != nil {
		c.ClientAuth, c.ClientCAs = tls.VerifyClientCertIfGiven, spec.ClientCAs
	}
	return c
}

// run serves until the door is shut and everybody has left.
func (d *door) run() {
	switch d.spec.Kind {
	case SyslogUDP, NetFlow:
		d.receive()
	case HTTP:
		d.serveHTTP()
	case File:
		d.files.run()
	default:
		d.accept()
	}
}

// shut takes nothing new and lets those inside finish what is under way.
func (d *door) shut() error {
	var err error
	until := time.Now().Add(drain)
	switch {
	case d.packets != nil:
		err = d.packets.SetReadDeadline(until)
	case d.listener != nil:
		err = d.listener.Close()
	}
	if d.spec.Kind == HTTP {
		return nil // serveHTTP lets requests end
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		err = errors.Join(err, ignoreClosed(c.SetReadDeadline(until)))
	}
	return ignoreClosed(err)
}

// cut ends whatever is still open.
func (d *door) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		_ = c.Close() // its reader sees it
	}
}

// abandon closes what was opened and never ran.
func (d *door) abandon() {
	if d.packets != nil {
		_ = d.packets.Close() // nothing came by it
	}
	if d.listener != nil {
		_ = d.listener.Close() // likewise
	}
	if d.files != nil {
		_ = d.files.store.root.Close() // nothing is open in it
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (d *door) address() net.Addr {
	switch {
	case d.listener != nil:
		return d.listener.Addr()
	case d.packets != nil:
		return d.packets.LocalAddr()
	}
	return nil
}

// enter keeps c among the open connections, false when there are too many or
// the server stops.
func (d *door) enter(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.s.stopping:
		return false
	default:
	}
	from := addrOf(c.RemoteAddr())
	if len(d.conns) >= d.s.limits.Connections || d.guests[from] >= d.s.limits.Address {
		d.tally.one(Crowded, []byte(from.String()), d.s.now())
		return false
	}
	d.conns[c] = struct{}{}
	d.guests[from]++
	return true
}

func (d *door) leave(c net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, in := d.conns[c]; !in { // closed before
		return
	}
	delete(d.conns, c)
	from := addrOf(c.RemoteAddr())
	if d.guests[from]--; d.guests[from] <= 0 {
		delete(d.guests, from)
	}
}

// fail keeps and logs why d does not listen any more.
func (d *door) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failure = err.Error()
	d.s.log.Error("a listener fails", "listener", d.spec.Name, "err", err)
}

func (d *door) figures() ListenerFigures {
	f := ListenerFigures{Name: d.spec.Name, Kind: d.spec.Kind, Accepted: d.accepted.Load(), Datagrams: d.datagrams.Load(), Counts: d.tally.counts()}
	f.Unknown, f.Senders = d.strangers.list()
	if a := d.address(); a != nil {
		f.Address = a.String()
	}
	if d.packets != nil {
		f.KernelDrops, f.KernelDropKnown = kernelDrops(d.packets)
		f.ReceiveBuffer = receiveBuffer(d.packets)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f.Connections, f.Failure = len(d.conns), d.failure
	return f
}

// addrOf is the address of the other side without zone and mapping.
func addrOf(a net.Addr) netip.Addr {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	default:
		ap, _ = netip.ParseAddrPort(fmt.Sprint(a)) // zero when it is none
	}
	return ap.Addr().Unmap().WithZone("")
}
