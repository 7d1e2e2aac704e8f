// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// Letter is an urging letter in the layout of Nghị định 30/2020/NĐ-CP: to one
// unit with what it owes in the letter, or to all with an annex. It fails with
// fault.NotFound for a unit that owes nothing and fault.Conflict when nobody does.
func (s *Service) Letter(ctx context.Context, directive string, of Portion, unit string) (officedoc.Paper, error) {
	const op = "board.Letter"
	t, debtors, err := s.owing(ctx, op, write, directive, of)
	if err != nil {
		return officedoc.Paper{}, err
	}
	if len(debtors) == 0 {
		return officedoc.Paper{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "board.err.nobody"}
	}
	if s.Official != nil {
		ctx = s.Official(ctx)
	}
	var p officedoc.Paper
	if s.House != nil {
		if p, err = s.House(ctx); err != nil {
			return p, err
		}
	}
	p.PrintedAt = t.At
	p.Subject = i18n.T(ctx, "board.letter.subject", t.Sheet.cite(ctx))
	if len(p.Copies) == 0 {
		p.Copies = []string{i18n.T(ctx, "board.letter.save")}
	}
	if unit != "" {
		i := slices.IndexFunc(debtors, func(d Debtor) bool { return d.Unit.ID == unit })
		if i < 0 {
			return p, fault.Missing(op)
		}
		toOne(ctx, &p, t, debtors[i])
		return p, nil
	}
	toAll(ctx, &p, t, debtors)
	return p, nil
}

// cite is a directive as a letter names it.
func (sh Sheet) cite(ctx context.Context) string {
	switch {
	case sh.Number != "" && !sh.Date.IsZero():
		return i18n.T(ctx, "board.letter.paper.date", sh.Number, i18n.Date(ctx, sh.Date))
	case sh.Number != "":
		return i18n.T(ctx, "board.letter.paper", sh.Number)
	}
	return sh.name()
}

func toOne(ctx context.Context, p *officedoc.Paper, t Table, d Debtor) {
	p.To = []string{d.Unit.Name}
	table := officedoc.Table{Columns: append([]officedoc.Column{{Head: i18n.T(ctx, "board.letter.no"), Width: 0.6, Align: officedoc.Center}}, owedHeads(ctx)...)}
	w := newWords(ctx, t.At)
	for i, o := range d.Owed {
		table.Rows = append(table.Rows, append([]string{strconv.Itoa(i + 1)}, w.owed(o)...))
	}
	p.Body = []officedoc.Block{officedoc.Text(i18n.T(ctx, "board.letter.intro", t.Sheet.cite(ctx), t.Sheet.Issuer, t.Sheet.Title, i18n.Time(ctx, t.At), d.Unit.Name,
		number(ctx, len(d.Owed)), number(ctx, d.overdue()))), table, officedoc.Text(i18n.T(ctx, "board.letter.ask"))}
}

func toAll(ctx context.Context, p *officedoc.Paper, t Table, debtors []Debtor) {
	p.To = []string{i18n.T(ctx, "board.letter.all")}
	table := officedoc.Table{Columns: append([]officedoc.Column{{Head: i18n.T(ctx, "board.letter.no"), Width: 0.5, Align: officedoc.Center}, {Head: i18n.T(ctx, "board.unit"), Width: 2, Align: officedoc.Left}}, owedHeads(ctx)...)}
	w := newWords(ctx, t.At)
	late := 0
	for i, d := range debtors {
		late += d.overdue()
		for j, o := range d.Owed {
			no, name := "", ""
			if j == 0 {
				no, name = strconv.Itoa(i+1), d.Unit.Name
			}
			table.Rows = append(table.Rows, append([]string{no, name}, w.owed(o)...))
		}
	}
	p.Body = []officedoc.Block{officedoc.Text(i18n.T(ctx, "board.letter.intro.all", t.Sheet.cite(ctx), t.Sheet.Issuer, t.Sheet.Title, i18n.Time(ctx, t.At),
		number(ctx, len(debtors)), number(ctx, late))), officedoc.Text(i18n.T(ctx, "board.letter.ask"))}
	p.Annexes = []officedoc.Annex{{Title: i18n.T(ctx, "board.letter.annex"), Landscape: true, Body: []officedoc.Block{table}}}
}

func owedHeads(ctx context.Context) []officedoc.Column {
	return []officedoc.Column{{Head: i18n.T(ctx, "board.export.clause"), Width: 1, Align: officedoc.Left}, {Head: i18n.T(ctx, "board.field.requirement"), Width: 4, Align: officedoc.Left},
		{Head: i18n.T(ctx, "board.field.state"), Width: 2.2, Align: officedoc.Left}, {Head: i18n.T(ctx, "board.field.due"), Width: 1.5, Align: officedoc.Center}}
}

// owed is what a letter says of one requirement.
func (w words) owed(o Owed) []string {
	state := w.state[o.Cell.State]
	if main := w.main(o.Cell); o.Cell.State == Declared {
		state = main // the note says that it is declared
	} else if main != state {
		state += ": " + main
	}
	if n := w.note(o.Cell); n != "" {
		state += " (" + n + ")"
	}
	due := ""
	if !o.Cell.Due.IsZero() {
		due = i18n.Until(w.ctx, o.Cell.Due)
	}
	return []string{o.Column.Clause, o.Column.Label, state, due}
}

// file prints a letter.
func file(p officedoc.Paper, pdf bool) ([]byte, error) {
	var b bytes.Buffer
	if pdf {
		err := officedoc.WritePDF(&b, p)
		return b.Bytes(), err
	}
	err := officedoc.WriteDOCX(&b, p)
	return b.Bytes(), err
}
