// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import "context"

// Again is Put for a block that another process may have brought before: the
// engine takes a line twice, so that it is first asked what of the block it lacks.
func (k *Keeper) Again(ctx context.Context, b Brought) error {
	k.putting.RLock()
	defer k.putting.RUnlock()
	if err := k.archive.Put(ctx, b); err != nil || k.store == nil {
		return err
	}
	k.bring(b.Received)
	k.leave(b, false)
	return nil
}
