// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type sharesPage struct {
	r        *http.Request
	from, to calendar.Date
	rows     []shareRow
	total    Share
	least    int64
	errs     map[string]string
}

type shareRow struct {
	Share
	name string
}

// window reads the days of a list of shares: the last twelve months unless said
// otherwise.
func (p *Pages) window(r *http.Request) (from, to calendar.Date) {
	today := p.svc.Now()
	from, to = calendar.DateOf(today.AddDate(-1, 0, 1)), calendar.DateOf(today)
	if d, err := calendar.ParseDate(r.URL.Query().Get("from")); err == nil {
		from = d
	}
	if d, err := calendar.ParseDate(r.URL.Query().Get("to")); err == nil {
		to = d
	}
	return from, to
}

func (p *Pages) readShares(r *http.Request) (v sharesPage, err error) {
	ctx := r.Context()
	v = sharesPage{r: r, least: p.svc.Least()}
	v.from, v.to = p.window(r)
	known, err := p.svc.Shares(ctx, v.from, v.to)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	units, err := p.near.Units(ctx)
	days := span{v.from, v.to}.days()
	for _, u := range units {
		s := known[u.Value]
		s.Unit, s.Expected = u.Value, days
		v.rows = append(v.rows, shareRow{s, u.Label})
		v.total = v.total.Add(s)
	}
	return v, err
}

// shares handles GET /signatures/papers. Query: from, to.
func (p *Pages) shares(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readShares(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "esign.papers"), Body: sharesView(v)})
}

// exportShares handles GET /signatures/papers.csv and .xlsx.
func (p *Pages) exportShares(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		v, err := p.readShares(r)
		if err != nil {
			return err
		}
		return web.Export(w, r, format, web.Sheet{Name: "signed-papers", Heads: heads(ctx, "unit", "signed", "issued", "seen", "expected", "share"),
			Rows: func(yield func([]any, error) bool) {
				for _, s := range v.rows {
					var signed, issued any = s.Signed, s.Issued
					if s.Seen == 0 && s.Issued == 0 {
						signed, issued = "", "" // nothing was seen, which is not zero
					}
					if !yield([]any{trimmed(s.name), signed, issued, s.Seen, s.Expected, v.words(ctx, s.Share)}, nil) {
						return
					}
				}
			}})
	}
}

// addPapers handles GET /signatures/papers/new.
func (p *Pages) addPapers(w http.ResponseWriter, r *http.Request) error {
	now := p.svc.Now().In(i18n.Hanoi)
	last := calendar.DateOf(time.Date(now.Year(), now.Month(), 1, 12, 0, 0, 0, i18n.Hanoi)).AddDays(-1) // of the month before
	return p.renderPapers(w, r, http.StatusOK, formPage{from: calendar.Date{Year: last.Year, Month: last.Month, Day: 1}.String(), to: last.String()})
}

func (p *Pages) renderPapers(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	if err := p.units(ctx, &v); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "esign.papers.add"), Body: papersView(v)})
}

// takePapers handles POST /signatures/papers/new. Form: file, unit, from, to.
func (p *Pages) takePapers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := uploaded(r)
	v := formPage{unit: r.PostFormValue("unit"), from: r.PostFormValue("from"), to: r.PostFormValue("to")}
	in := Exported{Unit: v.unit, Data: data}
	for _, d := range []struct {
		text string
		into *calendar.Date
	}{{v.from, &in.From}, {v.to, &in.To}} {
		if got, bad := calendar.ParseDate(d.text); bad == nil { // what is none is the zero one, which the rules refuse
			*d.into = got
		}
	}
	var done Result
	if err == nil {
		done, err = p.svc.TakePapers(ctx, in)
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderPapers(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if len(done.Rejected) > 0 {
		v.done = &done
		return p.renderPapers(w, r, http.StatusOK, v)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "esign.done.papers", i18n.Number(ctx, int64(done.Taken)), i18n.Number(ctx, int64(done.Same))))
	return web.Redirect(w, r, papersPath)
}
