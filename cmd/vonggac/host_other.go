// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package main

import "context"

// host runs the program.
func host(ctx context.Context, args []string, std streams) int { return run(ctx, args, std) }
