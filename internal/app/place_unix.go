// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package app

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// diskSpace is what a process without privileges may still write under path,
// and the size of its file system, in bytes.
func diskSpace(path string) (free, total uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, fmt.Errorf("space of %s: %w", path, err)
	}
	return uint64(s.Bavail) * uint64(s.Bsize), uint64(s.Blocks) * uint64(s.Bsize), nil
}

// foreign is the user who owns the file of info when that is not the user of
// this process, as a number; "" otherwise.
func foreign(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return fmt.Sprint(s.Uid)
	}
	return ""
}

// othersMay are the permissions that people other than the owner have.
func othersMay(info fs.FileInfo) fs.FileMode { return info.Mode().Perm() & 0o077 }
