// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import "errors"

// errFull means that the index holds all it can number.
var errFull = errors.New("the indicator index is full (4 GiB of names)")

const (
	chunkBits = 20
	chunkSize = 1 << chunkBits
	maxChunks = 1 << (32 - chunkBits)
)

// arena keeps short byte strings in chunks of 1 MiB, so that growing copies
// nothing and leaves no garbage. A reference is chunk and position; 0 is never
// given out.
type arena struct {
	chunks [][]byte
	at     int // next free byte of the last chunk
}

// put stores b, of at most 255 bytes, with its length byte first, and returns
// the reference of that length byte.
func (a *arena) put(b []byte) (uint32, error) {
	need := len(b) + 1
	if len(a.chunks) == 0 || a.at+need > chunkSize {
		if len(a.chunks) == maxChunks {
			return 0, errFull
		}
		a.chunks = append(a.chunks, make([]byte, chunkSize))
		a.at = 0
		if len(a.chunks) == 1 {
			a.at = 1 // keeps 0 free
		}
	}
	c := a.chunks[len(a.chunks)-1]
	ref := uint32(len(a.chunks)-1)<<chunkBits | uint32(a.at)
	c[a.at] = uint8(len(b))
	copy(c[a.at+1:], b)
	a.at += need
	return ref, nil
}

// bytes returns the n bytes at ref, past the length byte.
func (a *arena) bytes(ref uint32, n int) []byte {
	at := int(ref&(chunkSize-1)) + 1
	return a.chunks[ref>>chunkBits][at : at+n]
}

func (a *arena) label(ref uint32) string {
	n := a.chunks[ref>>chunkBits][ref&(chunkSize-1)]
	return string(a.bytes(ref, int(n)))
}
