// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Rebuilt is what a rebuild came to.
type Rebuilt struct {
	Files   int // hours looked at, closed or not
	Rows    int64
	Refused Refused
}

// insertRows is how many rows a rebuild inserts at once.
const insertRows = 10_000

// Rebuild fills s with what the archive has of the time from from on and before
// to (zero times are open ends) and s has not: into an empty engine everything,
// into one that lost some the rest, and again nothing. A file that is not as
// its manifest says is left out and is in the error after the rest is done.
// Hours are not closed meanwhile.
func (a *Archive) Rebuild(ctx context.Context, s Store, from, to time.Time) (Rebuilt, error) {
	r := rebuild{store: s, window: kept{from, to}}
	return a.fill(ctx, "lake.Rebuild", &r, func(m Manifest) bool { return r.meets(m.First, m.Last) })
}

// Mend is Rebuild for what was received since, of whatever time it is: for what
// an engine that was away did not get.
func (a *Archive) Mend(ctx context.Context, s Store, since time.Time) (Rebuilt, error) {
	return a.fill(ctx, "lake.Mend", &rebuild{store: s}, func(m Manifest) bool { return !m.Hour.Add(time.Hour).Before(since) })
}

// fill brings what the store has not of the closed hours that are wanted and of
// those that are open.
func (a *Archive) fill(ctx context.Context, op string, r *rebuild, wanted func(Manifest) bool) (Rebuilt, error) {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	if err := r.store.Flush(ctx); err != nil {
		return r.done, fmt.Errorf("%s: %w", op, err)
	}
	var bad error
	err := a.walk(func(m Manifest, path string) error {
		if !wanted(m) {
			return nil
		}
		if err := verify(m, path); err != nil {
			bad = errors.Join(bad, fmt.Errorf("%s: %w", op, err))
			return nil
		}
		return r.file(ctx, m, path)
	})
	if err == nil {
		err = a.journals(ctx, r)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", op, err)
	}
	return r.done, errors.Join(err, bad)
}

// Check reads every closed hour again and returns an error that names those
// that are not as their manifests say.
func (a *Archive) Check(ctx context.Context) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	var bad error
	err := a.walk(func(m Manifest, path string) error {
		bad = errors.Join(bad, verify(m, path))
		return ctx.Err()
	})
	return errors.Join(err, bad)
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

// rebuild fills a store.
type rebuild struct {
	store  Store
	window kept
	rows   []Row // to be inserted
	done   Rebuilt

	blocks  []Expected // of hours that are not closed, to be looked for
	waiting []Row      // of these
}

func (r *rebuild) meets(first, last time.Time) bool {
	return (r.window.to.IsZero() || first.Before(r.window.to)) && !last.Before(r.window.from)
}

// file brings what is missing of one closed hour.
func (r *rebuild) file(ctx context.Context, m Manifest, path string) error {
	r.done.Files++
	counts := map[string]int64{}
	if err := countBlocks(path, func(block string) { counts[block]++ }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	blocks := make([]Expected, 0, len(counts))
	for id, n := range counts {
		blocks = append(blocks, Expected{Block: id, Rows: n, First: m.First, Last: m.Last})
	}
	gaps, err := r.store.Missing(ctx, blocks)
	if err != nil || len(gaps.Short) == 0 {
		return err
	}
	if err := readFile(path, func(row Row) error { return r.take(ctx, gaps, row) }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return r.flush(ctx)
}

// journals brings what is missing of the hours that are not closed.
func (a *Archive) journals(ctx context.Context, r *rebuild) error {
	p, err := newPacker()
	if err != nil {
		return err
	}
	defer p.close()
	for _, kind := range []string{"*.closing", "*.journal"} {
		list, err := filepath.Glob(filepath.Join(a.dir, "open", kind))
		if err != nil {
			return err
		}
		for _, path := range list {
			r.done.Files++
			_, err := scan(path, func(block string, n uint64, packed []byte) error {
				rows, err := p.unpack(packed, n)
				if err != nil {
					return fmt.Errorf("%s: block %s: %w", path, block, err)
				}
				return r.block(ctx, block, rows)
			})
			if err != nil {
				return err
			}
		}
	}
	return r.settle(ctx)
}

// block keeps one block for the next settle.
func (r *rebuild) block(ctx context.Context, id string, rows []Row) error {
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
	return r.settle(ctx)
}

// settle brings what is missing of the blocks that were kept.
func (r *rebuild) settle(ctx context.Context) error {
	gaps, err := r.store.Missing(ctx, r.blocks)
	if err != nil {
		return err
	}
	for _, row := range r.waiting {
		if err := r.take(ctx, gaps, row); err != nil {
			return err
		}
	}
	clear(r.waiting)
	r.blocks, r.waiting = r.blocks[:0], r.waiting[:0]
	return r.flush(ctx)
}

func (r *rebuild) take(ctx context.Context, gaps Gaps, row Row) error {
	if row.Time.Before(r.window.from) || !r.window.to.IsZero() && !row.Time.Before(r.window.to) || !gaps.Lacks(row) {
		return nil
	}
	if r.rows = append(r.rows, row); len(r.rows) < insertRows {
		return nil
	}
	return r.flush(ctx)
}

func (r *rebuild) flush(ctx context.Context) error {
	refused, err := r.store.Insert(ctx, r.rows)
	r.done.Refused.add(refused)
	r.done.Rows += int64(len(r.rows) - refused.Total())
	clear(r.rows)
	r.rows = r.rows[:0]
	return err
}
