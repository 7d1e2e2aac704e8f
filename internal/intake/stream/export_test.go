// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import "context"

// Sweep is one turn of the removal that runs every minute.
func (s *Stream) Sweep(ctx context.Context) error { return s.sweep(ctx) }
