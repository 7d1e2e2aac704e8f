// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/vonggac/vonggac/engine/intel"
)

// lines feeds fn the lines of a text without their ends, numbered from 1. fn
// must not keep text. A line over 64 KiB is refused; an error of the stream
// ends it after the lines before the break.
func (a *account) lines(in source, fn func(no int64, text []byte) error) error {
	for {
		text, err := in.ReadSlice('\n')
		if len(text) > 0 {
			a.rep.Lines++
		}
		no := a.rep.Lines
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			a.refuse(row{no: no, text: intel.Cut(text)}, intel.TooLong)
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = in.ReadSlice('\n')
			}
		case err != nil && !errors.Is(err, io.EOF):
			if len(text) > 0 {
				a.refuse(row{no: no, text: intel.Cut(text)}, intel.CutOff)
			}
		case len(text) > 0:
			text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
			if err := fn(no, text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// value takes one value as a text writes it.
func (a *account) value(r row, v string, h hint, more intel.Indicator) error {
	f, why := typed(v, h)
	if why != "" {
		a.refuse(r, why)
		return nil
	}
	more.Type, more.Value = f.Type, f.Value
	f.Indicator = more
	return a.take(r, f)
}
