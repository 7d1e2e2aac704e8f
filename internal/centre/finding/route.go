// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

// standing is a finding of a key with those of a batch's names it holds.
type standing struct {
	Finding
	holds map[string]bool
}

// route says which of the findings of one key, in order of episodes, a name
// asked for belongs to; nil means a new one.
//
//   - A false positive keeps its names, whenever they are asked for.
//   - What was last asked before a finding was closed belongs to the first so
//     closed: somebody has dealt with it. A false positive takes in no name it
//     does not hold, for nobody has judged that.
//   - All else belongs to the open one, which is also one that an open case
//     follows.
func route(list []*standing, n *named) *standing {
	var earlier, open, muted *standing
	for _, f := range list {
		switch {
		case f.State.Open() || f.Following:
			open = f
		case f.Closed.Muted:
			if f.holds[n.name] {
				muted = f
			}
		case n.last.After(f.Closed.At):
		case earlier == nil || f.Closed.At.Before(earlier.Closed.At):
			earlier = f
		}
	}
	switch {
	case muted != nil:
		return muted
	case earlier != nil:
		return earlier
	}
	return open
}
