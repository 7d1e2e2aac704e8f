// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import "context"

// unitNamed finds the units in the actor's scope that a text names.
func (a *App) unitNamed(ctx context.Context, text string) ([]string, error) {
	list, err := a.Rooms.Units.Lookup(ctx, text)
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = string(id)
	}
	return out, err
}
