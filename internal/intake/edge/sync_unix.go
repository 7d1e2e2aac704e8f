// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package edge

import (
	"errors"
	"os"
)

// syncFolder makes the names of new files durable.
func syncFolder(root *os.Root) (err error) {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
