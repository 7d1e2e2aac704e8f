// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Verdict is what a person on a route said.
type Verdict string

// The verdicts.
const (
	Waiting  Verdict = "waiting"
	Agreed   Verdict = "agreed"
	Returned Verdict = "returned"
)

// Step is one person of a route. The last of each round signs.
type Step struct {
	ID         string
	Round      int64
	PersonID   string
	PersonName string
	Signs      bool
	State      Verdict
	Words      string
	DecidedAt  time.Time
}

// maxRoute is how many people a route may have.
const maxRoute = 10

func steps(ctx context.Context, q bun.IDB, id ID) ([]Step, error) {
	var rows []stepRow
	err := q.NewSelect().Model(&rows).Where("document_id = ?", string(id)).OrderExpr("round, seq").Scan(ctx)
	out := make([]Step, len(rows))
	for i, r := range rows {
		out[i] = Step{ID: r.ID, Round: r.Round, PersonID: r.PersonID, PersonName: r.PersonName, Signs: r.Signs, State: Verdict(r.State), Words: r.Words, DecidedAt: r.DecidedAt.Time}
	}
	return out, db.Error("document.steps", err)
}

// Submit sends a draft along route, account ids in order, whose last is who
// signs. Four eyes: who drafted it stands nowhere on it. Errors: fault.Invalid
// (route), fault.Conflict.
func (s *Service) Submit(ctx context.Context, id ID, route []string, version int64) (Document, error) {
	const op = "document.submit"
	return s.change(ctx, op, id, max(version, 1), []auth.Permission{mayWrite}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if d.State != Draft {
			return nil, wrongState(op, *d)
		}
		able, err := s.People(ctx, tx, d.Unit, mayWrite, maySign, maySend)
		if err != nil {
			return nil, err
		}
		signers, err := s.People(ctx, tx, d.Unit, maySign)
		if err != nil {
			return nil, err
		}
		if len(route) == 0 || len(route) > maxRoute {
			return nil, fault.Bad(op, "signer", "document.bad.route")
		}
		d.Round++
		var rows []stepRow
		for i, who := range route {
			last := i == len(route)-1
			from, field := able, "reviewers"
			if last {
				from, field = signers, "signer"
			}
			at := slices.IndexFunc(from, func(p Person) bool { return p.ID == who })
			switch {
			case who == d.DrafterID || who == by.ID:
				return nil, fault.Bad(op, field, "document.bad.four_eyes")
			case at < 0:
				return nil, fault.Bad(op, field, "document.bad.person")
			case slices.Contains(route[:i], who):
				return nil, fault.Bad(op, field, "document.bad.person_twice")
			}
			rows = append(rows, stepRow{ID: db.NewID(), Document: string(id), Round: d.Round, Seq: int64(i), PersonID: who, PersonName: from[at].Name, Signs: last, State: string(Waiting)})
		}
		d.State = Submitted
		_, err = tx.NewInsert().Model(&rows).Exec(ctx)
		return map[string]any{"round": d.Round, "people": len(rows)}, db.Error(op, err)
	})
}

// decide takes the words of the person whose turn it is.
func (s *Service) decide(ctx context.Context, op string, id ID, version int64, verdict Verdict, words string, sign bool) (Document, error) {
	words = lines(words)
	switch n := utf8.RuneCountInString(words); {
	case n == 0 && verdict == Returned:
		return Document{}, fault.Bad(op, "words", "document.bad.words")
	case n > maxText:
		return Document{}, fault.Bad(op, "words", "document.bad.long")
	}
	needs := []auth.Permission{mayWrite, maySign, maySend}
	if sign {
		needs = []auth.Permission{maySign}
	}
	return s.change(ctx, op, id, max(version, 1), needs, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if d.State != Submitted {
			return nil, wrongState(op, *d)
		}
		all, err := steps(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		now, waits := Folder{Document: *d, Steps: all}.next()
		if !waits || now.PersonID != by.ID || verdict == Agreed && now.Signs != sign {
			return nil, &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "document.bad.turn"}
		}
		if by.ID == d.DrafterID { // the route was made by another, and the draft came to be the actor's
			return nil, &fault.Error{Kind: fault.Forbidden, Op: op, Msg: "document.bad.four_eyes"}
		}
		at := s.now()
		_, err = tx.NewUpdate().Model((*stepRow)(nil)).Set("state = ?", string(verdict)).Set("words = ?", words).Set("decided_at = ?", db.At(at)).Where("id = ?", now.ID).Exec(ctx)
		if err != nil {
			return nil, err
		}
		switch {
		case verdict == Returned:
			d.State = Draft
		case sign:
			d.State, d.SignedAt, d.SignedBy = Signed, at, by.Name
			if d.Signer == "" {
				d.Signer = by.Name
			}
		}
		return map[string]any{"round": d.Round}, nil
	})
}

// Agree passes a paper on along its route, by whose turn it is.
func (s *Service) Agree(ctx context.Context, id ID, words string, version int64) (Document, error) {
	return s.decide(ctx, "document.agree", id, version, Agreed, words, false)
}

// Return gives a paper back to its drafter with what is to be changed.
func (s *Service) Return(ctx context.Context, id ID, words string, version int64) (Document, error) {
	return s.decide(ctx, "document.return", id, version, Returned, words, false)
}

// Sign is the signature of the competent person, the last of the route.
func (s *Service) Sign(ctx context.Context, id ID, words string, version int64) (Document, error) {
	return s.decide(ctx, "document.sign", id, version, Agreed, words, true)
}

