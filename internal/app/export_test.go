// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import "context"

// KeepFigures lets tests have the figures of listeners kept at once.
func (a *App) KeepFigures(ctx context.Context) error { return a.keepFigures(ctx) }
