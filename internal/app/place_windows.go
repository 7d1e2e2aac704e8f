// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"io/fs"

	"golang.org/x/sys/windows"
)

// diskSpace is what this user may still write under path, and the size of its
// volume, in bytes.
func diskSpace(path string) (free, total uint64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(name, &free, &total, nil)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("space of %s: %w", path, err)
	}
	return free, total, nil
}

// foreign and othersMay say nothing on Windows: access lists, which the
// installation sets, rule there, not owners and mode bits.
func foreign(fs.FileInfo) string { return "" }

func othersMay(fs.FileInfo) fs.FileMode { return 0 }
