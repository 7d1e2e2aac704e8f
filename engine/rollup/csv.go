// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bytes"
	"encoding/csv"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Head is the first line of the CSV form.
var Head = []string{"day", "client", "name", "count", "first", "last", "verdict"}

// WriteCSV writes the head line and every row to w (RFC 4180), sorted by day,
// client and name. Times are RFC 3339 in UTC, empty when unknown.
func (t *Table) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, strings.Join(Head, ",")+"\n"); err != nil {
		return err
	}
	if len(t.runs.files) == 0 && t.odd.empty() {
		return t.inOrder().writeCSV(w)
	}
	const full = 256 << 10
	var b []byte
	out := newRowWriter()
	err := t.each(func(key []byte, s Sum) error {
		day, client, name, v, err := cutKey(key)
		if err != nil {
			return err
		}
		b = append(append(b, day...), ',')
		b = append(append(b, client...), ',')
		if b, err = out.append(b, name, s, v); err != nil || len(b) < full {
			return err
		}
		_, err = w.Write(b)
		b = b[:0]
		return err
	})
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// chunk is how many rows are written at once: what they are made of fits in a
// second-level cache.
const chunk = 4096

// writeCSV writes the rows as several goroutines make them.
func (o *order) writeCSV(w io.Writer) error {
	for _, name := range o.days {
		d := o.day(name)
		err := inParts(w, (len(d.items)+chunk-1)/chunk, func() func(int, []byte) ([]byte, error) {
			out := newRowWriter()
			return func(i int, b []byte) ([]byte, error) {
				return out.rows(b, d, i*chunk, min((i+1)*chunk, len(d.items)))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rows appends some rows of d.
func (o *rowWriter) rows(b []byte, d *day, from, to int) (_ []byte, err error) {
	in := sort.Search(len(d.groups), func(i int) bool { return d.groups[i].to > from })
	var head []byte
	for at := from; at < to; at++ {
		if (at-from)%batch == 0 {
			o.touch(d, at, min(at+batch, to))
		}
		if at == d.groups[in].to {
			in, head = in+1, head[:0]
		}
		if len(head) == 0 {
			head = append(append(head, d.name...), ',')
			head = append(append(head, d.groups[in].client...), ',')
		}
		r, e := d.row(at)
		n := &r.in.names
		b = append(b, head...)
		if b, err = o.append(b, n.name(e.name), r.sum(e), n.verdict(e.name)); err != nil {
			return b, err
		}
	}
	return b, nil
}

// touch reads what rows are made of, so that the waits for memory overlap.
func (o *rowWriter) touch(d *day, from, to int) {
	var names [batch]uint32
	for i := from; i < to; i++ {
		_, e := d.row(i)
		names[(i-from)%batch] = e.name
	}
	for i := from; i < to; i++ {
		o.warm += d.tables[d.items[i].table].in.names.at(names[(i-from)%batch])[0]
	}
}

// rowWriter appends rows without allocation but for names that are quoted.
type rowWriter struct {
	odd    *csv.Writer
	quoted bytes.Buffer
	day    int64 // Unix seconds at midnight, of which text is
	text   [len("2006-01-02T")]byte
	warm   byte
}

func newRowWriter() *rowWriter {
	o := &rowWriter{}
	o.odd = csv.NewWriter(&o.quoted)
	return o
}

// append appends what stands behind day and client.
func (o *rowWriter) append(b, name []byte, s Sum, v Verdict) (_ []byte, err error) {
	if b, err = o.name(b, name); err != nil {
		return b, err
	}
	b = append(b, ',')
	b = strconv.AppendInt(b, s.Count, 10)
	b = append(b, ',')
	if s.timed {
		b = o.stamp(b, s.first)
	}
	b = append(b, ',')
	if s.timed {
		b = o.stamp(b, s.last)
	}
	b = append(b, ',')
	b = append(b, v.String()...)
	return append(b, '\n'), nil
}

// plain are the bytes that need no quotes.
var plain = func() (is [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") {
		is[c] = true
	}
	return is
}()

// name appends a name as package csv writes it.
func (o *rowWriter) name(b, name []byte) ([]byte, error) {
	simple := len(name) > 0
	for _, c := range name {
		if !plain[c] {
			simple = false
			break
		}
	}
	if simple {
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
	const perDay = 24 * 60 * 60
	second := ((at.sec % perDay) + perDay) % perDay
	if day := at.sec - second; day != o.day || o.text[0] == 0 {
		text := time.Unix(day, 0).UTC().Format("2006-01-02T")
		if len(text) != len(o.text) { // years beyond 9999
			return append(b, Stamp(at.time())...)
		}
		o.day = day
		copy(o.text[:], text)
	}
	s := uint32(second)
	h, m := s/3600, s/60%60
	s %= 60
	b = append(b, o.text[:]...)
	b = append(b, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10))
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
