// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Selection says which rows of an archive are meant. The zero value is all.
type Selection struct {
	From, To time.Time // times of rows, from From on and before To; zero is an open end
	Source   string    // of this source; "" is any
	Owners   []string  // of these units; nil is any
}

func (s Selection) has(r *Row) bool {
	return !r.Time.Before(s.From) && (s.To.IsZero() || r.Time.Before(s.To)) && (s.Source == "" || s.Source == r.Source) &&
		(s.Owners == nil || slices.Contains(s.Owners, r.Owner))
}

// may reports whether an hour can have such rows.
func (s Selection) may(m Manifest) bool {
	if !s.To.IsZero() && !m.First.Before(s.To) || m.Last.Before(s.From) {
		return false
	}
	return len(m.Shares) == 0 || slices.ContainsFunc(m.Shares, func(h Share) bool {
		return (s.Source == "" || s.Source == h.Source) && (s.Owners == nil || slices.Contains(s.Owners, h.Owner))
	})
}

// Select hands each row that is meant to take: those of closed hours, the oldest
// hour first and by time within it, then those of the hours that are open, as
// they came. Hours are not closed meanwhile.
func (a *Archive) Select(ctx context.Context, want Selection, take func(Row) error) error {
	const op = "lake.Select"
	if err := a.sealing.take(ctx); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	defer a.sealing.end()
	r := rebuild{}
	open, err := a.marked(&r)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	give := func(row Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if want.has(&row) {
			return take(row)
		}
		return nil
	}
	for _, f := range r.closed {
		if !want.may(f.m) {
			continue
		}
		if err := cmp.Or(verify(f.m, f.path), readFile(f.path, give)); err != nil {
			return fmt.Errorf("%s: %s: %w", op, f.path, err)
		}
	}
	p, err := newPacker()
	if err != nil {
		return err
	}
	defer p.close()
	slices.SortFunc(open, func(a, b openHour) int { return cmp.Compare(a.path, b.path) })
	for _, o := range open {
		_, err := scanTo(o.path, o.size, func(_ string, n uint64, packed []byte) error {
			rows, err := p.unpack(packed, n)
			for i := 0; err == nil && i < len(rows); i++ {
				err = give(rows[i])
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %s: %w", op, o.path, err)
		}
	}
	return nil
}

// Formats are those that Export writes.
var Formats = []string{"parquet", "csv", "jsonl"}

// Target is a file to be written.
type Target struct {
	Path   string                // of a file that is not there yet
	Format string                // one of Formats
	About  map[string]string     // what it is, told in the file itself (not in CSV)
	Cell   func(s string) string // CSV: what a cell is written as; nil: as it is
	Said   func(rows int64)      // is told the rows written so far; may be nil
}

// Export writes the rows that are meant to a file, synced, and returns what it
// holds. Whatever fails leaves no file.
func (a *Archive) Export(ctx context.Context, want Selection, to Target) (Manifest, error) {
	return to.make(func(put func(Row) error) error {
		var n int64
		return a.Select(ctx, want, func(row Row) error {
			if n++; n%100_000 == 0 && to.Said != nil {
				to.Said(n)
			}
			return put(row)
		})
	})
}

// make writes the rows that fill puts.
func (to Target) make(fill func(put func(Row) error) error) (m Manifest, err error) {
	f, err := os.OpenFile(to.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return m, err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(to.Path))
		}
	}()
	sum, buf := sha256.New(), bufio.NewWriterSize(f, 1<<20)
	w, err := to.writer(io.MultiWriter(buf, sum))
	if err != nil {
		return m, err
	}
	shares, one := shares{}, [1]Row{}
	err = fill(func(row Row) error {
		m.count(&row)
		shares.count(&row)
		one[0] = row
		return w.Put(one[:])
	})
	if err = cmp.Or(err, w.Close(), buf.Flush(), f.Sync()); err != nil {
		return m, err
	}
	at, err := f.Seek(0, io.SeekEnd)
	m.File, m.Bytes, m.SHA256, m.Shares = filepath.Base(to.Path), at, hex.EncodeToString(sum.Sum(nil)), shares.list()
	return m, err
}

// count takes a row into the account of a file, but for its blocks.
func (m *Manifest) count(r *Row) {
	if m.Rows == 0 || r.Time.Before(m.First) {
		m.First = r.Time
	}
	if r.Time.After(m.Last) {
		m.Last = r.Time
	}
	m.Rows++
	m.Raw += int64(len(r.Raw)) + 1
}

// shares counts what is whose.
type shares map[[2]string]*Share

func (s shares) count(r *Row) {
	key := [2]string{r.Source, r.Owner}
	one := s[key]
	if one == nil {
		one = &Share{Source: r.Source, Owner: r.Owner}
		s[key] = one
	}
	one.Rows++
	one.Raw += int64(len(r.Raw)) + 1
}

func (s shares) list() []Share {
	var out []Share
	for _, key := range slices.SortedFunc(maps.Keys(s), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, *s[key])
	}
	return out
}

// writer is a Takeout of the format.
func (to Target) writer(w io.Writer) (Takeout, error) {
	switch to.Format {
	case "parquet":
		return NewParquetTakeout(w, to.About), nil
	case "jsonl":
		return NewLinesTakeout(w, to.About)
	case "csv":
		rows := csvTakeout{csv.NewWriter(w), to.Cell}
		_, err := io.WriteString(w, "\ufeff")
		return rows, cmp.Or(err, rows.w.Write(slices.Concat([]string{"time", "source", "owner", "class", "block", "line"}, columns, []string{"unmapped", "raw"})))
	}
	return nil, fmt.Errorf("no format %q: want one of %q", to.Format, Formats)
}

// csvTakeout writes a line a row, a column for each field that has one of its own.
type csvTakeout struct {
	w    *csv.Writer
	cell func(string) string
}

// Put implements Takeout.
func (t csvTakeout) Put(rows []Row) error {
	var one record
	for _, r := range rows {
		if err := one.fill(&r); err != nil {
			return err
		}
		cells := []string{r.Time.UTC().Format(time.RFC3339Nano), r.Source, r.Owner, string(r.Class), r.Block, fmt.Sprint(r.Line)}
		for _, name := range columns {
			cells = append(cells, *one.column(name))
		}
		cells = append(cells, one.Unmapped, one.Raw)
		for i := range cells {
			if t.cell != nil {
				cells[i] = t.cell(cells[i])
			}
		}
		if err := t.w.Write(cells); err != nil {
			return err
		}
	}
	return nil
}

// Close implements Takeout.
func (t csvTakeout) Close() error {
	t.w.Flush()
	return t.w.Error()
}
