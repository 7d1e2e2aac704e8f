// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// mostRecipients is how many are named one by one in the head of a letter; more
// stand in an annex.
const mostRecipients = 12

// Letter is the paper for those below in the layout of Nghị định 30/2020/NĐ-CP:
// what each requirement that was agreed to says, with its term and who acts, the
// contacts of the text whose numbers are in no doubt, and in the annex all of it
// as a table. It needs the right to write for the body that keeps the directive.
func (s *Service) Letter(ctx context.Context, id ID) (Folder, officedoc.Paper, error) {
	const op = "directive.Letter"
	f, err := s.Get(ctx, id)
	switch {
	case err != nil:
		return f, officedoc.Paper{}, err
	case !f.May:
		return f, officedoc.Paper{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	case f.State != Confirmed && f.State != Issued && f.State != Ended:
		return f, officedoc.Paper{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict." + string(f.State)}
	}
	reading, err := s.Reading(ctx, f.Directive)
	if err != nil {
		return f, officedoc.Paper{}, err
	}
	to, err := s.recipients(ctx, f)
	if err != nil {
		return f, officedoc.Paper{}, err
	}
	if s.Official != nil {
		ctx = s.Official(ctx)
	}
	var p officedoc.Paper
	if s.House != nil {
		if p, err = s.House(ctx, f.UnitID); err != nil {
			return f, p, err
		}
	}
	p.PrintedAt, p.Urgency = s.now(), printed[f.Urgency]
	p.Subject = i18n.T(ctx, "directive.draft.subject", cited(ctx, f.Directive))
	p.Code = f.Code
	if p.To = to; len(to) == 0 || len(to) > mostRecipients {
		p.To = []string{i18n.T(ctx, "directive.letter.to")}
	}
	p.Copies = append(p.Copies, i18n.T(ctx, "directive.letter.copies"), i18n.T(ctx, "directive.letter.save"))
	s.write(ctx, &p, f, reading)
	if len(to) > mostRecipients {
		var list officedoc.Table
		list.Columns = []officedoc.Column{{Head: i18n.T(ctx, "directive.letter.no"), Width: 0.5, Align: officedoc.Center}, {Head: i18n.T(ctx, "directive.units.unit"), Width: 5, Align: officedoc.Left}}
		for n, name := range to {
			list.Rows = append(list.Rows, []string{strconv.Itoa(n + 1), name})
		}
		p.Annexes = append(p.Annexes, officedoc.Annex{Title: i18n.T(ctx, "directive.letter.list"), Body: []officedoc.Block{list}})
	}
	return f, p, nil
}

var printed = map[string]officedoc.Urgency{"urgent": officedoc.Urgent, "very_urgent": officedoc.VeryUrgent, "most_urgent": officedoc.MostUrgent}

// recipients are the names of the bodies it was issued to; before that of those
// its requirements address.
func (s *Service) recipients(ctx context.Context, f Folder) ([]string, error) {
	units, err := s.Addressees(ctx, f.ID)
	if err != nil {
		return nil, err
	}
	bodies, err := s.bodies(ctx)
	if err != nil {
		return nil, err
	}
	var to []string
	for _, b := range bodies {
		if b.Kind == ToUnit && slices.Contains(units, b.ID) {
			to = append(to, b.Name)
		}
	}
	if len(units) > 0 {
		return to, nil
	}
	for _, it := range f.Leaves() {
		for _, a := range it.Actors {
			if it.takes() && a.Kind != ToAll && !slices.Contains(to, a.Name) {
				to = append(to, a.Name)
			}
		}
	}
	return to, nil
}

// write fills in the body and the annex with the table.
func (s *Service) write(ctx context.Context, p *officedoc.Paper, f Folder, reading Reading) {
	p.Body = append(p.Body, officedoc.Text(i18n.T(ctx, "directive.draft.opening", cited(ctx, f.Directive), titleOf(ctx, f.Directive))))
	table := officedoc.Table{Columns: []officedoc.Column{{Head: i18n.T(ctx, "directive.letter.no"), Width: 0.55, Align: officedoc.Center}, {Head: i18n.T(ctx, "directive.letter.item"), Width: 0.7, Align: officedoc.Center},
		{Head: i18n.T(ctx, "directive.letter.what"), Width: 3.4, Align: officedoc.Left}, {Head: i18n.T(ctx, "directive.item.who"), Width: 1.6, Align: officedoc.Left},
		{Head: i18n.T(ctx, "directive.item.due"), Width: 1.4, Align: officedoc.Left}, {Head: i18n.T(ctx, "directive.item.evidence"), Width: 1.8, Align: officedoc.Left}}}
	n := 0
	for _, it := range f.Items {
		if !it.Leaf || it.State != Agreed {
			continue
		}
		n++
		due := ""
		if it.Owed {
			if due = termText(ctx, it.Due); it.Due.Sort == "" && !f.CommonLast.IsZero() {
				due = termText(ctx, Term{Sort: Until, Last: f.CommonLast})
			}
		}
		said := sentence(it.Text)
		if due != "" {
			said += " " + i18n.T(ctx, "directive.draft.due", due)
		}
		if !slices.ContainsFunc(it.Actors, func(a Addressee) bool { return a.Kind == ToAll }) {
			said += " " + i18n.T(ctx, "directive.letter.who", actorsText(ctx, it))
		}
		p.Body = append(p.Body, officedoc.Text(strconv.Itoa(n)+". "+said))
		table.Rows = append(table.Rows, []string{strconv.Itoa(n), pathText(ctx, it), sentence(it.Text), actorsText(ctx, it), due, it.Evidence})
	}
	var contacts []string
	for _, c := range reading.Contacts {
		said := strings.Trim(c.Text, " .;,")
		if c.Of != "" {
			said = strings.Trim(c.Of, " .;,:") + ": " + said
		}
		if c.Doubt == "" && !slices.Contains(contacts, said) {
			contacts = append(contacts, said)
		}
	}
	if len(contacts) > 0 {
		p.Body = append(p.Body, officedoc.Text(i18n.T(ctx, "directive.letter.contacts", strings.Join(contacts, "; "))))
	}
	p.Body = append(p.Body, officedoc.Text(i18n.T(ctx, "directive.draft.closing", f.Code)))
	if len(table.Rows) > 0 {
		p.Annexes = append(p.Annexes, officedoc.Annex{Title: i18n.T(ctx, "directive.letter.annex", cited(ctx, f.Directive)), Landscape: true, Body: []officedoc.Block{table}})
	}
}

// cited is how a letter names d: by its number, else by who issued it.
func cited(ctx context.Context, d Directive) string {
	if d.Number == "" && d.Issuer != "" {
		return i18n.T(ctx, "directive.letter.unnumbered", d.Issuer)
	}
	return d.Cite()
}

// sentence ends a text with a full stop.
func sentence(text string) string {
	if text = strings.TrimRight(text, " ;,"); text != "" && !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}
