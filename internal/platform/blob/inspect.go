// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
)

// Inspect opens the store in folder dir to look at, making and removing
// nothing; an absent folder is an error. Only Open, Has and Verify of it may be
// used.
func Inspect(dir string) (*Store, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	return &Store{root}, nil
}

// Verify reads a stored file whole and reports whether its bytes still have
// the hash it is named by. An absent file is fault.NotFound.
func (s *Store) Verify(ctx context.Context, sha string) (same bool, err error) {
	f, err := s.Open(ctx, sha)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, &patient{ctx, f}); err != nil {
		return false, fmt.Errorf("blob.Verify: %w", err)
	}
	return name(sum) == sha, nil
}

// diskFull is ERROR_DISK_FULL of Windows, which is no ENOSPC there.
const diskFull = syscall.Errno(112)

// noRoom reports that the disk has no room left.
func noRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || runtime.GOOS == "windows" && errors.Is(err, diskFull)
}
