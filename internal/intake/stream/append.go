// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

var _ Appender = (*Stream)(nil)

// Append stores b and returns once it is synced: in this process by the file
// system, in a cluster by what its servers are set to (sync_interval: always).
// A block whose ID was stored within the last minutes is not stored again, and
// that is no error. It waits while many blocks are under way, and fails with
// [ErrInvalid] (never try again), [ErrFull] and [Full], [ErrClosed], ctx's error,
// or what the cluster says. After an error other than ErrInvalid the sender
// keeps the block and may send it again, under the same ID.
func (s *Stream) Append(ctx context.Context, b Block) error {
	if err := check(b); err != nil {
		s.tally.refused.Add(1)
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.working.Done()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return ErrClosed
	}
	began := time.Now()
	room := packing.Get().(*[]byte)
	defer packing.Put(room)
	stored := encode((*room)[:0], b)
	*room = stored
	key := keyOf(b.ID)
	duplicate, err := s.store(ctx, s.lane[key[0]%lanes].subject, hex.EncodeToString(key[:16]), stored, s.o.Reserve)
	switch {
	case err != nil:
		s.tally.failed.Add(1)
		return fmt.Errorf("append block %q: %w", b.ID, err)
	case duplicate:
		s.tally.duplicates.Add(1)
		if s.o.Known != nil {
			s.o.Known(b.Source)
		}
	default:
		s.tally.appended.Add(1)
		s.tally.received.Add(uint64(len(b.Body)))
		s.tally.stored.Add(uint64(len(stored)))
		s.tally.took(time.Since(began))
	}
	return nil
}

// packing is room for blocks as they are stored: the connection has copied one
// when it is published.
var packing = sync.Pool{New: func() any { return new([]byte) }}

// keyOf chooses the lane of an ID and names it to the server in few bytes.
func keyOf(id string) [sha256.Size]byte { return sha256.Sum256([]byte(id)) }

// store puts data under subject, synced, unless something under the same
// message ID ("" for none) went there a short while ago. It asks again while
// the server gives no answer: the message ID makes that safe.
func (s *Stream) store(ctx context.Context, subject, id string, data []byte, reserve uint64) (duplicate bool, err error) {
	if err := s.guard(uint64(len(data)), reserve); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	m := nats.NewMsg(subject)
	m.Data = data
	if id != "" {
		m.Header.Set(jetstream.MsgIDHeader, id)
	}
	for {
		once, done := context.WithTimeout(ctx, answer)
		ack, err := s.js.PublishMsg(once, m)
		done()
		if err == nil {
			s.tally.answered()
			if s.o.Free == nil {
				s.tally.full.Store(false)
			}
			return ack.Duplicate, nil
		}
		if noRoom(err) {
			s.press()
			return false, fmt.Errorf("%w: %w", ErrFull, err)
		}
		if s.ctx.Err() != nil {
			return false, ErrClosed
		}
		if !passing(err) {
			return false, err
		}
		s.tally.unanswered(err)
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("%w (last answer: %w)", ctx.Err(), err)
		case <-time.After(again):
		}
	}
}

// patiently asks until there is an answer, for as long as Append would.
func (s *Stream) patiently(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		once, done := context.WithTimeout(ctx, 2*time.Second) // a request to a cluster without a leader is lost
		err := ask(once)
		done()
		if err == nil || !passing(err) || ctx.Err() != nil {
			return err
		}
		pause(ctx, again)
	}
}

// again is the wait between two requests of which the first had no answer.
const again = 100 * time.Millisecond

// guard refuses before the disk is full: what must run on with a full disk,
// the engine's own files among it, needs the reserve.
func (s *Stream) guard(size, reserve uint64) error {
	if s.o.Free == nil {
		return nil // of a cluster: its servers say so themselves
	}
	free, err := s.o.Free()
	if err != nil {
		return fmt.Errorf("free space of the stream: %w", err)
	}
	if free < reserve+size {
		s.press()
		return &Full{Free: free, Need: reserve + size}
	}
	if free >= s.o.Reserve+size { // a dead letter may come to lie in the reserve
		s.tally.full.Store(false)
	}
	return nil
}

// press has acknowledged blocks removed now that there is no room.
func (s *Stream) press() {
	s.tally.full.Store(true)
	select {
	case s.pressed <- struct{}{}:
	default:
	}
}

// noRoom reports whether a server refused for want of room.
func noRoom(err error) bool {
	const account, server, storage = 10002, 10023, 10047
	a, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (a.ErrorCode == account || a.ErrorCode == server || a.ErrorCode == storage)
}

// passing reports whether err may be gone a moment later: a leader is being
// chosen, a connection made anew, an answer got lost, the server is busy.
func passing(err error) bool {
	for _, e := range []error{context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, jetstream.ErrNoStreamResponse,
		nats.ErrConnectionReconnecting, nats.ErrDisconnected, nats.ErrReconnectBufExceeded} {
		if errors.Is(err, e) {
			return true
		}
	}
	const busy, away, conflict, broken = 429, 503, 10158, 10077 // conflict: the first copy is still being stored
	a, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (a.Code == busy || a.Code == away && a.ErrorCode != broken || a.ErrorCode == conflict)
}
