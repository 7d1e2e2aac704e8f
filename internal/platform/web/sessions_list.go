// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// visit is what one request tells of where it comes from; account is filled in
// by SignIn, so that the session that begins is written down with it.
type visit struct{ agent, address, account string }

type visitKey struct{}

const longestAgent = 300 // bytes of the User-Agent kept

// remember loads and saves the session around next, with where the request
// comes from.
func (s *Site) remember(next http.Handler) http.Handler {
	inner := s.sessions.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent := r.UserAgent()
		v := &visit{agent: strings.ToValidUTF8(strings.ReplaceAll(agent[:min(len(agent), longestAgent)], "\x00", ""), "")}
		if a := s.Caller(r); a.IsValid() {
			v.address = a.String()
		}
		inner.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// Why says how a session ended.
type Why string

// The ways. Expired and Idle are seen from the times and never stored.
const (
	SignedOut Why = "out"     // by its owner's signing out
	Ended     Why = "ended"   // by its owner, from another session
	ByOther   Why = "other"   // by somebody who keeps the accounts
	NewSecret Why = "secret"  // the password changed, or the account was disabled
	Expired   Why = "expired" // it lasted as long as one may
	Idle      Why = "idle"    // nobody used it
)

// Session is one sign-in of an account. Times are UTC.
type Session struct {
	ID      string
	Agent   string // User-Agent as sent, at most 300 bytes
	Address string // of the caller; may be empty
	Begun   time.Time
	Seen    time.Time // last use, to the minute
	Ended   time.Time // zero while it lives
	Why     Why       // empty while it lives
	Current bool      // the session of this request
}

// Live reports whether the session can still be used.
func (s Session) Live() bool { return s.Why == "" }

// Sessions lists the sessions of account, newest first, at most limit: those
// that live, and those that ended within the last months. The caller has
// checked that the reader may see them.
func (s *Site) Sessions(ctx context.Context, account string, limit int) ([]Session, error) {
	if account == "" {
		return nil, nil
	}
	var rows []sessionRow
	err := s.cfg.Records.Read().NewSelect().Model(&rows).Where("account_id = ?", account).
		OrderExpr("ended_at IS NULL DESC, begun_at DESC, id DESC").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, db.Error("web.Sessions", err)
	}
	here, now := digest(s.sessions.Token(ctx)), s.cfg.Now()
	out := make([]Session, len(rows))
	for i, r := range rows {
		v := Session{ID: r.ID, Agent: r.Agent, Address: r.Address, Begun: r.Begun.Time, Seen: r.Seen.Time, Ended: r.Ended.Time,
			Why: Why(r.Why), Current: r.Token == here}
		switch idle := r.Seen.Add(s.cfg.Idle); {
		case !v.Ended.IsZero():
		case !r.Expiry.After(now):
			v.Ended, v.Why = r.Expiry.Time, Expired
		case s.cfg.Idle > 0 && !idle.After(now):
			v.Ended, v.Why = idle, Idle
		}
		out[i] = v
	}
	return out, nil
}

// CurrentSession is the id of the session of the request, "" without one.
func (s *Site) CurrentSession(ctx context.Context) (string, error) {
	var ids []string
	err := s.cfg.Records.Read().NewSelect().Model((*sessionRow)(nil)).Column("id").
		Where("token = ?", digest(s.sessions.Token(ctx))).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", db.Error("web.CurrentSession", err)
	}
	return ids[0], nil
}

// Which names sessions of one account that are to end: the one called Only, or
// all but Except.
type Which struct{ Account, Only, Except string }

// EndSessions ends sessions in tx and says how many lived. Their next request
// is that of nobody. The caller has checked permission and writes the audit
// entry.
func EndSessions(ctx context.Context, tx *db.Tx, now time.Time, w Which, why Why) (int64, error) {
	q := tx.NewUpdate().Model((*sessionRow)(nil)).Set("ended_at = ?", db.At(now)).Set("ended_why = ?", why).Set("data = ''").
		Where("account_id = ?", w.Account).Where("ended_at IS NULL").Where("expiry > ?", db.At(now))
	if w.Only != "" {
		q = q.Where("id = ?", w.Only)
	}
	if w.Except != "" {
		q = q.Where("id <> ?", w.Except)
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return 0, db.Error("web.EndSessions", err)
	}
	return res.RowsAffected()
}

// HasSession reports whether session is one of account's.
func HasSession(ctx context.Context, q bun.IDB, account, session string) (bool, error) {
	n, err := q.NewSelect().Model((*sessionRow)(nil)).Where("account_id = ?", account).Where("id = ?", session).Count(ctx)
	return n > 0, db.Error("web.HasSession", err)
}

// halfLife is how long the second step of a sign-in may take.
const halfLife = 5 * time.Minute

// SignInHalf notes that the request's session gave account's password and owes
// the second step, under a new token. Whoever was signed in there is signed
// out: a session under the new token would stand in nobody's list.
func (s *Site) SignInHalf(ctx context.Context, account string, epoch int64, next string) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Remove(ctx, keyAccount)
	s.sessions.Remove(ctx, keyEpoch)
	s.sessions.Put(ctx, keyHalf, strings.Join([]string{account, strconv.FormatInt(epoch, 10),
		strconv.FormatInt(s.cfg.Now().UnixMilli(), 10), next}, " "))
	return nil
}

// Half is who owes the second step in this session and where they wanted to
// go; account is empty when nobody does, or the password was given too long
// ago.
func (s *Site) Half(ctx context.Context) (account string, epoch int64, next string) {
	parts := strings.SplitN(s.sessions.GetString(ctx, keyHalf), " ", 4)
	if len(parts) != 4 {
		return "", 0, ""
	}
	epoch, err := strconv.ParseInt(parts[1], 10, 64)
	at, err2 := strconv.ParseInt(parts[2], 10, 64)
	if age := s.cfg.Now().Sub(time.UnixMilli(at)); err != nil || err2 != nil || age > halfLife || age < -halfLife {
		return "", 0, ""
	}
	return parts[0], epoch, parts[3]
}
