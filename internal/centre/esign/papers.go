// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"bytes"
	"context"
	"errors"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Exported is an export of the document system of a unit, or one edXML message
// that it sent.
type Exported struct {
	Unit     string
	From, To calendar.Date // all electronic papers that the unit issued in these days are in the export; zeros for one message
	Data     []byte
}

// TakePapers reads which electronic papers were issued and which of them are
// signed: in a list, as the document system says; in a message, as the signatures
// of its PDF attachments hold. Errors: fault.Invalid (file, unit, from, to).
func (s *Service) TakePapers(ctx context.Context, in Exported) (Result, error) {
	const op = "esign.papers"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Result{}, err
	}
	list, files, rejected, err := s.readPapers(ctx, op, scope, in)
	if err != nil {
		return Result{}, err
	}
	r := Result{Rejected: rejected}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holds(ctx, tx, scope, op, in.Unit); err != nil {
			return err
		}
		r.Taken, r.Same = 0, 0
		covered := map[string]bool{in.Unit: true}
		for _, p := range list {
			covered[p.owner] = true
			fresh, err := addPaper(ctx, tx, p)
			if err != nil {
				return err
			}
			if fresh {
				r.Taken++
			} else {
				r.Same++
			}
			if p.serial != "" && p.signed {
				if _, err := used(ctx, tx, scope, p.serial, "", digestOf([]byte(p.owner+"\n"+p.code+"\n"+p.day.String())), "sheet", p.day.Start()); err != nil {
					return err
				}
			}
		}
		for _, c := range files {
			if _, err := s.uses(ctx, tx, scope, c, "edxml"); err != nil {
				return err
			}
		}
		for id := range covered {
			if in.From.IsZero() || len(rejected) > 0 && len(list) == 0 {
				break
			}
			row := coverRow{ID: db.NewID(), Owner: id, From: in.From.String(), To: in.To.String(), AddedName: actor.Name, AddedAt: db.At(s.now())}
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, op, in.Unit, "unit", in.Unit, map[string]any{"taken": r.Taken, "same": r.Same, "rejected": len(r.Rejected), "from": in.From.String(), "to": in.To.String(),
			"sha256": digestOf(in.Data)})
	})
	return r, db.Error(op, err)
}

// MessageOf reads an edXML message that unit sent, and gives what keeps its paper
// among those issued, in the transaction of whoever took or made the message; nil
// for a status, and where the actor may not write for unit. Errors: fault.Invalid
// (file).
func (s *Service) MessageOf(ctx context.Context, unit string, data []byte) (func(ctx context.Context, tx *db.Tx) error, error) {
	const op = "esign.papers"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return nil, err
	}
	if in, err := scope.Holds(ctx, s.Records.Read(), unit); err != nil || !in {
		return nil, db.Error(op, err)
	}
	p, files, err := s.readMessage(ctx, Exported{Unit: unit, Data: data})
	if errors.Is(err, edxml.ErrNotEdXML) { // a status, or a paper without number or day
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		fresh, err := addPaper(ctx, tx, p)
		if err != nil || !fresh {
			return err
		}
		for _, c := range files {
			if _, err := s.uses(ctx, tx, scope, c, "edxml"); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, op, unit, "unit", unit, map[string]any{"taken": 1, "sha256": digestOf(data)})
	}, nil
}

func (s *Service) readPapers(ctx context.Context, op string, scope auth.Scope, in Exported) (list []paper, files []Checked, rejected []Rejected, err error) {
	if bytes.HasPrefix(bytes.TrimLeft(in.Data, "\xef\xbb\xbf \t\r\n"), []byte("<")) {
		p, files, err := s.readMessage(ctx, in)
		if err != nil {
			return nil, nil, nil, badFile(op, err)
		}
		return []paper{p}, files, nil, nil
	}
	if err := (span{in.From, in.To}).check(op); err != nil {
		return nil, nil, nil, err
	}
	if in.To.Compare(calendar.DateOf(s.now())) > 0 {
		return nil, nil, nil, fault.Bad(op, "to", "esign.bad.future")
	}
	sheets, err := s.Sheet(in.Data)
	if err != nil {
		return nil, nil, nil, err
	}
	t, ok := find(sheets, paperColumns, "code", "day", "signed")
	if !ok {
		return nil, nil, nil, fault.Bad(op, "file", "esign.bad.papers")
	}
	rejected = t.each(func(row int) string {
		p, why := t.paper(row)
		switch {
		case why != "":
			return why
		case p.day.Compare(in.From) < 0 || p.day.Compare(in.To) > 0:
			return "esign.row.outside"
		}
		if err == nil {
			p.owner, why, err = s.unitOf(ctx, scope, t.cell(row, "unit"), in.Unit)
		}
		if why == "" {
			list = append(list, p)
		}
		return why
	})
	return list, nil, rejected, err
}

// readMessage reads one message: a paper is signed when a signature of a PDF of
// it holds.
func (s *Service) readMessage(ctx context.Context, in Exported) (paper, []Checked, error) {
	m, err := edxml.Read(in.Data, edxml.Limits{})
	if err != nil {
		return paper{}, nil, err
	}
	if m.Status != nil || m.Number == "" || m.Date.IsZero() {
		return paper{}, nil, edxml.ErrNotEdXML
	}
	trust, err := s.Trust(ctx)
	if err != nil {
		return paper{}, nil, err
	}
	p := paper{owner: in.Unit, code: m.Number + "/" + m.Notation, day: m.Date, subject: m.Subject, origin: "edxml"}
	var files []Checked
	for _, a := range m.Attachments {
		if !bytes.HasPrefix(a.Data, []byte("%PDF-")) {
			continue
		}
		c, err := verify(a.Data, trust, s.now())
		if err != nil { // an attachment that is not checked is not signed
			continue
		}
		files = append(files, c)
		for _, sig := range c.Signatures {
			p.signed = p.signed || counts(sig)
		}
	}
	return p, files, nil
}

// Shares is the measure of signed papers in from..to (both included), by unit, of
// those in the actor's scope of which anything is known.
func (s *Service) Shares(ctx context.Context, from, to calendar.Date) (map[string]Share, error) {
	const op = "esign.Shares"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	window := span{from, to}
	if err := window.check(op); err != nil {
		return nil, err
	}
	out, err := shares(ctx, s.Records.Read(), scope, window)
	for id, one := range out {
		one.Expected = window.days()
		out[id] = one
	}
	return out, err
}
