// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// anonymous returns n zero bytes from the system. Large pages need a right
// that services seldom have, so that small ones do.
func anonymous(n uint64) (memory, bool) {
	at, err := windows.VirtualAlloc(0, uintptr(n), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return memory{}, false
	}
	return memory{bytesAt(at, n), func() error { return windows.VirtualFree(at, 0, windows.MEM_RELEASE) }}, true
}

// mapFile maps a file of size bytes read-only.
func mapFile(f *os.File, size int64) (memory, error) {
	h, err := windows.CreateFileMapping(windows.Handle(f.Fd()), nil, windows.PAGE_READONLY, 0, 0, nil)
	if err != nil {
		return memory{}, os.NewSyscallError("CreateFileMapping", err)
	}
	at, err := windows.MapViewOfFile(h, windows.FILE_MAP_READ, 0, 0, uintptr(size))
	if err = errors.Join(os.NewSyscallError("MapViewOfFile", err), windows.CloseHandle(h)); err != nil {
		return memory{}, err
	}
	return memory{bytesAt(at, uint64(size)), func() error { return windows.UnmapViewOfFile(at) }}, nil
}

// bytesAt is the n bytes the system returned at an address that the collector
// does not know.
func bytesAt(at uintptr, n uint64) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), n)
}

// syncFolder does nothing: NTFS keeps names in its own journal.
func syncFolder(*os.Root) error { return nil }
