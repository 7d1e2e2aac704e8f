// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Keeper keeps blocks in the archive and has them searched: what the archive
// holds is safe, and the engine is told of it as long as it answers. What an
// engine that was away, full or killed did not get is brought when it is back.
type Keeper struct {
	archive *Archive
	store   Store // nil: nothing is searched
	o       KeeperOptions
	next    chan Brought

	mu      sync.Mutex
	behind  bool
	since   time.Time // what was received since then may be missing, while behind
	refused Refused
	failure error // of the last try, while behind
	// The earliest receipts of what was brought since the last beat, and in the
	// one before it: a block may have waited in the stream for long, and the
	// engine may not have it on the disk yet. Zero: none.
	fresh, before time.Time

	noting sync.Mutex // taken before mu by who changes the file of the state
	noted  time.Time  // what the file says

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// KeeperOptions are the surroundings of a Keeper.
type KeeperOptions struct {
	State string // file that remembers until when nothing is missing
	Now   func() time.Time
	Log   *slog.Logger
	// Beat is how often the engine is asked to write down what it has, and
	// looked after when something is missing; 20 s when 0.
	Beat time.Duration
}

// waiting is how many blocks may wait for the engine before the rest is left to
// the mending.
const waiting = 256

// margin is how much longer than it says an engine may keep rows in memory.
const margin = time.Minute

// NewKeeper joins an archive and a store. It begins behind: what the last run
// left open is looked for first.
func NewKeeper(a *Archive, s Store, o KeeperOptions) *Keeper {
	if o.Beat == 0 {
		o.Beat = 20 * time.Second
	}
	k := &Keeper{archive: a, store: s, o: o, next: make(chan Brought, waiting), behind: true}
	raw, err := os.ReadFile(o.State)
	if err == nil {
		k.since, err = time.Parse(time.RFC3339, strings.TrimSpace(string(raw)))
		k.noted = k.since
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		o.Log.Warn("it is not known until when all lines can be searched; all are looked through", "file", o.State, "err", err)
	}
	return k
}

// Start has the engine told of what comes, until Stop.
func (k *Keeper) Start() {
	if k.store == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	k.done.Go(func() { k.run(ctx) })
}

// Stop ends what is under way. The archive and the store are closed by whoever
// opened them.
func (k *Keeper) Stop() {
	if k.cancel != nil {
		k.cancel()
		k.done.Wait()
	}
}

// Put returns once the block is in the archive. The engine gets it afterwards.
func (k *Keeper) Put(ctx context.Context, b Brought) error {
	if err := k.archive.Put(ctx, b); err != nil || k.store == nil {
		return err
	}
	k.bring(b.Received)
	select {
	case k.next <- b:
	default:
		k.lack(b.Received, nil)
	}
	return nil
}

// Lost says that the engine may have lost what it had in memory.
func (k *Keeper) Lost() { k.lack(k.unsure(k.o.Now().Add(-margin)), nil) }

// bring notes that what was received at this time is on its way to the engine:
// also in the file, when that says that nothing so old is missing.
func (k *Keeper) bring(received time.Time) {
	k.noting.Lock()
	defer k.noting.Unlock()
	k.mu.Lock()
	k.fresh = earlier(k.fresh, received)
	k.mu.Unlock()
	if received.Before(k.noted) {
		k.note(received)
	}
}

// unsure is the time of receipt from which on the engine may lack something: at,
// or before it as far back as what was brought lately goes.
func (k *Keeper) unsure(at time.Time) time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return earlier(at, earlier(k.fresh, k.before))
}

// earlier is the earlier of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// KeeperState is how searching does.
type KeeperState struct {
	Searched bool      // there is an engine at all
	Behind   bool      // what was received since Since may not be found
	Since    time.Time // zero: since ever
	Refused  Refused   // rows that are in the archive alone, since the start
	Failure  error     // why it is behind; nil while it catches up
}

// State says how searching does.
func (k *Keeper) State() KeeperState {
	k.mu.Lock()
	defer k.mu.Unlock()
	return KeeperState{Searched: k.store != nil, Behind: k.behind, Since: k.since, Refused: k.refused, Failure: k.failure}
}

func (k *Keeper) lack(since time.Time, why error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.behind || since.Before(k.since) {
		k.since = since
	}
	k.behind = true
	if why != nil {
		k.failure = why
	}
}

// run tells the engine of one block after the other. While it is behind blocks
// are left to the mending, which finds them in the archive.
func (k *Keeper) run(ctx context.Context) {
	beat := time.NewTicker(k.o.Beat)
	defer beat.Stop()
	k.tend(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-k.next:
			k.insert(ctx, b)
		case <-beat.C:
			k.tend(ctx)
		}
	}
}

func (k *Keeper) insert(ctx context.Context, b Brought) {
	if k.State().Behind {
		k.lack(b.Received, nil)
		return
	}
	refused, err := k.store.Insert(ctx, b.Rows)
	k.mu.Lock()
	k.refused.add(refused)
	k.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		k.o.Log.Warn("received lines cannot be searched for now; they are kept and brought later", "err", err)
		k.lack(b.Received, err)
	}
}

// tend notes how far all is well, or mends.
func (k *Keeper) tend(ctx context.Context) {
	at := k.o.Now()
	state := k.State()
	if !state.Behind {
		if err := k.store.Flush(ctx); err != nil {
			if ctx.Err() == nil {
				k.lack(k.unsure(at.Add(-k.o.Beat-margin)), err)
			}
			return
		}
		if len(k.next) == 0 { // else some of it is still to be told
			k.settled(at.Add(-margin))
		}
		return
	}
	// What was queued is in the archive and mended with the rest.
	for range len(k.next) {
		<-k.next
	}
	k.mu.Lock()
	k.behind = false // what fails from here on is noted anew
	k.mu.Unlock()
	done, err := k.archive.Mend(ctx, k.store, state.Since)
	k.mu.Lock()
	k.refused.add(done.Refused)
	k.failure = nil
	k.mu.Unlock()
	if err != nil {
		k.lack(state.Since, err)
		if ctx.Err() == nil {
			k.o.Log.Warn("received lines cannot be searched yet", "since", state.Since, "err", err)
		}
		return
	}
	if done.Rows > 0 {
		k.o.Log.Info("lines were brought that could not be searched", "rows", done.Rows, "since", state.Since)
	}
	k.settled(at.Add(-margin))
}

// settled remembers that nothing received before at is missing, but for what was
// brought lately.
func (k *Keeper) settled(at time.Time) {
	k.noting.Lock()
	defer k.noting.Unlock()
	at = k.unsure(at)
	k.mu.Lock()
	behind := k.behind
	if !behind {
		k.since, k.before, k.fresh = at, k.fresh, time.Time{}
	}
	k.mu.Unlock()
	if !behind {
		k.note(at)
	}
}

// note writes the file of the state.
func (k *Keeper) note(at time.Time) {
	err := os.MkdirAll(filepath.Dir(k.o.State), 0o700)
	if err == nil {
		err = writeSynced(k.o.State+".new", []byte(at.UTC().Format(time.RFC3339)+"\n"))
	}
	if err == nil {
		err = os.Rename(k.o.State+".new", k.o.State)
	}
	if err != nil { // the next start looks through more, or not far enough
		k.o.Log.Warn("until when all lines can be searched is not noted", "file", k.o.State, "err", err)
		return
	}
	k.noted = at
}
