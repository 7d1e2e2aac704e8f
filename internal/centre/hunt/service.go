// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"embed"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// List is a block list that is matched now. Version Seq of it is in force.
type List struct {
	ID, Name, Owner string
	Seq             int64
}

// Lists is what the looking back asks of the indicator lists.
type Lists struct {
	// Current lends the index of all that is matched now, until done is called,
	// which is never nil.
	Current func(ctx context.Context) (index *intel.Index, done func(), err error)
	// Generation rises with every change of what is matched.
	Generation func(ctx context.Context) (int64, error)
	// InForce are the block lists that are matched now.
	InForce func(ctx context.Context) ([]List, error)
	// Content is what a version of a list holds, in any order.
	Content func(ctx context.Context, l List, seq int64) (*intel.Index, error)
}

// Added says what Record brought.
type Added struct{ Queries, Findings int64 }

// Deps are what the room is built from.
type Deps struct {
	Records *db.DB
	Queue   *jobs.Queue
	Memory  sighting.Store
	Lists   Lists
	Now     func() time.Time
	Log     *slog.Logger
	Days    int // how many days are kept, today among them
	// Record puts what is not there yet of b among the findings, inside the
	// transaction, which has the audit entry.
	Record func(ctx context.Context, tx *db.Tx, b *Batch) (Added, error)
	// Often is how often a hunt is owed; nil when nothing says so.
	Often func(ctx context.Context) (Rhythm, error)
	// Concluded is told, inside the transaction, that a hunt was concluded. May be
	// nil.
	Concluded func(ctx context.Context, tx *db.Tx, r Record) error
	// Several says that other processes read blocks too.
	Several bool
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	// turn keeps the looking back from counting a block that is in the memory
	// and whose transaction is not yet over: blocks hold it for reading.
	turn sync.RWMutex
	// turns are those held among several processes.
	turns chan struct{}
}

// turnNumber names the same among several processes.
const turnNumber = 0x68756e74

// share holds the turn for a block, alone for the looking back.
func (s *Service) share(ctx context.Context) (release func(), err error) {
	s.turn.RLock()
	return s.among(ctx, false, s.turn.RUnlock)
}

func (s *Service) alone(ctx context.Context) (release func(), err error) {
	s.turn.Lock()
	return s.among(ctx, true, s.turn.Unlock)
}

// among holds the turn among several processes too, where there are several;
// here gives back that of this process.
func (s *Service) among(ctx context.Context, alone bool, here func()) (release func(), err error) {
	if !s.Several {
		return here, nil
	}
	// Each holds a connection to the records, of which the work needs some too.
	select {
	case s.turns <- struct{}{}:
	case <-ctx.Done():
		here()
		return nil, ctx.Err()
	}
	there, err := s.Records.Turn(ctx, turnNumber, alone)
	if err != nil {
		<-s.turns
		here()
		return nil, err
	}
	return func() { there(); <-s.turns; here() }, nil
}

// New makes the room.
func New(d Deps) *Service {
	return &Service{Deps: d, turns: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}
}

var mayRead = auth.Permission{Area: auth.RawLogs, Act: auth.Read}

// Reading is the permission to look back by hand.
var Reading = mayRead

// Stats says what the memory holds, to whoever may look into it.
func (s *Service) Stats(ctx context.Context) (sighting.Stats, error) {
	if _, _, err := auth.Need(ctx, "hunt.Stats", mayRead); err != nil {
		return sighting.Stats{}, err
	}
	return s.Memory.Stats(ctx)
}
