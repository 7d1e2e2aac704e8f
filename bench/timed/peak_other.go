// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package timed

import "os"

// peak is not known here: the unit of ru_maxrss differs between systems.
func peak(*os.ProcessState) float64 { return 0 }
