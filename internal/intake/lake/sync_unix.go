// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package lake

import "os"

func syncNames(d *os.File) error { return d.Sync() }
