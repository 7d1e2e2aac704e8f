// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/vonggac/vonggac/engine/format"
)

// line is one line of text. text is valid until the next line is cut; of a
// line that is too long it is the start.
type line struct {
	text  []byte        // without line end
	start int64         // offset of its first byte
	size  int64         // with line end
	fault format.Reason // TooLong, CutOff or ""
}

// lines cuts a stream into lines. Its buffer must hold the longest line with
// its line end.
type lines struct {
	br  *bufio.Reader
	off int64
	err error // waits behind a line that was cut
}

// shown is how much of a line too long is kept, to show it.
const shown = 256

// next returns the next line. A last line needs no line end. The error is
// io.EOF or that of the stream; before the latter comes the cut line, if any.
func (l *lines) next() (line, error) {
	if l.err != nil {
		return line{}, l.err
	}
	text, err := l.br.ReadSlice('\n')
	out := line{text: text, start: l.off, size: int64(len(text))}
	if errors.Is(err, bufio.ErrBufferFull) {
		out.fault = format.TooLong
		out.text = bytes.Clone(text[:shown])
		for errors.Is(err, bufio.ErrBufferFull) {
			text, err = l.br.ReadSlice('\n')
			out.size += int64(len(text))
		}
	}
	l.off += out.size
	l.err = err
	switch {
	case out.size == 0:
		return line{}, err
	case out.fault != "":
		return out, nil
	case err != nil && !errors.Is(err, io.EOF):
		out.fault = CutOff
		return out, nil
	}
	out.text = chomp(text)
	if len(out.text) > format.MaxLine {
		out.fault = format.TooLong
	}
	return out, nil
}

// chomp takes off one line end.
func chomp(text []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
}
