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
	make   maker

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
	opt := s.options()
	opt.EnsureDefaults()
	var err error
	if s.db, err = pebble.Open(dir, opt); err != nil {
		return nil, opened(op, dir, err)
	}
	if err := errors.Join(s.loadSince(now), s.loadPairs(), s.make.begin(s, opt)); err != nil {
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
		L0CompactionThreshold:       2 * joinTables, // the engine counts each table over another twice
		L0StopWritesThreshold:       mostTables,
		LBaseMaxBytes:               128 << 20,
		MaxOpenFiles:                512,
		Merger:                      merger,
		Logger:                      quiet{s.log},
		EventListener: &pebble.EventListener{
			BackgroundError: func(err error) { s.hear("sighting.background", err) },
			CompactionEnd:   func(pebble.CompactionInfo) { s.make.eased.tell() },
			DataCorruption:  func(i pebble.DataCorruptionInfo) { s.note(ruined("sighting.read", i.Details)) },
		},
	}
	for i := range opt.Levels { // larger than a page: less to do for each row
		opt.Levels[i].BlockSize, opt.Levels[i].IndexBlockSize = 16<<10, 256<<10
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
		s.make.eased.tell()
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

// Put implements Store. The rows of blocks are put in order side by side; those
// that are ready at the same time are written together.
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
	g := gather()
	defer g.free()
	g.id = b.ID
	if err := g.take(b.Rows, s.number); err != nil {
		return Taken{}, s.said(op, err)
	}
	if err := s.make.group.Do(ctx, g); err != nil {
		return Taken{}, err
	}
	if g.known {
		return Taken{Known: true}, nil
	}
	return Taken{Left: g.left}, nil
}

// number is the number of a source, which it is given now when it has none.
func (s *Pebble) number(p pair) (uint32, error) {
	s.mu.RLock()
	n, ok := s.pairs[p]
	s.mu.RUnlock()
	if ok {
		return n, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok = s.pairs[p]; ok {
		return n, nil
	}
	n = uint32(len(s.names))
	if err := s.db.Set(binary.BigEndian.AppendUint32([]byte{spacePairs}, n), []byte(p.owner+"\x00"+p.source), pebble.Sync); err != nil {
		return 0, err
	}
	s.pairs[p] = n
	s.names = append(s.names, p)
	return n, nil
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
