// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import "context"

// Again is Put for a block that may have been brought before, by this process in
// an earlier life or by another one: the engine takes a line twice, so that it is
// first asked what of the block it lacks.
func (k *Keeper) Again(ctx context.Context, b Brought) error {
	if err := k.archive.Put(ctx, b); err != nil || k.store == nil {
		return err
	}
	k.bring(b.Received)
	k.lack(b.Received, nil)
	return nil
}
