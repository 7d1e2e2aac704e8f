// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// templates builds the room of bodies' own layouts. The forms it shows are made
// without any record.
func (a *App) templates() *template.Service {
	return template.New(template.Deps{Records: a.Records, Files: a.Files, Now: a.opt.Now, Laws: a.Rooms.Packs,
		Forms: report.New(report.Deps{Laws: a.Rooms.Packs, Now: a.opt.Now})})
}

// templatePages are its screens.
func (a *App) templatePages(site *web.Site) *template.Pages {
	return template.NewPages(site, a.Rooms.Templates, template.Around{Units: a.unitOptions, Names: unitNames{a}.Names})
}

// drafts write the heads of documents in Word.
type drafts struct{ *App }

// Draft implements document.Drafts.
func (a drafts) Draft(ctx context.Context, d document.Document) (name string, raw []byte, l document.Layout, err error) {
	house, err := a.house(ctx, d.Unit)
	if err != nil {
		return "", nil, l, err
	}
	card, err := cards{a.App}.Card(ctx, d.Unit)
	if err != nil {
		return "", nil, l, err
	}
	h := template.Head{Kind: d.Kind, Issuer: cmp.Or(d.Issuer, house.Issuer, card.Name), Parent: cmp.Or(house.Parent, card.Parent), Number: d.Number, Symbol: d.Symbol,
		Place: cmp.Or(d.Place, house.Place), Date: d.Date, Subject: d.Subject, Urgency: d.Urgency, Title: cmp.Or(d.SignerTitle, house.Title), Name: d.Signer}
	h.Issuer, h.Parent = a.Rooms.Reports.FullName(h.Issuer), a.Rooms.Reports.FullName(h.Parent)
	if d.Recipients != "" {
		h.To = strings.Split(d.Recipients, "\n")
	}
	words := a.pack()
	h.Copies = []string{words.Term("paper.archive", "vi")}
	if len(h.To) > 0 {
		h.Copies = append([]string{a.catalogue.Text(i18n.Vietnamese, "report.word.as_above")}, h.Copies...)
	}
	used, raw, err := a.Rooms.Templates.DraftOf(ctx, d.Unit, h)
	return "du-thao.docx", raw, a.layoutOf(used), err
}

func (a drafts) layoutOf(l report.Layout) document.Layout {
	if l.ID == "" {
		return document.Layout{}
	}
	return document.Layout{ID: l.ID, Name: l.Name, Seq: l.Seq, Unfit: l.Unfit, Href: a.Rooms.Templates.Href(l.ID)}
}

// Drafted implements document.Drafts.
func (a drafts) Drafted(ctx context.Context, tx *db.Tx, id document.ID, l document.Layout, sha string) error {
	if l.ID == "" || l.Unfit != "" {
		return nil
	}
	return a.Rooms.Templates.Used(ctx, tx, report.Layout{ID: l.ID}, "document", string(id), sha)
}

// DraftedIn implements document.Drafts.
func (a drafts) DraftedIn(ctx context.Context, id document.ID) (map[string]document.Layout, error) {
	of, err := a.Rooms.Templates.Of(ctx, "document", string(id))
	out := map[string]document.Layout{}
	for sha, l := range of {
		out[sha] = a.layoutOf(l)
	}
	return out, err
}
