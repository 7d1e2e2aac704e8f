// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package backup

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const diskFull = syscall.ENOSPC

// Free is how many bytes may still be written where dir stands.
func Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, &os.PathError{Op: "free space", Path: dir, Err: err}
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// SameDisk reports whether two folders stand on one volume, which then is lost
// with both.
func SameDisk(a, b string) (bool, error) {
	var x, y unix.Stat_t
	if err := unix.Stat(a, &x); err != nil {
		return false, &os.PathError{Op: "stat", Path: a, Err: err}
	}
	if err := unix.Stat(b, &y); err != nil {
		return false, &os.PathError{Op: "stat", Path: b, Err: err}
	}
	return x.Dev == y.Dev, nil
}
