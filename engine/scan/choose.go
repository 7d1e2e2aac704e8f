// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// sampleLines is how many lines decide on the format.
const sampleLines = 200

// choose sets how lines are read: as lines of the format asked for, or of the format that
// the first lines have. When they have none, unknown says so and every line is
// rejected.
func (s *stream) choose() (unknown, err error) {
	if given := (format.Log{DNS: s.opt.Format, Activity: s.opt.Activity}); given.DNS.New != nil || given.Activity.New != nil {
		s.head = s.first()
		s.sum.Format = cmp.Or(given.DNS.Name, given.Activity.Name)
		s.text = func() *format.Text { return given.Text(s.opt.Lines) }
		return nil, nil
	}
	// Blank lines and lines too long to look at say nothing about the format.
	for len(s.sample()) == 0 {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	found, err := s.detect(s.sample())
	if err != nil {
		s.text = func() *format.Text { return format.NewText(unread{}) }
		return &Error{File: s.opt.File, Line: s.sum.Lines + s.block.Lines + 1, Err: fmt.Errorf("%w: %w", ErrFormat, err)}, nil
	}
	s.sum.Format, s.sum.Detected = found.Name, found.Name
	s.text = func() *format.Text { return found.Text(s.opt.Lines) }
	return nil, nil
}

// mistaken says what the log looks like when no line was of the format asked
// for. To ask sooner would cost more than reading a short stream does.
func (s *stream) mistaken() {
	if s.sum.Parsed > 0 || len(s.head) == 0 {
		return
	}
	if found, err := s.detect(sampleOf(s.head, true)); err == nil {
		s.sum.Detected = found.Name
	}
}

func (s *stream) detect(sample [][]byte) (format.Log, error) {
	if s.opt.Detect == nil {
		return format.DetectLog(sample, s.opt.Lines)
	}
	f, err := s.opt.Detect(sample, s.opt.Lines)
	return format.Log{Name: f.Name, Title: f.Title, DNS: f}, err
}

// sample returns the lines at hand from the first that is neither blank nor
// too long; none when the next line is one of those. It takes no byte from the
// stream.
func (s *stream) sample() [][]byte {
	head, err := s.lines.br.Peek(s.lines.br.Size())
	return sampleOf(head, errors.Is(err, io.EOF))
}

// headSize is how much of a log is kept until it is known whether its format is
// the one asked for.
const headSize = 32 << 10

// first returns the first whole lines of the stream, of which it takes no byte.
func (s *stream) first() []byte {
	head, err := s.lines.br.Peek(min(headSize, s.lines.br.Size()))
	if !errors.Is(err, io.EOF) {
		head = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	return bytes.Clone(head)
}

func sampleOf(head []byte, all bool) [][]byte {
	var out [][]byte
	for ln := range bytes.Lines(head) {
		whole := ln[len(ln)-1] == '\n' || all
		ln = chomp(ln)
		blank := len(bytes.TrimSpace(ln)) == 0
		if !whole || len(out) == 0 && (blank || len(ln) > format.MaxLine) {
			break
		}
		if out = append(out, bytes.Clone(ln)); len(out) == sampleLines {
			break
		}
	}
	return out
}

// unread is the reader in place of a format: it rejects all but blank lines.
type unread struct{}

// Read implements format.Reader.
func (unread) Read(_ []byte, into []event.DNS) ([]event.DNS, format.Verdict) {
	return into, format.Verdict{Outcome: format.Rejected, Reason: format.NotFormat}
}
