// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package lookup searches the events at rest (intake/lake): which lines of the
// logs say this, in the time and the units that a person may look at.
//
// The store is asked with the owner units in the actor's scope beside every
// question, an expert's included, so that what lies outside is neither found
// nor counted. Lines of logs show what people did: every question carries a
// written reason (Why) and stands in the audit trail before it is answered,
// each page and each export anew. What is found leaves as a file (Takeout) or
// as evidence of a case, with the question in it.
//
// Start at Question and Service.Look.
package lookup

import (
	"context"
	"embed"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
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

// Deps are what the room is built from.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	// Store is where events rest, nil while there is none.
	Store func() lake.Store
	// Units are the ids of the units that lie in a scope; all says that every
	// unit does.
	Units func(ctx context.Context, scope auth.Scope) (ids []string, all bool, err error)
	Queue *jobs.Queue
	Files Files // where takeouts lie, and nothing else
	// Called are the names of the units and sources of rows, whoever asks.
	Called func(ctx context.Context, rows []lake.Row) (units, sources map[string]string, err error)
}

// Files is a store of files by what they hold; *blob.Store is one.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Ref, error)
	Open(ctx context.Context, sha string) (io.ReadSeekCloser, error)
	Remove(sha string) error
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var mayRead = auth.Permission{Area: auth.RawLogs, Act: auth.Read}

// May reports whether the actor may search events.
func May(ctx context.Context) bool { return auth.May(ctx, mayRead) }

// State says whether events can be searched.
type State string

// The states of searching.
const (
	Ready  State = "ready"
	Off    State = "off"    // nothing keeps events
	Asleep State = "asleep" // the engine begins, or does not answer
	Full   State = "full"   // it answers and takes nothing new
)

// State asks the store how it does. Errors: fault.Forbidden.
func (s *Service) State(ctx context.Context) (State, error) {
	if _, _, err := auth.Need(ctx, "lookup.State", mayRead); err != nil {
		return Off, err
	}
	store := s.Store()
	if store == nil {
		return Off, nil
	}
	switch err := store.Health(ctx); {
	case err == nil:
		return Ready, nil
	case errors.Is(err, lake.ErrDiskFull):
		return Full, nil
	}
	return Asleep, nil
}

// Answer is one page of what was found and, as far as asked for, figures over
// all of it.
type Answer struct {
	lake.Found
	Total  int64 // of all pages; -1 when it could not be counted
	Step   time.Duration
	Steps  []lake.Bucket
	Facets []lake.Facet
	Short  error // why figures are missing; one of the errors of lake
	Table  *Table
}

// FacetFields are the fields whose most frequent values an answer names.
var FacetFields = []string{lake.FieldSource, lake.FieldClass, "src_endpoint.ip", "query.hostname"}

// facetValues is how many values of a field are named.
const facetValues = 8

// Look answers q with one page, and with figures over all that was found. The
// question is in the audit trail before it is put. Errors: fault.Invalid by
// field; those of lake (lake.ErrQuery and its siblings); fault.Unavailable
// when there is no store.
func (s *Service) Look(ctx context.Context, q Question, p lake.Page) (Answer, error) {
	store, scope, err := s.begin(ctx, "lookup.search", &q)
	if err != nil {
		return Answer{}, err
	}
	query, a := q.query(), Answer{Total: -1, Step: stepOf(q.To.Sub(q.From))}
	var errSearch, errSteps, errFacets error
	var wait sync.WaitGroup
	if q.Table() {
		wait.Go(func() { a.Table, errSearch = tabled(ctx, store, scope, &q, MaxTable) })
	} else {
		wait.Go(func() { a.Found, errSearch = store.Search(ctx, scope, query, p) })
	}
	wait.Go(func() { a.Steps, errSteps = store.Histogram(ctx, scope, query, a.Step) })
	wait.Go(func() { a.Facets, errFacets = store.Facets(ctx, scope, query, FacetFields, facetValues) })
	wait.Wait()
	if errSearch != nil {
		return Answer{}, errSearch
	}
	if a.Short = errors.Join(errSteps, errFacets); errSteps == nil {
		a.Total = 0
		for _, b := range a.Steps {
			a.Total += b.Rows
		}
	}
	return a, nil
}

