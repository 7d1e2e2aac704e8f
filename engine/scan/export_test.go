// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

// InPieces returns opt with the text worked on in pieces of about n bytes.
func InPieces(opt Options, n int) Options {
	opt.piece = n
	return opt
}
