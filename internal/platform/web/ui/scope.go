// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

// ScopeProps is the page on which a person chooses to look at one unit alone.
type ScopeProps struct {
	Units  []Option
	Chosen string // unit id; empty: all
	Back   string // where to go on
	Errors map[string]string
}
