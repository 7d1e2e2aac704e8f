// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"errors"
	"sync"
	"unsafe"
)

// room is the memory of a Table: zero bytes that are read at random places, so
// that they come in huge pages, outside the collected heap, where the system has
// them. Small tables stay in the heap.
type room struct {
	mu    sync.Mutex
	rest  []byte            // of the last block that small requests share
	used  [][]byte          // given back, of shared blocks
	whole map[*byte]mapping // by first byte, one for each request that is not small
	block []mapping
}

// mapping is memory from the system.
type mapping struct{ bytes []byte }

const (
	hugePage  = 2 << 20
	smallest  = 1 << chunkBits // less than that comes from the heap
	ownBlock  = hugePage       // from that on a request has a block of its own
	blockSize = 4 * hugePage
)

// take returns n zero bytes, aligned for numbers.
func (m *room) take(n int) []byte {
	if n < smallest {
		return make([]byte, n)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if n >= ownBlock {
		b, all, ok := anonymous(n)
		if !ok {
			return make([]byte, n)
		}
		if m.whole == nil {
			m.whole = map[*byte]mapping{}
		}
		m.whole[unsafe.SliceData(b)] = all
		return b
	}
	if n > len(m.rest) {
		b, all, ok := anonymous(blockSize)
		if !ok {
			return make([]byte, n)
		}
		m.rest, m.block = b, append(m.block, all)
	}
	b := m.rest[:n:n]
	m.rest = m.rest[(n+63)&^63:]
	return b
}

// takeUsed returns n bytes of any value.
func (m *room) takeUsed(n int) []byte {
	if b := m.again(n); b != nil {
		return b
	}
	return m.take(n)
}

// again returns n bytes of what was given back, nil when there are none.
func (m *room) again(n int) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	last := len(m.used) - 1
	if last < 0 || len(m.used[last]) < n {
		return nil
	}
	b := m.used[last]
	if m.used[last] = b[n:]; len(b)-n < smallest {
		m.used = m.used[:last]
	}
	return b[:n:n]
}

// give takes back what take returned, which nobody uses any more.
func (m *room) give(b []byte) {
	if len(b) < smallest {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(b) < ownBlock {
		m.used = append(m.used, b)
		return
	}
	at := unsafe.SliceData(b)
	if all, ok := m.whole[at]; ok && all.free() == nil { // else close tries again
		delete(m.whole, at)
	}
}

// close gives all memory back.
func (m *room) close() (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, all := range m.whole {
		err = errors.Join(err, all.free())
	}
	for _, all := range m.block {
		err = errors.Join(err, all.free())
	}
	m.whole, m.block, m.rest, m.used = nil, nil, nil, nil
	return err
}

// takeOf returns n zero values of T, which holds numbers only.
func takeOf[T uint64 | entry](m *room, n int) []T {
	var one T
	b := m.take(n * int(unsafe.Sizeof(one)))
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

func giveOf[T uint64 | entry](m *room, s []T) {
	var one T
	m.give(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(one))))
}
