// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// SpoolOptions are the surroundings of a Spool. What is zero has the default
// given.
type SpoolOptions struct {
	Dir     string
	Limit   int64                  // bytes of the spool; 10 GiB
	Reserve uint64                 // bytes that stay free on the disk; 512 MiB
	Free    func() (uint64, error) // bytes that may be written on that disk; nil: not asked
	Keep    time.Duration          // how long blocks stay that the centre has; an hour
	Segment int64                  // bytes of one file; 8 MiB, or an eighth of Limit
	Now     func() time.Time       // time.Now
}

// Spool keeps blocks in numbered files, each block synced before Append returns.
// It is safe for concurrent use; one process has it open for writing.
type Spool struct {
	o    SpoolOptions
	root *os.Root

	mu       sync.Mutex
	segments []*segment // by number; blocks are added to the last
	file     *os.File   // of the last
	next     uint64     // number of the block that comes next
	synced   uint64     // all below lie on the disk
	wanted   uint64     // the centre wants this one next
	kept     uint64     // wanted, as it was written down last
	bytes    int64
	lost     Numbers           // of damaged files: no longer here, and never to come
	known    map[[16]byte]bool // IDs of the blocks here that may come again
	broken   error
	refused  int64     // blocks for want of room
	full     time.Time // since when; zero while there is room
	syncing  sync.Mutex
	arrived  chan struct{}
}

// segment is one file of blocks whose numbers follow one another.
type segment struct {
	name  string
	first uint64
	at    []int64 // where each block begins
	size  int64
	ids   [][16]byte
	done  time.Time // since when the centre has all of it, as this process saw
}

func (g *segment) end() uint64 { return g.first + uint64(len(g.at)) }

const (
	segmentSuffix = ".blocks"
	positionFile  = "wanted"
)

// OpenSpool finds again what lies in the folder. The end of the last file that
// a crash left unfinished was never acknowledged and is cut off; what is damaged
// elsewhere is left out, and counted by Lost.
func OpenSpool(o SpoolOptions) (*Spool, error) {
	o.Limit = cmp.Or(o.Limit, 10<<30)
	o.Reserve = cmp.Or(o.Reserve, 512<<20)
	o.Keep = cmp.Or(o.Keep, time.Hour)
	o.Segment = cmp.Or(o.Segment, min(8<<20, max(o.Limit/8, 64<<10)))
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	root, err := os.OpenRoot(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	s := &Spool{o: o, root: root, next: 1, wanted: 1, known: map[[16]byte]bool{}, arrived: make(chan struct{}, 1)}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("spool: %w", errors.Join(err, s.Close()))
	}
	return s, nil
}

func (s *Spool) load() error {
	names, err := segmentNames(s.root)
	if err != nil {
		return err
	}
	if raw, err := s.root.ReadFile(positionFile); err == nil {
		if _, err := fmt.Sscanf(string(raw), "%d", &s.wanted); err != nil || s.wanted == 0 {
			s.wanted = 1 // the centre says it anew
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for i, name := range names {
		raw, err := s.root.ReadFile(name)
		if err != nil {
			return err
		}
		found, whole := scan(name, raw)
		last := i == len(names)-1
		if last {
			if err := s.cutOff(name, whole); err != nil {
				return err
			}
		}
		for _, g := range found {
			s.add(g)
		}
		s.bytes += int64(len(raw))
		if last {
			s.bytes += whole - int64(len(raw))
		}
	}
	s.next = max(s.next, s.wanted) // no number is given twice, whatever became of the files
	s.synced = s.next
	return nil
}

// add appends a found run of blocks. What lies between it and the one before is
// lost.
func (s *Spool) add(g *segment) {
	switch {
	case g.first < s.next:
		return // numbers that stand there already
	case len(s.segments) > 0 && g.first > s.next:
		s.lost = s.lost.Add(s.next, g.first-1)
	}
	s.segments = append(s.segments, g)
	s.next = g.end()
	for _, id := range g.ids {
		if id != ([16]byte{}) {
			s.known[id] = true
		}
	}
}

// cutOff ends a file where its last whole block ends, and has all of it synced:
// what a killed process wrote may not lie on the disk yet.
func (s *Spool) cutOff(name string, at int64) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(at), f.Sync(), f.Close())
}

// segmentNames are the files of blocks in the order of their numbers.
func segmentNames(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), segmentSuffix) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// scan finds the blocks of a file, as one run for each stretch without damage,
// and how far the last one goes.
func scan(name string, raw []byte) (found []*segment, whole int64) {
	var g *segment
	for at := int64(0); at < int64(len(raw)); {
		frame, b, err := frameAt(raw[at:])
		if err != nil {
			next := bytes.Index(raw[at+1:], []byte(mark))
			if next < 0 {
				break
			}
			at += int64(next) + 1
			continue
		}
		if g == nil || b.Number != g.end() {
			g = &segment{name: name, first: b.Number}
			found = append(found, g)
		}
		g.at = append(g.at, at)
		g.ids = append(g.ids, idOf(b.ID))
		at += int64(len(frame))
		g.size, whole = at, at
	}
	return found, whole
}

// idOf is by what a block that comes again is known; zero for one that cannot:
// what senders by the network send is new each time.
func idOf(id string) [16]byte {
	if strings.HasPrefix(id, "net/") || id == "" {
		return [16]byte{}
	}
	sum := sha256.Sum256([]byte(id))
	return [16]byte(sum[:16])
}

