// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/intake/lake/engine"
)

// lakeCommand is the engine of searches as a process of its own. The centre
// starts it; it is told what to do through its standard input.
func lakeCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:    "lake",
		Short:  "The engine that keeps and searches events (started by the centre)",
		Hidden: true,
		Args:   noArguments,
		RunE:   func(*cobra.Command, []string) error { return engine.Run(std.in, std.out) },
	}
}

// lakeProgram is how the centre starts that process: this program again. None
// where it does not know itself.
func lakeProgram() []string {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{exe, "lake"}
}
