// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package intel

import (
	"os"

	"golang.org/x/sys/unix"
)

// anonymous returns n zero bytes from the system.
func anonymous(n uint64) (memory, bool) {
	if n > 1<<62 {
		return memory{}, false
	}
	b, err := unix.Mmap(-1, 0, int(n), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return memory{}, false
	}
	advise(b)
	return memory{b, func() error { return unix.Munmap(b) }}, true
}

// mapFile maps a file of size bytes read-only.
func mapFile(f *os.File, size int64) (memory, error) {
	b, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return memory{}, os.NewSyscallError("mmap", err)
	}
	return memory{b, func() error { return unix.Munmap(b) }}, nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
