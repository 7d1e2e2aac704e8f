// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux

package intel

// advise does nothing where the system chooses the size of pages itself.
func advise([]byte) {}
