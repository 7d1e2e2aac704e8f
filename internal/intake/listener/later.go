// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

func (d *door) openHTTP()  {}
func (d *door) serveHTTP() {}

type follower struct{}

func newFollower(*door) (*follower, error) { return nil, nil }
func (f *follower) run()                   {}
