// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// forwarder brings what lies in the spool to the centre, in order, for as long
// as it runs.
type forwarder struct {
	dir   string
	id    *Identity
	spool *Spool
	dirs  *Directory
	pace  *Pace
	now   func() time.Time
	log   *slog.Logger
	hello func() Hello // without what the spool says
	every time.Duration
	wait  time.Duration // after a first failure
	sleep func(ctx context.Context, d time.Duration) bool

	client *client

	mu       sync.Mutex
	state    linkState
	learning sync.Mutex // a receipt may bring ways too
}

// linkState is how it goes with the centre.
type linkState struct {
	At      time.Time // of the last answer
	Sent    uint64    // blocks the centre took in this run
	Bytes   int64     // of them, packed
	Failure string    // of the last attempt; "" when it was answered
	Since   time.Time // of the failures that last
	Refused bool      // the centre does not take this collector
	Copied  bool      // the folder is a copy of an older state
	WaysAt  int64
	Skew    time.Duration // own clock against the centre's, at the last hello
}

const (
	longer = 60      // the longest wait, in first ones
	shut   = 300     // after a refusal that a person has to undo
	batch  = 1 << 20 // bytes of frames at a time
)

// run works until ctx ends.
func (f *forwarder) run(ctx context.Context) error {
	wait := f.wait
	for ctx.Err() == nil {
		before := f.spool.State().Wanted
		err := f.round(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, ErrBroken) {
			return err
		}
		f.note(err)
		if f.spool.State().Wanted > before { // it got somewhere, though the end of it failed
			wait = f.wait
		}
		if errors.Is(err, ErrRefused) || errors.Is(err, ErrDiverged) {
			wait = shut * f.wait
		}
		f.log.Warn("no way to the centre", "err", err, "again_in", wait)
		if !f.sleep(ctx, jitter(wait)) {
			return nil
		}
		wait = min(2*wait, longer*f.wait)
	}
	return nil
}

// jitter is a wait between half of d and all of it, so that a hundred collectors
// do not come back at the same instant.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// round talks to the centre until something fails.
func (f *forwarder) round(ctx context.Context) (err error) {
	if f.client == nil {
		if f.client, err = f.id.connect(f.pace, f.now); err != nil {
			return err
		}
	}
	defer f.client.close()
	for {
		if err := f.greet(ctx); err != nil {
			return err
		}
		next := time.NewTimer(f.every)
		for due := false; !due; {
			var n int
			if n, err = f.bring(ctx); err != nil {
				next.Stop()
				return err
			}
			if n > 0 {
				select {
				case <-next.C:
					due = true
				default:
				}
				continue
			}
			select {
			case <-next.C:
				due = true
			case <-f.spool.Arrived():
			case <-ctx.Done():
				next.Stop()
				return ctx.Err()
			}
		}
	}
}

// greet says how the collector is and hears what the centre wants.
func (f *forwarder) greet(ctx context.Context) error {
	h := f.hello()
	st := f.spool.State()
	h.Now, h.Oldest, h.Next, h.Wanted, h.Lost, h.Bytes, h.Limit = f.now().UTC(), st.Oldest, st.Next, st.Wanted, st.Lost.String(), st.Bytes, st.Limit
	h.FullSince, h.Refused, h.Paused, h.Backlog = st.Full, st.Refused, f.pace.Paused(), f.spool.Backlog()
	f.mu.Lock()
	h.WaysAt, h.Diverged = f.state.WaysAt, f.state.Copied
	f.mu.Unlock()
	var w Welcome
	if err := f.client.ask(ctx, PathHello, h, &w); err != nil {
		return err
	}
	if err := f.known(w, st); err != nil {
		f.mu.Lock()
		told := f.state.Copied
		f.state.Copied = true
		f.mu.Unlock()
		if !told { // the centre should show it
			h.Diverged = true
			return errors.Join(err, f.client.ask(ctx, PathHello, h, &w))
		}
		return err
	}
	f.heard(w, h.Now)
	f.spool.Want(w.Next)
	if w.WaysAt != h.WaysAt {
		if err := f.learn(w); err != nil {
			return err
		}
	}
	if w.Renew {
		return f.renew(ctx)
	}
	return nil
}

