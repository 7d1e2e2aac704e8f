// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package main

import "time"

var started = time.Now()

// spent is the time since the start.
func spent() (time.Duration, error) { return time.Since(started), nil }
