// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package listener

import (
	"errors"
	"net"
	"net/netip"
)

// batch reads one datagram at a time, for the system has no call for more.
type batch struct {
	conn *net.UDPConn
	buf  []byte
	n    int
	from netip.Addr
}

func newBatch(c *net.UDPConn) *batch { return &batch{conn: c, buf: make([]byte, datagram)} }

// read waits for a datagram.
func (b *batch) read() (int, error) {
	n, from, err := b.conn.ReadFromUDPAddrPort(b.buf)
	if err != nil {
		return 0, err
	}
	b.n, b.from = n, from.Addr().Unmap().WithZone("")
	return 1, nil
}

// get gives the datagram of the last read, valid until the next.
func (b *batch) get(int) ([]byte, netip.Addr) { return b.buf[:b.n], b.from }

// forceReceiveBuffer cannot be done here.
func forceReceiveBuffer(*net.UDPConn, int) error { return errors.ErrUnsupported }

// receiveBuffer is not told here.
func receiveBuffer(*net.UDPConn) int { return 0 }

// kernelDrops are not told here.
func kernelDrops(*net.UDPConn) (int64, bool) { return 0, false }
