// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"embed"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// Migrations hold the schema of the room. It leans on that of audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. Failed and Own may be nil.
type Deps struct {
	Records *db.DB
	Secrets *secret.Box
	Now     func() time.Time
	// Root is the id of the centre's own unit.
	Root func(ctx context.Context) (string, error)
	// Standing is what the person of an account may do now in a unit, and
	// nowhere else; fault.SignedOut when the account is shut or gone.
	Standing func(ctx context.Context, account, unit string) (auth.Actor, error)
	// Failed is told, inside the transaction, of a subscription that was given
	// up, so that its people hear of it.
	Failed func(ctx context.Context, tx *db.Tx, h Hook) error
	// Own lists the addresses of this machine, which are not called; nil asks
	// the system.
	Own func() []netip.Prefix
	// Timeout bounds one call; 0 is 10 s.
	Timeout time.Duration
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	stopped chan struct{}
	stop    sync.Once
}

// New makes the room.
func New(d Deps) *Service {
	if d.Own == nil {
		d.Own = outgoing.Own
	}
	if d.Timeout == 0 {
		d.Timeout = 10 * time.Second
	}
	return &Service{Deps: d, stopped: make(chan struct{})}
}

// Stop ends the questions that wait for a change, so that a centre that stops
// need not wait for them.
func (s *Service) Stop() { s.stop.Do(func() { close(s.stopped) }) }

var (
	mayRead      = auth.Permission{Area: auth.Settings, Act: auth.Read}
	mayWrite     = auth.Permission{Area: auth.Settings, Act: auth.Write}
	mayConfigure = auth.Permission{Area: auth.Settings, Act: auth.Configure}
)

const grace = 24 * time.Hour // an old signing secret signs beside the new one

// List gives one page of the subscriptions in scope, newest first, and how many
// there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Hook, int64, error) {
	_, scope, err := auth.Need(ctx, "webhook.List", mayRead)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	return list(ctx, s.Records.Read(), scope, f)
}

// Get is one subscription in scope, with its latest messages, newest first.
func (s *Service) Get(ctx context.Context, id ID) (Hook, []Delivery, error) {
	const op = "webhook.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Hook{}, nil, err
	}
	r, err := get(ctx, s.Records.Read(), op, scope, id)
	if err != nil {
		return Hook{}, nil, err
	}
	log, err := deliveries(ctx, s.Records.Read(), id, 50)
	return r.hook(), log, err
}

// Create subscribes an address to changes from now on. It stands under the
// actor, who must be able to read what it tells of in its unit. The signing
// secret is told once. Errors: fault.Invalid by field, fault.Forbidden.
func (s *Service) Create(ctx context.Context, o Order) (Hook, string, error) {
	const op = "webhook.Create"
	actor, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Hook{}, "", err
	}
	allowed, _, err := s.Allowed(ctx)
	if err != nil {
		return Hook{}, "", err
	}
	if err := o.check(op, allowed); err != nil {
		return Hook{}, "", err
	}
	head, err := headOf(ctx, s.Records)
	if err != nil {
		return Hook{}, "", err
	}
	plain := newSecret()
	r := row{ID: db.NewID(), Name: o.Name, URL: o.URL, Unit: o.Unit, Kinds: strings.Join(o.Kinds, " "), State: string(On), FeedAt: head,
		CreatedBy: actor.ID, CreatedName: actor.Name, CreatedAt: db.At(s.Now()), Version: 1, Folded: i18n.Fold(o.Name + " " + o.URL)}
	r.Secret = s.Secrets.Seal(purpose(r.ID), plain)
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		in, err := scope.Holds(ctx, tx, o.Unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return fault.Bad(op, "unit", "webhook.bad.unit")
		}
		if err := mayFollow(ctx, tx, actor, o.Kinds, o.Unit); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "webhook.create", r, map[string]any{"name": r.Name, "url": r.URL, "kinds": o.Kinds})
	})
	return r.hook(), plain, err
}

func purpose(id string) string { return "webhook:" + id }

