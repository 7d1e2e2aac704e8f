// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// Head is the first line of the CSV form.
var Head = []string{"day", "client", "name", "count", "first", "last", "verdict"}

// WriteCSV writes the head line and every row to w (RFC 4180), sorted by day,
// client and name. Times are RFC 3339 in UTC, empty when unknown.
func (t *Table) WriteCSV(w io.Writer) error {
	out := rowWriter{w: bufio.NewWriterSize(w, 256<<10)}
	out.odd = csv.NewWriter(&out.quoted)
	for i, h := range Head {
		if i > 0 {
			out.line = append(out.line, ',')
		}
		out.line = append(out.line, h...)
	}
	if _, err := out.w.Write(append(out.line, '\n')); err != nil {
		return err
	}
	if err := t.each(out.write); err != nil {
		return err
	}
	return out.w.Flush()
}

// rowWriter writes rows without allocation but for names that are quoted.
type rowWriter struct {
	w      *bufio.Writer
	line   []byte
	odd    *csv.Writer
	quoted bytes.Buffer
	minute int64 // Unix seconds, of which text is
	text   [len("2006-01-02T15:04:")]byte
}

func (o *rowWriter) write(key []byte, s Sum) error {
	day, client, name, v, err := cutKey(key)
	if err != nil {
		return err
	}
	b := append(o.line[:0], day...)
	b = append(b, ',')
	b = append(b, client...)
	b = append(b, ',')
	if b, err = o.name(b, name); err != nil {
		return err
	}
	b = append(b, ',')
	b = strconv.AppendInt(b, s.Count, 10)
	b = append(b, ',')
	if s.timed {
		b = o.stamp(b, s.first)
		b = append(b, ',')
		b = o.stamp(b, s.last)
	} else {
		b = append(b, ',')
	}
	b = append(b, ',')
	b = append(b, v.String()...)
	o.line = append(b, '\n')
	_, err = o.w.Write(o.line)
	return err
}

// name appends a name as package csv writes it.
func (o *rowWriter) name(b, name []byte) ([]byte, error) {
	plain := len(name) > 0
	for _, c := range name {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			plain = false
			break
		}
	}
	if plain {
		return append(b, name...), nil
	}
	o.quoted.Reset()
	// Beside another field, as it stands in the row: a lone empty one is quoted.
	if err := o.odd.Write([]string{string(name), ""}); err != nil {
		return b, err
	}
	o.odd.Flush()
	return append(b, bytes.TrimSuffix(o.quoted.Bytes(), []byte(",\n"))...), o.odd.Error()
}

// stamp appends what Stamp gives.
func (o *rowWriter) stamp(b []byte, at stamp) []byte {
	second := ((at.sec % 60) + 60) % 60
	if minute := at.sec - second; minute != o.minute || o.text[0] == 0 {
		text := time.Unix(minute, 0).UTC().Format("2006-01-02T15:04:")
		if len(text) != len(o.text) { // years beyond 9999
			return append(b, Stamp(at.time())...)
		}
		o.minute = minute
		copy(o.text[:], text)
	}
	b = append(b, o.text[:]...)
	b = append(b, byte('0'+second/10), byte('0'+second%10))
	if at.nsec > 0 {
		b = append(b, '.')
		for left, unit := at.nsec, int32(100_000_000); left > 0; unit /= 10 {
			b = append(b, byte('0'+left/unit))
			left %= unit
		}
	}
	return append(b, 'Z')
}

// Stamp writes t as RFC 3339 in UTC with the digits of a second it has, or ""
// for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
