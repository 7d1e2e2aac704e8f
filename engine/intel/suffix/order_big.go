// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build mips || mips64 || ppc64 || s390x

package suffix

// bigEndian says that a word in memory begins with its highest byte.
const bigEndian = true
