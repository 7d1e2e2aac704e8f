// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package app_test

import "testing"

// TestMillionsOfLinesAreAllKeptAndCounted is TestManyLinesAreAllKeptAndCounted with
// six million lines. It runs without the race detector, beside TestWalks, and is
// not parallel, so that the memory is its own.
func TestMillionsOfLinesAreAllKeptAndCounted(t *testing.T) {
	manyLinesAreAllKeptAndCounted(t, 6_000_000)
}
