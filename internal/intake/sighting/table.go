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
	"runtime"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/vonggac/vonggac/internal/platform/together"
)

const (
	// mostTogether is how many blocks are written in one go.
	mostTogether = 128
	// tableFrom is from how many rows on a go writes tables of its own. Fewer go
	// through the engine's log and memory, where they pile up to larger ones:
	// joining many small tables costs more than that.
	tableFrom = 24 << 10
	// tableRows is with how many rows a go begins although more may come.
	tableRows = 64 << 10
	// mostBeside is how many tables of rows are made at once at most, with two cores to
	// each: one after the other they were what a rush waited for.
	mostBeside = 4
	// joinTables is from how many tables over one another on the engine joins them:
	// the more there are, the fewer rows that were joined before are written again.
	joinTables = 32
	// mostTables is over how many tables a key may have to be looked for in before
	// nothing more is written until the engine has joined them. The more there are
	// the less joining costs, and the longer a hunt takes meanwhile.
	mostTables = 64
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
	beside    int // tables of rows made at once
	group     *together.Group[*gathered]
	w         writing
	number    int
	eased     easing
	pace      pace
}

// do is for one goroutine at a time.
func (m *maker) do(ctx context.Context, blocks []*gathered) error {
	const op = "sighting.Put"
	if err := m.calm(); err != nil {
		return err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	fresh, rows, err := m.unknown(blocks)
	m.pace.gone(rows)
	if err != nil || len(fresh) == 0 {
		return m.said(op, err)
	}
	if rows < m.tableFrom {
		err = m.batch(fresh)
	} else {
		err = m.tables(ctx, fresh)
	}
	if err == nil {
		m.w.done()
	}
	return m.said(op, err)
}

// wait is how long the next go waits for another block, as together.Patient asks.
func (m *maker) wait(blocks []*gathered) time.Duration {
	rows := 0
	for _, g := range blocks {
		rows += len(g.rows)
	}
	if rows >= tableRows {
		return 0
	}
	return m.pace.wait()
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

// batch writes blocks through the engine's log.
func (m *maker) batch(blocks []*gathered) error {
	b := m.db.NewBatch()
	parts := m.w.divide(blocks, 1)
	err := parts[0].write(intoBatch{b})
	if err == nil {
		err = m.w.others(blocks, parts, intoBatch{b})
	}
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

// tables writes blocks as tables, of rows some side by side, and one of all else,
// which the engine then takes as its own, all or none.
func (m *maker) tables(ctx context.Context, blocks []*gathered) error {
	m.number++
	parts := m.w.divide(blocks, m.beside)
	paths := []string{filepath.Join(m.dir, making, fmt.Sprint(m.number, ".others"))}
	failed := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, p := range parts {
		path := filepath.Join(m.dir, making, fmt.Sprint(m.number, ".", i, ".rows"))
		paths = append(paths, path)
		wait.Go(func() { failed[i] = m.table(path, p.write) })
	}
	wait.Wait()
	err := errors.Join(failed...)
	if err == nil {
		err = m.table(paths[0], func(s sink) error { return m.w.others(blocks, parts, s) })
	}
	if err == nil {
		err = m.db.Ingest(ctx, paths)
	}
	if err != nil {
		for _, path := range paths {
			if gone := os.Remove(path); !errors.Is(gone, os.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}
	return err
}

// table makes a table at path, synced.
func (m *maker) table(path string, fill func(sink) error) error {
	f, err := vfs.Default.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	t := sstable.NewWriter(objstorageprovider.NewFileWritable(f), m.opt)
	return errors.Join(fill(t), t.Close())
}

// begin makes the folder in which tables are made, without those that an earlier
// process left there.
func (m *maker) begin(s *Pebble, opt *pebble.Options) error {
	m.Pebble, m.tableFrom, m.opt = s, tableFrom, opt.MakeWriterOptions(0, s.db.TableFormat())
	m.beside = min(max(1, runtime.GOMAXPROCS(0)/2), mostBeside)
	m.group, m.w.listed = together.Patient(mostTogether, m.do, m.wait), s.listed
	dir := filepath.Join(s.dir, making)
	return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700))
}

// calm waits until the engine has not too many tables to look into.
func (m *maker) calm() error {
	for {
		eased := m.eased.next()
		if err := m.whole(); err != nil {
			return err
		}
		if m.db.Metrics().Levels[0].Sublevels < mostTables {
			return nil
		}
		<-eased
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
