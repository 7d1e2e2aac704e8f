// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command vonggac is the whole product in one program: the centre, the edge
// collector and the tools that work without either. Each subcommand stands in a
// file of its own; root.go lists them.
//
// Exit codes: 0 done, 1 something could not be read or done (after the rest is
// done), 2 wrong use.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones by name also where the system has none
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := host(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}
