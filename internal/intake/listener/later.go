// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

func newFollower(*door) (*follower, error) { return nil, nil }

type follower struct{}

func (f *follower) run() {}
