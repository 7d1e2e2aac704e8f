// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"time"
)

// This file joins the watch over sources to the rest: its duties, and who is
// told of a silence.

// watchSources gives the room of sources its duties.
func (a *App) watchSources() {
	a.behind.every(time.Minute, "read the ways in", a.Rooms.Sources.RefreshWays)
}
