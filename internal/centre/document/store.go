// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:document,alias:d"`

	ID          string  `bun:"id,pk"`
	Unit        string  `bun:"unit_id"`
	Dir         string  `bun:"dir"`
	State       string  `bun:"state"`
	Standing    string  `bun:"standing"`
	Recorded    bool    `bun:"recorded"`
	Kind        string  `bun:"kind"`
	Number      string  `bun:"number"`
	Symbol      string  `bun:"symbol"`
	Date        string  `bun:"doc_date"`
	Place       string  `bun:"place"`
	Subject     string  `bun:"subject"`
	Urgency     string  `bun:"urgency"`
	Issuer      string  `bun:"issuer"`
	Signer      string  `bun:"signer"`
	SignerTitle string  `bun:"signer_title"`
	Recipients  string  `bun:"recipients"`
	Arrival     int64   `bun:"arrival"`
	ArrivedOn   string  `bun:"arrived_on"`
	ReplyBy     string  `bun:"reply_by"`
	Note        string  `bun:"note"`
	Round       int64   `bun:"round"`
	DrafterID   string  `bun:"drafter_id"`
	DrafterName string  `bun:"drafter_name"`
	CreatedAt   db.Time `bun:"created_at"`
	SignedAt    db.Time `bun:"signed_at"`
	SignedBy    string  `bun:"signed_by"`
	NumberedAt  db.Time `bun:"numbered_at"`
	NumberedBy  string  `bun:"numbered_by"`
	SealedAt    db.Time `bun:"sealed_at"`
	SealedBy    string  `bun:"sealed_by"`
	IssuedAt    db.Time `bun:"issued_at"`
	IssuedBy    string  `bun:"issued_by"`
	Day         string  `bun:"day"`
	DupKey      string  `bun:"dup_key"`
	CiteKey     string  `bun:"cite_key"`
	Search      string  `bun:"search"`
	Version     int64   `bun:"version"`
}

func toRow(d Document) row {
	day := calendar.DateOf(d.CreatedAt)
	if d.Dir == In {
		day = d.ArrivedOn
	} else if !d.Date.IsZero() {
		day = d.Date
	}
	return row{ID: string(d.ID), Unit: d.Unit, Dir: string(d.Dir), State: string(d.State), Standing: string(d.Standing), Recorded: d.Recorded, Kind: d.Kind,
		Number: d.Number, Symbol: d.Symbol, Date: d.Date.String(), Place: d.Place, Subject: d.Subject, Urgency: d.Urgency, Issuer: d.Issuer, Signer: d.Signer,
		SignerTitle: d.SignerTitle, Recipients: d.Recipients, Arrival: d.Arrival, ArrivedOn: d.ArrivedOn.String(), ReplyBy: d.ReplyBy.String(), Note: d.Note,
		Round: d.Round, DrafterID: d.DrafterID, DrafterName: d.DrafterName, CreatedAt: db.At(d.CreatedAt), SignedAt: db.At(d.SignedAt), SignedBy: d.SignedBy,
		NumberedAt: db.At(d.NumberedAt), NumberedBy: d.NumberedBy, SealedAt: db.At(d.SealedAt), SealedBy: d.SealedBy, IssuedAt: db.At(d.IssuedAt), IssuedBy: d.IssuedBy,
		Day: day.String(), DupKey: d.dupKey(), CiteKey: citeKey(d.Number, d.Symbol), Version: d.Version,
		Search: i18n.Fold(strings.Join([]string{d.Code(), d.Number + "/" + d.Symbol, d.Subject, d.Issuer, d.Signer, d.Recipients, d.Note}, " "))}
}

