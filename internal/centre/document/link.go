// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Relation is what a paper does to another: an id in CL-document-basis.
type Relation string

// The relations that change what the other is worth, or are asked for by name.
const (
	Basis     Relation = "basis"
	Replaces  Relation = "replaces"
	Repeals   Relation = "repeals"
	Corrects  Relation = "corrects"
	Withdraws Relation = "withdraws"
	Answers   Relation = "answers"
)

// Cited is a paper as another cites it.
type Cited struct {
	Kind, Number, Symbol string
	Date                 calendar.Date
	Issuer, Subject      string
}

func citedOf(d Document) Cited {
	return Cited{d.Kind, d.Number, d.Symbol, d.Date, d.Issuer, d.Subject}
}

// Code is number and symbol as printed.
func (c Cited) Code() string { return Head{Number: c.Number, Symbol: c.Symbol}.Code() }

// Link is an edge of the chain: From does Relation to what is cited. Target is
// the cited paper where it is in the register and in the reader's sight.
type Link struct {
	ID       string
	From     ID
	Relation Relation
	Cited
	Standing Standing // of the cited paper: what the register says, else what was typed
	Target   ID
	By       string
	At       time.Time
}

const maxLinks = 200

// takesLinks reports whether the chain of d may still be told.
func (d Document) takesLinks() bool { return d.State == Draft || d.State == Received || d.Recorded }

// Cite adds an edge to the chain of a paper. Issuer, number and date say which
// paper is meant, whether it is in the register or not. Errors: fault.Invalid by
// field.
func (s *Service) Cite(ctx context.Context, id ID, l Link) (Document, error) {
	const op = "document.cite"
	if err := l.check(op, s.Codes(ctx)); err != nil {
		return Document{}, err
	}
	return s.change(ctx, op, id, 0, []auth.Permission{mayWrite, maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if !d.takesLinks() {
			return nil, wrongState(op, *d)
		}
		n, err := tx.NewSelect().Model((*linkRow)(nil)).Where("document_id = ?", string(id)).Count(ctx)
		if err != nil || n >= maxLinks {
			return nil, cmpErr(err, fault.Bad(op, "cite_number", "document.bad.many"))
		}
		return map[string]any{"relation": string(l.Relation), "cited": l.Code()}, addLink(ctx, tx, id, l, s.now(), by.Name)
	})
}

