// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Rebuilt is what a rebuild came to.
type Rebuilt struct {
	Files   int // hours looked at, closed or not
	Of      int // that there are to look at
	Rows    int64
	Refused Refused
}

// insertRows is how many rows a rebuild inserts at once, and sideBySide how many
// inserts are under way: one at a time leaves most of an engine idle.
const (
	insertRows = 10_000
	sideBySide = 4
)

// Refill says what of an archive is brought to a store. The zero value is all.
type Refill struct {
	From, To time.Time // times of rows, from From on and before To; zero is an open end
	Since    time.Time // hours of receipt that ended before are left out
	// Only are blocks, nil for all; hours closed since then are looked at whole.
	// True is one of which the store surely has nothing: it is not looked for.
	Only map[string]bool
	// Cut, when not nil, calls mark at the moment that divides what is brought from
	// what is put later and left out, as another brings it. Since and Only are
	// those that it gives.
	Cut  func(mark func(since time.Time, only map[string]bool)) error
	Said func(Rebuilt) // is told how far it is, one call at a time
}

// Rebuild fills s with what the archive has of the time from from on and before
// to (zero times are open ends) and s has not; see Refill.
func (a *Archive) Rebuild(ctx context.Context, s Store, from, to time.Time) (Rebuilt, error) {
	return a.Refill(ctx, s, Refill{From: from, To: to})
}

// Mend is Rebuild for what was received since, of whatever time it is: for what
// an engine that was away did not get.
func (a *Archive) Mend(ctx context.Context, s Store, since time.Time) (Rebuilt, error) {
	return a.Refill(ctx, s, Refill{Since: since})
}

