// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var received = time.Date(2026, 11, 22, 2, 0, 30, 0, time.UTC)

// rooms stand for what app joins the worker to.
type rooms struct {
	mu         sync.Mutex
	given      string // format of the source; "" is found out
	generation int64
	outdated   int // how many times Remember says so
	broken     map[string]error
	took       []string
	formats    []string
	said       []scan.Block
	released   int
}

func (r *rooms) deps() worker.Deps {
	return worker.Deps{
		Now: func() time.Time { return received },
		Source: func(_ context.Context, id string) (worker.Source, error) {
			if id != "s1" {
				return worker.Source{}, fmt.Errorf("%w: %s", worker.ErrUnknown, id)
			}
			l, _ := format.LookupLog(r.given)
			return worker.Source{Log: l, Zone: time.UTC}, nil
		},
		Lists: func(context.Context) (worker.Lists, error) {
			return worker.Lists{Index: &intel.Index{}, Generation: r.generation, Release: func() { r.mu.Lock(); r.released++; r.mu.Unlock() }}, nil
		},
		Remember: func(_ context.Context, b stream.Block, _ scan.Block, generation int64) (func(), error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.outdated > 0 {
				r.outdated--
				r.generation++
				return nil, worker.ErrOutdated
			}
			if generation != r.generation {
				return nil, fmt.Errorf("read against generation %d, not %d", generation, r.generation)
			}
			return func() {}, nil
		},
		Commit: func(_ context.Context, blocks []worker.Read) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, b := range blocks {
				if err := r.broken[b.ID]; err != nil {
					return err
				}
			}
			for _, b := range blocks {
				r.took, r.formats, r.said = append(r.took, b.ID), append(r.formats, b.Format), append(r.said, b.Said)
			}
			return nil
		},
	}
}

func block(id string, lines ...string) stream.Block {
	body := strings.Join(lines, "\n") + "\n"
	return stream.Block{ID: id, Source: "s1", Owner: "u1", Kind: stream.Lines, Received: received, Lines: len(lines), Body: []byte(body)}
}

func dnsmasq(n int) string {
	return fmt.Sprintf("Nov 22 02:00:%02d dnsmasq[9]: query[A] host%d.example from 10.0.0.%d", n%60, n, n%250)
}

