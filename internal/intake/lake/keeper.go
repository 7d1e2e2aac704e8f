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
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	cuts    chan cut
	ended   chan struct{}  // closed when run is over
	mended  chan struct{}  // of one: a turn of mending is over
	slots   chan struct{}  // one for each insert that may be under way
	under   sync.WaitGroup // inserts under way
	mending turn           // of who brings what is missing
	putting sync.RWMutex   // read by Put until its block is on its way

	sent  atomic.Int64 // blocks that were put on their way
	took  int64        // of these, handed to an insert or left; of run
	whole mark         // of run: what the next beat looks whether all of it arrived

	mu      sync.Mutex
	behind  bool
	since   time.Time       // what was received since then may be missing, while behind
	only    map[string]bool // while behind: that is these blocks, true when the engine was not told of them; nil: any
	crowded bool            // some were left for want of a place alone
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

const (
	// waiting is how many blocks may wait for the engine before the rest is left
	// to the mending.
	waiting = 64
	// atOnce is how many rows of waiting blocks are inserted together at most.
	atOnce = 20_000
	// named is how many missing blocks are remembered by name.
	named = 100_000
)

// margin is how much longer than it says an engine may keep rows in memory.
const margin = time.Minute

// NewKeeper joins an archive and a store. It begins behind: what the last run
// left open is looked for first.
func NewKeeper(a *Archive, s Store, o KeeperOptions) *Keeper {
	if o.Beat == 0 {
		o.Beat = 20 * time.Second
	}
	k := &Keeper{archive: a, store: s, o: o, next: make(chan Brought, waiting), cuts: make(chan cut), ended: make(chan struct{}), mending: make(turn, 1), mended: make(chan struct{}, 1), slots: make(chan struct{}, sideBySide),
		behind: true}
	if empty, err := a.Empty(); err != nil {
		o.Log.Warn("what is in the archive is not known yet", "err", err)
	} else if empty {
		k.behind, k.since = false, o.Now()
		return k
	}
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

// Put returns once the block is in the archive. The engine gets it afterwards. A
// block that was in the archive is looked for in the engine before.
func (k *Keeper) Put(ctx context.Context, b Brought) error {
	k.putting.RLock()
	defer k.putting.RUnlock()
	known, err := k.archive.put(ctx, b)
	if err != nil || k.store == nil {
		return err
	}
	k.bring(b.Received)
	if len(known) > 0 {
		k.leave(b, false)
		return nil
	}
	select {
	case k.next <- b:
		k.sent.Add(1)
	default:
		k.leave(b, true)
	}
	return nil
}

// leave leaves a block to the mending. It is untold when the engine cannot have
// any of it.
func (k *Keeper) leave(b Brought, untold bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.crowded = k.crowded || untold
	switch {
	case !k.behind:
		k.behind, k.since, k.only = true, b.Received, map[string]bool{b.Block: untold}
	case k.only == nil || len(k.only) >= named:
		k.only = nil
	default:
		if was, ok := k.only[b.Block]; ok {
			untold = untold && was
		}
		k.only[b.Block] = untold
	}
	if b.Received.Before(k.since) {
		k.since = b.Received
	}
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
	k.behind, k.only = true, nil
	if why != nil {
		k.failure = why
	}
}

// mark is a moment and how many blocks had been put on their way by then.
type mark struct {
	at   time.Time
	sent int64
}

// cut has do called by run while nothing is on its way to the engine.
type cut struct {
	do   func()
	done chan struct{}
}

// run tells the engine of blocks, those that wait together, some inserts side by
// side. While it is behind blocks are left to the mending, which finds them in
// the archive.
func (k *Keeper) run(ctx context.Context) {
	defer close(k.ended)
	defer k.under.Wait()
	beat := time.NewTicker(k.o.Beat)
	defer beat.Stop()
	k.tend(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-k.next:
			k.took++
			k.insert(ctx, b)
			k.hurry(ctx)
		case <-k.mended:
			k.hurry(ctx)
		case c := <-k.cuts:
			k.under.Wait()
			c.do()
			close(c.done)
		case <-beat.C:
			k.tend(ctx)
		}
	}
}

