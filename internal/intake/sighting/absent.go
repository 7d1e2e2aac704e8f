// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Absent is the Store that stands for one that could not be opened: everything
// asked of it fails with why, so that nothing that should be remembered is
// taken for remembered.
type Absent struct{ why error }

// NewAbsent makes a store that says why it cannot be opened.
func NewAbsent(why error) Absent {
	if fault.Is(why, fault.Unavailable) {
		return Absent{why}
	}
	return Absent{&fault.Error{Kind: fault.Unavailable, Op: "sighting.Open", Msg: msgFailed, Err: why}}
}

// Put implements Store.
func (a Absent) Put(context.Context, Block) (Taken, error) { return Taken{}, a.why }

// Hunt implements Store.
func (a Absent) Hunt(context.Context, []Ask, Span, Limits, func(int, Row) error) (Account, error) {
	return Account{}, a.why
}

// Drop implements Store.
func (a Absent) Drop(context.Context, Day) error { return a.why }

// Count implements Store.
func (a Absent) Count(context.Context, Day) error { return a.why }

// Stats implements Store.
func (a Absent) Stats(context.Context) (Stats, error) { return Stats{}, a.why }

// Check implements Store.
func (a Absent) Check(context.Context) error { return a.why }

// Close implements Store.
func (Absent) Close() error { return nil }

// InspectPebble opens the store in dir so that nothing is written: for looking
// at a centre that is stopped. An absent folder is an error that wraps
// os.ErrNotExist.
func InspectPebble(dir string, log *slog.Logger) (*Pebble, error) {
	const op = "sighting.Inspect"
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	s := &Pebble{dir: dir, log: log, pairs: map[pair]uint32{}}
	opt := s.options()
	opt.ReadOnly = true
	var err error
	if s.db, err = pebble.Open(dir, opt); err != nil {
		return nil, opened(op, dir, err)
	}
	if err := errors.Join(s.loadPairs(), s.loadSince(time.Time{})); err != nil {
		return nil, errors.Join(s.said(op, err), s.db.Close())
	}
	return s, nil
}
