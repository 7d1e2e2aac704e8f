// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"bytes"
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

// patience is how long the keeping of a block leaves the cores to the reading
// of others, from its receipt on: a rush is read first, and what never ends is
// kept all the same.
const patience = 3 * time.Second

// Keep keeps the lines of one block for searching, as stream.Handle of the task
// stream.Keeping; its answers are those of Take. Lines at which the reading
// breaks are kept as they came.
func (w *Worker) Keep(ctx context.Context, b stream.Block, attempt int) error {
	if w.Archive == nil {
		return nil
	}
	return w.kept.answer(b.ID, func() error { return w.keep(ctx, b, attempt > 1) }, ctx)
}

func (w *Worker) keep(ctx context.Context, b stream.Block, again bool) error {
	src, err := w.source(ctx, b)
	if err != nil {
		return err
	}
	w.yield(ctx, b.Received)
	var rows []lake.Row
	err = w.spare(ctx, b.Received, func() error {
		rows = w.rows(b, w.format(b, src), src.Zone)
		return nil
	})
	if err != nil {
		return err
	}
	return w.Archive(context.WithoutCancel(ctx), b, rows, again) // what is half done is done sooner than begun anew
}

// yield waits until no block is being read, but not for ever.
func (w *Worker) yield(ctx context.Context, received time.Time) {
	left := min(patience, patience-w.Now().Sub(received))
	if left <= 0 {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-w.reading.idle():
	case <-timer.C:
	case <-ctx.Done():
	}
}

// format is how the lines of b are read: as their source says, else as they were
// read for the rooms, else as those before them, else it is found out.
func (w *Worker) format(b stream.Block, src Source) format.Log {
	if src.Log.Name != "" {
		return src.Log
	}
	name, read := w.readAs.take(b.ID)
	if !read {
		if known, ok := w.formats.Load(b.Source); ok {
			if l := known.(format.Log); anyOf(b.Body, l, format.Options{Zone: src.Zone, At: b.Received}) {
				return l
			}
		}
		if found, err := format.DetectLog(first(b.Body), format.Options{Zone: src.Zone, At: b.Received}); err == nil {
			name = found.Name
		}
	}
	l, _ := format.LookupLog(name)
	return l
}

// sampleLines is how many lines decide on the format.
const sampleLines = 200

// first are the first lines of a body that say something.
func first(body []byte) (lines [][]byte) {
	for line := range bytes.Lines(body) {
		line = chomp(line)
		if len(lines) == 0 && (len(bytes.TrimSpace(line)) == 0 || len(line) > format.MaxLine) {
			continue
		}
		if lines = append(lines, line); len(lines) == sampleLines {
			break
		}
	}
	return lines
}

// anyOf reports whether one of the first lines of a body is of a format.
func anyOf(body []byte, l format.Log, o format.Options) (is bool) {
	r := &lineReader{open: func() *format.Text { return l.Text(o) }}
	for _, line := range first(body) {
		if row, _ := r.read(line); row.Class != lake.BaseEvent {
			return true
		}
	}
	return false
}

func chomp(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// rows are the lines of b as they are kept and searched: one row a line, with
// the fields of the first thing that l reads in it, or none. What says no time is
// dated by the head of the line, else by its receipt.
func (w *Worker) rows(b stream.Block, l format.Log, zone *time.Location) []lake.Row {
	o := format.Options{Zone: zone, At: b.Received}
	r := &lineReader{}
	if l.Name != "" {
		r.open = func() *format.Text { return l.Text(o) }
	}
	begun := format.Dates(o)
	out := make([]lake.Row, 0, b.Lines)
	// The lines share one string with those beside them.
	whole, at := "", 0
	if utf8.Valid(b.Body) {
		whole = string(b.Body)
	}
	for line := range bytes.Lines(b.Body) {
		start := at
		at += len(line)
		line = chomp(line)
		row, broken := r.read(line)
		if broken != "" {
			w.Log.Error("reading a line for the archive panicked; it is kept as it came", "block", b.ID, "line", len(out), "source", b.Source, "panic", broken)
		}
		if row.Time.IsZero() {
			row.Time = begun(line)
		}
		if row.Time.IsZero() {
			row.Time = b.Received
		}
		row.Block, row.Line, row.Source, row.Owner = b.ID, int64(len(out)), b.Source, b.Owner
		if whole != "" {
			row.Raw = whole[start : start+len(line)]
		} else {
			row.Raw = strings.ToValidUTF8(string(line), "\uFFFD")
		}
		out = append(out, row)
	}
	return out
}

// lineReader makes rows of lines. Without open nothing is read in them.
type lineReader struct {
	open func() *format.Text
	text *format.Text
	dns  []event.DNS
	acts []event.Activity
}

// read makes the row of a line, without what it shares with others. broken is
// what a panic said: then nothing was read in it, and the reader begins anew.
func (r *lineReader) read(line []byte) (row lake.Row, broken string) {
	row.Class = lake.BaseEvent
	if r.open == nil || len(line) > format.MaxLine {
		return row, ""
	}
	defer func() {
		if p := recover(); p != nil {
			row, broken, r.text = lake.Row{Class: lake.BaseEvent}, fmt.Sprintf("%.300v at %s", p, debug.Stack()), nil
		}
	}()
	if r.text == nil {
		r.text = r.open()
	}
	r.dns, r.acts, _ = r.text.ReadBoth(line, r.dns[:0], r.acts[:0])
	switch {
	case len(r.dns) > 0:
		row = lake.FromQuery(r.dns[0])
	case len(r.acts) > 0:
		row = lake.FromActivity(r.acts[0])
	}
	return row, ""
}
