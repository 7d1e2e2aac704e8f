// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// Stranger is a sender that no way in fits: what it sends is not taken.
type Stranger struct {
	Kind     WayKind
	Listener string // its name in the configuration
	Addr     string // IP address
	Host     string // of the syslog header; may be empty
	Count    int64  // lines, since the listener started
	First    time.Time
	Last     time.Time
	Sample   string // the beginning of a line
}

// MayMeet reports whether the context's actor may see senders that nobody
// knows: whoever may change every source, since a stranger may be anyone's.
func (s *Service) MayMeet(ctx context.Context, root string) (bool, error) {
	if root == "" || !auth.May(ctx, mayWrite) {
		return false, nil
	}
	_, scope, err := auth.Need(auth.Wide(ctx), "source.MayMeet", mayWrite)
	if err != nil {
		return false, err
	}
	return scope.Holds(ctx, s.Records.Read(), root)
}
