// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// listed is a definition as the list shows it.
type listed struct {
	Series
	next    *Entry // that is due next, or is late
	trouble int    // periods for which there is no draft
}

// glance says of each definition what is due next and what could not be made.
func (s *Service) glance(ctx context.Context, rows []Series) ([]listed, error) {
	windows, err := s.Campaigns(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, x := range rows {
		ids = append(ids, string(x.ID))
	}
	all, err := runs(ctx, s.Records.Read(), ids...)
	if err != nil {
		return nil, err
	}
	by, papers := map[string][]Run{}, []string{}
	for _, r := range all {
		by[r.stored.Series] = append(by[r.stored.Series], r)
		if r.Paper != "" {
			papers = append(papers, r.Paper)
		}
	}
	looked, err := s.Papers.Look(ctx, papers)
	today := calendar.DateOf(s.Now())
	out := make([]listed, 0, len(rows))
	for _, x := range rows {
		l := listed{Series: x}
		t, problem := s.terms(x.Plan, windows)
		if problem != "" || x.Problem == NoHeir {
			l.trouble++
		}
		var entries []Entry
		for _, r := range by[string(x.ID)] {
			e := Entry{Run: r, Of: looked[r.Paper]}
			if e.Standing = e.standing(today); e.Standing == NotMade || e.Standing == PassedBy {
				l.trouble++
			}
			entries = append(entries, e)
		}
		if problem == "" && x.State == Active {
			for _, p := range t.between(today, today.AddDays(800)) {
				if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Key == p.Key }) {
					e := Entry{Run: Run{Period: p}}
					e.Standing = e.standing(today)
					entries = append(entries, e)
				}
			}
		}
		slices.SortStableFunc(entries, func(a, b Entry) int { return a.Last.Compare(b.Last) })
		for _, e := range entries { // what is not sent, the oldest term first
			if !slices.Contains([]Standing{SentOn, SentLate, Withdrawn, Hidden}, e.Standing) {
				e.Late = e.Last.Compare(today) < 0
				l.next = &e
				break
			}
		}
		out = append(out, l)
	}
	return out, err
}
