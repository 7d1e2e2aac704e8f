// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import "github.com/vonggac/vonggac/internal/intake/lake"

// lakeStore is where events rest, nil while there is none.
func (a *App) lakeStore() lake.Store { return nil }
