// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package hush keeps the engine's packages from writing to standard error while
// a program starts: one of them says on every start that a machine has no
// pressure figures, and every command of ours would carry that line.
//
// Packages are initialised in the order of their paths as soon as what they
// import is ready (Go specification, "Package initialization"). This one needs
// next to nothing and comes before net/http, which the noisy one waits for.
// Whoever imports the engine calls Over once in a variable's initialisation.
package hush

import (
	"io"
	"log"
	"os"
)

func init() { log.SetOutput(io.Discard) }

// Over lets the standard logger speak again. The result means nothing.
func Over() bool {
	log.SetOutput(os.Stderr)
	return true
}
