// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Question is what a body asks about a directive, with the answer.
type Question struct {
	ID         string
	Unit       string
	Text       string
	By         string
	At         time.Time
	Answer     string // empty while nobody answered
	AnsweredBy string
	AnsweredAt time.Time
	Public     bool // every addressee sees it
	Version    int64
}

type questionRow struct {
	bun.BaseModel `bun:"table:directive_question,alias:q"`

	ID         string  `bun:"id,pk"`
	Directive  string  `bun:"directive_id"`
	Unit       string  `bun:"unit_id"`
	Text       string  `bun:"text"`
	ByName     string  `bun:"by_name"`
	At         db.Time `bun:"at"`
	Answer     string  `bun:"answer"`
	AnsweredBy string  `bun:"answered_by"`
	AnsweredAt db.Time `bun:"answered_at"`
	Public     bool    `bun:"public"`
	Version    int64   `bun:"version"`
}

func (r questionRow) question() Question {
	return Question{ID: r.ID, Unit: r.Unit, Text: r.Text, By: r.ByName, At: r.At.Time, Answer: r.Answer, AnsweredBy: r.AnsweredBy, AnsweredAt: r.AnsweredAt.Time, Public: r.Public, Version: r.Version}
}

// Questions lists what was asked about a directive, the first first: those of
// bodies in the actor's sight, and what was published to all.
func (s *Service) Questions(ctx context.Context, id ID) ([]Question, error) {
	const op = "directive.Questions"
	q := s.Records.Read()
	if _, err := s.sight(ctx, op, q, id); err != nil {
		return nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	own, args := scope.Where("q.unit_id")
	var rows []questionRow
	if err := q.NewSelect().Model(&rows).Where("q.directive_id = ?", string(id)).Where("(q.public OR "+own+")", args...).Order("q.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	out := make([]Question, len(rows))
	for n, r := range rows {
		out[n] = r.question()
		in, err := scope.Holds(ctx, q, r.Unit)
		if err != nil {
			return nil, db.Error(op, err)
		}
		if !in { // what was published, not whose it was
			out[n].By, out[n].Unit = "", ""
		}
	}
	return out, nil
}

// Ask asks the body that keeps a directive something, for a body it was issued to, or
// that stands in the place of one.
func (s *Service) Ask(ctx context.Context, id ID, unit, text string) (Question, error) {
	const op = "directive.ask"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Question{}, err
	}
	text = i18n.NFC(text)
	if n := len([]rune(text)); n == 0 || n > mostText {
		return Question{}, fault.Bad(op, "question", "directive.bad.question")
	}
	stands, err := s.standsFor(ctx, s.Records.Read(), scope, unit)
	if err != nil {
		return Question{}, err
	}
	r := questionRow{ID: db.NewID(), Directive: string(id), Unit: unit, Text: text, ByName: actor.Name, At: db.At(s.now()), Version: 1}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.sight(ctx, op, tx, id)
		if err != nil {
			return err
		}
		asked, err := addressed(ctx, tx, id, stands)
		if err != nil {
			return err
		}
		in, err := scope.Holds(ctx, tx, unit)
		if err != nil {
			return err
		}
		if !asked || !in {
			return fault.Missing(op)
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.asked", Units: []string{d.UnitID}, ID: id, Code: d.Code, Words: text, Href: href(id), Key: "asked/" + r.ID}); err != nil {
			return err
		}
		d.UnitID = unit
		return s.note(ctx, tx, op, d, map[string]any{"question": text})
	})
	return r.question(), err
}

// Reply answers a question; public shows both to every addressee.
func (s *Service) Reply(ctx context.Context, id ID, question, text string, public bool, version int64) (Question, error) {
	const op = "directive.reply"
	text = i18n.NFC(text)
	if n := len([]rune(text)); n == 0 || n > mostText {
		return Question{}, fault.Bad(op, "reply", "directive.bad.answer")
	}
	var r questionRow
	_, err := s.change(ctx, op, id, 0, []State{Issued, Ended}, func(ctx context.Context, tx *db.Tx, d *Directive, by auth.Actor) error {
		if err := tx.NewSelect().Model(&r).Where("q.id = ?", question).Where("q.directive_id = ?", string(id)).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		if r.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		r.Answer, r.AnsweredBy, r.AnsweredAt, r.Public, r.Version = text, by.Name, db.At(s.now()), public, version+1
		res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", version).Exec(ctx)
		if err := changed(op, res, err); err != nil {
			return err
		}
		to := []string{r.Unit}
		if public {
			if to, err = addressees(ctx, tx, nil, id); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.answered", Units: to, ID: id, Code: d.Code, Words: text, Href: href(id), Key: "answered/" + r.ID}); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"question": r.Text, "answer": text, "public": public})
	})
	return r.question(), err
}
