// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// batch reads many datagrams with one call, recvmmsg(2).
type batch struct {
	conn     *ipv4.PacketConn // of either family: the messages are the same
	messages []ipv4.Message
}

func newBatch(c *net.UDPConn) *batch {
	b := &batch{conn: ipv4.NewPacketConn(c), messages: make([]ipv4.Message, batchSize)}
	for i := range b.messages {
		b.messages[i].Buffers = [][]byte{make([]byte, datagram)}
	}
	return b
}

// read waits for datagrams and tells how many came.
func (b *batch) read() (int, error) {
	n, err := b.conn.ReadBatch(b.messages, 0)
	return max(n, 0), err
}

// get gives datagram i of the last read, valid until the next.
func (b *batch) get(i int) ([]byte, netip.Addr) {
	m := &b.messages[i]
	return m.Buffers[0][:m.N], addrOf(m.Addr)
}

// forceReceiveBuffer passes over the system's limit where the process may
// (SO_RCVBUFFORCE, socket(7)).
func forceReceiveBuffer(c *net.UDPConn, n int) error {
	return onSocket(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, n) })
}

// receiveBuffer is what the kernel gave; it counts its own keeping in.
func receiveBuffer(c *net.UDPConn) int {
	var n int
	if onSocket(c, func(fd int) (err error) {
		n, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
		return err
	}) != nil {
		return 0
	}
	return n
}

func onSocket(c *net.UDPConn, fn func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = fn(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// kernelDrops is how many datagrams the kernel dropped for want of room, by
// the last column of /proc/net/udp and udp6 (proc(5)). False when it cannot be
// told.
func kernelDrops(c *net.UDPConn) (int64, bool) {
	var st unix.Stat_t
	if onSocket(c, func(fd int) error { return unix.Fstat(fd, &st) }) != nil {
		return 0, false
	}
	inode := strconv.FormatUint(st.Ino, 10)
	for _, name := range []string{"udp", "udp6"} {
		if n, err := dropsIn("/proc/net/"+name, inode); err == nil {
			return n, true
		}
	}
	return 0, false
}

func dropsIn(path, inode string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		// sl local rem st queues tr:tm retrnsmt uid timeout inode ref pointer drops
		if word := strings.Fields(lines.Text()); len(word) >= 13 && word[9] == inode {
			return strconv.ParseInt(word[12], 10, 64)
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("%s does not list the socket", path)
}
