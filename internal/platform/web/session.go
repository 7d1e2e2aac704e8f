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
	m.Store = store{cfg.Records, cfg.Now}
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
	s.sessions.Put(ctx, keyAccount, account)
	s.sessions.Put(ctx, keyEpoch, epoch)
	return nil
}

// SignOut ends the request's session.
func (s *Site) SignOut(ctx context.Context) error { return s.sessions.Destroy(ctx) }

type sessionRow struct {
	bun.BaseModel `bun:"table:web_session"`

	Token  string  `bun:"token,pk"` // hex SHA-256 of the cookie's value
	Data   string  `bun:"data"`     // base64
	Expiry db.Time `bun:"expiry"`
}

// store implements scs.CtxStore over the records.
type store struct {
	records *db.DB
	now     func() time.Time
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx implements scs.CtxStore.
func (s store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var row sessionRow
	err := s.records.Read().NewSelect().Model(&row).Where("token = ?", digest(token)).
		Where("expiry > ?", db.At(s.now())).Scan(ctx)
	if err := db.Error("web.session", err); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, false, nil
		}
		return nil, false, err
	}
	data, err := base64.StdEncoding.DecodeString(row.Data)
	return data, err == nil, err
}

// CommitCtx implements scs.CtxStore.
func (s store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	row := sessionRow{Token: digest(token), Data: base64.StdEncoding.EncodeToString(data), Expiry: db.At(expiry)}
	return s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("expiry <= ?", db.At(s.now())).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (token) DO UPDATE").
			Set("data = EXCLUDED.data").Set("expiry = EXCLUDED.expiry").Exec(ctx)
		return err
	})
}

// DeleteCtx implements scs.CtxStore.
func (s store) DeleteCtx(ctx context.Context, token string) error {
	return s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("token = ?", digest(token)).Exec(ctx)
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
