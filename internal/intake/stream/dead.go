// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/nats-io/nats.go/jetstream"
)

// Letter is a dead letter: a block that was given up, with why.
type Letter struct {
	ID       string // of the letter, 32 hexadecimal digits; the same whenever the same block is given up
	Place    uint64 // where it stands in the list; for the next page
	Reason   string // of the last failure
	Attempts int
	First    time.Time // failure, as far as this process knows; UTC
	Last     time.Time
	Damaged  bool // the stored block cannot be read: Block is empty, Replay is refused
	Block    Block
}

// letters of a block follow the version; then come reason, attempts, first and
// last as in a block, what was stored, and the sum.
const (
	letterVersion = 1
	longestReason = 2000 // bytes
)

func (s *Stream) openDead(ctx context.Context) (err error) {
	s.dead, err = s.ensure(ctx, jetstream.StreamConfig{
		Name:              s.o.Name + "-dead",
		Subjects:          []string{s.o.Name + ".dead.*"},
		Retention:         jetstream.LimitsPolicy,
		MaxMsgsPerSubject: 1, // a block given up again takes the place of its old letter
		Discard:           jetstream.DiscardOld,
	})
	return err
}

// bury makes the block a dead letter and then acknowledges it. When there is no
// room the block goes back and is tried again later.
func (s *Stream) bury(ctx context.Context, h *held, p place, attempts int, reason string) {
	now := s.o.Now()
	l := Letter{Reason: reason, Attempts: attempts, First: s.tally.first(p, now), Last: now}
	id := fmt.Sprintf("%s/%d", p.lane, p.number) // of a block that cannot be read
	if b, err := decode(h.m.Data()); err == nil {
		id = b.ID
	}
	key := keyOf(id)
	subject := s.o.Name + ".dead." + hex.EncodeToString(key[:16])
	if _, err := s.store(context.WithoutCancel(ctx), subject, "", encodeLetter(l, h.m.Data()), s.o.Reserve/2); err != nil {
		s.o.Log.Error("block could not become a dead letter and stays", "block", id, "err", err)
		h.release(s, s.o.Lease)
		return
	}
	s.tally.forget(p)
	s.o.Log.Error("block given up; it lies with the dead letters", "block", id, "attempts", attempts, "reason", reason)
	h.settle(ctx, s)
}

func encodeLetter(l Letter, stored []byte) []byte {
	out := make([]byte, 0, len(stored)+longestReason+64)
	out = append(out, letterVersion)
	out = appendText(out, oneLine(l.Reason))
	out = binary.AppendUvarint(out, uint64(l.Attempts))
	out = binary.AppendVarint(out, l.First.UnixNano())
	out = binary.AppendVarint(out, l.Last.UnixNano())
	out = append(out, stored...)
	return binary.BigEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// decodeLetter reads what encodeLetter wrote and gives the stored block too.
func decodeLetter(raw []byte) (l Letter, stored []byte, err error) {
	body, err := open(raw, letterVersion)
	if err != nil {
		return Letter{}, nil, err
	}
	r := reader{rest: body}
	l.Reason, l.Attempts = r.text(), int(min(r.uvarint(), 1<<30))
	l.First, l.Last = time.Unix(0, r.varint()).UTC(), time.Unix(0, r.varint()).UTC()
	if r.broken {
		return Letter{}, nil, errors.New("dead letter ends early")
	}
	l.Block, err = decode(r.rest)
	l.Damaged = err != nil
	return l, r.rest, nil
}

// oneLine is text without control characters, at most longestReason bytes.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if len(text) > longestReason {
		text = strings.ToValidUTF8(text[:longestReason], "")
	}
	return text
}

// Letters lists up to limit dead letters, the oldest first, from behind place
// on (0 for the first page). The bodies of their blocks are left out.
func (s *Stream) Letters(ctx context.Context, place uint64, limit int) ([]Letter, error) {
	var list []Letter
	for len(list) < limit {
		m, err := s.dead.GetMsg(ctx, place+1, jetstream.WithGetMsgSubject(s.o.Name+".dead.*"))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("dead letters: %w", err)
		}
		l, _, err := s.letter(m)
		if err != nil {
			return nil, err
		}
		l.Block.Body = nil
		list = append(list, l)
		place = l.Place
	}
	return list, nil
}

// graves are the sources of the dead letters by their place, as far as they were
// asked for.
type graves struct {
	mu   sync.Mutex
	of   map[uint64]string
	last uint64 // everything up to this place is known
}

