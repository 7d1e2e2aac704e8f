// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bytes"
	"encoding/binary"
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
		it := &d.items[at]
		r := d.table(it)
		n := &r.in.names
		b = append(b, head...)
		if b, err = o.append(b, n.name(it.name), r.sum(it), n.verdict(it.name)); err != nil {
			return b, err
		}
	}
	return b, nil
}

// touch reads the names of rows, so that the waits for memory overlap.
func (o *rowWriter) touch(d *day, from, to int) {
	for i := from; i < to; i++ {
		it := &d.items[i]
		o.warm += d.table(it).in.names.at(it.name)[0]
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
	from := len(b)
	if s.timed {
		b = o.stamp(b, s.first)
	}
	first := b[from:]
	b = append(b, ',')
	switch {
	case !s.timed:
	case s.last == s.first:
		b = append(b, first...)
	default:
		b = o.stamp(b, s.last)
	}
	b = append(b, ',')
	b = append(b, v.String()...)
	return append(b, '\n'), nil
}

// name appends a name as package csv writes it.
func (o *rowWriter) name(b, name []byte) ([]byte, error) {
	if plain(name) {
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

// plain says whether a name surely needs no quotes: it is of ASCII bytes from
// '-' on, behind all that does, and is not the "\." that package csv quotes.
func plain(name []byte) bool {
	if len(name) < 8 {
		for _, c := range name {
			if c < '-' || c >= 0x80 || c == '\\' {
				return false
			}
		}
		return len(name) > 0
	}
	const ones = 0x0101010101010101
	bad := uint64(0) // highest bits of bytes below '-' or beyond ASCII
	for at := 0; at < len(name); at += 8 {
		w := binary.LittleEndian.Uint64(name[min(at, len(name)-8):])
		bad |= (w - ones*'-') | w
	}
	return bad&(ones<<7) == 0
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
	h, m, s2 := digits[s/3600], digits[s/60%60], digits[s%60]
	b = append(b, o.text[:]...)
	b = append(b, h[0], h[1], ':', m[0], m[1], ':', s2[0], s2[1])
	return append(fraction(b, uint32(at.nsec)), 'Z')
}

// digits are 00 to 99.
var digits = func() (two [100][2]byte) {
	for i := range two {
		two[i] = [2]byte{byte('0' + i/10), byte('0' + i%10)}
	}
	return two
}()

// fraction appends the digits of a second that ns has.
func fraction(b []byte, ns uint32) []byte {
	if ns == 0 {
		return b
	}
	tail := ns / 1e6 // milliseconds are what most logs have
	b = append(b, '.', byte('0'+tail/100), digits[tail%100][0], digits[tail%100][1])
	if tail = ns % 1e6; tail > 0 {
		for _, two := range [3]uint32{tail / 1e4, tail / 100 % 100, tail % 100} {
			b = append(b, digits[two][0], digits[two][1])
		}
	}
	return bytes.TrimRight(b, "0")
}

// Stamp writes t as RFC 3339 in UTC with the digits of a second it has, or ""
// for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
