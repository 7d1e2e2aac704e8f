// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Source is what the room must know of a source.
type Source struct {
	ID, Name, Owner string
	Closed          bool
}

// Losses is what was lost of a source at a collector, in lines by reason.
type Losses struct {
	Source           string
	Dropped, Refused map[string]int64
}

// Deps are what the room is built from.
type Deps struct {
	Records *db.DB
	Secrets *secret.Box
	Now     func() time.Time
	// Append stores a block, synced. fault.Unavailable when nothing can be
	// stored now.
	Append func(ctx context.Context, b stream.Block) error
	// MaySend is a source that the actor of ctx may let senders send as.
	MaySend func(ctx context.Context, id string) (Source, error)
	// Sources names sources, whoever asks; those that are gone are left out.
	Sources func(ctx context.Context, ids []string) (map[string]Source, error)
	// Authority is the certificate, DER, of the authority by which collectors
	// know the centre and the centre collectors.
	Authority func() ([]byte, error)
	// Sign certifies the key of a request (PEM) under a name, and says until
	// when.
	Sign func(request, name string) (certificate string, ends time.Time, err error)
	// Lost keeps what was lost before it came to a block.
	Lost func(ctx context.Context, list []Losses) error
	// Address is where collectors reach the centre, https://host:port; "" where
	// it does not listen for them.
	Address func() string
	// Told is told, inside the transaction, of what people must know of a
	// collector. May be nil.
	Told func(ctx context.Context, tx *db.Tx, a Alert) error
	// Listens is since when the centre listens; zero while it does not.
	Listens func(ctx context.Context) (time.Time, error)
	// Temp is a folder for bundles while they are read.
	Temp string
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	seal    hpke.PrivateKey    // opens bundles
	receipt ed25519.PrivateKey // signs receipts
	mu      sync.Mutex
	turns   map[ID]*sync.Mutex // one at a time brings blocks of a collector
}

// New makes the room. Without Secrets, as where an installation that has lost
// its key is only looked at, no bundle can be taken.
func New(d Deps) (*Service, error) {
	s := &Service{Deps: d, turns: map[ID]*sync.Mutex{}}
	if d.Secrets == nil {
		return s, nil
	}
	seed, err := d.Secrets.Derive("collector.bundle")
	if err != nil {
		return nil, err
	}
	if s.seal, err = edge.SealKey(seed); err != nil {
		return nil, fmt.Errorf("key of bundles: %w", err)
	}
	if seed, err = d.Secrets.Derive("collector.receipt"); err != nil {
		return nil, err
	}
	s.receipt = ed25519.NewKeyFromSeed(seed)
	return s, nil
}

// turn gives the lock that a collector's blocks are taken under.
func (s *Service) turn(id ID) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.turns[id]
	if m == nil {
		m = &sync.Mutex{}
		s.turns[id] = m
	}
	return m
}

// Who may look after a site may see its collectors; who decides what is received
// decides about them.
var (
	mayRead  = auth.Permission{Area: auth.Units, Act: auth.Read}
	mayWrite = auth.Permission{Area: auth.Settings, Act: auth.Write}
)

// codeLife is how long a code may be used.
const codeLife = 72 * time.Hour

// List gives one page of the collectors in scope, newest first, and how many
// there are in all.
func (s *Service) List(ctx context.Context, f Filter) ([]Collector, int64, error) {
	_, scope, err := auth.Need(ctx, "collector.List", mayRead)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.now = s.Now()
	return list(ctx, s.Records.Read(), scope, f)
}

// Get is one collector in scope.
func (s *Service) Get(ctx context.Context, id ID) (Collector, error) {
	_, scope, err := auth.Need(ctx, "collector.Get", mayRead)
	if err != nil {
		return Collector{}, err
	}
	return get(ctx, s.Records.Read(), scope, id)
}

// MayDecide reports whether the actor may change the collector: look at who
// sends there, revoke it, say what its senders mean.
func (s *Service) MayDecide(ctx context.Context, c Collector) (bool, error) {
	_, scope, err := auth.Need(ctx, "collector.MayDecide", mayWrite)
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	may, err := scope.Holds(ctx, s.Records.Read(), c.Unit)
	return may, db.Error("collector.MayDecide", err)
}

