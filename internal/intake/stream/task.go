// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

// Task is what is done with blocks. Each task has every block handed out once,
// at a pace of its own; a block is removed when all have acknowledged it.
type Task int

// The tasks.
const (
	Reading Task = iota // what follows from the lines: sightings, findings, figures
	Keeping             // the lines themselves, for searching
	tasks
)

// durable is the name of the task's consumer, at rest.
var durable = [tasks]string{Reading: "workers", Keeping: "keepers"}
