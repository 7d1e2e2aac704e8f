// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package intel_test

import "time"

// cpu is 0 where the system does not tell it in the same way.
func cpu() time.Duration { return 0 }
