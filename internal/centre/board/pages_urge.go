// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"bytes"
	"net/http"
	"net/url"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// portion is the part of the board that q speaks of.
func portion(q url.Values) Portion { return Portion{Column: q.Get("column"), Filter: filterOf(q)} }

// owing handles GET /boards/{directive}/urge/units: who will be urged, before
// anybody is. Query: column, and that of the board the reader came from.
func (p *Pages) owing(w http.ResponseWriter, r *http.Request) error {
	ctx, of := r.Context(), portion(r.URL.Query())
	t, debtors, err := p.svc.Owing(ctx, r.PathValue("directive"), of)
	if err != nil {
		return err
	}
	v := urgePage{sheet: t.Sheet, of: of, from: from(r.URL.Query()), debtors: debtors, drafts: p.svc.Draft != nil, urges: auth.May(ctx, write), words: newWords(ctx, t.At)}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "board.urge.title"), Body: urgeView(v)})
}

// urge handles POST /boards/{directive}/urge/units. Form: column, id once a
// unit, and the query of the board.
func (p *Pages) urge(w http.ResponseWriter, r *http.Request) error {
	ctx, directive := r.Context(), r.PathValue("directive")
	if err := r.ParseForm(); err != nil {
		return err
	}
	n, err := p.svc.Urge(ctx, directive, portion(r.PostForm), r.PostForm["id"])
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "board.urge.done", number(ctx, n)))
	return web.Redirect(w, r, sheetPath(directive)+query(from(r.PostForm)))
}

// ask handles POST /boards/{directive}/urge/ask: who decides asks the centre to
// urge. Form: column, and the query of the board.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	ctx, directive := r.Context(), r.PathValue("directive")
	if err := r.ParseForm(); err != nil {
		return err
	}
	n, err := p.svc.AskToUrge(ctx, directive, portion(r.PostForm))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "board.urge.asked", number(ctx, n)))
	return web.Redirect(w, r, sheetPath(directive)+query(from(r.PostForm)))
}

// letter handles GET /boards/{directive}/urge/letter.docx and .pdf. Query: column,
// unit, and that of the board; without unit one letter to all.
func (p *Pages) letter(pdf bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		q := r.URL.Query()
		paper, err := p.svc.Letter(r.Context(), r.PathValue("directive"), portion(q), q.Get("unit"))
		if err != nil {
			return err
		}
		raw, err := file(paper, pdf)
		if err != nil {
			return err
		}
		name, kind := "cong-van-don-doc.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		if pdf {
			name, kind = "cong-van-don-doc.pdf", "application/pdf"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(raw))
		return nil
	}
}

// draft handles POST /boards/{directive}/urge/draft: the letter to all as a draft
// in the register. Form: column, unit, and the query of the board.
func (p *Pages) draft(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if p.svc.Draft == nil {
		return missing()
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	paper, err := p.svc.Letter(ctx, r.PathValue("directive"), portion(r.PostForm), r.PostForm.Get("unit"))
	if err != nil {
		return err
	}
	href, err := p.svc.Draft(ctx, paper.Subject, paper)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, href)
}