func needPerson(ctx context.Context, op string, p auth.Permission) (auth.Actor, auth.Scope, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err == nil && actor.Mask != nil {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, scope, err
}

// mayFollow fails, field kind, unless the actor may read every kind in unit.
func mayFollow(ctx context.Context, tx *db.Tx, actor auth.Actor, kinds []string, unit string) error {
	const op = "webhook.mayFollow"
	for _, kind := range kinds {
		in, err := auth.ScopeOf(actor, needs[kind]).Holds(ctx, tx, unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !in {
			return fault.Bad(op, "kind", "webhook.bad.kind_above")
		}
	}
	return nil
}

// Update changes name, address and kinds. The unit stays. The subscription then
// stands under the actor.
func (s *Service) Update(ctx context.Context, id ID, o Order, version int64) (Hook, error) {
	allowed, _, err := s.Allowed(ctx)
	if err != nil {
		return Hook{}, err
	}
	return s.edit(ctx, "webhook.Update", id, version, func(ctx context.Context, tx *db.Tx, actor auth.Actor, r *row) (map[string]any, error) {
		o.Unit = r.Unit
		if err := o.check("webhook.Update", allowed); err != nil {
			return nil, err
		}
		if err := mayFollow(ctx, tx, actor, o.Kinds, r.Unit); err != nil {
			return nil, err
		}
		r.Name, r.URL, r.Kinds, r.CreatedBy, r.CreatedName = o.Name, o.URL, strings.Join(o.Kinds, " "), actor.ID, actor.Name
		return map[string]any{"name": r.Name, "url": r.URL, "kinds": o.Kinds}, nil
	})
}

// Renew gives a subscription a new signing secret, told once. For a day messages
// carry both signatures.
func (s *Service) Renew(ctx context.Context, id ID, version int64) (Hook, string, error) {
	plain := newSecret()
	h, err := s.edit(ctx, "webhook.Renew", id, version, func(_ context.Context, _ *db.Tx, _ auth.Actor, r *row) (map[string]any, error) {
		r.OldSecret, r.OldUntil = r.Secret, db.At(s.Now().Add(grace))
		r.Secret = s.Secrets.Seal(purpose(r.ID), plain)
		return nil, nil
	})
	return h, plain, err
}

// Switch turns a subscription on or off. Off asks for a reason. On, it is called
// at once with all that happened meanwhile, and stands under the actor.
func (s *Service) Switch(ctx context.Context, id ID, version int64, on bool, reason string) (Hook, error) {
	const op = "webhook.Switch"
	reason = i18n.NFC(reason)
	if !on && (reason == "" || utf8.RuneCountInString(reason) > maxReason) {
		return Hook{}, fault.Bad(op, "reason", "webhook.bad.reason")
	}
	return s.edit(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, actor auth.Actor, r *row) (map[string]any, error) {
		if on == (r.State == string(On)) {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op}
		}
		r.State, r.Reason, r.FailingSince, r.NextAt = string(Off), reason, db.Time{}, db.Time{}
		if on {
			if err := mayFollow(ctx, tx, actor, strings.Fields(r.Kinds), r.Unit); err != nil {
				return nil, err
			}
			r.State, r.Reason, r.CreatedBy, r.CreatedName = string(On), "", actor.ID, actor.Name
		}
		return map[string]any{"on": on, "reason": reason}, nil
	})
}

// edit changes a subscription in scope by fn, which gives the audit detail.
func (s *Service) edit(ctx context.Context, op string, id ID, version int64,
	fn func(ctx context.Context, tx *db.Tx, actor auth.Actor, r *row) (map[string]any, error)) (h Hook, err error) {
	actor, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Hook{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := get(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		detail, err := fn(ctx, tx, actor, &r)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, r, version); err != nil {
			return err
		}
		r.Version = version + 1
		h = r.hook()
		return s.note(ctx, tx, strings.ToLower(op), r, detail)
	})
	return h, err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, r row, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "webhook", Object: r.ID, Unit: r.Unit, Detail: detail})
}

// settingName keeps the networks that may be called although they are closed or
// without encryption.
const settingName = "webhook"

type networks struct {
	Allowed []string `json:"allowed"`
}

// Allowed lists the networks that webhooks may reach although they are closed
// to them, with the version of the setting. It asks no permission: every form
// and call needs it.
func (s *Service) Allowed(ctx context.Context) ([]netip.Prefix, int64, error) {
	var n networks
	version, err := setting.Get(ctx, s.Records.Read(), settingName, &n)
	if err != nil {
		return nil, 0, err
	}
	var out []netip.Prefix
	for _, text := range n.Allowed {
		if p, err := netip.ParsePrefix(text); err == nil { // Allow wrote them
			out = append(out, p)
		}
	}
	return out, version, nil
}

// Allow replaces the networks that webhooks may reach although they are closed:
// a test machine, a receiver on this very host. It is the whole centre's, so
// the actor configures settings of the centre's own unit.
func (s *Service) Allow(ctx context.Context, list []netip.Prefix, version int64) error {
	const op = "webhook.Allow"
	_, scope, err := needPerson(ctx, op, mayConfigure)
	if err != nil {
		return err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(scope.Roots(), root) {
		return &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	n := networks{Allowed: []string{}}
	for _, p := range list {
		n.Allowed = append(n.Allowed, p.Masked().String())
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), settingName, version, n); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "webhook.allow", Kind: "setting", Object: settingName, Unit: root,
			Detail: map[string]any{"allowed": n.Allowed}})
	})
}
