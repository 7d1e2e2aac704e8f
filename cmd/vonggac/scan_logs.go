// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// scannedLog is one log that was read, or could not be.
type scannedLog struct {
	name   string
	closed error // why it could not be opened
	sum    scan.Summary
	err    error
	hits   *rollup.Spill
	done   chan struct{}
}

// hitRoom is how many bytes of hits all logs at hand keep in memory.
const hitRoom = 32 << 20

// files scans logs, several at once since a packed one keeps but one core busy,
// and reports them in the order given.
func (j *scanJob) files(ctx context.Context, names []string) error {
	j.watch(names)
	ctx, stop := context.WithCancel(ctx)
	many := min(len(names), runtime.GOMAXPROCS(0))
	places := make(chan struct{}, many) // of logs begun and not yet reported
	logs := make(chan *scannedLog, many)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer stop()
	wait.Go(func() {
		defer close(logs)
		for _, name := range names {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return
			}
			l := &scannedLog{name: name, hits: rollup.NewSpill("", hitRoom/many), done: make(chan struct{})}
			wait.Go(func() {
				defer close(l.done)
				j.read(ctx, l)
			})
			logs <- l
		}
	})
	var err error
	for l := range logs {
		<-l.done
		if err == nil {
			err = j.report(ctx, l)
		}
		if err != nil {
			stop()
		}
		err = errors.Join(err, l.hits.Close())
		<-places
	}
	if j.bar != nil {
		err = errors.Join(err, j.bar.Finish())
	}
	if err == nil && ctx.Err() != nil { // between two logs
		return errors.New("interrupted; hits up to here are printed, and neither summary nor roll-up is written")
	}
	return err
}

// read scans one log.
func (j *scanJob) read(ctx context.Context, l *scannedLog) {
	in, done, err := j.open(l.name)
	if err != nil {
		l.closed = err
		return
	}
	opt := j.opt
	opt.File = l.name
	l.sum, err = scan.Stream(ctx, in, opt, func(b scan.Block) error { return addHits(l.hits, b) })
	l.err = errors.Join(err, done())
}

// report prints what a log holds. Its error ends the run; what is wrong with the
// log does not.
func (j *scanJob) report(ctx context.Context, l *scannedLog) error {
	if j.bar != nil {
		if err := j.bar.Clear(); err != nil {
			return err
		}
	}
	if l.closed != nil {
		j.fail(l.name, l.closed)
		return nil
	}
	j.total.Add(l.sum.Counts)
	j.bytes += l.sum.Bytes
	if err := j.printHits(l.hits, l.name); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s:%d: interrupted; hits up to here are printed, and neither summary nor roll-up is written", visible(l.name), l.sum.Lines)
	}
	bad, ok := errors.AsType[*scan.Error](l.err)
	if l.err != nil && !ok {
		return l.err
	}
	if ok {
		j.failLine(bad)
	}
	j.reportLog(l.name, l.sum, ok)
	return nil
}

// watch shows a progress bar over all logs where a person watches.
func (j *scanJob) watch(names []string) {
	tty, ok := j.std.err.(*os.File)
	if !ok || !term.IsTerminal(int(tty.Fd())) {
		return
	}
	var size int64
	for _, name := range names {
		info, err := os.Stat(name)
		if name == "-" || err != nil || !info.Mode().IsRegular() {
			size = -1
			break
		}
		size += info.Size()
	}
	j.bar = progressbar.NewOptions64(size, progressbar.OptionSetWriter(tty), progressbar.OptionShowBytes(true),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
}

// open returns the log and what to do when it is read.
func (j *scanJob) open(name string) (io.Reader, func() error, error) {
	in, done := j.std.in, func() error { return nil }
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, err
		}
		in, done = f, f.Close
	}
	if j.bar == nil {
		return in, done, nil
	}
	watched := progressbar.NewReader(in, j.bar)
	return &watched, done, nil
}
