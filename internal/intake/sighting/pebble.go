// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Pebble is the Store in a folder of its own, which one process at a time may
// have open.
type Pebble struct {
	db    *pebble.DB
	dir   string
	log   *slog.Logger
	since time.Time

	// mu is read by who takes blocks, so that no sweep takes a day away from a
	// value that a block is adding one to, and no source gets a number meanwhile.
	mu     sync.RWMutex
	pairs  map[pair]uint32
	names  []pair     // by number
	taking sync.Map   // ids of blocks being taken
	listed *directory // names lately noted

	bad atomic.Pointer[error] // what the engine found damaged in the background
}

// pair is the owner unit and id of a source: rows hold its number.
type pair struct{ owner, source string }

const metaSince, metaSwept = "since", "swept"

// OpenPebble opens the store in dir, made at now when absent. Errors: another
// process has it open; what is there is damaged (see Damaged).
func OpenPebble(dir string, log *slog.Logger, now time.Time) (*Pebble, error) {
	const op = "sighting.Open"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	s := &Pebble{dir: dir, log: log, pairs: map[pair]uint32{}, listed: newDirectory()}
	var err error
	if s.db, err = pebble.Open(dir, s.options()); err != nil {
		return nil, opened(op, dir, err)
	}
	if err := errors.Join(s.loadSince(now), s.loadPairs()); err != nil {
		return nil, errors.Join(s.said(op, err), s.db.Close())
	}
	return s, nil
}

// opened tells a folder in use and other troubles of the system from damage.
func opened(op, dir string, err error) error {
	var path *os.PathError
	switch text := err.Error(); {
	case strings.Contains(text, "lock") || errors.Is(err, os.ErrPermission) || errors.As(err, &path) && !pebble.IsCorruptionError(err) && !errors.Is(err, os.ErrNotExist):
		return &fault.Error{Kind: fault.Unavailable, Op: op, Msg: msgFailed, Err: fmt.Errorf("%s: %w", dir, err)}
	}
	return ruined(op, fmt.Errorf("%s: %w", dir, err))
}

// cacheSize is filled as it is read. What a hunt for ten thousand values reads of
// a hundred million rows fits; were it a little less, each hunt would push out
// what the next one needs first.
const cacheSize = 160 << 20

func (s *Pebble) options() *pebble.Options {
	opt := &pebble.Options{
		FormatMajorVersion:          pebble.FormatNewest,
		CacheSize:                   cacheSize,
		MemTableSize:                32 << 20,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               128 << 20,
		MaxOpenFiles:                512,
		Merger:                      merger,
		Logger:                      quiet{s.log},
		EventListener: &pebble.EventListener{
			BackgroundError: func(err error) { s.hear("sighting.background", err) },
			DataCorruption:  func(i pebble.DataCorruptionInfo) { s.note(ruined("sighting.read", i.Details)) },
		},
	}
	opt.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionBalanced })
	return opt
}

// quiet passes on what the engine says in trouble; its daily news is dropped.
type quiet struct{ log *slog.Logger }

// Infof implements pebble.Logger.
func (quiet) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (q quiet) Errorf(format string, args ...any) {
	q.log.Error("sightings", "err", fmt.Sprintf(format, args...))
}

// Fatalf implements pebble.Logger. The engine must not go on after it.
func (q quiet) Fatalf(format string, args ...any) {
	q.Errorf(format, args...)
	panic("sightings: " + fmt.Sprintf(format, args...))
}

// hear remembers damage found in the background; other troubles show where
// they matter.
func (s *Pebble) hear(op string, err error) {
	if pebble.IsCorruptionError(err) {
		s.note(ruined(op, err))
		return
	}
	s.log.Error("sightings", "err", err)
}

func (s *Pebble) note(err error) {
	if s.bad.CompareAndSwap(nil, &err) {
		s.log.Error("the memory of sightings is damaged", "err", err)
	}
}

// whole fails once damage was found.
func (s *Pebble) whole() error {
	if bad := s.bad.Load(); bad != nil {
		return *bad
	}
	return nil
}

