// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"bytes"
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
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

// brokenLine is a line at which the reading broke.
type brokenLine struct {
	number int // from 0, in the whole block
	text   []byte
}

// careful reads b. Lines at which the reading panics are left out of what is
// read and put among the rejected ones, so that they cost only themselves. A
// block that breaks the reading in another way is refused.
func (w *Worker) careful(ctx context.Context, b stream.Block, src Source, index *intel.Index) (Read, error) {
	said, l, why, err := w.guarded(ctx, b, src, index)
	if why == "" {
		return Read{Block: b, Said: said, Format: l.Name}, err
	}
	w.Log.Error("reading a block panicked; its lines are looked at one by one", "block", b.ID, "source", b.Source, "panic", why)
	left := slices.Collect(bytes.Lines(b.Body))
	numbers := make([]int, len(left))
	for i := range numbers {
		numbers[i] = i
	}
	part := b
	var broken []brokenLine
	for why != "" {
		at, err := w.firstBroken(ctx, b, left, src, index)
		if err != nil {
			return Read{}, err
		}
		if at < 0 || len(broken) == mostPoison {
			return Read{}, &refusal{"the program fails to read these lines", fmt.Errorf("%s", why)}
		}
		broken = append(broken, brokenLine{numbers[at], bytes.TrimRight(left[at], "\r\n")})
		left, numbers = slices.Delete(left, at, at+1), slices.Delete(numbers, at, at+1)
		part.Body, part.Lines = bytes.Join(left, nil), len(left)
		if said, l, why, err = w.guarded(ctx, part, src, index); err != nil {
			return Read{}, err
		}
	}
	reject(&said, broken)
	w.poisoned.Add(int64(len(broken)))
	return Read{Block: b, Said: said, Format: l.Name}, nil
}

// firstBroken is the first of lines with which the reading of all up to it
// breaks; -1 when it does not break after all.
func (w *Worker) firstBroken(ctx context.Context, b stream.Block, lines [][]byte, src Source, index *intel.Index) (int, error) {
	low, high, broke := 0, len(lines), false
	for low < high { // the reading of the first high lines breaks, as far as it is known
		middle := (low + high) / 2
		part := b
		part.Body, part.Lines = bytes.Join(lines[:middle+1], nil), middle+1
		_, _, said, err := w.guarded(ctx, part, src, index)
		switch {
		case err != nil:
			return 0, err
		case said != "":
			high, broke = middle, true
		default:
			low = middle + 1
		}
	}
	if !broke {
		return -1, nil
	}
	return high, nil
}

// guarded reads b as a whole; why is what a panic said, "" when there was none.
func (w *Worker) guarded(ctx context.Context, b stream.Block, src Source, index *intel.Index) (said scan.Block, l format.Log, why string, err error) {
	defer func() {
		if p := recover(); p != nil {
			why = fmt.Sprintf("panic: %.300v", p)
			w.Log.Debug("panic while reading", "block", b.ID, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	said, l, err = w.lines(ctx, b, src, index)
	return said, l, "", err
}

// reject counts broken lines as rejected, with samples in front.
func reject(said *scan.Block, broken []brokenLine) {
	if said.Rejected == nil {
		said.Rejected = map[format.Reason]int64{}
	}
	for _, l := range broken {
		said.Lines++
		said.Rejected[ReaderFailed]++
		said.Samples = append([]scan.Sample{{Line: int64(l.number) + 1, Text: intel.Cut(l.text), Reason: ReaderFailed}}, said.Samples...)
	}
}