// Append implements stream.Appender: it gives the block the next number and
// returns when it is synced. A block of an ID that is here already is not stored
// again. It fails with ErrFull when there is no room; the way of b must be one
// of the centre's.
func (s *Spool) Append(ctx context.Context, b stream.Block) error {
	if err := checkBlock(b); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	body := pack(b.Body)
	number, err := s.write(Block{Way: b.Way, ID: b.ID, Received: b.Received, Lines: b.Lines, Body: b.Body}, body)
	if err != nil {
		return fmt.Errorf("spool block %q: %w", b.ID, err)
	}
	if err := s.commit(number); err != nil {
		return fmt.Errorf("spool block %q: %w", b.ID, err)
	}
	select {
	case s.arrived <- struct{}{}:
	default:
	}
	return nil
}

func checkBlock(b stream.Block) error {
	bad := ""
	switch {
	case len(b.ID) > maxName || len(b.Way) > maxName || b.Way == "":
		bad = "its names do not fit"
	case len(b.Body) == 0 || len(b.Body) > stream.MaxBody || b.Body[len(b.Body)-1] != '\n':
		bad = "its body does not fit"
	case bytes.Count(b.Body, []byte{'\n'}) != b.Lines:
		bad = "its lines are not as many as it says"
	default:
		return nil
	}
	return fmt.Errorf("%w: %s", stream.ErrInvalid, bad)
}

// write puts b behind all others, not yet synced. A block that is here already
// keeps its number, of which no more is known than that it is below next.
func (s *Spool) write(b Block, body []byte) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return 0, s.broken
	}
	id := idOf(b.ID)
	if s.known[id] {
		return s.next - 1, nil
	}
	b.Number = s.next
	frame := appendFrame(nil, b, body)
	if err := s.room(int64(len(frame))); err != nil {
		return 0, err
	}
	g, err := s.open(int64(len(frame)))
	if err != nil {
		return 0, err
	}
	if _, err := s.file.WriteAt(frame, g.size); err != nil {
		if cut := s.file.Truncate(g.size); cut != nil {
			s.broken = fmt.Errorf("%w: %w", ErrBroken, cut)
		}
		s.refused++
		return 0, fmt.Errorf("%w: %w", ErrFull, err)
	}
	g.at, g.ids = append(g.at, g.size), append(g.ids, id)
	g.size += int64(len(frame))
	s.bytes += int64(len(frame))
	s.next++
	if id != ([16]byte{}) {
		s.known[id] = true
	}
	return b.Number, nil
}

// room says whether n bytes more may lie here. Blocks that the centre has make
// room first.
func (s *Spool) room(n int64) error {
	if s.fits(n) != nil {
		s.drop(func(*segment) bool { return true })
	}
	err := s.fits(n)
	if err != nil {
		s.refused++
		if s.full.IsZero() {
			s.full = s.o.Now()
		}
		return err
	}
	s.full = time.Time{}
	return nil
}

func (s *Spool) fits(n int64) error {
	if s.bytes+n > s.o.Limit {
		return fmt.Errorf("%w: %d of %d bytes are used", ErrFull, s.bytes, s.o.Limit)
	}
	if s.o.Free == nil {
		return nil
	}
	free, err := s.o.Free()
	if err == nil && free < s.o.Reserve+uint64(n) {
		err = fmt.Errorf("%w: %d bytes are free on its disk and %d stay so", ErrFull, free, s.o.Reserve)
	}
	return err
}

// open gives the file for n bytes more: the last, or a new one when that is
// full. The one before is synced first, so that only the last can be torn.
func (s *Spool) open(n int64) (*segment, error) {
	if s.file != nil {
		if g := s.segments[len(s.segments)-1]; g.size+n <= s.o.Segment {
			return g, nil
		}
		if err := s.file.Sync(); err != nil {
			s.broken = fmt.Errorf("%w: %w", ErrBroken, err)
			return nil, s.broken
		}
		s.synced = s.next
		err := s.file.Close()
		s.file = nil
		if err != nil {
			return nil, err
		}
	}
	g := &segment{name: fmt.Sprintf("%020d%s", s.next, segmentSuffix), first: s.next}
	f, err := s.root.OpenFile(g.name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncFolder(s.root); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s.file = f
	s.segments = append(s.segments, g)
	return g, nil
}

// commit returns when the block of this number is synced. One sync serves all
// that were written before it began.
func (s *Spool) commit(number uint64) error {
	s.syncing.Lock()
	defer s.syncing.Unlock()
	s.mu.Lock()
	f, upTo, done, broken := s.file, s.next, s.synced > number, s.broken
	s.mu.Unlock()
	if done {
		return nil
	}
	if broken != nil {
		return broken
	}
	err := f.Sync()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.synced > number: // the file was filled and synced by who opened the next
		return nil
	case err != nil: // what the system forgot to write it does not tell twice
		s.broken = fmt.Errorf("%w: %w", ErrBroken, err)
		return s.broken
	}
	s.synced = max(s.synced, upTo)
	return nil
}

// Close syncs and closes the files. The Spool is of no use after it.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	if s.file != nil {
		errs = append(errs, s.file.Sync(), s.file.Close())
		s.file = nil
	}
	if s.broken == nil {
		s.broken = fmt.Errorf("%w: it is closed", ErrBroken)
		errs = append(errs, s.keepPosition())
	}
	return errors.Join(append(errs, s.root.Close())...)
}