func (r row) document() (Document, error) {
	d := Document{ID: ID(r.ID), State: State(r.State), Standing: Standing(r.Standing), Recorded: r.Recorded, Round: r.Round, DrafterID: r.DrafterID,
		DrafterName: r.DrafterName, CreatedAt: r.CreatedAt.Time, SignedAt: r.SignedAt.Time, SignedBy: r.SignedBy, NumberedAt: r.NumberedAt.Time, NumberedBy: r.NumberedBy,
		SealedAt: r.SealedAt.Time, SealedBy: r.SealedBy, IssuedAt: r.IssuedAt.Time, IssuedBy: r.IssuedBy, Version: r.Version,
		Head: Head{Unit: r.Unit, Dir: Dir(r.Dir), Kind: r.Kind, Number: r.Number, Symbol: r.Symbol, Place: r.Place, Subject: r.Subject, Urgency: r.Urgency, Issuer: r.Issuer,
			Signer: r.Signer, SignerTitle: r.SignerTitle, Recipients: r.Recipients, Arrival: r.Arrival, Note: r.Note}}
	return d, errors.Join(d.Date.UnmarshalText([]byte(r.Date)), d.ArrivedOn.UnmarshalText([]byte(r.ArrivedOn)), d.ReplyBy.UnmarshalText([]byte(r.ReplyBy)))
}

// sight is what an actor sees of the register: all that was issued or received
// in the units they may read, and papers on their way where they write, sign or
// send.
type sight struct{ read, write, sign, send auth.Scope }

func sightOf(a auth.Actor) sight {
	return sight{auth.ScopeOf(a, mayRead), auth.ScopeOf(a, mayWrite), auth.ScopeOf(a, maySign), auth.ScopeOf(a, maySend)}
}

func (s sight) filter(q *bun.SelectQuery) *bun.SelectQuery {
	q = s.read.Filter(q, "d.unit_id")
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("d.state IN ('issued', 'received')")
		for _, scope := range []auth.Scope{s.write, s.sign, s.send} {
			query, args := scope.Where("d.unit_id")
			q = q.WhereOr(query, args...)
		}
		return q
	})
}

// along is filter in a form by which no engine seeks rows: for lists that are
// read along an index in their own order, passing over what is not seen.
func (s sight) along(q *bun.SelectQuery) *bun.SelectQuery {
	query, args := s.read.Where("d.unit_id")
	if s.all() {
		return q.Where("("+query+") IS TRUE", args...)
	}
	query = "((" + query + ") AND (d.state IN ('issued', 'received')"
	for _, scope := range []auth.Scope{s.write, s.sign, s.send} {
		more, with := scope.Where("d.unit_id")
		query, args = query+" OR "+more, append(args, with...)
	}
	return q.Where(query+")) IS TRUE", args...)
}

// all reports whether every paper of the units that are read is seen: whoever
// writes, signs or sends wherever they read asks for no state.
func (s sight) all() bool {
	return slices.ContainsFunc([]auth.Scope{s.write, s.sign, s.send}, func(scope auth.Scope) bool {
		roots := scope.Roots()
		return !slices.ContainsFunc(s.read.Roots(), func(r string) bool { return !slices.Contains(roots, r) })
	})
}

func get(ctx context.Context, q bun.IDB, s sight, id ID) (Document, error) {
	var r row
	if err := s.filter(q.NewSelect().Model(&r)).Where("d.id = ?", string(id)).Scan(ctx); err != nil {
		return Document{}, db.Error("document.get", err)
	}
	return r.document()
}

// insert writes a new paper; one with the same key is fault.Conflict.
func insert(ctx context.Context, tx *db.Tx, d Document) error {
	r := toRow(d)
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return twice(err)
}

