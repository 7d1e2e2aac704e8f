// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package listener_test

import "golang.org/x/sys/unix"

// openFiles raises how many files the process may have for n connections, of
// which it holds both ends, and tells for how many there is room.
func openFiles(n int) int {
	var lim unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &lim) != nil {
		return 100
	}
	if want := uint64(2*n + 200); lim.Cur < want {
		more := unix.Rlimit{Cur: want, Max: max(want, lim.Max)} // beyond Max for root alone
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &more) == nil {
			return n
		}
		lim.Cur = lim.Max
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &lim) != nil {
			return 100
		}
	}
	return min(n, int(lim.Cur-200)/2)
}