// known compares what the centre has with the spool: numbers that this spool
// never gave, or gave to other blocks, say that the folder is a copy.
func (f *forwarder) known(w Welcome, st State) error {
	if w.Last >= st.Next {
		return fmt.Errorf("%w (the centre has block %d, here the next is %d)", ErrDiverged, w.Last, st.Next)
	}
	if w.SumOf == 0 {
		return nil
	}
	sum, here, err := f.spool.SumAt(w.SumOf)
	if err == nil && here && sum != w.Sum {
		err = fmt.Errorf("%w (block %d is another at the centre)", ErrDiverged, w.SumOf)
	}
	return err
}

func (f *forwarder) learn(w Welcome) error {
	f.learning.Lock()
	defer f.learning.Unlock()
	if err := f.dirs.Set(w.Ways); err != nil {
		return err
	}
	if err := saveWays(f.dir, w.Ways, w.WaysAt); err != nil {
		return err
	}
	f.mu.Lock()
	f.state.WaysAt = w.WaysAt
	f.mu.Unlock()
	return nil
}

// bring sends what comes next, and says how many blocks the centre took.
func (f *forwarder) bring(ctx context.Context) (int, error) {
	if f.pace.Paused() {
		return 0, nil
	}
	st := f.spool.State()
	if st.Broken != nil {
		return 0, st.Broken
	}
	if st.Wanted >= st.Next {
		return 0, nil
	}
	frames, err := f.spool.Frames(st.Wanted, batch)
	if err != nil || len(frames) == 0 {
		return 0, err
	}
	w, err := f.client.send(ctx, frames)
	if no, ok := errors.AsType[*Refusal](err); ok && no.Next > st.Wanted { // some of them it took
		f.spool.Want(no.Next)
		f.took(frames, st.Wanted, no.Next)
	}
	if err != nil {
		return 0, err
	}
	if w.Next <= st.Wanted {
		return 0, fmt.Errorf("the centre took none of %d blocks from number %d and says nothing", len(frames), st.Wanted)
	}
	f.spool.Want(w.Next)
	return f.took(frames, st.Wanted, w.Next), nil
}

func (f *forwarder) took(frames [][]byte, from, next uint64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, frame := range frames {
		if _, b, err := frameAt(frame); err == nil && b.Number >= from && b.Number < next {
			n++
			f.state.Bytes += int64(len(frame))
		}
	}
	f.state.Sent += uint64(n)
	f.state.At, f.state.Failure, f.state.Since = f.now().UTC(), "", time.Time{}
	return n
}

// renew asks for a certificate that lasts longer, for the same key.
func (f *forwarder) renew(ctx context.Context) error {
	key, err := f.id.signer()
	if err != nil {
		return err
	}
	ask := EnrolAsk{Now: f.now().UTC()}
	if ask.Request, err = request(key); err != nil {
		return err
	}
	var got Enrolled
	if err := f.client.ask(ctx, PathRenew, ask, &got); err != nil {
		return err
	}
	fresh := *f.id
	fresh.Certificate = got.Certificate
	if _, err := tls.X509KeyPair([]byte(fresh.Certificate), []byte(fresh.Key)); err != nil {
		return fmt.Errorf("the renewed certificate: %w", err)
	}
	if block, _ := pem.Decode([]byte(got.Certificate)); block == nil {
		return errors.New("the renewed certificate is none")
	}
	if err := fresh.save(f.dir); err != nil {
		return err
	}
	f.client.close()
	f.id, f.client = &fresh, nil
	f.client, err = f.id.connect(f.pace, f.now)
	return err
}

func (f *forwarder) heard(w Welcome, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.At, f.state.Failure, f.state.Since, f.state.Refused, f.state.Copied = now, "", time.Time{}, false, false
	f.state.Skew = now.Sub(w.Now)
}

func (f *forwarder) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state.Since.IsZero() {
		f.state.Since = f.now().UTC()
	}
	f.state.Failure = err.Error()
	f.state.Refused = errors.Is(err, ErrRefused)
}

func (f *forwarder) link() linkState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}
