// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type certRow struct {
	bun.BaseModel `bun:"table:esign_certificate,alias:ec"`

	ID           string  `bun:"id,pk"`
	Owner        string  `bun:"owner_unit"`
	Holder       string  `bun:"holder"`
	Kind         string  `bun:"kind"`
	Serial       string  `bun:"serial"`
	Issuer       string  `bun:"issuer"`
	Fingerprint  string  `bun:"fingerprint"`
	From         db.Time `bun:"valid_from"`
	Until        db.Time `bun:"valid_until"`
	Origin       string  `bun:"origin"`
	RegisteredAt db.Time `bun:"registered_at"`
	LastUsed     db.Time `bun:"last_used"`
	Uses         int64   `bun:"uses"`
	Folded       string  `bun:"folded"`
}

func rowOf(c Certificate) certRow {
	return certRow{ID: string(c.ID), Owner: c.Owner, Holder: c.Holder, Kind: string(c.Kind), Serial: c.Serial, Issuer: c.Issuer, Fingerprint: c.Fingerprint,
		From: db.At(c.From), Until: db.At(c.Until), Origin: c.Origin, RegisteredAt: db.At(c.RegisteredAt), LastUsed: db.At(c.LastUsed), Uses: c.Uses,
		Folded: i18n.Fold(strings.Join([]string{c.Holder, c.Serial, c.Issuer}, " "))}
}

func (r certRow) certificate() Certificate {
	return Certificate{ID: ID(r.ID), Owner: r.Owner, Holder: r.Holder, Kind: Kind(r.Kind), Serial: r.Serial, Issuer: r.Issuer, Fingerprint: r.Fingerprint,
		From: r.From.Time, Until: r.Until.Time, Origin: r.Origin, RegisteredAt: r.RegisteredAt.Time, LastUsed: r.LastUsed.Time, Uses: r.Uses}
}

type useRow struct {
	bun.BaseModel `bun:"table:esign_use,alias:eu"`

	Certificate string  `bun:"certificate_id,pk"`
	Digest      string  `bun:"digest,pk"`
	UsedAt      db.Time `bun:"used_at"`
	Origin      string  `bun:"origin"`
}

type paperRow struct {
	bun.BaseModel `bun:"table:esign_paper,alias:ep"`

	ID      string `bun:"id,pk"`
	Owner   string `bun:"owner_unit"`
	Code    string `bun:"code"`
	Day     string `bun:"day"`
	Subject string `bun:"subject"`
	Signed  int64  `bun:"signed"`
	Origin  string `bun:"origin"`
}

type coverRow struct {
	bun.BaseModel `bun:"table:esign_cover,alias:eo"`

	ID        string  `bun:"id,pk"`
	Owner     string  `bun:"owner_unit"`
	From      string  `bun:"day_from"`
	To        string  `bun:"day_to"`
	AddedName string  `bun:"added_name"`
	AddedAt   db.Time `bun:"added_at"`
}

type authorityRow struct {
	bun.BaseModel `bun:"table:esign_authority,alias:ea"`

	ID          string  `bun:"id,pk"`
	Name        string  `bun:"name"`
	Fingerprint string  `bun:"fingerprint"`
	PEM         string  `bun:"pem"`
	Issuer      string  `bun:"issuer"`
	From        db.Time `bun:"valid_from"`
	Until       db.Time `bun:"valid_until"`
	AddedName   string  `bun:"added_name"`
	AddedAt     db.Time `bun:"added_at"`
}

// Filter narrows the register. The zero value asks for the first page of all in
// scope, those that end first above.
type Filter struct {
	State State
	Kind  Kind
	Unit  string
	Query string // words of holder, serial, issuer
	Sort  string // "holder"; else by end
	After string // Page.Next of the page before
	Limit int    // 0 is 50
}

func (f Filter) narrow(q *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	idle := db.At(now.AddDate(0, 0, -idleDays))
	switch f.State {
	case Ended:
		q = q.Where("ec.valid_until < ?", db.At(now))
	case Idle:
		q = q.Where("(ec.valid_until IS NULL OR ec.valid_until >= ?)", db.At(now)).Where("(ec.last_used IS NULL OR ec.last_used < ?)", idle)
	case Soon:
		q = q.Where("ec.valid_until >= ?", db.At(now)).Where("ec.valid_until < ?", db.At(now.AddDate(0, 0, soonDays)))
	case Active:
		q = q.Where("(ec.valid_until IS NULL OR ec.valid_until >= ?)", db.At(now)).Where("ec.last_used >= ?", idle)
	}
	if f.Kind != "" {
		q = q.Where("ec.kind = ?", string(f.Kind))
	}
	if f.Unit != "" {
		q = q.Where("ec.owner_unit = ?", f.Unit)
	}
	return db.Search(q, "ec.folded", f.Query)
}

// far stands for an end that is not known, in orders.
const far = int64(1) << 60

func (f Filter) keyOf(c Certificate) string {
	if f.Sort == "holder" {
		return string(c.ID) + "." + c.Holder
	}
	end := far
	if !c.Until.IsZero() {
		end = c.Until.UnixMilli()
	}
	return string(c.ID) + "." + strconv.FormatInt(end, 10)
}

