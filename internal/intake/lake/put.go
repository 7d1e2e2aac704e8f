// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// gathered are blocks of an hour that are written and synced together.
type gathered struct {
	buf    []byte // frames
	blocks []string
	done   bool
	err    error
}

// Put returns once the blocks lie on the disk, synced. A block that is kept
// already is not kept twice. What is put at the same time costs one sync an
// hour touched.
func (a *Archive) Put(ctx context.Context, blocks ...Brought) error {
	_, err := a.put(ctx, blocks...)
	return err
}

// put is Put, which also names the blocks that were kept already.
func (a *Archive) put(ctx context.Context, blocks ...Brought) (known []string, err error) {
	packed := make([][]byte, len(blocks))
	for i, b := range blocks {
		if b.Block == "" || b.Received.IsZero() {
			return nil, errors.New("lake.Put: a block without id or time")
		}
		if packed[i], err = a.pack(b); err != nil {
			return nil, fmt.Errorf("lake.Put: %w", err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("lake.Put: %w", err)
	}
	waits := map[*gathered]*hour{}
	a.mu.Lock()
	for i, b := range blocks {
		there, one := a.gather(b, packed[i], waits)
		if err = errors.Join(err, one); there {
			known = append(known, b.Block)
		}
	}
	a.mu.Unlock()
	for g, h := range waits {
		err = errors.Join(err, a.settle(h, g))
	}
	if err != nil {
		return nil, fmt.Errorf("lake.Put: %w", err)
	}
	return known, nil
}

// pack makes the frame of a block.
func (a *Archive) pack(b Brought) ([]byte, error) {
	p, _ := a.packers.Get().(*packer)
	if p == nil {
		var err error
		if p, err = newPacker(); err != nil {
			return nil, err
		}
	}
	defer a.packers.Put(p)
	return p.frame(nil, b.Block, b.Rows), nil
}

// gather adds a block to what is written next of its hour, and that to waits. A
// block that is about to be written is there already, and waited for.
func (a *Archive) gather(b Brought, frame []byte, waits map[*gathered]*hour) (there bool, err error) {
	name := b.Received.UTC().Format(hourName)
	if there, err = a.holds(name, b.Block); there || err != nil {
		return there, err
	}
	h := a.open[name]
	if h == nil {
		if h, err = a.begin(name); err != nil {
			return false, err
		}
	}
	if h.gather == nil {
		h.gather = &gathered{}
	}
	g := h.gather
	if h.writing != nil && slices.Contains(h.writing.blocks, b.Block) {
		g, there = h.writing, true
	} else if there = slices.Contains(g.blocks, b.Block); !there {
		g.buf = append(g.buf, frame...)
		g.blocks = append(g.blocks, b.Block)
	}
	if waits[g] == nil {
		waits[g] = h
		h.users++
	}
	return there, nil
}

// begin makes the journal of an hour.
func (a *Archive) begin(name string) (*hour, error) {
	folder := filepath.Join(a.dir, "open")
	file, err := os.OpenFile(filepath.Join(folder, name+".journal"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncFolder(folder); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	h := &hour{file: file, blocks: map[string]bool{}}
	a.open[name] = h
	return h, nil
}

// settle returns once what was gathered is on the disk: who comes first writes
// for all that have gathered by then.
func (a *Archive) settle(h *hour, g *gathered) error {
	h.io.Lock()
	defer h.io.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	h.users--
	if !g.done {
		h.gather, h.writing = nil, g
		h.users++ // its journal is not closed meanwhile
		a.mu.Unlock()
		err := h.append(g.buf)
		a.mu.Lock()
		h.users--
		h.writing, g.done, g.err = nil, true, err
		if err == nil {
			h.size += int64(len(g.buf))
			for _, id := range g.blocks {
				h.blocks[id] = true
			}
		}
	}
	return g.err
}

// append writes frames to the end of the journal, synced, or leaves it as it was.
func (h *hour) append(frames []byte) error {
	_, err := h.file.Write(frames)
	if err == nil {
		err = h.file.Sync()
	}
	if err != nil {
		err = errors.Join(err, h.cut())
	}
	return err
}

// Has reports whether a block that was received at a time is kept.
func (a *Archive) Has(block string, received time.Time) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.holds(received.UTC().Format(hourName), block)
}

// holds reports whether a block of an hour is kept.
func (a *Archive) holds(name, block string) (bool, error) {
	if h := a.open[name]; h != nil && h.blocks[block] || a.closing[name][block] {
		return true, nil
	}
	closed, ok := a.known[name]
	if !ok {
		list, err := a.manifests(name)
		if err != nil {
			return false, err
		}
		closed = map[string]bool{}
		for _, path := range list {
			if err := blocksOf(strings.TrimSuffix(path, ".json")+".parquet", closed); err != nil {
				return false, err
			}
		}
		if len(a.known) > 6 {
			clear(a.known)
		}
		a.known[name] = closed
	}
	return closed[block], nil
}
