// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
)

type comparePage struct {
	r             *http.Request
	packs         []*rulepack.Pack
	before, after string
	part, kind    string
	rows          []Difference
	total         int
	next          string
	tally         map[string]int
}

// read fills v from the question: packs a and b, by default today's and the one before.
func (p *Pages) compared(ctx context.Context, r *http.Request) (comparePage, error) {
	q := r.URL.Query()
	v := comparePage{r: r, packs: p.svc.Laws.Packs(), before: q.Get("a"), after: q.Get("b"), part: q.Get("part"), kind: q.Get("kind"), tally: map[string]int{}}
	today := p.svc.Laws.At(p.svc.today()).ID
	now := slices.IndexFunc(v.packs, func(q *rulepack.Pack) bool { return q.ID == today })
	v.before, v.after = cmp.Or(v.before, v.packs[max(now-1, 0)].ID), cmp.Or(v.after, today)
	all, err := p.svc.Compare(ctx, v.before, v.after, sectionsOf(v.part))
	for _, d := range all {
		v.tally[d.Kind()]++
		if v.kind == "" || v.kind == d.Kind() {
			v.rows = append(v.rows, d)
		}
	}
	v.total = len(v.rows)
	return v, err
}

// compare handles GET /rules/compare. Query: a, b (ids of packs), part, kind
// (added, removed, changed), after.
func (p *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.compared(ctx, r)
	if err != nil {
		return err
	}
	if after := r.URL.Query().Get("after"); after != "" {
		for n, d := range v.rows {
			if d.Key == after {
				v.rows = v.rows[n+1:]
				break
			}
		}
	}
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		v.next = web.With(r, "after", v.rows[onPage-1].Key)
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "rule.compare"), Body: compareView(v)})
}
