// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package edge is what runs at a unit's site: listeners whose blocks go into a
// spool on the collector's disk, and from there to the centre, by HTTPS when
// there is a link, on a USB stick when there is none.
//
// Every block has a number, given once and never again. The centre says which
// number it wants next, and that alone moves the collector on, so that neither
// a cut connection nor a killed process loses or doubles anything. When the
// spool is full the newest is refused, never the oldest dropped: senders that
// can wait do, what UDP brings is counted as lost.
//
// Start at Run; the spool is in spool.go, the talk with the centre in client.go
// and forward.go, the stick in bundle.go. DESIGN.md says what was decided.
package edge

import (
	"errors"
	"time"
)

// What a spool or a centre says no with, for errors.Is.
var (
	// ErrFull means that the spool has reached its limit, or its disk the
	// reserve. It passes once the centre has taken something.
	ErrFull = errors.New("the spool is full")
	// ErrBroken means that the disk failed in a way after which only a new start
	// can say what lies on it.
	ErrBroken = errors.New("the spool has to be opened anew")
	// ErrRefused means that the centre does not take this collector: it was
	// revoked, or never enrolled there.
	ErrRefused = errors.New("the centre does not take this collector")
	// ErrDiverged means that the numbers of this spool were given to other
	// blocks before: the folder is a copy of an older state.
	ErrDiverged = errors.New("the spool is a copy of an older state; enrol it with a new code, nothing in it is lost")
)

// Block is a run of lines in the spool.
type Block struct {
	Number   uint64 // from 1, one after the other, for ever
	Way      string // by which it came, as the centre named it
	ID       string // as the listener named it
	Received time.Time
	Lines    int
	Body     []byte // whole lines
}
