// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"io"
	"time"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Neighbours is what the room asks of others, as functions that app wires;
// every one may be nil. They run as the context's actor, who sees what they may
// see and no more.
type Neighbours struct {
	// Touched counts what stands in the names of units or is attributed to
	// them, for the page that names an effect before it is done.
	Touched func(ctx context.Context, ids []ID) ([]Touched, error)
	// Built reports whether any record of another room names one of the units.
	// It looks beyond the actor's scope and tells nothing but that.
	Built func(ctx context.Context, ids []ID) (bool, error)
	// Figures are what happened in from..to (to not included), by the unit it
	// belonged to at its own time.
	Figures func(ctx context.Context, ids []ID, from, to time.Time) ([]Figure, error)
	// Logged are figures of a unit that rest on logs, each with what of the logs
	// was seen; nil shows none.
	Logged func(ctx context.Context, id ID) ([]ui.Tile, error)
	// People lists who holds a role in a unit, as far as the actor may see.
	People func(ctx context.Context, id ID) ([]Person, error)
	// MovePerson takes a role of a person from one unit to another.
	MovePerson func(ctx context.Context, person, role string, from, to ID) error
	// Files keeps what units hand in.
	Files Files
}

// Touched is one line of what a reform touches.
type Touched struct {
	Key  string // catalogue key of its name, "app.touched.incidents"
	N    int64
	Href string // where they are listed; may be empty
}

// Figure is one figure of one unit.
type Figure struct {
	Key  string // catalogue key of its name; figures come in the order first met
	Unit ID
	N    int64
	// Unseen says, in the reader's words, how little of what the figure rests on
	// was seen: it stands instead of a zero and beside any other number. Empty
	// when enough was seen.
	Unseen string
}

// Person is somebody who holds a role in a unit.
type Person struct {
	ID, Name string
	Role     string // an auth.Role
	Href     string
}

// Files keeps bytes by their hash; platform/blob.Store does.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Ref, error)
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}
