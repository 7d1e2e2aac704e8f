// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import "os"

// syncNames has nothing to do: NTFS keeps its own journal of names.
func syncNames(*os.File) error { return nil }
