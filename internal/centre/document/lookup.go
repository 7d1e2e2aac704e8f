// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// LookupPath is where fields of other rooms ask for papers to choose from:
// LookupPath + "?q=1556". It answers JSON, see found.
const LookupPath = Path + "/lookup"

// mostFound is how many papers a field offers at once.
const mostFound = 20

// found is a paper as a field offers it.
type found struct {
	ID      string `json:"id"`
	Code    string `json:"code"`    // "1556/UBND-KGVX"; empty without number
	Subject string `json:"subject"` //
	Date    string `json:"date"`    // as the reader writes it; empty without
	Issuer  string `json:"issuer"`
	Cite    string `json:"cite"` // as another paper cites it
	Href    string `json:"href"`
}

// Lookup finds papers in the actor's sight by words of number, symbol, subject,
// bodies and people, without accents as well; the latest first, at most 20. No
// words find the latest.
func (s *Service) Lookup(ctx context.Context, words string) ([]Document, error) {
	p, err := s.List(ctx, Filter{Query: words, Limit: mostFound, Uncounted: true})
	return p.Rows, err
}

// CiteOf is d as another paper cites it, in the language of papers: "Công văn số 1556/UBND-KGVX ngày
// 30/08/2022 của UBND tỉnh Kiên Giang".
func (s *Service) CiteOf(ctx context.Context, d Document) string {
	ctx, codes := s.official(ctx)
	out, _, _ := strings.Cut(label(codes.Kinds, d.Kind), " (")
	if c := d.Code(); c != "" {
		out = i18n.T(ctx, "document.cite.number", out, c)
	} else {
		out += " " + d.Subject
	}
	if !d.Date.IsZero() {
		out = i18n.T(ctx, "document.cite.day", out, dayText(ctx, d.Date))
	}
	if d.Issuer != "" {
		out = i18n.T(ctx, "document.cite.body", out, d.Issuer)
	}
	return out
}

// lookup handles GET /documents/lookup. Query: q.
func (p *Pages) lookup(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := p.svc.Lookup(ctx, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	out := make([]found, len(list))
	for i, d := range list {
		out[i] = found{ID: string(d.ID), Code: d.Code(), Subject: d.Subject, Date: dayText(ctx, d.Date), Issuer: d.Issuer, Cite: p.svc.CiteOf(ctx, d), Href: href(d.ID)}
	}
	web.WriteJSON(w, http.StatusOK, struct {
		Items []found `json:"items"`
	}{out})
	return nil
}

// Duty is an obligation that has to do with a paper, as its page shows it.
type Duty struct {
	Title string
	Href  string
	Unit  string // id of the unit that owes
	Due   time.Time
	State ui.BadgeProps
}

// Duties are the obligations in the reader's scope that one paper has to do with.
type Duties struct {
	Resting []Duty // that rest on it
	Total   int64  // of those that rest on it
	AllAt   string // the list of all; may be empty
	Proved  []Duty // that it proves
}

// dutiesList lists obligations of a paper.
func (v showPage) dutiesList(ctx context.Context, id string, list []Duty) ui.ListProps {
	l := ui.ListProps{ID: id, Caption: i18n.T(ctx, "document.duties."+id), Total: int64(len(list)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.duties.what")}, {Label: i18n.T(ctx, "document.unit")},
		{Label: i18n.T(ctx, "document.duties.due")}, {Label: i18n.T(ctx, "document.state")}},
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "document.duties.none"), Text: i18n.T(ctx, "document.duties.none.text")}}
	for _, d := range list {
		l.Rows = append(l.Rows, ui.Row{ID: d.Href, Name: d.Title, Href: d.Href, Cells: []templ.Component{ui.Text(d.Title), unitOf(v.dutyUnits[d.Unit], d.Unit), ui.Time(d.Due), ui.Badge(d.State)}})
	}
	return l
}
