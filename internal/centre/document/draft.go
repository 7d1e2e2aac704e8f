// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Layout names a body's own layout of a draft in Word; the zero value is the
// product's own.
type Layout struct {
	ID, Name, Href string
	Seq            int
	Unfit          string // catalogue key of why it was in force and could not be used
}

// Drafts write drafts in Word.
type Drafts interface {
	// Draft is the head of d as a DOCX to be written on, and the layout it has.
	Draft(ctx context.Context, d Document) (name string, raw []byte, l Layout, err error)
	// Drafted is told inside the transaction that keeps the file.
	Drafted(ctx context.Context, tx *db.Tx, id ID, l Layout, sha string) error
	// DraftedIn lists the layouts that files of a paper were made in, by SHA-256.
	DraftedIn(ctx context.Context, id ID) (map[string]Layout, error)
}

// MakeDraft writes the head of a draft into a DOCX and keeps it as its original,
// to be written on outside and brought back. Errors: those of AddFile.
func (s *Service) MakeDraft(ctx context.Context, id ID) (File, Layout, error) {
	const op = "document.draft"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return File{}, Layout{}, err
	}
	d, err := get(ctx, s.Records.Read(), sightOf(actor), id)
	if err != nil {
		return File{}, Layout{}, err
	}
	if err := mayAdd(ctx, s.Records.Read(), op, d, actor, Original); err != nil || d.Dir != Out || s.Drafts == nil {
		return File{}, Layout{}, cmpErr(err, wrongState(op, d))
	}
	name, raw, l, err := s.Drafts.Draft(ctx, d)
	if err != nil {
		return File{}, l, err
	}
	f, err := s.addFile(ctx, id, Original, name, bytes.NewReader(raw), func(ctx context.Context, tx *db.Tx, f File) error {
		return s.Drafts.Drafted(ctx, tx, id, l, f.SHA256)
	})
	return f, l, err
}

// draft handles POST /documents/{document}/draft.
func (p *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	_, l, err := p.svc.MakeDraft(r.Context(), idOf(r))
	done := "document.done.written"
	if l.Unfit != "" {
		done = "document.done.written.unfit"
	}
	return p.answer(w, r, err, done)
}

// layouts are those of the files of a paper.
func (s *Service) layouts(ctx context.Context, id ID) (map[string]Layout, error) {
	if s.Drafts == nil {
		return nil, nil
	}
	return s.Drafts.DraftedIn(ctx, id)
}