// List is Look without figures but the total.
func (s *Service) List(ctx context.Context, q Question, p lake.Page) (Answer, error) {
	store, scope, err := s.begin(ctx, "lookup.search", &q)
	if err != nil {
		return Answer{}, err
	}
	if q.Table() {
		return Answer{}, fault.Bad("lookup.List", "expert", "lookup.bad.table")
	}
	a := Answer{}
	if a.Found, err = store.Search(ctx, scope, q.query(), p); err != nil {
		return Answer{}, err
	}
	a.Total, err = store.Count(ctx, scope, q.query())
	return a, err
}

// MaxExport is the most rows of one export.
const MaxExport = 10_000

// Walk gives one page after the other of what a question finds: next takes the
// place of a page, "" for the first.
type Walk func(after string) (rows []lake.Row, next string, err error)

// Export gives the way through all pages of what q finds. That it is taken out
// is in the audit trail.
func (s *Service) Export(ctx context.Context, q Question, oldest bool) (Walk, error) {
	store, scope, err := s.begin(ctx, "lookup.export", &q)
	if err != nil {
		return nil, err
	}
	return through(ctx, store, scope, q.query(), oldest), nil
}

// ExportTable is Export for a question that gives a table.
func (s *Service) ExportTable(ctx context.Context, q Question) (*Table, error) {
	store, scope, err := s.begin(ctx, "lookup.export", &q)
	if err != nil {
		return nil, err
	}
	return tabled(ctx, store, scope, &q, lake.MaxTable-1)
}

func through(ctx context.Context, store lake.Store, scope lake.Scope, query lake.Query, oldest bool) Walk {
	return func(after string) ([]lake.Row, string, error) {
		found, err := store.Search(ctx, scope, query, lake.Page{After: after, Size: lake.MaxPage, Oldest: oldest})
		return found.Rows, found.Next, err
	}
}

// begin checks q, says where the actor may look, and notes the act.
func (s *Service) begin(ctx context.Context, action string, q *Question) (lake.Store, lake.Scope, error) {
	store, reach, err := s.open(ctx, action, q)
	if err != nil {
		return nil, reach, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.note(ctx, tx, action, db.NewID(), q)
	})
	return store, reach, err
}

// open is begin without the note.
func (s *Service) open(ctx context.Context, op string, q *Question) (lake.Store, lake.Scope, error) {
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, lake.Scope{}, err
	}
	if err := s.understand(ctx, q); err != nil {
		return nil, lake.Scope{}, err
	}
	return s.reach(ctx, op, scope)
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action, object string, q *Question) error {
	actor, _ := auth.From(ctx)
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "lookup", Object: object, Unit: actor.Home, Detail: q.detail()})
}

// understand checks q, with the reason it names.
func (s *Service) understand(ctx context.Context, q *Question) error {
	if q.Why != "" {
		why, err := s.Given(ctx, q.Why)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		if q.Reason = why.Reason; err != nil {
			bad := fault.Of(q.Check()) // for want of a reason at least
			bad.Fields["reason"] = "lookup.bad.reason.over"
			return bad
		}
	}
	return q.Check()
}

// reach is the store, and where in it somebody with scope may look.
func (s *Service) reach(ctx context.Context, op string, scope auth.Scope) (lake.Store, lake.Scope, error) {
	store := s.Store()
	if store == nil {
		return nil, lake.Scope{}, &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "lookup.off.text"}
	}
	units, all, err := s.Units(ctx, scope)
	return store, lake.Scope{All: all, Units: units}, err
}
