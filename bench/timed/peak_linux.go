// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package timed

import (
	"os"
	"syscall"
)

// peak is the most memory a process had resident, in bytes (getrusage(2):
// ru_maxrss is in KiB on Linux).
func peak(s *os.ProcessState) float64 {
	use, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(use.Maxrss) * 1024
}
