// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"time"
)

// Sweep is one turn of the removal that runs every minute.
func (s *Stream) Sweep(ctx context.Context) error { return s.sweep(ctx) }

// Hold sets how long a worker keeps a block for what is away.
func (s *Stream) Hold(d time.Duration) { s.held = d }