// said gives an error of the engine its kind.
func (s *Pebble) said(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case pebble.IsCorruptionError(err) || errors.Is(err, errBroken):
		err = ruined(op, fmt.Errorf("%s: %w", s.dir, err))
		s.note(err)
		return err
	case vfs.IsNoSpaceError(err):
		return fault.Full(op, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// get is the value of key, nil when absent.
func (s *Pebble) get(key []byte) ([]byte, error) {
	v, done, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return append([]byte{}, v...), done.Close()
}

func meta(name string) []byte { return append([]byte{spaceMeta}, name...) }

func (s *Pebble) loadSince(now time.Time) error {
	v, err := s.get(meta(metaSince))
	if err != nil {
		return err
	}
	if v == nil {
		v = binary.AppendVarint(nil, now.UnixMilli())
		if err := s.db.Set(meta(metaSince), v, pebble.Sync); err != nil {
			return err
		}
	}
	var ms int64
	if err := numbers(v, &ms); err != nil {
		return err
	}
	s.since = time.UnixMilli(ms).UTC()
	return nil
}

func (s *Pebble) loadPairs() error {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spacePairs}, UpperBound: []byte{spacePairs + 1}})
	if err != nil {
		return err
	}
	for it.First(); it.Valid(); it.Next() {
		owner, source, ok := strings.Cut(string(it.Value()), "\x00")
		if key := it.Key(); !ok || len(key) != 5 || binary.BigEndian.Uint32(key[1:]) != uint32(len(s.names)) {
			return errors.Join(errBroken, it.Close())
		}
		p := pair{owner, source}
		s.pairs[p] = uint32(len(s.names))
		s.names = append(s.names, p)
	}
	return errors.Join(it.Error(), it.Close())
}

// Close implements Store.
func (s *Pebble) Close() error { return s.db.Close() }

// Put implements Store. Blocks are taken side by side, and those that commit at
// the same time share a sync.
func (s *Pebble) Put(ctx context.Context, b Block) (Taken, error) {
	const op = "sighting.Put"
	if err := errors.Join(ctx.Err(), s.whole(), s.room(op)); err != nil {
		return Taken{}, err
	}
	if b.ID == "" {
		return Taken{}, fmt.Errorf("%s: a block without id", op)
	}
	done := make(chan struct{})
	defer close(done)
	for { // one at a time of each id
		other, busy := s.taking.LoadOrStore(b.ID, done)
		if !busy {
			break
		}
		select {
		case <-other.(chan struct{}):
		case <-ctx.Done():
			return Taken{}, ctx.Err()
		}
	}
	defer s.taking.Delete(b.ID)
	if err := s.number(b.Rows); err != nil {
		return Taken{}, s.said(op, err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	mark := append([]byte{spaceBlocks}, b.ID...)
	switch v, err := s.get(mark); {
	case err != nil:
		return Taken{}, s.said(op, err)
	case v != nil:
		return Taken{Known: true}, nil
	}
	w := s.writing(len(b.Rows))
	err := w.rows(b.Rows)
	if err == nil {
		err = w.close(mark)
	}
	if err == nil {
		err = w.batch.Commit(pebble.Sync)
	}
	if err != nil {
		return Taken{}, errors.Join(s.said(op, err), w.batch.Close())
	}
	s.listed.add(w.noted)
	return Taken{Left: w.left}, w.batch.Close()
}

// number gives each source among rows that has none its number.
func (s *Pebble) number(rows []Row) error {
	s.mu.RLock()
	fresh := s.unnumbered(rows)
	s.mu.RUnlock()
	if len(fresh) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh = s.unnumbered(rows)
	batch := s.db.NewBatch()
	var err error
	for i, p := range fresh {
		err = errors.Join(err, batch.Set(binary.BigEndian.AppendUint32([]byte{spacePairs}, uint32(len(s.names)+i)), []byte(p.owner+"\x00"+p.source), nil))
	}
	if err == nil {
		err = batch.Commit(pebble.Sync)
	}
	if err != nil {
		return errors.Join(err, batch.Close())
	}
	for _, p := range fresh {
		s.pairs[p] = uint32(len(s.names))
		s.names = append(s.names, p)
	}
	return batch.Close()
}

// unnumbered are the sources of rows that have no number yet. mu is held.
func (s *Pebble) unnumbered(rows []Row) (out []pair) {
	var last pair
	for i := range rows {
		p := pair{rows[i].Owner, rows[i].Source}
		if i > 0 && p == last {
			continue
		}
		if last = p; p.known(s) || slices.Contains(out, p) {
			continue
		}
		out = append(out, p)
	}
	return out
}

func (p pair) known(s *Pebble) bool {
	_, ok := s.pairs[p]
	return ok
}

// spare is the room on the disk under which nothing more is taken. The engine
// cannot go on once its log finds none.
const spare = 128 << 20

// room fails when the disk is about to be full.
func (s *Pebble) room(op string) error {
	use, err := vfs.Default.GetDiskUsage(s.dir)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if use.AvailBytes < spare {
		return fault.Full(op, fmt.Errorf("%s: %d bytes are left on the disk", s.dir, use.AvailBytes))
	}
	return nil
}
