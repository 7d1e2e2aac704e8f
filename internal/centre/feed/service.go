// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"crypto/x509"
	"embed"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

// Migrations hold the schema of the room. It leans on those of audit, jobs and
// setting.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room is built from. Those from Own on may be left out.
type Deps struct {
	Records *db.DB
	Queue   *jobs.Queue
	Lists   *indicator.Service
	Files   *blob.Store // keeps the events of MISP feeds
	Secrets *secret.Box
	Now     func() time.Time
	// Root is the id of the centre's own unit.
	Root func(ctx context.Context) (string, error)
	// Standing is what the person of an account may do now in a unit, and
	// nowhere else; fault.SignedOut when the account is shut or gone.
	Standing func(ctx context.Context, account, unit string) (auth.Actor, error)
	// Say is a sentence of the catalogue, for words that are kept or written to
	// files.
	Say func(lang i18n.Language, key string, args ...any) string
	// Folder is where files are dropped: one folder a feed in it.
	Folder string

	Log *slog.Logger // nil discards
	// Own lists the addresses of this machine, which are not called; nil asks
	// the system.
	Own func() []netip.Prefix
	// Roots are the authorities that senders' certificates are checked against;
	// nil is the system's.
	Roots *x509.CertPool
	// Jitter gives a random time of 0..most; nil does.
	Jitter func(most time.Duration) time.Duration
	// Timeout bounds each step until the answer's head is there, 0 is 30 s;
	// Patience is how long no byte of content may come, 0 is 60 s.
	Timeout, Patience time.Duration
	// Most is the largest limit of a feed in MiB; 0 is 256.
	Most int64
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	looks looks
}

// New makes the room. It fetches nothing before Attend.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Own == nil {
		d.Own = outgoing.Own
	}
	if d.Jitter == nil {
		d.Jitter = func(most time.Duration) time.Duration { return rand.N(most + 1) }
	}
	if d.Timeout == 0 {
		d.Timeout = 30 * time.Second
	}
	if d.Patience == 0 {
		d.Patience = time.Minute
	}
	if d.Most == 0 {
		d.Most = 256
	}
	return &Service{Deps: d, looks: looks{seen: map[string][]look{}, turn: &sync.Mutex{}}}
}

var (
	mayRead      = auth.Permission{Area: auth.Settings, Act: auth.Read}
	mayWrite     = auth.Permission{Area: auth.Settings, Act: auth.Write}
	mayConfigure = auth.Permission{Area: auth.Settings, Act: auth.Configure}
	mayList      = auth.Permission{Area: auth.Indicators, Act: auth.Write}
)

// needPerson is auth.Need for what a program with a key may not do: a feed
// stands under a person.
func needPerson(ctx context.Context, op string, p auth.Permission) (auth.Actor, auth.Scope, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err == nil && actor.Mask != nil {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, scope, err
}

// managed is where a may make and replace lists, as the indicator room has it: a
// duty officer's right there is for false positives alone.
func managed(a auth.Actor) auth.Scope {
	a.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(g auth.Grant) bool { return g.Role == auth.Duty })
	return auth.ScopeOf(a, mayList)
}

// MayStand reports whether the context's actor may make feeds somewhere, and so
// stand for one: it asks for the right to replace lists too.
func MayStand(ctx context.Context) bool {
	a, _, err := needPerson(ctx, "feed.MayStand", mayWrite)
	return err == nil && len(managed(a).Roots()) > 0
}

// List gives one page of the feeds in scope.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	_, scope, err := auth.Need(ctx, "feed.List", mayRead)
	if err != nil {
		return Page{}, err
	}
	return page(ctx, s.Records.Read(), scope, f)
}

// Get is one feed in scope, else fault.NotFound.
func (s *Service) Get(ctx context.Context, id ID) (Feed, error) {
	const op = "feed.Get"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Feed{}, err
	}
	r, err := get(ctx, s.Records.Read(), op, scope, id)
	return r.feed(), err
}

// Runs are the runs of a feed in scope, newest first, and how many there are.
func (s *Service) Runs(ctx context.Context, id ID, f RunFilter) ([]Run, int64, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, 0, err
	}
	return runs(ctx, s.Records.Read(), id, f)
}

// Create makes a feed that is off and stands under the actor, who must be able
// to manage the list it fills. A new list is made when content comes. Errors:
// fault.Invalid by field, fault.Forbidden.
func (s *Service) Create(ctx context.Context, o Order) (Feed, error) {
	const op = "feed.Create"
	actor, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Feed{}, err
	}
	n, err := s.Network(ctx)
	if err != nil {
		return Feed{}, err
	}
	bad := o.check(op, n.Allowed, s.Most, false)
	if err := s.target(ctx, op, &o); err != nil {
		return Feed{}, join(bad, err)
	}
	if bad != nil {
		return Feed{}, bad
	}
	r := row{ID: db.NewID(), Name: o.Name, Folded: i18n.Fold(o.Name + " " + o.URL), URL: o.URL, Shape: string(o.Shape), Unit: o.Unit, List: string(o.List), Schedule: o.Schedule.String(),
		AuthKind: string(o.Auth), AuthName: o.AuthName, Limit: o.Limit, Catalogue: o.Entry, WhyArgs: "[]", CreatedBy: actor.ID, CreatedName: actor.Name,
		CreatedAt: db.At(s.Now()), Version: 1}
	r.Folder = folderOf(o.Name, r.ID)
	r.describe(o.New)
	if o.Secret != "" {
		r.AuthSecret = s.Secrets.Seal(purpose(r.ID), o.Secret)
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.stands(ctx, tx, op, actor, scope, r); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "feed.create", r, map[string]any{"name": r.Name, "url": r.URL, "schedule": r.Schedule, "list": r.List, "auth": r.AuthKind})
	})
	return r.feed(), err
}

