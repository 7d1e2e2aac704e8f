// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

const diskFull = windows.ERROR_DISK_FULL

// Free is how many bytes may still be written where dir stands.
func Free(dir string) (int64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, &os.PathError{Op: "free space", Path: dir, Err: err}
	}
	return int64(min(free, 1<<62)), nil
}

// SameDisk reports whether two folders stand on one volume, which then is lost
// with both.
func SameDisk(a, b string) (bool, error) {
	x, err := filepath.Abs(a)
	if err != nil {
		return false, err
	}
	y, err := filepath.Abs(b)
	return strings.EqualFold(filepath.VolumeName(x), filepath.VolumeName(y)), err
}
