// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// errDamaged means that a stored file is no longer what was received.
var errDamaged = errors.New("the stored file does not have the content it was received with")

// Faults of a file that the reader of its layout does not see.
var (
	errMany = errors.New("the list holds more indicators than this centre takes")
	errGood = errors.New("the file is a list of what is known to be good")
)

// read adds the file of v to b as list l. Two failures are told apart: bad lies
// in the file and stays however often it is read; err is ours: the stored bytes
// cannot be read, are not those received, or ctx ended. seen, when not nil,
// hears how many stored bytes were read.
func (s *Service) read(ctx context.Context, b *intel.Builder, l List, v Version, seen func(n int64)) (rep Report, bad, err error) {
	t := &taker{b: b, l: l, most: s.deps.Most}
	if t.main, err = b.AddList(l.engine()); err != nil {
		return rep, nil, err
	}
	return s.readInto(ctx, t, l, v, s.deps.Now(), seen)
}

// sink takes the indicators of a file, as exchange.Read hands them on.
type sink interface {
	take(i intel.Indicator) error
	exception(i intel.Indicator) error // one that a block list allows
	done() (narrowed int64, err error) // err is what take failed with on our side
}

// readInto reads the file of v into a sink, without what is no longer valid at
// now unless that is zero.
func (s *Service) readInto(ctx context.Context, to sink, l List, v Version, now time.Time, seen func(n int64)) (rep Report, bad, err error) {
	if s.deps.Folder != "" {
		if err := os.MkdirAll(s.deps.Folder, 0o750); err != nil {
			return rep, nil, err
		}
	}
	f, err := s.deps.Files.Open(ctx, v.SHA256)
	if err != nil {
		return rep, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	raw := &stored{ctx: ctx, in: f, sum: sha256.New(), seen: seen}
	taken := 0
	take := func(i intel.Indicator) error {
		if taken++; taken%4096 == 0 && ctx.Err() != nil { // what had to wait for the end of the file is read from it no more
			raw.err = context.Cause(ctx)
			return raw.err
		}
		return to.take(i)
	}
	format, _ := exchange.Named(string(l.Layout)) // Check saw to it
	got, bad := exchange.Read(raw, exchange.Options{Format: format, Now: now, Scope: l.engine().Scope, Allow: to.exception,
		TempDir: s.deps.Folder}, take)
	narrowed, own := to.done()
	rep = reportOf(got, narrowed)
	if err := errors.Join(own, raw.verify(v.SHA256)); err != nil {
		return rep, nil, err
	}
	if bad == nil && got.Kind == intel.Allow && l.Kind == Block {
		bad = errGood
	}
	return rep, bad, nil
}

// taker is the sink that fills an index.
type taker struct {
	b        *intel.Builder
	l        List
	main     intel.Handle
	allow    intel.Handle // of the exceptions in a block list
	allowed  bool         // allow is made
	n, most  int64
	narrowed int64
	err      error
}

func (t *taker) take(i intel.Indicator) error { return t.add(t.main, i) }

func (t *taker) exception(i intel.Indicator) error {
	if !t.allowed {
		l := t.l.engine()
		l.Kind = intel.Allow
		if t.allow, t.err = t.b.AddList(l); t.err != nil {
			return t.err
		}
		t.allowed = true
	}
	return t.add(t.allow, i)
}

func (t *taker) add(to intel.Handle, i intel.Indicator) error {
	if t.n++; t.n > t.most {
		return errMany
	}
	why, err := t.b.Add(to, t.l.marked(i))
	switch {
	case err != nil:
		t.err = err
		return err
	case why == intel.Narrowed:
		t.narrowed++
	case why == intel.Duplicate:
		return exchange.ErrMerged
	case why != "" && why != intel.Revoked:
		return &exchange.Refusal{Reason: why}
	}
	return nil
}

func (t *taker) done() (int64, error) { return t.narrowed, t.err }

// marked is i with the stricter of its own sharing mark and the list's.
func (l *List) marked(i intel.Indicator) intel.Indicator {
	if i.TLP != "" {
		i.TLP = string(Stricter(l.TLP, TLP(i.TLP)))
	}
	return i
}

// Stricter is the mark of the two that shares less.
func Stricter(a, b TLP) TLP {
	if slices.Index(TLPs(), a) < slices.Index(TLPs(), b) {
		return b
	}
	return a
}

// stored reads the bytes of a stored file and hashes them on the way.
type stored struct {
	ctx  context.Context
	in   io.Reader
	sum  hash.Hash
	n    int64
	err  error // of reading, besides the end
	seen func(n int64)
}

// Read implements io.Reader.
func (r *stored) Read(p []byte) (int, error) {
	if r.err = r.ctx.Err(); r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(p)
	r.sum.Write(p[:n])
	r.n += int64(n)
	if r.seen != nil {
		r.seen(r.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// verify reads what is left, for a list may be given up before its end, and
// compares the whole with its name.
func (r *stored) verify(name string) error {
	if r.err != nil {
		return r.err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if hex.EncodeToString(r.sum.Sum(nil)) != name {
		return errDamaged
	}
	return nil
}