// DeadOf is how many dead letters hold blocks of a source. Letters are read only
// when there are others than the last time.
func (s *Stream) DeadOf(ctx context.Context, source string) (int, error) {
	info, err := s.dead.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("dead letters: %w", err)
	}
	g := &s.graves
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.last > info.State.LastSeq || info.State.Msgs == 0 {
		g.of, g.last = nil, info.State.LastSeq
	}
	if err := s.visit(ctx, info.State.LastSeq); err != nil {
		return 0, err
	}
	if uint64(len(g.of)) != info.State.Msgs { // some were taken away
		g.of, g.last = nil, 0
		if err := s.visit(ctx, info.State.LastSeq); err != nil {
			return 0, err
		}
	}
	n := 0
	for _, of := range g.of {
		if of == source {
			n++
		}
	}
	return n, nil
}

// visit reads the letters behind the last known one, up to place. One that
// cannot be read is of no source.
func (s *Stream) visit(ctx context.Context, place uint64) error {
	g := &s.graves
	if g.of == nil {
		g.of = map[uint64]string{}
	}
	for g.last < place {
		m, err := s.dead.GetMsg(ctx, g.last+1, jetstream.WithGetMsgSubject(s.o.Name+".dead.*"))
		if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && m.Sequence > place {
			g.last = place
			break
		}
		if err != nil {
			return fmt.Errorf("dead letters: %w", err)
		}
		g.last = m.Sequence
		l, _, err := s.letter(m)
		if err != nil {
			s.o.Log.Warn("dead letter of no known source", "place", m.Sequence, "err", err)
		}
		g.of[m.Sequence] = l.Block.Source
	}
	return nil
}

// Look gives one dead letter with the first lines of its block as the body.
// It fails with ErrUnknown.
func (s *Stream) Look(ctx context.Context, id string, lines int) (Letter, error) {
	l, _, err := s.find(ctx, id)
	if err != nil {
		return Letter{}, err
	}
	end := 0
	for range lines {
		n := bytes.IndexByte(l.Block.Body[end:], '\n')
		if n < 0 {
			break
		}
		end += n + 1
	}
	l.Block.Body = l.Block.Body[:end:end]
	return l, nil
}

// Replay puts the block of a dead letter back as if it had just come, and takes
// the letter away. Called twice, or cut off in between, it puts it back once;
// what is known of a block by its ID catches a repetition much later. It fails
// with ErrUnknown, ErrFull, or when the stored block is damaged.
func (s *Stream) Replay(ctx context.Context, id string) (Letter, error) {
	if err := s.begin(); err != nil {
		return Letter{}, err
	}
	defer s.working.Done()
	l, stored, err := s.find(ctx, id)
	if err != nil {
		return Letter{}, err
	}
	if l.Damaged {
		return l, fmt.Errorf("dead letter %s: its block is damaged and cannot be sent again", id)
	}
	key := keyOf(l.Block.ID)
	if _, err := s.store(ctx, s.lane[key[0]%lanes].subject, fmt.Sprintf("replay/%d/%s", l.Place, id), stored, s.o.Reserve); err != nil {
		return l, fmt.Errorf("replay dead letter %s: %w", id, err)
	}
	s.o.Log.Info("dead letter sent again", "letter", id, "block", l.Block.ID)
	return l, s.remove(ctx, l)
}

// Discard takes a dead letter away for good. by is who decided so, for the log;
// whoever calls keeps the audit entry. It fails with ErrUnknown.
func (s *Stream) Discard(ctx context.Context, id, by string) (Letter, error) {
	if by == "" {
		return Letter{}, fmt.Errorf("dead letter %s: nobody is named who discards it", id)
	}
	l, _, err := s.find(ctx, id)
	if err != nil {
		return Letter{}, err
	}
	s.o.Log.Warn("dead letter discarded", "letter", id, "block", l.Block.ID, "lines", l.Block.Lines, "by", by)
	return l, s.remove(ctx, l)
}

func (s *Stream) remove(ctx context.Context, l Letter) error {
	err := s.dead.DeleteMsg(ctx, l.Place)
	if err == nil {
		return nil
	}
	if _, gone := s.dead.GetMsg(ctx, l.Place); errors.Is(gone, jetstream.ErrMsgNotFound) {
		return nil // somebody else was first, or a newer letter took its place
	}
	return fmt.Errorf("take dead letter %s away: %w", l.ID, err)
}

func (s *Stream) find(ctx context.Context, id string) (Letter, []byte, error) {
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 16 {
		return Letter{}, nil, ErrUnknown
	}
	m, err := s.dead.GetLastMsgForSubject(ctx, s.o.Name+".dead."+id)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return Letter{}, nil, ErrUnknown
	}
	if err != nil {
		return Letter{}, nil, fmt.Errorf("dead letter %s: %w", id, err)
	}
	return s.letter(m)
}

func (s *Stream) letter(m *jetstream.RawStreamMsg) (Letter, []byte, error) {
	l, stored, err := decodeLetter(m.Data)
	if err != nil {
		return Letter{}, nil, fmt.Errorf("dead letter at %d: %w", m.Sequence, err)
	}
	l.ID, l.Place = strings.TrimPrefix(m.Subject, s.o.Name+".dead."), m.Sequence
	return l, stored, nil
}
