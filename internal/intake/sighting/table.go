// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/vonggac/vonggac/internal/platform/together"
)

const (
	// mostTogether is how many blocks are written in one go.
	mostTogether = 128
	// tableFrom is from how many rows on a go writes a table of its own. Fewer go
	// through the engine's log and memory, where small ones pile up to one table.
	tableFrom = 8 << 10
	// mostTables is over how many tables a key may have to be looked for in before
	// no further one is written until the engine has joined them.
	mostTables = 24
)

// making is where tables are made, in the folder of the store.
const making = "making"

// maker writes blocks, those that come at the same time together, as one sorted
// table or, when they are few, as one batch. Both are taken by the engine as a
// whole, with the marks of the blocks.
type maker struct {
	*Pebble
	opt       sstable.WriterOptions
	tableFrom int
	group     *together.Group[*gathered]
	w         writing
	number    int
	eased     easing
}

// do is for one goroutine at a time.
func (m *maker) do(ctx context.Context, blocks []*gathered) error {
	const op = "sighting.Put"
	if err := m.calm(ctx); err != nil {
		return err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	fresh, rows, err := m.unknown(blocks)
	if err != nil || len(fresh) == 0 {
		return m.said(op, err)
	}
	m.w.prepare(fresh)
	if rows < m.tableFrom {
		err = m.batch()
	} else {
		err = m.table(ctx)
	}
	if err == nil {
		m.listed.add(m.w.noted)
	}
	return m.said(op, err)
}

// unknown are those of blocks that were not taken before, and how many rows they
// have.
func (m *maker) unknown(blocks []*gathered) (fresh []*gathered, rows int, err error) {
	it, err := m.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceBlocks}, UpperBound: []byte{spaceBlocks + 1}})
	if err != nil {
		return nil, 0, err
	}
	var mark []byte
	for _, g := range blocks {
		mark = append(append(mark[:0], spaceBlocks), g.id...)
		if g.known = it.SeekGE(mark) && bytes.Equal(it.Key(), mark); !g.known {
			fresh, rows = append(fresh, g), rows+len(g.rows)
		}
		if err = it.Error(); err != nil {
			break
		}
	}
	return fresh, rows, errors.Join(err, it.Close())
}

// batch writes what is prepared through the engine's log.
func (m *maker) batch() error {
	b := m.db.NewBatch()
	err := m.w.to(intoBatch{b})
	if err == nil {
		err = b.Commit(pebble.Sync)
	}
	return errors.Join(err, b.Close())
}

type intoBatch struct{ *pebble.Batch }

// Set implements sink.
func (b intoBatch) Set(key, value []byte) error { return b.Batch.Set(key, value, nil) }

// Merge implements sink.
func (b intoBatch) Merge(key, value []byte) error { return b.Batch.Merge(key, value, nil) }

// table writes what is prepared as a table, which the engine then takes as its
// own.
func (m *maker) table(ctx context.Context) error {
	m.number++
	path := filepath.Join(m.dir, making, fmt.Sprint(m.number, ".sst"))
	f, err := vfs.Default.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	t := sstable.NewWriter(objstorageprovider.NewFileWritable(f), m.opt)
	err = m.w.to(t)
	if err = errors.Join(err, t.Close()); err == nil { // which syncs
		err = m.db.Ingest(ctx, []string{path})
	}
	if err != nil {
		if gone := os.Remove(path); !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// begin makes the folder in which tables are made, without those that an earlier
// process left there.
func (m *maker) begin(s *Pebble, opt *pebble.Options) error {
	m.Pebble, m.tableFrom, m.opt = s, tableFrom, opt.MakeWriterOptions(0, s.db.TableFormat())
	m.group, m.w.listed = together.New(mostTogether, m.do), s.listed
	dir := filepath.Join(s.dir, making)
	return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700))
}

// calm waits until the engine has not too many tables to look into.
func (m *maker) calm(ctx context.Context) error {
	for {
		eased := m.eased.next()
		if err := m.whole(); err != nil {
			return err
		}
		if m.db.Metrics().Levels[0].Sublevels < mostTables {
			return nil
		}
		select {
		case <-eased:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// easing tells who waits that a compaction has ended.
type easing struct {
	mu sync.Mutex
	ch chan struct{}
}

// next is closed at the next end.
func (e *easing) next() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ch == nil {
		e.ch = make(chan struct{})
	}
	return e.ch
}

func (e *easing) tell() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ch != nil {
		close(e.ch)
		e.ch = nil
	}
}