// TestABlockTooShortToTellIsReadAsThoseBefore sends what alone has no format.
func TestABlockTooShortToTellIsReadAsThoseBefore(t *testing.T) {
	t.Parallel()
	r := &rooms{}
	w := worker.New(r.deps())
	var many []string
	for i := range 20 {
		many = append(many, dnsmasq(i))
	}
	for _, b := range []stream.Block{block("net/1", many...), block("net/2", "Nov 22 02:00:40 dnsmasq[9]: cached a.example is 192.0.2.1"), block("net/3", "what is this", "and this")} {
		if err := w.Take(t.Context(), b, 1); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(r.formats, []string{"dnsmasq", "dnsmasq", "dnsmasq"}) {
		t.Errorf("read as %q", r.formats)
	}
	if r.said[0].Parsed != 20 || scan.Total(r.said[1].Skipped) != 1 || scan.Total(r.said[2].Rejected) != 2 || len(r.said[2].Samples) != 2 {
		t.Errorf("said %+v", r.said)
	}
	if got := r.said[0].Hours; len(got) != 1 || !got[0].Start.Equal(received.Truncate(time.Hour)) || got[0].Lines != 20 {
		t.Errorf("hours %v", got)
	}
}

// TestASenderThatChangesItsFormatIsFollowed moves a source to another resolver.
func TestASenderThatChangesItsFormatIsFollowed(t *testing.T) {
	t.Parallel()
	r := &rooms{}
	w := worker.New(r.deps())
	bind := "22-Nov-2026 02:00:01.003 queries: info: client @0x7f62b8062413 10.2.2.59#61467 (a.example): query: a.example IN A +E(0)K (10.0.0.53)"
	for i, b := range []stream.Block{block("net/1", dnsmasq(1), dnsmasq(2)), block("net/2", bind, bind), block("net/3", bind)} {
		if err := w.Take(t.Context(), b, 1); err != nil {
			t.Fatal(err)
		}
		if r.said[i].Parsed != r.said[i].Lines {
			t.Errorf("block %d: %+v", i, r.said[i].Counts)
		}
	}
	if !slices.Equal(r.formats, []string{"dnsmasq", "bind9", "bind9"}) {
		t.Errorf("read as %q", r.formats)
	}
}

// TestLinesOfAnotherFormatThanTheSourcesAreRejected shows that what a person
// set is not guessed over.
func TestLinesOfAnotherFormatThanTheSourcesAreRejected(t *testing.T) {
	t.Parallel()
	r := &rooms{given: "bind9"}
	if err := worker.New(r.deps()).Take(t.Context(), block("net/1", dnsmasq(1), dnsmasq(2)), 1); err != nil {
		t.Fatal(err)
	}
	if got := r.said[0]; got.Parsed != 0 || scan.Total(got.Rejected) != 2 || r.formats[0] != "bind9" {
		t.Errorf("%+v as %s", got.Counts, r.formats[0])
	}
}

// TestAChangeOfTheListsHasTheBlockReadAnew counts the readings.
func TestAChangeOfTheListsHasTheBlockReadAnew(t *testing.T) {
	t.Parallel()
	r := &rooms{outdated: 3}
	if err := worker.New(r.deps()).Take(t.Context(), block("net/1", dnsmasq(1)), 1); err != nil {
		t.Fatal(err)
	}
	if r.released != 4 || len(r.took) != 1 {
		t.Errorf("%d readings, took %q", r.released, r.took)
	}
}

// TestWhoseFaultAFailureIs: as long as nothing gets through it is ours, and the
// block waits; once others do, it is the block's own and counts.
func TestWhoseFaultAFailureIs(t *testing.T) {
	t.Parallel()
	cause := errors.New("the database says no")
	r := &rooms{broken: map[string]error{"net/bad": cause}}
	w := worker.New(r.deps())
	bad := block("net/bad", dnsmasq(1))
	if err := w.Take(t.Context(), bad, 1); !fault.Is(err, fault.Unavailable) || !errors.Is(err, cause) {
		t.Fatalf("first failure: %v", err)
	}
	if err := w.Take(t.Context(), block("net/good", dnsmasq(2)), 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Take(t.Context(), bad, 1); fault.Is(err, fault.Unavailable) || !errors.Is(err, cause) {
		t.Fatalf("after another got through: %v", err)
	}
	r.broken = nil
	if err := w.Take(t.Context(), bad, 2); err != nil || !slices.Equal(r.took, []string{"net/good", "net/bad"}) {
		t.Errorf("at last: %v, took %q", err, r.took)
	}
}

// TestWhatCanNeverBeTakenIsRefused goes through a real stream, where the others
// get through and the two are dead letters with their reason.
func TestWhatCanNeverBeTakenIsRefused(t *testing.T) {
	t.Parallel()
	s, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir(), Reserve: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	foreign := block("net/2", dnsmasq(2))
	foreign.Source = "gone"
	for _, b := range []stream.Block{block("net/1", dnsmasq(1)), foreign, block("net/3", dnsmasq(3))} {
		if err := s.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	r := &rooms{}
	d := r.deps()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var met sync.WaitGroup // each of the three
	met.Add(3)
	take := worker.New(d).Take
	go func() { met.Wait(); cancel() }()
	if err := s.Consume(ctx, stream.Reading, 1, func(ctx context.Context, b stream.Block, attempt int) error {
		defer met.Done()
		return take(ctx, b, attempt)
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(r.took)
	if !slices.Equal(r.took, []string{"net/1", "net/3"}) {
		t.Errorf("took %q", r.took)
	}
	letters, err := s.Letters(t.Context(), 0, 10)
	if err != nil || len(letters) != 1 || letters[0].Block.ID != "net/2" || !strings.Contains(letters[0].Reason, "how the lines are read") {
		t.Errorf("letters %+v, %v", letters, err)
	}
}

// TestStoringGoesBeforeReading counts how often is asked whether others wait to
// be stored: a block that came just now is read once none does, one that came
// some time ago is read all the same.
func TestStoringGoesBeforeReading(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		age     time.Duration
		pressed int64 // how many answers say so
		atLeast int64 // how many were asked for
	}{
		"a rush that ends":      {pressed: 5, atLeast: 6},
		"one that does not":     {age: worker.Stand - 5*time.Millisecond, pressed: 1 << 40, atLeast: 1},
		"one that began before": {age: worker.Stand, pressed: 1 << 40, atLeast: 1},
		"none":                  {atLeast: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &rooms{}
			d := r.deps()
			var asked, before atomic.Int64
			d.Now = func() time.Time { return received.Add(tc.age) }
			d.Pressed = func() bool { return asked.Add(1) <= tc.pressed }
			note := d.Remember
			d.Remember = func(ctx context.Context, b stream.Block, said scan.Block, generation int64) (func(), error) {
				before.Store(asked.Load())
				return note(ctx, b, said, generation)
			}
			if err := worker.New(d).Take(t.Context(), block("net/1", dnsmasq(1)), 1); err != nil {
				t.Fatal(err)
			}
			if before.Load() < tc.atLeast || len(r.took) != 1 {
				t.Errorf("asked %d times before the reading, took %q", before.Load(), r.took)
			}
		})
	}
}
