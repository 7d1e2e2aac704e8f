// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// headOf is the head of a paper as its message has it.
func (s *Service) headOf(ctx context.Context, unit string, m edxml.Message) Head {
	ctx, codes := s.official(ctx)
	h := Head{Unit: unit, Dir: In, Kind: cmp.Or(kindOf(codes, m.Kind.Name, m.Subject, m.Notation), kindOf(codes, "", m.Subject, m.Notation)), Number: m.Number, Symbol: m.Notation, Date: m.Date, Place: m.Place, Subject: m.Subject,
		Issuer: cmp.Or(m.From.Name, m.From.InCharge, m.From.ID), Signer: m.Signer.Name, SignerTitle: strings.TrimSpace(m.Signer.Competence + " " + m.Signer.Position),
		ArrivedOn: s.today(), ReplyBy: m.Due}
	if h.Number != "" && !numberForm.MatchString(h.Number) {
		h.Number, h.Symbol = "", strings.Trim(m.Number+"/"+m.Notation, "/")
	}
	var to, note []string
	for _, o := range m.To {
		to = append(to, cmp.Or(o.Name, o.ID))
	}
	for _, p := range m.ToPlaces {
		if !slices.Contains(to, p) {
			to = append(to, p)
		}
	}
	if m.Content != "" && m.Content != m.Subject {
		note = append(note, m.Content)
	}
	if p := m.Other.Priority; p != "" && p != "0" {
		h.Urgency = urgencyOf(codes, p)
		note = append(note, i18n.T(ctx, "document.message.priority", p))
	}
	if b := m.Business; b.Type != "" && b.Type != "0" {
		note = append(note, i18n.T(ctx, "document.message.business", strings.TrimSpace(b.Type+" "+b.Reason)))
	}
	if m.Steering != "" && m.Steering != "0" {
		note = append(note, i18n.T(ctx, "document.message.steering", m.Steering))
	}
	if o := m.Other; o.Pages != "" || o.Copies != "" || o.Sphere != "" {
		note = append(note, i18n.T(ctx, "document.message.other", cmp.Or(o.Pages, "–"), cmp.Or(o.Copies, "–"), cmp.Or(o.Sphere, "–")))
	}
	if len(m.Other.Appendixes) > 0 {
		note = append(note, i18n.T(ctx, "document.message.appendixes", strings.Join(m.Other.Appendixes, "; ")))
	}
	h.Recipients, h.Note = cut(strings.Join(to, "\n"), maxText), cut(strings.Join(note, "\n"), maxText)
	return h
}

// cut is s, shortened to most characters.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// urgencyOf reads the urgency of a message: its words, or a number that counts
// from the least urgent, as systems in use do. The annex of the standard was not
// at hand, so that the number is kept in the note beside it.
func urgencyOf(codes Codes, priority string) string {
	for _, u := range codes.Urgencies {
		if i18n.Fold(u.Label) == i18n.Fold(priority) {
			return u.ID
		}
	}
	n, err := strconv.Atoi(priority)
	if err != nil || n < 1 || len(codes.Urgencies) == 0 {
		return ""
	}
	return codes.Urgencies[min(n, len(codes.Urgencies))-1].ID
}

// priorityOf is urgencyOf the other way round.
func priorityOf(codes Codes, urgency string) string {
	return strconv.Itoa(1 + slices.IndexFunc(codes.Urgencies, func(c Code) bool { return c.ID == urgency }))
}

// citedIn is the paper that an answer names.
func citedIn(a edxml.Answer) Cited {
	number, symbol, _ := strings.Cut(a.Code, "/")
	c := Cited{Number: strings.TrimSpace(number), Symbol: symbol, Date: a.Date}
	if !numberForm.MatchString(c.Number) {
		c.Number, c.Symbol, c.Subject = "", "", cut(cmp.Or(a.Code, a.DocumentID), maxSubject)
	}
	c.Symbol = cut(c.Symbol, maxLine)
	return c
}

// ofFile tells what is wrong with the head of a message as one error of its file.
func ofFile(ctx context.Context, op string, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	e := fault.Of(err)
	if e.Fields["file"] != "" || e.Fields["unit"] != "" {
		return err
	}
	var say []string
	for field, key := range e.Fields {
		say = append(say, i18n.T(ctx, "document.bad.of_field", i18n.T(ctx, "document."+field), i18n.T(ctx, key, e.Args...)))
	}
	slices.Sort(say)
	return &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "document.bad.message_head"}, Args: []any{strings.Join(say, " ")}, Err: err}
}
