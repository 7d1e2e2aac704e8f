// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"bytes"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

// ReaderFailed is the reason of a line at which the reading itself broke: a bug
// of ours, or of whoever wrote a mapping. The line is kept as it came and
// counted as rejected. It stands beside the reasons of package format.
const ReaderFailed format.Reason = "reader_failed"

// mostPoison is how many such lines a block may have. With more of them it is
// not the lines that are wrong, and the block waits for a person.
const mostPoison = 16

// Poisoned is how many lines broke the reading since New.
func (w *Worker) Poisoned() int64 { return w.poisoned.Load() }

// taken is what a block says, without the lines that could not be read at all.
type taken struct {
	said   scan.Block
	log    format.Log
	block  stream.Block
	broken []brokenLine
}

// brokenLine is a line at which the reading broke.
type brokenLine struct {
	number int // from 0, in the whole block
	text   []byte
	why    string
}

// careful reads b. Lines at which the reading panics are left out of what is
// read and put among the rejected ones, so that they cost only themselves. A
// block that breaks the reading in another way is refused.
func (w *Worker) careful(ctx context.Context, b stream.Block, src Source, index *intel.Index) (taken, error) {
	said, l, why, err := w.guarded(ctx, b, src, index)
	if why == "" {
		return taken{said: said, log: l, block: b}, err
	}
	w.Log.Error("reading a block panicked; its lines are looked at one by one", "block", b.ID, "source", b.Source, "panic", why)
	left := slices.Collect(bytes.Lines(b.Body))
	numbers := make([]int, len(left))
	for i := range numbers {
		numbers[i] = i
	}
	out := taken{block: b}
	for why != "" {
		at, cause, err := w.firstBroken(ctx, b, left, src, index)
		if err != nil {
			return taken{}, err
		}
		if at < 0 || len(out.broken) == mostPoison {
			return taken{}, &refusal{"the program fails to read these lines", fmt.Errorf("%s", why)}
		}
		out.broken = append(out.broken, brokenLine{numbers[at], bytes.TrimRight(left[at], "\r\n"), cause})
		left, numbers = slices.Delete(left, at, at+1), slices.Delete(numbers, at, at+1)
		out.block.Body, out.block.Lines = bytes.Join(left, nil), len(left)
		if out.said, out.log, why, err = w.guarded(ctx, out.block, src, index); err != nil {
			return taken{}, err
		}
	}
	out.reject()
	w.poisoned.Add(int64(len(out.broken)))
	return out, nil
}

// firstBroken is the first of lines with which the reading of all up to it
// breaks, and what it said; -1 when it does not break after all.
func (w *Worker) firstBroken(ctx context.Context, b stream.Block, lines [][]byte, src Source, index *intel.Index) (at int, why string, err error) {
	low, high := 0, len(lines)
	for low < high { // the reading of the first high lines breaks, as far as it is known
		middle := (low + high) / 2
		part := b
		part.Body, part.Lines = bytes.Join(lines[:middle+1], nil), middle+1
		_, _, said, err := w.guarded(ctx, part, src, index)
		switch {
		case err != nil:
			return 0, "", err
		case said != "":
			high, why = middle, said
		default:
			low = middle + 1
		}
	}
	if why == "" {
		return -1, "", nil
	}
	return high, why, nil
}

// guarded reads b as a whole; why is what a panic said, "" when there was none.
func (w *Worker) guarded(ctx context.Context, b stream.Block, src Source, index *intel.Index) (said scan.Block, l format.Log, why string, err error) {
	defer func() {
		if p := recover(); p != nil {
			why = fmt.Sprintf("panic: %.300v", p)
			w.Log.Debug("panic while reading", "block", b.ID, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	said, l, err = w.read(ctx, b, src, index)
	return said, l, "", err
}

// reject counts the broken lines as rejected, with samples in front.
func (t *taken) reject() {
	if t.said.Rejected == nil {
		t.said.Rejected = map[format.Reason]int64{}
	}
	for _, l := range t.broken {
		t.said.Lines++
		t.said.Rejected[ReaderFailed]++
		t.said.Samples = append([]scan.Sample{{Line: int64(l.number) + 1, Text: intel.Cut(l.text), Reason: ReaderFailed}}, t.said.Samples...)
	}
}

// rows is taken.rows, which reads the lines once more; what breaks there too has
// the block wait for a person.
func (w *Worker) rows(t *taken, b stream.Block, src Source) (rows []lake.Row, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.Log.Error("reading a block for the archive panicked", "block", b.ID, "source", b.Source, "panic", p, "stack", string(debug.Stack()))
			err = &refusal{"the program fails to read these lines", fmt.Errorf("panic: %.300v", p)}
		}
	}()
	return t.rows(b, src), nil
}

// rows are the lines of the whole block b to be kept, those that broke the
// reading as they came.
func (t *taken) rows(b stream.Block, src Source) []lake.Row {
	rows := Rows(t.block, t.log, src.Zone)
	slices.SortFunc(t.broken, func(x, y brokenLine) int { return x.number - y.number })
	for _, l := range t.broken {
		rows = slices.Insert(rows, l.number, lake.Row{Class: lake.BaseEvent, Time: b.Received, Block: b.ID, Source: b.Source, Owner: b.Owner,
			Raw: strings.ToValidUTF8(string(l.text), "\uFFFD")})
	}
	if len(t.broken) > 0 {
		for i := range rows {
			rows[i].Line = int64(i)
		}
	}
	return rows
}
