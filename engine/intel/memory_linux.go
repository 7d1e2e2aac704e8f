// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import "golang.org/x/sys/unix"

// advise asks for huge pages. Where they are off, small ones do.
func advise(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