// Refill brings what the store has not of what is wanted: to an empty one
// everything, to one that lost some the rest, and again nothing. A file that is
// not as its manifest says is left out and is in the error after the rest is
// done. Hours are not closed meanwhile.
func (a *Archive) Refill(ctx context.Context, s Store, want Refill) (Rebuilt, error) {
	const op = "lake.Refill"
	if err := a.sealing.take(ctx); err != nil {
		return Rebuilt{}, fmt.Errorf("%s: %w", op, err)
	}
	defer a.sealing.end()
	r := rebuild{store: s, want: want}
	list, err := a.marked(&r)
	if err == nil {
		err = s.Flush(ctx)
	}
	if err != nil {
		return r.done, fmt.Errorf("%s: %w", op, err)
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	r.slots = make(chan struct{}, sideBySide)
	var bad error
	for _, f := range r.closed {
		if err = verify(f.m, f.path); err != nil {
			bad = errors.Join(bad, err)
			r.looked()
			err = nil
			continue
		}
		if err = r.file(f.m, f.path); err != nil {
			break
		}
		r.looked()
	}
	if err == nil {
		err = r.journals(list)
	}
	r.under.Wait()
	if failed := context.Cause(r.ctx); failed != nil { // also of an insert, which is why the rest ended
		err = failed
	}
	if err = errors.Join(err, bad); err != nil {
		err = fmt.Errorf("%s: %w", op, err)
	}
	return r.done, err
}

// openHour is an hour that is not closed, as far as it is looked at.
type openHour struct {
	path string
	size int64 // -1: to its end
}

// closedHour is one file.
type closedHour struct {
	m    Manifest
	path string
}

// marked lists what there is to look at: all that was put before some moment
// while it runs, and nothing that is put later.
func (a *Archive) marked(r *rebuild) (open []openHour, err error) {
	mark := func(since time.Time, only map[string]bool) {
		r.want.Since, r.want.Only = since, only
		a.mu.Lock()
		defer a.mu.Unlock()
		for name, h := range a.open {
			open = append(open, openHour{filepath.Join(a.dir, "open", name+".journal"), h.size})
		}
	}
	if r.want.Cut == nil {
		mark(r.want.Since, r.want.Only)
	} else if err := r.want.Cut(mark); err != nil {
		return nil, err
	}
	closing, err := filepath.Glob(filepath.Join(a.dir, "open", "*.closing"))
	if err != nil {
		return nil, err
	}
	for _, path := range closing {
		open = append(open, openHour{path, -1})
	}
	err = a.walk(func(m Manifest, path string) error {
		if r.meets(m.First, m.Last) && !m.Hour.Add(time.Hour).Before(r.want.Since) {
			r.closed = append(r.closed, closedHour{m, path})
		}
		return nil
	})
	r.done.Of = len(open) + len(r.closed)
	return open, err
}

// Check is what looking at all files of an archive came to.
type Check struct {
	Files, Open int // closed hours, and those that are not
	Rows, Bytes int64
	Bad         []string // files that are not as their manifests say, with the reason
}

// Check reads every closed hour again, its rows included, and names those that
// are not as their manifests say. said, when not nil, is told how far it is.
func (a *Archive) Check(ctx context.Context, said func(done, total int)) (Check, error) {
	if err := a.sealing.take(ctx); err != nil {
		return Check{}, err
	}
	defer a.sealing.end()
	var c Check
	var list []closedHour
	err := a.walk(func(m Manifest, path string) error {
		list = append(list, closedHour{m, path})
		return nil
	})
	if err != nil {
		return c, err
	}
	open, err := os.ReadDir(filepath.Join(a.dir, "open"))
	if err != nil {
		return c, err
	}
	for _, e := range open {
		if !strings.HasSuffix(e.Name(), ".tmp") {
			c.Open++
		}
	}
	for i, f := range list {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		c.Files, c.Rows, c.Bytes = c.Files+1, c.Rows+f.m.Rows, c.Bytes+f.m.Bytes
		if err := verifyRows(f.m, f.path); err != nil {
			c.Bad = append(c.Bad, err.Error())
		}
		if said != nil {
			said(i+1, len(list))
		}
	}
	return c, nil
}

func verify(m Manifest, path string) error {
	sum, err := hashOf(path)
	if err == nil && sum != m.SHA256 {
		err = errors.New("the file is not the one that was written")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// verifyRows is verify, and counts rows and blocks.
func verifyRows(m Manifest, path string) error {
	if err := verify(m, path); err != nil {
		return err
	}
	blocks, rows := map[string]bool{}, int64(0)
	if err := countBlocks(path, func(block string) { blocks[block] = true; rows++ }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if rows != m.Rows || len(blocks) != m.Blocks {
		return fmt.Errorf("%s: %d rows of %d blocks, not %d of %d", path, rows, len(blocks), m.Rows, m.Blocks)
	}
	return nil
}

// rebuild fills a store.
type rebuild struct {
	store  Store
	want   Refill
	closed []closedHour
	rows   []Row // to be inserted

	blocks  []Expected // of hours that are not closed, to be looked for
	waiting []Row      // of these

	ctx    context.Context // of the inserts: it ends with the first that fails
	cancel context.CancelCauseFunc
	slots  chan struct{}
	under  sync.WaitGroup

	mu   sync.Mutex
	done Rebuilt
}

func (r *rebuild) meets(first, last time.Time) bool {
	return (r.want.To.IsZero() || first.Before(r.want.To)) && !last.Before(r.want.From)
}

// looked tells that one more file was looked at.
func (r *rebuild) looked() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done.Files++
	if r.want.Said != nil {
		r.want.Said(r.done)
	}
}

// file brings what is missing of one closed hour.
func (r *rebuild) file(m Manifest, path string) error {
	counts := map[string]int64{}
	if err := countBlocks(path, func(block string) { counts[block]++ }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	blocks := make([]Expected, 0, len(counts))
	for id, n := range counts {
		blocks = append(blocks, Expected{Block: id, Rows: n, First: m.First, Last: m.Last})
	}
	gaps, err := r.store.Missing(r.ctx, blocks)
	if err != nil || len(gaps.Short) == 0 {
		return err
	}
	if err := readFile(path, func(row Row) error { return r.take(gaps, row) }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return r.flush()
}

// journals brings what is missing of the hours that are not closed.
func (r *rebuild) journals(list []openHour) error {
	p, err := newPacker()
	if err != nil {
		return err
	}
	defer p.close()
	for _, j := range list {
		_, err := scanTo(j.path, j.size, func(block string, n uint64, packed []byte) error {
			untold, wanted := r.want.Only[block]
			if r.want.Only != nil && !wanted {
				return nil
			}
			rows, err := p.unpack(packed, n)
			if err != nil {
				return fmt.Errorf("%s: block %s: %w", j.path, block, err)
			}
			if untold {
				return r.untold(block, rows)
			}
			return r.block(block, rows)
		})
		if err != nil {
			return err
		}
		r.looked()
	}
	return r.settle()
}

// untold brings a block of which the store has nothing.
func (r *rebuild) untold(id string, rows []Row) error {
	r.want.Only[id] = false // should it be there once more, it is looked for
	all := Gaps{Short: map[string]map[int64]bool{id: nil}}
	for _, row := range rows {
		if err := r.take(all, row); err != nil {
			return err
		}
	}
	return nil
}

// block keeps one block for the next settle.
func (r *rebuild) block(id string, rows []Row) error {
	e := Expected{Block: id, Rows: int64(len(rows))}
	for i, row := range rows {
		if i == 0 || row.Time.Before(e.First) {
			e.First = row.Time
		}
		if row.Time.After(e.Last) {
			e.Last = row.Time
		}
	}
	if len(rows) == 0 || !r.meets(e.First, e.Last) {
		return nil
	}
	r.blocks, r.waiting = append(r.blocks, e), append(r.waiting, rows...)
	if len(r.blocks) < blocksAtOnce && len(r.waiting) < 5*insertRows {
		return nil
	}
	return r.settle()
}

// settle brings what is missing of the blocks that were kept.
func (r *rebuild) settle() error {
	gaps, err := r.store.Missing(r.ctx, r.blocks)
	if err != nil {
		return err
	}
	for _, row := range r.waiting {
		if err := r.take(gaps, row); err != nil {
			return err
		}
	}
	clear(r.waiting)
	r.blocks, r.waiting = r.blocks[:0], r.waiting[:0]
	return r.flush()
}

func (r *rebuild) take(gaps Gaps, row Row) error {
	if row.Time.Before(r.want.From) || !r.want.To.IsZero() && !row.Time.Before(r.want.To) || !gaps.Lacks(row) {
		return nil
	}
	if r.rows = append(r.rows, row); len(r.rows) < insertRows {
		return nil
	}
	return r.flush()
}

// flush has what was taken inserted, beside others. It does not wait for it.
func (r *rebuild) flush() error {
	if len(r.rows) == 0 {
		return context.Cause(r.ctx)
	}
	rows := r.rows
	r.rows = nil
	select {
	case r.slots <- struct{}{}:
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
	r.under.Go(func() {
		defer func() { <-r.slots }()
		refused, err := r.store.Insert(r.ctx, rows)
		if err != nil {
			r.cancel(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.done.Refused.add(refused)
		if err == nil {
			r.done.Rows += int64(len(rows) - refused.Total())
		}
	})
	return nil
}
