// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// anonymous returns n zero bytes that start where a huge page may, and the
// mapping they are of. Where huge pages are off, small ones do.
func anonymous(n int) ([]byte, mapping, bool) {
	all, err := unix.Mmap(-1, 0, n+hugePage, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, mapping{}, false
	}
	_ = unix.Madvise(all, unix.MADV_HUGEPAGE)
	off := -int(uintptr(unsafe.Pointer(unsafe.SliceData(all)))) & (hugePage - 1)
	return all[off : off+n : off+n], mapping{all}, true
}

func (m mapping) free() error { return unix.Munmap(m.bytes) }
