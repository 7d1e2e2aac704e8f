// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"bufio"
	"cmp"
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

const (
	grace    = 5 * time.Minute // after its end an hour still takes blocks that are under way
	inMemory = 64 << 20        // bytes of rows sorted in memory at a time

	atOnceWritten = 256 // rows that are divided into columns together, each column at a time
)

// Seal makes Parquet files of the hours that ended some minutes before now, and
// returns how many. What a crash left half done is done again. A failed hour
// stays as it was and does not keep the others.
func (a *Archive) Seal(ctx context.Context, now time.Time) (n int, err error) {
	if err := a.sealing.take(ctx); err != nil {
		return 0, err
	}
	defer a.sealing.end()
	if err := a.retire(now); err != nil {
		return 0, err
	}
	list, err := filepath.Glob(filepath.Join(a.dir, "open", "*.closing"))
	if err != nil {
		return 0, err
	}
	for _, path := range list {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".closing")
		made, one := a.seal(name, path)
		if one != nil {
			err = errors.Join(err, fmt.Errorf("hour %s: %w", name, one))
			a.log.Error("archive hour not closed", "hour", name, "err", one)
		} else if made {
			n++
		}
	}
	return n, err
}

// retire takes the hours that are over out of use. Only one journal of an hour
// is closed at a time: the next waits for the next Seal.
func (a *Archive) retire(now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all error
	for name, h := range a.open {
		at, err := time.Parse(hourName, name)
		if err != nil {
			return err
		}
		if now.Before(at.Add(time.Hour+grace)) || h.users > 0 {
			continue
		}
		path := filepath.Join(a.dir, "open", name)
		if _, err := os.Stat(path + ".closing"); err == nil {
			continue
		}
		delete(a.open, name)
		if err := cmp.Or(h.file.Close(), os.Rename(path+".journal", path+".closing")); err != nil {
			all = errors.Join(all, err) // the next start takes it up
		}
		a.closing[name] = h.blocks
	}
	return all
}

// seal makes one file and its manifest, then forgets the journal. made is false
// when a crash had left only the last to do.
func (a *Archive) seal(name, journal string) (made bool, err error) {
	whole, err := hashOf(journal)
	if err != nil {
		return false, err
	}
	done, err := a.manifests(name)
	if err != nil {
		return false, err
	}
	mark := filepath.Join(a.folder(name), fmt.Sprintf("%s.%d", name, len(done)+1))
	if last := len(done); last > 0 && a.madeOf(done[last-1], whole) {
		return false, a.forget(name, journal)
	}
	if err := a.mkdirs(a.folder(name)); err != nil {
		return false, err
	}
	m, err := merge(journal, mark+".parquet.tmp", a.chunk)
	if err != nil {
		return false, errors.Join(err, remove(mark+".parquet.tmp"))
	}
	m.File = filepath.Base(mark) + ".parquet"
	if m.Hour, err = time.Parse(hourName, name); err != nil {
		return false, err
	}
	raw, err := json.MarshalIndent(struct {
		Manifest
		Journal string // SHA-256 of the journal it was made of
	}{m, whole}, "", "\t")
	if err != nil {
		return false, err
	}
	if err := os.Rename(mark+".parquet.tmp", mark+".parquet"); err != nil {
		return false, err
	}
	if err := writeSynced(mark+".json.tmp", raw); err != nil {
		return false, err
	}
	if err := cmp.Or(os.Rename(mark+".json.tmp", mark+".json"), syncFolder(a.folder(name))); err != nil {
		return false, err
	}
	a.log.Info("archive hour closed", "hour", name, "rows", m.Rows, "bytes", m.Bytes)
	return true, a.forget(name, journal)
}

// madeOf reports whether a manifest is of the file made of this journal.
func (a *Archive) madeOf(manifest, journal string) bool {
	var m struct{ Journal string }
	raw, err := os.ReadFile(manifest)
	return err == nil && json.Unmarshal(raw, &m) == nil && m.Journal == journal
}

// forget ends the closing of an hour.
func (a *Archive) forget(name, journal string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.closing, name)
	delete(a.known, name)
	return os.Remove(journal)
}

// mkdirs makes a folder and its parents last.
func (a *Archive) mkdirs(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	for ; len(path) > len(a.dir); path = filepath.Dir(path) {
		if err := syncFolder(filepath.Dir(path)); err != nil {
			return err
		}
	}
	return nil
}

