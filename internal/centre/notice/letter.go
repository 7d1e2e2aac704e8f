// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
)

// mostLines is how many lines a letter has; the rest is a number.
const mostLines = 60

// line is what a letter says of the notices of one kind and unit. It has no
// room for anything else: no argument of a notice gets here.
type line struct {
	kind    Kind
	urgency Urgency
	unit    string // label; empty without
	times   int64
	href    string // full address
}

// Line is the sentence of l in the context's language.
func (l line) text(ctx context.Context) string {
	s := i18n.T(ctx, "notice.kind."+l.kind.ID)
	if l.unit != "" {
		s += " – " + l.unit
	}
	if l.times > 1 {
		s += " " + i18n.T(ctx, "notice.mail.times", i18n.Number(ctx, l.times))
	}
	return i18n.T(ctx, "notice.mail.line", i18n.T(ctx, "notice.urgency."+l.urgency.Key()), s)
}

// compose makes the words of a letter out of the notices that were put into it,
// less those that were read meanwhile and those of units the person may no
// longer see. A letter that may have been taken before stays as it was, but for
// what may no longer be seen.
func (s *Service) compose(ctx context.Context, r notify.Row) (notify.Draft, error) {
	var d notify.Draft
	read := s.Records.Read()
	people, err := s.People(ctx, read, []string{r.Recipient})
	if err != nil {
		return d, err
	}
	p := people[r.Recipient]
	if !p.Active {
		d.Reason = "notify.ended.nothing"
		return d, nil
	}
	if !notify.Address(p.Email) {
		d.Reason = "notify.ended.address"
		return d, nil
	}
	var rows []row
	q := read.NewSelect().Model(&rows).Where("n.letter_id = ?", r.ID).Where("n.account_id = ?", r.Recipient).Order("n.urgency DESC", "n.created_at", "n.id")
	if r.Unsure == 0 {
		q = q.Where("n.read_at IS NULL")
	}
	if err := q.Scan(ctx); err != nil {
		return d, db.Error("notice.compose", err)
	}
	if rows, err = s.stillSeen(ctx, read, r.Recipient, rows); err != nil {
		return d, err
	}
	if len(rows) == 0 {
		d.Reason = "notify.ended.nothing"
		return d, nil
	}
	lines, err := s.lines(ctx, read, rows)
	if err != nil {
		return d, err
	}
	for _, n := range rows {
		d.Items = append(d.Items, n.ID)
	}
	d.Letter, err = s.write(i18n.With(ctx, s.Catalogue, p.Language), lines)
	d.To, d.Name = p.Email, p.Name
	return d, err
}

// stillSeen drops the notices of units in which the account no longer holds
// what their kind needs.
func (s *Service) stillSeen(ctx context.Context, q bun.IDB, account string, rows []row) ([]row, error) {
	type matter struct{ kind, unit string }
	seen := map[matter]bool{}
	var out []row
	for _, r := range rows {
		m := matter{r.Kind, r.UnitID}
		if _, asked := seen[m]; !asked {
			k, known := KindOf(r.Kind)
			seen[m] = known && r.UnitID == ""
			if known && r.UnitID != "" {
				held, err := s.Holders(ctx, q, r.UnitID, k.Needs, account)
				if err != nil {
					return nil, err
				}
				seen[m] = len(held) > 0
			}
		}
		if seen[m] {
			out = append(out, r)
		}
	}
	return out, nil
}

// lines folds the rows to one line a kind, unit and urgency, in their order.
func (s *Service) lines(ctx context.Context, q bun.IDB, rows []row) ([]line, error) {
	var ids []string
	for _, r := range rows {
		if r.UnitID != "" && !slices.Contains(ids, r.UnitID) {
			ids = append(ids, r.UnitID)
		}
	}
	names, err := s.UnitNames(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	var out []line
	for _, r := range rows {
		k, _ := KindOf(r.Kind)
		i := slices.IndexFunc(out, func(l line) bool {
			return l.kind.ID == r.Kind && l.unit == names[r.UnitID] && l.urgency == r.Urgency
		})
		if i < 0 {
			out = append(out, line{k, r.Urgency, names[r.UnitID], r.Times, s.Link(r.Href)})
			continue
		}
		out[i].times += r.Times
		if out[i].href != s.Link(r.Href) {
			out[i].href = s.Link(k.List)
		}
	}
	return out, nil
}

// write makes the letter in the context's language.
func (s *Service) write(ctx context.Context, lines []line) (notify.Letter, error) {
	l := notify.Letter{Unsubscribe: s.Link(ChoicesPath), Urgent: lines[0].urgency == Urgent}
	var total int64
	for _, n := range lines {
		total += n.times
	}
	l.Subject = i18n.T(ctx, "notice.mail.subject.many", i18n.Number(ctx, total))
	if len(lines) == 1 {
		l.Subject = i18n.T(ctx, "notice.mail.subject.one", lines[0].text(ctx))
	}
	v := letterView{subject: l.Subject, lines: lines[:min(len(lines), mostLines)], more: len(lines) - mostLines,
		all: s.Link(Path), choices: l.Unsubscribe}
	l.Text = v.plain(ctx)
	var html bytes.Buffer
	if err := letterHTML(v).Render(ctx, &html); err != nil {
		return l, err
	}
	l.HTML = html.String()
	return l, nil
}

// letterView is a letter as both of its forms show it.
type letterView struct {
	subject      string
	lines        []line
	more         int
	all, choices string
}

func (v letterView) plain(ctx context.Context) string {
	var b strings.Builder
	say := func(words ...string) { b.WriteString(strings.Join(words, "") + "\r\n") }
	say(i18n.T(ctx, "notice.mail.lead"))
	say()
	for _, l := range v.lines {
		say("* ", l.text(ctx))
		say("  ", l.href)
	}
	if v.more > 0 {
		say("* ", i18n.T(ctx, "notice.mail.more", i18n.Number(ctx, int64(v.more))))
	}
	say()
	say(i18n.T(ctx, "notice.mail.all"), " ", v.all)
	say(i18n.T(ctx, "notice.mail.choices"), " ", v.choices)
	say()
	say(i18n.T(ctx, "notice.mail.why"))
	return b.String()
}