// check cleans what was typed of a citation and says by field what is wrong with
// it. What it means is found by what is cited.
func (l *Link) check(op string, codes Codes) error {
	l.Target = ""
	for _, t := range []*string{&l.Number, &l.Symbol, &l.Issuer, &l.Subject} {
		*t = i18n.NFC(*t)
	}
	if l.Standing == "" {
		l.Standing = Unknown
	}
	bad := map[string]string{}
	if !codes.has(codes.Relations, string(l.Relation)) {
		bad["relation"] = "document.bad.relation"
	}
	if l.Kind != "" && !codes.has(codes.Kinds, l.Kind) {
		bad["cite_kind"] = "document.bad.kind"
	}
	if l.Number != "" && !numberForm.MatchString(l.Number) {
		bad["cite_number"] = "document.bad.number"
	}
	if l.Number == "" && l.Subject == "" {
		bad["cite_number"] = "document.bad.cite"
	}
	if utf8.RuneCountInString(l.Symbol) > maxLine || utf8.RuneCountInString(l.Issuer) > maxLine || utf8.RuneCountInString(l.Subject) > maxSubject {
		bad["cite_subject"] = "document.bad.long"
	}
	if l.Standing != Unknown && l.Standing != InForce && l.Standing != Replaced {
		bad["cite_standing"] = "document.bad.standing"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

func addLink(ctx context.Context, tx *db.Tx, from ID, l Link, at time.Time, by string) error {
	if l.Standing == "" || l.Standing == Withdrawn {
		l.Standing = Unknown
	}
	r := linkRow{ID: db.NewID(), Document: string(from), Relation: string(l.Relation), Kind: l.Kind, Number: l.Number, Symbol: l.Symbol, Date: l.Date.String(), Issuer: l.Issuer,
		Subject: l.Subject, Standing: string(l.Standing), Target: string(l.Target), CiteKey: citeKey(l.Number, l.Symbol), AddedAt: db.At(at), ByName: by}
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("document.addLink", err)
}

// Uncite takes an edge out of the chain again, while it may be told.
func (s *Service) Uncite(ctx context.Context, id ID, link string) (Document, error) {
	const op = "document.uncite"
	return s.change(ctx, op, id, 0, []auth.Permission{mayWrite, maySend}, func(ctx context.Context, tx *db.Tx, d *Document, _ auth.Actor) (map[string]any, error) {
		if !d.takesLinks() {
			return nil, wrongState(op, *d)
		}
		res, err := tx.NewDelete().Model((*linkRow)(nil)).Where("id = ?", link).Where("document_id = ?", string(id)).Where("target_id = ''").Exec(ctx)
		if err != nil {
			return nil, db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return nil, cmpErr(err, fault.Missing(op))
		}
		return nil, nil
	})
}

func (r linkRow) link() (Link, error) {
	l := Link{ID: r.ID, From: ID(r.Document), Relation: Relation(r.Relation), Standing: Standing(r.Standing), Target: ID(r.Target), By: r.ByName, At: r.AddedAt.Time,
		Cited: Cited{Kind: r.Kind, Number: r.Number, Symbol: r.Symbol, Issuer: r.Issuer, Subject: r.Subject}}
	return l, l.Date.UnmarshalText([]byte(r.Date))
}

// links are what d cites and what cites it, of papers in sight.
func links(ctx context.Context, q bun.IDB, seen sight, d Document) (out, in []Link, err error) {
	const op = "document.links"
	var rows []linkRow
	if err := q.NewSelect().Model(&rows).Where("document_id = ?", string(d.ID)).OrderExpr("id").Scan(ctx); err != nil {
		return nil, nil, db.Error(op, err)
	}
	for _, r := range rows {
		l, err := r.link()
		if err != nil {
			return nil, nil, err
		}
		out = append(out, l)
	}
	if err := resolve(ctx, q, seen, out); err != nil {
		return nil, nil, err
	}
	var citing []row
	sel := seen.filter(q.NewSelect().Model(&citing)).Where("d.id <> ?", string(d.ID)).
		Where("d.id IN (SELECT document_id FROM document_link WHERE target_id = ? UNION SELECT document_id FROM document_link WHERE cite_key <> '' AND cite_key = ?)", string(d.ID), citeKey(d.Number, d.Symbol))
	if err := sel.OrderExpr("d.day, d.id").Limit(maxLinks).Scan(ctx); err != nil {
		return nil, nil, db.Error(op, err)
	}
	for _, r := range citing {
		from, err := r.document()
		if err != nil {
			return nil, nil, err
		}
		var edges []linkRow
		if err := q.NewSelect().Model(&edges).Where("document_id = ?", r.ID).Where("target_id = ? OR cite_key <> '' AND cite_key = ?", string(d.ID), citeKey(d.Number, d.Symbol)).OrderExpr("id").Scan(ctx); err != nil {
			return nil, nil, db.Error(op, err)
		}
		for _, e := range edges {
			l, err := e.link()
			if err != nil {
				return nil, nil, err
			}
			if !l.means(d) {
				continue
			}
			in = append(in, Link{ID: l.ID, From: from.ID, Relation: l.Relation, Cited: citedOf(from), Standing: from.Standing, Target: from.ID, By: l.By, At: l.At})
		}
	}
	return out, in, nil
}

// means reports whether l cites d: by id, or number, symbol and, where both are
// known, day.
func (l Link) means(d Document) bool {
	if l.Target != "" {
		return l.Target == d.ID
	}
	return d.Number != "" && citeKey(l.Number, l.Symbol) == citeKey(d.Number, d.Symbol) && (l.Date.IsZero() || d.Date.IsZero() || l.Date == d.Date)
}

// resolve finds the cited papers that are in the register, in sight.
func resolve(ctx context.Context, q bun.IDB, seen sight, list []Link) error {
	var ids, keys []string
	for _, l := range list {
		if l.Target != "" {
			ids = append(ids, string(l.Target))
		} else if key := citeKey(l.Number, l.Symbol); key != "" {
			keys = append(keys, key)
		}
	}
	if len(ids)+len(keys) == 0 {
		return nil
	}
	ids, keys = append(ids, "-"), append(keys, "-") // no empty list
	var rows []row
	err := seen.filter(q.NewSelect().Model(&rows)).Where("(d.id IN (?) OR d.cite_key IN (?))", bun.List(ids), bun.List(keys)).OrderExpr("d.id").Limit(10 * maxLinks).Scan(ctx)
	if err != nil {
		return db.Error("document.resolve", err)
	}
	found := make([]Document, len(rows))
	for i, r := range rows {
		var bad error
		found[i], bad = r.document()
		err = errors.Join(err, bad)
	}
	for i, l := range list {
		at := slices.IndexFunc(found, l.means)
		if at < 0 {
			list[i].Target = "" // not in sight
			continue
		}
		list[i].Target = found[at].ID
		if st := found[at].Standing; st == Replaced || st == Withdrawn || st == InForce && l.Standing == Unknown {
			list[i].Standing = st
		}
		if l.Subject == "" {
			list[i].Subject = found[at].Subject
		}
	}
	return err
}

// Node is a paper in a chain, with what it cites beneath.
type Node struct {
	Link
	Below []Node
}

const (
	chainDeep = 5
	chainWide = 60
)

// Chain is what a paper rests on, and what that rests on in its turn, as far as
// papers are in the register and in sight.
func (s *Service) Chain(ctx context.Context, id ID) ([]Node, error) {
	const op = "document.Chain"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	seen, q, left := sightOf(actor), s.Records.Read(), chainWide
	if _, err := get(ctx, q, seen, id); err != nil {
		return nil, err
	}
	var below func(id ID, depth int, path []ID) ([]Node, error)
	below = func(id ID, depth int, path []ID) (out []Node, err error) {
		var rows []linkRow
		if err := q.NewSelect().Model(&rows).Where("document_id = ?", string(id)).OrderExpr("id").Scan(ctx); err != nil {
			return nil, db.Error(op, err)
		}
		var list []Link
		for _, r := range rows {
			l, err := r.link()
			if err != nil {
				return nil, err
			}
			list = append(list, l)
		}
		if err := resolve(ctx, q, seen, list); err != nil {
			return nil, err
		}
		for _, l := range list {
			if left--; left < 0 {
				break
			}
			n := Node{Link: l}
			if l.Target != "" && depth < chainDeep && !slices.Contains(path, l.Target) {
				if n.Below, err = below(l.Target, depth+1, append(slices.Clone(path), l.Target)); err != nil {
					return nil, err
				}
			}
			out = append(out, n)
		}
		return out, nil
	}
	return below(id, 1, []ID{id})
}
