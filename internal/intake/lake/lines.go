// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// Log is a whole log of which rows are made: a file that somebody sent.
type Log struct {
	ID       string // of its blocks, "/" and the place of their first byte following
	Source   string
	Owner    string
	Received time.Time
	Read     format.Log     // how its lines are read; zero: they are only kept
	Zone     *time.Location // of lines that name none
}

// Blocks of a log end with the line that reaches one of these.
const (
	logLines = 4000
	logBytes = 512 << 10
)

// Blocks hands the lines of text, which is unpacked, to put, block by block. The
// blocks depend on the bytes alone: the same text gives the same again. known,
// when not nil, says of which block nothing is to be made any more. Of a line
// longer than format.MaxLine the beginning is kept. What cannot be read to its
// end gives an error after what came before, a *TextError.
func (l Log) Blocks(text io.Reader, known func(block string) (bool, error), put func(Brought) error) error {
	read := func([]byte) Row { return Row{Class: BaseEvent} }
	if l.Read.Name != "" {
		read = l.reader()
	}
	begun := format.Dates(format.Options{Zone: l.Zone, At: l.Received})
	in := bufio.NewReaderSize(text, 1<<16)
	var at, began int64
	b := Brought{Received: l.Received}
	give := func() error {
		if len(b.Rows) == 0 {
			return nil
		}
		b.Block = l.ID + "/" + strconv.FormatInt(began, 10)
		for i := range b.Rows {
			b.Rows[i].Block, b.Rows[i].Line = b.Block, int64(i)
		}
		whole := b
		b.Rows, began = nil, at
		if known != nil {
			if there, err := known(whole.Block); there || err != nil {
				return err
			}
		}
		return put(whole)
	}
	for {
		line, n, err := readLine(in)
		at += int64(n)
		if n > 0 {
			row := read(line)
			if row.Time.IsZero() {
				row.Time = begun(line)
			}
			if row.Time.IsZero() {
				row.Time = l.Received
			}
			row.Source, row.Owner, row.Raw = l.Source, l.Owner, strings.ToValidUTF8(string(line), unreadable)
			b.Rows = append(b.Rows, row)
		}
		if err != nil || len(b.Rows) >= logLines || at-began >= logBytes {
			if failed := give(); failed != nil {
				return failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return &TextError{err}
		}
	}
}

// TextError is why a text could not be read to its end.
type TextError struct{ err error }

// Error returns the cause.
func (e *TextError) Error() string { return fmt.Sprintf("read the log: %v", e.err) }

// Unwrap returns the cause.
func (e *TextError) Unwrap() error { return e.err }

// reader makes a row of a line; formats remember earlier lines.
func (l Log) reader() func(line []byte) Row {
	text := l.Read.Text(format.Options{Zone: l.Zone, At: l.Received})
	var dns []event.DNS
	var acts []event.Activity
	return func(line []byte) Row {
		dns, acts, _ = text.ReadBoth(line, dns[:0], acts[:0]) // a line that is none of the format is kept all the same
		switch {
		case len(dns) > 0:
			return FromQuery(dns[0])
		case len(acts) > 0:
			return FromActivity(acts[0])
		}
		return Row{Class: BaseEvent}
	}
}

// readLine reads one line without its end, and says how many bytes it took. The
// line holds until the next call, and is cut at format.MaxLine.
func readLine(in *bufio.Reader) (line []byte, n int, err error) {
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		n += len(part)
		if long == nil && !errors.Is(err, bufio.ErrBufferFull) {
			return trimmed(part), n, err
		}
		if room := format.MaxLine - len(long); room > 0 {
			long = append(long, part[:min(len(part), room)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return trimmed(long), n, err
		}
	}
}

func trimmed(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
