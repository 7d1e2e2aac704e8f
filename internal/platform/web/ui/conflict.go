// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import "time"

// Names of the fields a conflict adds to its form. web settles them before a
// room reads the form.
const (
	TakePrefix   = "take."   // + field: mine or theirs
	TheirsPrefix = "theirs." // + field: the record's values
	TakeMine     = "mine"
	TakeTheirs   = "theirs"
)

// ConflictProps is what stands over a form that came too late: somebody
// changed the record since it was opened.
type ConflictProps struct {
	By   string // who changed it last; empty when not known
	At   time.Time
	Rows []ConflictRow // fields that differ; none when only the version does
	Act  bool          // the form is no edit but an act with its reason
}

// ConflictRow is one field that differs.
type ConflictRow struct {
	Name   string // of the form field
	Label  string
	Mine   string // as a person reads it; empty means nothing
	Theirs string
	Values []string // the record's, as the form would send them
}
