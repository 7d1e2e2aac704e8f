// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// writing gathers one block. What it writes stands in the order of the keys: a
// memory table finds the place of a key quickly from the one before it.
type writing struct {
	store *Pebble
	batch *pebble.Batch
	days  map[Day]*totals
	noted []noted // names of the block that were not noted lately
	left  int64

	text []byte // keys, one behind the other
	keys []keyed
}

// keyed is a row with its key.
type keyed struct {
	head     uint64 // the first bytes of the key behind space and day, to compare by
	from, to int    // of the key, in text
	name     int    // where its value ends, which is the name
	row      *Row
}

func (s *Pebble) writing(rows int) *writing {
	return &writing{store: s, batch: s.db.NewBatchWithSize(rows * 64), days: map[Day]*totals{}, keys: make([]keyed, 0, rows), text: make([]byte, 0, rows*48)}
}

// rows adds rows, those of one key as one.
func (w *writing) rows(rows []Row) error {
	for i := range rows {
		w.key(&rows[i])
	}
	slices.SortFunc(w.keys, func(a, b keyed) int {
		switch {
		case a.row.Day != b.row.Day:
			return int(a.row.Day) - int(b.row.Day)
		case a.head < b.head:
			return -1
		case a.head > b.head:
			return 1
		}
		return bytes.Compare(w.text[a.from:a.to], w.text[b.from:b.to])
	})
	var value []byte
	for i := 0; i < len(w.keys); {
		k := &w.keys[i]
		total := sumOf(k.row)
		for i++; i < len(w.keys) && bytes.Equal(w.text[w.keys[i].from:w.keys[i].to], w.text[k.from:k.to]); i++ {
			total.add(sumOf(w.keys[i].row))
		}
		value = total.append(value[:0])
		if err := w.batch.Merge(w.text[k.from:k.to], value, nil); err != nil {
			return err
		}
		t := w.days[k.row.Day]
		if t == nil {
			t = &totals{}
			w.days[k.row.Day] = t
		}
		t.queries += total.count
		t.written++
	}
	return w.names()
}

// key makes the key of a row, unless it is one that is not remembered.
func (w *writing) key(r *Row) {
	if r.Value == "" || len(r.Value) > MaxValue || r.Day == 0 || r.Kind == 0 {
		w.left++
		return
	}
	from := len(w.text)
	w.text = appendRow(w.text, r.Day, r.Kind, r.Value)
	name := len(w.text)
	w.text = appendWhose(w.text, w.store.pairs[pair{r.Owner, r.Source}], r)
	var head [8]byte
	copy(head[:], w.text[from+beforeKind:])
	w.keys = append(w.keys, keyed{head: binary.BigEndian.Uint64(head[:]), from: from, to: len(w.text), name: name, row: r})
}

// beforeKind is how many bytes of the key of a row stand before what is the key
// of its name as well: the space and the day.
const beforeKind = 3

// names notes the days of the names of the rows.
func (w *writing) names() error {
	var last []byte
	var key, value []byte
	for i := range w.keys {
		k := &w.keys[i]
		name := w.text[k.from:k.name] // with the day
		if bytes.Equal(name, last) {
			continue
		}
		last = name
		n := w.store.listed.of(name)
		if w.store.listed.has(n) {
			continue
		}
		w.noted = append(w.noted, n)
		key = append(append(key[:0], spaceNames), name[beforeKind:]...)
		value = appendDays(value[:0], []Day{k.row.Day})
		if err := w.batch.Merge(key, value, nil); err != nil {
			return err
		}
	}
	return nil
}

// close adds the totals of the days and the mark of the block, which holds the
// latest of its days: it is kept as long as they are.
func (w *writing) close(mark []byte) error {
	latest := Day(1)
	for d, t := range w.days {
		latest = max(latest, d)
		if err := w.batch.Merge(appendDay(nil, spaceTotals, d), t.append(nil), nil); err != nil {
			return err
		}
	}
	return w.batch.Set(mark, appendDays(nil, []Day{latest}), nil)
}

// noted is the hash of a name with a day.
type noted [2]uint64

// directory remembers which names were lately noted for which day, so that it is
// not written again with each block. What it has lies on the disk; what it has
// not may as well. A hash of 128 bits under keys of this process stands for the
// name: nobody finds two of the same.
type directory struct {
	mu    sync.RWMutex
	seeds [2]maphash.Seed
	names map[noted]struct{}
}

func newDirectory() *directory {
	return &directory{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, names: map[noted]struct{}{}}
}

// mostNoted bounds the directory: some 30 MB.
const mostNoted = 1 << 19

func (d *directory) of(name []byte) noted {
	return noted{maphash.Bytes(d.seeds[0], name), maphash.Bytes(d.seeds[1], name)}
}

func (d *directory) has(n noted) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, ok := d.names[n]
	return ok
}

// add adds names that are on the disk.
func (d *directory) add(names []noted) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.names)+len(names) > mostNoted {
		clear(d.names)
	}
	for _, n := range names {
		d.names[n] = struct{}{}
	}
}

// forget empties the directory: days are taken away from names.
func (d *directory) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.names)
}
