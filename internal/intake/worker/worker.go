// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package worker takes blocks from the stream through the engine: lines become
// events, events are looked up, and what they say goes into the memory of
// everything seen and then, in one transaction with the mark of the block, to
// the rooms. Only then is the block given back as done. A process that dies
// anywhere leaves marks that make the next try add nothing twice.
package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

// Source is how the lines of one source are read.
type Source struct {
	Log  format.Log     // of the lines; zero: found out
	Zone *time.Location // of lines that name none
}

// Lists are what lines are looked up in, held until Release.
type Lists struct {
	Index      *intel.Index
	Generation int64
	Release    func()
}

// Deps are what the worker is given. The functions may fail at any time: a
// block is tried again until they do not.
type Deps struct {
	// Source says how to read what the source with this id sends. It fails with
	// ErrUnknown when there is no such source.
	Source func(ctx context.Context, id string) (Source, error)
	Lists  func(ctx context.Context) (Lists, error)
	// Remember puts what the block says into the memory, durably, once however
	// often it is called. It fails with ErrOutdated when the lists have changed
	// since generation. done is called when Commit is over.
	Remember func(ctx context.Context, b stream.Block, said scan.Block, generation int64) (done func(), err error)
	// Commit takes the block into the records with its mark, once however often
	// it is called.
	Commit func(ctx context.Context, b stream.Block, said scan.Block, format string) error
	Now    func() time.Time
	Log    *slog.Logger
}

var (
	// ErrOutdated means that the lists have changed since a block was read.
	ErrOutdated = errors.New("the lists have changed since the block was read")
	// ErrUnknown means that the source of a block does not exist.
	ErrUnknown = errors.New("no such source")
)

// Refusal is why a block can never be taken: trying again is no use.
type Refusal struct {
	Reason string // "unknown_source", "unknown_kind", "panic"
	Err    error
}

// Error returns the reason and what happened.
func (r *Refusal) Error() string { return r.Reason + ": " + r.Err.Error() }

// Unwrap returns what happened.
func (r *Refusal) Unwrap() error { return r.Err }

// Worker takes blocks, several at a time.
type Worker struct {
	Deps
	formats sync.Map // source id -> format.Log that its lines had last
}

// New returns a Worker.
func New(d Deps) *Worker { return &Worker{Deps: d} }

// patience is how long a block is tried again before it is given back to the
// stream, which counts the attempt and hands it out later.
const patience = 30 * time.Minute

// Take takes one block through. It tries again while something of ours fails,
// and returns nil when all that follows from the block is stored, a *Refusal
// when that can never be, and the error of ctx when it ended.
func (w *Worker) Take(ctx context.Context, b stream.Block, attempt int) error {
	began := w.Now()
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := w.once(ctx, b)
		if errors.Is(err, ErrOutdated) && ctx.Err() == nil {
			pause = time.Second / 2
			continue
		}
		refused := (*Refusal)(nil)
		if err == nil || errors.As(err, &refused) || ctx.Err() != nil || w.Now().Sub(began) > patience {
			return err
		}
		w.Log.Warn("a block of received lines has to wait", "block", b.ID, "source", b.Source, "attempt", attempt, "again_in", pause, "err", err)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// once takes the block through, or fails with everything as it was or with
// marks that the next time will find.
func (w *Worker) once(ctx context.Context, b stream.Block) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Refusal{"panic", fmt.Errorf("%v\n%s", r, debug.Stack())}
		}
	}()
	if b.Kind != stream.Lines {
		return &Refusal{"unknown_kind", fmt.Errorf("%q", b.Kind)}
	}
	src, err := w.Source(ctx, b.Source)
	if errors.Is(err, ErrUnknown) {
		return &Refusal{"unknown_source", err}
	} else if err != nil {
		return err
	}
	lists, err := w.Lists(ctx)
	if err != nil {
		return err
	}
	defer lists.Release()
	said, name, err := w.read(ctx, b, src, lists.Index)
	if err != nil {
		return err
	}
	done, err := w.Remember(ctx, b, said, lists.Generation)
	if err != nil {
		return err
	}
	defer done()
	return w.Commit(ctx, b, said, name)
}

// read reads the lines of b. Where the source names no format, they are read as
// those before them, and found out anew when none of them is such a line: a
// block may be too short to tell.
func (w *Worker) read(ctx context.Context, b stream.Block, src Source, index *intel.Index) (scan.Block, string, error) {
	l, given := src.Log, src.Log.Name != ""
	if !given {
		if known, ok := w.formats.Load(b.Source); ok {
			l = known.(format.Log)
		}
	}
	said, sum, err := w.scan(ctx, b, l, src.Zone, index)
	if err != nil || given || l.Name != "" && said.Parsed > 0 {
		return said, sum.Format, err
	}
	if l.Name != "" {
		anew, found, err := w.scan(ctx, b, format.Log{}, src.Zone, index)
		if err != nil || anew.Parsed == 0 {
			return said, sum.Format, err
		}
		said, sum = anew, found
	}
	if found, ok := format.LookupLog(sum.Format); ok {
		w.formats.Store(b.Source, found)
	}
	return said, sum.Format, nil
}

// scan reads the lines of b in format l, or finds it out.
func (w *Worker) scan(ctx context.Context, b stream.Block, l format.Log, zone *time.Location, index *intel.Index) (said scan.Block, sum scan.Summary, err error) {
	opt := scan.Options{File: b.ID, Format: l.DNS, Activity: l.Activity, Lines: format.Options{Zone: zone, At: b.Received}, Index: index, Now: w.Now(),
		Seen: true, Text: true, Workers: 1, BlockSize: 1 << 40}
	sum, err = scan.Stream(ctx, bytes.NewReader(b.Body), opt, func(whole scan.Block) error {
		said = whole
		return nil
	})
	if errors.Is(err, scan.ErrFormat) {
		err = nil // its lines are counted as rejected, with samples
	}
	return said, sum, err
}
