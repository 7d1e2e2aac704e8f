// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package listener_test

// openFiles tells for how many connections there is room.
func openFiles(n int) int { return min(n, 1000) }