// Number gives a signed paper its number and date: as typed, or the next of the
// unit's own book and today. Errors: fault.Invalid (number, date).
func (s *Service) Number(ctx context.Context, id ID, number, symbol string, date calendar.Date, version int64) (Document, error) {
	const op = "document.number"
	s.numbering.Lock()
	defer s.numbering.Unlock()
	return s.change(ctx, op, id, max(version, 1), []auth.Permission{maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if d.State != Signed {
			return nil, wrongState(op, *d)
		}
		if symbol != "" {
			d.Symbol = symbol
		}
		if err := s.number(ctx, tx, op, d, number, date); err != nil {
			return nil, err
		}
		if d.Date.Compare(calendar.DateOf(d.SignedAt)) < 0 {
			return nil, fault.Bad(op, "date", "document.bad.before_signed")
		}
		d.State, d.NumberedAt, d.NumberedBy = Numbered, s.now(), by.Name
		return map[string]any{"date": d.Date.String()}, d.check(op, s.Codes(ctx), true, s.today())
	})
}

// Seal says that the body's digital signature stands on the file of a numbered
// paper. The signed file is there, and where its signatures can be checked none
// is broken.
func (s *Service) Seal(ctx context.Context, id ID, version int64) (Document, error) {
	const op = "document.seal"
	signed, report, err := s.signed(ctx, id)
	if err != nil {
		return Document{}, err
	}
	return s.change(ctx, op, id, max(version, 1), []auth.Permission{maySend}, func(_ context.Context, _ *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		switch {
		case d.State != Numbered:
			return nil, wrongState(op, *d)
		case signed.ID == "":
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "document.bad.no_signed"}
		case report.Bad:
			return nil, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "document.bad.signature"}
		}
		d.State, d.SealedAt, d.SealedBy = Sealed, s.now(), by.Name
		return map[string]any{"sha256": signed.SHA256, "verified": report.OK}, nil
	})
}

// Issue sends a sealed paper out into force. What it replaces or withdraws no
// longer holds from then on.
func (s *Service) Issue(ctx context.Context, id ID, version int64) (Document, error) {
	const op = "document.issue"
	return s.change(ctx, op, id, max(version, 1), []auth.Permission{maySend}, func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if d.State != Sealed {
			return nil, wrongState(op, *d)
		}
		d.State, d.Standing, d.IssuedAt, d.IssuedBy = Issued, InForce, s.now(), by.Name
		return map[string]any{"date": d.Date.String()}, s.done(ctx, tx, *d)
	})
}

// done is what follows from a paper being issued: the standing of what it
// replaces or withdraws, and whoever waits for it.
func (s *Service) done(ctx context.Context, tx *db.Tx, d Document) error {
	var rows []linkRow
	if err := tx.NewSelect().Model(&rows).Where("document_id = ?", string(d.ID)).Where("target_id <> ''").OrderExpr("id").Scan(ctx); err != nil {
		return err
	}
	for _, l := range rows {
		to := Replaced
		switch Relation(l.Relation) {
		case Replaces, Repeals:
		case Withdraws:
			to = Withdrawn
		default:
			continue
		}
		var r row
		if err := tx.NewSelect().Model(&r).Where("d.id = ?", l.Target).Scan(ctx); err != nil {
			return err
		}
		old, err := r.document()
		if err != nil {
			return err
		}
		if old.State != Issued || old.Standing != InForce || old.Unit != d.Unit {
			continue // another's paper: what it is to others they say themselves
		}
		old.Standing = to
		old.Version++
		if err := save(ctx, tx, old); err != nil {
			return err
		}
		if err := s.note(ctx, tx, "document.superseded", old, map[string]any{"by": string(d.ID), "standing": string(to)}); err != nil {
			return err
		}
	}
	if s.Deps.Issued == nil {
		return nil
	}
	return s.Deps.Issued(ctx, tx, d)
}

// Follow begins the paper that replaces, corrects or withdraws an issued one,
// with its head. The issued one stays as it is until that is issued.
func (s *Service) Follow(ctx context.Context, id ID, rel Relation) (Document, error) {
	const op = "document.follow"
	if rel != Replaces && rel != Corrects && rel != Withdraws {
		return Document{}, fault.Bad(op, "relation", "document.bad.relation")
	}
	actor, _, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Document{}, err
	}
	old, err := get(ctx, s.Records.Read(), sightOf(actor), id)
	if err != nil {
		return Document{}, err
	}
	if old.State != Issued {
		return Document{}, wrongState(op, old)
	}
	h := old.Head
	h.Signer, h.Note = "", ""
	return s.begin(ctx, h, rel, id)
}

// follow links d with the paper of the register that it does rel to.
func (s *Service) follow(ctx context.Context, tx *db.Tx, op string, actor auth.Actor, d Document, rel Relation, of ID) error {
	old, err := get(ctx, tx, sightOf(actor), of)
	if fault.Is(err, fault.NotFound) {
		return fault.Bad(op, "of", "document.bad.of")
	}
	if err != nil {
		return err
	}
	if old.State != Issued || old.Unit != d.Unit {
		return fault.Bad(op, "of", "document.bad.of")
	}
	if old.Standing != InForce {
		return fault.Bad(op, "of", "document.bad.superseded")
	}
	l := Link{Relation: rel, Cited: citedOf(old), Target: of}
	return addLink(ctx, tx, d.ID, l, s.now(), actor.Name)
}
