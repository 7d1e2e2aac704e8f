// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package fault

import "embed"

// Messages are the sentences of the kinds.
//
//go:embed messages.yaml
var Messages embed.FS