// Create adds a collector and gives the code by which it enrols, told once.
func (s *Service) Create(ctx context.Context, c Collector) (Collector, string, error) {
	const op = "collector.Create"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Collector{}, "", err
	}
	if err := c.Check(); err != nil {
		return Collector{}, "", err
	}
	c = Collector{ID: ID(db.NewID()), Name: c.Name, Unit: c.Unit, Note: c.Note, Rhythm: c.Rhythm, CreatedAt: s.Now(), Version: 1, said: "{}"}
	code, err := s.newCode(&c)
	if err != nil {
		return Collector{}, "", err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		holds, err := scope.Holds(ctx, tx, c.Unit)
		if err != nil {
			return db.Error(op, err)
		}
		if !holds {
			return fault.Bad(op, "unit", "collector.bad.unit")
		}
		if err := insert(ctx, tx, c); err != nil {
			return err
		}
		return s.note(ctx, tx, "collector.create", c, nil)
	})
	if err != nil {
		return Collector{}, "", err
	}
	return c, code, nil
}

// newCode gives c a new code, of which only the hash stays.
func (s *Service) newCode(c *Collector) (string, error) {
	authority, err := s.Authority()
	if err != nil {
		return "", err
	}
	code := edge.NewCode(authority)
	c.code, c.CodeUntil, c.CodeUsedAt = edge.HashCode(code), s.Now().Add(codeLife), time.Time{}
	return code, nil
}

// Fingerprint is the SHA-256 of the centre's authority, hexadecimal.
func (s *Service) Fingerprint() (string, error) {
	authority, err := s.Authority()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(authority)
	return hex.EncodeToString(sum[:]), nil
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action string, c Collector, more map[string]any) error {
	detail := map[string]any{"name": c.Name, "series": c.Series}
	maps.Copy(detail, more)
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "collector", Object: string(c.ID), Unit: c.Unit, Detail: detail})
}

// edit changes a collector by an act of a person.
func (s *Service) edit(ctx context.Context, op, action string, id ID, version int64, change func(c *Collector) (map[string]any, error)) (Collector, error) {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Collector{}, err
	}
	var c Collector
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c, err = get(ctx, tx, scope, id); err != nil {
			return err
		}
		detail, err := change(&c)
		if err != nil {
			return err
		}
		c.Version = version + 1
		if err := update(ctx, tx, c, version); err != nil {
			return err
		}
		return s.note(ctx, tx, action, c, detail)
	})
	return c, err
}

// Change changes name, note and rhythm. The unit stays: another site is another
// collector.
func (s *Service) Change(ctx context.Context, id ID, name, note string, rhythm, version int64) (Collector, error) {
	return s.edit(ctx, "collector.Change", "collector.change", id, version, func(c *Collector) (map[string]any, error) {
		c.Name, c.Note, c.Rhythm = name, note, rhythm
		return nil, c.Check()
	})
}

// NewCode gives a new code, told once. The one before no longer holds; the
// certificate in use does, until the new code is used.
func (s *Service) NewCode(ctx context.Context, id ID, version int64) (c Collector, code string, err error) {
	c, err = s.edit(ctx, "collector.NewCode", "collector.code", id, version, func(c *Collector) (map[string]any, error) {
		code, err = s.newCode(c)
		return map[string]any{"until": c.CodeUntil.UTC()}, err
	})
	if err != nil {
		code = ""
	}
	return c, code, err
}

// Revoke ends the collector's certificate and code at once. What lies in its
// spool is not taken until it is enrolled anew.
func (s *Service) Revoke(ctx context.Context, id ID, reason string, version int64) (Collector, error) {
	const op = "collector.Revoke"
	if reason = strings.TrimSpace(i18n.NFC(reason)); reason == "" || utf8.RuneCountInString(reason) > 500 {
		return Collector{}, fault.Bad(op, "reason", "collector.bad.reason")
	}
	return s.edit(ctx, op, "collector.revoke", id, version, func(c *Collector) (map[string]any, error) {
		if !c.RevokedAt.IsZero() {
			return nil, &fault.Error{Kind: fault.Conflict, Op: op}
		}
		c.RevokedAt, c.Reason, c.code, c.CodeUntil = s.Now(), reason, "", time.Time{}
		return map[string]any{"reason": reason}, nil
	})
}