// merge writes the rows of a journal into a Parquet file, by time. What does
// not fit into memory is sorted in parts that lie beside the journal meanwhile.
func merge(journal, target string, chunk int) (m Manifest, err error) {
	var parts []*part
	defer func() {
		for _, p := range parts {
			err = errors.Join(err, p.close())
		}
	}()
	p, err := newPacker()
	if err != nil {
		return m, err
	}
	defer p.close()
	var rows []Row
	size := 0
	spill := func() error {
		slices.SortFunc(rows, older)
		one, err := newPart(fmt.Sprintf("%s.%d.tmp", journal, len(parts)), rows)
		if one != nil {
			parts = append(parts, one)
		}
		clear(rows)
		rows, size = rows[:0], 0
		return err
	}
	seen := map[string]bool{}
	_, err = scan(journal, func(block string, n uint64, packed []byte) error {
		if seen[block] {
			return nil
		}
		seen[block] = true
		more, err := p.unpack(packed, n)
		if err != nil {
			return fmt.Errorf("block %s: %w", block, err)
		}
		rows = append(rows, more...)
		if size += len(p.raw); size > chunk {
			return spill()
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	slices.SortFunc(rows, older)
	q := &queue{}
	for _, one := range append(parts, &part{rows: rows}) {
		if err := q.add(one); err != nil {
			return m, err
		}
	}
	m, err = writeParquet(target, q)
	m.Blocks = len(seen)
	return m, err
}

func older(a, b Row) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Block, b.Block), cmp.Compare(a.Line, b.Line))
}

// writeParquet writes a file from a queue.
func writeParquet(path string, q *queue) (m Manifest, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum, buf := sha256.New(), bufio.NewWriterSize(f, 1<<20)
	w := newParquet(io.MultiWriter(buf, sum))
	some, shares := make([]record, 0, atOnceWritten), shares{}
	for q.Len() > 0 {
		row, err := q.pop()
		if err != nil {
			return m, err
		}
		some = some[:len(some)+1]
		if err := some[len(some)-1].fill(&row); err != nil {
			return m, err
		}
		m.count(&row)
		shares.count(&row)
		if len(some) == cap(some) || q.Len() == 0 {
			if _, err := w.Write(some); err != nil {
				return m, err
			}
			some = some[:0]
		}
	}
	if err := cmp.Or(w.Close(), buf.Flush(), f.Sync()); err != nil {
		return m, err
	}
	at, err := f.Seek(0, io.SeekEnd)
	m.Shares = shares.list()
	m.Bytes, m.SHA256 = at, hex.EncodeToString(sum.Sum(nil))
	return m, err
}

// part is a run of rows in order: in memory, or in a file that goes when it is closed.
type part struct {
	rows []Row
	head Row // of those in a file

	file *os.File
	dec  *zstd.Decoder
	in   *bufio.Reader
	buf  []byte
}

// newPart writes rows to a file of its own.
func newPart(path string, rows []Row) (*part, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	p := &part{file: f}
	enc, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return p, err
	}
	out := bufio.NewWriterSize(enc, 1<<20)
	var b []byte
	for i := range rows {
		b = putRow(b[:0], &rows[i])
		_, _ = out.Write(binary.AppendUvarint(nil, uint64(len(b)))) // Flush tells
		_, _ = out.Write(b)
	}
	if err := cmp.Or(out.Flush(), enc.Close()); err != nil {
		return p, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return p, err
	}
	p.dec, err = zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	p.in = bufio.NewReaderSize(p.dec, 1<<18)
	return p, err
}

func (p *part) close() error {
	if p.file == nil {
		return nil
	}
	if p.dec != nil {
		p.dec.Close()
	}
	return errors.Join(p.file.Close(), os.Remove(p.file.Name()))
}

// next moves to the next row; io.EOF after the last.
func (p *part) next() error {
	if p.file == nil {
		if len(p.rows) == 0 {
			return io.EOF
		}
		p.head, p.rows = p.rows[0], p.rows[1:]
		return nil
	}
	n, err := binary.ReadUvarint(p.in)
	if err != nil {
		return err
	}
	p.buf = slices.Grow(p.buf[:0], int(n))[:n]
	if _, err := io.ReadFull(p.in, p.buf); err != nil {
		return fmt.Errorf("a sorted part: %w", err)
	}
	r := reading{p.buf, nil}
	p.head = r.row()
	return r.err
}

// queue gives the rows of several parts in order.
type queue []*part

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return older(q[i].head, q[j].head) < 0 }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*part)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func (q *queue) add(p *part) error {
	err := p.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	heap.Push(q, p)
	return err
}

func (q *queue) pop() (Row, error) {
	first := (*q)[0]
	row := first.head
	switch err := first.next(); {
	case errors.Is(err, io.EOF):
		heap.Pop(q)
	case err != nil:
		return row, err
	default:
		heap.Fix(q, 0)
	}
	return row, nil
}

func hashOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func writeSynced(path string, raw []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Sync(), f.Close())
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
