// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// signatures builds the room of digital signatures.
func (a *App) signatures() *esign.Service {
	return esign.New(esign.Deps{Records: a.Records, Now: a.opt.Now, Root: a.root, Sheet: unit.Tables, UnitNamed: a.unitNamed, Least: a.coverageLeast, Secrets: a.Secrets,
		Paper: a.paperToSign, Keep: a.keepSigned})
}

// signaturePages are its screens.
func (a *App) signaturePages(site *web.Site) *esign.Pages {
	return esign.NewPages(site, a.Rooms.Signatures, esign.Neighbours{Units: a.unitOptions, UnitNames: unitNames{a}.Names})
}

// waitsFor says which signature a paper waits for that the actor of ctx may give:
// the competent person's from when they signed the draft until the paper is
// sealed, the body's once it has its number.
func waitsFor(ctx context.Context, f document.Folder) (person, body bool) {
	actor, _ := auth.From(ctx)
	if f.Dir != document.Out || f.Recorded || f.State != document.Signed && f.State != document.Numbered {
		return false, false
	}
	person = slices.ContainsFunc(f.Steps, func(s document.Step) bool {
		return s.Round == f.Round && s.Signs && s.State == document.Agreed && s.PersonID == actor.ID
	})
	return person && f.May.AddFile, f.May.Seal
}

// paperToSign is a paper of the register with the file that is signed next.
func (a *App) paperToSign(ctx context.Context, id string) (esign.Paper, error) {
	f, err := a.Rooms.Documents.Get(ctx, document.ID(id))
	if err != nil {
		return esign.Paper{}, err
	}
	p := esign.Paper{ID: id, Unit: f.Unit, Code: f.Code(), Subject: f.Subject, Href: document.Path + "/" + id}
	if p.Person, p.Body = waitsFor(ctx, f); !p.Person && !p.Body {
		return p, nil
	}
	if f.State == document.Numbered {
		p.Number, _, _ = strings.Cut(p.Code, "/")
		p.Date = f.Date
	}
	file := toSign(f)
	if file.ID == "" {
		return p, nil
	}
	_, in, err := a.Rooms.Documents.OpenFile(ctx, f.ID, file.ID)
	if err != nil {
		return p, err
	}
	p.File = file.Name
	p.Data, err = io.ReadAll(in)
	return p, errors.Join(err, in.Close())
}

// toSign is the latest signed PDF of a paper, else its original; none when the
// latest file is no PDF.
func toSign(f document.Folder) (out document.File) {
	for _, one := range f.Files {
		if one.Current && (one.Role == document.SignedFile || one.Role == document.Original && out.Role != document.SignedFile) {
			out = one
		}
	}
	if out.Kind != paperfile.PDF {
		return document.File{}
	}
	return out
}

// keepSigned adds a file that was signed here, as an upload of it would.
func (a *App) keepSigned(ctx context.Context, paper, name string, data []byte) error {
	_, err := a.Rooms.Documents.AddFile(ctx, document.ID(paper), document.SignedFile, name, bytes.NewReader(data))
	return err
}

// signHere offers to sign a paper in the product, where that is on.
func (a *App) signHere(ctx context.Context, f document.Folder) ([]ui.Action, error) {
	if person, body := waitsFor(ctx, f); !person && !body || toSign(f).ID == "" {
		return nil, nil
	}
	on, _, err := a.Rooms.Signatures.Inside(ctx)
	if err != nil || !on {
		return nil, err
	}
	return []ui.Action{{Label: i18n.T(ctx, "esign.sign"), Href: esign.SignPath + "/" + string(f.ID), Icon: ui.IconKey}}, nil
}
