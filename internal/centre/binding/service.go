// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"embed"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
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
	Laws    *rulepack.Set
	Library *Library
	Faults  []error // of the province's own folder, one a file
	Folder  string  // where it is
	// Registered reports whether a measure of that key stands.
	Registered func(key string) bool
	// Titles are the names of measures that stand, by key, in the language of ctx;
	// empty where a measure has none.
	Titles func(ctx context.Context, key string) string
	// Topics are the topics the reader of texts knows, and their names in a language.
	Topics func(lang string) (keys []string, names map[string]string)
}

// Service holds the use cases. It embeds the room's dependencies for its pages.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

var (
	mayRead  = auth.Permission{Area: auth.Directives, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Directives, Act: auth.Write}
)

// known reports whether the library has a binding.
func (s *Service) known(id string) bool { _, ok := s.Library.Binding(id); return ok }

// Propose lists the bindings a leaf may have, best first: what was chosen for a
// demand of its kind in the actor's sight goes first.
func (s *Service) Propose(ctx context.Context, leaf Leaf) ([]Proposal, error) {
	const op = "binding.Propose"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil || len(leaf.Topics) == 0 {
		return nil, err
	}
	out := s.Library.Propose(leaf)
	before, err := recall(ctx, s.Records.Read(), op, scope, leaf.said(), leaf.Topics[0].Key)
	if err != nil {
		return nil, err
	}
	if c, ok := nearest(before, leaf.said(), s.Library.scoring.Alike); ok {
		out = s.Library.remembered(c, leaf, out)
	}
	return out, nil
}

// said is the whole of a demand.
func (l Leaf) said() string { return strings.TrimSpace(l.Heading + " " + l.Text) }

// Remember keeps inside tx what a person bound a leaf of a paper of unit to: the
// next demand of its kind gets it first. It fails with fault.Invalid by field
// (binding, said) and with fault.Forbidden outside the actor's scope to write.
func (s *Service) Remember(ctx context.Context, tx *db.Tx, unit, paper string, leaf Leaf, bindings []string) (Choice, error) {
	const op = "binding.Remember"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Choice{}, err
	}
	if inside, err := scope.Holds(ctx, tx, unit); err != nil || !inside {
		return Choice{}, forbidden(op, err)
	}
	c := Choice{ID: ID(db.NewID()), Unit: unit, Said: leaf.said(), Bindings: bindings, Paper: paper, Uses: 1, LastAt: s.Now().UTC(), By: actor.ID, Name: actor.Name, Version: 1}
	for _, t := range leaf.Topics {
		c.Topics = append(c.Topics, t.Key)
	}
	if err := c.clean(op, s.known); err != nil {
		return Choice{}, err
	}
	was, again, err := same(ctx, tx, op, c)
	switch {
	case err != nil:
		return Choice{}, err
	case again:
		c.ID, c.Uses, c.Version = was.ID, was.Uses+1, was.Version
		err = save(ctx, tx, op, &c)
	default:
		err = insert(ctx, tx, op, c)
	}
	if err != nil {
		return Choice{}, err
	}
	return c, s.note(ctx, tx, "binding.choose", c, map[string]any{"bindings": c.Bindings, "was": was.Bindings, "paper": c.Paper})
}

func forbidden(op string, err error) error {
	if err != nil {
		return db.Error(op, err)
	}
	return &fault.Error{Kind: fault.Forbidden, Op: op}
}

// Choices lists what was chosen in the actor's sight, the newest first, and how
// many there are in all.
func (s *Service) Choices(ctx context.Context, f Filter) ([]Choice, int64, error) {
	const op = "binding.Choices"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, 0, err
	}
	return list(ctx, s.Records.Read(), op, scope, f)
}

// Choice is one choice in the actor's sight.
func (s *Service) Choice(ctx context.Context, id ID) (Choice, error) {
	const op = "binding.Choice"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Choice{}, err
	}
	return get(ctx, s.Records.Read(), op, scope, id)
}

// MayWrite reports whether the actor may change the choices of unit.
func (s *Service) MayWrite(ctx context.Context, unit string) bool {
	_, scope, err := auth.Need(ctx, "binding.MayWrite", mayWrite)
	if err != nil {
		return false
	}
	inside, err := scope.Holds(ctx, s.Records.Read(), unit)
	return err == nil && inside
}

// Amend sets what a demand is bound to the next time. It fails with fault.Invalid
// (binding) and fault.Conflict.
func (s *Service) Amend(ctx context.Context, id ID, version int64, bindings []string) (Choice, error) {
	const op = "binding.Amend"
	return s.change(ctx, op, id, func(ctx context.Context, tx *db.Tx, c *Choice, by auth.Actor) error {
		if c.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		was := c.Bindings
		c.Bindings, c.By, c.Name, c.LastAt = bindings, by.ID, by.Name, s.Now().UTC()
		if err := c.clean(op, s.known); err != nil {
			return err
		}
		if err := save(ctx, tx, op, c); err != nil {
			return err
		}
		return s.note(ctx, tx, "binding.amend", *c, map[string]any{"bindings": c.Bindings, "was": was})
	})
}

// Forget removes a choice: the next demand of its kind gets the library's
// proposals alone.
func (s *Service) Forget(ctx context.Context, id ID) error {
	const op = "binding.Forget"
	_, err := s.change(ctx, op, id, func(ctx context.Context, tx *db.Tx, c *Choice, _ auth.Actor) error {
		if err := remove(ctx, tx, op, *c); err != nil {
			return err
		}
		return s.note(ctx, tx, "binding.forget", *c, map[string]any{"bindings": c.Bindings, "said": c.Said, "paper": c.Paper})
	})
	return err
}

func (s *Service) change(ctx context.Context, op string, id ID, fn func(ctx context.Context, tx *db.Tx, c *Choice, by auth.Actor) error) (c Choice, err error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Choice{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c, err = get(ctx, tx, op, scope, id); err != nil {
			return err
		}
		return fn(ctx, tx, &c, actor)
	})
	return c, err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, c Choice, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "binding_choice", Object: string(c.ID), Unit: c.Unit, Detail: detail})
}

// Get is a binding of the library. It fails with fault.NotFound.
func (s *Service) Get(ctx context.Context, id string) (Binding, error) {
	const op = "binding.Get"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil {
		return Binding{}, err
	}
	b, ok := s.Library.Binding(id)
	if !ok {
		return b, fault.Missing(op)
	}
	return b, nil
}

// ReasonText is a reason of a proposal in words: a topic by its name, a paper it
// was chosen for, words of the text in marks.
func (s *Service) ReasonText(ctx context.Context, reason string) string {
	if key, ok := strings.CutPrefix(reason, "#"); ok {
		return i18n.T(ctx, "binding.reason.topic", s.topic(ctx, key))
	}
	if paper, ok := strings.CutPrefix(reason, "@"); ok && paper != "" {
		return i18n.T(ctx, "binding.reason.chosen", paper)
	} else if ok {
		return i18n.T(ctx, "binding.reason.before")
	}
	return "«" + reason + "»"
}

// topic is the name of a topic, its key where the reader does not know it.
func (s *Service) topic(ctx context.Context, key string) string {
	_, names := s.Topics(i18n.Lang(ctx))
	if n := names[key]; n != "" {
		return n
	}
	return key
}
