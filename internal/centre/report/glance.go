// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Glance is how a paper stands, without reading again what it is about.
type Glance struct {
	State  State
	Label  string    // as other papers cite it
	Prints int       // how many were made
	SentAt time.Time // the first sending; zero before
}

// Glances says how papers in the actor's sight stand, by id; others are absent.
func (s *Service) Glances(ctx context.Context, ids []string) (map[string]Glance, error) {
	const op = "report.Glances"
	_, sight, err := sees(ctx, op)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	q, out := s.records.Read(), map[string]Glance{}
	var rows []row
	if err := sight.filter(brief(q.NewSelect().Model(&rows))).Where("p.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	var sent []sendingRow
	if err := q.NewSelect().Model(&sent).Where("paper_id IN (?)", bun.List(ids)).OrderExpr("at DESC").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	for _, r := range rows {
		p, err := r.paper()
		if err != nil {
			return nil, err
		}
		g := Glance{State: p.State, Label: s.Label(p), Prints: p.Prints}
		for _, x := range sent {
			if x.PaperID == r.ID {
				g.SentAt = x.At.Time
			}
		}
		out[r.ID] = g
	}
	return out, nil
}

// Span is the first and the last day of what a new paper would be about. Errors
// are those of Begin.
func (s *Service) Span(st Start) (from, to calendar.Date, err error) {
	_, p, err := s.started("report.Span", st)
	return p.From, p.To, err
}

// Number is one number that a paper was printed with: of a field, or of the last
// row of a table, which sums a column.
type Number struct {
	Key, Label string
	Value      float64
	Percent    bool
}

// PrintedNumbers lists the numbers of the latest print of a paper in the actor's
// sight, from its frozen inputs, in the order of the form. It fails with
// fault.NotFound when nothing was printed.
func (s *Service) PrintedNumbers(ctx context.Context, id ID) ([]Number, error) {
	const op = "report.PrintedNumbers"
	_, sight, err := sees(ctx, op)
	if err != nil {
		return nil, err
	}
	q := s.records.Read()
	p, err := get(ctx, q, op, sight, id)
	if err != nil {
		return nil, err
	}
	_, form, known := s.form(p)
	list, err := prints(ctx, q, id)
	if err != nil || len(list) == 0 || !known {
		if err == nil {
			err = fault.Missing(op)
		}
		return nil, err
	}
	in, err := s.inputs(ctx, list[0])
	if err != nil {
		return nil, err
	}
	var out []Number
	for _, f := range form.Fields() {
		v := in.Values[f.Key]
		switch {
		case f.Type == "pct" && v.Text != "":
			n, err := strconv.ParseFloat(strings.Replace(strings.TrimSuffix(v.Text, "%"), ",", ".", 1), 64)
			if err == nil { // what a person typed otherwise is no number
				out = append(out, Number{f.Key, f.Label, n, true})
			}
		case v.Int != nil:
			out = append(out, Number{f.Key, f.Label, float64(*v.Int), false})
		case f.TotalRow != "":
			for _, c := range f.Columns {
				if n, some := v.total(c.Key); some && (c.Type == "int" || c.Type == "money") {
					out = append(out, Number{f.Key + "." + c.Key, f.Label + ": " + lowerFirst(c.Label), float64(n), false})
				}
			}
		}
	}
	return out, nil
}
