// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package listener

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// openShared opens a file for reading. Others may rename and remove it.
func openShared(path string) (*os.File, error) { return os.Open(path) }

// fileID is what the system calls f whatever its name: device and inode.
func fileID(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.ErrUnsupported
	}
	return fmt.Sprintf("%x:%x", st.Dev, st.Ino), nil
}

// syncFolder makes a new position's name durable.
func (s *store) syncFolder() (err error) {
	d, err := s.root.Open(".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Sync()
}