// insert has b inserted with what waits behind it, once there is a place.
func (k *Keeper) insert(ctx context.Context, b Brought) {
	select {
	case k.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	oldest, rows, joined := b.Received, b.Rows, false
	for more := true; more && len(rows) < atOnce; {
		select {
		case b := <-k.next:
			k.took++
			if !joined { // the rows of a block are its own
				rows, joined = slices.Clone(rows), true
			}
			oldest, rows = earlier(oldest, b.Received), append(rows, b.Rows...)
		default:
			more = false
		}
	}
	k.under.Go(func() {
		defer func() { <-k.slots }()
		if k.away() { // the mending would not know which of them arrived
			k.lack(oldest, nil)
			return
		}
		refused, err := k.store.Insert(ctx, rows)
		k.mu.Lock()
		k.refused.add(refused)
		k.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			k.o.Log.Warn("received lines cannot be searched for now; they are kept and brought later", "err", err)
			k.lack(oldest, err)
		}
	})
}

// away reports whether the engine failed lately: then it is not asked again and
// again.
func (k *Keeper) away() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.behind && k.failure != nil
}

// tend notes how far all is well, or has it mended.
func (k *Keeper) tend(ctx context.Context) {
	at := k.o.Now()
	if k.State().Behind {
		if k.mending.try() {
			k.done.Go(func() {
				defer k.over()
				k.mend(ctx)
			})
		}
		return
	}
	if !k.mending.try() {
		return
	}
	defer k.mending.end()
	k.under.Wait()
	if !k.idle() {
		if err := k.store.Flush(ctx); err != nil {
			if ctx.Err() == nil {
				k.lack(k.unsure(at.Add(-k.o.Beat-margin)), err)
			}
			return
		}
	}
	if k.took < k.whole.sent { // some of it is still to be told
		return
	}
	if !k.whole.at.IsZero() {
		k.settled(k.whole.at.Add(-margin))
	}
	k.whole = mark{at, k.sent.Load()}
}

// over ends the turn of who brought what was missing, and has run look whether
// there is more.
func (k *Keeper) over() {
	k.mending.end()
	select {
	case k.mended <- struct{}{}:
	default:
	}
}

// hurry has what found no place mended as soon as nothing waits, rather than at
// the next beat. An engine that failed is left alone until then.
func (k *Keeper) hurry(ctx context.Context) {
	k.mu.Lock()
	due := k.crowded && k.failure == nil && len(k.next) == 0
	k.mu.Unlock()
	if due {
		k.tend(ctx)
	}
}

// idle reports whether nothing was brought lately: then the engine need not be
// asked, nor started.
func (k *Keeper) idle() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fresh.IsZero() && k.before.IsZero()
}

// still calls do while nothing is on its way to the engine: what was put before
// is in the archive, and what is put later goes its own way.
func (k *Keeper) still(ctx context.Context, do func()) error {
	c := cut{done: make(chan struct{}), do: func() {
		k.putting.Lock()
		defer k.putting.Unlock()
		for range len(k.next) {
			k.took++
			k.leave(<-k.next, true)
		}
		do()
	}}
	select {
	case k.cuts <- c:
		<-c.done
		return nil
	case <-k.ended:
		return errors.New("the centre stops")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mend brings what is missing. Others go on meanwhile; what fails of them is
// noted for the next time.
func (k *Keeper) mend(ctx context.Context) {
	var since time.Time
	done, err := k.archive.Refill(ctx, k.store, Refill{Cut: func(mark func(time.Time, map[string]bool)) error {
		return k.still(ctx, func() {
			k.mu.Lock()
			since = k.since
			only := k.only
			k.behind, k.only, k.crowded = false, nil, false // what fails from here on is noted anew
			k.mu.Unlock()
			mark(since, only)
		})
	}})
	k.mu.Lock()
	k.refused.add(done.Refused)
	if err == nil && !k.behind {
		k.failure = nil
	}
	k.mu.Unlock()
	switch {
	case err != nil:
		k.lack(since, err)
		if ctx.Err() == nil {
			k.o.Log.Warn("received lines cannot be searched yet", "since", since, "err", err)
		}
	case done.Rows > 0:
		k.o.Log.Info("lines were brought that could not be searched", "rows", done.Rows, "since", since)
	}
}

// Rebuild brings to the engine what it lacks of all that the archive has from
// from on and before to (zero is an open end), while others go on.
func (k *Keeper) Rebuild(ctx context.Context, from, to time.Time, said func(Rebuilt)) (Rebuilt, error) {
	if err := k.mending.take(ctx); err != nil {
		return Rebuilt{}, err
	}
	defer k.over()
	return k.archive.Refill(ctx, k.store, Refill{From: from, To: to, Said: said, Cut: func(mark func(time.Time, map[string]bool)) error {
		return k.still(ctx, func() {
			k.mu.Lock()
			for id := range k.only { // the rebuild brings them too
				k.only[id] = false
			}
			k.mu.Unlock()
			mark(time.Time{}, nil)
		})
	}})
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
