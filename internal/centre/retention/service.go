// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"
	"embed"
	"io"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of the room. It leans on that of audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room works with.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Root    func(ctx context.Context) (string, error) // unit of the whole centre
	Days    int                                       // lines are kept, today among them
	// Known fails with fault.NotFound when there is no such source or unit; either
	// may be empty.
	Known func(ctx context.Context, source, unit string) error
	// Usage is what the lines take; fault.Unavailable while it is not known.
	Usage func() (lake.Usage, error)
	// Engine is what the engine of searches takes, in bytes; -1 when that is not known.
	Engine func() (int64, error)
	// Held lists what a hold keeps.
	Held func(id string) ([]lake.HeldCopy, error)
	// Open opens a file that Held lists.
	Open func(id, file string) (io.ReadCloser, error)
}

// Service holds the use cases. Lines of all units lie together, so that only who
// may look at the whole centre may look.
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

// MayDecide reports whether the actor may place and lift holds.
func (s *Service) MayDecide(ctx context.Context) bool {
	_, err := s.everywhere(ctx, "retention.MayDecide", mayWrite)
	return err == nil
}

// Disk is what kept lines take.
type Disk struct {
	Known  bool // else nothing below is
	Lines  lake.Usage
	Engine int64 // bytes; -1: not known
	Held   int64 // bytes of copies under holds
}

// Disk says what kept lines take on the disk.
func (s *Service) Disk(ctx context.Context) (Disk, error) {
	const op = "retention.Disk"
	if _, err := s.everywhere(ctx, op, mayRead); err != nil {
		return Disk{}, err
	}
	u, err := s.Usage()
	if fault.Is(err, fault.Unavailable) {
		return Disk{}, nil
	}
	if err != nil {
		return Disk{}, err
	}
	d := Disk{Known: true, Lines: u}
	if d.Engine, err = s.Engine(); err != nil {
		return d, err
	}
	holds, _, err := list(ctx, s.Records.Read(), op, Filter{Limit: mostHolds})
	for _, h := range holds {
		files, err := s.Held(string(h.ID))
		if err != nil {
			return d, err
		}
		d.Held += sizeOf(files)
	}
	return d, err
}

// mostHolds is how many holds are looked at together.
const mostHolds = 10_000

func sizeOf(files []lake.HeldCopy) (n int64) {
	for _, f := range files {
		n += f.Bytes
	}
	return n
}

// List lists holds, the newest first, and how many there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Hold, int64, error) {
	const op = "retention.List"
	if _, err := s.everywhere(ctx, op, mayRead); err != nil {
		return nil, 0, err
	}
	return list(ctx, s.Records.Read(), op, f)
}

// Get is one hold, with what it keeps so far.
func (s *Service) Get(ctx context.Context, id ID) (Hold, []lake.HeldCopy, error) {
	const op = "retention.Get"
	if _, err := s.everywhere(ctx, op, mayRead); err != nil {
		return Hold{}, nil, err
	}
	h, err := get(ctx, s.Records.Read(), op, id)
	if err != nil {
		return h, nil, err
	}
	files, err := s.Held(string(id))
	return h, files, err
}

// Place places a hold. It fails with fault.Invalid by form field.
func (s *Service) Place(ctx context.Context, o Order) (Hold, error) {
	const op = "retention.Place"
	actor, err := s.everywhere(ctx, op, mayWrite)
	if err != nil {
		return Hold{}, err
	}
	if err := o.clean(op); err != nil {
		return Hold{}, err
	}
	if err := s.Known(ctx, o.Source, o.Unit); fault.Is(err, fault.NotFound) {
		return Hold{}, fault.Bad(op, "unit", "retention.bad.whose")
	} else if err != nil {
		return Hold{}, err
	}
	h := Hold{ID: ID(db.NewID()), Order: o, State: InForce, PlacedBy: actor.ID, PlacedName: actor.Name, PlacedAt: s.Now(), Version: 1}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r := rowOf(h)
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "hold.place", h, map[string]any{"name": h.Name, "source": h.Source, "unit": h.Unit, "from": h.From, "to": h.To,
			"reason": h.Reason, "reference": h.Reference})
	})
	return h, err
}

// AskLift asks a second person to lift a hold.
func (s *Service) AskLift(ctx context.Context, id ID, version int64, reason string) (Hold, error) {
	return s.change(ctx, "retention.AskLift", "hold.ask", id, version, func(h *Hold, by auth.Actor, op string) error {
		return h.ask(op, by.ID, by.Name, reason, s.Now())
	})
}

// Lift lifts a hold that somebody else asked to lift: what it keeps is removed.
func (s *Service) Lift(ctx context.Context, id ID, version int64) (Hold, error) {
	return s.change(ctx, "retention.Lift", "hold.lift", id, version, func(h *Hold, by auth.Actor, op string) error {
		return h.lift(op, by.ID, by.Name, s.Now())
	})
}

// Keep refuses to lift a hold, or takes back the asking.
func (s *Service) Keep(ctx context.Context, id ID, version int64) (Hold, error) {
	return s.change(ctx, "retention.Keep", "hold.keep", id, version, func(h *Hold, _ auth.Actor, op string) error { return h.keep(op) })
}

func (s *Service) change(ctx context.Context, op, action string, id ID, version int64, fn func(h *Hold, by auth.Actor, op string) error) (Hold, error) {
	actor, err := s.everywhere(ctx, op, mayWrite)
	if err != nil {
		return Hold{}, err
	}
	var h Hold
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if h, err = get(ctx, tx, op, id); err != nil {
			return err
		}
		if h.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		reason := h.AskedReason
		if err := fn(&h, actor, op); err != nil {
			return err
		}
		if h.AskedReason != "" {
			reason = h.AskedReason
		}
		if err := save(ctx, tx, op, &h, version); err != nil {
			return err
		}
		return s.note(ctx, tx, action, h, map[string]any{"name": h.Name, "reason": reason, "reference": h.Reference})
	})
	return h, err
}

// note writes the audit entry of a hold. It stands under the unit it is about,
// or under the whole centre.
func (s *Service) note(ctx context.Context, tx *db.Tx, action string, h Hold, detail map[string]any) error {
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "hold", Object: string(h.ID), Unit: root, Detail: detail})
}

// Standing are the holds whose lines must be kept, for who removes lines.
func (s *Service) Standing(ctx context.Context) ([]Hold, error) {
	list, _, err := list(ctx, s.Records.Read(), "retention.Standing", Filter{Limit: mostHolds})
	return list, err
}

// Gone are the holds that were lifted: what they kept may be removed.
func (s *Service) Gone(ctx context.Context) ([]Hold, error) {
	list, _, err := list(ctx, s.Records.Read(), "retention.Gone", Filter{State: Lifted, Limit: mostHolds})
	return list, err
}
