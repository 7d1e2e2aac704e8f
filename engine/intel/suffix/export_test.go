// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package suffix

// Words returns the words of s for the reference in the tests.
func Words(s *Seed) [4]uint64 { return [4]uint64{s.root, s.label, s.word, s.size} }