// Ways are the ways of a collector in scope, with the sources they mean.
func (s *Service) Ways(ctx context.Context, id ID) ([]Way, map[string]Source, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, nil, err
	}
	ways, err := waysOf(ctx, s.Records.Read(), id)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, w := range ways {
		ids = append(ids, w.Source)
	}
	names, err := s.Sources(ctx, ids)
	return ways, names, err
}

// tokenMark begins every token, so that one that leaked is known for what it is.
const tokenMark = "vgw_"

// AddWay says what senders at a collector mean. The source must be one the actor
// may decide about, and of the collector's unit or one below it. By HTTP senders
// show a token, told once.
func (s *Service) AddWay(ctx context.Context, w Way) (added Way, token string, err error) {
	const op = "collector.AddWay"
	if err := w.Check(); err != nil {
		if _, _, need := auth.Need(ctx, op, mayWrite); need != nil {
			return Way{}, "", need
		}
		return Way{}, "", err
	}
	src, err := s.MaySend(ctx, w.Source)
	if fault.Is(err, fault.NotFound) {
		err = fault.Bad(op, "source", "collector.bad.source")
	}
	if err != nil {
		return Way{}, "", err
	}
	w.ID, w.Owner, w.CreatedAt, w.Version, w.Off, w.token = WayID(db.NewID()), src.Owner, s.Now(), 1, false, ""
	if w.Kind == "http" {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw) // crypto/rand.Read never fails
		token = tokenMark + base64.RawURLEncoding.EncodeToString(raw)
		sum := sha256.Sum256([]byte(token))
		w.token = hex.EncodeToString(sum[:])
	}
	err = s.editWays(ctx, op, "collector.way_add", w.Collector, func(ctx context.Context, tx *db.Tx, c Collector) (Way, error) {
		below, err := tx.NewSelect().Table("unit_closure").Where("ancestor = ?", c.Unit).Where("descendant = ?", src.Owner).Exists(ctx)
		if err != nil {
			return w, db.Error(op, err)
		}
		if !below {
			return w, fault.Bad(op, "source", "collector.bad.source_elsewhere")
		}
		r := toWayRow(w)
		_, err = tx.NewInsert().Model(&r).Exec(ctx)
		return w, clash(op, err)
	})
	if err != nil {
		return Way{}, "", err
	}
	return w, token, nil
}

// SwitchWay puts a way off or on again. Blocks that came by it before are taken
// all the same: they were received while it was on.
func (s *Service) SwitchWay(ctx context.Context, id ID, way WayID, on bool, version int64) error {
	const op = "collector.SwitchWay"
	return s.editWays(ctx, op, "collector.way_switch", id, func(ctx context.Context, tx *db.Tx, _ Collector) (Way, error) {
		var r wayRow
		if err := tx.NewSelect().Model(&r).Where("w.id = ?", string(way)).Where("w.collector_id = ?", string(id)).Scan(ctx); err != nil {
			return Way{}, db.Error(op, err)
		}
		w := r.way()
		w.Off, w.Version = !on, version+1
		r = toWayRow(w)
		res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", version).Column("closed", "version", "fits").Exec(ctx)
		if err != nil {
			return w, clash(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return w, &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
		}
		return w, nil
	})
}

// editWays changes the ways of a collector, which hears of it at its next
// report.
func (s *Service) editWays(ctx context.Context, op, action string, id ID, change func(ctx context.Context, tx *db.Tx, c Collector) (Way, error)) error {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		w, err := change(ctx, tx, c)
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*row)(nil)).Where("id = ?", string(id)).Set("ways_at = ways_at + 1").Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		return s.note(ctx, tx, action, c, map[string]any{"way": w.ID, "source": w.Source, "kind": w.Kind, "listener": w.Listener, "network": w.Network,
			"host": w.Host, "path": w.Path, "off": w.Off})
	})
}

// Bundles are the latest bundles of a collector in scope.
func (s *Service) Bundles(ctx context.Context, id ID) ([]Bundle, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	return bundlesOf(ctx, s.Records.Read(), id)
}

// Bundle is one accepted bundle of a collector in scope.
func (s *Service) Bundle(ctx context.Context, id ID, bundle BundleID) (Bundle, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return Bundle{}, err
	}
	var r bundleRow
	err := s.Records.Read().NewSelect().Model(&r).Where("b.id = ?", string(bundle)).Where("b.collector_id = ?", string(id)).Scan(ctx)
	return r.bundle(), db.Error("collector.Bundle", err)
}
