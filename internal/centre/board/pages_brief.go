// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (p *Pages) gather(r *http.Request) (briefPage, error) {
	b, err := p.svc.Brief(r.Context())
	return briefPage{Brief: b, formula: p.svc.formula, words: newWords(r.Context(), p.svc.Now())}, err
}

// brief handles GET /boards: the leader's page.
func (p *Pages) brief(w http.ResponseWriter, r *http.Request) error {
	v, err := p.gather(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "board.title"), Body: briefView(v)})
}

// wall handles GET /boards/wall: the same without navigation, for a screen that
// nobody touches.
func (p *Pages) wall(w http.ResponseWriter, r *http.Request) error {
	v, err := p.gather(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "board.wall.title"), Body: wallView(v), Bare: true})
}

// wallState handles GET /boards/wall/state: the part of the wall that renews
// itself.
func (p *Pages) wallState(w http.ResponseWriter, r *http.Request) error {
	v, err := p.gather(r)
	if err != nil {
		return err
	}
	return p.site.Fragment(w, r, http.StatusOK, wallView(v))
}

// scores handles GET /boards/scores. Query: show, kind, q, sort, page.
func (p *Pages) scores(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	tables, err := p.svc.InForce(ctx)
	if err != nil {
		return err
	}
	v := scoresPage{r: r, all: p.svc.Scores(tables), f: scoreFilter(r), formula: p.svc.formula, ctx: ctx}
	v.list = v.f.Narrow(v.all)
	v.page = pageOf(r.URL.Query().Get("page"), len(v.list))
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "board.brief.scores"), Body: scoresView(v)})
}

// exportScores handles GET /boards/scores.csv and .xlsx: every page of the list, as
// it is filtered.
func (p *Pages) exportScores(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		tables, err := p.svc.InForce(ctx)
		if err != nil {
			return err
		}
		list := scoreFilter(r).Narrow(p.svc.Scores(tables))
		sh := web.Sheet{Name: "scores", Rows: func(yield func([]any, error) bool) {
			for _, s := range list {
				rank, points := any(""), ""
				if s.Rank > 0 {
					rank, points = int64(s.Rank), decimal(ctx, s.Points)
				}
				n := s.Counts
				if !yield([]any{rank, s.Unit.called(ctx), s.Unit.KindLabel, scoreText(ctx, s), points, decimal(ctx, s.Weight), int64(s.Coverage()), int64(n.Asked), int64(n.Met),
					int64(n.Overdue), int64(n.Unknown), p.svc.formula.Version}, nil) {
					return
				}
			}
		}}
		for _, key := range []string{"score.rank", "unit", "kind", "score", "export.points", "export.weight", "score.coverage", "export.asked", "count.met", "count.late", "count.unknown", "score.formula"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "board."+key))
		}
		return web.Export(w, r, format, sh)
	}
}

// unit handles GET /boards/units/{unit}.
func (p *Pages) unit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, tables, err := p.svc.OfUnit(ctx, r.PathValue("unit"))
	if err != nil {
		return err
	}
	v := unitPage{unit: u, tables: tables, words: newWords(ctx, p.svc.Now())}
	if own := p.svc.Scores(tables); len(own) == 1 {
		v.own = own[0]
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: u.Name, Body: unitView(v)})
}

// head handles GET /boards/heads/{unit}.
func (p *Pages) head(w http.ResponseWriter, r *http.Request) error {
	return p.renderHead(w, r, http.StatusOK, nil)
}

func (p *Pages) renderHead(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	h, err := p.svc.OfHead(ctx, r.PathValue("unit"))
	if err != nil {
		return err
	}
	v := unitPage{unit: h.Unit, tables: h.Tables, head: h, errs: errs, words: newWords(ctx, p.svc.Now())}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "board.head.title", h.Unit.Name), Body: headView(v)})
}

// accept handles POST /boards/heads/{unit}/accept. Form: directive, head,
// reference.
func (p *Pages) accept(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PathValue("unit")
	err := p.svc.Accept(ctx, r.PostFormValue("directive"), unit, r.PostFormValue("head"), r.PostFormValue("reference"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderHead(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "board.head.done"))
	return web.Redirect(w, r, headPath(unit))
}
