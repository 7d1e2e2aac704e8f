// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// What Append, Consume and the letters return, for errors.Is.
var (
	// ErrFull means that the disk, or the cluster's, has no room for the block.
	// It passes by itself once there is room again. See Full.
	ErrFull = errors.New("the stream has no room")
	// ErrClosed means that Close was called.
	ErrClosed = errors.New("the stream is closed")
	// ErrInvalid means that the block can never be taken; the text says why.
	ErrInvalid = errors.New("block refused")
	// ErrUnknown means that there is no dead letter of that name (any more).
	ErrUnknown = errors.New("no such dead letter")
)

// Full is an ErrFull that knows the figures.
type Full struct {
	Free uint64 // bytes that may be written where the stream lies
	Need uint64 // bytes that must be free for the block to be taken
}

// Error says both figures.
func (f *Full) Error() string {
	return fmt.Sprintf("%v: %s are free where the stream lies and %s are needed", ErrFull, humanize.IBytes(f.Free), humanize.IBytes(f.Need))
}

// Is reports whether target is ErrFull.
func (f *Full) Is(target error) bool { return target == ErrFull }

// refusal is an error of a handler after which trying again is of no use.
type refusal struct {
	reason string
	err    error
}

// Refuse makes the error with which a handler gives up a block for good: it
// becomes a dead letter at once. reason is one sentence for a person; err is
// the cause and may be nil.
func Refuse(reason string, err error) error { return &refusal{reason, err} }

func (r *refusal) Error() string {
	if r.err == nil {
		return r.reason
	}
	return r.reason + ": " + r.err.Error()
}

func (r *refusal) Unwrap() error { return r.err }

// waiting reports whether err says that something the handler needs is away
// for now, which is not the block's fault.
func waiting(err error) bool {
	_, refused := errors.AsType[*refusal](err)
	return !refused && fault.Is(err, fault.Unavailable)
}