// save writes d, whose version is one above the row's.
func save(ctx context.Context, tx *db.Tx, d Document) error {
	const op = "document.save"
	r := toRow(d)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", d.Version-1).Exec(ctx)
	if err != nil {
		return twice(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

func twice(err error) error {
	if db.IsDuplicate(err) {
		return fault.Bad("document.save", "number", "document.bad.twice")
	}
	return db.Error("document.save", err)
}

type stepRow struct {
	bun.BaseModel `bun:"table:document_step,alias:ds"`

	ID         string  `bun:"id,pk"`
	Document   string  `bun:"document_id"`
	Round      int64   `bun:"round"`
	Seq        int64   `bun:"seq"`
	PersonID   string  `bun:"person_id"`
	PersonName string  `bun:"person_name"`
	Signs      bool    `bun:"signs"`
	State      string  `bun:"state"`
	Words      string  `bun:"words"`
	DecidedAt  db.Time `bun:"decided_at"`
}

type fileRow struct {
	bun.BaseModel `bun:"table:document_file,alias:df"`

	ID       string  `bun:"id,pk"`
	Document string  `bun:"document_id"`
	Role     string  `bun:"role"`
	Revision int64   `bun:"revision"`
	Current  bool    `bun:"current"`
	Name     string  `bun:"name"`
	Kind     string  `bun:"kind"`
	Size     int64   `bun:"size"`
	SHA256   string  `bun:"sha256"`
	Unread   bool    `bun:"unread"`
	Cites    string  `bun:"cites"`
	AddedAt  db.Time `bun:"added_at"`
	ByName   string  `bun:"by_name"`
}

type contentRow struct {
	bun.BaseModel `bun:"table:document_content,alias:dc"`

	File     string `bun:"file_id,pk"`
	Document string `bun:"document_id"`
	Content  string `bun:"content"`
}

type linkRow struct {
	bun.BaseModel `bun:"table:document_link,alias:dl"`

	ID       string  `bun:"id,pk"`
	Document string  `bun:"document_id"`
	Relation string  `bun:"relation"`
	Kind     string  `bun:"kind"`
	Number   string  `bun:"number"`
	Symbol   string  `bun:"symbol"`
	Date     string  `bun:"doc_date"`
	Issuer   string  `bun:"issuer"`
	Subject  string  `bun:"subject"`
	Standing string  `bun:"standing"`
	Target   string  `bun:"target_id"`
	CiteKey  string  `bun:"cite_key"`
	AddedAt  db.Time `bun:"added_at"`
	ByName   string  `bun:"by_name"`
}

type dispatchRow struct {
	bun.BaseModel `bun:"table:document_dispatch,alias:dd"`

	ID         string  `bun:"id,pk"`
	Document   string  `bun:"document_id"`
	Recipient  string  `bun:"recipient"`
	Channel    string  `bun:"channel"`
	SentAt     db.Time `bun:"sent_at"`
	SentBy     string  `bun:"sent_by"`
	ReceivedAt db.Time `bun:"received_at"`
	Receipt    string  `bun:"receipt"`

	OrganID     string  `bun:"organ_id"`
	Status      string  `bun:"status"`
	StatusAt    db.Time `bun:"status_at"`
	StatusWords string  `bun:"status_words"`
	SentByID    string  `bun:"sent_by_id"`
	Told        int64   `bun:"told"`
	RemindAt    db.Time `bun:"remind_at"`
}

type ruleRow struct {
	bun.BaseModel `bun:"table:document_rule,alias:dr"`

	Unit     string `bun:"unit_id,pk"`
	Year     int64  `bun:"year,pk"`
	Mode     string `bun:"mode"`
	Arrivals bool   `bun:"arrivals"`
	Version  int64  `bun:"version"`
}

type bookRow struct {
	bun.BaseModel `bun:"table:document_book,alias:bk"`

	Unit   string `bun:"unit_id,pk"`
	Year   int64  `bun:"year,pk"`
	Series string `bun:"series,pk"`
	Used   int64  `bun:"used"`
	Given  int64  `bun:"given"`
}

type importRow struct {
	bun.BaseModel `bun:"table:document_import,alias:di"`

	ID     string  `bun:"id,pk"`
	Unit   string  `bun:"unit_id"`
	Dir    string  `bun:"dir"`
	Name   string  `bun:"name"`
	Grid   string  `bun:"grid"`
	Secret int64   `bun:"secret"`
	MadeAt db.Time `bun:"made_at"`
	MadeBy string  `bun:"made_by"`
}
