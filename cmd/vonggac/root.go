// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// streams are what a subcommand reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// usageError is wrong use: exit code 2.
type usageError struct{ error }

// Unwrap returns the cause.
func (e usageError) Unwrap() error { return e.error }

// errReported is a failure whose message stands on stderr already: exit code 1.
var errReported = errors.New("reported")

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, std streams) int {
	root := rootCommand(std)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintf(std.err, "vonggac: %v\n", err)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(std.err, "Try \"%s --help\".\n", cmd.CommandPath())
		return 2
	}
	return 1
}

func rootCommand(std streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "vonggac",
		Short:         "Vọng Gác: the security operations centre of a province",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(doctorCommand(std), serviceCommand(std, centreService), collectCommand(std), huntCommand(std), lakeCommand(std),
		deadlineCommand(std), reportCommand(std), directiveCommand(std))
	root.AddCommand(serveCommand(std), demoCommand(std), scanCommand(std), accountCommand(std), backupCommand(std), restoreCommand(std), configCommand(std), versionCommand(std))
	return root
}
