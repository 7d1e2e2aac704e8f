// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// messages are messages one after the other. Versions 5 and 10 say how long
// they are; one of version 9 ends where the next set would have a number that
// no set has: that of a version.
type messages struct {
	r    *bufio.Reader
	data []byte
}

const (
	headV5, recordV5, maxV5 = 24, 48, 30 // Cisco, "NetFlow Export Datagram Format"
	headV9, headV10         = 20, 16
)

// errLost means that bytes are no message, so that none after them is found.
var errLost = errors.New("what follows is no NetFlow or IPFIX message")

func (m *messages) next() (datagram, error) {
	m.data = m.data[:0]
	b, err := m.r.Peek(4)
	if len(b) == 0 {
		return datagram{}, err
	}
	if len(b) < 4 {
		return datagram{}, cut(err)
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	switch binary.BigEndian.Uint16(b) {
	case 5:
		if size > maxV5 {
			return datagram{}, errLost
		}
		return m.take(headV5 + size*recordV5)
	case 10:
		if size < headV10 {
			return datagram{}, errLost
		}
		return m.take(size)
	case 9:
		return m.version9()
	}
	return datagram{}, errLost
}

// take reads n bytes more of the message.
func (m *messages) take(n int) (datagram, error) {
	from := len(m.data)
	m.data = append(m.data, make([]byte, n)...)
	_, err := io.ReadFull(m.r, m.data[from:])
	return datagram{data: m.data}, cut(err)
}

func (m *messages) version9() (datagram, error) {
	d, err := m.take(headV9)
	for err == nil {
		b, more := m.r.Peek(4)
		if len(b) < 4 {
			if len(b) > 0 || !errors.Is(more, io.EOF) {
				return d, cut(more)
			}
			return d, nil
		}
		if id := binary.BigEndian.Uint16(b); id > 1 && id < 256 {
			return d, nil
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		if size < 4 {
			return d, errLost
		}
		if len(m.data)+size > maxDatagram {
			return d, errLost
		}
		d, err = m.take(size)
	}
	return d, err
}

// maxDatagram is the most that a datagram holds.
const maxDatagram = 1 << 16

// cut names the end within a message.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
