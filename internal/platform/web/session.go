// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// sessions keeps who is signed in: a random token in a cookie, its SHA-256 and
// the data in the records.
type sessions struct{ *scs.SessionManager }

func newSessions(cfg Config) *sessions {
	m := scs.New()
	m.Lifetime = cfg.Lifetime
	m.Cookie.Name = "vonggac"
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = cfg.Secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Store = store{cfg.Records, cfg.Now, cfg.Idle}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		cfg.Log.Error("session store", "path", r.URL.Path, "err", err)
		w.WriteHeader(fault.Unavailable.Status())
	}
	return &sessions{m}
}

const (
	keyAccount = "account"
	keyEpoch   = "epoch"
	keyFlash   = "flash"
	keyHalf    = "half" // who gave the password and owes the second step
)

func (s *sessions) who(ctx context.Context) (account string, epoch int64) {
	return s.GetString(ctx, keyAccount), s.GetInt64(ctx, keyEpoch)
}

// SignIn makes the request's session that of account, under a new token so
// that one planted earlier is worth nothing. Sessions of an older epoch end.
func (s *Site) SignIn(ctx context.Context, account string, epoch int64) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Remove(ctx, keyHalf)
	s.sessions.Put(ctx, keyAccount, account)
	s.sessions.Put(ctx, keyEpoch, epoch)
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		v.account = account
	}
	return nil
}

// SignOut ends the request's session.
func (s *Site) SignOut(ctx context.Context) error { return s.sessions.Destroy(ctx) }

type sessionRow struct {
	bun.BaseModel `bun:"table:web_session"`

	Token   string  `bun:"token,pk"` // hex SHA-256 of the cookie's value
	Data    string  `bun:"data"`     // base64
	Expiry  db.Time `bun:"expiry"`
	ID      string  `bun:"id"`
	Account string  `bun:"account_id"` // empty while nobody has signed in
	Agent   string  `bun:"agent"`
	Address string  `bun:"address"`
	Begun   db.Time `bun:"begun_at"`
	Seen    db.Time `bun:"seen_at"` // to the minute
	Ended   db.Time `bun:"ended_at"`
	Why     string  `bun:"ended_why"`
}

// store implements scs.CtxStore over the records.
type store struct {
	records *db.DB
	now     func() time.Time
	idle    time.Duration
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx implements scs.CtxStore.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	now := s.now()
	var row sessionRow
	q := s.records.Read().NewSelect().Model(&row).Where("token = ?", digest(token)).
		Where("expiry > ?", db.At(now)).Where("ended_at IS NULL")
	if s.idle > 0 {
		q = q.Where("seen_at > ?", db.At(now.Add(-s.idle)))
	}
	if err := db.Error("web.session", q.Scan(ctx)); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, false, nil
		}
		return nil, false, err
	}
	if now.Sub(row.Seen.Time) >= time.Minute {
		if err := s.see(ctx, row.Token, now); err != nil {
			return nil, false, err
		}
	}
	data, err := base64.StdEncoding.DecodeString(row.Data)
	return data, err == nil, err
}

// see notes that a session was used.
func (s store) see(ctx context.Context, token string, now time.Time) error {
	return s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", db.At(now)).Where("token = ?", token).Exec(ctx)
		return err
	})
}

// keepEnded is how long a person can look up sessions that are over.
const keepEnded = 90 * 24 * time.Hour

// CommitCtx implements scs.CtxStore.
func (s store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	now := s.now()
	row := sessionRow{Token: digest(token), Data: base64.StdEncoding.EncodeToString(data), Expiry: db.At(expiry),
		ID: db.NewID(), Begun: db.At(now), Seen: db.At(now)}
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && v.account != "" {
		row.Account, row.Agent, row.Address = v.account, v.agent, v.address
	}
	return s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("expiry <= ?", db.At(now)).
			Where("(account_id = '' OR expiry <= ?)", db.At(now.Add(-keepEnded))).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (token) DO UPDATE").
			Set("data = EXCLUDED.data").Set("expiry = EXCLUDED.expiry").Exec(ctx)
		return err
	})
}

// DeleteCtx implements scs.CtxStore. A person's session stays in their list as
// ended.
func (s store) DeleteCtx(ctx context.Context, token string) error {
	return s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("token = ?", digest(token)).Where("account_id = ''").Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model((*sessionRow)(nil)).Set("ended_at = ?", db.At(s.now())).Set("ended_why = ?", SignedOut).
			Set("data = ''").Where("token = ?", digest(token)).Where("ended_at IS NULL").Exec(ctx)
		return err
	})
}

// Find implements scs.Store.
func (s store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (s store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
