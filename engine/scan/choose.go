// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// sampleLines is how many lines decide on the format.
const sampleLines = 200

// choose sets the reader: that of the format asked for, or of the format that
// the first lines have. When they have none, unknown says so and every line is
// rejected.
func (s *stream) choose() (unknown, err error) {
	s.reader = nothing{format.Verdict{Outcome: format.Skipped, Reason: format.Blank}}
	if s.opt.Format.New != nil {
		if found, err := s.opt.Detect(s.sample(), s.opt.Lines); err == nil {
			s.sum.Detected = found.Name
		}
		s.sum.Format = s.opt.Format.Name
		s.reader = s.opt.Format.New(s.opt.Lines)
		return nil, nil
	}
	// Blank lines and lines too long to look at say nothing about the format.
	for len(s.sample()) == 0 {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	found, err := s.opt.Detect(s.sample(), s.opt.Lines)
	if err != nil {
		s.reader = nothing{format.Verdict{Outcome: format.Rejected, Reason: format.NotFormat}}
		return &Error{File: s.opt.File, Line: s.sum.Lines + s.block.Lines + 1, Err: fmt.Errorf("%w: %w", ErrFormat, err)}, nil
	}
	s.sum.Format, s.sum.Detected = found.Name, found.Name
	s.reader = found.New(s.opt.Lines)
	return nil, nil
}

// sample returns the lines at hand from the first that is neither blank nor
// too long; none when the next line is one of those. It takes no byte from the
// stream.
func (s *stream) sample() [][]byte {
	head, err := s.lines.br.Peek(s.lines.br.Size())
	var out [][]byte
	for ln := range bytes.Lines(head) {
		whole := ln[len(ln)-1] == '\n' || errors.Is(err, io.EOF)
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

// nothing is the reader before and in place of a format: one verdict for all.
type nothing struct{ verdict format.Verdict }

// Read implements format.Reader.
func (n nothing) Read(_ []byte, into []event.DNS) ([]event.DNS, format.Verdict) {
	return into, n.verdict
}
