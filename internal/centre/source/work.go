// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Sink takes what one block says into the other rooms, inside the transaction
// that marks the block done. app gives it.
type Sink func(ctx context.Context, tx *db.Tx, f File, b scan.Block) error

// Reading is how one file is read from now on, and where its blocks are
// remembered.
type Reading struct {
	Options scan.Options
	Memory  Memory
	// Done, when not nil, is called when the reading has ended, however: until
	// then what Options hold must stay as it is.
	Done func()
}

// Memory takes what one block says before the transaction that marks it done,
// durably; a block that comes again changes nothing. done is called when that
// transaction is over, however it ended. It fails with [ErrOutdated] when the
// lists are no longer those the block was read against. app gives it.
type Memory func(ctx context.Context, f File, b scan.Block) (done func(), err error)

// ErrOutdated means that the lists have changed since a Reading was made.
var ErrOutdated = errors.New("the lists have changed since the reading began")

// Handler is the job that reads one file as reading says at its start, and
// says anew when the lists have changed meanwhile. Blocks go to the memory and
// then to sink in order, each in one transaction with its marker and its audit
// entry, under the job's lease: a process that dies anywhere is taken over, the
// file is read again and done blocks are passed over, so that the result is
// that of one uninterrupted run.
func (s *Service) Handler(reading func(ctx context.Context) (Reading, error), sink Sink) jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		var in payload
		if err := j.Decode(&in); err != nil {
			return err
		}
		f, err := fileByID(ctx, s.Records.Read(), in.File)
		if err != nil {
			return err
		}
		if f.State == Done || f.State == Broken {
			return nil
		}
		for err = ErrOutdated; errors.Is(err, ErrOutdated) && ctx.Err() == nil; {
			err = s.read(ctx, j, p, f, reading, sink)
		}
		return err
	}
}

func (s *Service) read(ctx context.Context, j jobs.Job, p *jobs.Progress, f File, reading func(ctx context.Context) (Reading, error), sink Sink) error {
	r, err := reading(ctx)
	if r.Done != nil {
		defer r.Done()
	}
	if err != nil {
		return err
	}
	if r.Options, err = s.prepare(ctx, p, &f, r.Options); err != nil {
		return err
	}
	return s.work(ctx, j, p, f, r, sink)
}

// prepare notes that the work has begun and says how the file is to be read.
func (s *Service) prepare(ctx context.Context, p *jobs.Progress, f *File, opt scan.Options) (scan.Options, error) {
	const op = "source.prepare"
	var r row
	if err := s.Records.Read().NewSelect().Model(&r).Where("id = ?", string(f.Source)).Scan(ctx); err != nil {
		return opt, db.Error(op, err)
	}
	src := r.source()
	zone, err := src.Location()
	if err != nil {
		return opt, fmt.Errorf("zone of source %s: %w", src.ID, err)
	}
	opt.File, opt.Lines = f.Name, format.Options{Zone: zone, At: f.ReceivedAt}
	if known, ok, err := s.reader(ctx, src, *f); err != nil {
		return opt, err
	} else if ok {
		opt.Format, opt.Activity = known.DNS, known.Activity
	}
	f.State = Running
	if opt.Index != nil {
		f.Indicators = int64(opt.Index.Len())
	}
	err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(p.Fence(ctx, tx), saveFile(ctx, tx, *f))
	})
	return opt, err
}

func (s *Service) work(ctx context.Context, j jobs.Job, p *jobs.Progress, f File, r Reading, sink Sink) error {
	in, err := s.Deps.Files.Open(ctx, f.SHA256)
	if err != nil {
		return err
	}
	defer in.Close()
	var failed error // of our own side: the work is tried again
	taken := &counter{Reader: in}
	sum, err := scan.Stream(ctx, taken, r.Options, func(b scan.Block) error {
		failed = s.commit(ctx, p, f, b, r.Memory, sink)
		p.Set(taken.n.Load(), f.Size, "source.job.reading")
		return failed
	})
	if failed != nil || ctx.Err() != nil {
		return errors.Join(failed, context.Cause(ctx))
	}
	if err != nil && !sendersFault(err) && j.Attempts < j.MaxAttempts {
		return err
	}
	if err := s.keep(ctx, f, sum.Format); err != nil {
		return err
	}
	return s.finish(ctx, p, f, sum, err)
}

// commit stores one block, unless an earlier run has.
func (s *Service) commit(ctx context.Context, p *jobs.Progress, f File, b scan.Block, memory Memory, sink Sink) error {
	m := blockRow{File: string(f.ID), At: b.Offset, Length: b.Length, Lines: b.Lines}
	done, err := s.Records.Read().NewSelect().Model((*blockRow)(nil)).Where("file_id = ?", m.File).Where("at_byte = ?", m.At).Exists(ctx)
	if err != nil || done {
		return db.Error("source.commit", err)
	}
	if memory != nil {
		over, err := memory(ctx, f, b)
		if err != nil {
			return err
		}
		defer over()
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Step(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
			return db.Error("source.commit", err)
		}
		if err := sink(ctx, tx, f, b); err != nil {
			return err
		}
		if err := s.CountBlock(ctx, tx, ofFile(f, b)); err != nil {
			return err
		}
		return s.noteFile(ctx, tx, "source.block", f, map[string]any{"at_byte": b.Offset, "lines": b.Lines, "hits": b.Counts.Hits})
	})
}

// finish writes the account of the whole file. err is why it could not be read
// to its end; nothing helps then, so the job is done.
func (s *Service) finish(ctx context.Context, p *jobs.Progress, f File, sum scan.Summary, err error) error {
	f.State, f.DoneAt, f.Format, f.Account, f.Samples = Done, s.Now(), sum.Format, sum.Counts, sum.Samples
	if f.Mapping != 0 {
		f.Format = ByMapping
	}
	if err != nil {
		f.State = Broken
		f.Problem, f.Line = problemOf(err)
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Fence(ctx, tx); err != nil {
			return err
		}
		if err := saveFile(ctx, tx, f); err != nil {
			return err
		}
		if f.State == Broken && s.Unread != nil {
			if err := s.Unread(ctx, tx, f); err != nil {
				return err
			}
		}
		return s.noteFile(ctx, tx, "source.read", f, map[string]any{"state": f.State, "lines": f.Account.Lines,
			"parsed": f.Account.Parsed, "hits": f.Account.Hits, "problem": f.Problem})
	})
}

// counter counts what is read by one goroutine while another shows how far it is.
type counter struct {
	io.Reader
	n atomic.Int64
}

// Read counts the bytes taken.
func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}
