// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package rollup

// anonymous is false where the heap is to be used.
func anonymous(int) ([]byte, mapping, bool) { return nil, mapping{}, false }

func (mapping) free() error { return nil }
