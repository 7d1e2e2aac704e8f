// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Ways are the ways in of a source in scope, in the order they were added.
func (s *Service) Ways(ctx context.Context, id ID) ([]Way, error) {
	_, scope, err := auth.Need(ctx, "source.Ways", mayRead)
	if err != nil {
		return nil, err
	}
	return waysOf(ctx, s.Records.Read(), scope, id)
}

// Way is one way in, in scope.
func (s *Service) Way(ctx context.Context, id WayID) (Way, error) {
	_, scope, err := auth.Need(ctx, "source.Way", mayRead)
	if err != nil {
		return Way{}, err
	}
	return getWay(ctx, s.Records.Read(), scope, id)
}

// AddWay adds a way in to a source. One by HTTP without a certificate gets a
// token, which is returned once and never again. fault.Invalid when another way
// that is on fits the same senders equally well.
func (s *Service) AddWay(ctx context.Context, w Way) (added Way, token string, err error) {
	const op = "source.AddWay"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Way{}, "", err
	}
	if err := w.Check(); err != nil {
		return Way{}, "", err
	}
	w.ID, w.CreatedAt, w.Version, w.Off = WayID(db.NewID()), s.Now(), 1, false
	if w.Kind == HTTP && w.Certificate == "" {
		token, w.token = newToken()
		w.TokenAt = w.CreatedAt
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		src, err := get(ctx, tx, scope, w.Source)
		if err != nil {
			return err
		}
		w.Owner = src.Owner
		if err := insertWay(ctx, tx, w); err != nil {
			return err
		}
		return s.noteWay(ctx, tx, "source.way_add", w)
	})
	if err != nil {
		return Way{}, "", err
	}
	return w, token, s.RefreshWays(context.WithoutCancel(ctx))
}

// ChangeWay changes all of a way but its source, kind and token. fault.Conflict
// when version is not the current one.
func (s *Service) ChangeWay(ctx context.Context, in Way) (Way, error) {
	return s.changeWay(ctx, "source.ChangeWay", "source.way_change", in.ID, in.Version, func(w *Way) error {
		w.Listener, w.Network, w.Host, w.Certificate, w.Path = in.Listener, in.Network, in.Host, in.Certificate, in.Path
		w.Relay, w.Lines, w.Bytes, w.Off, w.Note = in.Relay, in.Lines, in.Bytes, in.Off, in.Note
		if err := w.Check(); err != nil {
			return err
		}
		if !w.Off && w.Kind == HTTP && w.Certificate == "" && w.token == "" {
			return fault.Bad("source.ChangeWay", "certificate", "source.way.bad.needs_token")
		}
		return nil
	})
}

// RotateToken gives a way by HTTP a new token and returns it once; the one
// before ends at once.
func (s *Service) RotateToken(ctx context.Context, id WayID, version int64) (w Way, token string, err error) {
	w, err = s.changeWay(ctx, "source.RotateToken", "source.way_token", id, version, func(w *Way) error {
		if w.Kind != HTTP {
			return fault.Bad("source.RotateToken", "", "source.way.bad.not_of_kind")
		}
		token, w.token = newToken()
		w.TokenAt = s.Now()
		return nil
	})
	if err != nil {
		token = ""
	}
	return w, token, err
}

// RevokeToken ends the token of a way. A way that nothing else tells senders
// by is off from then on.
func (s *Service) RevokeToken(ctx context.Context, id WayID, version int64) (Way, error) {
	return s.changeWay(ctx, "source.RevokeToken", "source.way_revoke", id, version, func(w *Way) error {
		w.token, w.TokenAt = "", time.Time{}
		w.Off = w.Off || w.Certificate == ""
		return nil
	})
}

func (s *Service) changeWay(ctx context.Context, op, action string, id WayID, version int64, change func(w *Way) error) (Way, error) {
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Way{}, err
	}
	var w Way
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if w, err = getWay(ctx, tx, scope, id); err != nil {
			return err
		}
		if err := change(&w); err != nil {
			return err
		}
		w.Version = version + 1
		if err := updateWay(ctx, tx, w, version); err != nil {
			return err
		}
		return s.noteWay(ctx, tx, action, w)
	})
	if err != nil {
		return Way{}, err
	}
	return w, s.RefreshWays(context.WithoutCancel(ctx))
}

func (s *Service) noteWay(ctx context.Context, tx *db.Tx, action string, w Way) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "source", Object: string(w.Source), Unit: w.Owner,
		Detail: map[string]any{"way": w.ID, "kind": w.Kind, "listener": w.Listener, "network": w.Network, "host": w.Host, "relay": w.Relay,
			"certificate": w.Certificate, "path": w.Path, "lines_a_second": w.Lines, "bytes_a_second": w.Bytes, "off": w.Off}})
}

// tokenMark begins every token, so that one that leaked is known for what it
// is.
const tokenMark = "vgw_"

// newToken makes a secret of 256 bits for a sender, and what is stored of it.
func newToken() (secret, stored string) {
	raw := make([]byte, 32)
	// crypto/rand.Read never fails: it ends the process instead.
	_, _ = rand.Read(raw)
	secret = tokenMark + base64.RawURLEncoding.EncodeToString(raw)
	sum := sha256.Sum256([]byte(secret))
	return secret, hex.EncodeToString(sum[:])
}
