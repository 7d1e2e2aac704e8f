// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"
)

// Arrived tells that blocks were added since it was last read.
func (s *Spool) Arrived() <-chan struct{} { return s.arrived }

// State is what lies in a spool.
type State struct {
	Oldest  uint64 // lowest number here; Next when there is none
	Next    uint64 // number the next block gets
	Wanted  uint64 // number the centre wants next; all before it are there
	Bytes   int64  // on the disk
	Limit   int64
	Refused int64     // blocks that found no room, each time they were offered
	Full    time.Time // since when there is none; zero while there is
	Lost    Numbers   // damaged on the disk
	Broken  error
}

// State says how the spool is.
func (s *Spool) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return State{Oldest: s.oldest(), Next: s.synced, Wanted: s.wanted, Bytes: s.bytes, Limit: s.o.Limit, Refused: s.refused, Full: s.full,
		Lost: slices.Clone(s.lost), Broken: s.broken}
}

func (s *Spool) oldest() uint64 {
	if len(s.segments) == 0 {
		return s.next
	}
	return s.segments[0].first
}

// Frames gives the frames of the blocks from number on that are on the disk, in
// order and without gap, until they make most bytes; at least one when there is
// one. Where number itself is no longer here, they begin with the lowest number
// above it.
func (s *Spool) Frames(number uint64, most int64) ([][]byte, error) {
	name, from, to := s.stretch(number, most)
	if name == "" {
		return nil, nil
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, to-from)
	_, err = f.ReadAt(raw, from)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var out [][]byte
	for len(raw) > 0 {
		frame, _, err := frameAt(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w (the disk gives back other bytes than were written)", name, err)
		}
		out = append(out, frame)
		raw = raw[len(frame):]
	}
	return out, nil
}

// stretch is where the frames of Frames lie, all in one file.
func (s *Spool) stretch(number uint64, most int64) (name string, from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.segments {
		if g.end() <= number || g.first >= s.synced {
			continue
		}
		i := max(number, g.first) - g.first
		from, to = g.at[i], g.at[i]
		for ; i < uint64(len(g.at)) && g.first+i < s.synced; i++ {
			end := g.size
			if i+1 < uint64(len(g.at)) {
				end = g.at[i+1]
			}
			if to > from && end-from > most {
				break
			}
			to = end
		}
		return g.name, from, to
	}
	return "", 0, 0
}

// SumAt is the sum of the block of this number; false when it is not here.
func (s *Spool) SumAt(number uint64) (string, bool, error) {
	frames, err := s.Frames(number, 1)
	if err != nil || len(frames) == 0 {
		return "", false, err
	}
	if _, b, err := frameAt(frames[0]); err != nil || b.Number != number {
		return "", false, err
	}
	return SumOf(frames[0]), true, nil
}

// Want takes what the centre says: it has all blocks before number. It may be
// lower than before, when the centre was restored from a backup.
func (s *Spool) Want(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = max(1, min(number, s.synced))
}

// Sweep removes files of blocks that the centre has had for Keep, and remembers
// what it wants next. The file with the last block that it has stays, to tell a
// copy of the folder from the folder.
func (s *Spool) Sweep(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	for _, g := range s.segments {
		switch {
		case g.end() > s.wanted:
			g.done = time.Time{}
		case g.done.IsZero():
			g.done = now
		}
	}
	s.drop(func(g *segment) bool { return !g.done.IsZero() && now.Sub(g.done) >= s.o.Keep })
	return s.keepPosition()
}

// drop removes the oldest files of which the centre has all, for as long as may
// says so. The lock is held.
func (s *Spool) drop(may func(*segment) bool) {
	for len(s.segments) > 1 {
		g := s.segments[0]
		if g.end() >= s.wanted || !may(g) {
			return
		}
		if next := s.segments[1]; next.name != g.name {
			if s.root.Remove(g.name) != nil {
				return // somebody reads it: the next sweep takes it
			}
			s.bytes -= g.size
		}
		for _, id := range g.ids {
			delete(s.known, id)
		}
		s.segments = s.segments[1:]
	}
}

// keepPosition writes down what the centre wants next. It need not be the
// latest: the centre says it anew.
func (s *Spool) keepPosition() error {
	if s.kept == s.wanted {
		return nil
	}
	err := replaceFile(s.root, positionFile, []byte(strconv.FormatUint(s.wanted, 10)+"\n"))
	if err == nil {
		s.kept = s.wanted
	}
	return err
}

// replaceFile writes a file whole or not at all.
func replaceFile(root *os.Root, name string, text []byte) error {
	f, err := root.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return root.Rename(name+".new", name)
}

// PeekSpool reads the blocks from number up to end out of a spool that another
// process may have open: end must be one that process says is on the disk. Each
// is given to take, in order.
func PeekSpool(dir string, number, end uint64, take func(frame []byte, b Block) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() // read only
	names, err := segmentNames(root)
	if err != nil {
		return err
	}
	for i, name := range names {
		if i+1 < len(names) && firstOf(names[i+1]) <= number {
			continue
		}
		raw, err := root.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile: the centre has it
		}
		if err != nil {
			return err
		}
		found, _ := scan(name, raw)
		for _, g := range found {
			for _, at := range g.at {
				frame, b, err := frameAt(raw[at:])
				if err != nil || b.Number < number {
					continue // scan has seen it whole
				}
				if b.Number >= end {
					return nil
				}
				if err := take(frame, b); err != nil {
					return err
				}
				number = b.Number + 1
			}
		}
	}
	return nil
}

func firstOf(name string) uint64 {
	n, err := strconv.ParseUint(name[:len(name)-len(segmentSuffix)], 10, 64)
	if err != nil {
		return 0 // not one of ours: it is read and says itself what is in it
	}
	return n
}

// Backlog is how many bytes of blocks the centre has not got.
func (s *Spool) Backlog() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := int64(0)
	for _, g := range s.segments {
		switch {
		case g.end() <= s.wanted:
		case g.first >= s.wanted:
			sum += g.size - g.at[0]
		default:
			sum += g.size - g.at[s.wanted-g.first]
		}
	}
	return sum
}
