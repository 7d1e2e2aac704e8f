// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import "os"

// syncFolder has nothing to do: NTFS keeps its own journal of names.
func syncFolder(*os.Root) error { return nil }
