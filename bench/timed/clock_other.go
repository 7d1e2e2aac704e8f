// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package timed

import "time"

var started = time.Now()

// Spent is the time since the start.
func Spent() (time.Duration, error) { return time.Since(started), nil }