func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	id, at, after := strings.Cut(f.After, ".")
	if f.Sort == "holder" {
		if after {
			q = q.Where("(ec.holder > ? OR ec.holder = ? AND ec.id > ?)", at, at, id)
		}
		return q.OrderExpr("ec.holder, ec.id")
	}
	ms, err := strconv.ParseInt(at, 10, 64)
	if after && err == nil {
		q = q.Where("(COALESCE(ec.valid_until, ?) > ? OR COALESCE(ec.valid_until, ?) = ? AND ec.id > ?)", far, ms, far, ms, id)
	}
	return q.OrderExpr("COALESCE(ec.valid_until, ?), ec.id", far)
}

// register adds c; false when the unit has it.
func register(ctx context.Context, tx *db.Tx, c Certificate) (bool, error) {
	r := rowOf(c)
	res, err := tx.NewInsert().Model(&r).On("CONFLICT (owner_unit, issuer, serial) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, db.Error("esign.register", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// used notes that certificates with a serial signed a file, in scope. A file
// counts once.
func used(ctx context.Context, tx *db.Tx, scope auth.Scope, serial, fingerprint, digest, origin string, at time.Time) (int, error) {
	const op = "esign.used"
	var rows []certRow
	q := scope.Filter(tx.NewSelect().Model(&rows), "ec.owner_unit").Where("ec.serial = ?", serial)
	if fingerprint != "" {
		q = q.Where("(ec.fingerprint = ? OR ec.fingerprint = '')", fingerprint)
	}
	if err := q.Scan(ctx); err != nil {
		return 0, db.Error(op, err)
	}
	fresh := 0
	for _, c := range rows {
		u := useRow{Certificate: c.ID, Digest: digest, UsedAt: db.At(at), Origin: origin}
		res, err := tx.NewInsert().Model(&u).On("CONFLICT (certificate_id, digest) DO NOTHING").Exec(ctx)
		if err != nil {
			return fresh, db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			if err != nil {
				return fresh, err
			}
			continue
		}
		fresh++
		c.Uses++
		if c.LastUsed.Before(at) {
			c.LastUsed = db.At(at)
		}
		if _, err := tx.NewUpdate().Model(&c).WherePK().Column("uses", "last_used").Exec(ctx); err != nil {
			return fresh, db.Error(op, err)
		}
	}
	return fresh, nil
}

// addPaper adds p; false when it was there and says the same. What a later file
// says of the signature rules.
func addPaper(ctx context.Context, tx *db.Tx, p paper) (bool, error) {
	const op = "esign.addPaper"
	r := paperRow{ID: db.NewID(), Owner: p.owner, Code: p.code, Day: p.day.String(), Subject: p.subject, Origin: p.origin}
	if p.signed {
		r.Signed = 1
	}
	res, err := tx.NewInsert().Model(&r).On("CONFLICT (owner_unit, code, day) DO UPDATE").Set("signed = EXCLUDED.signed, origin = EXCLUDED.origin").
		Where("ep.signed <> EXCLUDED.signed").Exec(ctx)
	if err != nil {
		return false, db.Error(op, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// shares are the papers and covered days of units in scope, by unit.
func shares(ctx context.Context, q bun.IDB, scope filter, window span) (map[string]Share, error) {
	const op = "esign.shares"
	var sums []struct {
		Owner  string `bun:"owner_unit"`
		Issued int64  `bun:"issued"`
		Signed int64  `bun:"signed"`
		Said   int64  `bun:"said"`
	}
	err := scope.Filter(q.NewSelect().Model((*paperRow)(nil)), "ep.owner_unit").ColumnExpr("ep.owner_unit, COUNT(*) AS issued, CAST(SUM(ep.signed) AS BIGINT) AS signed, "+
		"COUNT(CASE WHEN ep.origin = 'sheet' THEN 1 END) AS said").
		Where("ep.day >= ?", window.from.String()).Where("ep.day <= ?", window.to.String()).GroupExpr("ep.owner_unit").Scan(ctx, &sums)
	if err != nil {
		return nil, db.Error(op, err)
	}
	var covers []coverRow
	err = scope.Filter(q.NewSelect().Model(&covers), "eo.owner_unit").Where("eo.day_to >= ?", window.from.String()).Where("eo.day_from <= ?", window.to.String()).Scan(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	spans := map[string][]span{}
	for _, c := range covers {
		from, err := calendar.ParseDate(c.From)
		if err != nil {
			return nil, err
		}
		to, err := calendar.ParseDate(c.To)
		if err != nil {
			return nil, err
		}
		spans[c.Owner] = append(spans[c.Owner], span{from, to})
	}
	out := map[string]Share{}
	for _, s := range sums {
		out[s.Owner] = Share{Unit: s.Owner, Signed: s.Signed, Issued: s.Issued, Declared: s.Said}
	}
	for id, list := range spans {
		s := out[id]
		s.Unit, s.Seen = id, daysOf(window, list)
		out[id] = s
	}
	return out, nil
}
