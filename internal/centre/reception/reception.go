// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package reception shows what is received from the network and what became of
// it on the way to the sources: which listeners stand, what waits to be read,
// which blocks were given up. A block that was given up is sent again or
// discarded here, by a person and with a reason; by itself it goes nowhere.
package reception

import (
	"context"
	"embed"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Stream is what the room asks of the stream of received blocks.
type Stream interface {
	Figures(ctx context.Context) (stream.Figures, error)
	Letters(ctx context.Context, place uint64, limit int) ([]stream.Letter, error)
	Look(ctx context.Context, id string, lines int) (stream.Letter, error)
	Replay(ctx context.Context, id string) (stream.Letter, error)
	Discard(ctx context.Context, id, by string) (stream.Letter, error)
}

// Deps are what the room works with.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Root    func(ctx context.Context) (string, error) // unit of the whole centre
	// Stream is the stream of this process; nil while nothing is received.
	Stream func() Stream
	// Listeners are those of this process, in the order of the configuration.
	Listeners func() []listener.ListenerFigures
	// Sources names sources for people: id -> name.
	Sources func(ctx context.Context, ids []string) (map[string]string, error)
	// Working is how this process does with what it took.
	Working func() Work
}

// Work is what became of lines after they were stored.
type Work struct {
	On         bool  // blocks are read
	Poisoned   int64 // lines at which the reading broke, since the start: kept, counted as rejected
	Searched   bool  // there is an engine of searches
	Behind     bool  // what was received since Since may not be found yet
	Since      time.Time
	Failure    error // why it is behind; nil while it catches up
	Unsearched int64 // lines outside the days that are searched, or too long: in the archive alone
}

// Service holds the use cases. Blocks of all units lie in one stream, so that
// only who may look at the whole centre may look.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var (
	mayRead  = auth.Permission{Area: auth.Settings, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Settings, Act: auth.Write}
)

// everywhere lets through who may do p in the whole centre.
func (s *Service) everywhere(ctx context.Context, op string, p auth.Permission) (auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return actor, err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return actor, err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, db.Error(op, err)
}

// MayLook reports whether the actor may see what is received, and the blocks
// that were given up.
func (s *Service) MayLook(ctx context.Context) bool {
	_, err := s.everywhere(ctx, "reception.MayLook", mayRead)
	return err == nil
}

// MayDecide reports whether the actor may send blocks again and discard them.
func (s *Service) MayDecide(ctx context.Context) bool {
	_, err := s.everywhere(ctx, "reception.MayDecide", mayWrite)
	return err == nil
}

// State is what is received now.
type State struct {
	On        bool // there is a stream
	Figures   stream.Figures
	Answers   bool // the stream said how it does; else only the counters hold
	Listeners []listener.ListenerFigures
	Work      Work
}

// State says what is received, by this process.
func (s *Service) State(ctx context.Context) (State, error) {
	if _, err := s.everywhere(ctx, "reception.State", mayRead); err != nil {
		return State{}, err
	}
	out := State{Listeners: s.Listeners(), Work: s.Working()}
	st := s.Stream()
	if st == nil {
		return out, nil
	}
	var err error
	out.On = true
	out.Figures, err = st.Figures(ctx)
	out.Answers = err == nil
	return out, nil
}

// shownLines is how many lines of a block that was given up are shown.
const shownLines = 20

// Letters lists up to limit blocks that were given up, the oldest first, behind
// place, with the names of their sources.
func (s *Service) Letters(ctx context.Context, place uint64, limit int) ([]stream.Letter, map[string]string, error) {
	const op = "reception.Letters"
	if _, err := s.everywhere(ctx, op, mayRead); err != nil {
		return nil, nil, err
	}
	st := s.Stream()
	if st == nil {
		return nil, nil, nil
	}
	list, err := st.Letters(ctx, place, limit)
	if err != nil {
		return nil, nil, away(op, err)
	}
	var ids []string
	for _, l := range list {
		ids = append(ids, l.Block.Source)
	}
	names, err := s.Sources(ctx, ids)
	return list, names, err
}

// Letter is one block that was given up, with its first lines, and the name of
// its source.
func (s *Service) Letter(ctx context.Context, id string) (stream.Letter, string, error) {
	const op = "reception.Letter"
	if _, err := s.everywhere(ctx, op, mayRead); err != nil {
		return stream.Letter{}, "", err
	}
	st := s.Stream()
	if st == nil {
		return stream.Letter{}, "", &fault.Error{Kind: fault.NotFound, Op: op}
	}
	l, err := st.Look(ctx, id, shownLines)
	if err != nil {
		return l, "", away(op, err)
	}
	names, err := s.Sources(ctx, []string{l.Block.Source})
	return l, names[l.Block.Source], err
}

// Replay sends a block that was given up through again, as if it had just come.
func (s *Service) Replay(ctx context.Context, id string) error {
	return s.settle(ctx, "reception.Replay", "reception.replay", id, "", func(ctx context.Context, st Stream, _ string) error {
		_, err := st.Replay(ctx, id)
		return err
	})
}

// mostReason is how long a reason may be, in runes.
const mostReason = 500

// Discard takes a block that was given up away for good. It fails with
// fault.Invalid without a reason.
func (s *Service) Discard(ctx context.Context, id, reason string) error {
	const op = "reception.Discard"
	if reason = strings.TrimSpace(i18n.NFC(reason)); reason == "" || utf8.RuneCountInString(reason) > mostReason {
		return fault.Bad(op, "reason", "reception.bad.reason")
	}
	return s.settle(ctx, op, "reception.discard", id, reason, func(ctx context.Context, st Stream, by string) error {
		_, err := st.Discard(ctx, id, by)
		return err
	})
}

// settle does what a person decided of a block, with its audit entry: the entry
// stands only when it was done.
func (s *Service) settle(ctx context.Context, op, action, id, reason string, do func(ctx context.Context, st Stream, by string) error) error {
	actor, err := s.everywhere(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	st := s.Stream()
	if st == nil {
		return &fault.Error{Kind: fault.NotFound, Op: op}
	}
	l, err := st.Look(ctx, id, 0)
	if err != nil {
		return away(op, err)
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		detail := map[string]any{"block": l.Block.ID, "source": l.Block.Source, "lines": l.Block.Lines, "why_given_up": l.Reason}
		if reason != "" {
			detail["reason"] = reason
		}
		if err := audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "block", Object: id, Unit: l.Block.Owner, Detail: detail}); err != nil {
			return err
		}
		return away(op, do(ctx, st, actor.Name))
	})
}

// away says an error of the stream as the house does.
func away(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, stream.ErrUnknown):
		return &fault.Error{Kind: fault.NotFound, Op: op, Err: err}
	case errors.Is(err, stream.ErrFull):
		return fault.Full(op, err)
	}
	return &fault.Error{Kind: fault.Unavailable, Op: op, Err: err}
}
