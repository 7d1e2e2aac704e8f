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

	// mu orders writers: a block is taken while no other is, and no sweep takes
	// a day away from a value that a block is adding one to.
	mu    sync.Mutex
	pairs map[pair]uint32
	names []pair // by number

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
	s := &Pebble{dir: dir, log: log, pairs: map[pair]uint32{}}
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

// Put implements Store.
func (s *Pebble) Put(ctx context.Context, b Block) (Taken, error) {
	const op = "sighting.Put"
	if err := errors.Join(ctx.Err(), s.whole(), s.room(op)); err != nil {
		return Taken{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := append([]byte{spaceBlocks}, b.ID...)
	switch v, err := s.get(mark); {
	case err != nil:
		return Taken{}, s.said(op, err)
	case v != nil:
		return Taken{Known: true}, nil
	}
	w := s.writing(len(b.Rows))
	for i := range b.Rows {
		if err := w.row(&b.Rows[i]); err != nil {
			return Taken{}, errors.Join(s.said(op, err), w.batch.Close())
		}
	}
	err := w.close(mark, b)
	if err == nil {
		err = w.batch.Commit(pebble.Sync)
	}
	if err != nil {
		return Taken{}, errors.Join(s.said(op, err), w.batch.Close())
	}
	for _, p := range w.fresh {
		s.pairs[p] = uint32(len(s.names))
		s.names = append(s.names, p)
	}
	return Taken{Left: w.left}, w.batch.Close()
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

// writing gathers one block.
type writing struct {
	store *Pebble
	batch *pebble.Batch
	fresh []pair
	days  map[Day]*totals
	names map[nameDay]struct{}
	key   []byte
	value []byte
	left  int64
}

type nameDay struct {
	kind  Kind
	value string
	day   Day
}

func (s *Pebble) writing(rows int) *writing {
	return &writing{store: s, batch: s.db.NewBatchWithSize(rows * 64), days: map[Day]*totals{}, names: make(map[nameDay]struct{}, rows)}
}

func (w *writing) row(r *Row) error {
	if r.Value == "" || len(r.Value) > MaxValue || r.Day == 0 || r.Kind == 0 {
		w.left++
		return nil
	}
	n, err := w.pair(pair{r.Owner, r.Source})
	if err != nil {
		return err
	}
	w.key = appendWhose(appendRow(w.key[:0], r.Day, r.Kind, r.Value), n, r)
	w.value = sumOf(r).append(w.value[:0])
	if err := w.batch.Merge(w.key, w.value, nil); err != nil {
		return err
	}
	t := w.days[r.Day]
	if t == nil {
		t = &totals{}
		w.days[r.Day] = t
	}
	t.queries += r.Count
	t.written++
	name := nameDay{r.Kind, r.Value, r.Day}
	if _, have := w.names[name]; have {
		return nil
	}
	w.names[name] = struct{}{}
	w.key = appendName(w.key[:0], r.Kind, r.Value)
	w.value = appendDays(w.value[:0], []Day{r.Day})
	return w.batch.Merge(w.key, w.value, nil)
}

// pair is the number of p, a new one when p was never seen.
func (w *writing) pair(p pair) (uint32, error) {
	if n, ok := w.store.pairs[p]; ok {
		return n, nil
	}
	for i, f := range w.fresh {
		if f == p {
			return uint32(len(w.store.names) + i), nil
		}
	}
	n := uint32(len(w.store.names) + len(w.fresh))
	w.fresh = append(w.fresh, p)
	return n, w.batch.Set(binary.BigEndian.AppendUint32([]byte{spacePairs}, n), []byte(p.owner+"\x00"+p.source), nil)
}

// close adds the totals of the days and the mark of the block, which holds the
// latest of its days: it is kept as long as they are.
func (w *writing) close(mark []byte, b Block) error {
	latest := Day(1)
	for d, t := range w.days {
		latest = max(latest, d)
		if err := w.batch.Merge(appendDay(nil, spaceTotals, d), t.append(nil), nil); err != nil {
			return err
		}
	}
	if b.ID == "" {
		return errors.New("a block without id")
	}
	return w.batch.Set(mark, appendDays(nil, []Day{latest}), nil)
}
