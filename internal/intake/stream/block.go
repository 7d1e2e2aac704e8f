// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package stream keeps what listeners received until everything that follows
// from it is stored elsewhere. Lines travel in blocks, never one by one: a block
// is accepted when it is on the disk, handed to one worker at a time, and given
// up only into a place of its own, with its reason, from where it can be sent
// again.
package stream

import (
	"context"
	"time"
)

// Kind is what the body of a block is made of.
type Kind string

// Lines is text: whole lines, each ended by one newline.
const Lines Kind = "lines"

// MaxBody is the size of a body in bytes that no block exceeds.
const MaxBody = 2 << 20

// Block is a run of what one source sent, in the order it was received.
type Block struct {
	// ID names the block for ever; storing it again changes nothing. It begins
	// with the way it came: "net/" for network senders, whose promise begins
	// with storage, "http/" with the sender's idempotency key, "edge/" with a
	// collector's number. 1 to 200 bytes.
	ID       string
	Source   string    // id of the source
	Owner    string    // its owner unit at receipt, which rules access
	Way      string    // id of the way in; "" for none
	Kind     Kind      // of Body
	Received time.Time // of the first line, UTC
	Lines    int       // in Body
	Body     []byte    // at most MaxBody
}

// Appender takes blocks in.
type Appender interface {
	// Append returns nil once b lies on the disk, synced, and an error when it
	// does not: then nothing was promised and the sender keeps it. Once it has
	// returned it does not look at b.Body any more.
	Append(ctx context.Context, b Block) error
}