func purpose(id string) string { return "feed:" + id }

// Update changes everything but the unit and the list. The feed then stands
// under the actor. A new address or shape turns it off: somebody has to see again what
// leaves the house.
func (s *Service) Update(ctx context.Context, id ID, o Order, version int64) (Feed, error) {
	const op = "feed.Update"
	n, err := s.Network(ctx)
	if err != nil {
		return Feed{}, err
	}
	return s.edit(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, actor auth.Actor, scope auth.Scope, r *row) (map[string]any, error) {
		if err := s.stands(ctx, tx, op, actor, scope, *r); err != nil {
			return nil, err
		}
		keep := r.AuthSecret != "" && r.AuthKind == string(o.Auth)
		if err := o.check(op, n.Allowed, s.Most, keep); err != nil {
			return nil, err
		}
		if o.URL != r.URL || o.Shape != Shape(r.Shape) {
			r.ETag, r.Modified, r.SHA256, r.Active, r.ActiveAt, r.NextAt, r.Reason = "", "", "", false, db.Time{}, db.Time{}, ""
		} else if r.Active {
			next := o.Schedule.Next(s.Now())
			if r.NextAt.IsZero() || next.Before(r.NextAt.Time) || r.Schedule != o.Schedule.String() {
				r.NextAt = db.At(next)
			}
		}
		switch {
		case o.Auth == AuthNone:
			r.AuthSecret = ""
		case o.Secret != "":
			r.AuthSecret = s.Secrets.Seal(purpose(r.ID), o.Secret)
		}
		r.Name, r.URL, r.Shape, r.Schedule, r.AuthKind, r.AuthName, r.Limit = o.Name, o.URL, string(o.Shape), o.Schedule.String(), string(o.Auth), o.AuthName, o.Limit
		r.CreatedBy, r.CreatedName = actor.ID, actor.Name
		return map[string]any{"name": r.Name, "url": r.URL, "schedule": r.Schedule, "auth": r.AuthKind, "new_key": o.Secret != ""}, nil
	})
}

// Switch turns a feed on or off. Off asks for a reason. On, the feed stands
// under the actor and is fetched at once.
func (s *Service) Switch(ctx context.Context, id ID, version int64, on bool, reason string) (Feed, error) {
	op := "feed.Off"
	if on {
		op, reason = "feed.On", ""
	} else if reason = i18n.NFC(reason); reason == "" || utf8.RuneCountInString(reason) > maxReason {
		return Feed{}, fault.Bad(op, "reason", "feed.bad.reason")
	}
	return s.edit(ctx, op, id, version, func(ctx context.Context, tx *db.Tx, actor auth.Actor, scope auth.Scope, r *row) (map[string]any, error) {
		if on == r.Active || r.URL == "" {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op}
		}
		r.Active, r.Reason, r.ActiveAt, r.NextAt = on, reason, db.Time{}, db.Time{}
		if on {
			if err := s.stands(ctx, tx, op, actor, scope, *r); err != nil {
				return nil, err
			}
			r.ActiveAt, r.NextAt = db.At(s.Now()), db.At(s.Now())
			r.CreatedBy, r.CreatedName = actor.ID, actor.Name
		}
		return map[string]any{"name": r.Name, "url": r.URL, "reason": reason}, nil
	})
}

// edit changes a feed in scope by fn, which gives the audit detail.
func (s *Service) edit(ctx context.Context, op string, id ID, version int64,
	fn func(ctx context.Context, tx *db.Tx, actor auth.Actor, scope auth.Scope, r *row) (map[string]any, error)) (f Feed, err error) {
	actor, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Feed{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := get(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		if r.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		detail, err := fn(ctx, tx, actor, scope, &r)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, r, version); err != nil {
			return err
		}
		r.Version = version + 1
		f = r.feed()
		return s.note(ctx, tx, strings.ToLower(op), r, detail)
	})
	return f, err
}

// Delete removes a feed with its history. Its list and what was loaded stay, and
// so do files in its folder.
func (s *Service) Delete(ctx context.Context, id ID) (Feed, error) {
	const op = "feed.Delete"
	_, scope, err := needPerson(ctx, op, mayWrite)
	if err != nil {
		return Feed{}, err
	}
	var r row
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r, err = get(ctx, tx, op, scope, id); err != nil {
			return err
		}
		var old []runRow
		if err := tx.NewSelect().Model(&old).Where("r.feed_id = ?", r.ID).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.forget(ctx, tx, old); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*eventRow)(nil)).Where("feed_id = ?", r.ID).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if _, err := tx.NewDelete().Model(&r).WherePK().Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, "feed.delete", r, map[string]any{"name": r.Name, "url": r.URL, "list": r.List})
	})
	return r.feed(), err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, r row, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "feed", Object: r.ID, Unit: r.Unit, Detail: detail})
}
