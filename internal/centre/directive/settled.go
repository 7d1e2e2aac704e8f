// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import "slices"

// doubtful are the reasons of a proposal for which a person has to look at it
// alone, beside a name that nobody has.
var doubtful = []string{"actor.alike", "due.more", "due.odd", "due.endless", "due.always", "due.closing", "bind.none"}

// settled reports whether nothing is left to be asked of a proposal whose names
// are all known: a person who said whom a name means need not say it of every
// requirement again.
func (it *Item) settled(of []Doubted) bool {
	return len(it.Unknown) == 0 && (len(it.Bindings) == 0 || it.Bindings[0].Score >= SureScore) &&
		!slices.ContainsFunc(it.Reason, func(w Why) bool { return slices.Contains(doubtful, w.Key) }) &&
		!slices.ContainsFunc(of, func(d Doubted) bool { return d.Doubt == Columns })
}
