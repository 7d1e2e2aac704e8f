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
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/together"
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
	// since generation. What said has seen is gone once it returns. done is called
	// when Commit is over.
	Remember func(ctx context.Context, b stream.Block, said scan.Block, generation int64) (done func(), err error)
	// Commit takes blocks into the records with their marks, all or none, each
	// once however often it is called. When it fails for several it is called for
	// each alone.
	Commit func(ctx context.Context, blocks []Read) error
	// Archive keeps the lines for searching, durably, once however often it is
	// called; again says that it may have been called before. nil where nobody
	// keeps them.
	Archive func(ctx context.Context, b stream.Block, rows []lake.Row, again bool) error
	// Pressed reports whether what is received waits to be stored: then that goes
	// first. nil: it never does.
	Pressed func() bool
	Now     func() time.Time
	Log     *slog.Logger // nil: slog.Default()
}

// Read is a block with what it says.
type Read struct {
	stream.Block
	Said   scan.Block
	Format string // that its lines have; "" when nobody can tell
}

var (
	// ErrOutdated means that the lists have changed since a block was read.
	ErrOutdated = errors.New("the lists have changed since the block was read")
	// ErrUnknown means that nobody can say how the lines of a block are read: its
	// source does not exist, or lacks its mapping file.
	ErrUnknown = errors.New("no such source, or no mapping file for it")
)

// refusal is why a block can never be taken.
type refusal struct {
	reason string // one sentence
	err    error
}

// Error returns both.
func (r *refusal) Error() string { return r.reason + ": " + r.err.Error() }

// Worker takes blocks, several at a time.
type Worker struct {
	Deps
	formats sync.Map // source id -> format.Log that its lines had last
	readAs  recent   // the names of formats in which blocks were read, "" of none
	read    task
	kept    task
	reading gate // blocks that are read
	commits *together.Group[Read]
	cores   chan struct{} // one for each goroutine that may work and not wait
	few     chan struct{} // and for each that gives way to others

	poisoned atomic.Int64 // lines that broke the reading
}

// mostAtOnce is how many blocks are committed together.
const mostAtOnce = 128

// InHand is how many blocks a Worker has use for at one time: while some are
// worked on others wait for the disk, together.
func InHand(t stream.Task) int {
	if t == stream.Keeping {
		return 2 * runtime.GOMAXPROCS(0)
	}
	return 32 * runtime.GOMAXPROCS(0)
}

// New returns a Worker.
func New(d Deps) *Worker {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Worker{Deps: d, commits: together.New(mostAtOnce, d.Commit), cores: make(chan struct{}, runtime.GOMAXPROCS(0)),
		few: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// work runs fn for a block when a core is free for it.
func (w *Worker) work(ctx context.Context, received time.Time, fn func() error) error {
	return within(ctx, w.cores, func() error {
		if w.giveWay(ctx, received) {
			return within(ctx, w.few, fn)
		}
		return fn()
	})
}

// spare runs fn for a block when a core is free that no reading needs.
func (w *Worker) spare(ctx context.Context, received time.Time, fn func() error) error {
	select {
	case <-w.reading.idle():
		return w.work(ctx, received, fn)
	default:
		return within(ctx, w.few, fn)
	}
}

func within(ctx context.Context, room chan struct{}, fn func() error) error {
	select {
	case room <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-room }()
	return fn()
}

// Take reads one block and takes it through, as stream.Handle of the task
// stream.Reading. It returns nil when all that follows from the block is stored;
// an error of stream.Refuse when that can never be; one of kind fault.Unavailable
// when something of ours failed and no other block got through meanwhile, so
// that waiting is all there is to do; and the error as it is when others did,
// for then the fault may be the block's own.
func (w *Worker) Take(ctx context.Context, b stream.Block, _ int) error {
	defer w.reading.in()()
	return w.read.answer(b.ID, func() error { return w.once(ctx, b) }, ctx)
}

// source is how the lines of b are read.
func (w *Worker) source(ctx context.Context, b stream.Block) (Source, error) {
	if b.Kind != stream.Lines {
		return Source{}, &refusal{"the block is of a kind that this version does not know", fmt.Errorf("kind %q", b.Kind)}
	}
	src, err := w.Source(ctx, b.Source)
	if errors.Is(err, ErrUnknown) {
		err = &refusal{"nobody can say how the lines are read", err}
	}
	return src, err
}

// once takes the block through, or fails with everything as it was or with
// marks that the next time will find.
func (w *Worker) once(ctx context.Context, b stream.Block) error {
	src, err := w.source(ctx, b)
	if err != nil {
		return err
	}
	lists, err := w.Lists(ctx)
	if err != nil {
		return err
	}
	defer lists.Release()
	var r Read
	err = w.work(ctx, b.Received, func() (err error) {
		r, err = w.careful(ctx, b, src, lists.Index)
		return err
	})
	if err != nil {
		return err
	}
	if src.Log.Name == "" {
		w.readAs.put(b.ID, r.Format)
	}
	return w.note(ctx, r, lists.Generation)
}

// note puts what the block says into the memory and then into the records. Its
// rows are needed for the memory alone.
func (w *Worker) note(ctx context.Context, r Read, generation int64) error {
	done, err := w.Remember(ctx, r.Block, r.Said, generation)
	r.Said.Forget()
	if err != nil {
		return err
	}
	defer done()
	return w.commits.Do(ctx, r)
}

// lines reads the lines of b. Where the source names no format, they are read as
// those before them, and found out anew when none of them is such a line: a
// block may be too short to tell.
func (w *Worker) lines(ctx context.Context, b stream.Block, src Source, index *intel.Index) (scan.Block, format.Log, error) {
	l, given := src.Log, src.Log.Name != ""
	if !given {
		if known, ok := w.formats.Load(b.Source); ok {
			l = known.(format.Log)
		}
	}
	said, found, err := w.scan(ctx, b, l, src.Zone, index)
	if err != nil || given || l.Name != "" && said.Parsed > 0 {
		return said, l, err
	}
	if l.Name != "" {
		anew, other, err := w.scan(ctx, b, format.Log{}, src.Zone, index)
		if err != nil || anew.Parsed == 0 {
			return said, l, err
		}
		said, found = anew, other
	}
	if l, given = format.LookupLog(found); given {
		w.formats.Store(b.Source, l)
	}
	return said, l, nil
}

// scan reads the lines of b in format l, or finds it out; name says what they
// were read as.
func (w *Worker) scan(ctx context.Context, b stream.Block, l format.Log, zone *time.Location, index *intel.Index) (said scan.Block, name string, err error) {
	opt := scan.Options{File: b.ID, Format: l.DNS, Activity: l.Activity, Lines: format.Options{Zone: zone, At: b.Received}, Index: index, Now: w.Now(),
		Seen: true, Text: true, Workers: 1, BlockSize: 1 << 40}
	sum, err := scan.Stream(ctx, bytes.NewReader(b.Body), opt, func(whole scan.Block) error {
		said = whole
		return nil
	})
	if errors.Is(err, scan.ErrFormat) {
		err = nil // its lines are counted as rejected, with samples
	}
	return said, sum.Format, err
}
