// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"embed"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Migrations hold the schema of the room. It leans on those of auth, audit and
// the unit room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts. They lean on those of the finding room.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. All are required.
type Deps struct {
	Records  *db.DB
	Findings *finding.Service
	Now      func() time.Time
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var (
	mayRead   = auth.Permission{Area: auth.Findings, Act: auth.Read}
	mayWrite  = auth.Permission{Area: auth.Findings, Act: auth.Write}
	mayDecide = auth.Permission{Area: auth.Findings, Act: auth.Decide}
)

// Get returns one infection of the actor's scope, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (Seen, error) {
	const op = "infection.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Seen{}, err
	}
	return get(ctx, s.Records.Read(), op, scope, id)
}

// List returns a page of the infections in the actor's scope that match f.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	_, scope, err := auth.Need(ctx, "infection.List", mayRead)
	if err != nil {
		return Page{}, err
	}
	return list(ctx, s.Records.Read(), scope, f)
}

// Counts counts the addresses with an active infection in the actor's scope by
// the unit they belong to; "" holds those that are nobody's.
func (s *Service) Counts(ctx context.Context) (map[string]Count, error) {
	_, scope, err := auth.Need(ctx, "infection.Counts", mayRead)
	if err != nil {
		return nil, err
	}
	return counts(ctx, s.Records.Read(), scope)
}

// Total counts the addresses with an active infection in the actor's scope,
// each once.
func (s *Service) Total(ctx context.Context) (Count, error) {
	_, scope, err := auth.Need(ctx, "infection.Total", mayRead)
	if err != nil {
		return Count{}, err
	}
	return total(ctx, s.Records.Read(), scope)
}

// Confirm says that the sign is real. fault.Conflict when it is not suspected,
// when version is stale, or when several machines stand behind the address.
func (s *Service) Confirm(ctx context.Context, id ID, version int64) (Seen, error) {
	return s.change(ctx, "infection.confirm", mayWrite, id, version, func(i *Seen, _ string) (map[string]any, error) {
		return nil, i.confirm(i.AddrKind)
	})
}

// StartCleaning says that somebody is at it.
func (s *Service) StartCleaning(ctx context.Context, id ID, version int64) (Seen, error) {
	return s.change(ctx, "infection.cleaning", mayWrite, id, version, func(i *Seen, _ string) (map[string]any, error) {
		return nil, i.startCleaning()
	})
}

// Clean says that the machine was cleaned, and how (1..500 runes, field
// "how"). The open finding is closed with it, in one transaction; what the
// machine asks for after this moment is a new finding and the next episode.
func (s *Service) Clean(ctx context.Context, id ID, how string, version int64) (Seen, error) {
	const op = "infection.clean"
	how, err := reason(op, "how", how)
	if err != nil {
		return Seen{}, err
	}
	return s.change(ctx, op, mayWrite, id, version, func(i *Seen, by string) (map[string]any, error) {
		return map[string]any{"how": how}, i.clean(how, by, s.at())
	})
}

// MarkFalse says that nothing was infected, and why (1..500 runes, field
// "reason"). It needs the right to decide. The open finding is dismissed as a
// false positive with it, in one transaction: its names no longer raise
// anything for this address. names is Infection.Names as the person saw it.
func (s *Service) MarkFalse(ctx context.Context, id ID, why string, names, version int64) (Seen, error) {
	const op = "infection.false_positive"
	why, err := reason(op, "reason", why)
	if err != nil {
		return Seen{}, err
	}
	return s.change(ctx, op, mayDecide, id, version, func(i *Seen, _ string) (map[string]any, error) {
		return map[string]any{"reason": why}, i.markFalse(why, names)
	})
}

// Reopen undoes what was said of the infection: it is suspected again. Taking
// back a false positive needs the right to decide and brings its finding back
// into the queue.
func (s *Service) Reopen(ctx context.Context, id ID, version int64) (Seen, error) {
	const op = "infection.reopen"
	seen, err := s.Get(ctx, id)
	if err != nil {
		return Seen{}, err
	}
	need := mayWrite
	if seen.State == FalsePositive {
		need = mayDecide
	}
	return s.change(ctx, op, need, id, version, func(i *Seen, _ string) (map[string]any, error) {
		if i.State == FalsePositive && need != mayDecide {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op} // judged since it was read
		}
		return map[string]any{"was": i.State}, i.reopen()
	})
}

func reason(op, field, text string) (string, error) {
	text = i18n.NFC(text)
	err := finding.CheckReason(op, text)
	if fault.Is(err, fault.Invalid) {
		return text, fault.Bad(op, field, fault.Of(err).Fields["reason"])
	}
	return text, err
}

func (s *Service) at() time.Time { return db.At(s.Now()).Time }

// change loads an infection of the scope, lets fn change it, and writes it with
// its audit entry, whose detail fn returns.
func (s *Service) change(ctx context.Context, op string, need auth.Permission, id ID, version int64,
	fn func(i *Seen, by string) (map[string]any, error)) (Seen, error) {
	actor, scope, err := auth.Need(ctx, op, need)
	if err != nil {
		return Seen{}, err
	}
	var out Seen
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := get(ctx, tx, op, auth.ScopeOf(actor, mayRead), id)
		if err != nil {
			return err
		}
		if _, err := get(ctx, tx, op, scope, id); fault.Is(err, fault.NotFound) {
			return &fault.Error{Kind: fault.Forbidden, Op: op} // seen, but not theirs to change
		} else if err != nil {
			return err
		}
		if i.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		was := i.State
		detail, err := fn(&i, actor.Name)
		if err != nil {
			return err
		}
		if err := s.put(ctx, tx, op, &i.Infection, detail); err != nil {
			return err
		}
		out = i
		return s.follow(ctx, tx, was, i.Infection)
	})
	return out, db.Error(op, err)
}

// put writes a changed infection with its audit entry.
func (s *Service) put(ctx context.Context, tx *db.Tx, action string, i *Infection, detail map[string]any) error {
	i.Version++
	i.UpdatedAt = s.at()
	err := tallied(ctx, tx, machinesOf([]MachineID{i.Machine}), func() error { return save(ctx, tx, *i) })
	if err != nil {
		return err
	}
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "infection", Object: string(i.ID), Unit: i.Owner, Detail: detail})
}
