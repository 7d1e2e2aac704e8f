// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

// memory is a run of bytes and how to give it back.
type memory struct {
	bytes []byte
	free  func() error // nil where the collector does it
}

// hugePage is the size from which memory outside the collected heap pays.
const hugePage = 2 << 20

// allocate returns n zero bytes, in huge pages where the system has them: the
// hot part of a large index is read at random places, each of which would
// otherwise cost a walk through page tables too.
func allocate(n uint64) memory {
	if n >= hugePage {
		if m, ok := anonymous(n); ok {
			return m
		}
	}
	return memory{bytes: make([]byte, n)}
}
