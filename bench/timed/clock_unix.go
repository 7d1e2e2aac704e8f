// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package timed

import (
	"syscall"
	"time"
)

// Spent is the processor time of this process so far, of user and system: on one
// core what the clock shows, less what other processes took meanwhile.
func Spent() (time.Duration, error) {
	var r syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), err
}
